# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 1: read a ROOT file with uproot
#
# **What you will learn**
#
# - what is inside a ROOT file: trees, branches, baskets;
# - how to read a branch into a NumPy array, and how to read only what you need;
# - why a network wants its inputs centred at zero with unit variance, and how to bring them there.
#
# **What you need to know:** Python lists and NumPy arrays. **Time:** 45 minutes.
#
# **Data:** `hww/GluGluHToWWTo2L2Nu_M125.root`, simulated H → WW → ℓνℓν events at 13 TeV, one entry per event.
# The lessons up to Exercise 6 look for this signal in a background of Drell–Yan lepton pairs.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and in later lessons a hidden part, which asks the same of other inputs when you hand in. Questions are marked by hand.
#
# [Start](../start.md) · [Exercise 2 →](../ex2_arrays/arrays.ipynb)

# %%
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import uproot
from hist import Hist

from helpers import datasets, figures

figures.use_style()
path = datasets.path("hww/GluGluHToWWTo2L2Nu_M125.root")
file = uproot.open(path)
print(path.name, "is open")

# %% [markdown]
# ## What is in the file?
#
# A [ROOT file](../glossary.md#root-file) is a small file system: it holds named objects, among them histograms and *trees*.
# A [tree](../glossary.md#tree) (`TTree`) is a table with one row per [event](../glossary.md#event).
#
# [uproot](https://uproot.readthedocs.io/en/latest/basic.html) reads such files in Python.
# `file.keys()` lists all objects, and `file.classnames()` is a dictionary that says of each what it is.
# A name may end in a cycle number such as `;1`, which counts how often it was written.
# (Ours holds nothing but one tree, so here either list would do; most files hold histograms and other objects, too, and there you need the classes.)
#
# **Task.** Make a list of the names of all trees in the file, with or without the cycle number.
#
# <details><summary>Hint 1</summary>
#
# Print `file.classnames()`. Which of its values is the class of a tree?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Go through the pairs of that dictionary with `.items()`, and keep the names whose class is `"TTree"`. A list comprehension with an `if` does it in one line.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "tree-names", "locked": false, "schema_version": 3, "solution": true, "task": false}
# tree_names: list of strings
### BEGIN SOLUTION
tree_names = [name for name, kind in file.classnames(cycle=False).items() if kind == "TTree"]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "tree-names-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.trees(tree_names, "hww/GluGluHToWWTo2L2Nu_M125.root", "tree_names")
checks.passed("tree_names holds the name of each tree in the file, and no other", more=False)

# %% [markdown]
# ## What is in the tree?
#
# The columns of a tree are called [*branches*](../glossary.md#branch).
# Ours hold one number for each event.
# A branch may also be [*jagged*](../glossary.md#jagged-array) and hold for each event a list of varying length, such as the transverse momenta of all its jets.
#
# **Task.** Open the tree `Events` and make a list of the names of its branches.
#
# <details><summary>Hint 1</summary>
#
# Square brackets open an object of the file by its name. A tree lists its branches the same way as a file lists its objects.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The file's method `keys` listed the objects of the file. Call the method of the same name of the tree.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "branch-names", "locked": false, "schema_version": 3, "solution": true, "task": false}
# branch_names: list of strings
### BEGIN SOLUTION
tree = file["Events"]
branch_names = tree.keys()
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "branch-names-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.branches(branch_names, "hww/GluGluHToWWTo2L2Nu_M125.root", "branch_names")
checks.passed("branch_names holds the name of each branch of the tree Events, and no other", more=False)

# %% [markdown]
# A name such as `mtw1` says little.
# The course's data sets carry a unit and a description for every column.
# (The lepton pair is numbered by transverse momentum, the larger one first; MET, *missing transverse energy*, is the usual short name of the size of the [missing transverse momentum](../glossary.md#missing-transverse-momentum).)

# %%
columns = datasets.columns("hww")
for name in ("pt1", "mll", "mtw1", "mth", "PuppiMET_pt"):
    print(f"{name:12s} [{columns[name].unit}] {columns[name].description}")

# %% [markdown]
# ## One branch, one array
#
# The neutrino of a W → ℓν decay is not seen, only the transverse momentum that it carries away.
# Lepton and [missing momentum](../glossary.md#missing-transverse-momentum) give a [*transverse mass*](../glossary.md#transverse-mass),
#
# $$ m_\mathrm{T}^{W_1} = \sqrt{2\, p_\mathrm{T}^{\ell}\, p_\mathrm{T}^\mathrm{miss}\, (1 - \cos\Delta\phi)} , $$
#
# where Δφ is the angle between the two in the plane across the beam.
# With the *leading* lepton (the one of highest pT) and the missing momentum of the whole event this is the branch `mtw1`.
#
# Machine-learning libraries take [NumPy arrays](https://numpy.org/doc/stable/user/absolute_beginners.html), and uproot makes one from a branch: `tree["name"].array(library="np")`.
# Without `library="np"` you get an [awkward array](https://awkward-array.org/doc/main/), which can also hold jagged branches but has fewer methods.
#
# **Task.** Read the branch `mtw1` of the tree `Events`.
#
# <details><summary>Hint 1</summary>
#
# The branch is an object of the tree, as the tree is an object of the file. A branch is not yet an array: it must be read.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Take the expression in the text above, with `file["Events"]` for the tree and the branch's name in the square brackets.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "mtw1", "locked": false, "schema_version": 3, "solution": true, "task": false}
# mtw1: array of shape (n_events,), in GeV
### BEGIN SOLUTION
mtw1 = file["Events"]["mtw1"].array(library="np")
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mtw1-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.branch(mtw1, "hww/GluGluHToWWTo2L2Nu_M125.root", "mtw1", "mtw1")
checks.passed("mtw1 holds one number for each event, in GeV and in the order of the file", more=False)

# %% [markdown]
# ## Mean and standard deviation
#
# **Task.** Compute the mean and the standard deviation of `mtw1`.
#
# <details><summary>Hint 1</summary>
#
# NumPy has a function for each: see its [statistics](https://numpy.org/doc/stable/reference/routines.statistics.html).
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.mean` and `np.std`. (`np.var` is the variance, the square of the standard deviation.)
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "mtw1-moments", "locked": false, "schema_version": 3, "solution": true, "task": false}
# mtw1_mean, mtw1_std: numbers, in GeV
### BEGIN SOLUTION
mtw1_mean = np.mean(mtw1)
mtw1_std = np.std(mtw1)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mtw1-moments-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.moments(mtw1_mean, mtw1_std, "hww/GluGluHToWWTo2L2Nu_M125.root", "mtw1")
checks.passed("mtw1_mean and mtw1_std are the mean and the standard deviation of the branch, in GeV", more=False)

# %% [markdown]
# ## Centre it, scale it
#
# A network multiplies its inputs with weights that start at random near zero.
# It then moves the weights step by step, all with the same step size, the [*learning rate*](../glossary.md#learning-rate).
# One step size cannot serve an input of order 100 and an input of order 1.
# So inputs are [*normalised*](../glossary.md#normalisation): shifted to mean 0 and scaled to unit variance.
#
# **Task.** Make a normalised copy of `mtw1`.
#
# <details><summary>Hint 1</summary>
#
# First take the mean away from every event, then divide every event by the same number. NumPy does either for a whole array at once.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Divide by the standard deviation. In Python a division comes before a subtraction, so the difference needs brackets.
# Use `-` and `/`, which make new arrays, and not `-=` and `/=`, which write into the old one.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "mtw1-normalized", "locked": false, "schema_version": 3, "solution": true, "task": false}
# mtw1_normalized: array of shape (n_events,), mean 0, variance 1, no unit
### BEGIN SOLUTION
mtw1_normalized = (mtw1 - mtw1_mean) / mtw1_std
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mtw1-normalized-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.normalised(mtw1_normalized, mtw1, "hww/GluGluHToWWTo2L2Nu_M125.root", "mtw1", "mtw1_normalized")
checks.passed("mtw1_normalized has mean 0 and standard deviation 1, and every event kept its place", more=False)

# %% [markdown]
# A histogram of both, made with [hist](https://hist.readthedocs.io/en/latest/) and drawn with [mplhep](https://mplhep.readthedocs.io/en/latest/).
# The bins of the second are those of the first, normalised like the values.

# %%
edges = np.linspace(0, 180, 37)
histograms = [
    Hist.new.Var(edges, label=r"$m_\mathrm{T}^{W_1}$ (mtw1) [GeV]").Double().fill(mtw1),
    Hist.new.Var((edges - mtw1_mean) / mtw1_std, label="mtw1, normalised").Double().fill(mtw1_normalized),
]
figure, panels = plt.subplots(1, 2, figsize=(13, 5), sharey=True)
for axes, histogram, label in zip(panels, histograms, ("as in the file", "normalised"), strict=True):
    mplhep.histplot(histogram, ax=axes, yerr=True, label=label, flow="sum")
    axes.set(xlabel=histogram.axes[0].label, xlim=histogram.axes[0].edges[[0, -1]])
    axes.legend(loc="upper right")
panels[0].set_ylabel("H → WW events / 5 GeV")
panels[1].set_ylabel(f"H → WW events / {5 / mtw1_std:.2f}")
plt.show()

# %% [markdown]
# *Figure: the transverse mass of the leading lepton and the missing momentum, before and after, with bars for the statistical errors (√n for a bin of n events).
# The shape is the same; the axis has moved to 0 and is counted in standard deviations.
# The last bin also holds everything beyond the axis.*
#
# ## Why gradient descent cares
#
# The [*loss*](../glossary.md#loss) of a network says how wrong its answers are.
# [*Gradient descent*](../glossary.md#gradient-descent) changes each weight against the slope of the loss: $w \to w - \eta\, \partial L / \partial w$, with one learning rate η for all weights.
#
# Take the simplest network, a weighted sum of two inputs plus a constant.
# The inputs are `mtw1` (GeV, of order 100) and `drll` (of order 1), the distance $\sqrt{(\Delta\eta)^2 + (\Delta\phi)^2}$ of the two leptons in [pseudorapidity](../glossary.md#pseudorapidity) η, which stands for the angle to the beam, and [azimuth](../glossary.md#azimuth) φ, the angle around it.
# The constant, called the [*bias*](../glossary.md#bias), we keep at its best value.
#
# Around the best weights the mean squared loss is a bowl, $L = \frac{1}{2}(c_1 w_1^2 + c_2 w_2^2)$.
# From here on $w_1$ and $w_2$ are the distances of the two weights from their best values, and each curvature $c$ is the variance of an input.
# (We leave out the small correlation of the inputs; subtracting the means is what separates the weights from the bias.)
# A step takes $w$ to $(1 - \eta c)\, w$, so the descent explodes if η > 2/c for any weight.
# Here η = 1.8 / (largest c), close to the largest that works.

# %%
drll = file["Events"]["drll"].array(library="np")
raw = np.array([np.var(mtw1), np.var(drll)], dtype=float)
curvatures = {"as in the file": raw, "normalised": np.array([1.0, 1.0])}


def descend(curvature, steps=30):
    """The weights before each step of gradient descent from (1, 1), and after the last: shape (steps + 1, 2)."""
    rate = 1.8 / curvature.max()
    weights = [np.array([1.0, 1.0])]
    for _ in range(steps):
        weights.append(weights[-1] - rate * curvature * weights[-1])
    return np.array(weights)


# %% tags=["show-in-book"]
figure, panels = plt.subplots(1, 2, figsize=(13, 5))
grid = np.linspace(-1.3, 1.3, 61)
for axes, (title, curvature) in zip(panels, curvatures.items(), strict=True):
    loss = (curvature[0] * grid[None, :] ** 2 + curvature[1] * grid[:, None] ** 2) / 2
    axes.contour(grid, grid, loss / loss.max(), levels=np.linspace(0.02, 1, 12), cmap="Greys", vmin=-0.6)
    axes.plot(*descend(curvature).T, "o-", color="C1", label="30 steps, from (1, 1)")
    axes.plot(0, 0, "*", color="C0", markersize=14, label="best weights")
    axes.set(title=title, xlabel="weight of mtw1 (from the best)", ylabel="weight of drll (from the best)")
    axes.legend(loc="lower right", frameon=True, framealpha=1)
plt.show()

# %% [markdown]
# *Figure: thirty steps of gradient descent on the bowl, contours of equal loss in grey.
# Left, with mtw1 in GeV, the steps jump from side to side along the steep direction, and along the flat one all thirty together move by only a twentieth of the way.
# Right, with both inputs normalised, they still jump (the learning rate is as bold), but they arrive.*

# %% [markdown]
# **Question.** Say in your own words why inputs are normalised before gradient descent.
# What sets the largest step that still works?
# And what does that step mean for the weights of the other inputs?

# %% [markdown] nbgrader={"grade": true, "grade_id": "why-normalise", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The loss changes with a weight as strongly as its input is large: the curvature along a weight is the variance of its input. One step size serves all weights. It must stay below about
# 2 / (largest curvature), or the steps overshoot and grow; along the weights of small inputs this step is then far too short, and training takes very long. With equal variances the bowl is
# round and one step size suits all. (Also: inputs of order 1 keep sigmoids and tanh out of their flat regions, and initial weights are chosen for inputs of order 1.)
#
# **Marking scheme.** 1 point: gradients, or curvature, scale with the size of the input, so one learning rate cannot suit inputs of very different scale. 1 point: the largest
# input limits the step, and the weights of small inputs learn slowly. Full marks also for a correct argument from saturation of activations plus one of the two.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Read only what you need
#
# A tree is stored branch by branch, and each branch in [*baskets*](../glossary.md#basket): blocks of consecutive events, compressed one by one.
# To give you one number of an event, uproot must fetch and decompress the whole basket that holds it.
# So leaving out branches, or long ranges of events, saves nearly all their time.
# Asking for single events in random order costs a fortune.

# %%
branch = file["Events"]["mtw1"]
print(
    f"{branch.num_entries} events in {branch.num_baskets} baskets, the first of {branch.basket(0).num_entries} events"
)
print(f"{branch.uncompressed_bytes} bytes before compression, {branch.compressed_bytes} on disk")

# %% [markdown]
# Four ways to read, from everything to little, with the arguments of [`TTree.arrays`](https://uproot.readthedocs.io/en/latest/uproot.behaviors.TTree.TTree.html).

# %%
ways = {
    "everything": {},
    "branches that start with m": {"filter_name": "m*"},
    "one branch": {"filter_name": "mtw1"},
    "one branch, first 1000 events": {"filter_name": "mtw1", "entry_stop": 1000},
}

# %%
import time


def milliseconds(options):
    """The time to read with these arguments, the best of five tries, each of a file opened anew."""
    tries = []
    for _ in range(5):
        tree = uproot.open(path, array_cache=None)["Events"]
        start = time.perf_counter()
        tree.arrays(library="np", **options)
        tries.append(1000 * (time.perf_counter() - start))
    return min(tries)


times = np.array([milliseconds(options) for options in ways.values()])

# %%
figure, axes = plt.subplots(figsize=(9, 3.5))
bars = axes.barh(list(ways), 100 * times / times[0], label="this machine, best of 5")
axes.bar_label(bars, [f" {ms:.1f} ms" for ms in times], fontsize="small")
axes.set(xlabel="time to read [% of reading everything]", ylabel="what is read", xlim=(0, 120))
axes.invert_yaxis()
axes.legend(loc="lower right")
plt.show()

# %% [markdown]
# *Figure: time to read the whole tree, the branches that start with m, one branch, and the first thousand events of one branch.
# Reading one branch is many times faster than reading all.
# A thirtieth of its events does not take a thirtieth of its time, because a basket is decompressed as a whole, and because every read has a cost of its own.*

# %% [markdown]
# ## Going further
#
# Read `mtw1` once more, but event by event in a random order (`entry_start=i, entry_stop=i + 1`), for 200 events with `array_cache=None`, and extrapolate to the whole file.
# How many times slower is it than reading the branch at once?
# Exercise 6 is about training on files for which this matters.

# %% [markdown]
# [Start](../start.md) · [Exercise 2 →](../ex2_arrays/arrays.ipynb)
