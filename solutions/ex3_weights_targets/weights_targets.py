# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 3: weights and targets
#
# **What you will learn**
#
# - why simulated events carry weights, and what each factor of ours stands for;
# - how to turn weights into the number of events that the experiment expects;
# - how to scale weights for training without changing what they say about the background's composition;
# - how to make targets, and why you must always ask which class is 0.
#
# **What you need to know:** Exercise 2 (dictionaries of arrays). **Time:** 45 minutes.
#
# **Data:** the three H→WW and Drell–Yan files of Exercise 2.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in. Questions are marked by hand.
#
# [← Exercise 2](../ex2_arrays/arrays.ipynb) · [Start](../start.md) · [Exercise 4 →](../ex4_splitting/splitting.ipynb)

# %%
import matplotlib.pyplot as plt
import mplhep
import numpy as np
from hist import Hist

from helpers import datasets, figures

figures.use_style()

# %%
WEIGHT_BRANCHES = [
    "XSWeight",
    "SFweight2l",
    "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "GenLepMatch2l",
    "METFilter_MC",
]


# %% [markdown]
# The files are read with [uproot](https://uproot.readthedocs.io/en/latest/basic.html): `signal` is a dictionary of arrays, and `backgrounds` a list of two, low masses first, as in Exercise 2.

# %%
def read(file_name):
    with datasets.open_root(f"hww/{file_name}") as file:
        return file["Events"].arrays([*WEIGHT_BRANCHES, "mll"], library="np")


signal = read("GluGluHToWWTo2L2Nu_M125.root")
backgrounds = [read("DYJetsToLL_M-10to50-LO.root"), read("DYJetsToLL_M-50-LO.root")]

# %% [markdown]
# ## Six factors
#
# The generator makes as many events of a process as we ask for, not as many as nature would.
# The [weight](../glossary.md#event-weight) of an event mends that, and it mends what the simulation gets wrong:
#
# | branch | what it does |
# |---|---|
# | `XSWeight` | [cross-section](../glossary.md#cross-section) × [branching ratio](../glossary.md#branching-ratio) × 1 fb⁻¹ / number of events generated: the same for all events of a file |
# | `SFweight2l` | event weight: the efficiency of the trigger, which is not simulated, × a correction of the number of overlapping collisions ([pile-up](../glossary.md#pile-up)) |
# | `LepSF2l__…` | [scale factor](../glossary.md#scale-factor): a correction of the efficiency to identify the two leptons; depends on their flavour, pT and η |
# | `LepCut2l__…` | 1 if both leptons pass the tight identification, else 0 |
# | `GenLepMatch2l` | 1 if both match a generated lepton that comes from a W, a Z or a τ and not from a jet, else 0 |
# | `METFilter_MC` | 1 if the missing momentum is not detector noise, else 0 |
#
# The weight of an event is their product.
# A zero removes the event, as a cut would.

# %%
for branch in WEIGHT_BRANCHES:
    values = np.concatenate([sample[branch] for sample in (signal, *backgrounds)])
    print(f"{branch[:24]:24s} from {values.min():6.3f} to {values.max():7.3f}, {np.mean(values == 0):6.2%} zeros")


# %% [markdown]
# **Task.** Write `event_weights`: the product of the six weight branches, a new array with one weight for each event.
# It must work for any file with these branches, whatever other branches it has: also for an empty one, and for cuts that are stored as floats, integers or booleans.
#
# <details><summary>Hint 1</summary>
#
# Take the six arrays out of the dictionary by the names in `WEIGHT_BRANCHES`. Then multiply them event by event. Do not use `*=` on an array that came from the dictionary: it changes the dictionary's array.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# [`np.prod`](https://numpy.org/doc/stable/reference/generated/numpy.prod.html) multiplies all numbers of a list of arrays, unless you tell it along which axis: here across the six branches, which is the first.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "event-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def event_weights(tree_arrays):
    """The weight of each event: the product of the six weight branches.

    tree_arrays: dictionary from branch names to arrays of shape (n_events,); all other branches are ignored. A file may be
    empty, and the cuts (0 or 1) may be stored as floats, integers or booleans.
    Returns a new array of shape (n_events,).
    """
    ### BEGIN SOLUTION
    return np.prod([tree_arrays[branch] for branch in WEIGHT_BRANCHES], axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "event-weights-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.weighs(event_weights, n_events=8)
checks.weighs(event_weights, n_events=9, cuts=int)
checks.weighs(event_weights, n_events=10, cuts=bool)
checks.weighs(event_weights, n_events=0)
checks.passed("the weight is the product of the six branches and of nothing else, however the cuts are stored")
### BEGIN HIDDEN TESTS
checks.weighs(event_weights, n_events=50)
checks.weighs(event_weights, n_events=1)
checks.weighs(event_weights, n_events=7, cuts=bool)
checks.weighs(event_weights, n_events=0, cuts=int)
### END HIDDEN TESTS

# %% [markdown]
# ## How many events do we expect?
#
# The weights refer to 1 fb⁻¹ of [integrated luminosity](../glossary.md#integrated-luminosity).
# So their sum is the number of events expected in 1 fb⁻¹ of data after the selection: the [*yield*](../glossary.md#yield).
#
# (Zero-weight events stay in the arrays: they add nothing to a sum, and every array keeps its length.)
#
# **Task.** Compute the yields of the signal and of each background, low masses first.
#
# <details><summary>Hint 1</summary>
#
# A yield is not a number of simulated events: it is the sum of what your `event_weights` returns for the sample.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# An array has a method `sum`. For the backgrounds write a list comprehension over `backgrounds`, with one sum for each.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "yields", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_yield: a number. background_yields: a list of two numbers, in the order of backgrounds. Events in 1 fb^-1.
### BEGIN SOLUTION
signal_yield = event_weights(signal).sum()
background_yields = [event_weights(background).sum() for background in backgrounds]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "yields-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.yields(signal_yield, ["hww/GluGluHToWWTo2L2Nu_M125.root"], "signal_yield")
files = ["hww/DYJetsToLL_M-10to50-LO.root", "hww/DYJetsToLL_M-50-LO.root"]
checks.yields(background_yields, files, "background_yields")
checks.passed("each yield is the sum of the weights of its file, the low masses first", more=False)

# %%
for name, expected in {
    "H → WW": signal_yield,
    "Drell–Yan 10–50 GeV": background_yields[0],
    "Drell–Yan above 50 GeV": background_yields[1],
}.items():
    print(f"{name:22s} {expected:9.3g} events in 1/fb")

# %% [markdown]
# One signal event hides among ten thousand background events.
# Now look at what the weights do to the mass of the lepton pair, `mll`, in histograms made with [hist](https://hist.readthedocs.io/en/latest/) and drawn with [mplhep](https://mplhep.readthedocs.io/en/latest/).

# %%
masses = [background["mll"] for background in backgrounds]
weights = [event_weights(background) for background in backgrounds]
by_number, by_weight = len(masses[0]) / sum(map(len, masses)), background_yields[0] / sum(background_yields)
print(f"low masses make {by_number:.0%} of the simulated background events and {by_weight:.1%} of the expected ones")

# %% tags=["show-in-book"]
processes = ["Drell–Yan, 10 < m < 50 GeV", "Drell–Yan, m > 50 GeV"]
ones = [np.ones(len(mass)) for mass in masses]
figure, panels = plt.subplots(1, 2, figsize=(13, 5))
for axes, counted, events in zip(panels, (ones, weights), ("simulated events", "expected events"), strict=True):
    mass_axis = Hist.new.Reg(60, 10, 130, label=r"$m_{\ell\ell}$ (mll) [GeV]")
    stack = [mass_axis.Weight().fill(m, weight=w) for m, w in zip(masses, counted, strict=True)]
    mplhep.histplot(stack, ax=axes, stack=True, histtype="fill", label=processes, flow="sum")
    axes.set(xlabel=stack[0].axes[0].label, ylabel=f"{events} / 2 GeV", yscale="log")
    total = sum(map(np.sum, counted))
    axes.set_ylim(1e-5 * total, 30 * total)
    axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# *Figure: invariant mass of the lepton pair, both backgrounds stacked; the last bin also holds everything above 130 GeV.
# Both vertical axes span the same number of decades.
# (The samples meet at a generated mass of 50 GeV. Drawn is the measured one, which came out a little above 50 GeV in some events of the low-mass sample, and at 81 GeV in one.)
# Left, every event counts 1, and the low-mass sample looks like a sizeable part of the background.
# Right, every event counts its weight, and the low-mass sample has sunk by a factor of more than ten beside the Z peak: the sample that has fewer generated events for its cross-section counts more per event.*

# %% [markdown]
# ## Weights of order one
#
# What a network minimises in training, the [*loss*](../glossary.md#loss), is a weighted mean over events.
# The weights are about 50 for most of the background and 0.006 for the signal.
# With these, to call everything background would be nearly perfect, and the size of a training step would depend on how many events somebody once generated.
# So each class gets a mean weight of 1.
#
# The background is *one* class made of two processes.
# Divide its weights by their common mean **after** merging, and the ratio of the two processes stays as nature made it.
#
# **Task.** Make the normalised weights of both classes, divided by the mean over all events of the class (zeros included); the background files merged in the order of the list.
#
# <details><summary>Hint 1</summary>
#
# Two steps for each class: first the weights of all its events in one array, then a division by the mean of that array.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Join the arrays of `event_weights` of both backgrounds with `np.concatenate`, then divide the joined array by its own `mean()`. The signal needs no joining.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "normalised-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_weights, background_weights: arrays of shape (n_events,), mean 1
### BEGIN SOLUTION
signal_weights = event_weights(signal)
signal_weights = signal_weights / signal_weights.mean()
background_weights = np.concatenate([event_weights(background) for background in backgrounds])
background_weights = background_weights / background_weights.mean()
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "normalised-weights-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.mean_one(signal_weights, ["hww/GluGluHToWWTo2L2Nu_M125.root"], "signal_weights")
files = ["hww/DYJetsToLL_M-10to50-LO.root", "hww/DYJetsToLL_M-50-LO.root"]
checks.mean_one(background_weights, files, "background_weights")
checks.passed("both classes have a mean weight of 1, and the two backgrounds keep their ratio", more=False)

# %% [markdown]
# ## Targets
#
# The target, or [*label*](../glossary.md#label), of an event is what the network should answer.
# Exercises 3 to 6 say **0 for signal and 1 for background**, as their first edition did.
#
# Most code, and every later lesson of this course, uses the opposite: 1 for signal, so that a high score means signal-like.
# Neither is wrong.
# What goes wrong is to take the convention for granted: a ROC curve of the flipped label lies below the diagonal, and a paper's "score > 0.9" may be the background.
# Write down which it is wherever labels appear.
#
# **Task.** Make one label for every event of each class.
#
# <details><summary>Hint 1</summary>
#
# The labels of a class are all the same number, and there are as many as there are weights of the class.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.zeros` and `np.ones` make an array of a given length. Take the lengths from `signal_weights` and `background_weights`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "labels", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_labels, background_labels: arrays of shape (n_events,), 0 = signal, 1 = background
### BEGIN SOLUTION
signal_labels = np.zeros(len(signal_weights))
background_labels = np.ones(len(background_weights))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "labels-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.labels(signal_labels, ["hww/GluGluHToWWTo2L2Nu_M125.root"], 0, "signal_labels")
files = ["hww/DYJetsToLL_M-10to50-LO.root", "hww/DYJetsToLL_M-50-LO.root"]
checks.labels(background_labels, files, 1, "background_labels")
checks.passed("every event has a label, 0 for signal and 1 for background", more=False)

# %% [markdown]
# **Question.** A colleague divides the weights of *each background file* by their own mean and only then merges.
# What changes in the background that the network sees?
# And what would that do to a classifier that is used on real data?

# %% [markdown] nbgrader={"grade": true, "grade_id": "normalise-before-merging", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# Each file then counts in proportion to the number of events generated, not to its yield: low-mass Drell–Yan gets as much weight per event as the Z peak, though its expected yield is far smaller. The network spends
# its capacity on a background that hardly exists in data and learns less about the one that dominates; its score still separates, but is not optimal for the true mixture, and efficiencies computed with these weights
# are those of a wrong mixture.
#
# **Marking scheme.** 1 point: the relative size of the two processes no longer follows cross-section × efficiency (it follows the numbers of simulated events). 1 point: a consequence (training optimised for the wrong
# mixture, or background efficiency and ROC curve wrong for data).
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# A sample of unequal weights is worth less than one of as many equal weights.
# The [*effective number of events*](../glossary.md#effective-number-of-events), $N_\mathrm{eff} = (\sum w)^2 / \sum w^2$, is the number of unweighted events with the same relative error.
# Compute it for both backgrounds, alone and merged.
# Which of the two samples limits the merged one, and where would you spend the next hour of generating events?

# %% [markdown]
# [← Exercise 2](../ex2_arrays/arrays.ipynb) · [Start](../start.md) · [Exercise 4 →](../ex4_splitting/splitting.ipynb)
