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
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in. Questions are marked by hand.
#
# [← Exercise 1](../ex1_uproot/uproot_basics.ipynb) · [Start](../start.md) · [Exercise 3 →](../ex3_weights_targets/weights_targets.ipynb)

# %%
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import uproot
from hist import Hist

from helpers import datasets, figures

figures.use_style()
VARIABLES = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
signal_file = "GluGluHToWWTo2L2Nu_M125.root"
background_files = ["DYJetsToLL_M-10to50-LO.root", "DYJetsToLL_M-50-LO.root"]

# %%
columns = datasets.columns("hww")
for name in VARIABLES:
    print(f"{name:10s} [{columns[name].unit}] {columns[name].description}")

# %% [markdown]
# ## Two leptons, and what they leave behind
#
# [Signal](../glossary.md#signal-and-background): two W bosons decay to leptons, and two neutrinos escape, so momentum is missing.
#
# [Drell–Yan](../glossary.md#drellyan) background: two leptons and (unless they are τ leptons) no neutrino.
# Whatever the pair carries in the transverse plane is balanced by the hadrons that recoil against it.
# The missing momentum that is still measured is the detector's resolution.
#
# The six variables ask, in different ways: *does the event balance without an invisible particle?*
# Two of them are components of the [hadronic recoil](../glossary.md#hadronic-recoil): `upara` along the momentum of the [dilepton](../glossary.md#dilepton) (the two leptons together), `uperp` across it.

# %%
leptons = np.array([[30.0, 18.0], [-8.0, 22.0]])
missing = np.array([14.0, -26.0])
dilepton = leptons.sum(axis=0)
recoil = -(dilepton + missing)
along = dilepton / np.linalg.norm(dilepton)
upara = recoil @ along
uperp = np.linalg.norm(recoil - upara * along)
print(f"upara = {upara:.1f} GeV, negative because it points away from the dilepton; uperp = {uperp:.1f} GeV, a size")

# %%
figure, axes = plt.subplots(figsize=(9, 8))
momenta = {"lepton 1": leptons[0], "lepton 2": leptons[1], "dilepton": dilepton, "missing": missing, "recoil": recoil}
arrows = [((0, 0), end, label, f"C{number}", "-") for number, (label, end) in enumerate(momenta.items())]
corner = upara * along
arrows += [((0, 0), corner, "upara", "black", "-"), (corner, recoil, "uperp", "black", ":")]
for start, end, label, color, style in arrows:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2.5, "ls": style})
    axes.plot([], color=color, lw=2.5, ls=style, label=label)
axes.axline((0, 0), dilepton, ls="--", color="grey", lw=1)
axes.set(xlim=(-55, 55), ylim=(-50, 60), xlabel=r"$p_x$ [GeV]", ylabel=r"$p_y$ [GeV]", aspect="equal")
axes.legend(loc="upper left", ncols=2)
plt.show()


# %% [markdown]
# *Figure: one event in the plane across the beam.
# The two leptons add up to the dilepton momentum; the hadronic recoil balances the sum of dilepton and missing momentum.
# The black arrows are the components of the recoil: upara (solid) along the dashed axis of the dilepton, uperp (dotted) from there to the tip of the recoil.*

# %% [markdown]
# ## A dictionary for each file
#
# `uproot.open(datasets.path("hww/…"))["Events"]` is the tree, as in Exercise 1.
# Its method [`arrays(names, library="np")`](https://uproot.readthedocs.io/en/latest/uproot.behaviors.TTree.TTree.html) reads several branches at once, into a dictionary.
#
# **Task.** Read the six variables of the signal file into a dictionary from name to array, and make a list of two such dictionaries for the background files, low masses first.
#
# <details><summary>Hint 1</summary>
#
# The same is to be done for three files: write a function of the file's name that returns the dictionary of one file.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# In the function, open the file `f"hww/{name}"`, take the tree and call `arrays` with `VARIABLES`. Call the function once for `signal_file`, and in a list comprehension for `background_files`, which has low masses first.
#
# </details>

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
from helpers import checks

variables = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
files = ["hww/DYJetsToLL_M-10to50-LO.root", "hww/DYJetsToLL_M-50-LO.root"]
checks.sample(signal_arrays, "hww/GluGluHToWWTo2L2Nu_M125.root", variables, "signal_arrays")
checks.samples(background_arrays, files, variables, "background_arrays")
checks.passed("each dictionary holds the six branches of its file, the low masses come first", more=False)


# %% [markdown]
# ## One array for all variables
#
# A network takes one array, not six.
#
# **Task.** Write `to_2d`: it stacks the arrays of a dictionary into one new array with **a row for each variable and a column for each event**.
# The rows follow the order of the dictionary, and arrays of different lengths raise `ValueError`.
# (The next step turns the array; many older codes want it this way.)
#
# <details><summary>Hint 1</summary>
#
# `arrays.values()` goes through the arrays in the order of the dictionary. See [NumPy's functions that join arrays](https://numpy.org/doc/stable/reference/routines.array-manipulation.html#joining-arrays): which one makes a new axis?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.stack` puts a list of arrays below one another, works for any number of them, and raises `ValueError` by itself. It wants a list, which `list(…)` makes of the values.
#
# </details>

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

whole, real, flag = np.array([10, 30, 20]), np.array([0.5, 1.5, 2.5]), np.array([True, False, True])
checks.stacks(to_2d, {"ptll": real, "mth": 10 * real})
checks.stacks(to_2d, {"whole": whole, "real": real, "flag": flag})
checks.stacks(to_2d, {"only": real})
for other in (np.zeros(4), np.zeros(1)):
    says = "arrays of different lengths must raise ValueError: do not cut them, and do not repeat an event to fit"
    checks.raises(ValueError, to_2d, {"a": real, "b": other}, says=says)
checks.passed("a row for each variable, in the order of the dictionary; lengths that differ are refused")
### BEGIN HIDDEN TESTS
checks.stacks(to_2d, {"z": np.array([1.0, 2.0]), "a": np.array([3.0, 4.0]), "m": np.array([5.0, 6.0])})
checks.stacks(to_2d, {"only": np.arange(5.0)})
checks.stacks(to_2d, {"a": np.zeros(1), "b": np.ones(1)})
checks.stacks(to_2d, {f"variable_{i}": np.arange(4) + 10.0 * i for i in range(40)})
checks.stacks(to_2d, {"real": np.float32([0.5, 1.5]), "whole": np.array([7, 8]), "flag": np.array([True, False])})
checks.raises(ValueError, to_2d, {"a": np.zeros(3), "b": np.zeros(3), "c": np.zeros(4)}, says=says)
### END HIDDEN TESTS

# %% [markdown]
# ## Events first
#
# [Keras](https://keras.io/api/models/model_training_apis/) takes a batch as `inputs[i : i + batch_size]`, a slice of the **first** axis.
# So what a network is fed has the shape (n_events, n_variables): the transpose.
# (A transpose turns rows into columns. `reshape` does not: it cuts one long sequence of numbers into rows of another length, and mixes events.)
#
# **Task.** Make the inputs of both classes, with events first.
# Join the two background files with [`np.concatenate`](https://numpy.org/doc/stable/reference/generated/numpy.concatenate.html), low masses first.
#
# <details><summary>Hint 1</summary>
#
# `array.T` is the transpose. Print the shapes before and after.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Apply `to_2d` and the transpose to each dictionary of `background_arrays`, in a list, and join that list along the first axis, which is what `np.concatenate` does if you say nothing.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "inputs", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_inputs, background_inputs: arrays of shape (n_events, 6), columns in the order of VARIABLES, in GeV
### BEGIN SOLUTION
signal_inputs = np.ascontiguousarray(to_2d(signal_arrays).T)
background_inputs = np.concatenate([to_2d(arrays).T for arrays in background_arrays])
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "inputs-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

variables = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
files = ["hww/DYJetsToLL_M-10to50-LO.root", "hww/DYJetsToLL_M-50-LO.root"]
checks.columns(signal_inputs, ["hww/GluGluHToWWTo2L2Nu_M125.root"], variables, "signal_inputs")
checks.columns(background_inputs, files, variables, "background_inputs")
checks.passed("a row for each event and a column for each variable, the low masses first", more=False)

# %% [markdown]
# ## Look at all six
#
# The histograms are made with [hist](https://hist.readthedocs.io/en/latest/) and drawn with [mplhep](https://mplhep.readthedocs.io/en/latest/).
# Each shows the fraction of its class, and its first and last bins also hold everything beyond the axis.

# %%
labels = {
    "ptll": (r"$p_\mathrm{T}^{\ell\ell}$", 0, 150),
    "mth": (r"$m_\mathrm{T}^{H}$", 0, 250),
    "uperp": (r"$u_\perp$", 0, 100),
    "upara": (r"$u_\parallel$", -150, 100),
    "ptTOT_cut": (r"$p_\mathrm{T}^\mathrm{tot}$", 0, 150),
    "mTOT_cut": (r"$m^\mathrm{tot}$", 0, 800),
}


# %%
def draw_variable(axes, name, sample, values):
    """Draw one variable of a sample as fractions of its events, with statistical errors."""
    symbol, low, high = labels[name]
    histogram = Hist.new.Reg(40, low, high, label=f"{symbol} ({name}) [GeV]").Weight().fill(values) / len(values)
    mplhep.histplot(histogram, ax=axes, label=f"{sample}, {len(values)} events", flow="sum")
    axes.set(xlabel=histogram.axes[0].label, ylabel=f"fraction of events / {(high - low) / 40:.3g} GeV")


# %% tags=["show-in-book"]
figure, panels = plt.subplots(3, 2, figsize=(13, 15))
for column, (axes, name) in enumerate(zip(panels.flat, VARIABLES, strict=True)):
    draw_variable(axes, name, "H → WW", signal_inputs[:, column])
    draw_variable(axes, name, "Drell–Yan", background_inputs[:, column])
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# *Figure: the six variables for signal and background, each as the fraction of its events; the legend gives the number of simulated events.
# Signal has more dilepton momentum (a peak near 50 GeV) and a transverse mass that rises to about 90 GeV and falls off around 125 GeV; Drell–Yan sits at low values of both.
# The recoil variables and the total mass differ mainly in their widths and tails.*

# %% [markdown]
# ## Normalise, but with whose mean?
#
# Exercise 1 [normalised](../glossary.md#normalisation) one variable.
# Now there are six variables and two classes, and two ways to get it wrong, both common.
#
# **The wrong axis.** `inputs.mean(axis=1)` is a mean over the variables of *one event*.
# It mixes momenta, masses and whatever else there is, and throws the event's overall scale away.
#
# **A mean for each class.** This one looks right: afterwards every input has mean 0 and variance 1.
# But normalise the signal with the signal's mean and the background with the background's, and each event carries a trace of its label.
# To do the same to an event of real data you would have to know which class it is.
# Such a trace is called a [leak](../glossary.md#leak).
#
# Watch what a small network makes of it.
# Beside the six variables it gets the number of jets, `njet`, which differs between the classes, but not by much.

# %%
def with_jets(inputs, *file_names):
    jets = [uproot.open(datasets.path(f"hww/{name}"))["Events"]["njet"].array(library="np") for name in file_names]
    return np.column_stack([inputs, np.concatenate(jets)]).astype(float)


both = [with_jets(signal_inputs, signal_file), with_jets(background_inputs, *background_files)]
is_signal = np.repeat([1, 0], [len(inputs) for inputs in both])
merged = np.concatenate(both)

# %%
normalised = {
    "one mean for all events": (merged - merged.mean(axis=0)) / merged.std(axis=0),
    "a mean for each event": (merged - merged.mean(axis=1, keepdims=True)) / merged.std(axis=1, keepdims=True),
    "a mean for each class": np.concatenate([(inputs - inputs.mean(axis=0)) / inputs.std(axis=0) for inputs in both]),
}

# %% [markdown]
# The network is scikit-learn's [`MLPClassifier`](https://scikit-learn.org/stable/modules/generated/sklearn.neural_network.MLPClassifier.html): short to write, and good enough for this.

# %% tags=["nbval-ignore-output"]
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier

chosen = np.random.default_rng(2).permutation(len(merged))[:20000]
training, test = chosen[:10000], chosen[10000:]
for way, inputs in normalised.items():
    network = MLPClassifier((32,), learning_rate_init=0.005, random_state=1, early_stopping=True, n_iter_no_change=5)
    network.fit(inputs[training], is_signal[training])
    area = roc_auc_score(is_signal[test], network.predict_proba(inputs[test])[:, 1])
    print(f"{way:24s} area under the ROC curve {area:.3f}")

# %% [markdown]
# The [area under the ROC curve](../glossary.md#area-under-the-roc-curve) is 0.5 for a guess and 1 for a perfect separation (Exercise 5 draws the curve).
# The mean for each event loses information.
# The mean for each class *gains* some, out of nothing: the result is far too good.
# It stays so on the test events, because they were normalised with the same knowledge of their class.
# The number of jets shows how.

# %%
figure, panels = plt.subplots(1, 2, figsize=(13, 5), sharey=True)
for axes, way in zip(panels, ("one mean for all events", "a mean for each class"), strict=True):
    for name, value in (("H → WW", 1), ("Drell–Yan", 0)):
        jets = normalised[way][is_signal == value, -1]
        histogram = Hist.new.Reg(70, -1.5, 5.5).Weight().fill(jets) / len(jets)
        mplhep.histplot(histogram, ax=axes, label=name, flow="sum")
    axes.set(title=way, xlabel="number of jets (njet), normalised", xlim=(-1.5, 5.5))
    axes.set(ylabel="fraction of events / 0.1", yscale="log", ylim=(1e-4, 3))
    axes.legend(loc="upper right")
plt.show()

# %% [markdown]
# *Figure: the number of jets after normalisation.
# Left, with one mean for all events, zero jets is the same number for both classes, and so are one, two and three.
# Right, with a mean for each class, zero jets has become two different numbers, one for signal and one for background: each spike belongs to one class.
# The vertical axis is logarithmic, and the last bin also holds everything beyond the axis.*
#
# The same happens, less visibly, to every variable with an edge or a peak at a fixed place.
# The right way is **one** mean and **one** standard deviation for all events, taken from the training sample (Exercise 5 does so).

# %% [markdown]
# **Question.** Why could the classifier with "a mean for each class" not be used on real data?
# Name one sign by which you could have found the mistake without reading the code.

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
# Merging the two background files by hand is fine for two.
# Read them with one call of `uproot.concatenate` and with `uproot.iterate` in steps of 5000 events, and check that you get the same array.
# Which of the two would you use for 500 files?

# %% [markdown]
# [← Exercise 1](../ex1_uproot/uproot_basics.ipynb) · [Start](../start.md) · [Exercise 3 →](../ex3_weights_targets/weights_targets.ipynb)
