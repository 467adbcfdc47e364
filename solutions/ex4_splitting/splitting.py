# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 4: shuffle, then split
#
# **What you will learn**
#
# - why the order of events in a file is information that a network must not get;
# - how to shuffle several arrays so that every event keeps its own weight and label;
# - how to split a sample into training, validation and test parts, and what each part is for;
# - how to see in a plot that a split went wrong.
#
# **What you need to know:** NumPy indexing; Exercise 3 (weights and targets). **Time:** 60 minutes.
#
# **Data:** `hww/arrays.npz`, what Exercises 2 and 3 make from the three H→WW and Drell–Yan files.
# For signal and background it holds the six input variables `ptll`, `mth`, `uperp`, `upara`, `ptTOT_cut`, `mTOT_cut` (GeV, one row per event), the weights (divided by the mean of their class) and the labels (0 = signal, 1 = background).
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in. Questions are marked by hand.
#
# [← Exercise 3](../ex3_weights_targets/weights_targets.ipynb) · [Start](../start.md) · [Exercise 5 →](../ex5_first_network/first_network.ipynb)

# %%
import matplotlib.pyplot as plt
import mplhep
import numpy as np
from hist import Hist

from helpers import datasets, figures

figures.use_style()
arrays = datasets.load_arrays("hww/arrays.npz")
for name, array in arrays.items():
    print(f"{name:18s} {array.shape}")

# %% [markdown]
# ## A file has an order
#
# The background array is two files one after the other: Drell–Yan with 10 < m < 50 GeV, then Drell–Yan with m > 50 GeV.
# The two have very different cross-sections per generated event, so the weight tells them apart at a glance.

# %%
figure, axes = plt.subplots(figsize=(9, 5))
axes.plot(arrays["background_weights"], ".", markersize=1, rasterized=True, label="background events")
axes.set(xlabel="position in the array", ylabel="event weight (mean 1)", ylim=(-0.1, 3))
axes.legend(loc="upper left", markerscale=8)
plt.show()


# %% [markdown]
# *Figure: weight against position.
# The weights stay at one level up to the place where the first file ends and jump to a higher one there; the points at zero are events that a cut removes.*
#
# Cut this array into a first, a second and a last part as it stands, and the last part holds no low-mass event at all.

# %% [markdown]
# ## One permutation for all
#
# An event is a row of inputs, a weight and a label.
# Shuffle the three arrays one after the other, and event 17 gets somebody else's weight.
# Nothing crashes, the network trains, the loss even falls a little: and every number after it is wrong.
#
# So draw *one* random order and use it for every array.
# Take it from the [random generator](../glossary.md#random-generator) `rng` that the function is given, a [NumPy `Generator`](https://numpy.org/doc/stable/reference/random/generator.html): the same seed then gives the same order.
#
# **Task.** Write `shuffle_together`.
# It returns a tuple with the arrays in the same random order and leaves the ones it was given as they are.
# All chance comes from `rng`, every order is equally likely, and arrays of different lengths raise `ValueError`.
#
# <details><summary>Hint 1</summary>
#
# An order is an array of positions, such as `[2, 0, 1]`. `array[order]` is a new array with the events at these positions, whatever the shape of an event.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `rng.permutation(n)` returns a random order of n events. (`rng.shuffle` returns `None`.) Draw it once, then index each array with it. Before that, compare the lengths of all arrays.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "shuffle-together", "locked": false, "schema_version": 3, "solution": true, "task": false}
def shuffle_together(rng, *arrays):
    """Put the events of all arrays in one common random order.

    rng: a numpy random Generator, the only source of chance: in the same state it gives the same order.
    arrays: any number of NumPy arrays, events along the first axis, all of the same length, which may be 0.
    Returns a tuple of new arrays. Raises ValueError if the lengths differ.
    """
    ### BEGIN SOLUTION
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1:
        raise ValueError(f"arrays of different lengths: {sorted(lengths)}")
    order = rng.permutation(lengths.pop())
    return tuple(array[order] for array in arrays)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "shuffle-together-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

event, other = np.arange(20_000), np.arange(1999)
checks.shuffles(shuffle_together, np.stack([event, -event], axis=1), event / 10, event % 2)
checks.shuffles(shuffle_together, event)
checks.shuffles(shuffle_together, np.empty((0, 6)))
says = "lengths that differ must raise ValueError"
checks.raises(ValueError, shuffle_together, np.random.default_rng(1), event, event, other, says=says)
checks.passed("all arrays are in one random order, which comes from rng; nothing was lost or changed")
### BEGIN HIDDEN TESTS
checks.shuffles(shuffle_together, np.arange(12), np.arange(12.0), np.array(list("abcdefghijkl")))
first = np.array([shuffle_together(np.random.default_rng(seed), np.arange(4))[0][0] for seed in range(400)])
counts = np.bincount(first, minlength=4)
# A fair shuffle puts each of 4 events first 100 +- 9 times of 400; 5 standard deviations are allowed.
checks.that(
    counts.min() > 55,
    "not every event can come first: of 400 shuffles, events 0 to 3 led {counts} times",
    counts=counts.tolist(),
)
checks.raises(ValueError, shuffle_together, np.random.default_rng(1), event, other, says=says)
### END HIDDEN TESTS

# %% [markdown]
# ## Three parts
#
# A network with thousands of parameters can learn a sample by heart ([overfitting](../glossary.md#overfitting)).
# What it is worth shows only on events that it has never met.
# So a sample is split into three parts:
#
# - [**training**](../glossary.md#training-validation-and-test-sample): the parameters of the network are fitted to these events;
# - **validation**: *you* look at these events, again and again, to choose the number of layers or when to stop. Your choices are fitted to them;
# - **test**: nobody looks until everything is fixed. The result on these events is the one that you quote.
#
# **Task.** Write `split`.
# For 1000 events, `split(array, 0.2, 0.3)` gives 500 training, 200 validation and 300 test events.
# Where the fractions do not give whole numbers, a part may be one event larger or smaller than its fraction says, and the part that takes the rest of the rounding, whichever you choose, may be off by less than two.
# The order is kept: joined again, the three parts are the array.
# A negative fraction, or fractions that sum to more than 1, raise `ValueError`.
#
# <details><summary>Hint 1</summary>
#
# First turn the fractions into whole numbers of events for validation and test; training gets the rest. Then cut with slices.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Compute the positions of the two cuts from the front: the first after the training events, the second where the test events begin. Do not count from the end with negative slices: `array[-0:]` is the whole array, not an empty part.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "split", "locked": false, "schema_version": 3, "solution": true, "task": false}
def split(array, validation_fraction, test_fraction):
    """Cut an array along its first axis into a training, a validation and a test part, in this order.

    array: (n_events, ...), n_events may be 0. Fractions: between 0 and 1; training gets what they leave.
    Returns (training, validation, test). Raises ValueError for a negative fraction, or if the fractions sum to more than 1.
    """
    ### BEGIN SOLUTION
    if min(validation_fraction, test_fraction) < 0 or validation_fraction + test_fraction > 1:
        raise ValueError(f"fractions {validation_fraction} and {test_fraction} must be positive and sum to at most 1")
    n_test = round(test_fraction * len(array))
    n_validation = min(round(validation_fraction * len(array)), len(array) - n_test)
    n_training = len(array) - n_validation - n_test
    return array[:n_training], array[n_training : n_training + n_validation], array[n_training + n_validation :]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "split-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rows = np.arange(6000).reshape(1000, 6)
checks.splits(split, rows, 0.2, 0.3)
checks.splits(split, rows[:0], 0.2, 0.3)
checks.splits(split, rows[:7], 0.3, 0)
for first, second in [(0.6, 0.5), (-0.1, 0.2), (0.2, -0.1)]:
    says = checks.sentence("the fractions {first} and {second} must raise ValueError", first=first, second=second)
    checks.raises(ValueError, split, rows, first, second, says=says)
checks.passed("three parts of the right sizes, in order, without overlap; fractions that cannot be are refused")
### BEGIN HIDDEN TESTS
checks.splits(split, np.arange(1000), 0.2, 0.3)
for length, validation, test in [
    (10, 0, 0),
    (1, 0.2, 0.3),
    (1, 0.5, 0.5),
    (2, 0.25, 0.25),
    (7, 0.1, 0.15),
    (997, 0.123, 0.456),
    (10, 0.2, 0),
    (10, 0.3, 0.7),
    (10, 0, 1),
    (11, 0.5, 0.5),
]:
    checks.splits(split, rows[:length], validation, test)
### END HIDDEN TESTS

# %% [markdown]
# ## Nine arrays for each class
#
# Inputs, weights and labels, each in three parts: nine arrays for a class.
# Eighteen variables with long names invite mix-ups, so keep them in dictionaries: `signal["training"]["inputs"]`, `background["test"]["weights"]` and so on.
#
# Signal and background stay apart until Exercise 5, because you will want to draw each of them alone.
#
# **Task.** Shuffle signal and background with your functions, then split them with 20 % for validation and 20 % for the test.
#
# <details><summary>Hint 1</summary>
#
# Signal and background need the same steps: write a function of the class's name that returns the dictionary, and find the arrays as `arrays[f"{name}_inputs"]` and so on.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# One call of `shuffle_together` for the three arrays of a class, then a call of `split` for each of the three shuffled arrays. Each gives a training, a validation and a test part, to be put into the three inner dictionaries.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "nine-arrays", "locked": false, "schema_version": 3, "solution": true, "task": false}
rng = np.random.default_rng(125)

# signal, background: {"training": {"inputs": (n, 6), "weights": (n,), "labels": (n,)}, "validation": {...}, "test": {...}}
### BEGIN SOLUTION
kinds = ("inputs", "weights", "labels")


def shuffled_parts(name):
    parts = {"training": {}, "validation": {}, "test": {}}
    shuffled = shuffle_together(rng, *(arrays[f"{name}_{kind}"] for kind in kinds))
    for kind, array in zip(kinds, shuffled, strict=True):
        for part, values in zip(parts.values(), split(array, 0.2, 0.2), strict=True):
            part[kind] = values
    return parts


signal = shuffled_parts("signal")
background = shuffled_parts("background")
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "nine-arrays-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from helpers import checks, datasets

given = datasets.load_arrays("hww/arrays.npz")
for name, sample in (("signal", signal), ("background", background)):
    whole = {kind: given[f"{name}_{kind}"] for kind in ("inputs", "weights", "labels")}
    checks.split_sample(sample, whole, {"training": 0.6, "validation": 0.2, "test": 0.2}, name)
checks.passed("in each part, events from everywhere in the files, each with its own weight and label", more=False)

# %% [markdown]
# ## Look before you train
#
# The three parts must look alike within their statistical errors.
# Draw a variable of each, every time: with [hist](https://hist.readthedocs.io/en/latest/) and [mplhep](https://mplhep.readthedocs.io/en/latest/) it takes a second.
# Below is the total mass `mTOT_cut`, for a split of the file as it lies and for yours.
# Every event counts once, so the error of a bin of n events is √n.
# The last bin also holds everything above 250 GeV.

# %% tags=["show-in-book"]
parts = ("training", "validation", "test")
as_it_lies = dict(zip(parts, split(arrays["background_inputs"], 0.2, 0.2), strict=True))
yours = {part: background[part]["inputs"] for part in parts}
figure, panels = plt.subplots(1, 2, figsize=(13, 5), sharey=True)
for axes, samples, title in ((panels[0], as_it_lies, "split without a shuffle"), (panels[1], yours, "yours")):
    for part, inputs in samples.items():
        histogram = Hist.new.Reg(25, 0, 250).Weight().fill(np.asarray(inputs)[:, 5]) / len(inputs)
        mplhep.histplot(histogram, ax=axes, label=part, flow="sum")
    axes.set(
        title=title, xlabel=r"$m^\mathrm{tot}$ (mTOT_cut) [GeV]", ylabel="fraction of events / 10 GeV", ylim=(0, 0.3)
    )
    axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# *Figure: total mass of dilepton, missing momentum and jets in the three parts of the background.
# Left, split without a shuffle, only the training part has the low masses of the first file.
# Right, shuffled first, the three histograms agree; about a third of the bins may differ by more than their combined error.*
#
# Such a plot finds a bad split.
# It cannot find an event that has lost its weight, because every part would be wrong in the same way: for that there is the check above, which follows single events.

# %% [markdown]
# **Question.** Why three parts and not two?
# And the background array is two files one after the other: what would its test part hold if you split before shuffling, and how would you notice?

# %% [markdown] nbgrader={"grade": true, "grade_id": "why-shuffle-first", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The validation events choose hyperparameters and the moment to stop, so the result on them is the best of many tries and too good.
# Only events that took part in no decision give an honest number. Split before shuffling, the test part would hold events of the
# m > 50 GeV file alone, and the training part all of the low-mass events. One sees it in the distributions of the parts (no low masses
# in the test part), in the sum of weights of each, or in a validation loss that differs from the training loss from the first epoch on.
#
# **Marking scheme.** 1 point: the validation set is used to choose, so it is biased; the test set is not. 1 point: the last part would hold
# only the second file's process. 1 point: a symptom that can be seen (distributions, loss gap from the first epoch, yields by process).
# Accept any symptom that follows.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# A random split depends on the seed and on the NumPy version.
# Experiments often split by a number that belongs to the event, for example `event % 5`: training on remainders 0 to 2, validation on 3, test on 4.
# The same event is then always in the same part, whoever runs the code and however often the file is rewritten.
# Read the branch `event` from one of the ROOT files and write `split_by_number(event, array)`.
# When is it *not* a fair split?

# %% [markdown]
# [← Exercise 3](../ex3_weights_targets/weights_targets.ipynb) · [Start](../start.md) · [Exercise 5 →](../ex5_first_network/first_network.ipynb)
