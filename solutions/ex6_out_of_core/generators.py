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
# - that a network trained in this way is as good as one trained in memory, and what it costs in time.
#
# **What you need to know:** Exercise 5 (the network), of part 1 what a basket costs, and Python's `yield`.
# You do not need your own `randomize` here.
# **Time:** two hours.
#
# **Data:** `hww/arrays.npz`, the six variables, weights and labels (0 = signal, 1 = background) of Exercise 5, here written to a ROOT file in random order, as `randomize` leaves it.
# It is small, so that everything runs in seconds; the last section takes a file of two million events.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Exercise 6: shuffling](../ex6_out_of_core/randomize.ipynb) · [Start](../start.md) · [NN metrics: ingredients →](../nn_metrics/ingredients.ipynb)

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
# [Signal and background](../glossary.md#signal-and-background), merged and shuffled.
# The [tree](../glossary.md#tree) has the six inputs, the [event weight](../glossary.md#event-weight) `weight` (mean 1 in each class) and the [`label`](../glossary.md#label).

# %%
given = datasets.load_arrays("hww/arrays.npz")
kinds = ("inputs", "labels", "weights")
inputs, labels, weights = (np.concatenate([given[f"signal_{kind}"], given[f"background_{kind}"]]) for kind in kinds)
n_events = len(labels)
order = np.random.default_rng(606).permutation(n_events)
columns = dict(zip(INPUTS, inputs[order].T, strict=True))
columns |= {"weight": weights[order], "label": labels[order].astype("int32")}

# %%
with uproot.recreate(folder / "mixed.root", compression=uproot.ZLIB(1)) as output:
    written = output.mktree("Events", {name: column.dtype for name, column in columns.items()})
    for start in range(0, n_events, 4000):
        written.extend({name: column[start : start + 4000] for name, column in columns.items()})
file = uproot.open(folder / "mixed.root", handler=uproot.MemmapSource, array_cache=None)
tree = file["Events"]
print(tree.num_entries, "events in baskets of", tree["mth"].basket(0).num_entries)


# %% [markdown]
# ## From the file to arrays
#
# The network wants three arrays: inputs, labels, weights.
# In this order, because [Keras](https://keras.io/api/models/model_training_apis/#fit-method) reads a [batch](../glossary.md#batch) of three as (inputs, labels, event weights).
# All `float32`: that is what the network computes with, and `float64` would double the memory.
#
# **Task.** Write `read_events`, which reads a range of events, and of these only the branches that are needed: those in `INPUTS`, in this order, `label` and `weight`.
# If one of them is missing in the tree there must be an error (any), and not fewer columns.
#
# <details><summary>Hint 1</summary>
#
# [`tree.arrays`](https://uproot.readthedocs.io/en/latest/uproot.behaviors.TBranch.HasBranches.html#arrays) takes a list of branch names, `entry_start`, `entry_stop` and `library="np"`, and complains of a name that it does not find.
#
# </details>
# <details><summary>Hint 2</summary>
#
# It returns a dictionary from names to arrays.
# Go through `INPUTS` for the columns, so that their order is yours and not that of the file, put them side by side with [`np.column_stack`](https://numpy.org/doc/stable/reference/generated/numpy.column_stack.html), and convert all three results with `.astype("float32")`.
#
# </details>

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
from helpers import checks

names = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
checks.reads_events(read_events, names, (0, 3000), (900, 2100))
checks.passed("inputs, labels and weights of any range of events are read, and no branch besides")
### BEGIN HIDDEN TESTS
checks.reads_events(read_events, names, (0, 1), (1500, 2500), (2999, 3000), (1000, 2000))
### END HIDDEN TESTS

# %% [markdown]
# ## Chunks, not batches
#
# A batch has 512 events; a [basket](../glossary.md#basket) of our file has 4000.
# Whoever reads batch by batch decompresses every basket eight times, and pays eight times the fixed cost of a read.
# In a large file with baskets of 20,000 events it is forty times.
# So read a [*chunk*](../glossary.md#chunk), of the length of a basket or more, and cut batches from it until it is used up.

# %% tags=["nbval-ignore-output"]
for length in (512, 4000, 20_000):
    began = time.perf_counter()
    for start in range(0, n_events, length):
        read_events(tree, start, min(start + length, n_events))
    rate = n_events / (time.perf_counter() - began)
    print(f"reading {length:5d} events at a time: {rate / 1000:6.0f} thousand events a second")


# %% [markdown]
# ## Steps
#
# Keras cannot see where an [epoch](../glossary.md#epoch) ends in an endless stream of batches; it must be told how many *steps*, which is batches, an epoch has.
# With N events and batches of B, N/B is rarely whole.
# Two choices are sound, and one must say which:
#
# - **keep** the last batch, which is smaller: N/B, rounded up. Right for validation and test, where no event may be lost.
# - **drop** it: N/B, rounded down. Fine for training if other events are left out in each epoch.
#
# What is not sound is the sum of `N // B` and `N % B`.
# For N = 1000 and B = 64 it gives 15 + 40 = 55 steps where there are 16 batches, and an "epoch" sees every event three times and a half.
#
# **Task.** Write `steps_per_epoch`.
#
# <details><summary>Hint 1</summary>
#
# `//` rounds down.
# `N % B` is a number of events: all that matters of it is whether it is 0.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Rounding up is one more than rounding down if something is left, and the same if nothing is left.
# [`math.ceil`](https://docs.python.org/3/library/math.html#math.ceil) rounds up and gives an `int`; `np.ceil` gives a float.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "steps-per-epoch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def steps_per_epoch(n_events, batch_size, keep_last):
    """Number of batches in an epoch, an int. keep_last: whether a last batch of fewer than batch_size events is kept or dropped."""
    ### BEGIN SOLUTION
    return -(-n_events // batch_size) if keep_last else n_events // batch_size
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "steps-per-epoch-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for case in ((1000, 64), (1024, 64), (1, 64), (0, 64)):
    checks.counts_steps(steps_per_epoch, *case)
checks.passed("the steps are as many as the batches, whether the last one is kept or dropped")
### BEGIN HIDDEN TESTS
for case in ((63, 64), (64, 64), (65, 64), (1000, 1), (7, 3), (2_000_000, 512)):
    checks.counts_steps(steps_per_epoch, *case)
### END HIDDEN TESTS

# %% [markdown]
# ## Batches from chunks
#
# Now the machine.
# Chunk in, batches out, and when the chunk is used up, the next one.
# We recommend a [**Python generator**](../glossary.md#generator): a function with [`yield`](https://docs.python.org/3/howto/functional.html#generators) in an endless loop.
#
# <details><summary>Other objects that Keras takes batches from</summary>
#
# Your function may return one of these instead:
#
# - a [**`keras.utils.PyDataset`**](https://keras.io/api/utils/python_utils/#pydataset-class): a class whose `__len__` is the number of steps, whose `__getitem__` gives a batch, and whose `on_epoch_end` is called between epochs.
#   `fit` asks for the batches of such an object in a random order unless it is called with `shuffle=False`, as we do below; the check asks for them in order.
# - a [**`tf.data.Dataset`**](https://www.tensorflow.org/api_docs/python/tf/data/Dataset#from_generator), for example made with `from_generator`, endless or with `.repeat()`.
#
# </details>
#
# To be independent of files, the function gets as its first argument another function, `read`, that reads events by number.
# For our file that is `lambda start, stop: read_events(tree, start, stop)`; the check counts the calls of its own `read`.
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
#
# <details><summary>Hint 1</summary>
#
# Three loops in each other: `while True` for the epochs, one over the chunks, one over the batches of a chunk.
# `np.arange(0, n_events, chunk_length)` are the beginnings of all chunks, the last, shorter one among them; draw their order inside the outermost loop.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep what is left of a chunk in a variable that is `None` at the beginning of an epoch.
# For each chunk: read it, take one permutation for all three arrays, put the rest of the last chunk in front, `yield` as many whole batches as fit, and keep the rest.
# After the last chunk the rest is the last batch.
#
# </details>

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
from helpers import checks

checks.cuts_batches(batches, 1003, chunk_length=100, batch_size=16)
checks.cuts_batches(batches, 1003, chunk_length=100, batch_size=16, shuffled=False)
checks.cuts_batches(batches, 1003, chunk_length=100, batch_size=16, keep_last=False)
for case in ((50, 100, 16), (64, 16, 16)):
    checks.cuts_batches(batches, *case)
checks.passed("every event comes once an epoch, in a new order of chunks and within chunks, without end")
### BEGIN HIDDEN TESTS
checks.cuts_batches(batches, 1210, chunk_length=120, batch_size=25)
checks.cuts_batches(batches, 905, chunk_length=90, batch_size=20, keep_last=False)
for case in ((1, 8, 4), (64, 32, 16, False), (30, 7, 3, False), (9, 9, 9), (101, 100, 50), (10, 3, 1)):
    checks.cuts_batches(batches, *case)
    checks.cuts_batches(batches, *case, shuffled=False)
### END HIDDEN TESTS

# %% [markdown]
# ## Training, validation, test
#
# A shuffled file needs no further shuffle to be split: take the first 60 % for [training](../glossary.md#training-validation-and-test-sample), the next 20 % for validation, the last 20 % for the test.
#
# The inputs are [scaled](../glossary.md#normalisation) with the mean and the standard deviation of the *training* events.
# On a large file these cannot be computed from one array, but sums can be added up chunk by chunk.
# In `float64`: a sum of millions of squares in `float32` loses its last digits.

# %%
PARTS = {
    "training": (0, round(0.6 * n_events)),
    "validation": (round(0.6 * n_events), round(0.8 * n_events)),
    "test": (round(0.8 * n_events), n_events),
}
CHUNK, BATCH = 12_000, 512

# %%
(begin, end), total, squares = PARTS["training"], np.zeros(6), np.zeros(6)
for first in range(begin, end, CHUNK):
    inputs, _, _ = read_events(tree, first, min(first + CHUNK, end))
    total += inputs.sum(axis=0, dtype="float64")
    squares += np.square(inputs, dtype="float64").sum(axis=0)
mean = total / (end - begin)
deviation = np.sqrt(squares / (end - begin) - mean**2)
for name, m, d in zip(INPUTS, mean, deviation, strict=True):
    print(f"{name:10s} mean {m:6.1f} GeV, standard deviation {d:5.1f} GeV")


# %% [markdown]
# **Task.** Write `part_batches`, which gives the batches of a part, with scaled inputs (`float32`), and `part_steps`, the number of steps of an epoch.
# The training events are shuffled; validation and test events come in the order of the file, and all of them.
# (Whether you seed the generator that shuffles them is up to you, too: with a seed you can repeat a training.)
# Whether the last training batch is kept or dropped is up to you, but the two functions must agree.
# Use your functions and `tree`, `PARTS`, `CHUNK`, `BATCH`, `mean` and `deviation` from above.
#
# <details><summary>Hint 1</summary>
#
# `batches` counts from 0, but a part begins at `PARTS[part][0]`: give it a `read` of your own, which adds that number, reads and scales.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `mean` and `deviation` are `float64`, so the scaled inputs must be converted back to `float32`.
# Only for `"training"` is there an `rng`; for the other parts it is `None`.
# The number of events of a part, `stop - start`, goes into both functions.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "part-batches", "locked": false, "schema_version": 3, "solution": true, "task": false}
def part_batches(part):
    """Endless batches of BATCH events, inputs scaled, of a part: "training", "validation" or "test". As batches gives them."""
    ### BEGIN SOLUTION
    start, stop = PARTS[part]

    def read(first, last):
        inputs, labels, weights = read_events(tree, start + first, start + last)
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

given = datasets.load_arrays("hww/arrays.npz")
pairs = [(given[f"signal_{kind}"], given[f"background_{kind}"]) for kind in ("inputs", "labels", "weights")]
order = np.random.default_rng(606).permutation(sum(map(len, pairs[1])))
events = [np.concatenate(pair)[order] for pair in pairs]
checks.feeds_parts(part_batches, part_steps, events, batch_size=512, parts=("validation", "training"))
checks.passed("the training and the validation part come whole and scaled, and only the training events are shuffled")
### BEGIN HIDDEN TESTS
checks.feeds_parts(part_batches, part_steps, events, batch_size=512, parts=("test",))
### END HIDDEN TESTS

# %% [markdown]
# ## The network of Exercise 5, from the file
#
# The same network, the same weights, the same batch size.
# In [`fit`](https://keras.io/api/models/model_training_apis/#fit-method) the batches take the place of the arrays, and the steps say where an epoch ends.
#
# **Task.** Train `network` from the file for `EPOCHS` epochs or more: batches and steps of the training part, and those of the validation part as `validation_data` and `validation_steps`, with `shuffle=False` (Keras would ask a `PyDataset` for its batches in a random order; generators and data sets of `tf.data` it cannot shuffle).
# Without `validation_steps` the validation never ends.
# Its [area under the ROC curve](../glossary.md#area-under-the-roc-curve) on the *validation* part must exceed **0.965**.
# The check compares the losses in `history` with those of your network: the training loss must have event weights, and the validation loss must be that of all validation events with weights, to 2.5 %.
# (A mistake that changes them less is for you to see: a few validation steps too many or too few, another part in the place of the training or the validation part.)
#
# <details><summary>Hint 1</summary>
#
# Both parts need two arguments each: the batches and how many of them make an epoch.
# There is no `batch_size` and no `sample_weight`, because the batches have both.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The first argument of `fit` is `part_batches("training")`, and `steps_per_epoch` is `part_steps("training")`.
# `fit` returns an object; the dictionary of losses is its `.history`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "train-from-file", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
import keras

EPOCHS = 4


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

# %% nbgrader={"grade": true, "grade_id": "train-from-file-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
import numpy as np

from helpers import checks, datasets

given = datasets.load_arrays("hww/arrays.npz")
pairs = [(given[f"signal_{kind}"], given[f"background_{kind}"]) for kind in ("inputs", "labels", "weights")]
order = np.random.default_rng(606).permutation(sum(map(len, pairs[1])))
events = [np.concatenate(pair)[order] for pair in pairs]
checks.trains(network, history, events, bar=0.965)
checks.passed("the network learns from the file, and its validation loss fits that of the validation events")
### BEGIN HIDDEN TESTS
checks.trains(network, history, events, bar=0.963, part="test")
### END HIDDEN TESTS

# %% [markdown]
# Does it learn the same as in memory?
# Here is the same network with all training events in arrays.

# %% tags=["nbval-ignore-output"]
in_memory = {}
for part, (start, stop) in PARTS.items():
    inputs, labels, weights = read_events(tree, start, stop)
    in_memory[part] = ((inputs - mean) / deviation).astype("float32"), labels, weights

keras.utils.set_random_seed(3)
network_in_memory = new_network()
history_in_memory = network_in_memory.fit(
    *in_memory["training"][:2], sample_weight=in_memory["training"][2],
    validation_data=in_memory["validation"], epochs=EPOCHS, batch_size=BATCH, verbose=0,
).history  # fmt: skip

# %% tags=["nbval-ignore-output", "show-in-book"]
figure, axes = plt.subplots()
for fitted, style, source in ((history, "o-", "from the file"), (history_in_memory, "s--", "in memory")):
    epochs = np.arange(1, len(fitted["loss"]) + 1)
    axes.plot(epochs, fitted["loss"], style, color="C0", label=f"training, {source}")
    axes.plot(epochs, fitted["val_loss"], style, color="C1", label=f"validation, {source}")
axes.set(xlabel="epoch", ylabel="weighted loss")
axes.xaxis.get_major_locator().set_params(integer=True)
axes.legend()
plt.show()

# %% [markdown]
# *Figure: training and validation loss against epoch, of the same network fed from the file and from memory.
# The training loss falls most between the first and the second point.
# It is a mean over the epoch, in which the network still improves, so it starts above the validation loss, which is taken at the end of the epoch.
# Both trainings end near each other: the order of the events differs, nothing else.*
#
# And on the test part, which nothing has looked at so far, the areas:

# %% tags=["nbval-ignore-output"]
from sklearn.metrics import roc_auc_score

inputs, labels, weights = in_memory["test"]
for name, trained in (("from the file", network), ("in memory", network_in_memory)):
    scores = 1 - trained.predict(inputs, batch_size=4096, verbose=0)[:, 0]
    print(f"{name:14s} area under the ROC curve {roc_auc_score(labels == 0, scores, sample_weight=weights):.4f}")

# %% [markdown]
# The last digit or two of such an area change from one training to the next, and from one test sample to the next (Exercise 5: ± 0.001), so the two do not differ.
#
# And against the clock: one more epoch of each, now that Keras has compiled both.

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
# On this small file an epoch is short, and to start the stream of batches takes a good part of it: memory may well win clearly here.
# With 300,000 events we found nine tenths of the rate in memory.

# %% [markdown]
# ## How long should a chunk be?
#
# Run through an epoch of batches alone, without training, for several lengths.

# %% tags=["nbval-ignore-output"]
def batches_per_second(length):
    """Events per second that batches gives in an epoch of 40,000 events, in chunks of this length."""
    read = lambda start, stop: read_events(tree, start, stop)  # noqa: E731
    running = batches(read, 40_000, length, BATCH, np.random.default_rng(1))
    running = running if hasattr(running, "__next__") else iter(running)
    began = time.perf_counter()
    for _ in range(steps_per_epoch(40_000, BATCH, keep_last=True)):
        next(running)
    return 40_000 / (time.perf_counter() - began)


# %% tags=["nbval-ignore-output"]
lengths = [512, 1000, 2000, 4000, 8000, 16_000, 32_000]
figure, axes = plt.subplots()
axes.plot(lengths, [batches_per_second(length) for length in lengths], "o-", label="batches of 512, no training")
axes.axvline(4000, color="C1", ls="--", label="events in a basket")
axes.set(xlabel="chunk length [events]", ylabel="events per second", xscale="log", yscale="log")
axes.legend()
plt.show()

# %% [markdown]
# *Figure: events per second from `batches` against the length of a chunk, both axes logarithmic.
# The rate grows with the length up to a few baskets and then levels off.*

# %% [markdown]
# **Question.** Your computer has 2 GB of memory free for chunks; an event takes 160 bytes in memory, a basket holds 20,000 events, and the file has been shuffled.
# How long do you make a chunk?
# Name what speaks against a shorter and what against a longer one, and say what changes if the file has *not* been shuffled.

# %% [markdown] nbgrader={"grade": true, "grade_id": "choosing-the-chunk", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# A basket is decompressed as a whole, so a chunk shorter than 20,000 events decompresses baskets several times; and each read has a cost of its own.
# From a few baskets on (about 100,000 events, 16 MB) the rate hardly grows.
# The upper limit is memory: 2 GB / 160 B = 12 million events, and less, because there are copies (the arrays as read, the shuffled ones, the scaled ones, perhaps a chunk read ahead): three copies leave 4 million.
# Longer chunks than needed also make the network wait at the first one, and with a reader in another thread they take turns less smoothly.
# So between 100,000 and a million events, a multiple of the basket.
# In a file that is not shuffled, only events of one chunk are mixed with each other: ordered by class, most chunks would hold one class alone, and the network would forget the other.
# No chunk shorter than the file cures that (with random chunk order it is a little better): shuffle the file first.
#
# **Marking scheme.** 1 point: not shorter than a basket, with the reason (decompressed as a whole).
# 1 point: the upper limit from memory, a number from 2 GB / 160 B.
# 1 point: copies or reading ahead counted in it, or that longer chunks bring nothing more.
# 1 point: without a shuffled file a batch holds only events of one chunk, and what that does.
#
# **What the tests do not see:** whether `network` was trained on validation or test events, whether the test part was watched in the place of the validation part, and a few validation steps too many or too few.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Two million events
#
# Make a large file as in part 1, shuffle it with your `randomize`, and train from it: `make big-file` in a terminal, in the folder that holds the Makefile, writes two million events to `big.root` in half a minute, with the branches that `read_events` needs.

# %% tags=["nbval-ignore-output"]
big_file = None  # the path of what randomize made of it, such as "../../big_mixed.root"

if big_file:
    big_tree = uproot.open(big_file, handler=uproot.MemmapSource, array_cache=None)["Events"]

    def read(start, stop):
        inputs, labels, weights = read_events(big_tree, start, stop)
        return ((inputs - mean) / deviation).astype("float32"), labels, weights

    training_batches = batches(read, big_tree.num_entries, 100_000, BATCH, np.random.default_rng(8))
    steps = steps_per_epoch(big_tree.num_entries, BATCH, keep_last=True)
    new_network().fit(training_batches, steps_per_epoch=steps, epochs=2, shuffle=False, verbose=1)

# %% [markdown]
# ## Going further
#
# While the network learns from a chunk, the next one could be read.
# Write `read_ahead(batches, n)`, which runs a generator in a thread and keeps up to n batches ready in a [`queue.Queue`](https://docs.python.org/3/library/queue.html).
# (Decompression releases Python's global lock, so a thread is enough.)
# How much faster is training on the large file, and what is the most that you can gain?
# And if you train fifty times on the same file: convert it once to shuffled HDF5 with the eight columns that you need, and measure again.

# %% [markdown]
# [← Exercise 6: shuffling](../ex6_out_of_core/randomize.ipynb) · [Start](../start.md) · [NN metrics: ingredients →](../nn_metrics/ingredients.ipynb)
