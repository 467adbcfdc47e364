# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 6, part 1: shuffle a file that does not fit in memory
#
# **What you will learn**
#
# - what it costs to read one event, and why a thousand together cost hardly more;
# - how to count the memory that an event takes, and to choose how many to read at a time;
# - how to put any number of events in a perfectly random order with little memory, and why the order is perfectly random;
# - how to see, by eye and by a test, whether an order is random;
# - how to write a program that leaves no half-finished file behind when something goes wrong (optional).
#
# **What you need to know:** Exercise 1 (trees, branches, baskets), Exercise 4 (why to shuffle), what a context manager (`with`) does, and `np.argsort`.
# **Time:** three hours.
# This exercise is advanced; no other lesson needs it, but its points count like those of the others.
#
# **Data:** the three H→WW and Drell–Yan files `hww/*.root`, joined into one file that is ordered by class, as files of simulated events are.
# It is small, so that everything runs in seconds; the last section makes one of two million events.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Exercise 5](../ex5_first_network/first_network.ipynb) · [Start](../start.md) · [Exercise 6: training →](../ex6_out_of_core/generators.ipynb)

# %%
import os
import tempfile
import time
from pathlib import Path

import awkward as ak
import matplotlib.pyplot as plt
import numpy as np
import uproot

from helpers import datasets, figures, peak_memory

figures.use_style()
temporary = tempfile.TemporaryDirectory()  # removed, with all that is in it, when the notebook ends
folder = Path(temporary.name)

# %% [markdown]
# ## A file that is ordered
#
# [Signal](../glossary.md#signal-and-background) comes first ([label](../glossary.md#label) 0), then [Drell–Yan](../glossary.md#drellyan) at low and at high mass (label 1).
# Two things are added that files of experiments have: a [*jagged*](../glossary.md#jagged-array) branch `jet_pt`, which holds for each event the list of its jets' transverse momenta (the two leading ones at most), and a second [tree](../glossary.md#tree), `Files`, with one row for each file that went in.

# %%
names = ("GluGluHToWWTo2L2Nu_M125", "DYJetsToLL_M-10to50-LO", "DYJetsToLL_M-50-LO")
samples = [datasets.open_root(f"hww/{name}.root")["Events"].arrays(library="np") for name in names]
for sample, label in zip(samples, (0, 1, 1), strict=True):
    n_jets = np.minimum(sample["njet"], 2)
    both = np.column_stack([sample["jetpt1"], sample["jetpt2"]])
    sample["jet_pt"] = ak.unflatten(both[np.arange(2) < n_jets[:, None]], n_jets)
    sample["label"] = np.full(len(n_jets), label, "int32")
sizes = [len(sample["label"]) for sample in samples]

# %% [markdown]
# Writing a tree with [uproot](https://uproot.readthedocs.io/en/latest/basic.html#writing-ttrees-to-a-file) takes two steps: `mktree` names the branches and their types, and each call of `extend` adds events, as one [basket](../glossary.md#basket) of each branch.

# %%
with uproot.recreate(folder / "ordered.root", compression=uproot.ZLIB(1)) as output:
    types = {name: "var * float32" if name == "jet_pt" else array.dtype for name, array in samples[0].items()}
    events = output.mktree("Events", types)
    for sample, size in zip(samples, sizes, strict=True):
        for start in range(0, size, 8000):
            events.extend({name: array[start : start + 8000] for name, array in sample.items()})
    output.mktree("Files", {"n_events": "int64", "label": "int32"}).extend({"n_events": sizes, "label": [0, 1, 1]})
print({name: tree.num_entries for name, tree in uproot.open(folder / "ordered.root").items(cycle=False)})

# %% [markdown]
# ## What an event costs
#
# To give you one number, uproot must fetch and decompress the whole basket that holds it (Exercise 1); for one event, a basket of *every branch*.
# So read ranges of events of growing length, each starting at a random place, and look at the time per event.

# %% tags=["nbval-ignore-output"]
tree = uproot.open(folder / "ordered.root", array_cache=None)["Events"]
rng = np.random.default_rng(6)


def seconds_to_read(length):
    """Median time to read so many events in a row, from five random places."""
    tries = []
    for start in rng.integers(tree.num_entries - length, size=5):
        began = time.perf_counter()
        tree.arrays(entry_start=start, entry_stop=start + length)
        tries.append(time.perf_counter() - began)
    return np.median(tries)


# %% tags=["nbval-ignore-output"]
lengths = np.array([1, 10, 100, 1000, 3000, 10_000, 30_000, 60_000])
microseconds = 1e6 * np.array([seconds_to_read(length) for length in lengths]) / lengths
hours = 2e6 * microseconds[0] / 1e6 / 3600
print(f"one random event: {microseconds[0] / 1000:.0f} ms. Two million of them, one by one: {hours:.1f} hours")
print(f"the same in ranges of {lengths[-1]}: {2 * microseconds[-1]:.0f} seconds")

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
axes.plot(lengths, microseconds, "o-", label="all branches, this machine")
axes.plot(lengths, microseconds[0] / lengths, ":", color="grey", label="a fixed cost for each read")
axes.axvline(tree["mll"].basket(0).num_entries, color="C1", ls="--", label="events in a basket")
axes.set(xlabel="events read at a time", ylabel="time per event [µs]", xscale="log", yscale="log")
axes.legend()
plt.show()


# %% [markdown]
# *Figure: time per event against the number of events that are read at a time, both axes logarithmic.
# Up to about a basket the time falls as one over the length, because a read costs the same whether it gives one event or a thousand.
# Beyond a basket it flattens over the next few baskets: then nearly every basket is decompressed for all of its events, and little is left to gain.*
#
# This is the **cost model**: *count the baskets that you decompress*.
# Whoever wants a random order and reads the events in that order pays a basket of each branch for every event.
# Whoever reads the file from its beginning to its end, in [chunks](../glossary.md#chunk) that are not smaller than a basket, pays once.

# %% [markdown]
# ## What fits in memory
#
# So read large chunks, but how large?
# That depends on what an event takes once it is decompressed.
# A number takes as many bytes as its type says (`float32`: 4).
# A list in a jagged branch takes that for each of its entries; events differ, so take the mean over all events of the tree.
# An [awkward array](https://awkward-array.org/doc/main/) also keeps for each list where it begins (8 bytes), and the file has for each jagged branch one that counts (here `njet_pt`, 4 bytes): count these or not, as you like.
#
# The size in the *file* is another thing: there the baskets are compressed.
#
# **Task.** Write `event_size`: the mean number of bytes that one event takes in memory, uncompressed, over all branches (rounded up to whole bytes, if you like).
# Do not read the events for that (the lengths of lists at most): the question is asked because they may not fit.
#
# <details><summary>Hint 1</summary>
#
# The tree keeps books: `tree.branches` are its branches, and [each of them](https://uproot.readthedocs.io/en/latest/uproot.behaviors.TBranch.TBranch.html) knows its `uncompressed_bytes`, `compressed_bytes`, `interpretation` and `num_entries`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Add up the uncompressed bytes of all branches and divide by the number of events, `tree.num_entries`.
# Without events there is nothing to divide by.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "event-size", "locked": false, "schema_version": 3, "solution": true, "task": false}
def event_size(tree):
    """Mean number of bytes in memory of an event of an uproot tree, all branches together. 0 for a tree without events."""
    ### BEGIN SOLUTION
    if tree.num_entries == 0:
        return 0.0
    return sum(branch.uncompressed_bytes for branch in tree.branches) / tree.num_entries
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "event-size-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.sizes_events(event_size, {"event": "int64", "good": "bool", "code": "int16", "x": "float32"})
checks.sizes_events(event_size, {"x": "float32", "hits": "var * float64"})
checks.sizes_events(event_size, {"x": "float32"}, n_events=0)
checks.passed("the size of an event is right for numbers and for lists, and no event was read to find it")
### BEGIN HIDDEN TESTS
checks.sizes_events(event_size, {"a": "float64", "b": "uint8", "c": "int32"}, n_events=5500)
checks.sizes_events(event_size, {"hits": "var * int16", "y": "float64", "jets": "var * float32"})
checks.sizes_events(event_size, {"hits": "var * float32"}, n_events=0)
### END HIDDEN TESTS

# %% [markdown]
# **Task.** Write `chunk_length`: how many events of a tree fit into so many bytes of memory.
# `memory` is a whole number of bytes, and so is the result a whole number, rounded down (to the nearest, as uproot counts, is near enough) and at least 1: an event that is larger than the memory must be read all the same.
#
# <details><summary>Hint 1</summary>
#
# You have just written what one event takes.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Divide the memory by `event_size(tree)` and round down to an `int`.
# Two cases need care: a result of 0, and a size of 0.
# [`max`](https://docs.python.org/3/library/functions.html#max) helps with both.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "chunk-length", "locked": false, "schema_version": 3, "solution": true, "task": false}
def chunk_length(tree, memory):
    """How many events of an uproot tree fit into memory (int, bytes): an int, at least 1. Without events any int from 1 on."""
    ### BEGIN SOLUTION
    return max(1, int(memory / max(1, event_size(tree))))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "chunk-length-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for memory in (100_000, 20_000, 46, 15, 1):
    checks.fits_chunks(chunk_length, {"event": "int64", "x": "float32", "y": "float64"}, memory)
checks.fits_chunks(chunk_length, {"x": "float64", "hits": "var * float64"}, memory=200_000)
checks.fits_chunks(chunk_length, {"x": "float64"}, memory=1000, n_events=0)
checks.passed("so many events fit as memory and size say, and at least one")
### BEGIN HIDDEN TESTS
for memory in (50_000, 7):
    checks.fits_chunks(chunk_length, {"a": "float32", "b": "int16"} | {f"x{i}": "float64" for i in range(5)}, memory)
checks.fits_chunks(chunk_length, {"hits": "var * int32"}, memory=100_000, n_events=8000)
checks.fits_chunks(chunk_length, {"hits": "var * int32"}, memory=1, n_events=0)
### END HIDDEN TESTS

# %% [markdown]
# ## Shuffling within chunks is not enough
#
# Read a chunk, shuffle it, write it, read the next.
# Simple, fast, and of little use, because an event never leaves its chunk: in our file the first chunks stay pure signal.
#
# What is missing is a way for an event to get anywhere.
# So take a second look at memory: the disk is large, it just does not like to be read at random places.
# But it takes whatever is *appended*.
# Hence the [**bucket shuffle**](../glossary.md#bucket-shuffle):
#
# 1. Put K empty *buckets* (files) on the disk.
# 2. Read the file chunk by chunk. For each event draw one of the buckets, all with the same probability, and append the event there.
# 3. Load each bucket in turn, shuffle it in memory, and write it to the output, one bucket after the other.
#
# Every event is read twice and written twice, in pieces as long as the number of buckets allows, whatever the size of the file.
# A bucket holds a K-th of the file, more or less: with K large enough it fits in memory.
#
# First in memory, with an array for the file.
#
# **Task.** Write `bucket_shuffle`.
# All chance comes from `rng`, every order is equally likely, and the array that was given stays as it is.
# (The order alone is graded: shuffling all values at once gives the same, but it will not help you in `randomize`, where they do not fit in memory and the memory is measured.)
#
# <details><summary>Hint 1</summary>
#
# [`rng.integers`](https://numpy.org/doc/stable/reference/random/generated/numpy.random.Generator.integers.html) draws a bucket for every event in one call.
# [`rng.permutation`](https://numpy.org/doc/stable/reference/random/generated/numpy.random.Generator.permutation.html) gives the rows of an array in a new order, as a new array.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The events of bucket number 3 are those where the drawn number equals 3: select them with a boolean array, and shuffle them.
# Do that for every bucket number, also for one that got no event, and join the results with `np.concatenate`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "bucket-shuffle", "locked": false, "schema_version": 3, "solution": true, "task": false}
def bucket_shuffle(values, n_buckets, rng):
    """The values in a random order, by way of buckets.

    values: array with events along the first axis. n_buckets: 1 or more. rng: a NumPy random Generator.
    Returns a new array of the same shape: bucket after bucket, each shuffled.
    """
    ### BEGIN SOLUTION
    bucket_of = rng.integers(n_buckets, size=len(values))
    return np.concatenate([rng.permutation(values[bucket_of == bucket]) for bucket in range(n_buckets)])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "bucket-shuffle-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

given = np.arange(20_000.0)
rows = np.column_stack([given, -given])
for values, n_buckets in ((given, 5), (given, 1), (rows, 7), (given[:0], 4), (given[:1], 4)):
    checks.shuffles_through_buckets(bucket_shuffle, values, n_buckets)
checks.draws_every_order(bucket_shuffle, n_events=4, n_buckets=2)
checks.passed("every order comes equally often, from any number of buckets, and all chance comes from rng")
### BEGIN HIDDEN TESTS
numbers = np.arange(2000, dtype="float32")
for values, n_buckets in ((numbers, 1), (np.column_stack([numbers, numbers]), 9), (numbers[:0], 1), (numbers[:2], 50)):
    checks.shuffles_through_buckets(bucket_shuffle, values, n_buckets)
for n_buckets in (1, 4):
    checks.draws_every_order(bucket_shuffle, 3, n_buckets)
### END HIDDEN TESTS

# %% [markdown]
# ## Why every order is equally likely
#
# Count.
# There are n events.
# Say that the drawing has put n₁ of them in the first bucket, n₂ in the second and so on.
# This happens in n! / (n₁! n₂! … ) ways, all equally likely.
# The bucket of n₁ events is then put in one of n₁! orders, the next in one of n₂!, all equally likely.
# Altogether
#
# $$ \frac{n!}{n_1!\, n_2! \cdots n_K!} \times n_1! \times n_2! \times \cdots \times n_K! = n! $$
#
# equally likely outcomes.
# No two of them give the same output, because from the output one can tell what was drawn: its first n₁ events are those of the first bucket, in their order, and so on.
# But there are just n! orders of n events.
# So, for given sizes n₁, …, n_K of the buckets, **each of the n! orders comes out exactly once**: all are equally likely.
# That holds whatever the sizes are, and so it holds altogether.
#
# It does not matter, then, that the buckets differ in size.
# It does matter that each event is drawn *independently*: deal them out in turn, like cards, and the argument breaks down (event 1 and event K + 1 always meet).
#
# For four events and two buckets the outcomes can be counted by hand, or nearly.

# %%
from collections import Counter
from fractions import Fraction
from itertools import permutations, product
from math import factorial

probability = Counter()
for drawn in product((0, 1), repeat=4):
    first, second = ([event for event in range(4) if drawn[event] == bucket] for bucket in (0, 1))
    for order in product(permutations(first), permutations(second)):
        outcome = order[0] + order[1]
        probability[outcome] += Fraction(1, 2**4) / (factorial(len(first)) * factorial(len(second)))
print(len(probability), "orders; probabilities:", {str(value) for value in probability.values()})

# %% [markdown]
# ## See it
#
# Number the events of a file from 0 on, and draw the number against the place where the event ends up.

# %%
number = np.arange(3000)
rng = np.random.default_rng(60)


def shuffle_within_chunks(values, length, rng):
    return np.concatenate([rng.permutation(values[start : start + length]) for start in range(0, len(values), length)])


orders = {
    "as in the file": number,
    "shuffled within 10 chunks": shuffle_within_chunks(number, 300, rng),
    "through 10 buckets": bucket_shuffle(number, 10, rng),
}

# %%
for title, order in orders.items():
    figure, axes = plt.subplots()
    axes.plot(order, ".", markersize=2, label="one event")
    axes.set(title=title, xlabel="place in the output", ylabel="place in the input", xlim=(0, 3000), ylim=(0, 3600))
    axes.legend(loc="upper right", markerscale=4)
    plt.show()

# %% [markdown]
# *Figure: place in the input against place in the output, a point for each event, three times.
# First, the file as it is: a straight line.
# Second, shuffled within chunks: ten boxes along that line, and nothing elsewhere.
# Third, through buckets: points everywhere alike.*
#
# The eye sees boxes.
# A test puts a number on it: cut both axes in ten, which makes a hundred boxes.
# In a random order each box holds about a hundredth of the events, and
#
# $$ \chi^2 = \sum_\mathrm{boxes} \frac{(\mathrm{found} - \mathrm{expected})^2}{\mathrm{expected}} $$
#
# follows a [χ² distribution](https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.chi2.html) of (10 − 1)² = 81 degrees of freedom.
# Its [*p-value*](../glossary.md#p-value) is the probability that a random order looks as uneven as this one or worse.
# Call an order random if p > 0.001: then a correct shuffle passes 999 times in 1000, and fails once by bad luck.

# %%
from scipy import stats


def p_value(order):
    """Probability that a random order fills 10 x 10 boxes as unevenly as this one. order: (n_events,), numbers 0 to n_events - 1."""
    box = np.arange(len(order)) * 10 // len(order)
    found = np.bincount(10 * box + box[order], minlength=100)
    chi_squared = np.sum((found - len(order) / 100) ** 2) / (len(order) / 100)
    return stats.chi2.sf(chi_squared, 81)


# %%
passed = {"shuffled within 10 chunks": 0, "through 10 buckets": 0}
for _ in range(1000):
    passed["shuffled within 10 chunks"] += p_value(shuffle_within_chunks(number, 300, rng)) > 0.001
    passed["through 10 buckets"] += p_value(bucket_shuffle(number, 10, rng)) > 0.001
for name, times in passed.items():
    print(f"{name:26s} passes {times} of 1000 times")

# %% [markdown]
# A test sees what it looks for.
# Suppose that the buckets are joined *without* shuffling them: the events of a bucket then come in the order of the file, and if there are a hundred buckets, ten to each column of boxes, every box has its share.
# What shows it is the correlation of neighbours, the [correlation coefficient](https://numpy.org/doc/stable/reference/generated/numpy.corrcoef.html) of the number of an event and that of the event after it: near 0 in a random order, where it scatters by about 1/√n = 0.018 for our n = 3000.

# %%
rng = np.random.default_rng(61)
joined = np.argsort(rng.integers(100, size=len(number)), kind="stable")  # each bucket in the order of the file
for name, order in (("buckets joined", joined), ("buckets shuffled", bucket_shuffle(number, 100, rng))):
    neighbours = np.corrcoef(order[:-1], order[1:])[0, 1]
    print(f"{name:16s} p = {p_value(order):.2g}, correlation of neighbours {neighbours:.3f}")

# %% [markdown]
# So the check of your program below uses both.

# %% [markdown]
# ## Tools
#
# Now the real thing, with files.
# Reading, putting aside and writing are a craft of their own; [helpers/bucket_files.py](../../helpers/bucket_files.py) holds tools for that, so that the algorithm is yours to write.
# (Use them or not: only the result is graded.)
#
# | tool | what it does |
# |---|---|
# | `read_chunks(tree, length)` | goes through a tree from beginning to end and gives its events, at most `length` at a time |
# | `Bucket(path)` | a bucket on the disk, in files whose names begin with `path`: `append(events)` puts events into it, `load()` gives all of them back, `n_events` counts them (a bucket without events cannot be loaded) |
# | `create_tree(output, name, tree)` | a new tree in a file that `uproot.recreate` opened, without events, with the branches and types of another tree |
# | `extend(tree, events)` | writes events at the end of such a tree |
#
# `events` are some events with all their branches: `events.n_events` says how many, `events.take(order)` gives those with the numbers in the array `order`, in that order, and `events.cut(start, stop)` a range of them.
# `take` copies; a cut is a view, which keeps all the events in memory that it was cut from.
#
# (Shorter code that you may find, `output["Events"] = arrays`, writes another format, an [RNTuple](https://uproot.readthedocs.io/en/latest/basic.html#writing-objects-to-a-file).
# An RNTuple is no `TTree`, and who looks for trees passes it over without a word: a program that others use says so.)
#
# Try them: the first 5000 events of our file, reversed, on their way through a bucket.

# %%
from helpers.bucket_files import Bucket, create_tree, extend, read_chunks

with uproot.open(folder / "ordered.root") as file:
    chunk = next(read_chunks(file["Events"], 5000))
    bucket = Bucket(folder / "try")
    bucket.append(chunk.take(np.arange(5000)[::-1]))
    bucket.append(chunk.cut(0, 3))
    back = bucket.load()
print(bucket.n_events, "events of", back.rows.itemsize, "bytes in a row")
print("last three:", back.rows["pt1"][-3:], back.lists["jet_pt"][-3:])


# %% [markdown]
# ## Randomize a file
#
# **Task.** Write `randomize`.
# What it must do:
#
# - The output holds every tree (`TTree`) of the input under the same name, with the same branches and types, and every event exactly once, with all its branches. Other objects, such as histograms, may be left out. Branches hold numbers or lists of numbers. The compression of the output is your choice.
# - The order of the events of each tree is random, and all chance comes from `rng`: in the same state it gives the same order.
# - That holds as well for a tree without events, for one with a single event, for small trees, and for one whose last chunk is shorter than the others.
# - It keeps to `memory`, however large the file. **The check measures this:** on a file three times `memory`, with a tree of many narrow events and one of few wide ones (100 branches), the process may grow by `memory` + 16 MB, where the 16 MB are for uproot and Python. Mind the copies: while a chunk is put in another order, both the old and the new are there; and while a bucket is written, uproot holds another copy. A quarter to a sixth of `memory` for a chunk or a bucket is about right.
# - The input file stays as it is.
#
# What happens when something goes wrong is the next exercise.
#
# <details><summary>Hint 1</summary>
#
# It is `bucket_shuffle` once more, for each tree: the loop over chunks fills the buckets, the loop over buckets fills the output.
# The names of the trees are `source.keys(filter_classname="TTree", cycle=False)`, and `tempfile.TemporaryDirectory()` makes a folder for the buckets that is removed at the end of its `with` block.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Take `length = chunk_length(tree, memory // 4)` for the chunks, and `tree.num_entries // length + 1` buckets.
# Scatter each chunk over the buckets: draw a bucket for each of its events, as in `bucket_shuffle`, and go through the buckets in an inner loop.
# The events of the chunk that go to one bucket are `np.flatnonzero(bucket_of == number)`, to `take` and `append`.
# At the end `load` each bucket that has events, `take` them in the order of a permutation, and `extend` the new tree.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "randomize", "locked": false, "schema_version": 3, "solution": true, "task": false}
def randomize(input_path, output_path, memory, rng):
    """Write a copy of a ROOT file with the events of each tree in a random order.

    input_path, output_path: str or Path. memory: int, bytes. rng: a NumPy random Generator. Returns nothing.
    """
    ### BEGIN SOLUTION
    with (
        uproot.open(input_path, handler=uproot.MemmapSource, array_cache=None) as source,
        tempfile.TemporaryDirectory(dir=Path(output_path).parent) as scratch,
        uproot.recreate(output_path, compression=source.file.compression) as output,
    ):
        if others := source.keys(filter_classname="ROOT::RNTuple", cycle=False):
            raise TypeError(f"{input_path}: {', '.join(others)}: an RNTuple is no TTree, and is not copied")
        for number, name in enumerate(dict.fromkeys(source.keys(filter_classname="TTree", cycle=False))):
            buckets = scatter(source[name], memory // 4, rng, Path(scratch) / f"tree{number}")
            gather(buckets, create_tree(output, name, source[name]), rng)


def scatter(tree, memory, rng, path):
    """Buckets with the events of a tree. memory: bytes for a chunk, and for the mean bucket. path: where the files' names begin."""
    length = chunk_length(tree, memory)
    n_buckets = 1 + tree.num_entries // length
    buckets = [Bucket(f"{path}_{number}") for number in range(n_buckets)]
    for events in read_chunks(tree, length):
        bucket_of = rng.integers(n_buckets, size=events.n_events)
        order = np.argsort(bucket_of)
        events = events.take(order)
        edges = np.searchsorted(bucket_of[order], np.arange(n_buckets + 1))
        for number in np.flatnonzero(np.diff(edges)):
            buckets[number].append(events.cut(edges[number], edges[number + 1]))
    return buckets


def gather(buckets, target, rng):
    """Write the events of the buckets into a tree, each bucket shuffled."""
    for bucket in buckets:
        if bucket.n_events:
            events = bucket.load()
            events = events.take(rng.permutation(bucket.n_events))
            extend(target, events)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "randomize-check", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for n_events, memory in ((3200, 100_000), (1001, 40_000), (1, 40_000), (0, 40_000)):
    checks.randomizes(randomize, n_events, memory)
checks.keeps_to_memory(randomize, memory=16_000_000, times=3)
checks.passed("every tree is there in a random order from rng, every event is whole, and the memory was kept to")
### BEGIN HIDDEN TESTS
for n_events, memory, codec in (
    (5003, 200_000, "ZLIB"),
    (5003, 10_000_000, "LZ4"),
    (1500, 60_000, "ZSTD"),
    (1, 10, "ZLIB"),
):
    checks.randomizes(randomize, n_events, memory, codec)
checks.randomizes(randomize, n_events=20, memory=10, basket=10)
### END HIDDEN TESTS

# %% [markdown]
# ## Use it
#
# Our file takes 12 MB in memory.
# How much does your program take at its peak, if it is told to keep to 1.2 MB?
# `peak_memory.growth` is what the check used: it runs the function in a process of its own, first on a small file, which brings the process to its usual size, and then on this one, and says by how many bytes it grew.
# As in the check, 16 MB more than that are allowed, for uproot and Python, so a growth above 1.2 MB is no failure.
# The cell takes up to a minute.

# %% tags=["nbval-ignore-output"]
for memory in (1_200_000, 12_000_000):
    runs = [
        (str(source), str(folder / f"{Path(source).stem}_{memory}.root"), memory, np.random.default_rng(0))
        for source in (folder / "ordered.root", datasets.path(f"hww/{names[0]}.root"))
    ]
    growth = peak_memory.growth(randomize, *runs)
    allowed = memory / 1e6 + 16
    print(f"told {memory / 1e6:.1f} MB, grew by {growth / 1e6:.1f} MB at its peak (allowed: {allowed:.1f} MB)")

# %% [markdown]
# Now shuffle it with 2 MB, and look at what the first, the second, … thousand events hold.

# %% tags=["show-in-book"]
randomize(folder / "ordered.root", folder / "mixed.root", memory=2_000_000, rng=np.random.default_rng(66))

figure, axes = plt.subplots()
for name, style in (("ordered", "--"), ("mixed", "-")):
    with uproot.open(folder / f"{name}.root") as file:
        labels = file["Events"]["label"].array(library="np")
    thousands = labels[: len(labels) // 1000 * 1000].reshape(-1, 1000)
    axes.plot(np.arange(len(thousands)) + 0.5, thousands.mean(axis=1), style, label=f"{name}.root")
axes.set(
    xlabel="place in the file [thousand events]", ylabel="fraction of background", xlim=(0, 72), ylim=(-0.05, 1.25)
)
axes.legend(loc="upper left", ncols=2)
plt.show()


# %% [markdown]
# *Figure: fraction of background in each thousand events along the file.
# In the ordered file it jumps from 0 to 1 where the signal ends; in the mixed one it stays near 0.57, the fraction in the whole file, and scatters by about 0.016, as it must for a thousand random events.*

# %% [markdown]
# **Question.** A file of 1 TB is to be shuffled with a memory of 1 GB, all copies included.
#
# (a) How would you choose the number of buckets K?
#
# (b) What happens if K is much too small?
#
# (c) What happens if K is much too large?
# Think of the pieces that a chunk is cut into.
#
# (d) How often is a basket of the input decompressed by your program, and how often by one that reads the events one by one in the random order?

# %% [markdown] nbgrader={"grade": true, "grade_id": "how-many-buckets", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# (a) A bucket must fit in memory, with the copies that are made while it is shuffled and written: a few thousand buckets of some 250 MB (K of about 4 × 1 TB / 1 GB).
#
# (b) With too few, a bucket does not fit and the program runs out of memory (or swaps).
#
# (c) With too many, each chunk is cut into K tiny pieces, so that the program makes very many small writes (chunks × K), the disk has to seek, the number of open files may meet its limit, and buckets of few events make small baskets, which compress badly and are slow to read.
# Here a chunk of 250 MB in 4000 pieces gives about 60 kB for each, which is still fine; for much larger files one scatters twice, first to a few large buckets and then each of these to smaller ones.
#
# (d) The program decompresses every basket once (twice if it reaches into two chunks).
# Reading in random order decompresses a basket of every branch for every event: a basket as often as it has events.
#
# **Marking scheme.** 1 point: the bucket, with its copies, must fit in memory: K at least file size / memory times a small factor.
# 1 point: too many buckets make many small pieces (small writes, open files, small baskets; one such reason is enough).
# 1 point: once against once per event.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Leave nothing half-written behind (optional)
#
# Optional means that nothing else in the course needs this part.
# It is no bonus: its check gives 2 of the 20 points of this notebook, so 18 are left to whoever passes it by.
#
# Shuffling a large file takes hours, and things go wrong: the path is mistyped, the disk is full, the input is damaged.
# A program that dies then leaves half an output, which looks like a whole one to whoever comes next.
# The cure is an old one: write under another name, and give the file its name in one step when it is complete.
#
# **Task.** Write `randomize_safely`, which does what `randomize` does, by calling it or otherwise, and beyond that:
#
# - If the input does not exist it raises [`FileNotFoundError`](https://docs.python.org/3/library/exceptions.html#FileNotFoundError), if the output exists already `FileExistsError`, and leaves that file alone.
# - A damaged input, one that is cut short, or an output that cannot be written, raises any exception; what uproot and Python raise by themselves will do.
# - Success or not, it leaves nothing behind but a complete output, neither beside the output nor in the folder for temporary files nor in the working directory: no buckets, and never half an output file.
#
# <details><summary>Hint 1</summary>
#
# [`tempfile.TemporaryDirectory(dir=...)`](https://docs.python.org/3/library/tempfile.html#tempfile.TemporaryDirectory) makes a folder that is removed whatever happens.
# [`os.replace`](https://docs.python.org/3/library/os.html#os.replace) moves a file in one step, if both places are on the same disk.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Check first whether the output is there.
# Then make a temporary folder beside the output, have `randomize` write into it, and move the file to its place as the last line of the `with` block.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "randomize-safely", "locked": false, "schema_version": 3, "solution": true, "task": false}
def randomize_safely(input_path, output_path, memory, rng):
    """As randomize, but a file appears at output_path when it is complete, and nothing is left behind elsewhere.

    Raises FileNotFoundError if there is no input, FileExistsError if the output exists.
    """
    ### BEGIN SOLUTION
    output_path = Path(output_path)
    if output_path.exists():
        raise FileExistsError(f"{output_path} exists: remove it, or choose another name")
    with tempfile.TemporaryDirectory(dir=output_path.parent) as scratch:
        unfinished = Path(scratch) / "output.root"
        randomize(input_path, unfinished, memory, rng)
        os.replace(unfinished, output_path)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "randomize-safely-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.leaves_nothing_behind(randomize_safely, n_events=3000, memory=100_000)
checks.passed("a complete output or none, nothing left behind, and an error that says what is wrong")
### BEGIN HIDDEN TESTS
checks.leaves_nothing_behind(randomize_safely, n_events=4100, memory=50_000)
### END HIDDEN TESTS

# %% [markdown]
# ## Two million events
#
# Does it scale?
# Make a file of two million events and 40 branches (330 MB in memory) in half a minute: in a terminal, in the folder that holds the Makefile,
#
#     make big-file
#
# It writes `big.root` there (`make big-file EVENTS=20000000` a larger one).
# It repeats the shipped events, which is good enough for timing; `make data EVENTS=…` generates new ones with Pythia, in hours.
# Then give its path below; the shuffled file, `big_mixed.root`, is written beside it, and part 2 can use it.
# The solution takes less than a minute with 32 MB, most of it for compressing the output.

# %% tags=["nbval-ignore-output"]
big_file = None  # the path, such as "../../big.root"

if big_file:
    began = time.perf_counter()
    randomize(big_file, Path(big_file).with_name("big_mixed.root"), memory=32_000_000, rng=np.random.default_rng(7))
    print(f"{time.perf_counter() - began:.0f} s")

# %% [markdown]
# ## Going further
#
# There is another way to a random order: give every event a random number as its key and *sort* by the key, with an [external sort](../glossary.md#external-sort): sort chunks in memory, write them, merge the sorted files.
# Why is that a uniform permutation, too, and what does it cost compared with buckets: how often is every event read and written, and in how long pieces?
# Then measure where the time of your `randomize` goes (`%prun`).
# If it is compression, try `uproot.ZSTD(1)` or `uproot.LZ4(1)` for the output, and a thread that loads the next bucket while this one is compressed.

# %% [markdown]
# [← Exercise 5](../ex5_first_network/first_network.ipynb) · [Start](../start.md) · [Exercise 6: training →](../ex6_out_of_core/generators.ipynb)
