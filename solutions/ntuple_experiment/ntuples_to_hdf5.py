# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Ntuple experiment I: from TTrees to HDF5
#
# **What you will learn**
#
# - how to turn the TTrees of an analysis into HDF5 files, chunk by chunk, with units and without half-written files;
# - how files get truth labels, and how to load a sample of several classes from any number of files;
# - how to normalise fields by what they are: shares, cosines, angles, energies;
# - what ROOT and HDF5 cost when a network is trained, and when which is right;
# - what to do with branches that hold lists.
#
# **What you need to know:** Exercises 1 to 5 (trees, arrays, labels, splitting, scaling); Exercise 6 helps.
# **Time:** three hours, seconds of them for computing.
#
# **Data:** `heavy_pairs/AA.root`, `AB.root`, `BA.root` and `BB.root`, simulated pairs of heavy particles, each of which decays in way A or in way B.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← NN metrics: multiclass](../nn_metrics/multiclass.ipynb) · [Start](../start.md) · [Ntuple experiment: networks →](../ntuple_experiment/experiment.ipynb)

# %% [markdown]
# An analysis begins with [*ntuples*](../glossary.md#ntuple): ROOT files with an event a row and a variable a branch, one file or a hundred for each simulated process.
# A training wants arrays: inputs and targets, shuffled and normalised, of so many events a class.
# In this lesson you write what lies between.
# It is about a hundred lines, and they are yours: nothing in them depends on these files, and the last section says what to change for your own.

# %%
import os
import tempfile
import time
from pathlib import Path

import awkward as ak
import h5py
import hist
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import uproot

from helpers import datasets, figures

# %%
figures.use_style()
SEED = 15
temporary = tempfile.TemporaryDirectory()  # removed, with all that is in it, when the notebook ends
folder = Path(temporary.name)

# %% [markdown]
# ## The same final state, made in two ways
#
# Two heavy particles, top squarks (or *stops*) of 600 GeV, are produced together.
# Each decays in one of two ways:
#
# - **A**: stop → top + neutralino, and the [top quark](../glossary.md#top-quark) → b + W;
# - **B**: stop → b + chargino, and the chargino → W + neutralino.
#
# Both give a b quark, a W and a neutralino, which leaves no trace.
# One W decays to an electron or muon and a neutrino, the other to two quarks.
# So every event has one lepton, two b jets, two further [jets](../glossary.md#jet) and [missing transverse momentum](../glossary.md#missing-transverse-momentum), whatever the way: *only the kinematics tells*.
# The class is named after both sides, the one with the lepton first: `AB` is a pair with the lepton from a decay A and the quarks from a decay B.

# %%
CLASSES = ("AA", "AB", "BA", "BB")
TREE = "Events"
root_files = {name: datasets.path(f"heavy_pairs/{name}.root") for name in CLASSES}
for path in root_files.values():
    tree = uproot.open(path)[TREE]
    print(f"{path.name}: {tree.num_entries} events, {len(tree.branches)} branches")

# %% [markdown]
# The classes differ in size, as real samples do.
# What the branches hold, and in which unit, stands in the data set's manifest; yours may have a page in a wiki.

# %%
UNITS = {name: column.unit for name, column in datasets.columns("heavy_pairs").items()}
FOUR_VECTORS = [name for name in UNITS if name.startswith(("lep_", "b1_", "b2_", "j1_", "j2_", "met_"))]
FOUR_VECTORS.remove("met_share")
HIGH_LEVEL = [name for name in UNITS if name not in FOUR_VECTORS]
print("four-vectors:", *FOUR_VECTORS)
print("high-level:", *HIGH_LEVEL)

# %% [markdown]
# The four-vectors are what the detector measured: [transverse momentum](../glossary.md#transverse-momentum), [pseudorapidity](../glossary.md#pseudorapidity), [azimuth](../glossary.md#azimuth) and mass of each object.
# The high-level variables are computed from them by people who know the physics: masses, angles, ratios.
# One of them shows what there is to learn.

# %%
figure, axes = plt.subplots()
for (name, path), style in zip(root_files.items(), ("-", "--", "-.", ":"), strict=True):
    masses = uproot.open(path)[TREE]["m_bl_min"].array(library="np")
    histogram = hist.Hist(hist.axis.Regular(20, 0, 400), storage=hist.storage.Weight())
    histogram.fill(masses, weight=1 / len(masses))
    mplhep.histplot(
        histogram, ax=axes, ls=style, label=f"{name}, {np.mean(masses > 400):.0%} above 400 GeV", flow="none"
    )
axes.axvline(153, color="grey", ls=":", lw=1)
axes.annotate("largest mass in t → b ℓ ν", (153, 0.2), (165, 0.2), fontsize="small", arrowprops={"arrowstyle": "->"})
axes.set(xlabel="m_bl_min, mass of lepton and b jet, the smaller of two [GeV]", ylabel="fraction of events / 20 GeV")
axes.set(xlim=(0, 400))
axes.legend()
plt.show()


# %% [markdown]
# *Figure: the smaller of the two masses of lepton and b jet, as fractions of the events of each class, with statistical errors.
# Where the side with the lepton holds a top quark (AA, AB) the distribution falls steeply near 153 GeV, the largest mass that a b quark and a lepton of one top quark can have; what lies to the right of the line is mostly a wrong jet.
# Without a top quark on that side (BA, BB) there is no such edge.*

# %% [markdown]
# ## From a TTree to HDF5
#
# [HDF5](../glossary.md#hdf5) is a file format for arrays, and [h5py](https://docs.h5py.org/en/stable/quick.html) its Python library.
# A file holds *datasets*, which look like NumPy arrays and are read by slices, and each dataset has *attributes*, where a unit belongs.
# Like a ROOT file it stores pieces (*chunks*, as ROOT has [baskets](../glossary.md#basket)) and compresses each.
#
# A program that converts files will one day meet one that is larger than the memory, a branch that was renamed, and a full disk.
# So it reads and writes [chunk](../glossary.md#chunk) by chunk, says what is missing, and never leaves half a file that looks like a whole one.
#
# **Task.** Write `convert`.
#
# - One dataset for each field, in any order, with the name, the dtype and all values of the branch, in their order. Nothing else is in the file.
# - Each dataset is compressed (`compression="gzip"` or another one) and has the attribute `unit`.
# - At most a few chunks of `chunk_length` events are in memory at a time. **The check measures this**, and counts what uproot keeps: up to 100 MB of what was read, unless the file is opened with `array_cache=None` or read by `iterate`.
# - A tree without events becomes datasets without values.
# - A tree or a branch that is missing raises an error that says its name. Any kind of error will do.
# - When it fails, for this or another reason, it leaves nothing behind, and a file that was at `hdf5_path` stays as it was. When it succeeds it replaces that file.
#
# <details><summary>Hint 1</summary>
#
# [`tree.iterate(names, step_size=…, library="np")`](https://uproot.readthedocs.io/en/latest/uproot.behaviors.TBranch.HasBranches.html#iterate) gives a dictionary of arrays for each chunk; the last one is shorter.
# [`create_dataset`](https://docs.h5py.org/en/stable/high/group.html#h5py.Group.create_dataset) takes `shape` and `dtype`, and then you write `dataset[start:stop] = values`.
# [`os.replace`](https://docs.python.org/3/library/os.html#os.replace) puts a file in another's place in one step.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Open the ROOT file and look first whether tree and branches are there.
# Then open an HDF5 file with another name beside `hdf5_path`, create all datasets with the shape `(tree.num_entries,)` and the dtype `tree[name].interpretation.to_dtype`, and fill them in a loop over the chunks in which `start` grows by the length of each chunk.
# After the `with` block of the file put it in place; in a `try … finally` remove what may be left of it ([`unlink(missing_ok=True)`](https://docs.python.org/3/library/pathlib.html#pathlib.Path.unlink)).
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "convert", "locked": false, "schema_version": 3, "solution": true, "task": false}
def convert(root_path, tree, hdf5_path, fields, chunk_length):
    """Write branches of a TTree as datasets of an HDF5 file, in chunks.

    root_path, hdf5_path: str or Path. tree: the tree's name. fields: {branch: unit}. chunk_length: events to read at a time.
    Returns nothing. Raises an error that names a missing tree or branch.
    """
    ### BEGIN SOLUTION
    hdf5_path = Path(hdf5_path)
    unfinished = hdf5_path.with_name(f"{hdf5_path.name}.part")
    with uproot.open(root_path) as file:
        if tree not in file.keys(cycle=False):
            raise KeyError(f"{root_path} has no tree {tree!r}, but {file.keys(cycle=False)}")
        events = file[tree]
        missing = [name for name in fields if name not in events]
        if missing:
            raise KeyError(f"the tree {tree} of {root_path} has no branch {', '.join(missing)}")
        try:
            with h5py.File(unfinished, "w") as output:
                for name, unit in fields.items():
                    dtype = events[name].interpretation.to_dtype
                    dataset = output.create_dataset(
                        name, (events.num_entries,), dtype, compression="gzip", shuffle=True
                    )
                    dataset.attrs["unit"] = unit
                start = 0
                for chunk in events.iterate(list(fields), step_size=chunk_length, library="np"):
                    stop = start + len(chunk[name])
                    for name, values in chunk.items():
                        output[name][start:stop] = values
                    start = stop
            os.replace(unfinished, hdf5_path)
        finally:
            unfinished.unlink(missing_ok=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "convert-check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.converts(convert, n_events=3500, chunk_length=1000)
checks.converts(convert, n_events=2000, chunk_length=500, fields={"good": "", "x": "rad"})
checks.converts(convert, n_events=10, chunk_length=1000, fields={"code": "cm"})
checks.converts(convert, n_events=0, chunk_length=1000)
checks.refuses_to_convert(convert)
checks.converts_in_chunks(convert)
checks.passed("every field is there with its unit, memory is bounded, and a failure leaves nothing behind")
### BEGIN HIDDEN TESTS
checks.converts(convert, n_events=4001, chunk_length=700, fields={"event": "", "code": "mm", "y": "TeV"})
checks.converts(convert, n_events=1, chunk_length=1)
checks.converts(convert, n_events=2100, chunk_length=2000, fields={"y": "GeV", "good": ""})
### END HIDDEN TESTS

# %% [markdown]
# Use it.

# %%
hdf5_files = {name: folder / f"{name}.h5" for name in CLASSES}
for name in CLASSES:
    convert(root_files[name], TREE, hdf5_files[name], UNITS, chunk_length=4096)
with h5py.File(hdf5_files["AA"]) as file:
    for name in ("lep_pt", "lep_phi", "m_bb"):
        print(name, file[name], f"unit: {file[name].attrs['unit']!r}", "first:", file[name][:3].round(1))


# %% [markdown]
# ## Truth labels
#
# A file knows its class only by its name, and a network wants numbers.
# So a [*truth label*](../glossary.md#truth-label), such as `AA_Gen`, is attached to each file ("Gen" for generated: this is what the simulation says), and every truth label stands for a [one-hot](../glossary.md#one-hot) row: a 1 in the place of its class and 0 elsewhere.
#
# The order of the classes is a convention, and the network's outputs will follow it.
# Decide it once, in one place.
#
# **Task.** Write `label`: for `["AA", "BB"]` it returns `{"AA_Gen": [1, 0], "BB_Gen": [0, 1]}`, and so on for any classes, in the order in which they are given.
#
# <details><summary>Hint 1</summary>
#
# The rows of the unit matrix, [`np.eye`](https://numpy.org/doc/stable/reference/generated/numpy.eye.html), are the one-hot rows.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `zip` pairs the classes with the rows of `np.eye(len(classes))`.
# A class that comes twice shows in the length of `set(classes)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "label", "locked": false, "schema_version": 3, "solution": true, "task": false}
def label(classes):
    """A dictionary from the truth label of each class, its name with "_Gen", to its one-hot row (n_classes,).

    classes: list of names, in the order of the network's outputs. Raises ValueError if one comes twice.
    """
    ### BEGIN SOLUTION
    if len(set(classes)) != len(classes):
        raise ValueError(f"a class comes twice: {list(classes)}")
    return {f"{name}_Gen": row for name, row in zip(classes, np.eye(len(classes)), strict=True)}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "label-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for classes in (["AA", "AB", "BA", "BB"], ["signal", "background"], ["C", "A", "B"], ["AA"]):
    checks.labels_classes(label, classes)
checks.refuses_classes(label)
checks.passed("each truth label has its one-hot row, in the order of the classes")
### BEGIN HIDDEN TESTS
for classes in (["z", "y", "x", "w", "v"], ["HH", "tt"], ["BB", "AA", "BA"]):
    checks.labels_classes(label, classes)
### END HIDDEN TESTS

# %% [markdown]
# ## Load a sample
#
# Which files go in, and what each one is, is a list, and whoever adds a file adds a line:

# %%
INPUT_FILES = [[hdf5_files[name], f"{name}_Gen"] for name in CLASSES]


def read_fields(path, fields):
    """The fields of an HDF5 file as one array (n_events, n_fields), float32, in the order of the fields."""
    with h5py.File(path) as file:
        return np.stack([file[name][:] for name in fields], axis=1).astype(np.float32)


print(read_fields(hdf5_files["AA"], ["lep_pt", "met_pt"])[:3])


# %% [markdown]
# A class may have several files, and the classes differ in size.
# Train on all, and the network learns that BB is common, which is a fact of the simulation and not of nature.
# So ask for a *number* of events of each class.
#
# **Task.** Write `load`.
#
# - `input_files` holds pairs of path and truth label, any number of files a class, in any order. The columns of the targets are the classes in the order in which their truth labels first appear there.
# - `n_events` is the number of events of every class, or a dictionary from truth label to number.
# - The events of a class are drawn at random, each at most once, and from all files of the class together.
# - The events of all classes are shuffled, inputs and targets in the same order. All chance comes from `rng`.
# - Asking for more events than a class has raises `ValueError` with its truth label.
# - Inputs and targets are `float32`.
#
# <details><summary>Hint 1</summary>
#
# Go through the truth labels; `dict.fromkeys` of those in `input_files` keeps the order of first appearance and drops what comes again.
# For each, put the tables of its files together and draw rows: [`rng.choice(table, number, replace=False)`](https://numpy.org/doc/stable/reference/random/generated/numpy.random.Generator.choice.html).
#
# </details>
# <details><summary>Hint 2</summary>
#
# `label` gives the one-hot rows, if you hand it the truth labels without their ending (`removesuffix("_Gen")`); `np.tile(row, (number, 1))` repeats a row.
# Collect inputs and targets in two lists, join each with `np.concatenate`, and index both with one `rng.permutation` of the number of events, as in Exercise 4.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "load", "locked": false, "schema_version": 3, "solution": true, "task": false}
def load(input_files, fields, n_events, rng):
    """Inputs (n, n_fields) and one-hot targets (n, n_classes), float32, of so many events of each class, shuffled.

    input_files: list of [path of an HDF5 file, truth label]. fields: names of datasets.
    n_events: number for every class, or {truth label: number}. rng: a NumPy random Generator.
    Raises ValueError, with the truth label, if a class has fewer events than are asked for.
    """
    ### BEGIN SOLUTION
    truths = list(dict.fromkeys(truth for _, truth in input_files))
    inputs, targets = [], []
    for truth, row in label([truth.removesuffix("_Gen") for truth in truths]).items():
        table = np.concatenate([read_fields(path, fields) for path, of_file in input_files if of_file == truth])
        number = n_events[truth] if isinstance(n_events, dict) else n_events
        if number > len(table):
            raise ValueError(f"{number} events of {truth} are asked for, but its files hold {len(table)}")
        inputs.append(rng.choice(table, number, replace=False))
        targets.append(np.tile(row, (number, 1)).astype(np.float32))
    order = rng.permutation(sum(map(len, inputs)))
    return np.concatenate(inputs)[order], np.concatenate(targets)[order]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "load-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.loads(load, [("BB_Gen", 500), ("AA_Gen", 900)], n_events=300)
checks.loads(load, [("AA_Gen", 700), ("AB_Gen", 500), ("AA_Gen", 300), ("BA_Gen", 400)], n_events=200)
checks.loads(load, [("C_Gen", 40), ("A_Gen", 60), ("B_Gen", 50)], {"A_Gen": 60, "B_Gen": 5, "C_Gen": 20})
checks.loads(load, [("AA_Gen", 100), ("BB_Gen", 100)], n_events=100, fields=["mass", "pt"])
checks.refuses_too_many(load)
checks.passed("so many random events of each class, each once and with its target, in a random order")
### BEGIN HIDDEN TESTS
checks.loads(load, [("X_Gen", 800), ("W_Gen", 30), ("W_Gen", 600), ("V_Gen", 500), ("X_Gen", 5)], 250, ["eta"])
checks.loads(load, [("S_Gen", 1200), ("B_Gen", 2000)], {"B_Gen": 700, "S_Gen": 400}, ["mass", "eta"])
checks.loads(load, [("AA_Gen", 3)], n_events=3)
### END HIDDEN TESTS

# %%
rng = np.random.default_rng(SEED)
inputs, targets = load(INPUT_FILES, list(UNITS), 5000, rng)
print("inputs", inputs.shape, "targets", targets.shape, "events a class", targets.sum(axis=0))

# %% [markdown]
# ## Field groups
#
# In Exercise 5 you scaled every column with its own mean and deviation.
# That is right when nothing else is known.
# But of most fields something is known: a share lies between 0 and 1 and a cosine between −1 and 1, whatever the sample, and an azimuth has no mean worth the name.
# So put the fields in *groups*, and normalise each group by what it is:

# %%
GROUPS = {
    "share": {"low": 0.0, "high": 1.0},
    "cosine": {"low": -1.0, "high": 1.0},
    "angle": {"low": -np.pi, "high": np.pi},
    "pseudorapidity": {"low": -2.5, "high": 2.5},
}
GROUP_OF = {name: "energy" for name, unit in UNITS.items() if unit == "GeV"}
GROUP_OF |= {name: "angle" for name, unit in UNITS.items() if unit == "rad"}
GROUP_OF |= {name: "pseudorapidity" for name in UNITS if name.endswith("_eta")}
GROUP_OF |= dict.fromkeys(("met_share", "b_share", "sphericity_t"), "share")
GROUP_OF |= dict.fromkeys(("b_asymmetry", "cos_jb"), "cosine")
for group in (*GROUPS, "energy"):
    print(f"{group}:", *(name for name, of_field in GROUP_OF.items() if of_field == group))


# %% [markdown]
# Energies, momenta and masses are left: positive, with long tails, and without a largest value.
# Their *logarithm* is well behaved, and ln(1 + E) is, too, where E is 0.
# (E in GeV; the 1 is 1 GeV, little for most of them.)
# Mean and deviation of the logarithm have to come from somewhere: from the [training sample](../glossary.md#training-validation-and-test-sample) and from nowhere else, as in Exercise 5.
#
# **Task.** Write `energy_group`.
#
# <details><summary>Hint 1</summary>
#
# [`np.log1p`](https://numpy.org/doc/stable/reference/generated/numpy.log1p.html) is ln(1 + x).
#
# </details>
# <details><summary>Hint 2</summary>
#
# Take the mean and the standard deviation of `np.log1p(training)`.
# If all values are equal the deviation is 0 but for rounding, and `normalise` will divide by it: see whether the smallest and the largest value of `training` are equal, and give 1 in its place.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "energy-group", "locked": false, "schema_version": 3, "solution": true, "task": false}
def energy_group(training):
    """The group of a field: {"mean": …, "width": …}, mean and standard deviation of ln(1 + value).

    training: (n_events,) values of the training sample, in GeV, 0 or larger. The width is 1 if all values are equal.
    """
    ### BEGIN SOLUTION
    logarithms = np.log1p(np.asarray(training, dtype=float))
    width = logarithms.std() if np.ptp(training) > 0 else 1.0
    return {"mean": float(logarithms.mean()), "width": float(width)}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "energy-group-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng = np.random.default_rng(1)
checks.fits_energies(energy_group, rng.exponential(80, size=2000).astype("float32"))
checks.fits_energies(energy_group, np.array([0.0, 5.0, 300.0, 0.0]))
checks.fits_energies(energy_group, np.full(50, 91.2))
checks.passed("mean and width are those of ln(1 + value), with values of 0 and with equal values, too")
### BEGIN HIDDEN TESTS
checks.fits_energies(energy_group, rng.exponential(5, size=999))
checks.fits_energies(energy_group, np.zeros(20))
checks.fits_energies(energy_group, np.array([2.0, 1000.0], dtype="float32"))
### END HIDDEN TESTS

# %% [markdown]
# **Task.** Write `normalise`.
# With a group that has `low` and `high`, low becomes −1 and high becomes 1, and the others lie in proportion, also beyond.
# With one that has `mean` and `width`, a value becomes (ln(1 + value) − mean) / width.
#
# <details><summary>Hint 1</summary>
#
# `"low" in group` tells which of the two it is.
# The straight line from (low, −1) to (high, 1) has the slope 2 / (high − low).
#
# </details>
# <details><summary>Hint 2</summary>
#
# In the middle between low and high the result is 0, so take the middle away first and divide by half of the width of the range.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "normalise", "locked": false, "schema_version": 3, "solution": true, "task": false}
def normalise(values, group):
    """Values of a field as a network likes them, as a new array.

    values: (n_events,). group: {"low": …, "high": …}, which become −1 and 1, or {"mean": …, "width": …} of ln(1 + value).
    """
    ### BEGIN SOLUTION
    if "low" in group:
        return (2 * values - group["low"] - group["high"]) / (group["high"] - group["low"])
    return (np.log1p(values) - group["mean"]) / group["width"]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "normalise-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

values = np.linspace(0.1, 0.8, 8)
for low, high in ((0.0, 1.0), (-1.0, 1.0), (-np.pi, np.pi), (-2.5, 2.5), (0.3, 0.5)):
    checks.normalises(normalise, values, {"low": low, "high": high})
checks.normalises(normalise, np.array([0.0, 20.0, 91.2, 1500.0], dtype="float32"), {"mean": 4.2, "width": 0.7})
checks.passed("ranges run from -1 to 1, energies have a logarithm, and the scale is that of the group")
### BEGIN HIDDEN TESTS
checks.normalises(normalise, np.array([-3.1, 0.0, 3.1], dtype="float32"), {"low": -np.pi, "high": np.pi})
checks.normalises(normalise, np.array([7.0, 9.0, 12.0]), {"low": 0.0, "high": 10.0})
checks.normalises(normalise, np.array([3.0, 0.0, 250.0]), {"mean": 3.0, "width": 1.5})
checks.normalises(normalise, np.array([91.2]), {"mean": 4.5, "width": 1.0})
### END HIDDEN TESTS

# %% [markdown]
# **Task.** Write `denormalise`, the inverse: it gives the values back.
# You will want it whenever a figure should have GeV on its axis.
#
# <details><summary>Hint 1</summary>
#
# Solve both formulas for the value.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The inverse of `np.log1p` is [`np.expm1`](https://numpy.org/doc/stable/reference/generated/numpy.expm1.html).
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "denormalise", "locked": false, "schema_version": 3, "solution": true, "task": false}
def denormalise(values, group):
    """What `normalise` was given, from what it returned, as a new array. values: (n_events,). group: as for normalise."""
    ### BEGIN SOLUTION
    if "low" in group:
        return (values * (group["high"] - group["low"]) + group["low"] + group["high"]) / 2
    return np.expm1(values * group["width"] + group["mean"])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "denormalise-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

values = np.linspace(0.1, 0.8, 8)
for low, high in ((0.0, 1.0), (-np.pi, np.pi), (-2.5, 2.5), (0.3, 0.5)):
    checks.restores(denormalise, values, {"low": low, "high": high})
checks.restores(denormalise, np.array([0.0, 20.0, 91.2, 1500.0], dtype="float32"), {"mean": 4.2, "width": 0.7})
checks.passed("what was normalised comes back, for ranges and for energies")
### BEGIN HIDDEN TESTS
checks.restores(denormalise, np.array([7.0, 9.0, 12.0]), {"low": 0.0, "high": 10.0})
checks.restores(denormalise, np.array([3.0, 0.5, 250.0]), {"mean": 3.0, "width": 1.5})
### END HIDDEN TESTS

# %% [markdown]
# Now all fields: three quarters of the events are for training here, and give the scale of the energies.

# %%
training = inputs[: round(0.75 * len(inputs))]
group_of_field = {
    name: energy_group(training[:, column]) if GROUP_OF[name] == "energy" else GROUPS[GROUP_OF[name]]
    for column, name in enumerate(UNITS)
}
columns = [normalise(inputs[:, column], group_of_field[name]) for column, name in enumerate(UNITS)]
normalised = np.stack(columns, axis=1)
print(f"smallest {normalised.min():.1f}, largest {normalised.max():.1f}")
names = np.array(list(UNITS))[np.abs(normalised).max(axis=0) > 5]
print("beyond 5 widths in", ", ".join(names))

# %% [markdown]
# A few events lie many widths away: missing momenta and transverse masses near 0, where the logarithm is steep, and jets of unusual mass.
# A handful of such numbers does no harm; without the logarithm they would be more and larger.

# %% tags=["show-in-book"]
figure, rows = plt.subplots(2, 4, figsize=(13, 6))
for (before, after), name in zip(rows.T, ("lep_pt", "met_phi", "b_share", "cos_jb"), strict=True):
    column = list(UNITS).index(name)
    before.hist(inputs[:, column], bins=40, histtype="step", label="in the file")
    before.set(xlabel=f"{name} [{UNITS[name]}]" if UNITS[name] else name, ylabel="events", title=GROUP_OF[name])
    after.hist(normalised[:, column], bins=40, histtype="step", color="C1", label="normalised")
    after.set(xlabel=f"{name}, normalised", ylabel="events")
for axes in rows[:, 0]:
    axes.margins(y=0.3)
    axes.legend(loc="upper right")
plt.show()


# %% [markdown]
# *Figure: one field of four groups, above as it is in the file and below normalised.
# The long tail of the energy is gone and its distribution lies around 0 with a width of 1; the angle fills −1 to 1 evenly; angle, share and cosine keep their shapes, and only their axes change. The hard edge of the momentum on the left is the cut of the selection, at 25 GeV.*
#
# **Question.** (a) Mean and width of an energy come from the training events, low and high of an angle from nobody's events. Why is the second harmless, and what would be wrong with the largest energy of *all* events as `high`?
#
# (b) An azimuth of 3.1 and one of −3.1 are nearly the same direction. Where does `normalise` put them, and what does that mean for a network? Name a way out.

# %% [markdown] nbgrader={"grade": true, "grade_id": "why-groups", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# (a) −π and π are known without looking at any event, so they carry nothing of validation or test into the training. The largest energy of all events is taken from the test sample, too; one freak event in it would set the scale of all the others, and in another sample the scale would be another one.
#
# (b) At 0.99 and −0.99, at opposite ends. The network has to learn that both ends belong together, which costs it events and neurons. Ways out: cosine and sine of the angle in place of the angle; angles relative to another object (the lepton, the MET); components px and py.
#
# **Marking scheme.** 1 point: nothing is learned from events in a known range. 1 point: the largest of all events leaks the test sample (or: depends on one outlier). 1 point: opposite ends, and one way out.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Sets of variables
#
# Which fields a network gets is an experiment of its own, and the next lesson makes it.
# It has a number, so that a program can take it from its command line: `--varset 2`.
#
# **Task.** Write `select`: the list of the fields of a set, in the order of `UNITS`.
# 0 is everything, 1 the high-level variables, 2 the four-vectors.
#
# <details><summary>Hint 1</summary>
#
# The two lists are there already, from the beginning of the lesson: `FOUR_VECTORS` and `HIGH_LEVEL`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A dictionary from number to list holds all three; a number that is not in it raises `ValueError`, as −1 and 3 must.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "select", "locked": false, "schema_version": 3, "solution": true, "task": false}
def select(varset):
    """Names of the fields of a set of variables: 0 all, 1 high-level, 2 four-vectors. Raises ValueError for another number."""
    ### BEGIN SOLUTION
    sets = {0: [*FOUR_VECTORS, *HIGH_LEVEL], 1: list(HIGH_LEVEL), 2: list(FOUR_VECTORS)}
    if varset not in sets:
        raise ValueError(f"there is no set of variables {varset}; there are 0 (all), 1 (high-level), 2 (four-vectors)")
    return sets[varset]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "select-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks, datasets

fields = list(datasets.columns("heavy_pairs"))
for varset, what, expected in ((0, "all", fields), (1, "high-level", fields[21:]), (2, "four-vectors", fields[:21])):
    found = checks.strings(select(varset), f"select({varset})")
    checks.names(found, expected, f"select({varset}), {what},")
    checks.that(found == expected, f"select({varset}) has the right fields, but not in the order of UNITS")
for varset in (3, -1):
    checks.raises(ValueError, select, varset, says=f"select({varset}) should raise ValueError: there is no such set")
checks.passed("each set has its fields, and no other number is taken", more=False)


# %% [markdown]
# ## What does it cost?
#
# Was it worth it?
# Measure what a training does in each [epoch](../glossary.md#epoch): read all events of all fields.

# %%
def seconds(function, *arguments):
    """The shortest of three times that a call of the function takes."""
    tries = []
    for _ in range(3):
        began = time.perf_counter()
        function(*arguments)
        tries.append(time.perf_counter() - began)
    return min(tries)


def root_table(path, fields):
    """The branches of a TTree as one array (n_events, n_fields)."""
    arrays = uproot.open(path)[TREE].arrays(fields, library="np")
    return np.stack([arrays[name] for name in fields], axis=1)


# %% tags=["nbval-ignore-output"]
fields = list(UNITS)
np.save(folder / "BB.npy", root_table(root_files["BB"], fields))
readers = {
    "ROOT (zstd)": (root_files["BB"], root_table),
    "HDF5 (gzip)": (hdf5_files["BB"], read_fields),
    "NumPy (not compressed)": (folder / "BB.npy", lambda path, fields: np.load(path)),
}
for name, (path, read) in readers.items():
    everything, one = seconds(read, path, fields), seconds(read, path, ["m_bb"])
    size = path.stat().st_size / 1e6
    print(f"{name:23} {size:5.2f} MB, all fields {1000 * everything:6.1f} ms, one field {1000 * one:6.1f} ms")


# %% [markdown]
# The compressed sizes differ little, because the numbers are the same and compress nearly alike.
# The times are those of decompression, and of opening: uproot reads for each branch where its baskets lie, and h5py where its chunks lie.
# A file that is not compressed is read fastest and is the largest; here all of it is read for one field, too (a memory map, `np.load(path, mmap_mode="r")`, would not).
#
# *When which?*
# Stay with ROOT as long as the file is read once: to make a plot, to select, to convert.
# Convert when the same numbers are read again and again, by people and programs that have no ROOT; when units should travel with the numbers; when single rows are wanted.
# And convert *once*: a second copy of the data is a second truth, and the one that nobody made anew after the last correction is the one that the network was trained with.
#
# **Reading in a random order.**
# If the sample does not fit in memory, read blocks of neighbouring rows in a random order, and shuffle each (Exercise 6 says when that is random enough).
# Single rows at random places cost a whole chunk each:

# %%
def shuffled_blocks(path, fields, block_length, rng):
    """All events once, in blocks that come in a random order and are shuffled: arrays (n, n_fields)."""
    with h5py.File(path) as file:
        n_events = len(file[fields[0]])
        for start in rng.permutation(np.arange(0, n_events, block_length)):
            block = np.stack([file[name][start : start + block_length] for name in fields], axis=1)
            yield rng.permutation(block)


def random_rows(path, fields, n_rows, rng):
    """So many rows at random places, read one after the other: a list of lists."""
    with h5py.File(path) as file:
        places = rng.integers(len(file[fields[0]]), size=n_rows)
        return [[file[name][place] for name in fields] for place in places]


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
n_read = sum(len(block) for block in shuffled_blocks(hdf5_files["BB"], fields, 1000, rng))
in_blocks = seconds(lambda: list(shuffled_blocks(hdf5_files["BB"], fields, 1000, rng))) / n_read
in_rows = seconds(random_rows, hdf5_files["BB"], fields, 20, rng) / 20
print(f"an event takes {1e6 * in_blocks:.0f} µs in blocks of 1000, and {1e6 * in_rows:.0f} µs alone")

# %% [markdown]
# ## Branches that hold lists
#
# Our branches are flat: one number an event.
# In most ntuples some are [jagged](../glossary.md#jagged-array): `Jet_pt` holds a list, as long as the event has jets.
# An HDF5 dataset is a rectangle. There are three ways to put the one in the other:
#
# | way | what is stored | good for | costs |
# |---|---|---|---|
# | padding | a rectangle (n_events, most), short lists filled up with zeros | networks, which want rectangles | what lies beyond `most` is lost; zeros need a mask |
# | flat + counts | all values one after the other, and how many belong to each event | keeping everything | a chunk of events is found by adding up counts |
# | awkward | the [awkward array](https://awkward-array.org/doc/main/) in memory, one of the two others on disk | computing with lists | one more library |
#
# A worked example: as jets above 60 GeV, of the four that we have, make a jagged array of their momenta.

# %%
momenta = ak.from_regular(read_fields(hdf5_files["AB"], ["b1_pt", "b2_pt", "j1_pt", "j2_pt"]))
jets = ak.sort(momenta[momenta > 60], ascending=False)
print("first events:", [[round(pt) for pt in event] for event in jets[:4].to_list()])

padded = ak.to_numpy(ak.fill_none(ak.pad_none(jets, 3, clip=True), 0.0))
flat, counts = ak.to_numpy(ak.flatten(jets)), ak.to_numpy(ak.num(jets)).astype("int8")
print("padded to three:", padded[:2].round().tolist(), "- lost:", int(ak.sum(ak.num(jets) > 3)), "jets")
print("flat:", flat[:6].round().tolist(), "counts:", counts[:4].tolist())

# %%
with h5py.File(folder / "jagged.h5", "w") as file:
    for name, values in {"padded": padded, "flat": flat, "counts": counts}.items():
        file.create_dataset(name, data=values, compression="gzip", shuffle=True)
    stored = {name: file[name].id.get_storage_size() / 1000 for name in file}
print({name: f"{size:.0f} kB" for name, size in stored.items()})

with h5py.File(folder / "jagged.h5") as file:
    counts = file["counts"][:]
    offsets = np.concatenate([[0], np.cumsum(counts, dtype=int)])
    start, stop = 1000, 1003  # three events from the middle, without reading the rest
    some = ak.unflatten(file["flat"][offsets[start] : offsets[stop]], counts[start:stop])
print("events 1000 to 1002:", [[round(pt) for pt in event] for event in some.to_list()])
print("as before:", ak.array_equal(some, jets[start:stop]))

# %% [markdown]
# The counts alone say where the events begin: their running sum is the *offsets*, and two of them cut out any range.
# Nothing was lost. (Four columns filled up with zeros are hardly larger here, as compression removes zeros; fewer columns are smaller, because they lose jets.)
# For the network pad at the last moment, when it is known how many jets it takes.

# %% [markdown]
# ## Take it home
#
# To use this lesson on the ntuples of your own analysis, change:
#
# | what | here | yours |
# |---|---|---|
# | `root_files` | one file a class of `heavy_pairs` | your paths; several files a class are several lines in `INPUT_FILES` |
# | `TREE` | `Events` | `uproot.open(path).keys()` tells |
# | `UNITS` | from the manifest | the branches you need, no more, each with its unit |
# | `CLASSES` | `AA AB BA BB` | your processes; signal first or last, but decide |
# | `GROUP_OF`, `GROUPS` | by unit and name | the same rules may fit; look at the histograms before and after |
# | `select` | three sets | what you would like to compare |
#
# What does not change: `convert`, `label`, `load`, `energy_group`, `normalise`, `denormalise`.
# Keep them in a file of your own, with the checks of this notebook as its tests.
#
# Two things that this lesson's data do not have and yours will: event weights, which are a field that is loaded but neither normalised nor given to the network (Exercise 3), and [weights](../glossary.md#event-weight) that are negative.
#
# **Question.** Your analysis has 40 ROOT files of 2 GB, with 300 branches of which the network uses 30, and they are made anew each month.
# Would you convert them to HDF5, and what would you put in the file besides the numbers, so that in half a year you know what a network was trained with?

# %% [markdown] nbgrader={"grade": true, "grade_id": "convert-or-not", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# Yes, the 30 branches: 8 GB of the 80, less after the selection, which are then read in every epoch of every training. Not all 300, because a second copy of everything is a second truth that grows old each month.
#
# In the file: units, names (or better checksums) and dates of the ROOT files, the version of the ntuples and of the converting program, the selection that was applied and the number of events before and after.
#
# **Marking scheme.** 1 point: a reasoned choice (converting what is read often, or staying with ROOT because of the monthly remake, if the cost of reading is weighed). 1 point: at least two things that identify where the numbers come from.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# `load` reads whole files before it draws.
# Write one that keeps to a given memory: draw the row numbers first, sort them, and read block by block only what is needed.
# From which fraction of the events on is it no longer worth it?

# %% [markdown]
# [← NN metrics: multiclass](../nn_metrics/multiclass.ipynb) · [Start](../start.md) · [Ntuple experiment: networks →](../ntuple_experiment/experiment.ipynb)
