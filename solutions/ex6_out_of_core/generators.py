# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 6, part 2: train on a file that does not fit in memory
#
# **What you will learn**
#
# - how to feed a network from a file, so that only a small piece of it is in memory at any time;
# - why one reads chunks and not batches, and what the size of a chunk decides;
# - how many steps an epoch has, and two ways to count them wrong;
# - that a network trained in this way is as good as one trained in memory, and nearly as fast.
#
# **What you need to know:** Exercise 5 (the network), of part 1 what a basket costs, and Python's `yield`. You do not need your own `randomize` here. **Time:** two hours.
#
# **Data:** `hww/arrays.npz`, the six variables, weights and labels (0 = signal, 1 = background) of Exercise 5, here written to a ROOT file in random order, as `randomize` leaves it. It is small, so that everything runs in seconds; the last section takes a file of two million events.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Exercise 6: shuffling](../ex6_out_of_core/randomize.ipynb) · [Start](../start.md) · [Top tagging: DNN →](../top_tagging/dnn.ipynb)

# %%
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import uproot

from helpers import datasets, figures

figures.use_style()
INPUTS = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
temporary = tempfile.TemporaryDirectory()  # removed, with all that is in it, when the notebook ends
folder = Path(temporary.name)

# %% [markdown]
# ## A shuffled file
#
# Signal and background, merged and shuffled. The tree has the six inputs, the event weight `weight` (mean 1 in each class) and the `label`.

# %%
given = datasets.load_arrays("hww/arrays.npz")
merged = {
    kind: np.concatenate([given[f"signal_{kind}"], given[f"background_{kind}"]])
    for kind in ("inputs", "weights", "labels")
}
n_events = len(merged["labels"])
order = np.random.default_rng(606).permutation(n_events)
columns = dict(zip(INPUTS, merged["inputs"][order].T, strict=True))
columns |= {"weight": merged["weights"][order], "label": merged["labels"][order].astype("int32")}

with uproot.recreate(folder / "mixed.root", compression=uproot.ZLIB(1)) as output:
    tree = output.mktree("Events", {name: column.dtype for name, column in columns.items()})
    for start in range(0, n_events, 4000):
        tree.extend({name: column[start : start + 4000] for name, column in columns.items()})
file = uproot.open(folder / "mixed.root", handler=uproot.MemmapSource, array_cache=None)
print(file["Events"].num_entries, "events in baskets of", file["Events"]["mth"].basket(0).num_entries)


# %% [markdown]
# ## From the file to arrays
#
# The network wants three arrays: inputs, labels, weights. In this order, because Keras reads a batch of three as (inputs, labels, event weights). All `float32`: that is what the network computes with, and `float64` would double the memory.
#
# **Task.** Write `read_events`, which reads a range of events, and of these only the branches that are needed: those in `INPUTS`, in this order, `label` and `weight`. If one of them is missing in the tree there must be an error (any), and not fewer columns.

# %% nbgrader={"grade": false, "grade_id": "read-events", "locked": false, "schema_version": 3, "solution": true, "task": false}
def read_events(tree, start, stop):
    """Events start to before stop of an uproot tree, in its order.

    Returns (inputs, labels, weights), all float32, of shapes (n_events, 6), (n_events,) and (n_events,).
    """
    ### BEGIN SOLUTION
    names = [*INPUTS, "label", "weight"]
    arrays = tree.arrays(names, entry_start=start, entry_stop=stop, library="np")
    inputs = np.column_stack([arrays[name] for name in INPUTS]).astype("float32")
    return inputs, arrays["label"].astype("float32"), arrays["weight"].astype("float32")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "read-events-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import tempfile
from pathlib import Path

import numpy as np
import uproot

from helpers import checks

names = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]


def write_tree(path, branches, n_events=3000):
    """Branch number i of an event holds its number plus i / 10, the weight 3 times its number, the label 1 from event 2000 on."""
    event = np.arange(n_events)
    columns = {name: (event + names.index(name) / 10).astype("float32") for name in branches if name in names}
    columns |= {"weight": (3 * event).astype("float32")} if "weight" in branches else {}
    columns |= {"label": (event >= 2000).astype("int32")} if "label" in branches else {}
    with uproot.recreate(path) as file:
        tree = file.mktree("Events", {name: column.dtype for name, column in columns.items()})
        for start in range(0, n_events, 1000):
            tree.extend({name: column[start : start + 1000] for name, column in columns.items()})


def check_events(tree, start, stop, where):
    result = checks.call(read_events, tree, start, stop, says=f"read_events should work {where}")
    checks.that(
        isinstance(result, tuple | list) and len(result) == 3,
        "read_events should return three arrays: inputs, labels, weights",
    )
    inputs, labels, weights = (checks.numbers(array, f"an array of read_events {where}") for array in result)
    checks.shape(
        inputs,
        (stop - start, 6),
        f"the inputs {where}",
        hint="one row for each event from start to before stop, six columns",
    )
    checks.shape(labels, (stop - start,), f"the labels {where}", hint="one for each event")
    checks.shape(weights, (stop - start,), f"the weights {where}", hint="one for each event")
    event = np.arange(start, stop)
    exchanged = np.array_equal(labels, 3.0 * event) and not np.array_equal(weights, 3.0 * event)
    checks.that(not exchanged, "labels and weights have changed places: return inputs, labels, weights")
    checks.close(
        inputs,
        event[:, None] + np.arange(6) / 10,
        f"the inputs {where} are not those of the events, in the order of INPUTS",
        rtol=1e-6,
    )
    checks.equal(labels, event >= 2000, f"the labels {where} are not those of the events")
    checks.close(weights, 3.0 * event, f"the weights {where} are not those of the events")
    for array, name in ((inputs, "inputs"), (labels, "labels"), (weights, "weights")):
        checks.that(array.dtype == np.float32, f"the dtype of the {name} is {array.dtype}, but float32 is asked for")


with tempfile.TemporaryDirectory() as temporary_folder:
    path = Path(temporary_folder) / "test.root"
    write_tree(path, [*names, "weight", "label"])
    with uproot.open(path) as root_file:
        check_events(root_file["Events"], 0, 3000, "for a whole tree")
        check_events(root_file["Events"], 900, 2100, "for events 900 to before 2100")
### BEGIN HIDDEN TESTS
with tempfile.TemporaryDirectory() as temporary_folder:
    path = Path(temporary_folder) / "test.root"
    write_tree(path, ["label", *names[::-1], "weight"])
    with uproot.open(path) as root_file:
        for start, stop in ((0, 1), (1500, 2500), (2999, 3000), (1000, 2000)):
            check_events(root_file["Events"], start, stop, f"for events {start} to before {stop}")
    for missing in ("mth", "mTOT_cut", "weight", "label"):
        path = Path(temporary_folder) / f"without_{missing}.root"
        write_tree(path, [name for name in [*names, "weight", "label"] if name != missing])
        with uproot.open(path) as root_file:
            checks.raises(
                Exception,
                read_events,
                root_file["Events"],
                0,
                100,
                says=f"a tree without the branch {missing} should give an error",
            )
### END HIDDEN TESTS

# %% [markdown]
# ## Chunks, not batches
#
# A batch has 512 events; a basket of our file has 4000. Whoever reads batch by batch decompresses every basket eight times, and pays eight times the fixed cost of a read. In a large file with baskets of 20,000 events it is forty times. So read a *chunk*, of the length of a basket or more, and cut batches from it until it is used up.

# %% tags=["nbval-ignore-output"]
for length in (512, 4000, 20_000):
    began = time.perf_counter()
    for start in range(0, n_events, length):
        read_events(file["Events"], start, min(start + length, n_events))
    print(
        f"reading {length:5d} events at a time: {n_events / (time.perf_counter() - began) / 1000:6.0f} thousand events a second"
    )


# %% [markdown]
# ## Steps
#
# Keras cannot see where an epoch ends in an endless stream of batches; it must be told how many *steps*, which is batches, an epoch has. With N events and batches of B, N/B is rarely whole. Two choices are sound, and one must say which:
#
# - **keep** the last batch, which is smaller: N/B, rounded up. Right for validation and test, where no event may be lost.
# - **drop** it: N/B, rounded down. Fine for training if other events are left out in each epoch.
#
# What is not sound: the sum of `N // B` and `N % B`, which one meets in published code. For N = 1000 and B = 64 it gives 15 + 40 = 55 steps where there are 16 batches, and an "epoch" sees every event three times and a half.
#
# **Task.** Write `steps_per_epoch`.

# %% nbgrader={"grade": false, "grade_id": "steps-per-epoch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def steps_per_epoch(n_events, batch_size, keep_last):
    """Number of batches in an epoch, an int. keep_last: whether a last batch of fewer than batch_size events is kept or dropped."""
    ### BEGIN SOLUTION
    return -(-n_events // batch_size) if keep_last else n_events // batch_size
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "steps-per-epoch-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks


def check_steps(n_events, batch_size):
    for keep_last, verb, expected in (
        (True, "kept", -(-n_events // batch_size)),
        (False, "dropped", n_events // batch_size),
    ):
        where = f"for {n_events} events in batches of {batch_size}, the last one {verb},"
        steps = checks.call(
            steps_per_epoch, n_events, batch_size, keep_last, says=f"steps_per_epoch should work {where}"
        )
        value = checks.number(steps, f"steps_per_epoch {where}")
        both = n_events // batch_size + n_events % batch_size
        hint = f": the remainder is {n_events % batch_size} events, not batches" if value == both else ""
        checks.that(steps == expected, f"{where} there are {expected} steps, not {value:g}{hint}")
        checks.that(
            np.asarray(steps).dtype.kind in "iu", f"steps_per_epoch {where} gives a float: a number of steps is an int"
        )


check_steps(1000, 64)
### BEGIN HIDDEN TESTS
for case in ((1024, 64), (1, 64), (63, 64), (64, 64), (65, 64), (1000, 1), (7, 3), (0, 64), (2_000_000, 512)):
    check_steps(*case)
### END HIDDEN TESTS

# %% [markdown]
# ## Batches from chunks
#
# Now the machine. Chunk in, batches out, and when the chunk is used up, the next one. Keras takes batches from three kinds of objects, and yours may be any of them:
#
# - a **Python generator**: a function with `yield` in an endless loop;
# - a **`keras.utils.PyDataset`**: a class whose `__len__` is the number of steps, whose `__getitem__` gives a batch, and whose `on_epoch_end` is called between epochs. (Keras asks for its batches in a random order, unless `fit` is called with `shuffle=False`, as it is below. The check asks in order.)
# - a **`tf.data.Dataset`**, for example made with `from_generator`, endless or with `.repeat()`.
#
# To be independent of files, the function gets as its first argument another function, `read`, that reads events by number. For our file that is `lambda start, stop: read_events(tree, start, stop)`; the check counts the calls of its own `read`.
#
# **Task.** Write `batches`:
#
# - Every batch is a tuple (inputs, labels, weights), arrays as `read` gives them. In an epoch every event comes exactly once, with its own label and weight.
# - Every batch has `batch_size` events. What is left of a chunk when no more batch can be cut from it is joined with the beginning of the next chunk; only at the end of the epoch a smaller batch may be left, which is a batch if `keep_last` is true, and otherwise left out in this epoch.
# - With an `rng` each epoch reads the chunks in a new random order, and puts the events of a chunk in a new random order. In the same state of `rng` the order is the same. With `rng=None` the events come in the order of the file, in every epoch.
# - After an epoch the next one begins: the batches never end.
# - At most `chunk_length` events are read at a time, and every event is read once an epoch, from chunks as long as possible (some may be shorter, if that makes your work easier; reading a few ahead is fine). No more than a few chunks are kept in memory.
#
# You may count on 1 ≤ `batch_size` ≤ `chunk_length`, and `n_events` ≥ 1, or `n_events` ≥ `batch_size` if the last batch is dropped.

# %% nbgrader={"grade": false, "grade_id": "batches", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batches(read, n_events, chunk_length, batch_size, rng=None, keep_last=True):
    """Endless batches (inputs, labels, weights) of events that are read in chunks: a generator, a PyDataset or a tf.data.Dataset.

    read: function; read(start, stop) gives (inputs, labels, weights) of events start to before stop, 0 <= start < stop <= n_events.
    rng: a NumPy random Generator, or None for the order of the file. keep_last: whether an epoch's last, smaller batch is kept.
    """
    ### BEGIN SOLUTION
    starts = np.arange(0, n_events, chunk_length)
    while True:
        rest = None
        for start in starts if rng is None else rng.permutation(starts):
            chunk = read(start, min(start + chunk_length, n_events))
            if rng is not None:
                order = rng.permutation(len(chunk[0]))
                chunk = [array[order] for array in chunk]
            if rest is not None:
                chunk = [np.concatenate(pair) for pair in zip(rest, chunk, strict=True)]
            n_full = len(chunk[0]) // batch_size * batch_size
            for first in range(0, n_full, batch_size):
                yield tuple(array[first : first + batch_size] for array in chunk)
            rest = [array[n_full:] for array in chunk]
        if keep_last and len(rest[0]):
            yield tuple(rest)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "batches-check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks


class Source:
    """Events made on request: input j of event i is i + j / 8, its label i modulo 2, its weight i + 1. Every call is noted."""

    def __init__(self, n_events, n_inputs=6):
        self.n_events, self.n_inputs, self.calls = n_events, n_inputs, []

    def read(self, start, stop):
        fits = 0 <= start < stop <= self.n_events
        checks.that(fits, f"read({start}, {stop}) was called, but 0 <= start < stop <= {self.n_events} is asked for")
        self.calls.append(int(stop) - int(start))
        event = np.arange(start, stop, dtype="float32")
        inputs = event[:, None] + np.arange(self.n_inputs, dtype="float32") / 8
        return inputs, event % 2, event + 1


def stream(source, chunk_length, batch_size, seed, keep_last, n_steps):
    """The batches of what the student's function makes, whichever kind it is."""
    rng = None if seed is None else np.random.default_rng(seed)
    arguments = source.read, source.n_events, chunk_length, batch_size, rng, keep_last
    made = checks.call(batches, *arguments, says="batches should take all its arguments")
    checks.that(
        not isinstance(made, tuple | list | dict),
        "batches should not collect all batches in a list: yield one after the other",
    )
    if hasattr(made, "__getitem__"):
        checks.that(
            len(made) == n_steps, f"the length of the dataset is {len(made)}, but an epoch has {n_steps} batches"
        )
        while True:
            if hasattr(made, "on_epoch_begin"):
                made.on_epoch_begin()
            yield from (made[step] for step in range(n_steps))
            made.on_epoch_end()
    checks.that(hasattr(made, "__iter__"), f"batches should return a generator or a dataset, not {type(made).__name__}")
    yield from made


def one_epoch(running, n_events, batch_size, keep_last, n_inputs, where):
    """Take an epoch's batches, check all of them, and return the numbers of the events."""
    n_steps, taken = -(-n_events // batch_size) if keep_last else n_events // batch_size, []
    for step in range(n_steps):
        try:
            batch = next(running)
        except StopIteration:
            raise checks.CheckFailed(
                f"the batches end after {step} of {n_steps} steps of {where}: they must go on for ever"
            ) from None
        checks.that(
            isinstance(batch, tuple | list) and len(batch) == 3,
            f"a batch should be a tuple (inputs, labels, weights) in {where}",
        )
        shapes = [np.shape(array) for array in batch]
        last = step == n_steps - 1 and keep_last
        wanted = n_events - step * batch_size if last else batch_size
        why = (
            "the last batch of an epoch holds what is left; were events left out before it, or carried over from an epoch to the next?"
            if last
            else "join what is left of a chunk with the next one"
        )
        found = shapes[0][0] if shapes[0] else 0
        checks.that(
            found == wanted, f"batch {step + 1} of {n_steps} in {where} holds {found} events instead of {wanted}: {why}"
        )
        expected = [(wanted, n_inputs), (wanted,), (wanted,)]
        checks.that(
            shapes == expected,
            f"the arrays of a batch have the shapes {shapes} instead of {expected}: inputs, labels, weights",
        )
        taken.append([np.array(array) for array in batch])
    inputs, labels, weights = (
        checks.numbers(np.concatenate(arrays), "an array of a batch") for arrays in zip(*taken, strict=True)
    )
    same_type = {inputs.dtype, labels.dtype, weights.dtype} == {np.dtype("float32")}
    checks.that(same_type, "read gives float32, but a batch holds another dtype")
    numbers = inputs[:, 0].astype(int)
    checks.equal(inputs, numbers[:, None] + np.arange(n_inputs) / 8, "an event's inputs were torn apart")
    checks.equal(labels, numbers % 2, "an event lost its label: inputs, labels and weights need one common order")
    checks.equal(weights, numbers + 1, "an event lost its weight: inputs, labels and weights need one common order")
    if keep_last:
        checks.same_events(numbers, np.arange(n_events), f"an epoch ({where})")
    checks.that(len(set(numbers.tolist())) == len(numbers), f"an event comes twice in {where}")
    return numbers


source = Source(1003)
running = stream(source, 100, 16, seed=1, keep_last=True, n_steps=63)
first = one_epoch(running, 1003, 16, True, 6, "epoch 1")
calls = len(source.calls)
checks.that(max(source.calls) <= 100, f"{max(source.calls)} events were read at a time, but chunk_length is 100")
# 1003 events in chunks of 100, or of 84 if a chunk ends where a batch ends, and a few read ahead; batch by batch it is 63.
checks.that(
    calls <= 21,
    f"read was called {calls} times for 1003 events in chunks of 100: read chunks, and cut several batches from each",
)
second = one_epoch(running, 1003, 16, True, 6, "epoch 2")
checks.that(not np.array_equal(first, second), "epoch 2 has the order of epoch 1: shuffle anew")
### BEGIN HIDDEN TESTS
third = one_epoch(running, 1003, 16, True, 6, "epoch 3")
checks.that(
    sum(source.calls) <= 3 * 1003 + 1000,
    f"{sum(source.calls)} events were read in 3 epochs of 1003: read every event once an epoch",
)
checks.that(
    sum(source.calls) >= 3 * 1003 - 200,
    "events are kept in memory from one epoch to the next: read the chunks again, or a large file will not fit",
)
steps = np.diff(first)
checks.that(np.mean(steps == 1) < 0.2, "the events of a chunk come in the order of the file: shuffle them")
# 16 of 100 numbers span less than 40 with a probability of 2e-5; the median of all batches never does.
spans = [np.ptp(first[start : start + 16]) for start in range(0, 992, 16)]
checks.that(
    np.median(spans) > 40, "the events of a batch are neighbours in the file: shuffle the whole chunk, not each batch"
)
together = [np.corrcoef(numbers, np.arange(1003))[0, 1] for numbers in (first, second, third)]
checks.that(
    min(together) < 0.95, "the chunks come in the order of the file in every epoch: read them in a random order"
)
beginning = [numbers[numbers < 80].tolist() for numbers in (first, second)]
checks.that(beginning[0] != beginning[1], "the events of a chunk come in the same order in every epoch: shuffle anew")

again = one_epoch(stream(Source(1003), 100, 16, 1, True, 63), 1003, 16, True, 6, "epoch 1")
checks.equal(again, first, "the same state of rng should give the same order: take all chance from rng")
other = one_epoch(stream(Source(1003), 100, 16, 2, True, 63), 1003, 16, True, 6, "epoch 1")
checks.that(not np.array_equal(other, first), "another rng gives the same order: draw from rng")

source = Source(1003)
running = stream(source, 100, 16, seed=None, keep_last=True, n_steps=63)
for epoch in (1, 2):
    numbers = one_epoch(running, 1003, 16, True, 6, f"epoch {epoch} with rng=None")
    checks.equal(numbers, np.arange(1003), "with rng=None the events should come in the order of the file")

running = stream(Source(1003), 100, 16, seed=3, keep_last=False, n_steps=62)
seen = [
    one_epoch(running, 1003, 16, False, 6, f"epoch {epoch}, the last batch dropped") for epoch in (1, 2, 3, 4, 5, 6)
]
never = 1003 - len(set(np.concatenate(seen).tolist()))
checks.that(never == 0, f"{never} events were dropped in each of six epochs: leave out other events each time")


def check_case(n_events, chunk_length, batch_size, keep_last):
    n_steps = -(-n_events // batch_size) if keep_last else n_events // batch_size
    source = Source(n_events, n_inputs=2)
    running = stream(source, chunk_length, batch_size, 5, keep_last, n_steps)
    for epoch in (1, 2, 3):
        where = f"epoch {epoch} of {n_events} events in chunks of {chunk_length} and batches of {batch_size}"
        one_epoch(running, n_events, batch_size, keep_last, 2, where)
    longest = max(source.calls)
    checks.that(longest <= chunk_length, f"{longest} events were read at a time, but chunk_length is {chunk_length}")


for case in (
    (50, 100, 20, True),
    (1, 8, 4, True),
    (64, 16, 16, True),
    (64, 32, 16, False),
    (30, 7, 3, False),
    (9, 9, 9, True),
    (101, 100, 50, True),
    (10, 3, 1, True),
):
    check_case(*case)
### END HIDDEN TESTS

# %% [markdown]
# ## Training, validation, test
#
# A shuffled file needs no further shuffle to be split: take the first 60 % for training, the next 20 % for validation, the last 20 % for the test.
#
# The inputs are scaled with the mean and the standard deviation of the *training* events. On a large file these cannot be computed from one array, but sums can be added up chunk by chunk. In `float64`: a sum of millions of squares in `float32` loses its last digits.

# %%
PARTS = {
    "training": (0, round(0.6 * n_events)),
    "validation": (round(0.6 * n_events), round(0.8 * n_events)),
    "test": (round(0.8 * n_events), n_events),
}
CHUNK, BATCH = 12_000, 512


def mean_and_deviation(start, stop):
    """Mean and standard deviation of each input in a range of events of the file, read in chunks."""
    total, squares = np.zeros(6), np.zeros(6)
    for first in range(start, stop, CHUNK):
        inputs, _, _ = read_events(file["Events"], first, min(first + CHUNK, stop))
        total += inputs.sum(axis=0, dtype="float64")
        squares += np.square(inputs, dtype="float64").sum(axis=0)
    mean = total / (stop - start)
    return mean, np.sqrt(squares / (stop - start) - mean**2)


mean, deviation = mean_and_deviation(*PARTS["training"])
for name, m, d in zip(INPUTS, mean, deviation, strict=True):
    print(f"{name:10s} mean {m:6.1f} GeV, standard deviation {d:5.1f} GeV")


# %% [markdown]
# **Task.** Write `part_batches`, which gives the batches of a part, with scaled inputs (`float32`), and `part_steps`, the number of steps of an epoch. The training events are shuffled, with a generator that you seed; validation and test events come in the order of the file, and all of them. Whether the last training batch is kept or dropped
# is up to you, but the two functions must agree. Use your functions and `file`, `PARTS`, `CHUNK`, `BATCH`, `mean` and `deviation` from above.

# %% nbgrader={"grade": false, "grade_id": "part-batches", "locked": false, "schema_version": 3, "solution": true, "task": false}
def part_batches(part):
    """Endless batches of BATCH events, inputs scaled, of a part: "training", "validation" or "test". As batches gives them."""
    ### BEGIN SOLUTION
    start, stop = PARTS[part]

    def read(first, last):
        inputs, labels, weights = read_events(file["Events"], start + first, start + last)
        return ((inputs - mean) / deviation).astype("float32"), labels, weights

    rng = np.random.default_rng(66) if part == "training" else None
    return batches(read, stop - start, CHUNK, BATCH, rng)
    ### END SOLUTION


def part_steps(part):
    """Number of steps of an epoch of a part, an int."""
    ### BEGIN SOLUTION
    start, stop = PARTS[part]
    return steps_per_epoch(stop - start, BATCH, keep_last=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "part-batches-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks, datasets

arrays = datasets.load_arrays("hww/arrays.npz")
rows = np.random.default_rng(606).permutation(len(arrays["signal_labels"]) + len(arrays["background_labels"]))
truth = [
    np.concatenate([arrays[f"signal_{kind}"], arrays[f"background_{kind}"]])[rows]
    for kind in ("inputs", "labels", "weights")
]
ends = [0, *(round(fraction * len(rows)) for fraction in (0.6, 0.8)), len(rows)]
truth = {
    part: [array[start:stop] for array in truth]
    for part, start, stop in zip(("training", "validation", "test"), ends[:-1], ends[1:], strict=True)
}
training_inputs = truth["training"][0].astype(float)
scaled = {
    part: (values[0] - training_inputs.mean(axis=0)) / training_inputs.std(axis=0) for part, values in truth.items()
}


def epochs(part, n_epochs):
    """Inputs, labels, weights of each epoch, as Keras would get them."""
    n_steps = checks.number(
        checks.call(part_steps, part, says=f'part_steps("{part}") should give a number'), f'part_steps("{part}")'
    )
    made, n_events = checks.call(part_batches, part, says=f'part_batches("{part}") should work'), len(truth[part][1])
    kept, dropped = -(-n_events // 512), n_events // 512
    sound = (kept, dropped) if part == "training" else (kept,)
    checks.that(
        n_steps in sound,
        f'part_steps("{part}") is {n_steps:g}, but {n_events} events make {kept} batches of 512, the last one smaller',
    )
    running = None if hasattr(made, "__getitem__") else iter(made)
    for epoch in range(n_epochs):
        taken = []
        for step in range(int(n_steps)):
            batch = made[step] if running is None else next(running, None)
            checks.that(
                batch is not None,
                f"the {part} batches end after {step} steps of epoch {epoch + 1}: they must go on for ever",
            )
            taken.append([np.array(array) for array in batch])
        if running is None:
            made.on_epoch_end()
        yield [np.concatenate(column) for column in zip(*taken, strict=True)]


def check_part(part):
    """Check two epochs of a part; return those of the training part, whose order is not known."""
    found, wanted = list(epochs(part, 2)), [scaled[part], truth[part][1], truth[part][2]]
    for inputs, labels, weights in found:
        n_wanted = len(wanted[1])
        if part == "training" and n_wanted - 512 < len(labels) < n_wanted:
            n_wanted = n_wanted // 512 * 512
        where = f"an epoch of the {part} part holds {len(labels)} events instead of {n_wanted}"
        checks.that(len(labels) == n_wanted, f"{where}: do part_steps and the last batch agree?")
        why = "scaling with float64 numbers gives float64"
        checks.that(
            inputs.dtype == np.float32, f"the {part} inputs are {inputs.dtype}, but float32 is asked for: {why}"
        )
        if part != "training":
            order = f"the {part} batches should hold the {part} events, in the order of the file (a part begins at PARTS[part][0], but batches counts from 0)"
            checks.equal(labels, wanted[1], f"{order}: their labels do not agree")
            checks.close(weights, wanted[2], f"{order}: their weights do not agree")
            said = f"the {part} inputs are not those of the events, scaled with the mean and deviation of the training events"
            checks.close(inputs, wanted[0], said, rtol=1e-3, atol=1e-3)
    return found


check_part("validation")
### BEGIN HIDDEN TESTS
check_part("test")
first, second = check_part("training")
checks.shuffled(first[1], "the training events are not shuffled")
checks.that(not np.array_equal(first[1], second[1]), "the training events come in the same order in every epoch")
# Sorted by a sum of all numbers of an event, the events must agree with those of the part, but for a few near-equal sums and a dropped batch.
mixing = np.array([1.0, 0.7, 0.45, 0.3, 0.21, 0.13])
key, wanted_key = first[0] @ mixing, np.sort(scaled["training"] @ mixing)
place = np.clip(np.searchsorted(wanted_key, key), 1, len(wanted_key) - 1)
distance = np.minimum(np.abs(wanted_key[place] - key), np.abs(wanted_key[place - 1] - key))
checks.that(np.mean(distance < 1e-4) > 0.999, "the training batches hold events of another part")
by_key = np.argsort(scaled["training"] @ mixing)
match = np.where(np.abs(wanted_key[place] - key) < np.abs(wanted_key[place - 1] - key), place, place - 1)
checks.that(len(np.unique(match)) > 0.97 * len(key), "training events come more than once an epoch")
for number, name in ((1, "label"), (2, "weight")):
    same = np.isclose(first[number], truth["training"][number][by_key][match], rtol=1e-4)
    checks.that(np.mean(same) > 0.97, f"a training event lost its {name}")
### END HIDDEN TESTS

# %% [markdown]
# ## The network of Exercise 5, from the file
#
# The same network, the same weights, the same batch size. In `fit` the batches take the place of the arrays, and the steps say where an epoch ends.
#
# **Task.** Train `network` from the file: batches and steps of the training part, and those of the validation part as `validation_data` and `validation_steps`, with `shuffle=False` (Keras would ask a `PyDataset` for its batches in a random order; generators and data sets of `tf.data` it cannot shuffle). Do not forget `validation_steps`: without it the validation never ends. Its area under the ROC curve on the test sample must exceed **0.965**, as in Exercise 5; `EPOCHS` are enough.

# %% nbgrader={"grade": false, "grade_id": "train-from-file", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
import keras

EPOCHS = 8


def new_network():
    layers = [keras.layers.Dense(64, activation="relu") for _ in range(3)]
    network = keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(1, activation="sigmoid")])
    network.compile(optimizer="adam", loss="binary_crossentropy", weighted_metrics=["accuracy"])
    return network


keras.utils.set_random_seed(3)
network = new_network()
# history: dictionary of lists, what fit(...).history gives
### BEGIN SOLUTION
history = network.fit(
    part_batches("training"),
    steps_per_epoch=part_steps("training"),
    validation_data=part_batches("validation"),
    validation_steps=part_steps("validation"),
    epochs=EPOCHS,
    shuffle=False,
    verbose=2,
).history
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "train-from-file-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from sklearn.metrics import roc_auc_score

from helpers import checks, datasets

checks.that(
    isinstance(history, dict) and "loss" in history, "history should be the dictionary that fit(...).history gives"
)
checks.that("val_loss" in history, "history has no validation loss: give fit validation_data and validation_steps")
checks.that(np.all(np.isfinite(history["loss"] + history["val_loss"])), "a loss is not a finite number")
### BEGIN HIDDEN TESTS
arrays = datasets.load_arrays("hww/arrays.npz")
rows = np.random.default_rng(606).permutation(len(arrays["signal_labels"]) + len(arrays["background_labels"]))
inputs, labels, weights = (
    np.concatenate([arrays[f"signal_{kind}"], arrays[f"background_{kind}"]])[rows]
    for kind in ("inputs", "labels", "weights")
)
training = inputs[: round(0.6 * len(rows))].astype(float)
test = slice(round(0.8 * len(rows)), None)
outputs = network.predict(
    ((inputs[test] - training.mean(axis=0)) / training.std(axis=0)).astype("float32"), batch_size=4096, verbose=0
)
outputs = checks.numbers(outputs, "the output of network")
checks.shape(outputs, (len(labels[test]), 1), "the output of network", hint="one sigmoid unit")
area = roc_auc_score(labels[test] == 0, 1 - outputs[:, 0], sample_weight=weights[test])
checks.that(
    area > 0.5, f"network calls signal background (area {area:.3f}): label 0 is signal; or has it not been trained?"
)
checks.that(
    area > 0.965,
    f"the area under the ROC curve on the test sample is {area:.4f}; it should exceed 0.965: does fit get the training batches, with all their steps, for {len(history['loss'])} epochs?",
)
# The validation loss, by hand: too few steps, or another part, give another number.
validation = slice(round(0.6 * len(rows)), round(0.8 * len(rows)))
p = network.predict(
    ((inputs[validation] - training.mean(axis=0)) / training.std(axis=0)).astype("float32"), batch_size=4096, verbose=0
)[:, 0].astype(float)
p = np.clip(np.where(labels[validation] == 1, p, 1 - p), 1e-7, 1)
loss = np.sum(-np.log(p) * weights[validation]) / len(p)
weighted = np.sum(-np.log(p) * weights[validation]) / np.sum(weights[validation])
found = history["val_loss"][-1]
# Keras averages over batches; 5 % covers every way to do so.
checks.that(
    min(abs(found / loss - 1), abs(found / weighted - 1)) < 0.05,
    f"the last validation loss is {found:.4f}, but over all validation events it is {loss:.4f}: all their batches, with weights",
)
### END HIDDEN TESTS

# %% [markdown]
# Does it learn the same as in memory? Here is the same network with all training events in arrays.

# %% tags=["nbval-ignore-output"]
in_memory = {}
for part, (start, stop) in PARTS.items():
    inputs, labels, weights = read_events(file["Events"], start, stop)
    in_memory[part] = ((inputs - mean) / deviation).astype("float32"), labels, weights

keras.utils.set_random_seed(3)
network_in_memory = new_network()
history_in_memory = network_in_memory.fit(
    *in_memory["training"][:2], sample_weight=in_memory["training"][2],
    validation_data=in_memory["validation"], epochs=EPOCHS, batch_size=BATCH, verbose=0,
).history  # fmt: skip

# %%
figure, axes = plt.subplots()
for name, losses, color in (("from the file", history, "C0"), ("in memory", history_in_memory, "C1")):
    epochs = np.arange(1, len(losses["loss"]) + 1)
    axes.plot(epochs, losses["loss"], "-", color=color, label=f"{name}, training")
    axes.plot(epochs, losses["val_loss"], "--", color=color, label=f"{name}, validation")
axes.set(xlabel="epoch", ylabel="weighted loss", xlim=(0, 9), ylim=(0.18, 0.42))
axes.legend()
plt.show()

# %% [markdown]
# *Figure: loss against epoch, training as solid and validation as dashed lines, of the same network fed from the file and from memory. The curves fall together and end within a few per cent of each other: the order of the batches differs, nothing else.*

# %% tags=["nbval-ignore-output"]
from sklearn.metrics import roc_auc_score

inputs, labels, weights = in_memory["test"]
for name, trained in (("from the file", network), ("in memory", network_in_memory)):
    scores = 1 - trained.predict(inputs, batch_size=4096, verbose=0)[:, 0]
    print(f"{name:14s} area under the ROC curve {roc_auc_score(labels == 0, scores, sample_weight=weights):.4f}")

# %% [markdown]
# And against the clock: one more epoch of each, now that Keras has compiled both. An epoch of this small file takes less than a second, and to start the stream of batches takes a good part of it; on 300,000 events `python -m benchmarks.out_of_core feeding` found nine tenths of the rate in memory.

# %% tags=["nbval-ignore-output"]
inputs, labels, weights = in_memory["training"]
for name in ("from the file", "in memory"):
    began = time.perf_counter()
    if name == "in memory":
        network_in_memory.fit(inputs, labels, sample_weight=weights, batch_size=BATCH, verbose=0)
    else:
        network.fit(part_batches("training"), steps_per_epoch=part_steps("training"), shuffle=False, verbose=0)
    print(f"{name:14s} {len(labels) / (time.perf_counter() - began) / 1000:.0f} thousand events a second")

# %% [markdown]
# ## How long should a chunk be?
#
# Run through an epoch of batches alone, without training, for several lengths.

# %% tags=["nbval-ignore-output"]
lengths = [512, 1000, 2000, 4000, 8000, 16_000, 32_000]
rates = []
for length in lengths:
    running = batches(
        lambda start, stop: read_events(file["Events"], start, stop), 40_000, length, 512, np.random.default_rng(1)
    )
    epoch = running if not hasattr(running, "__getitem__") else (running[step] for step in range(len(running)))
    epoch, began = iter(epoch), time.perf_counter()
    for _ in range(steps_per_epoch(40_000, 512, keep_last=True)):
        next(epoch)
    rates.append(40_000 / (time.perf_counter() - began))

figure, axes = plt.subplots()
axes.plot(lengths, rates, "o-", label="batches of 512, no training")
axes.axvline(4000, color="C1", ls="--", label="events in a basket")
axes.set(xlabel="chunk length [events]", ylabel="events per second", xscale="log", yscale="log", ylim=(1e5, 1e7))
axes.legend()
plt.show()

# %% [markdown]
# *Figure: events per second from `batches` against the length of a chunk, both axes logarithmic. The rate grows with the length up to a few baskets and then levels off.*

# %% [markdown]
# **Question.** Your computer has 8 GB of memory, of which 2 GB are free for chunks; an event takes 160 bytes in memory, a basket holds 20,000 events, and the file has been shuffled. How long do you make a chunk? Name what speaks against a shorter and what against a longer one, and say what changes if the file has *not* been shuffled.

# %% [markdown] nbgrader={"grade": true, "grade_id": "choosing-the-chunk", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# A basket is decompressed as a whole, so a chunk shorter than 20,000 events decompresses baskets several times; and each read has a cost of its own. From a few baskets on (about 100,000 events, 16 MB) the rate hardly grows. The upper limit is memory: 2 GB / 160 B = 12 million events, and less, because there are copies (the
# arrays as read, the shuffled ones, the scaled ones, perhaps a chunk read ahead): three copies leave 4 million. Longer chunks than needed also make the network wait at the first one, and with a reader in another thread they take turns less smoothly. So between 100,000 and a million events, a multiple of the basket.
# In a file that is not shuffled, only events of one chunk are mixed with each other: ordered by class, most chunks would hold one class alone, and the network would forget the other. No chunk shorter than the file cures that (with random chunk order it is a little better): shuffle the file first.
#
# **Marking scheme.** 1 point: not shorter than a basket, with the reason (decompressed as a whole). 1 point: the upper limit from memory, a number from 2 GB / 160 B. 1 point: copies or reading ahead counted in it, or that longer chunks bring nothing more. 1 point: without a shuffled file a batch holds only events of one chunk, and what that does.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Two million events
#
# Make a large file as in part 1, shuffle it with your `randomize`, and train from it: `make big-file` in a terminal, in the folder that holds the Makefile, writes two million events to `big.root` in half a minute, with the branches that `read_events` needs.

# %% tags=["nbval-ignore-output"]
big_file = None  # the path of what randomize made of it, such as "../../big_mixed.root"

if big_file:
    tree = uproot.open(big_file, handler=uproot.MemmapSource, array_cache=None)["Events"]

    def read(start, stop):
        inputs, labels, weights = read_events(tree, start, stop)
        return ((inputs - mean) / deviation).astype("float32"), labels, weights

    training_batches = batches(read, tree.num_entries, 100_000, BATCH, np.random.default_rng(8))
    steps = steps_per_epoch(tree.num_entries, BATCH, keep_last=True)
    new_network().fit(training_batches, steps_per_epoch=steps, epochs=2, shuffle=False, verbose=1)

# %% [markdown]
# ## Going further
#
# While the network learns from a chunk, the next one could be read. Write `read_ahead(batches, n)`, which runs a generator in a thread and keeps up to n batches ready in a `queue.Queue`. (Decompression releases Python's global lock, so a thread is enough.) How much faster is training on the large file, and what is the most that you can gain?
# And if you train fifty times on the same file: convert it once to shuffled HDF5 with the eight columns that you need, and measure again. (`python -m benchmarks.out_of_core` does both.)

# %% [markdown]
# [← Exercise 6: shuffling](../ex6_out_of_core/randomize.ipynb) · [Start](../start.md) · [Top tagging: DNN →](../top_tagging/dnn.ipynb)
