# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 2: from branches to the arrays a network eats
#
# **What you will learn**
#
# - what the six input variables of our H → WW search mean;
# - how to turn branches into one two-dimensional array, and which axis is the events';
# - why Keras wants events first;
# - how a careless normalisation tells the network the answer.
#
# **What you need to know:** Exercise 1 (reading branches). **Time:** 60 minutes.
#
# **Data:** `hww/GluGluHToWWTo2L2Nu_M125.root` (signal) and two Drell–Yan files (background): lepton pairs of 10 to 50 GeV and of more than 50 GeV.

# %%
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import uproot

from helpers import datasets, figures

figures.use_style()
VARIABLES = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
signal_file = "GluGluHToWWTo2L2Nu_M125.root"
background_files = ["DYJetsToLL_M-10to50-LO.root", "DYJetsToLL_M-50-LO.root"]
columns = datasets.columns("hww")
for name in VARIABLES:
    print(f"{name:10s} [{columns[name].unit}] {columns[name].description}")

# %% [markdown]
# ## Two leptons, and what they leave behind
#
# Signal: two W bosons decay to leptons, and two neutrinos escape, so momentum is missing. Drell–Yan: two leptons and (unless they are τ leptons) no neutrino, so whatever the pair carries in the transverse plane is balanced by the hadrons that recoil
# against it, and the missing momentum that is still measured is the detector's resolution. The six variables ask, in different ways: *does the event balance without an invisible particle?*

# %%
leptons = np.array([[30.0, 18.0], [-8.0, 22.0]])
missing = np.array([14.0, -26.0])
dilepton = leptons.sum(axis=0)
arrows = {
    "lepton 1": leptons[0],
    "lepton 2": leptons[1],
    "dilepton": dilepton,
    "missing": missing,
    "hadronic recoil": -(dilepton + missing),
}
figure, axes = plt.subplots(figsize=(6.5, 6))
for number, (label, momentum) in enumerate(arrows.items()):
    axes.annotate("", momentum, (0, 0), arrowprops={"arrowstyle": "-|>", "color": f"C{number}", "lw": 2.5})
    axes.plot([], color=f"C{number}", label=label)
axes.plot(*np.outer(dilepton / np.linalg.norm(dilepton), [-50, 60]), "--", color="grey", lw=1, label="axis of upara")
axes.set(xlim=(-55, 55), ylim=(-50, 60), xlabel=r"$p_x$ [GeV]", ylabel=r"$p_y$ [GeV]", aspect="equal")
axes.legend(loc="upper left", ncols=2)
plt.show()


# %% [markdown]
# *Figure: one event in the plane across the beam. The two leptons add up to the dilepton momentum; the hadronic recoil balances the sum of dilepton and missing momentum. Its component along the dashed dilepton axis is
# upara, the one across it uperp.*

# %% [markdown]
# ## A dictionary for each file
#
# `uproot.open(datasets.path("hww/…"))["Events"]` is the tree, as in Exercise 1; its method `arrays(names, library="np")` reads several branches at once, into a dictionary.
#
# **Task.** Read the six variables of the signal file into a dictionary from name to array, and make such a dictionary for each background file, low masses first.

# %% nbgrader={"grade": false, "grade_id": "dictionaries", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_arrays: dictionary, six names to arrays of shape (n_events,), in GeV
# background_arrays: list of two such dictionaries, in the order of background_files
### BEGIN SOLUTION
def read_variables(file_name):
    tree = uproot.open(datasets.path(f"hww/{file_name}"))["Events"]
    return tree.arrays(VARIABLES, library="np")


signal_arrays = read_variables(signal_file)
background_arrays = [read_variables(name) for name in background_files]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "dictionaries-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks, datasets

variables = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
checks.that(
    isinstance(background_arrays, list | tuple), "background_arrays should be a list of two dictionaries, one a file"
)
checks.that(
    len(background_arrays) == 2,
    f"background_arrays should hold one dictionary for each of the two files, not {len(background_arrays)}",
)
samples = {
    "signal_arrays": signal_arrays,
    "background_arrays[0]": background_arrays[0],
    "background_arrays[1]": background_arrays[1],
}
file_names = ["GluGluHToWWTo2L2Nu_M125.root", "DYJetsToLL_M-10to50-LO.root", "DYJetsToLL_M-50-LO.root"]
for (name, arrays), file_name in zip(samples.items(), file_names, strict=True):
    checks.dictionary(arrays, variables, name)
    with datasets.open_root(f"hww/{file_name}") as root_file:
        n_events = root_file["Events"].num_entries
        for variable in variables:
            checks.shape(
                arrays[variable],
                (n_events,),
                f'{name}["{variable}"]',
                hint=f"one number for every event of {file_name}",
            )
            ### BEGIN HIDDEN TESTS
            stored = root_file["Events"][variable].array(library="np")
            checks.close(
                arrays[variable], stored, f'{name}["{variable}"] does not hold that branch of {file_name}', rtol=1e-6
            )
            ### END HIDDEN TESTS


# %% [markdown]
# ## One array for all variables
#
# **Task.** Write `to_2d`: it stacks the arrays of a dictionary into one array with **a row for each variable and a column for each event**. (The next step turns it; many older codes want it this way.)

# %% nbgrader={"grade": false, "grade_id": "to-2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def to_2d(arrays):
    """Stack arrays of shape (n_events,) into one of shape (n_variables, n_events).

    arrays: dictionary with one or more entries, integers, floats or booleans; the rows follow its order.
    Returns a new array. Raises ValueError if the lengths differ.
    """
    ### BEGIN SOLUTION
    return np.stack(list(arrays.values()))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "to-2d-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

two = {"ptll": np.array([10.0, 20.0, 30.0]), "mth": np.array([1.0, 2.0, 3.0])}
example = checks.call(to_2d, two, says="to_2d should work for a dictionary of 2 variables and 3 events")
checks.shape(
    example,
    (2, 3),
    "the result of to_2d for 2 variables and 3 events",
    hint="a row for each variable: events come last here",
)
checks.close(example, [[10, 20, 30], [1, 2, 3]], "the rows should be the arrays of the dictionary, in its order")
### BEGIN HIDDEN TESTS
unsorted = {"z": np.array([1.0, 2.0]), "a": np.array([3.0, 4.0]), "m": np.array([5.0, 6.0])}
three = checks.call(to_2d, unsorted, says="to_2d should take any names and any number of variables")
checks.close(
    three, [[1, 2], [3, 4], [5, 6]], "the rows should be all arrays in the dictionary's order; do not sort the names"
)
one = checks.call(to_2d, {"only": np.arange(5.0)}, says="to_2d should work for one variable")
checks.shape(
    one, (1, 5), "the result of to_2d for one variable and 5 events", hint="one variable still makes a 2D array"
)
short = checks.call(to_2d, {"a": np.zeros(1), "b": np.ones(1)}, says="to_2d should work for one event")
checks.close(short, [[0], [1]], "with 2 variables and 1 event the rows should be the arrays of the dictionary")
many = {f"variable_{i}": np.arange(4) + 10.0 * i for i in range(40)}
forty = checks.call(to_2d, many, says="to_2d should take any number of variables")
checks.close(
    forty, np.arange(4) + 10.0 * np.arange(40)[:, None], "with 40 variables some rows are missing or in the wrong place"
)
mixed = {"float": np.array([0.5, 1.5], dtype="float32"), "int": np.array([7, 8]), "bool": np.array([True, False])}
mixed = checks.call(to_2d, mixed, says="to_2d should work for branches of different types")
checks.close(mixed, [[0.5, 1.5], [7, 8], [1, 0]], "with branches of different types the values must survive")
wide = checks.call(
    to_2d,
    {"int": np.array([3, 4]), "float": np.array([0.25, 0.75])},
    says="to_2d should work for branches of different types",
)
checks.close(wide, [[3, 4], [0.25, 0.75]], "an integer branch in the first place must not round the others")
given = np.arange(4.0)
to_2d({"given": given, "other": np.zeros(4)})
checks.equal(given, np.arange(4.0), "to_2d changed an array that it was given")
checks.raises(
    ValueError,
    to_2d,
    {"a": np.zeros(3), "b": np.zeros(4)},
    says="arrays of different lengths must raise ValueError: their events do not match",
)
checks.raises(
    ValueError,
    to_2d,
    {"a": np.zeros(1), "b": np.zeros(4)},
    says="arrays of different lengths must raise ValueError: one event must not be repeated to fit",
)
### END HIDDEN TESTS

# %% [markdown]
# ## Events first
#
# Keras takes a batch as `inputs[i : i + batch_size]`, a slice of the **first** axis. So what a network is fed has the shape (n_events, n_variables): the transpose.
#
# **Task.** Make the inputs of both classes, with events first; the two background files joined with `np.concatenate`, low masses first.

# %% nbgrader={"grade": false, "grade_id": "inputs", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_inputs, background_inputs: arrays of shape (n_events, 6), columns in the order of VARIABLES, in GeV
### BEGIN SOLUTION
signal_inputs = np.ascontiguousarray(to_2d(signal_arrays).T)
background_inputs = np.concatenate([to_2d(arrays).T for arrays in background_arrays])
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "inputs-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks, datasets

variables = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
stored = {}
for file_name in ("GluGluHToWWTo2L2Nu_M125.root", "DYJetsToLL_M-10to50-LO.root", "DYJetsToLL_M-50-LO.root"):
    with datasets.open_root(f"hww/{file_name}") as root_file:
        tree_arrays = root_file["Events"].arrays(variables, library="np")
        stored[file_name] = [tree_arrays[variable] for variable in variables]
signal_rows, low_rows, high_rows = stored.values()
n_signal, n_low, n_high = (len(rows[0]) for rows in stored.values())
checks.shape(signal_inputs, (n_signal, 6), "signal_inputs", hint="events come first here: transpose")
checks.shape(
    background_inputs,
    (n_low + n_high, 6),
    "background_inputs",
    hint="events come first here, and both files belong to it",
)
signal_values, background_values = (
    checks.numbers(signal_inputs, "signal_inputs"),
    checks.numbers(background_inputs, "background_inputs"),
)
for column, variable in enumerate(variables):
    checks.close(
        signal_values[:, column],
        signal_rows[column],
        f"column {column} of signal_inputs should be {variable}, event by event",
    )
    merged = np.concatenate([low_rows[column], high_rows[column]])
    checks.same_events(background_values[:, column], merged, f"column {column} of background_inputs ({variable})")
    ### BEGIN HIDDEN TESTS
    checks.close(
        background_values[:, column],
        merged,
        f"column {column} of background_inputs should be {variable}, low masses first, in the order of the files",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Look at all six

# %%
figure, panels = plt.subplots(2, 3, figsize=(15, 8.5))
labels = [
    r"$p_\mathrm{T}^{\ell\ell}$",
    r"$m_\mathrm{T}^{H}$",
    r"$u_\perp$",
    r"$u_\parallel$",
    r"$p_\mathrm{T}^\mathrm{tot}$",
    r"$m^\mathrm{tot}$",
]
ranges = [(0, 150), (0, 250), (0, 100), (-150, 100), (0, 150), (0, 800)]
for column, axes in enumerate(panels.flat):
    for name, inputs in (("H → WW", signal_inputs), ("Drell–Yan", background_inputs)):
        counts, edges = np.histogram(inputs[:, column], bins=40, range=ranges[column])
        mplhep.histplot(counts / len(inputs), edges, label=f"{name}, {len(inputs)} events", ax=axes)
    width = (ranges[column][1] - ranges[column][0]) / 40
    axes.set(xlabel=f"{labels[column]} [GeV]", ylabel=f"fraction of events / {width:.3g} GeV")
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.legend()
plt.show()

# %% [markdown]
# *Figure: the six variables for signal and background, each as the fraction of its events; the legend gives the number of simulated events. Signal has more
# dilepton momentum (a peak near 50 GeV) and a transverse mass that rises to about 90 GeV and falls off around 125 GeV; Drell–Yan sits at low values of both. The recoil variables and the total mass differ mainly in their widths and tails.*

# %% [markdown]
# ## Normalise, but with whose mean?
#
# Exercise 1 normalised one variable. Now there are six variables and two classes, and two ways to get it wrong, both common.
#
# **The wrong axis.** `inputs.mean(axis=1)` is a mean over the variables of *one event*. It mixes momenta, masses and whatever else there is, and throws the event's overall scale away.
#
# **A mean for each class.** This one looks right: afterwards every input has mean 0 and variance 1. But normalise the signal with the signal's mean and the background with the background's, and each event carries a trace of its label: to do the same to an event of real data you would have to know which class it is.
# Watch what a small network makes of it. Beside the six variables it gets the number of jets, which differs between the classes, but not by much.

# %%
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier


def with_jets(inputs, *file_names):
    jets = [uproot.open(datasets.path(f"hww/{name}"))["Events"]["njet"].array(library="np") for name in file_names]
    return np.column_stack([inputs, np.concatenate(jets)]).astype(float)


both = [with_jets(signal_inputs, signal_file), with_jets(background_inputs, *background_files)]
is_signal = np.repeat([1, 0], [len(inputs) for inputs in both])
merged = np.concatenate(both)
normalised = {
    "one mean for all events": (merged - merged.mean(axis=0)) / merged.std(axis=0),
    "a mean for each event": (merged - merged.mean(axis=1, keepdims=True)) / merged.std(axis=1, keepdims=True),
    "a mean for each class": np.concatenate([(inputs - inputs.mean(axis=0)) / inputs.std(axis=0) for inputs in both]),
}

# %% tags=["nbval-ignore-output"]
chosen = np.random.default_rng(2).permutation(len(merged))[:20000]
training, test = chosen[:10000], chosen[10000:]
for way, inputs in normalised.items():
    network = MLPClassifier((32,), learning_rate_init=0.005, random_state=1, early_stopping=True, n_iter_no_change=5)
    network.fit(inputs[training], is_signal[training])
    area = roc_auc_score(is_signal[test], network.predict_proba(inputs[test])[:, 1])
    print(f"{way:24s} area under the ROC curve {area:.3f}")

# %% [markdown]
# The area under the ROC curve is 0.5 for a guess and 1 for a perfect separation (Exercise 5 draws the curve). The mean for each event loses information. The mean for each class *gains* some, out of nothing: the result is far too good,
# and it stays so on the test events, because they were normalised with the same knowledge of their class. The number of jets shows how.

# %%
figure, panels = plt.subplots(1, 2, figsize=(12, 4.5), sharey=True)
for axes, way in zip(panels, ("one mean for all events", "a mean for each class"), strict=True):
    for name, value in (("H → WW", 1), ("Drell–Yan", 0)):
        counts, edges = np.histogram(normalised[way][is_signal == value, -1], bins=100, range=(-1.5, 5.5))
        mplhep.histplot(counts / np.sum(is_signal == value), edges, label=name, ax=axes)
    axes.set(title=way, xlabel="number of jets, normalised", ylabel="fraction of events / 0.07", ylim=(0, 1))
    axes.legend()
plt.show()

# %% [markdown]
# *Figure: the number of jets after normalisation. Left, with one mean for all events, zero jets is the same number for both classes, and so are one, two and three. Right, with a mean for each class, zero jets has become two different
# numbers, one for signal and one for background: each spike belongs to one class.*
#
# The same happens, less visibly, to every variable with an edge or a peak at a fixed place. The right way is **one** mean and **one** standard deviation for all events, taken from the training sample (Exercise 5 does so).

# %% [markdown]
# **Question.** Why could the classifier with "a mean for each class" not be used on real data? Name one sign by which you could have found the mistake without reading the code.

# %% [markdown] nbgrader={"grade": true, "grade_id": "why-one-mean", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# To normalise an event one must know its class, which is what the classifier is asked for; real events come without a label. Signs: an integer variable takes different values in the two classes after normalisation; variables without separation
# seem to separate; both classes have mean exactly 0 in every input; the result beats every published one, or a classifier on `njet` alone is nearly perfect.
#
# **Marking scheme.** 1 point: the normalisation uses the label, which real events do not have. 1 point: any sign that would really show it.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# Merging the two background files by hand is fine for two. Read them with one call of `uproot.concatenate` and with `uproot.iterate` in steps of 5000 events, and check that you get the same array. Which of the two would you use for 500 files?
