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
# - how to write a program that leaves no half-finished file behind when something goes wrong.
#
# **What you need to know:** Exercise 1 (trees, branches, baskets), Exercise 4 (why to shuffle), what a context manager (`with`) does, and `np.argsort`. **Time:** three hours. This exercise is advanced and optional.
#
# **Data:** the three H→WW and Drell–Yan files `hww/*.root`, joined into one file that is ordered by class, as files of simulated events are. It is small, so that everything runs in seconds; the last section makes one of two million events.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Exercise 5](../ex5_first_network/first_network.ipynb) · [Start](../start.md) · [Exercise 6: training →](../ex6_out_of_core/generators.ipynb)

# %%
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import awkward as ak
import matplotlib.pyplot as plt
import numpy as np
import uproot

from helpers import datasets, figures

figures.use_style()
temporary = tempfile.TemporaryDirectory()  # removed, with all that is in it, when the notebook ends
folder = Path(temporary.name)

# %% [markdown]
# ## A file that is ordered
#
# Signal comes first (label 0), then Drell–Yan at low and at high mass (label 1). Two things are added that files of experiments have: a *jagged* branch `jet_pt`, which holds for each event the list of its jets' transverse momenta (the two leading ones at most), and a second tree, `Files`, with one row for each file that went in.

# %%
names = ("GluGluHToWWTo2L2Nu_M125", "DYJetsToLL_M-10to50-LO", "DYJetsToLL_M-50-LO")
samples = [datasets.open_root(f"hww/{name}.root")["Events"].arrays(library="np") for name in names]
for sample, label in zip(samples, (0, 1, 1), strict=True):
    n_jets = np.minimum(sample["njet"], 2)
    both = np.column_stack([sample["jetpt1"], sample["jetpt2"]])
    sample["jet_pt"] = ak.unflatten(both[np.arange(2) < n_jets[:, None]], n_jets)
    sample["label"] = np.full(len(n_jets), label, "int32")

with uproot.recreate(folder / "ordered.root", compression=uproot.ZLIB(1)) as output:
    types = {name: "var * float32" if name == "jet_pt" else array.dtype for name, array in samples[0].items()}
    events = output.mktree("Events", types)
    for sample in samples:
        for start in range(0, len(sample["label"]), 8000):  # one basket for each branch and each call of extend
            events.extend({name: array[start : start + 8000] for name, array in sample.items()})
    sizes = np.array([len(sample["label"]) for sample in samples])
    output.mktree("Files", {"n_events": "int64", "label": "int32"}).extend({"n_events": sizes, "label": [0, 1, 1]})
print({name: tree.num_entries for name, tree in uproot.open(folder / "ordered.root").items(cycle=False)})

# %% [markdown]
# ## What an event costs
#
# To give you one number, uproot must fetch and decompress the whole basket that holds it (Exercise 1); for one event, a basket of *every branch*. So read ranges of events of growing length, each starting at a random place, and look at the time per event.

# %% tags=["nbval-ignore-output"]
tree = uproot.open(folder / "ordered.root", array_cache=None)["Events"]
rng = np.random.default_rng(6)
lengths = [1, 10, 100, 1000, 10_000, 60_000]
microseconds = []
for length in lengths:
    tries = []
    for start in rng.integers(tree.num_entries - length, size=5):
        began = time.perf_counter()
        tree.arrays(entry_start=start, entry_stop=start + length)
        tries.append(time.perf_counter() - began)
    microseconds.append(1e6 * np.median(tries) / length)
hours = 2e6 * microseconds[0] / 1e6 / 3600
print(f"one random event: {microseconds[0] / 1000:.0f} ms. Two million of them, one by one: {hours:.1f} hours")
print(f"the same in ranges of {lengths[-1]}: {2 * microseconds[-1]:.0f} seconds")

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
axes.plot(lengths, microseconds, "o-", label="all branches, this machine")
axes.plot(lengths, microseconds[0] / np.array(lengths), ":", color="grey", label="a fixed cost for each read")
axes.axvline(tree["mll"].basket(0).num_entries, color="C1", ls="--", label="events in a basket")
axes.set(xlabel="events read at a time", ylabel="time per event [µs]", xscale="log", yscale="log", ylim=(0.1, 1e6))
axes.legend()
plt.show()


# %% [markdown]
# *Figure: time per event against the number of events that are read at a time, both axes logarithmic. Up to about a basket the time falls as one over the length, because a read costs the same whether it gives one event or a thousand. Beyond a basket it
# levels off: then every basket is decompressed once, and nothing is left to gain.*
#
# This is the **cost model**: *count the baskets that you decompress*. Whoever wants a random order and reads the events in that order pays a basket of each branch for every event. Whoever reads the file from its beginning to its end, in chunks that are not smaller than a basket, pays once.

# %% [markdown]
# ## What fits in memory
#
# So read large chunks, but how large? That depends on what an event takes once it is decompressed. A number takes as many bytes as its type says (`float32`: 4). A list in a jagged branch takes that for each of its entries; events differ, so take the mean over all events of the tree. An awkward array also keeps for each list
# where it begins (8 bytes), and the file has for each jagged branch one that counts (here `njet_pt`, 4 bytes): count these or not, as you like.
#
# The size in the *file* is another thing: there the baskets are compressed.
#
# **Task.** Write `event_size`: the mean number of bytes that one event takes in memory, uncompressed, over all branches. (Useful: `tree.branches`, and of each branch `uncompressed_bytes`, `compressed_bytes`, `interpretation`, `num_entries`.)

# %% nbgrader={"grade": false, "grade_id": "event-size", "locked": false, "schema_version": 3, "solution": true, "task": false}
def event_size(tree):
    """Mean number of bytes in memory of an event of an uproot tree, all branches together. 0 for a tree without events."""
    ### BEGIN SOLUTION
    if tree.num_entries == 0:
        return 0.0
    return sum(branch.uncompressed_bytes for branch in tree.branches) / tree.num_entries
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "event-size-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import awkward as ak
import numpy as np
import uproot

from helpers import checks, datasets


def check_size(tree, numbers, n_jagged, where):
    """numbers: mean bytes of an event's numbers. A list may cost up to 12 more (count and beginning), a basket some 100 bytes."""
    size = checks.call(event_size, tree, says=f"event_size should work {where}")
    size = checks.number(size, f"event_size {where}")
    low, high = 0.97 * numbers, 1.05 * (numbers + 12 * n_jagged)
    on_disk = sum(branch.compressed_bytes for branch in tree.branches) / tree.num_entries
    hint = ": that is what it takes compressed, in the file" if abs(size / on_disk - 1) < 0.02 else ""
    hint = hint or (": these are bits, not bytes" if low < size / 8 < high else "")
    hint = hint or (": that is all events together, not one" if low < size / tree.num_entries < high else "")
    checks.that(low <= size <= high, f"event_size {where} gives {size:.6g} bytes, but {numbers:.6g} are expected{hint}")


with datasets.open_root("hww/GluGluHToWWTo2L2Nu_M125.root") as file:
    check_size(file["Events"], 36 * 4 + 8, 0, "for the signal file, 36 branches of 4 bytes and one of 8,")
### BEGIN HIDDEN TESTS
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as temporary_folder:
    path = Path(temporary_folder) / "test.root"
    event = np.arange(12_000)
    with uproot.recreate(path, compression=uproot.ZLIB(1)) as file:
        types = {"event": "int64", "good": "bool", "code": "int16", "x": "float64"}
        flat = file.mktree("Flat", types)
        for start in range(0, 12_000, 4000):
            rows = event[start : start + 4000]
            flat.extend({name: rows.astype(dtype) for name, dtype in types.items()})
        jagged = file.mktree("Jagged", {"x": "float32", "hits": "var * float64"})
        for start in range(0, 12_000, 4000):
            rows = event[start : start + 4000]
            jagged.extend({"x": rows.astype("f4"), "hits": ak.unflatten(np.zeros(np.sum(rows // 100)), rows // 100)})
        file.mktree("Empty", {"x": "float32"})
    with uproot.open(path) as file:
        check_size(file["Flat"], 8 + 1 + 2 + 8, 0, "for branches of int64, bool, int16 and float64")
        mean = np.mean(event // 100)
        where = "for a tree whose lists grow longer along the file (take the mean over all events, not the first ones)"
        check_size(file["Jagged"], 4 + 8 * mean, 1, where)
        empty = checks.call(event_size, file["Empty"], says="event_size should give 0 for a tree without events")
        checks.that(checks.number(empty, "event_size") == 0, "event_size should give 0 for a tree without events")
### END HIDDEN TESTS

# %% [markdown]
# **Task.** Write `chunk_length`: how many events of a tree fit into so many bytes of memory. A whole number, and at least 1: an event that is larger than the memory must be read all the same.

# %% nbgrader={"grade": false, "grade_id": "chunk-length", "locked": false, "schema_version": 3, "solution": true, "task": false}
def chunk_length(tree, memory):
    """How many events of an uproot tree fit into memory (bytes): an int, at least 1. For a tree without events any int from 1 on."""
    ### BEGIN SOLUTION
    return max(1, int(memory / max(1, event_size(tree))))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "chunk-length-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import awkward as ak
import numpy as np
import uproot

from helpers import checks, datasets


def check_length(tree, memory, fewest, most, where):
    length = checks.call(chunk_length, tree, memory, says=f"chunk_length should work {where}")
    value = checks.number(length, f"chunk_length {where}")
    checks.that(value >= 1, f"chunk_length {where} gives {value:g}: at least one event must be read at a time")
    integer = np.asarray(length).dtype.kind in "iu"
    checks.that(integer, f"chunk_length {where} gives {value:g} as a float: a number of events is an int")
    hint = ": divide the memory by the size of an event" if value > 100 * most or value < fewest / 100 else ""
    checks.that(
        value >= fewest,
        f"chunk_length {where} gives {value:g}, but {fewest:g} to {most:g} events fit, as one counts{hint}",
    )
    too_many = value > most and not value >= tree.num_entries <= most
    checks.that(not too_many, f"chunk_length {where} gives {value:g}, but no more than {most:g} events fit{hint}")


with datasets.open_root("hww/GluGluHToWWTo2L2Nu_M125.root") as file:
    check_length(file["Events"], 1_000_000, 6200, 6780, "for the signal file, 152 bytes an event, and 1 MB")
### BEGIN HIDDEN TESTS
import tempfile
from pathlib import Path

with datasets.open_root("hww/GluGluHToWWTo2L2Nu_M125.root") as file:
    check_length(file["Events"], 2_000_000.0, 12_400, 13_560, "for the signal file and 2e6 bytes, a float,")
    check_length(file["Events"], 150, 1, 1, "for a memory smaller than an event")
    check_length(file["Events"], 1, 1, 1, "for a memory of one byte")
with tempfile.TemporaryDirectory() as temporary_folder:
    path = Path(temporary_folder) / "test.root"
    with uproot.recreate(path) as file:
        counts = np.arange(8000) // 100
        types = {"x": "float64", "hits": "var * float64"}
        file.mktree("Jagged", types).extend({"x": np.ones(8000), "hits": ak.unflatten(np.zeros(counts.sum()), counts)})
        file.mktree("Empty", {"x": "float32"})
    with uproot.open(path) as file:
        size = 8 + 8 * counts.mean()
        check_length(file["Jagged"], 1000 * size, 910, 1030, "for a tree with lists")
        check_length(file["Empty"], 1000, 1, np.inf, "for a tree without events")
### END HIDDEN TESTS

# %% [markdown]
# ## Shuffling within chunks is not enough
#
# Read a chunk, shuffle it, write it, read the next. Simple, fast, and of little use, because an event never leaves its chunk: in our file the first chunks stay pure signal.
#
# What is missing is a way for an event to get anywhere. So take a second look at memory: the disk is large, it just does not like to be read at random places. But it takes whatever is *appended*. Hence the **bucket shuffle**:
#
# 1. Put K empty *buckets* (files) on the disk.
# 2. Read the file chunk by chunk. For each event draw one of the buckets, all with the same probability, and append the event there.
# 3. Load each bucket in turn, shuffle it in memory, and write it to the output, one bucket after the other.
#
# Every event is read twice and written twice, in pieces as long as the number of buckets allows, whatever the size of the file. A bucket holds a K-th of the file, more or less: with K large enough it fits in memory.
#
# First in memory, with an array for the file.
#
# **Task.** Write `bucket_shuffle`.

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

given = np.arange(3000.0)
mixed = checks.call(
    bucket_shuffle, given, 5, np.random.default_rng(1), says="bucket_shuffle should take 3000 values and 5 buckets"
)
checks.shape(mixed, (3000,), "the shuffled array")
checks.same_events(mixed, given, "the shuffled array")
checks.equal(given, np.arange(3000.0), "bucket_shuffle changed the array it was given; return a new one")
checks.shuffled(
    mixed,
    "the order of the input is still visible: draw a bucket for every event, and shuffle each bucket before you join them",
)
### BEGIN HIDDEN TESTS
from scipy import special

for n_events, n_buckets, where in ((4, 2, "4 events in 2 buckets"), (3, 4, "3 events in 4 buckets")):
    rng = np.random.default_rng(n_buckets)
    arguments = np.arange(n_events), n_buckets, rng
    orders = [
        checks.call(bucket_shuffle, *arguments, says=f"bucket_shuffle should work for {where}") for _ in range(1200)
    ]
    checks.shape(orders, (1200, n_events), f"the result of shuffling {where} 1200 times")
    _, counts = np.unique(orders, axis=0, return_counts=True)
    n_orders = np.prod(np.arange(1, n_events + 1))
    # chi-squared of the counts: a correct shuffle fails once in a million times.
    chi_squared = np.sum((counts - 1200 / n_orders) ** 2) / (1200 / n_orders)
    fair = len(counts) == n_orders and special.chdtrc(n_orders - 1, chi_squared) > 1e-6
    message = f"of {where}, shuffled 1200 times, each of the {n_orders} orders should come equally often ({1200 // n_orders} times)"
    checks.that(fair, f"{message}, but {len(counts)} orders came, {counts.min()} to {counts.max()} times")
again = [bucket_shuffle(given, 5, np.random.default_rng(seed)) for seed in (1, 2)]
checks.equal(again[0], mixed, "the same state of rng should give the same order: take all chance from rng")
checks.that(not np.array_equal(again[1], mixed), "another rng gives the same order: draw from rng")
rows = np.column_stack([given, -given]).astype("float32")
mixed = checks.call(
    bucket_shuffle, rows, 7, np.random.default_rng(3), says="bucket_shuffle should take rows of numbers"
)
checks.shape(mixed, (3000, 2), "the shuffled rows", hint="events are along the first axis")
checks.aligned(mixed[:, 0], -mixed[:, 1], "a row was torn apart: shuffle along the first axis alone")
for n_events, where in ((0, "no event"), (1, "one event")):
    few = checks.call(
        bucket_shuffle, np.ones(n_events), 4, np.random.default_rng(4), says=f"bucket_shuffle should take {where}"
    )
    checks.shape(few, (n_events,), f"the result for {where}")
### END HIDDEN TESTS

# %% [markdown]
# ## Why every order is equally likely
#
# Count. There are n events. Say that the drawing has put n₁ of them in the first bucket, n₂ in the second and so on. This happens in n! / (n₁! n₂! … ) ways, all equally likely. The bucket of n₁ events is then put in one of n₁! orders, the next in one of n₂!, all equally likely. Altogether
#
# $$ \frac{n!}{n_1!\, n_2! \cdots n_K!} \times n_1! \times n_2! \times \cdots \times n_K! = n! $$
#
# equally likely outcomes. No two of them give the same output, because the output shows them: its first n₁ events are those of the first bucket, in their order, and so on. But there are just n! orders of n events. So **each of the n! orders comes out exactly once**, whatever the sizes of the buckets.
#
# It does not matter, then, that the buckets differ in size. It does matter that each event is drawn *independently*: deal them out in turn, like cards, and the argument breaks down (event 1 and event K + 1 always meet).
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
figure, panels = plt.subplots(1, 3, figsize=(15, 5), sharey=True)
for axes, (title, order) in zip(panels, orders.items(), strict=True):
    axes.plot(order, ".", markersize=2, label="3000 events")
    axes.set(title=title, xlabel="place in the output", ylabel="place in the input", xlim=(0, 3000), ylim=(0, 3600))
    axes.legend(loc="upper right", markerscale=4)
plt.show()

# %% [markdown]
# *Figure: place in the input against place in the output, a point for each event. Left, the file as it is: a straight line. Middle, shuffled within chunks: ten squares along that line, and nothing elsewhere. Right, through buckets: points everywhere alike.*
#
# The eye sees squares. A test puts a number on it: cut both axes in ten, which makes a hundred boxes. In a random order each box holds about a hundredth of the events, and
#
# $$ \chi^2 = \sum_\mathrm{boxes} \frac{(\mathrm{found} - \mathrm{expected})^2}{\mathrm{expected}} $$
#
# follows a χ² distribution of (10 − 1)² = 81 degrees of freedom. Its *p-value* is the probability that a random order looks as uneven as this one or worse. Call an order random if p > 0.001: then a correct shuffle passes 999 times in 1000, and fails once by bad luck.

# %%
from scipy import stats


def p_value(order):
    """Probability that a random order fills 10 x 10 boxes as unevenly as this one. order: (n_events,), numbers 0 to n_events - 1."""
    box = np.arange(len(order)) * 10 // len(order)
    found = np.bincount(10 * box + box[order], minlength=100)
    chi_squared = np.sum((found - len(order) / 100) ** 2) / (len(order) / 100)
    return stats.chi2.sf(chi_squared, 81)


passed = {"shuffled within 10 chunks": 0, "through 10 buckets": 0}
for _ in range(1000):
    passed["shuffled within 10 chunks"] += p_value(shuffle_within_chunks(number, 300, rng)) > 0.001
    passed["through 10 buckets"] += p_value(bucket_shuffle(number, 10, rng)) > 0.001
for name, times in passed.items():
    print(f"{name:26s} passes {times} of 1000 times")


# %% [markdown]
# A test sees what it looks for. Suppose that the buckets are joined *without* shuffling them: the events of a bucket then come in the order of the file, and if there are as many buckets as boxes, every box has its share. The correlation of neighbours shows it at once. So the check of your program below uses both.

# %% [markdown]
# ## Tools
#
# Now the real thing, with files. Reading, putting aside and writing are a craft of their own; here are tools for that, so that the algorithm is yours to write. (Use them or not: only the result is graded.)
#
# An event is a *row*. Kept together in memory as a row of a structured NumPy array, its numbers are moved in one go. Lists of varying length do not fit in a row; they stay beside it.

# %%
class Events(NamedTuple):
    """Some events of a tree: rows, a structured array with a column for each branch; lists, {jagged branch: awkward array}.

    A jagged branch has the lengths of its lists as its column.
    """

    rows: np.ndarray
    lists: dict


def take(events, order):
    """The events in another order. order: array of row numbers."""
    return Events(events.rows.take(order), {name: lists[order] for name, lists in events.lists.items()})


def cut(events, start, stop):
    """The events from row start to before row stop."""
    return Events(events.rows[start:stop], {name: lists[start:stop] for name, lists in events.lists.items()})


# %% [markdown]
# **Reading.** One branch after the other, so that only one is decompressed at a time. The chunks end where baskets end, if they can: a basket that reaches into two chunks is decompressed twice.

# %%
def row_type(tree):
    columns = []
    for branch in tree.branches:
        kind = branch.interpretation
        if not isinstance(kind, uproot.AsDtype | uproot.AsJagged):
            raise TypeError(
                f"branch {branch.name!r} holds {branch.typename}: only numbers and lists of numbers are shuffled"
            )
        columns.append((branch.name, "int64" if isinstance(kind, uproot.AsJagged) else kind.to_dtype))
    return np.dtype(columns)


def read_events(tree, start, stop):
    """The events from start to before stop."""
    rows, lists = np.empty(stop - start, row_type(tree)), {}
    entries = {"entry_start": start, "entry_stop": stop, "array_cache": None}
    for branch in tree.branches:
        if isinstance(branch.interpretation, uproot.AsJagged):
            lists[branch.name] = branch.array(library="ak", **entries)
            rows[branch.name] = ak.num(lists[branch.name])
        else:
            rows[branch.name] = branch.array(library="np", **entries)
    return Events(rows, lists)


def read_chunks(tree, length):
    """All events in the order of the file, at most length of them at a time."""
    basket_ends = np.array(tree.common_entry_offsets())
    start = 0
    while start < tree.num_entries:
        stop = min(start + length, tree.num_entries)
        last_end = basket_ends[basket_ends <= stop].max()
        stop = last_end if last_end > start else stop
        yield read_events(tree, start, stop)
        start = stop


# %% [markdown]
# **Buckets.** A file for the rows and one for the numbers of each jagged branch, as plain bytes. Bytes are appended, and read back when the type is known.

# %%
class Bucket:
    """Events put aside on disk, in files whose paths begin with path; older ones of that name are removed."""

    def __init__(self, path):
        self.path, self.n_events, self.example = path, 0, None
        for old in Path(path).parent.glob(f"{Path(path).name}.*"):
            old.unlink()

    def file(self, kind):
        return Path(f"{self.path}.{kind}")

    def append(self, events):
        self.n_events += len(events.rows)
        self.example = take(events, np.arange(0))  # a copy: a cut would keep all events alive
        with self.file("rows").open("ab") as file:
            events.rows.tofile(file)
        for number, lists in enumerate(events.lists.values()):
            with self.file(number).open("ab") as file:
                ak.to_numpy(ak.flatten(lists)).tofile(file)

    def load(self):
        """All its events, in the order in which they came. Not for a bucket without events."""
        rows, lists = np.fromfile(self.file("rows"), self.example.rows.dtype), {}
        for number, (name, example) in enumerate(self.example.lists.items()):
            numbers = np.fromfile(self.file(number), ak.to_numpy(ak.flatten(example)).dtype)
            lists[name] = ak.unflatten(numbers, rows[name])
        return Events(rows, lists)


# %% [markdown]
# **Writing.** A new tree gets its branches and types when it is made (`mktree`), then its events in pieces (`extend`); every piece is a basket of each branch. (Shorter code that you may find, `output["Events"] = arrays`, writes another format, an RNTuple.)

# %%
def create_tree(output, name, tree):
    """A tree in a file that is open for writing, without events, with the branches and types of another tree."""
    empty = tree.arrays(entry_start=0, entry_stop=0)
    types = {branch: empty[branch].type.content for branch in empty.fields}
    counters = {branch.name: branch.count_branch.name for branch in tree.branches if branch.count_branch is not None}
    return output.mktree(name, types, title=tree.title, counter_name=lambda branch: counters.get(branch, f"n{branch}"))


def extend(tree, events):
    """Write events at the end of a tree that create_tree made."""
    tree.extend({branch: events.lists.get(branch, events.rows[branch]) for branch in events.rows.dtype.names})


# %% [markdown]
# Try them: the first 5000 events of our file, reversed, on their way through a bucket.

# %%
with uproot.open(folder / "ordered.root") as file:
    chunk = next(read_chunks(file["Events"], 5000))
    bucket = Bucket(folder / "try")
    bucket.append(take(chunk, np.arange(5000)[::-1]))
    bucket.append(cut(chunk, 0, 3))
    back = bucket.load()
print(
    bucket.n_events,
    "events of",
    back.rows.itemsize,
    "bytes in a row; last three:",
    back.rows["pt1"][-3:],
    back.lists["jet_pt"][-3:],
)

# %% [markdown]
# ## Randomize a file
#
# **Task.** Write `randomize`. What it must do:
#
# - The output holds every tree (`TTree`) of the input under the same name, with the same branches and types, and every event exactly once, with all its branches. Other objects, such as histograms, may be left out. Branches hold numbers or lists of numbers. The compression of the output is your choice.
# - The order of the events of each tree is random, and all chance comes from `rng`: in the same state it gives the same order.
# - Trees without events, with one event, or with a last chunk that is shorter, are trees, too.
# - It keeps to `memory`, however large the file. **The hidden test measures this:** on a file ten times `memory` the process may grow by `memory` + 16 MB, where the 16 MB are for uproot and Python. (A cell below the check lets you measure it yourself.) Mind the copies: while a chunk is put in another order, both the old and the new are there; and while a bucket is written, uproot holds another copy. A slice (`array[:10]`) keeps its whole array in memory as long as the slice lives. A third to a fifth of `memory` for a chunk or a bucket is about right.
# - If the input does not exist it raises `FileNotFoundError`, if the output exists already `FileExistsError` (and leaves that file alone). A damaged input, or an output that cannot be written, raises any exception; what uproot and Python raise by themselves will do.
# - Success or not, it leaves nothing behind but a complete output: no buckets, and never half an output file. So write the output under another name, or in a folder of its own, and move it into place with `os.replace` when it is complete. `tempfile.TemporaryDirectory(dir=...)` makes a folder that is removed whatever happens.

# %% nbgrader={"grade": false, "grade_id": "randomize", "locked": false, "schema_version": 3, "solution": true, "task": false}
import os


def randomize(input_path, output_path, memory, rng):
    """Write a copy of a ROOT file with the events of each tree in a random order.

    input_path, output_path: str or Path. memory: bytes. rng: a NumPy random Generator. Returns nothing.
    Raises FileNotFoundError if there is no input, FileExistsError if the output exists.
    """
    ### BEGIN SOLUTION
    output_path = Path(output_path)
    if output_path.exists():
        raise FileExistsError(f"{output_path} exists: remove it, or choose another name")
    with (
        uproot.open(input_path, handler=uproot.MemmapSource, array_cache=None) as source,
        tempfile.TemporaryDirectory(dir=output_path.parent) as scratch,
    ):
        unfinished = Path(scratch) / "output.root"
        with uproot.recreate(unfinished, compression=source.file.compression) as output:
            for number, name in enumerate(dict.fromkeys(source.keys(filter_classname="TTree", cycle=False))):
                buckets = scatter(source[name], memory / 4, rng, Path(scratch) / f"tree{number}")
                gather(buckets, create_tree(output, name, source[name]), rng)
        os.replace(unfinished, output_path)


def scatter(tree, memory, rng, path):
    """Buckets with the events of a tree. memory: bytes for a chunk, and for the mean bucket. path: where the files' names begin."""
    length = chunk_length(tree, memory)
    n_buckets = 1 + tree.num_entries // length
    buckets = [Bucket(f"{path}_{number}") for number in range(n_buckets)]
    for events in read_chunks(tree, length):
        bucket_of = rng.integers(n_buckets, size=len(events.rows))
        order = np.argsort(bucket_of)
        events = take(events, order)
        edges = np.searchsorted(bucket_of[order], np.arange(n_buckets + 1))
        for number in np.flatnonzero(np.diff(edges)):
            buckets[number].append(cut(events, edges[number], edges[number + 1]))
    return buckets


def gather(buckets, target, rng):
    """Write the events of the buckets into a tree, each bucket shuffled."""
    for bucket in buckets:
        if bucket.n_events:
            events = bucket.load()
            events = take(events, rng.permutation(bucket.n_events))
            extend(target, events)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "randomize-check", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
import tempfile
from pathlib import Path

import awkward as ak
import numpy as np
import uproot

from helpers import checks

TYPES = {"event": "int64", "label": "int32", "good": "bool", "x": "float32", "y": "float64", "jet_pt": "var * float32"}


def made(event, n_events):
    """The branches of the tests' events, all of them known from the number of the event."""
    counts = event % 4
    jets = np.repeat(event, counts) + 0.25 * np.concatenate([np.arange(0), *map(np.arange, counts)])
    columns = {
        "event": event,
        "label": event >= 0.4 * n_events,
        "good": event % 3 == 0,
        "x": np.sqrt(event),
        "y": -event,
    }
    columns = {name: column.astype(TYPES[name]) for name, column in columns.items()}
    return {**columns, "jet_pt": ak.unflatten(jets.astype("float32"), counts)}


def write_file(path, n_events, codec=uproot.ZLIB, basket=1000):
    """A file ordered by class: a tree Events with several baskets, and a tree Runs of three entries."""
    with uproot.recreate(path, compression=codec(1) if codec else None) as file:
        tree = file.mktree("Events", TYPES)
        for start in range(0, n_events, basket):
            tree.extend(made(np.arange(start, min(start + basket, n_events)), n_events))
        file.mktree("Runs", {"run": "int32"}).extend({"run": [7, 8, 9]})


def check_randomize(source, target, memory, n_events, where, seed=1):
    """Call randomize and check all of its output but the order, which is returned: the number of each event."""
    arguments = str(source), str(target), memory, np.random.default_rng(seed)
    checks.call(randomize, *arguments, says=f"randomize should work {where}")
    checks.that(target.is_file(), f"randomize wrote no output {where}")
    with uproot.open(source) as before, uproot.open(target) as after:
        kinds = after.classnames(cycle=False)
        checks.names(kinds, before.keys(cycle=False), f"the output {where}")
        for name, kind in kinds.items():
            checks.that(kind == "TTree", f"{name} in the output is a {kind}, not a TTree: use mktree and extend")
            found, wanted = after[name].typenames(), before[name].typenames()
            checks.names(found, wanted, f"the tree {name} in the output {where}")
            wrong = [f"{key} is {found[key]} instead of {wanted[key]}" for key in wanted if found[key] != wanted[key]]
            checks.that(not wrong, f"a branch has another type in the output {where}: {', '.join(wrong)}")
        if "Runs" in kinds:
            checks.same_events(after["Runs"]["run"].array(library="np"), [7, 8, 9], "the branch run in the output")
        events = after["Events"].arrays()
    number = ak.to_numpy(events["event"])
    checks.same_events(number, np.arange(n_events), f"the branch event in the output {where}")
    for name, column in made(number, n_events).items():
        same = ak.array_equal(events[name], column, check_parameters=False)
        checks.that(
            same,
            f"the branch {name} is in another order than the branch event {where}: all branches of an event must stay together",
        )
    return number


with tempfile.TemporaryDirectory() as temporary_folder:
    work = Path(temporary_folder)
    write_file(work / "ordered.root", 3200)
    order = check_randomize(
        work / "ordered.root", work / "mixed.root", 100_000, 3200, "for 3200 events and 100 kB of memory"
    )
checks.shuffled(
    order,
    "the order of the input is still visible in the output: can an event of the first chunk get to the end, and is each bucket shuffled?",
)
### BEGIN HIDDEN TESTS
import os

from scipy import stats

from helpers import peak_memory


def check_order(order, where):
    """Boxes in input and output, and neighbours. A correct order fails once in a million times."""
    checks.shuffled(order, f"the order of the input is still visible in the output {where}")
    box = np.arange(len(order)) * 10 // len(order)
    boxes = np.bincount(10 * box + box[order], minlength=100)
    p_value = stats.chi2.sf(np.sum((boxes - len(order) / 100) ** 2) / (len(order) / 100), 81)
    checks.that(p_value > 1e-6, f"events from one part of the input gather in one part of the output {where}")


def check_nothing_left(call, work, where):
    """Run the call; nothing may appear beside the output, in the folder for temporary files or in the working directory."""
    places = {work: "beside the output", work / "temporary": "in the folder for temporary files", work / "here": "here"}
    before = {folder: set(folder.iterdir()) for folder in places}
    call()
    for folder, place in places.items():
        n_left = len(set(folder.iterdir()) - before[folder])
        checks.that(n_left == 0, f"{n_left} files or folders were left behind {place} {where}")


def check_raises(error, source, target, work, where):
    arguments = str(source), str(target), 200_000, np.random.default_rng(2)
    says = f"randomize should raise {'an exception' if error is Exception else error.__name__} {where}"
    check_nothing_left(lambda: checks.raises(error, randomize, *arguments, says=says), work, where)


def peak_growth(source, small, target, memory, limit_s=60):
    """Bytes by which randomize makes a process grow at its peak, after it has run on a small file; None if not measurable."""
    large = str(source), str(target), memory, np.random.default_rng(3)
    first = str(small), f"{target}.small", memory, np.random.default_rng(3)
    try:
        return peak_memory.growth(randomize, large, first, limit_s)
    except TimeoutError:
        raise checks.CheckFailed(
            f"randomize took more than {limit_s} s of computing for a file of 40 MB: count the baskets that it decompresses"
        ) from None
    except peak_memory.FunctionFailed as error:
        raise checks.CheckFailed(f"randomize failed on a file ten times larger than memory ({error})") from None


with tempfile.TemporaryDirectory() as temporary_folder:
    work = Path(temporary_folder)
    (work / "temporary").mkdir()
    (work / "here").mkdir()
    usual_folder, tempfile.tempdir = tempfile.tempdir, str(work / "temporary")
    usual_place = os.getcwd()
    os.chdir(work / "here")
    try:
        source = work / "ordered.root"
        write_file(source, 5003)
        content = source.read_bytes()
        first = check_randomize(source, work / "a.root", 200_000, 5003, "for 5003 events and 200 kB of memory", seed=4)
        check_order(first, "for 5003 events and 200 kB of memory")
        again = check_randomize(source, work / "b.root", 200_000, 5003, "when it is called again", seed=4)
        checks.equal(again, first, "the same state of rng should give the same order: take all chance from rng")
        other = check_randomize(source, work / "c.root", 200_000, 5003, "with another rng", seed=5)
        checks.that(not np.array_equal(other, first), "another rng gives the same order: draw from rng")
        order = check_randomize(source, work / "d.root", 10_000_000, 5003, "when all events fit in memory")
        check_order(order, "when all events fit in memory")
        checks.that(source.read_bytes() == content, "randomize changed the input file")
        for n_events, where in (
            (0, "for a tree without events"),
            (1, "for a single event"),
            (1001, "for a last chunk of one event"),
        ):
            write_file(work / f"{n_events}.root", n_events)
            order = check_randomize(work / f"{n_events}.root", work / f"{n_events}_mixed.root", 40_000, n_events, where)
        write_file(work / "few.root", 20, basket=10)
        check_randomize(work / "few.root", work / "few_mixed.root", 10, 20, "for a memory smaller than an event")
        for name, codec in {"LZ4": uproot.LZ4, "ZSTD": uproot.ZSTD, "no": None}.items():
            where = f"for an input with {name} compression"
            write_file(work / f"{name}.root", 1500, codec)
            order = check_randomize(work / f"{name}.root", work / f"{name}_mixed.root", 60_000, 1500, where)
            check_order(order, where)

        once = work / "once.root"
        arguments = source, once, 200_000, np.random.default_rng(2)
        says = "randomize should take Path objects, too"
        check_nothing_left(
            lambda: (checks.call(randomize, *arguments, says=says), once.unlink()), work, "after a good run"
        )
        check_raises(FileNotFoundError, work / "nowhere.root", work / "out.root", work, "if the input does not exist")
        (work / "taken.root").write_text("precious")
        check_raises(FileExistsError, source, work / "taken.root", work, "if the output exists")
        checks.that(
            (work / "taken.root").read_text() == "precious", "randomize changed the file that stood at output_path"
        )
        (work / "truncated.root").write_bytes(content[: 2 * len(content) // 3])
        check_raises(Exception, work / "truncated.root", work / "out.root", work, "if the input is cut short")
        with uproot.open(source) as file:
            place = int(file["Events"]["y"].member("fBasketSeek")[4]) + 100
        (work / "damaged.root").write_bytes(content[:place] + bytes(200) + content[place + 200 :])
        check_raises(Exception, work / "damaged.root", work / "out.root", work, "if a basket of the input is damaged")
        check_raises(Exception, source, work / "taken.root" / "out.root", work, "if the output cannot be written")

        with uproot.recreate(work / "large.root", compression=None) as file:
            tree = file.mktree("Events", {"event": "int64", **{f"x{i}": "float64" for i in range(9)}})
            for start in range(0, 500_000, 5000):
                rows = np.arange(start, start + 5000)
                tree.extend({"event": rows, **{f"x{i}": 0.0 * rows for i in range(9)}})
        growth = peak_growth(work / "large.root", source, work / "large_mixed.root", 4_000_000)
        if growth is not None:
            said = f"on a file of 40 MB with 4 MB of memory the process grew by {growth / 1e6:.0f} MB"
            checks.that(
                growth < 20e6,
                f"{said}; 4 MB, and 16 MB for uproot, are allowed: read less at a time, and mind the copies",
            )
        with uproot.open(work / "large_mixed.root") as file:
            order = file["Events"]["event"].array(library="np")
        checks.same_events(order, np.arange(500_000), "the output of a file ten times larger than memory")
        check_order(order, "for a file ten times larger than memory")
    finally:
        tempfile.tempdir = usual_folder
        os.chdir(usual_place)
### END HIDDEN TESTS

# %% [markdown]
# ## Use it
#
# Our file takes 12 MB in memory. How much does your program take at its peak, if it is told to keep to 1.2 MB? Python's `tracemalloc` sees the arrays of NumPy and of uproot. (About a megabyte of what it counts is uproot's own, whatever the file.)

# %% tags=["nbval-ignore-output"]
import tracemalloc

for memory in (1.2e6, 12e6):
    tracemalloc.start()
    randomize(folder / "ordered.root", folder / f"measured_{memory:.0f}.root", memory, np.random.default_rng(0))
    (folder / f"measured_{memory:.0f}.root").unlink()
    print(f"told {memory / 1e6:.1f} MB, took {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB at its peak")
    tracemalloc.stop()

# %% [markdown]
# Now shuffle it with 2 MB, and look at what the first, the second, … thousand events hold.

# %%
(folder / "mixed.root").unlink(missing_ok=True)
randomize(folder / "ordered.root", folder / "mixed.root", memory=2e6, rng=np.random.default_rng(66))

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
# *Figure: fraction of background in each thousand events along the file. In the ordered file it jumps from 0 to 1 where the signal ends; in the mixed one it stays near 0.57, the fraction in the whole file, and scatters by about 0.016, as it must for a thousand random events.*

# %% [markdown]
# **Question.** How would you choose the number of buckets K for a file of 1 TB and a memory of 1 GB, and what happens if K is much too small, or much too large? (For the second, think of the pieces that a chunk is cut into.) And how often is a basket of the input decompressed: by your program, and by one that reads the events in the random order?

# %% [markdown] nbgrader={"grade": true, "grade_id": "how-many-buckets", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# A bucket must fit in memory, with the copies that are made while it is shuffled and written: a few thousand buckets of some 250 MB (K of about 4 × 1 TB / 1 GB). With too few, a bucket does not fit and the program runs out of memory (or swaps). With too many, each chunk is cut into
# K tiny pieces, so that the program makes very many small writes (chunks × K), the disk has to seek, the number of open files may meet its limit, and buckets of few events make small baskets, which compress badly and are slow to read. Here a chunk of 250 MB in 4000 pieces gives 100 kB for each, which
# is still fine; for much larger files one scatters twice, first to a few large buckets and then each of these to smaller ones.
# The program decompresses every basket once (twice if it reaches into two chunks). Reading in random order decompresses a basket of every branch for every event: a basket as often as it has events.
#
# **Marking scheme.** 1 point: the bucket, with its copies, must fit in memory: K at least file size / memory times a small factor. 1 point: too many buckets make many small pieces (small writes, open files, small baskets; one such reason is enough). 1 point: once against once per event.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Two million events
#
# Does it scale? Make a file of two million events and 40 branches (330 MB in memory) in half a minute: in a terminal, in the folder that holds the Makefile,
#
#     make big-file
#
# It writes `big.root` there (`make big-file EVENTS=20000000` a larger one). It repeats the shipped events, which is good enough for timing; `make data EVENTS=…` generates new ones with Pythia, in hours. Then give its path below; the shuffled file, `big_mixed.root`, is written beside it, and part 2 can use it. The solution takes less than a minute with 32 MB, most of it for compressing the output.

# %% tags=["nbval-ignore-output"]
big_file = None  # the path, such as "../../big.root"

if big_file:
    began = time.perf_counter()
    randomize(big_file, Path(big_file).with_name("big_mixed.root"), memory=32e6, rng=np.random.default_rng(7))
    print(f"{time.perf_counter() - began:.0f} s")

# %% [markdown]
# ## Going further
#
# There is another way to a random order: give every event a random number as its key and *sort* by the key, with an external sort (sort chunks in memory, write them, merge the sorted files). Why is that a uniform permutation, too, and what does it cost compared with buckets: how often is every event read and written, and in how long pieces?
# Then measure where the time of your `randomize` goes (`%prun`). If it is compression, try `uproot.ZSTD(1)` or `uproot.LZ4(1)` for the output, and a thread that loads the next bucket while this one is compressed.

# %% [markdown]
# [← Exercise 5](../ex5_first_network/first_network.ipynb) · [Start](../start.md) · [Exercise 6: training →](../ex6_out_of_core/generators.ipynb)
