# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Di-Higgs II: the network that did not train
#
# **What you will learn**
#
# - how to find out from its symptoms why a network does not train;
# - how to mend a published training, one fault at a time, and to see what each mend is worth;
# - how to train one network for signal and three backgrounds, with weights;
# - what efficiency and purity say of four classes, and which axis is which;
# - what a network adds to a search in which the signal is one event in 170 000, by a cut and by the whole shape of its output.
#
# **What you need to know:** scaling and splitting (Exercises 4 and 5); the expected significance of *NN metrics: multiclass* helps.
# **Time:** three hours, about a minute of them for training.
#
# **Data:** `dihiggs/vectors.h5`: selected events of gg → HH → bb̄WW, top pairs, single top and W + jets, with fifteen numbers an event ([datasheet](../../data/dihiggs/datasheet.md)).
# **The processes stand in the order of `PROCESSES`, signal first**, wherever they have a number.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Di-Higgs: selection](../dihiggs/selection.ipynb) · [Start](../start.md) · [Top tagging: jets →](../top_tagging/jets.ipynb)

# %%
import h5py
import hist
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import pandas as pd

from helpers import datasets, figures

PROCESSES = ("HH", "TTbar", "SingleTop", "WJets")
LUMINOSITY = 139  # fb⁻¹
SEED = 5
figures.use_style()

# %% [markdown]
# ## Fifteen numbers an event
#
# The events passed a usual selection: exactly one isolated lepton with $p_T$ > 25 GeV, three jets or more with $p_T$ > 25 GeV, and at least one of them with a medium [b tag](../glossary.md#b-tag) (a number above 0.2783).
# Of each event the network sees the lepton and three jets: the two with the highest b tags, the harder one first, and then the hardest of the others.
# The file is read with [h5py](https://docs.h5py.org/en/stable/).

# %%
OBJECTS = {"lepton": ("pt", "eta", "phi"), **{f"jet{jet}": ("pt", "eta", "phi", "btag") for jet in (1, 2, 3)}}
NAMES = [f"{particle}_{field}" for particle, fields in OBJECTS.items() for field in fields]
with h5py.File(datasets.path("dihiggs/vectors.h5")) as file:
    vectors, weights = file["vectors"][:], file["weight"][:].astype(float)
    processes = np.array(PROCESSES)[file["process"][:]]
table = pd.DataFrame({"process": processes, "weight": weights}).groupby("process")["weight"]
yields = table.agg(events="size", fb="sum", largest="max").loc[list(PROCESSES)]
yields.assign(expected=yields["fb"] * LUMINOSITY).map("{:.4g}".format)

# %% [markdown]
# *Table: simulated events of each process, the sum of their weights (the cross-section after the selection) in fb, the largest weight in fb, and the events expected in 139 fb⁻¹.*
#
# Some 120 pairs of Higgs bosons hide among 20 million other events.
# No network will find them in this channel alone; what it can do is to make the search better, and by how much is the question of this notebook.
#
# Before anything else the events are split.
# The test sample waits for the last section: the published notebook had none.

# %%
order = np.random.default_rng(1).permutation(len(vectors))
parts = np.split(order, [len(order) // 2, 3 * len(order) // 4])
parts = dict(zip(("training", "validation", "test"), parts, strict=True))
for name, part in parts.items():
    counts = ", ".join(f"{np.sum(processes[part] == process)} {process}" for process in PROCESSES)
    print(f"{name:10s} {len(part)} events: {counts}")

# %% [markdown]
# ## The published training
#
# A tutorial of 2022 built the network below: three hidden layers of 30 neurons, and a [softmax](../glossary.md#softmax) for the four processes.
# It ends in an error message and never trains.
# We train it as it stands.

# %% tags=["nbval-ignore-output"]
import keras


def published_network(initializer):
    network = keras.Sequential([keras.Input((15,))])
    for _ in range(3):
        network.add(keras.layers.Dense(30, activation="relu", kernel_initializer=initializer))
    network.add(keras.layers.Dense(4, activation="softmax", kernel_initializer=initializer))
    return network


# %% tags=["nbval-ignore-output"]
numbers = np.array([PROCESSES.index(process) for process in processes])
as_targets = keras.utils.to_categorical(numbers, 4)
network = published_network(keras.initializers.RandomUniform(-10, 10))
network.compile(keras.optimizers.SGD(0.5), loss="categorical_crossentropy")
try:
    network.train_on_batch(vectors[0], as_targets[0])
except ValueError as error:
    words = str(error).partition("Expected shape")
    print("ValueError: Expected shape" + words[2].splitlines()[0].removesuffix("\x1b[0m"))
print("vector", vectors[0].shape, "target", as_targets[0].shape, "input of the network", network.input_shape)

# %% [markdown]
# This is the first symptom, `"error"`.
#
# That error mended, five faults are left.
# To see what each of them does, here are five patients, A to E.
# Each is a training of the same network with **one** of the published faults; everything else is sound.
# All make 240 steps with one event a step, as published.
# Which fault belongs to which letter is not told: the letters were dealt out by chance.

# %% tags=["nbval-ignore-output"]
from sklearn.preprocessing import StandardScaler

FAULTS = ("class order", "initial weights", "input scaling", "learning rate", "sample")


def settings(fault):
    """What a patient has: first weights, optimiser, inputs and the events of its 240 steps."""
    mixed = parts["training"]
    in_classes = np.concatenate([mixed[numbers[mixed] == number][:60] for number in range(4)])
    return {
        "initializer": keras.initializers.RandomUniform(-10, 10) if fault == "initial weights" else "he_normal",
        "optimizer": keras.optimizers.SGD(0.5) if fault == "learning rate" else keras.optimizers.Adam(0.003),
        "inputs": vectors if fault == "input scaling" else StandardScaler().fit(vectors[mixed]).transform(vectors),
        "events": {"class order": in_classes, "sample": np.resize(mixed[:12], 240)}.get(fault, mixed[:240]),
    }


# %% tags=["nbval-ignore-output"]
def measured(network, inputs, events):
    """The mean over the processes of the fraction of events that are called what they are."""
    called = np.asarray(network(inputs[events])).argmax(axis=1)
    return np.mean([np.mean(called[numbers[events] == number] == number) for number in set(numbers[events])])


def saturated(network, inputs):
    """The fraction of events with an output above 0.999."""
    return np.mean(np.asarray(network(inputs)).max(axis=1) > 0.999)


# %% tags=["nbval-ignore-output"]
def observe(fault):
    """The symptoms of a training with a fault, and its loss at each step."""
    keras.utils.set_random_seed(2)
    chosen = settings(fault)
    network, inputs, events = published_network(chosen["initializer"]), chosen["inputs"], chosen["events"]
    of_size_one = np.random.default_rng(0).normal(size=(1000, 15))
    seen = {"saturated, own": saturated(network, inputs[events]), "saturated, random": saturated(network, of_size_one)}
    network.compile(chosen["optimizer"], loss="categorical_crossentropy")
    losses = [float(network.train_on_batch(inputs[[event]], as_targets[[event]])) for event in events]
    for name, some in {"accuracy, seen": events, "accuracy, new": parts["validation"]}.items():
        seen[name] = measured(network, inputs, some)
    called = np.asarray(network(inputs[parts["validation"]])).argmax(axis=1)
    seen["called most"] = PROCESSES[np.bincount(called).argmax()]
    seen["of events"] = np.bincount(called).max() / len(called)
    return {**seen, "last finite loss": np.max(np.flatnonzero(np.isfinite(losses))) + 1}, losses


# %% tags=["nbval-ignore-output"]
drawn = np.random.default_rng(16).permutation(FAULTS)  # to print it would spoil the exercise
patients = {
    "healthy": observe("none"),
    **{letter: observe(fault) for letter, fault in zip("ABCDE", drawn, strict=True)},
}
pd.DataFrame({name: seen for name, (seen, _) in patients.items()}).T.infer_objects().round(2)

# %% [markdown]
# *Table: what was seen of a training without a fault and of the five patients.
# "Saturated": the fraction of events with an output above 0.999 **before the first step**, on the inputs that the patient was given, and on random inputs of mean 0 and deviation 1.
# "Accuracy": the mean over the processes of the fraction that is called right, for events that the training has seen, and for new ones (a guess has 0.25).
# Then the process that new events are called most often, for which fraction of them, and the last step with a finite loss.*

# %% tags=["nbval-ignore-output"]
figure, panels = plt.subplots(2, 3, figsize=(13, 7.5))
for axes, (name, (_, losses)) in zip(panels.flat, patients.items(), strict=True):
    color, label = ("C0", "no fault") if name == "healthy" else ("C2", "one fault")
    axes.plot(np.arange(1, 241), losses, ".", ms=3, color=color, label=label)
    axes.set(title=name, xlabel="step", ylabel="loss of an event", xlim=(0, 241), yscale="symlog")
    axes.set_ylim(-0.1, max(12, 2 * np.max(losses, where=np.isfinite(losses), initial=0)))
    axes.yaxis.get_major_locator().set_params(numticks=6)
for axes in panels.flat[:2]:
    axes.legend(loc="upper right", fontsize=11, markerscale=3)
plt.show()

# %% [markdown]
# *Figure: the loss at each of the 240 steps, for the healthy training (blue) and the patients (red).
# The scale is linear up to 1 and logarithmic beyond, and it differs from panel to panel: the healthy loss stays below 10, that of B is 0 or lies between 10³ and 10⁶, that of C is no number after a few steps, those of A and D fall to 0, A's with jumps, and that of E lies higher than the healthy one and does not fall.*
#
# The possible causes:
#
# | cause | the fault |
# |---|---|
# | `"array shape"` | an event was given as a one-dimensional array |
# | `"class order"` | one class was trained after the other |
# | `"initial weights"` | the first weights were drawn uniformly from −10 to 10 |
# | `"input scaling"` | momenta in GeV and angles in rad went in as they are |
# | `"learning rate"` | plain gradient descent with a learning rate of 0.5 |
# | `"sample"` | a network was judged on the few events that it had seen; there was no test sample |
#
# **Task.** Make the dictionary `causes`: the cause of each of the symptoms `"error"`, `"A"`, `"B"`, `"C"`, `"D"` and `"E"`.
#
# <details><summary>Hint 1</summary>
#
# Ask of each cause when it acts: before the first step, in a step, or only when new events come.
# What would each do to the columns of the table?
#
# </details>
# <details><summary>Hint 2</summary>
#
# First weights that are too large saturate the network on *any* inputs, inputs that are too large only on themselves.
# Too large a step makes the next loss larger, and that the next step.
# What was learned last is remembered best.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "causes", "locked": false, "schema_version": 3, "solution": true, "task": false}
# causes: {"error": …, "A": …, … "E": …}, each one of the six words above
### BEGIN SOLUTION
causes = {
    "error": "array shape",
    "A": "class order",
    "B": "initial weights",
    "C": "learning rate",
    "D": "sample",
    "E": "input scaling",
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "causes-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

digests = {"error": "91839977", "A": "608cdf33", "B": "1f3c2ddd", "C": "61ad6fd3", "D": "77367cbb", "E": "a6030ebf"}
checks.diagnoses(causes, digests)
checks.passed("each symptom has its cause", more=False)


# %% [markdown]
# **Question.** Choose three of the patients.
# For each, say which number or which curve led you to the cause, and how the cause brings it about.

# %% [markdown] nbgrader={"grade": true, "grade_id": "how-symptoms-follow", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# A, class order: the loss falls to 0 within a class and jumps where the next one begins; in the end all new events are called W + jets, the class that came last. In each stretch, the easiest way to a small loss is to answer always the same, whatever the event.
#
# B, initial weights: saturated before the first step even on inputs of size 1, and losses of hundreds of thousands. Sums of 15 or 30 terms with weights up to 10 grow by a factor of 30 from layer to layer, so one output of the softmax is 1 and the others are 0; the gradient where the answer is right is 0, and elsewhere huge.
#
# C, learning rate: a healthy start, then a loss that explodes and is no number after ten or twenty steps. A step of 0.5 times the gradient overshoots, the next gradient is larger, and so on.
#
# D, sample: loss near 0 and accuracy 1 on what it has seen, hardly better than a guess on new events: twelve events were learned by heart.
#
# E, input scaling: half saturated on its own inputs, not on those of size 1; the loss jumps by tens, and accuracy stays low. Momenta of 100 GeV make the sums large, their columns have nearly all of the gradient, and angles and tags are not noticed.
#
# **Marking scheme.** 1 point: the first patient, with a symptom that is in table or figure and a mechanism that leads to it. 1 point: the second one. 1 point: the third one. Half of it for the symptom alone.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Mend it: targets
#
# Now we build the training anew, piece by piece, and mend each fault on the way.
# The shape is mended by giving arrays with an event in each *row*, and the order of classes by the permutation above.
#
# The target of an event is its process as four numbers, 1 in its column and 0 elsewhere: [*one-hot*](../glossary.md#one-hot).
#
# **Task.** Write `targets`.
#
# <details><summary>Hint 1</summary>
#
# Compare each event with each process.
# A process without events keeps its column.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `array[:, None] == np.array(PROCESSES)` has a row for each event.
# `np.unique` sorts by the alphabet, and that is another order.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "targets", "locked": false, "schema_version": 3, "solution": true, "task": false}
def targets(processes):
    """Targets, (n_events, 4): 1 in the column of the event's process, 0 elsewhere. Columns in the order of PROCESSES.

    processes: (n_events,), names; n_events may be 0. Raises ValueError if one is not in PROCESSES.
    """
    ### BEGIN SOLUTION
    if not set(processes) <= set(PROCESSES):
        raise ValueError(f"unknown processes: {set(processes) - set(PROCESSES)}")
    return (np.asarray(processes)[:, None] == np.array(PROCESSES)).astype(float)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "targets-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

known = np.array(["WJets", "HH", "SingleTop", "TTbar", "TTbar", "HH"])
for some in (known[1:3], known, known[:1], known[:0]):
    checks.encodes_processes(targets, some)
for unknown in ("QCD", "hh"):
    checks.needs_weights(targets, "targets", (f"there is a process {unknown!r}", (np.array(["HH", unknown]),)))
checks.passed("targets has a column for each process in the order of PROCESSES, and refuses other names")
### BEGIN HIDDEN TESTS
known = np.random.default_rng(3).choice(np.array(["HH", "TTbar", "SingleTop", "WJets"]), 300)
for some in (known, known[known != "HH"], np.repeat("WJets", 4)):
    checks.encodes_processes(targets, some)
checks.needs_weights(targets, "targets", ("there is a process 'ZJets'", (np.array(["ZJets", "WJets", "HH"]),)))
### END HIDDEN TESTS

# %% [markdown]
# ## Mend it: scaling
#
# As in Exercise 5: each column gets mean 0 and standard deviation 1, **of the training sample**, and validation and test are moved by the same numbers.
# The deviation is that of NumPy, which divides by the number of events.
# A column that is constant in training has no deviation; it becomes 0, whatever the event.
#
# **Task.** Write `scale`.
#
# <details><summary>Hint 1</summary>
#
# Mean and deviation have one entry a column (`axis=0`), and come from `training` alone.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Where the deviation is 0, divide by 1, and multiply the result by `deviation > 0`, which counts as 1 or 0.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "scale", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scale(training, inputs):
    """The inputs scaled with mean and standard deviation of the training columns, (n_events, n_columns).

    training: (n_training, n_columns). inputs: (n_events, n_columns). A column that is constant in training becomes 0.
    """
    ### BEGIN SOLUTION
    mean, deviation = training.mean(axis=0), training.std(axis=0)
    return (inputs - mean) / np.where(deviation > 0, deviation, 1) * (deviation > 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scale-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

known = np.array([[20.0, -1.0, 3.0], [60.0, 1.0, 3.0], [40.0, -1.0, 3.0]])
others = np.array([[40.0, 1.0, 3.0], [10.0, 0.0, 5.0], [50.0, -1.0, 3.0], [25.0, 1.0, 2.0]])
for some in (known, others, others[:1]):
    checks.standardises(scale, known, some)
checks.passed("events are scaled with mean and deviation of the training sample, also a constant column")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(6)
known, others = (rng.normal([40, 0, 700, 2], [9, 1, 200, 0], (n, 4)) for n in (300, 80))
for some in (known, others, 3 * others):
    checks.standardises(scale, known, some)
### END HIDDEN TESTS

# %% [markdown]
# ## Mend it: the first weights
#
# The published notebook lists the sizes of the layers first, from the inputs to the outputs, and builds the network from the list.
# That is a good idea: the same lines build a network of any depth.
#
# **Task.** Write `layer_sizes`.
# For the published network it gives `[15, 30, 30, 30, 4]`.
#
# <details><summary>Hint 1</summary>
#
# Lists can be added, and a list can be multiplied by a number.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `[7] * 3` is `[7, 7, 7]`, and `[7] * 0` is empty.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "layer-sizes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layer_sizes(n_inputs, n_hidden, width, n_outputs):
    """The sizes of all layers, a list of whole numbers: inputs, n_hidden layers of so many neurons (width), outputs.

    Raises ValueError if n_hidden is negative, or if another of the numbers is below 1.
    """
    ### BEGIN SOLUTION
    if n_hidden < 0 or min(n_inputs, width, n_outputs) < 1:
        raise ValueError("a layer needs at least one neuron")
    return [n_inputs] + [width] * n_hidden + [n_outputs]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "layer-sizes-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for given in ((15, 3, 30, 4), (6, 1, 8, 2), (3, 0, 5, 1)):
    checks.lists_layers(layer_sizes, *given)
for wrong in ((15, -1, 30, 4), (0, 2, 30, 4), (15, 2, 0, 4), (15, 2, 30, 0)):
    checks.needs_weights(layer_sizes, "layer_sizes", (f"it is given {wrong}", wrong))
checks.passed("the sizes run from the inputs through the hidden layers to the outputs")
### BEGIN HIDDEN TESTS
for given in ((4, 2, 9, 3), (10, 5, 2, 7), (1, 1, 1, 1)):
    checks.lists_layers(layer_sizes, *given)
checks.needs_weights(layer_sizes, "layer_sizes", ("it is given (5, 1, -3, 2)", (5, 1, -3, 2)))
### END HIDDEN TESTS

# %% [markdown]
# First weights from `he_normal` keep the size of the numbers from layer to layer, as *ingredients* shows for [ReLU](../glossary.md#activation-function).
#
# **Task.** Write `build_network`: a Keras network with the layers of a list such as `layer_sizes` gives.
# Hidden layers have ReLU and begin with `he_normal`; the last one has a softmax.
# Everything random follows from the seed: the same one gives the same first weights, whatever was drawn before.
# Do not compile or train it.
#
# <details><summary>Hint 1</summary>
#
# `sizes[0]` is the number of inputs, `sizes[-1]` that of the outputs; what is between are the hidden layers.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`keras.utils.set_random_seed`](https://keras.io/api/utils/python_utils/#set_random_seed-function) comes before the layers are made.
# The loop of `published_network` needs `for width in sizes[1:-1]`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "build-network", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
def build_network(sizes, seed):
    """A new keras network: ReLU layers of the sizes between the first and the last, then a softmax.

    sizes: a list of the numbers of inputs, of neurons in each hidden layer (none or more), and of outputs.
    """
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    network = keras.Sequential([keras.Input((sizes[0],))])
    for width in sizes[1:-1]:
        network.add(keras.layers.Dense(width, activation="relu", kernel_initializer="he_normal"))
    network.add(keras.layers.Dense(sizes[-1], activation="softmax"))
    return network
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build-network-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

checks.builds_layers(build_network, [15, 30, 30, 30, 4], seeds=(3, 8))
checks.builds_layers(build_network, [40, 20, 3], seeds=(3, 5))
checks.passed("the network has the layers of the list, he_normal weights, and follows from its seed")
### BEGIN HIDDEN TESTS
checks.builds_layers(build_network, [25, 40, 30, 5], seeds=(2, 7))
### END HIDDEN TESTS

# %% [markdown]
# ## Class weights
#
# In 139 fb⁻¹ there are 160 000 top pairs for each pair of Higgs bosons.
# Trained with the weights in fb, a network would call everything a top pair, and be right.
# So in the training each process gets the same sum of weights, a quarter of the number of events, and the mean weight is 1.
# Within a process the ratios stay as they are: some events of W + jets stand for a hundred times as many as others.
#
# (Keras has `class_weight` for that, but it gives all events of a class the same weight, and does not take event weights beside it.)
#
# **Task.** Write `balance`.
#
# <details><summary>Hint 1</summary>
#
# Each process gets one factor: what it should sum to, divided by what it sums to.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `sums = weights @ targets(processes)` are the four sums.
# `targets(processes) @ numbers` gives each event the number of its process.
# Look at the sums before you divide.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "balance", "locked": false, "schema_version": 3, "solution": true, "task": false}
def balance(weights, processes):
    """New weights, (n_events,): each process sums to a quarter of the number of events, with the same ratios within.

    weights: (n_events,), in fb. processes: (n_events,), names in PROCESSES.
    Raises ValueError if the weights of one of the four do not sum to more than 0, as without events.
    """
    ### BEGIN SOLUTION
    columns = targets(processes)
    sums = weights @ columns
    if sums.min() <= 0:
        raise ValueError("the weights of a process do not sum to more than 0")
    return weights * (columns @ (len(weights) / 4 / sums))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "balance-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

known = np.array(["HH", "TTbar", "WJets", "WJets", "SingleTop", "HH", "TTbar", "HH", "WJets"])
in_fb = np.array([1e-3, 83.0, 1.3, 362.0, 4.5, 2e-3, 83.0, 1e-3, 20.0])
for some in (slice(None), slice(0, 5), slice(4, 9)):
    checks.balances_processes(balance, in_fb[some], known[some])
cancel = np.where(known == "WJets", 0, in_fb), known
cases = ("a process has no events", (in_fb[:4], known[:4])), ("the weights of a process sum to 0", cancel)
checks.needs_weights(balance, "balance", *cases)
checks.passed("each process sums to a quarter of the number of events, with the ratios within it as they were")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(4)
known = rng.choice(np.array(["HH", "TTbar", "SingleTop", "WJets"]), 500, p=[0.3, 0.4, 0.2, 0.1])
in_fb = rng.exponential(1, 500) * np.where(known == "HH", 1e-3, 80)
checks.balances_processes(balance, in_fb, known)
checks.balances_processes(balance, np.where(rng.random(500) < 0.1, -in_fb, in_fb), known)
negative = np.where(known == "TTbar", -in_fb, in_fb), known
checks.needs_weights(balance, "balance", ("the weights of a process sum to less than 0", negative))
### END HIDDEN TESTS

# %%
inputs = {
    name: np.asarray(scale(vectors[parts["training"]], vectors[part]), np.float32) for name, part in parts.items()
}
truth = {name: np.asarray(targets(processes[part]), np.float32) for name, part in parts.items()}
balanced = {name: np.asarray(balance(weights[part], processes[part])) for name, part in parts.items() if name != "test"}
for name in PROCESSES:
    chosen = balanced["training"][processes[parts["training"]] == name]
    print(f"{name:10s} sum {chosen.sum():.1f}, weights {chosen.min():.3f} to {chosen.max():.3f}")


# %% [markdown]
# ## The ladder
#
# How much is each mend worth?
# Here are six trainings of 200 steps, from the published one upwards; each has one mend more than the one before.
# To save time, each step has 100 events.


# %% tags=["nbval-ignore-output"]
def climb(first_weights, optimizer, inputs, events, weights):
    """The balanced loss of the validation sample after every tenth of 200 steps."""
    keras.utils.set_random_seed(4)  # before the initialiser is made: it draws its own seed then
    wide = first_weights == "published"
    network = published_network(keras.initializers.RandomUniform(-10, 10) if wide else first_weights)
    network.compile(optimizer, loss="categorical_crossentropy")
    new, losses = inputs[parts["validation"]], []
    for step in range(200):
        batch = np.take(events, np.arange(100 * step, 100 * step + 100), mode="wrap")
        network.train_on_batch(inputs[batch], as_targets[batch], sample_weight=weights[batch])
        if step % 10 == 9:
            outputs = np.clip(np.asarray(network(new)), 1e-7, 1)
            logarithms = (np.log(outputs) * truth["validation"]).sum(axis=1)
            losses.append(-np.average(logarithms, weights=balanced["validation"]))
    return np.array(losses)


# %% tags=["nbval-ignore-output"]
he = "he_normal"
mixed = parts["training"]
in_order = mixed[np.argsort(numbers[mixed], kind="stable")]
scaled, ones, class_weights = scale(vectors[mixed], vectors), np.ones(len(vectors)), np.zeros(len(vectors))
class_weights[mixed] = balanced["training"]
rungs = {
    "published": ("published", keras.optimizers.SGD(0.5), vectors, in_order, ones),
    "+ first weights": (he, keras.optimizers.SGD(0.5), vectors, in_order, ones),
    "+ Adam, 0.003": (he, keras.optimizers.Adam(0.003), vectors, in_order, ones),
    "+ classes mixed": (he, keras.optimizers.Adam(0.003), vectors, mixed, ones),
    "+ scaled inputs": (he, keras.optimizers.Adam(0.003), scaled, mixed, ones),
    "+ class weights": (he, keras.optimizers.Adam(0.003), scaled, mixed, class_weights),
}
ladder = {name: climb(*rung) for name, rung in rungs.items()}

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots(figsize=(10, 6))
steps = np.arange(10, 201, 10)
for number, ((name, losses), marker) in enumerate(zip(ladder.items(), "xvso^D", strict=True)):
    axes.plot(steps, losses, marker=marker, ms=12 - number, lw=1.5, label=name, zorder=9 - number)
axes.axhline(np.log(4), color="grey", ls=":", label="a guess, ln 4")
axes.set(xlabel="step", ylabel="balanced loss in validation", xlim=(0, 208), yscale="log", ylim=(1, 30))
axes.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
axes.minorticks_off()
axes.legend(ncols=2, loc="upper right")
plt.show()
for name, losses in ladder.items():
    print(f"{name:16s} last loss {losses[-1]:.2f}")

# %% [markdown]
# *Figure: the loss of validation events against the step, for the published training and with one mend after the other; the scale is logarithmic.
# The published training reaches losses that are no numbers, and its curve ends.
# With mended first weights, and also with Adam, the loss stays at 12 for long: the network is sure that every event is of the class that is trained just then, which is wrong for three of the four. (It is no larger because outputs are not let below 10⁻⁷ here: ¾ ln 10⁷ is 12.1.)
# Where the curve of the mended first weights falls to 2 or 3, the network has given up: its hidden layers are dead, and only its last biases still move.
# With mixed classes the loss falls towards that of a guess (dotted), and only with scaled inputs below it.*
#
# Do not read the curves as a ranking: a network that has given up and calls everything equally likely has the loss of a guess, and one that is learning may still be above it.
# Class weights change little here, because the numbers of simulated events happen to be nearly equal; with the numbers that data have, they would decide.
#
# ## Train it
#
# Now with all mends, and with many more steps.
#
# **Task.** Train a network on the training sample with balanced weights, and call it `network`.
# Keep the dictionary that [`fit`](https://keras.io/api/models/model_training_apis/#fit-method) makes of losses and weighted accuracies, also those of the validation sample, as `history`.
# It passes if on validation events, each process with its weights in fb,
#
# - the mean of the four fractions that are called right exceeds 0.47;
# - the area under the ROC curve of the output of HH, against the three others with balanced weights, exceeds 0.71.
#
# The training sample alone trains it.
#
# <details><summary>Hint 1</summary>
#
# `layer_sizes`, `build_network`, `inputs`, `truth` and `balanced` are there.
# Adam with a learning rate of 0.003, 20 epochs and batches of 200 are enough.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Compile with `weighted_metrics=["accuracy"]`; `fit` takes `sample_weight` and `validation_data`, a tuple of three, and has a `.history`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "train", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
# network: the trained keras model. history: the dictionary that fit leaves in .history
### BEGIN SOLUTION
network = build_network(layer_sizes(15, 3, 30, 4), SEED)
network.compile(keras.optimizers.Adam(0.003), loss="categorical_crossentropy", weighted_metrics=["accuracy"])
history = network.fit(
    inputs["training"],
    truth["training"],
    sample_weight=balanced["training"],
    validation_data=(inputs["validation"], truth["validation"], balanced["validation"]),
    batch_size=200,
    epochs=20,
    verbose=0,
).history
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "train-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

accuracy, area = checks.tells_processes(network, history, accuracy=0.47, area=0.71)
checks.passed(f"accuracy {accuracy:.3f} and an area of {area:.3f} for HH, on validation events", more=False)

# %% tags=["nbval-ignore-output", "show-in-book"]
figure = figures.training_history(history, "15–30–30–30–4", weighted=True)
for axes, guess in zip(figure.axes, (np.log(4), 0.25), strict=True):
    axes.autoscale(axis="y")
    axes.axhline(guess, color="grey", ls=":", label="a guess")
    axes.legend()
plt.show()


# %% [markdown]
# *Figure: weighted loss (left) and weighted accuracy (right) against the epoch, in training and validation, with what a guess has (dotted).
# Most is learned in the first few epochs; then training goes on slowly, and validation hardly.*
#
# ## What is it called?
#
# **Task.** Write `predict_process`: the process whose output is the largest, the first of them if several are equal.
#
# <details><summary>Hint 1</summary>
#
# `argmax` tells the number of the column, and of equal ones the first.
#
# </details>
# <details><summary>Hint 2</summary>
#
# An array of names can be indexed with an array of numbers.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "predict-process", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_process(outputs):
    """The names of the processes that events are called, an array (n_events,); n_events may be 0.

    outputs: (n_events, 4), of the network, columns in the order of PROCESSES.
    """
    ### BEGIN SOLUTION
    return np.array(PROCESSES)[np.argmax(outputs, axis=1)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "predict-process-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

some_outputs = np.array([[0.1, 0.2, 0.6, 0.1], [0.4, 0.4, 0.1, 0.1], [0.2, 0.2, 0.25, 0.35], [0.1, 0.7, 0.1, 0.1]])
for some in (slice(0, 3), slice(None), slice(0, 0)):
    checks.calls_processes(predict_process, some_outputs[some])
checks.passed("each event has the name of its largest output")
### BEGIN HIDDEN TESTS
checks.calls_processes(predict_process, np.random.default_rng(6).dirichlet(np.ones(4), 300))
checks.calls_processes(predict_process, np.random.default_rng(7).dirichlet(np.ones(4), 300).round(1))
### END HIDDEN TESTS

# %% [markdown]
# ## Confusion: efficiencies and purities
#
# The [confusion matrix](../glossary.md#confusion-matrix) has a row for each **true** process and a column for each process that events are **called**; an entry, `[true, called]`, is a sum of weights.
# It answers two questions, and they need two divisions:
#
# - divided by the sum of its **row**, an entry is an *efficiency*: which fraction of the true top pairs is called HH? A row sums to 1.
# - divided by the sum of its **column**, it is a [*purity*](../glossary.md#purity): which fraction of what is called HH are top pairs? A column sums to 1.
#
# An efficiency does not depend on how much there is of each process; a purity depends on it more than on anything.
# Where a row or a column sums to 0, its fractions do not exist: `np.nan`.
#
# **Task.** Write `confusion`.
#
# <details><summary>Hint 1</summary>
#
# Sixteen sums of weights; then each row by its own sum, and each column by its own.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `targets(processes).T @ (weights[:, None] * targets(predicted))` has all sixteen.
# `sum(axis=1, keepdims=True)` sums each row; `np.where(sums == 0, np.nan, sums)` makes NaN of what is divided by it.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "confusion", "locked": false, "schema_version": 3, "solution": true, "task": false}
def confusion(processes, predicted, weights):
    """Sums of weights and their fractions: a dictionary of counts, efficiencies and purities, (4, 4) each.

    Entries are [true, called], in the order of PROCESSES. efficiencies: counts over the sum of their row; purities: over
    the sum of their column; np.nan where that sum is 0. processes, predicted: (n_events,), names. weights: (n_events,).
    """
    ### BEGIN SOLUTION
    counts = targets(processes).T @ (weights[:, None] * targets(predicted))
    rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    return {
        "counts": counts,
        "efficiencies": counts / np.where(rows == 0, np.nan, rows),
        "purities": counts / np.where(columns == 0, np.nan, columns),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "confusion-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng, four = np.random.default_rng(7), np.array(["HH", "TTbar", "SingleTop", "WJets"])
true, called = rng.choice(four, 200), rng.choice(four, 200, p=[0.4, 0.3, 0.2, 0.1])
amounts = rng.exponential(1, 200)
for predicted in (called, np.where(called == "WJets", "HH", called)):
    checks.tabulates_confusion(confusion, true, predicted, amounts)
for some in (true != "TTbar", slice(0, 0)):
    checks.tabulates_confusion(confusion, true[some], called[some], amounts[some])
checks.passed("counts are [true, called], efficiencies fractions of a row and purities of a column")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(8)
true, called, amounts = rng.choice(four, 500), rng.choice(four[1:], 500), rng.exponential(1, 500)
checks.tabulates_confusion(confusion, true, called, amounts)
checks.tabulates_confusion(confusion, true, true, amounts)
checks.tabulates_confusion(confusion, true, called, np.where(amounts < 0.1, -amounts, amounts))
### END HIDDEN TESTS


# %% tags=["nbval-ignore-output"]
def outputs_of(name):
    return np.asarray(network(inputs[name]))


def expected_events(name):
    """How many events in 139 fb⁻¹ each event of a part stands for."""
    return weights[parts[name]] * LUMINOSITY * len(order) / len(parts[name])


# %% tags=["nbval-ignore-output"]
here, outputs = parts["validation"], outputs_of("validation")
called = np.asarray(predict_process(outputs))
matrices = confusion(processes[here], called, balanced["validation"])
in_data = confusion(processes[here], called, expected_events("validation"))
expected = pd.DataFrame(in_data["counts"], index=PROCESSES, columns=PROCESSES)
expected.rename_axis(index="true", columns="called").round(1)

# %% tags=["nbval-ignore-output"]
figure, all_axes = plt.subplots(1, 3, figsize=(16, 5.5))
for axes, kind in zip(all_axes, ("efficiencies", "purities"), strict=False):
    axes.imshow(matrices[kind], vmin=0, vmax=1.5, cmap="Blues")
    for (row, column), value in np.ndenumerate(matrices[kind]):
        axes.text(column, row, f"{value:.2f}", ha="center", va="center")
    axes.set(title=f"{kind}, balanced weights", xlabel="called", ylabel="true", xticks=range(4), yticks=range(4))
    axes.set(xticklabels=PROCESSES, yticklabels=PROCESSES)
    axes.minorticks_off()
for name, values, style in (("all", in_data["counts"].sum(axis=1), "s"), ("called HH", in_data["counts"][:, 0], "o")):
    all_axes[2].plot(range(4), values, style, ms=9, label=name)
all_axes[2].set(xlabel="true process", ylabel="expected in 139 fb$^{-1}$", yscale="log", xlim=(-0.5, 3.5))
all_axes[2].set_xticks(range(4), PROCESSES)
all_axes[2].set_ylim(1, 1e9)
all_axes[2].legend(loc="upper right")
plt.show()


# %% [markdown]
# *Figure: how validation events are called, true processes in rows.
# Left: efficiencies, whose rows sum to 1.
# Middle: purities if all four processes were equally frequent; columns sum to 1.
# Right: how many events of each true process are expected in 139 fb⁻¹, all of them (squares) and those that are called HH (circles), on a logarithmic scale: nearly all of what is called HH are top pairs, and only about one in 70 000 is HH.*
#
# The same network has a purity of about one half in the middle and of one in 70 000 on the right: only the mixture has changed.
#
# ## One against the rest
#
# For each process its output is a score against all others, with a [ROC curve](../glossary.md#roc-curve) and an [area](../glossary.md#area-under-the-roc-curve) of its own.
#
# **Task.** Write `areas`.
# Where the process has no events, or nothing but it is there, there is no curve: `np.nan`.
#
# <details><summary>Hint 1</summary>
#
# Four times a two-class problem: which column, which labels?
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`roc_auc_score`](https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html) takes labels `processes == name`, scores and `sample_weight`.
# Look with `any()` and `all()` first.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "areas", "locked": false, "schema_version": 3, "solution": true, "task": false}
def areas(outputs, processes, weights):
    """The area under the weighted ROC curve of each output, its process against the rest: a dictionary {process: area}.

    outputs: (n_events, 4), columns in the order of PROCESSES. processes: (n_events,), names. weights: (n_events,),
    above 0. np.nan for a process without events, or without any other events.
    """
    ### BEGIN SOLUTION
    from sklearn.metrics import roc_auc_score

    found = {}
    for name, scores in zip(PROCESSES, np.asarray(outputs).T, strict=True):
        labels = processes == name
        alone = labels.all() or not labels.any()
        found[name] = np.nan if alone else roc_auc_score(labels, scores, sample_weight=weights)
    return found
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "areas-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng, four = np.random.default_rng(9), np.array(["HH", "TTbar", "SingleTop", "WJets"])
known, amounts = rng.choice(four, 200), rng.exponential(1, 200)
some_outputs = rng.dirichlet(np.ones(4), 200) * 0.7 + 0.3 * (known[:, None] == four)
for some in (slice(None), known != "SingleTop", known == "WJets"):
    checks.measures_areas(areas, some_outputs[some], known[some], amounts[some])
checks.passed("each process has the weighted area of its output against the rest, or NaN where there is none")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(10)
known, amounts = rng.choice(four, 300, p=[0.1, 0.5, 0.2, 0.2]), rng.exponential(1, 300)
some_outputs = (rng.dirichlet(np.ones(4), 300) * 0.8 + 0.2 * (known[:, None] == four)).round(1)
checks.measures_areas(areas, some_outputs, known, amounts)
checks.measures_areas(areas, some_outputs, np.full(300, "HH"), amounts)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
from sklearn.metrics import roc_curve

found = areas(outputs, processes[here], balanced["validation"])
figure, axes = plt.subplots(figsize=(7, 6))
for column, (name, style) in enumerate(zip(PROCESSES, ("-", "--", "-.", ":"), strict=True)):
    is_it = processes[here] == name
    rest, itself, _ = roc_curve(is_it, outputs[:, column], sample_weight=balanced["validation"])
    axes.plot(itself, 1 - rest, style, lw=2, label=f"{name}: area {found[name]:.3f}")
axes.plot([0, 1], [1, 0], color="grey", lw=1, label="a guess: 0.5")
axes.set(xlabel="efficiency of the process", ylabel="rejected fraction of the rest", xlim=(0, 1), ylim=(0, 1.05))
axes.legend(loc="lower left")
plt.show()


# %% [markdown]
# *Figure: for each of the four outputs, the fraction of the three other processes that a cut rejects against the efficiency of its own process, with balanced weights.
# W + jets stands out by far, because its jets have b tags that are faint or few; HH comes next, and top pairs are hardest to tell from the rest.*
#
# ## What is it worth?
#
# The [*expected significance*](../glossary.md#expected-significance) of $S$ signal events on an exactly known background $B$ is (G. Cowan et al., [arXiv:1007.1727](https://arxiv.org/abs/1007.1727), equation 97)
#
# $$Z = \sqrt{2\left[(S + B)\ln\left(1 + \frac{S}{B}\right) - S\right]}.$$
#
# Its limits, as in *NN metrics: multiclass*:
#
# - $S = 0$: $Z = 0$, also where $B = 0$, as when nothing is selected;
# - $B = 0$ with $S > 0$: `np.inf`.
#
# And one trap.
# Here $S/B$ may be a millionth of a millionth, and $1 + S/B$ keeps few of its digits, or none.
# [`np.log1p(x)`](https://numpy.org/doc/stable/reference/generated/numpy.log1p.html) is $\ln(1 + x)$ without that loss; and where $S < 10^{-4} B$ even the difference of the two terms loses digits, so take what the formula becomes there, $S/\sqrt{B}$.
# The check asks for three digits, also there.
#
# **Task.** Write `expected_significance`, of the events that are selected.
#
# <details><summary>Hint 1</summary>
#
# First the two sums of expected events, of HH and of all others; then the limits; then the formula.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `events[selected & (processes == "HH")].sum()` is $S$.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "expected-significance", "locked": false, "schema_version": 3, "solution": true, "task": false}
def expected_significance(processes, events, selected):
    """The expected significance Z of the selected HH events over the selected others, a number.

    processes: (n_events,), names. events: (n_events,), how many expected ones each stands for, not negative.
    selected: (n_events,), True or False.
    """
    ### BEGIN SOLUTION
    is_signal = processes == "HH"
    signal, background = events[selected & is_signal].sum(), events[selected & ~is_signal].sum()
    if signal == 0:
        return 0.0
    if background == 0:
        return np.inf
    if signal < 1e-4 * background:
        return signal / np.sqrt(background)
    return np.sqrt(2 * ((signal + background) * np.log1p(signal / background) - signal))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "expected-significance-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

known = np.array(["HH", "TTbar", "HH", "WJets", "SingleTop", "HH", "TTbar"])
amounts = np.array([3.0, 10.0, 2.0, 5.0, 4.0, 0.5, 30.0])
for passing in ([1, 1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 1, 1, 0], [0, 1, 0, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0, 0], [0] * 7):
    checks.expects_discovery(expected_significance, known, amounts, np.array(passing, bool))
for many in (1e3, 1e7, 1e16):
    checks.expects_discovery(expected_significance, known, np.where(known == "HH", amounts, many), amounts > 2.5)
checks.passed("Z follows the formula, its limits, and keeps its digits where the background is overwhelming")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(12)
known, passing = rng.choice(np.array(["HH", "TTbar", "SingleTop", "WJets"]), 400), rng.random(400) < 0.3
for scale_of_signal in (1, 1e-3, 1e-6, 1e-12):
    checks.expects_discovery(
        expected_significance, known, rng.exponential(1, 400) * np.where(known == "HH", scale_of_signal, 1), passing
    )
checks.expects_discovery(expected_significance, known, np.ones(400), passing & (known != "HH"))
### END HIDDEN TESTS

# %% [markdown]
# Without the network, all selected events are counted.
# With it there are two ways:
#
# - *one cut*: count the events whose output of HH lies above a cut.
#   The cut is chosen on validation, among those that at least `LEAST` simulated background events pass, and test tells what it is worth, as in *NN metrics: multiclass*;
# - *bins*: count in each of eight bins of the output, each with as many validation events.
#   Nothing is thrown away, and the $Z^2$ of the bins add up.
#
# The band is the statistical error of the simulation, by the [bootstrap](../glossary.md#bootstrap).

# %% tags=["nbval-ignore-output"]
LEAST = 40
cuts = np.linspace(0, 0.95, 39)


def scan(copies):
    """Z of validation events after each cut, NaN where too few simulated background events pass.

    copies: (n_events,), how often each event is taken.
    """
    names, events = processes[here], expected_events("validation") * copies
    found = [expected_significance(names, events, scores > cut) for cut in cuts]
    enough = [np.sum((scores > cut) & (names != "HH")) >= LEAST for cut in cuts]
    return np.where(enough, found, np.nan)


# %% tags=["nbval-ignore-output"]
rng, scores = np.random.default_rng(3), outputs[:, 0]
curve = scan(np.ones(len(here)))
resampled = [scan(rng.poisson(1, len(here))) for _ in range(60)]
low, high = np.sort(resampled, axis=0)[[10, 50]]
best = cuts[np.nanargmax(curve)]
edges = np.quantile(scores, np.linspace(0, 1, 9))[1:-1]
print(f"the cut with the largest Z on validation: {best:.3f}")

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
for name, style in zip(PROCESSES, ("-", "--", "-.", ":"), strict=True):
    filled = hist.Hist.new.Reg(20, 0, 1).Weight()
    filled.fill(scores[processes[here] == name], weight=weights[here][processes[here] == name])
    mplhep.histplot(filled, ax=left, density=True, ls=style, lw=2, label=name)
left.set(xlabel="output of HH", ylabel="fraction of events per unit", xlim=(0, 1))
right.fill_between(cuts, low, high, alpha=0.3, label="two thirds of resampled samples")
right.plot(cuts, curve, label="cut on the output of HH")
right.axhline(curve[0], color="grey", ls=":", label="without network")
right.axvline(best, color="C2", ls="--", label="chosen cut")
right.set(xlabel="cut on the output of HH", ylabel="expected significance Z", xlim=(0, 1))
right.set_ylim(0, 1.7 * np.nanmax(high))
for axes in (left, right):
    axes.legend(fontsize=11)
plt.show()

# %% [markdown]
# *Figure: left, the output of HH for the four processes, on validation events with weights, each with unit area; HH reaches the largest outputs, but no region is free of background.
# Right, the expected significance in 139 fb⁻¹ against a cut on that output, with its error from the simulation (band), compared with no cut (dotted).
# The curve ends where too few simulated background events are left.*
#
# ## The test sample, once

# %% tags=["nbval-ignore-output"]
test_scores = outputs_of("test")[:, 0]
names, events = processes[parts["test"]], expected_events("test")
bins = np.searchsorted(edges, test_scores)


def three_ways(events):
    """Z of all test events, of those above the cut, and of the eight bins together."""
    everything, chosen = np.ones(len(names), bool), test_scores > best
    in_bins = [expected_significance(names, events, bins == number) for number in range(8)]
    counted = [expected_significance(names, events, some) for some in (everything, chosen)]
    return np.array([*counted, np.sqrt(np.sum(np.square(in_bins)))])


# %% tags=["nbval-ignore-output"]
found_ways, rng = three_ways(events), np.random.default_rng(5)
draws = np.array([three_ways(events * rng.poisson(1, len(events))) for _ in range(100)])
for way, value, drawn in zip(("without network", "one cut", "eight bins"), found_ways, draws.T, strict=True):
    gains = drawn / draws[:, 0]
    print(f"{way:15s} Z = {value:.4f} ± {drawn.std():.4f}", end=", ")
    print(f"{value / found_ways[0]:.2f} ± {gains.std():.2f} of that without network")

# %% [markdown]
# One cut gains hardly anything: what it removes of the background it pays for with signal.
# The bins gain more, because each is counted at its own ratio of signal to background.
# That is why analyses fit the shape of an output instead of cutting on it.
#
# A discovery needs $Z = 5$.
# And an exactly known background is a dream: with an uncertainty of 1 % on $B$ alone, $S$ is a small part of that uncertainty, with the network or without.
# So this channel does not find pairs of Higgs bosons by counting; experiments combine many channels, have better inputs, and measure backgrounds in the data.
# What the network has shown is a *ratio*: how much more the same data say.
#
# ## What has it learned?
#
# [*Permutation importance*](../glossary.md#permutation-importance): shuffle one column of the inputs among the events, so that it says nothing any more, and see how far the area of HH falls.
# The network is not trained again.

# %% tags=["nbval-ignore-output"]
rng, importance = np.random.default_rng(4), {}
for column, name in enumerate(NAMES):
    falls = []
    for _ in range(5):
        shuffled = inputs["validation"].copy()
        shuffled[:, column] = rng.permutation(shuffled[:, column])
        area = areas(np.asarray(network(shuffled)), processes[here], balanced["validation"])["HH"]
        falls.append(found["HH"] - area)
    importance[name] = np.mean(falls), np.std(falls, ddof=1)

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots(figsize=(9, 6))
for color, label, wanted in (("C1", "azimuths", True), ("C0", "all others", False)):
    some = [column for column, name in enumerate(NAMES) if name.endswith("phi") == wanted]
    falls, spreads = np.array([importance[NAMES[column]] for column in some]).T
    axes.barh(some, falls, xerr=spreads, color=color, label=label)
axes.set(xlabel="area of HH lost", ylabel="shuffled input", yticks=range(15), yticklabels=NAMES)
axes.invert_yaxis()
axes.minorticks_off()
axes.legend(loc="lower right")
plt.show()

# %% [markdown]
# *Figure: how much of the area of HH is lost if one of the fifteen numbers is shuffled, mean and standard deviation of five shuffles; azimuths in orange.*
#
# **Question.** The selection used four things: lepton $p_T$ and isolation, jet $p_T$, and a b tag.
# (a) Which information does the network use that these cuts do not? Name two numbers or combinations, and the physics behind each.
# (b) One azimuth alone says nothing, since every direction around the beam is the same. Why does the area fall when one is shuffled, and what would you give the network instead?

# %% [markdown] nbgrader={"grade": true, "grade_id": "learned", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# (a) The cuts ask each object alone for a threshold; the network sees the objects together. Examples: the transverse momenta of the two tagged jets and of the lepton together (in HH the tagged pair recoils as a whole against the W pair, and is harder than in top pairs); the tags of *all* jets (two b jets and light ones in HH; the second tag is what W + jets and single top lack); differences of azimuth and pseudorapidity: the two b jets of one Higgs boson are close to each other and far from the lepton, those of a top pair come from two tops.
#
# (b) The azimuths count as differences, such as that of the two tagged jets. Shuffle one and all its differences are wrong. Better inputs: azimuths relative to the lepton, so that the network need not learn the symmetry, or ready combinations such as ΔR or the invariant mass of the pair.
#
# **Marking scheme.** 2 points: (a), half for each piece of information with its physics, borne out by the student's own figure.
# 1 point: (b), differences of azimuths, and relative azimuths (or ΔR, masses).
#
# **What the tests do not see:** a few steps of the training on validation or test events.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Another self-coupling
#
# The file has three numbers more for each event, `weight_terms`: at a self-coupling $\kappa_\lambda$ of the Higgs boson other than 1 the weight is $\kappa_\lambda^2$ times the first, plus $\kappa_\lambda$ times the second, plus the third.
# (Backgrounds have 0, 0 and their weight.)

# %% tags=["nbval-ignore-output"]
with h5py.File(datasets.path("dihiggs/vectors.h5")) as file:
    terms = file["weight_terms"][:].astype(float)
some = parts["test"][names == "HH"]
for kappa in (0, 1, 2.45, 5):
    at_kappa = terms[some] @ [kappa**2, kappa, 1]
    effective = at_kappa.sum() ** 2 / (at_kappa**2).sum()
    passing = at_kappa[test_scores[names == "HH"] > best].sum() / at_kappa.sum()
    times = at_kappa.sum() / weights[some].sum()
    print(f"κλ = {kappa:4g}: {times:.2f} times the yield, {passing:.2f} of it above the cut;", end=" ")
    print(f"{len(some)} events count as {effective:.0f}")

# %% [markdown]
# ## Going further
#
# - *How far does reweighting go?* Where the effective number of events is small, the numbers above have a large error. Give each its error by the bootstrap. Which of the four can you trust? The files `HH_kappa2p45.root` and `HH_kappa5.root` hold events that were generated there; the function that builds vectors in *selection* makes inputs of them.
# - *Another network for another coupling.* Train at $\kappa_\lambda = 0$ by weights, and compare with the network above on the same events. What does a network lose that was trained at the wrong coupling?
# - *Better inputs.* Replace the azimuths by differences, and add the mass of the two tagged jets. Five seeds of each: is the difference larger than their spread?
# - *A better score.* Expected events are nearly all top pairs. Cut on $p_\mathrm{HH} / \sum_k y_k p_k$ with the yields $y_k$ of the backgrounds instead of on $p_\mathrm{HH}$. Why should it be better, and is it?

# %% [markdown]
# [← Di-Higgs: selection](../dihiggs/selection.ipynb) · [Start](../start.md) · [Top tagging: jets →](../top_tagging/jets.ipynb)
