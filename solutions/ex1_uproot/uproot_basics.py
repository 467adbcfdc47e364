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
# **Data:** `hww/GluGluHToWWTo2L2Nu_M125.root`, simulated H → WW → ℓνℓν events at 13 TeV, one entry per event. The lessons up to
# Exercise 6 look for this signal in a background of Drell–Yan lepton pairs.

# %%
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import uproot

from helpers import datasets, figures

figures.use_style()
path = datasets.path("hww/GluGluHToWWTo2L2Nu_M125.root")
file = uproot.open(path)
print(path.name, "is open")

# %% [markdown]
# ## What is in the file?
#
# A ROOT file is a small file system: it holds named objects, among them histograms and *trees*. A tree (`TTree`) is a table with
# one row per event. `file.keys()` lists all objects, `file.classnames()` says of each what it is. A name may carry a cycle number such as
# `;1`, which counts how often it was written.
#
# **Task.** Make a list of the names of all trees in the file, with or without the cycle number.

# %% nbgrader={"grade": false, "grade_id": "tree-names", "locked": false, "schema_version": 3, "solution": true, "task": false}
# tree_names: list of strings
### BEGIN SOLUTION
tree_names = [name for name, kind in file.classnames(cycle=False).items() if kind == "TTree"]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "tree-names-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.that(not isinstance(tree_names, dict), "tree_names should be a list of names, not a dictionary")
without_cycle = sorted({name.split(";")[0] for name in checks.strings(tree_names, "tree_names")})
checks.that(len(without_cycle) > 0, "tree_names is empty, but the file holds at least one tree: look at file.keys()")
### BEGIN HIDDEN TESTS
import uproot

from helpers import datasets

in_the_file = uproot.open(datasets.path("hww/GluGluHToWWTo2L2Nu_M125.root")).classnames(cycle=False)
expected = [name for name, kind in in_the_file.items() if kind == "TTree"]
checks.names(without_cycle, expected, "tree_names")
### END HIDDEN TESTS

# %% [markdown]
# ## What is in the tree?
#
# The columns of a tree are called *branches*. Ours hold one number per event each; a branch may also be *jagged* and hold for each event a list of varying
# length, such as the transverse momenta of all its jets.
#
# **Task.** Open the tree `Events` and list its branches.

# %% nbgrader={"grade": false, "grade_id": "branch-names", "locked": false, "schema_version": 3, "solution": true, "task": false}
# branch_names: list of strings
### BEGIN SOLUTION
tree = file["Events"]
branch_names = tree.keys()
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "branch-names-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.that(not isinstance(branch_names, dict), "branch_names should be a list of names, not a dictionary")
names = checks.strings(branch_names, "branch_names")
checks.that("mtw1" in names, "branch_names does not hold 'mtw1': list the branches of the tree Events")
### BEGIN HIDDEN TESTS
import uproot

from helpers import datasets

in_the_tree = uproot.open(datasets.path("hww/GluGluHToWWTo2L2Nu_M125.root"))["Events"].keys()
checks.names(names, in_the_tree, "branch_names")
### END HIDDEN TESTS

# %% [markdown]
# A name such as `mtw1` says little. The course's data sets carry a unit and a description for every column.

# %%
columns = datasets.columns("hww")
for name in ("pt1", "mll", "mtw1", "mth", "PuppiMET_pt"):
    print(f"{name:12s} [{columns[name].unit}] {columns[name].description}")

# %% [markdown]
# ## One branch, one array
#
# The neutrino of a W → ℓν decay is not seen, only the transverse momentum that it carries away. Lepton and missing momentum give a *transverse mass*,
#
# $$ m_\mathrm{T}^{W_1} = \sqrt{2\, p_\mathrm{T}^{\ell}\, p_\mathrm{T}^\mathrm{miss}\, (1 - \cos\Delta\phi)} , $$
#
# where Δφ is the angle between the two in the plane across the beam. With the *leading* lepton (the one of highest pT) and the missing momentum of the whole event this is the branch `mtw1`. Machine-learning libraries take NumPy arrays, and uproot makes one from a branch:
# `tree["name"].array(library="np")`. (Older tutorials write `tree.array("name")`, which today's uproot no longer knows.)
#
# **Task.** Read the branch `mtw1`.

# %% nbgrader={"grade": false, "grade_id": "mtw1", "locked": false, "schema_version": 3, "solution": true, "task": false}
# mtw1: array of shape (n_events,), in GeV
### BEGIN SOLUTION
mtw1 = file["Events"]["mtw1"].array(library="np")
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mtw1-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
import uproot

from helpers import checks, datasets

tree = uproot.open(datasets.path("hww/GluGluHToWWTo2L2Nu_M125.root"))["Events"]
checks.numbers(mtw1, "mtw1")
checks.shape(mtw1, (tree.num_entries,), "mtw1", hint="one number for every event of the tree")
### BEGIN HIDDEN TESTS
checks.close(
    mtw1,
    tree["mtw1"].array(library="np"),
    "mtw1 does not hold the values of the branch 'mtw1', in GeV and in the order of the file",
)
### END HIDDEN TESTS

# %% [markdown]
# ## Mean and standard deviation
#
# **Task.** Compute both for `mtw1`.

# %% nbgrader={"grade": false, "grade_id": "mtw1-moments", "locked": false, "schema_version": 3, "solution": true, "task": false}
# mtw1_mean, mtw1_std: numbers, in GeV
### BEGIN SOLUTION
mtw1_mean = np.mean(mtw1)
mtw1_std = np.std(mtw1)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mtw1-moments-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.number(mtw1_mean, "mtw1_mean")
checks.that(checks.number(mtw1_std, "mtw1_std") > 0, "a standard deviation is positive")
### BEGIN HIDDEN TESTS
import uproot

from helpers import datasets

with uproot.open(datasets.path("hww/GluGluHToWWTo2L2Nu_M125.root")) as root_file:
    exact = root_file["Events"]["mtw1"].array(library="np").astype(float)
# 1e-4 covers sums in float32, 1 / n either convention for the standard deviation (n or n - 1 in the denominator).
checks.close(
    checks.number(mtw1_mean, "mtw1_mean"),
    exact.mean(),
    "mtw1_mean is not the mean of the branch mtw1 in GeV",
    rtol=1e-4,
)
checks.close(
    checks.number(mtw1_std, "mtw1_std"),
    exact.std(),
    "mtw1_std is not the standard deviation (the root of the variance) of mtw1 in GeV",
    rtol=1e-4 + 1 / len(exact),
)
### END HIDDEN TESTS

# %% [markdown]
# ## Centre it, scale it
#
# A network multiplies its inputs with weights that start at random near zero, and then moves them step by step, all with the same step size
# (the *learning rate*). An input of order 100 and one of order 1 cannot both be served by it. So inputs are *normalised*: shifted to mean 0 and scaled
# to unit variance.
#
# **Task.** Make a normalised copy of `mtw1`.

# %% nbgrader={"grade": false, "grade_id": "mtw1-normalized", "locked": false, "schema_version": 3, "solution": true, "task": false}
# mtw1_normalized: array of shape (n_events,), mean 0, variance 1, no unit
### BEGIN SOLUTION
mtw1_normalized = (mtw1 - mtw1_mean) / mtw1_std
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "mtw1-normalized-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np
import uproot

from helpers import checks, datasets

tree = uproot.open(datasets.path("hww/GluGluHToWWTo2L2Nu_M125.root"))["Events"]
checks.shape(mtw1_normalized, (tree.num_entries,), "mtw1_normalized", hint="every event keeps its place")
normalized = checks.numbers(mtw1_normalized, "mtw1_normalized").astype(float)
checks.close(normalized.mean(), 0, "the mean of mtw1_normalized should be 0: subtract the mean first", atol=1e-3)
checks.close(
    normalized.std(),
    1,
    "the standard deviation of mtw1_normalized should be 1: divide by the standard deviation, not by the variance",
    atol=1e-3,
)
### BEGIN HIDDEN TESTS
exact = tree["mtw1"].array(library="np").astype(float)
exact = (exact - exact.mean()) / exact.std()
checks.close(
    normalized,
    exact,
    "mtw1_normalized is not mtw1, shifted and scaled: the shape of the distribution must stay as it is",
    rtol=1e-3,
    atol=1e-3,
)
### END HIDDEN TESTS

# %%
figure, (before, after) = plt.subplots(1, 2, figsize=(11, 4.5))
edges = np.linspace(0, 200, 51)
mplhep.histplot(np.histogram(mtw1, edges), ax=before, label=f"H → WW, {len(mtw1)} events")
before.set(xlabel=r"$m_\mathrm{T}^{W_1}$ [GeV]", ylabel="events / 4 GeV")
mplhep.histplot(np.histogram(mtw1_normalized, (edges - mtw1_mean) / mtw1_std), ax=after, color="C1", label="normalised")
after.set(xlabel=r"$m_\mathrm{T}^{W_1}$, normalised", ylabel="events in the same bins")
for axes in (before, after):
    axes.set_ylim(0, 1.2 * axes.get_ylim()[1])
    axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# *Figure: the transverse mass of the leading lepton and the missing momentum, before and after. The shape is the same; the axis has moved to 0 and is counted in
# standard deviations.*
#
# ## Why gradient descent cares
#
# The *loss* of a network says how wrong its answers are. *Gradient descent* changes each weight against the slope of the loss: $w \to w - \eta\, \partial L / \partial w$, with one learning rate η for all weights.
#
# Take the simplest network, a weighted sum of two inputs plus a constant (the *bias*, which we keep at its best value): `mtw1` (GeV, of order 100) and `drll`, the distance of the leptons in η and φ (of order 1). Around the best weights its
# mean squared loss is a bowl, $L = \frac{1}{2}(c_1 w_1^2 + c_2 w_2^2)$, where each curvature $c$ is the variance of an input (we leave out their small correlation; subtracting the means is what separates the weights from the bias). A step takes $w$ to $(1 - \eta c)\, w$, so the descent explodes if
# η > 2/c for any weight. Here η = 1.8 / (largest c), close to the largest that works.

# %%
drll = file["Events"]["drll"].array(library="np")
figure, panels = plt.subplots(1, 2, figsize=(11, 4.5))
for axes, scales, title in (
    (panels[0], (1, 1), "as they are"),
    (panels[1], (np.std(mtw1), np.std(drll)), "normalised"),
):
    curvature = np.array([np.var(mtw1 / scales[0]), np.var(drll / scales[1])], dtype=float)
    step, weights = 1.8 / curvature.max(), [np.array([1.0, 1.0])]
    for _ in range(30):
        weights.append(weights[-1] - step * curvature * weights[-1])
    grid = np.linspace(-1.3, 1.3, 61)
    loss = (curvature[0] * grid[None, :] ** 2 + curvature[1] * grid[:, None] ** 2) / 2
    axes.contour(grid, grid, loss / loss.max(), levels=np.linspace(0.02, 1, 12), cmap="Greys")
    axes.plot(*np.transpose(weights), "o-", color="C1", label="30 steps, from (1, 1)")
    axes.plot(0, 0, "*", color="C0", markersize=14, label="best weights")
    axes.set(title=title, xlabel="weight of mtw1 (from the best)", ylabel="weight of drll (from the best)")
    axes.legend(loc="lower left")
plt.show()

# %% [markdown]
# *Figure: thirty steps of gradient descent on the bowl, contours of equal loss in grey. Left, with mtw1 in GeV, the steps jump from side to side along the steep direction and do not visibly move
# along the flat one. Right, with both inputs normalised, they still jump (the learning rate is as bold), but they arrive.*

# %% [markdown]
# **Question.** Say in your own words why inputs are normalised before gradient descent. What sets the largest step that
# still works, and which weight pays for it?

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
# A tree is stored branch by branch, and each branch in *baskets*: blocks of consecutive events, compressed one by one. To give you one number of an
# event, uproot must fetch and decompress the whole basket that holds it. So leaving out branches, or long ranges of events, saves nearly all their time, and asking for single events in random order costs a
# fortune.

# %%
branch = file["Events"]["mtw1"]
print(
    f"{branch.num_entries} events in {branch.num_baskets} baskets, the first of {branch.basket(0).num_entries} events"
)
print(f"{branch.uncompressed_bytes} bytes before compression, {branch.compressed_bytes} on disk")

# %%
import time

ways = {
    "everything": {},
    "branches that start with m": {"filter_name": "m*"},
    "one branch": {"filter_name": "mtw1"},
    "one branch, first 1000 events": {"filter_name": "mtw1", "entry_stop": 1000},
}
milliseconds = []
for options in ways.values():
    tries = []
    for _ in range(5):
        tree = uproot.open(path, array_cache=None)["Events"]
        start = time.perf_counter()
        tree.arrays(library="np", **options)
        tries.append(1000 * (time.perf_counter() - start))
    milliseconds.append(min(tries))

figure, axes = plt.subplots(figsize=(8, 3.2))
percent = 100 * np.array(milliseconds) / milliseconds[0]
bars = axes.barh(list(ways), percent, label="this machine, best of 5")
axes.bar_label(bars, [f" {ms:.1f} ms" for ms in milliseconds], fontsize="small")
axes.set(xlabel="time to read [% of reading everything]", ylabel="what is read", xlim=(0, 120))
axes.invert_yaxis()
axes.legend(loc="lower right")
plt.show()

# %% [markdown]
# *Figure: time to read the whole tree, the branches that start with m, one branch, and the first thousand events of one branch. Reading one
# branch is many times faster than reading all. A thirtieth of its events does not take a thirtieth of its time, because a basket is decompressed as a whole, and because every read has a cost of its own.*

# %% [markdown]
# ## Going further
#
# Read `mtw1` once more, but event by event in a random order (`entry_start=i, entry_stop=i + 1`), for 200 events with `array_cache=None`, and extrapolate to the whole file. How many
# times slower is it than reading the branch at once? Exercise 6 is about training on files for which this matters.
