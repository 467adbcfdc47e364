# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 5: the first network
#
# **What you will learn**
#
# - what a neural network is made of, and why layers on layers help;
# - how to merge, scale and feed the events of two classes, with their weights;
# - how to read a loss curve, a ROC curve and an over-training plot, and when to stop a training;
# - how to compare two classifiers fairly, among them one that is not a network, and when they do not differ.
#
# **What you need to know:** Exercises 3 and 4 (weights, labels, splitting).
# **Time:** two hours, a few minutes of them for training.
#
# **Data:** `hww/arrays.npz`: six variables (`ptll`, `mth`, `uperp`, `upara`, `ptTOT_cut`, `mTOT_cut`, in GeV), weight (mean 1 in each class; a quarter of the events have weight 0) and label of signal (H → WW, **label 0**) and background (Drell–Yan, **label 1**).
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Exercise 4](../ex4_splitting/splitting.ipynb) · [Start](../start.md) · [Exercise 6 →](../ex6_out_of_core/randomize.ipynb)

# %%
import itertools

import hist
import matplotlib.pyplot as plt
import mplhep
import numpy as np

from helpers import datasets, figures

figures.use_style()
arrays = datasets.load_arrays("hww/arrays.npz")

# %% [markdown]
# ## What a neural network is
#
# A [*neuron*](../glossary.md#neuron) multiplies its inputs $x_i$ with *weights* $w_i$, adds a bias, and puts the sum through an [*activation function*](../glossary.md#activation-function) $f$: $y = f(\sum_i w_i x_i + b)$.
# Neurons that share their inputs form a *layer*; the outputs of one layer are the inputs of the next.
# The last neuron's activation is a sigmoid, so that its output lies between 0 and 1 and can be read as a probability.
#
# (Two kinds of weight meet here.
# From now on, "event weights" are those of Exercise 3, and the network's own are its [*parameters*](../glossary.md#parameter).)

# %%
columns = {"inputs": 3, "hidden 1": 4, "hidden 2": 4, "output": 1}
heights = [np.arange(n) * 1.4 - 0.7 * (n - 1) for n in columns.values()]
figure, axes = plt.subplots()
for position, (left, right) in enumerate(itertools.pairwise(heights)):
    for start, end in itertools.product(left, right):
        axes.plot([position, position + 1], [start, end], color="grey", lw=0.7)
for position, (ys, label) in enumerate(zip(heights, columns, strict=True)):
    axes.plot([position] * len(ys), ys, "o", markersize=16, label=label)
axes.set(xlabel="layer", ylabel="neuron", xticks=range(4), yticks=[], ylim=(-2.6, 4.2))
axes.legend(ncols=2, loc="upper center", markerscale=0.5)
plt.show()

# %% [markdown]
# *Figure: a network with three inputs, two hidden layers of four neurons and one output.
# Every neuron is joined to all of the layer before; every line is a parameter.*

# %%
x = np.linspace(-4, 4, 201)
activations = {"linear": x, "ReLU": np.clip(x, 0, None), "tanh": np.tanh(x), "sigmoid": 1 / (1 + np.exp(-x))}
figure, axes = plt.subplots()
for (label, y), style in zip(activations.items(), (":", "-", "-", "-"), strict=True):
    axes.plot(x, y, style, label=label)
axes.set(xlabel="weighted sum of the inputs", ylabel="activation", xlim=(-4, 4), ylim=(-4.2, 4.2))
axes.legend(loc="upper left")
plt.show()


# %% [markdown]
# *Figure: four activation functions.
# The linear one is straight; ReLU lies on it for positive sums and is 0 for negative ones; tanh rises from −1 to 1 and the sigmoid from 0 to 1.*
#
# The [*loss*](../glossary.md#loss) says how wrong the outputs are, averaged over events with their event weights.
# For probabilities it is the [*cross-entropy*](../glossary.md#cross-entropy), minus the mean logarithm of the probability that the network gave to the true class.
# The learning rule is [*gradient descent*](../glossary.md#gradient-descent): after each [*batch*](../glossary.md#batch) of events every parameter moves against the gradient of the loss, times the *learning rate*.
# One pass through all batches is an [*epoch*](../glossary.md#epoch).
# [*Adam*](../glossary.md#adam) is a gradient descent that adapts the rate of each parameter.
#
# Why deep?
# Each layer with a bent activation can fold the space of its inputs once more, and folds multiply: three layers of two neurons draw eight line segments, where a single layer would need eight neurons.
# Layers of straight activations fold nothing: however many, they are one linear function.

# %%
def fold(x):
    """A layer of two ReLU neurons that maps [0, 1] up to 1 and down again."""
    return np.clip(2 * x, 0, None) - np.clip(4 * x - 2, 0, None)


x = np.linspace(0, 1, 801)
figure, axes = plt.subplots()
for depth, y in enumerate((fold(x), fold(fold(x)), fold(fold(fold(x)))), start=1):
    axes.plot(x, y + 1.25 * (3 - depth), label=f"{depth} layer{'s' * (depth > 1)}, {2**depth} segments")
axes.set(xlabel="input", ylabel="output (shifted)", xlim=(0, 1), ylim=(-0.1, 5.4), yticks=[])
axes.legend(loc="upper right")
plt.show()

# %% [markdown]
# *Figure: what one, two and three layers of two ReLU neurons make of a straight line, one above the other.
# One layer makes a tent, two make two tents, three make four: the number of segments doubles with each layer.*

# %% [markdown]
# ## Signal and background in three parts
#
# You have written the shuffle and the split by hand in Exercise 4.
# From now on let scikit-learn's [`train_test_split`](https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html) do it.

# %%
from sklearn.model_selection import train_test_split

KINDS = ("inputs", "weights", "labels")


def three_parts(name):
    events = np.arange(len(arrays[f"{name}_labels"]))
    first, rest = train_test_split(events, test_size=0.4, random_state=11)
    second, third = train_test_split(rest, test_size=0.5, random_state=12)
    chosen = {"training": first, "validation": second, "test": third}
    return {part: {kind: arrays[f"{name}_{kind}"][rows] for kind in KINDS} for part, rows in chosen.items()}


signal, background = three_parts("signal"), three_parts("background")
print({part: values["inputs"].shape for part, values in background.items()})

# %% [markdown]
# ## Merge and shuffle again
#
# A network is trained on both classes at once.
# If all signal came first, the first batches would teach it to say "signal" and the later ones to forget it.
# (Keras shuffles the training sample before each epoch, unless told otherwise; the generators of Exercise 6 do not.)
# So merge, then shuffle, with one order for inputs, event weights and labels.
#
# (Was the shuffle of Exercise 4 in vain?
# No: without it the three parts would differ.)
#
# **Task.** Merge the signal and the background of each part, and shuffle, so that `training`, `validation` and `test` hold the events of both classes in random order, each with its own weight and label.
#
# <details><summary>Hint 1</summary>
#
# Three parts need the same work three times: a function that takes the name of a part saves you from mixing them up.
# [`np.concatenate`](https://numpy.org/doc/stable/reference/generated/numpy.concatenate.html) joins arrays along the first axis.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Draw one order with `rng.permutation`, as long as signal and background of this part together.
# Then, for each of the three kinds, join signal and background (the signal first, each time) and index the result with that one order.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "merge", "locked": false, "schema_version": 3, "solution": true, "task": false}
rng = np.random.default_rng(5)


# training, validation, test: {"inputs": (n_events, 6), "weights": (n_events,), "labels": (n_events,)}
### BEGIN SOLUTION
def merge(part):
    order = rng.permutation(len(signal[part]["labels"]) + len(background[part]["labels"]))
    return {kind: np.concatenate([signal[part][kind], background[part][kind]])[order] for kind in KINDS}


training, validation, test = merge("training"), merge("validation"), merge("test")
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "merge-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from sklearn.model_selection import train_test_split

from helpers import checks, datasets

given, classes = datasets.load_arrays("hww/arrays.npz"), []
for name in ("signal", "background"):
    whole = {kind: given[f"{name}_{kind}"] for kind in ("inputs", "weights", "labels")}
    first, rest = train_test_split(range(len(whole["labels"])), test_size=0.4, random_state=11)
    parts = (first, *train_test_split(rest, test_size=0.5, random_state=12))
    classes.append([{kind: values[rows] for kind, values in whole.items()} for rows in parts])
checks.merges({"training": training, "validation": validation, "test": test}, classes)
checks.passed("each part holds the events of both classes in random order, with their weights and labels", more=False)


# %% [markdown]
# ## Scale, as the training events say
#
# In Exercise 2 a mean for each class told the network the label.
# The rule: whatever is computed from data is computed from the *training* sample alone, and then applied to every event alike, whether it is used for training, validation, test, or comes from the detector next year.
#
# **Task.** Write `scale`, which normalises any inputs with the mean and standard deviation of each column of `training["inputs"]` (every event counted once).
# It returns a new array and leaves the one it was given as it is.
#
# <details><summary>Hint 1</summary>
#
# The mean and the deviation do not depend on the argument `inputs`: a single event has no deviation of its own.
# Means of columns are taken along the axis of the events.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Mean and deviation of `training["inputs"]` with `axis=0` have six numbers each.
# NumPy subtracts six numbers from, and divides, every row of an `(n_events, 6)` array.
# Use `-` and `/`, which make new arrays, and not `-=` and `/=`, which write into the old one.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "scale", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scale(inputs):
    """Normalise inputs of shape (n_events, 6), in GeV, as the training sample says. Returns a new array of the same shape."""
    ### BEGIN SOLUTION
    return (inputs - training["inputs"].mean(axis=0)) / training["inputs"].std(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scale-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.scales(scale, training["inputs"])
checks.passed("any events are scaled with the training sample's mean and deviation, and those given are unchanged")
### BEGIN HIDDEN TESTS
import numpy as np

sample = np.asarray(training["inputs"], dtype=float)
few = np.random.default_rng(1).normal(40, 90, (50, 6))
for inputs in (few, few[:1]):
    checks.close(
        scale(inputs.copy()),
        (inputs - sample.mean(axis=0)) / sample.std(axis=0),
        f"{len(inputs)} other events must be scaled with the training sample's mean and deviation",
        rtol=1e-3,
        atol=1e-3,
    )
### END HIDDEN TESTS

# %% [markdown]
# ## A first network, and a bad one
#
# A first try as one often meets it: a layer of 64 neurons, one output, plain stochastic gradient descent (SGD).
# In [Keras](https://keras.io/guides/sequential_model/) a network is a list of layers ([`Dense`](https://keras.io/api/layers/core_layers/dense/): each neuron sees all outputs of the layer before).
# [`compile`](https://keras.io/api/models/model_training_apis/#compile-method) sets the optimiser, the loss and what else to report, here the [*accuracy*](../glossary.md#accuracy): the fraction of events on the right side of 0.5.
# The event weights go into [`fit`](https://keras.io/api/models/model_training_apis/#fit-method) for training *and* into `validation_data`; without them the validation loss would be that of another mixture of events.
#
# `train` puts that into one call for all networks of this notebook.

# %%
inputs = {
    part: np.asarray(scale(sample["inputs"]))
    for part, sample in (("training", training), ("validation", validation), ("test", test))
}


def train(network, epochs, batch_size, callbacks=None, verbose=2):
    """Fit a compiled network to the training sample, watch the validation sample, and return the history."""
    return network.fit(
        inputs["training"], training["labels"], sample_weight=training["weights"],
        validation_data=(inputs["validation"], validation["labels"], validation["weights"]),
        epochs=epochs, batch_size=batch_size, callbacks=callbacks, verbose=verbose,
    ).history  # fmt: skip


# %% [markdown]
# The output of this network is the probability of **label 1**, so of background.

# %% tags=["nbval-ignore-output"]
import keras

keras.utils.set_random_seed(7)
linear_network = keras.Sequential(
    [keras.Input((6,)), keras.layers.Dense(64), keras.layers.Dense(1, activation="sigmoid")]
)
linear_network.compile(optimizer="sgd", loss="binary_crossentropy", weighted_metrics=["accuracy"])
linear_history = train(linear_network, epochs=10, batch_size=1024)

# %% tags=["show-in-book"]
figures.training_history(linear_history, "linear network, SGD", weighted=True)
plt.show()


# %% [markdown]
# *Figure: loss (left) and accuracy (right) against epoch for the linear network, training and validation together.
# The loss falls steeply at first and then hardly at all; the accuracy levels off below 0.9.*
#
# (The training loss of an epoch is averaged while the network learns, so in the first epochs it lies above the validation loss, which is taken at the end.)
#
# Two things hold it back.
# Its 64 hidden neurons have no activation function, so it is one linear function of six variables, with 513 parameters where 7 would do: that is what costs most.
# And plain SGD with its default learning rate is slow.

# %% [markdown]
# ## From outputs to a score
#
# To compare classifiers we want one number per event that is *large for signal*.
# Which output that is depends on labels and on the network.
# With label 0 = signal, a single [sigmoid](../glossary.md#sigmoid) unit gives the probability of **background**.
# A network that ends in two units with a [*softmax*](../glossary.md#softmax) activation, which makes their outputs sum to 1, gives the probability of label 0 in column 0 and of label 1 in column 1.
#
# **Task.** Write `signal_score` for both: the probability of signal, one number for each event.
#
# <details><summary>Hint 1</summary>
#
# Two classes share all the probability: what is not background is signal.
#
# </details>
# <details><summary>Hint 2</summary>
#
# In both cases the *last* column is the probability of label 1, so no `if` is needed.
# Taking a column by its number, as in `array[:, column]`, leaves one number for each event; −1 is the number of the last.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "signal-score", "locked": false, "schema_version": 3, "solution": true, "task": false}
def signal_score(outputs):
    """The score of each event: the probability that it is signal (label 0).

    outputs: (n_events, 1), the probability of label 1; or (n_events, 2), the probabilities of labels 0 and 1.
    Returns a new array of shape (n_events,).
    """
    ### BEGIN SOLUTION
    return 1 - outputs[:, -1]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "signal-score-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

outputs, expected = np.array([[0.1], [0.75], [0.5]]), np.array([0.9, 0.25, 0.5])
for n_events in (3, 1):
    one_unit = outputs[:n_events]
    checks.scores_events(signal_score, one_unit, expected[:n_events], "from one unit")
    two_units = np.hstack([1 - one_unit, one_unit])
    checks.scores_events(signal_score, two_units, expected[:n_events], "from two units")
checks.passed("the score is the probability of signal, one number per event, from one unit and from two")
### BEGIN HIDDEN TESTS
outputs = np.random.default_rng(2).random((40, 1))
checks.scores_events(signal_score, outputs, 1 - outputs[:, 0], "from one unit")
checks.scores_events(signal_score, np.hstack([1 - outputs, outputs]), 1 - outputs[:, 0], "from two units")
### END HIDDEN TESTS

# %% [markdown]
# ## The ROC curve, with weights
#
# Accept all events above a cut on the score.
# The [**signal efficiency**](../glossary.md#signal-efficiency) is the accepted fraction of the signal, the [**background efficiency**](../glossary.md#background-efficiency) that of the background; both are ratios of sums of *weights*.
# Let the cut run from above the highest score, where nothing passes, to below the lowest, and the two draw the [*receiver operating characteristic*](../glossary.md#roc-curve).
# The scores themselves are the only places where something happens: between two neighbouring scores no event changes sides, and events with equal scores pass together.
#
# **Task.** Write `weighted_roc`, with a cut at every score.
# (scikit-learn has [one](https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_curve.html).
# Use it if you like, but know which class it thinks is positive.)
#
# <details><summary>Hint 1</summary>
#
# Lower the cut from event to event: sort the events by their score, the highest first.
# Each step adds one event's weight to the sum of its class, so a running sum ([`np.cumsum`](https://numpy.org/doc/stable/reference/generated/numpy.cumsum.html)) does it.
#
# </details>
# <details><summary>Hint 2</summary>
#
# For each class: set the weights of the other class to 0, put them in the order of the scores, and take the running sum.
# Keep only its entries at the *last* event of each group of equal scores, put a 0 in front, and divide by the last entry.
# With scikit-learn: its positive class is the one that is `True` in `labels == 0`, and its first two results are what is asked for.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "weighted-roc", "locked": false, "schema_version": 3, "solution": true, "task": false}
def weighted_roc(scores, labels, weights):
    """Efficiencies for all cuts on a score.

    scores: (n_events,), large for signal. labels: (n_events,), 0 = signal, 1 = background. weights: (n_events,), not negative.
    Returns (background_efficiency, signal_efficiency), two arrays of the same length, from the tightest cut, where both are 0,
    to the loosest, where both are 1.
    """
    ### BEGIN SOLUTION
    order = np.argsort(-scores, kind="stable")
    last_of_equals = np.append(np.diff(scores[order]) != 0, True)
    efficiencies = []
    for label in (1, 0):
        accepted = np.cumsum(np.where(labels == label, weights, 0)[order].astype(float))[last_of_equals]
        efficiencies.append(np.append(0, accepted) / accepted[-1])
    return tuple(efficiencies)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "weighted-roc-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

scores, labels = np.array([0.4, 0.9, 0.1, 0.6]), np.array([0, 0, 1, 1])
checks.draws_roc(weighted_roc, scores, labels, np.array([3.0, 1.0, 2.0, 3.0]))
rng, labels = np.random.default_rng(8), np.arange(1000) % 2
scores, weights = rng.beta(3 - labels, 2 + labels), rng.exponential(1 + 5 * labels)
checks.draws_roc(weighted_roc, scores, labels, weights)
checks.draws_roc(weighted_roc, scores.round(1), labels, weights)
checks.draws_roc(weighted_roc, 0.5 + scores / 1000, labels, weights)
checks.passed("efficiencies follow the weights from (0, 0) to (1, 1), and events of equal score pass together")
### BEGIN HIDDEN TESTS
for case in range(6):
    n = (50, 400, 3000, 400, 400, 2000)[case]
    labels = np.arange(n) % 2 if case < 4 else (rng.random(n) < 0.85).astype(int)
    scores = np.where(labels == 0, rng.normal(0.6, 0.2, n), rng.normal(0.4, 0.2, n))
    weights = rng.exponential(1, n) * np.where(labels == 0, 0.01, 7)
    if case == 2:
        weights[rng.random(n) < 0.1] = 0
    if case in (3, 5):
        scores = np.round(scores, 1)
    if case == 4:
        scores = 1000 * scores - 300
    checks.draws_roc(weighted_roc, scores, labels, weights)
checks.draws_roc(weighted_roc, np.full(10, 0.5), np.arange(10) % 2, np.ones(10))
few = np.array([0.9, 0.6, 0.4, 0.1], dtype="float32")
checks.draws_roc(weighted_roc, few, np.array([0.0, 1.0, 0.0, 1.0]), np.ones(4, dtype="float32"))
### END HIDDEN TESTS

# %% [markdown]
# ## One number
#
# The [area under the ROC curve](../glossary.md#area-under-the-roc-curve) (AUC) is the probability that a random signal event scores higher than a random background event.
# The curve is made of straight lines, so the area is a sum of trapezoids ([`np.trapezoid`](https://numpy.org/doc/stable/reference/generated/numpy.trapezoid.html) adds them).
#
# **Task.** Write `roc_area`.
#
# <details><summary>Hint 1</summary>
#
# The area lies above the axis of the background efficiency, whose points are not equally far apart.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Between two neighbouring points the area is their distance in background efficiency times the mean of their signal efficiencies.
# `np.trapezoid(y, x)` wants the heights first.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "roc-area", "locked": false, "schema_version": 3, "solution": true, "task": false}
def roc_area(background_efficiency, signal_efficiency):
    """Area under the curve of signal efficiency against background efficiency, both of shape (n_points,), growing from 0 to 1."""
    ### BEGIN SOLUTION
    return np.trapezoid(signal_efficiency, background_efficiency)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "roc-area-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

for x, y, expected, says in (
    ([0, 1], [0, 1], 0.5, "the diagonal, a guess, has the area 0.5"),
    ([0, 0, 1], [0, 1, 1], 1, "a perfect separation has the area 1"),
    ([0, 0.2, 0.2, 1], [0, 0.5, 0.7, 1], 0.73, "points at unequal distances and vertical steps: sum the trapezoids"),
):
    checks.integrates(roc_area, np.array(x, dtype=float), np.array(y, dtype=float), expected, says)
checks.passed("the area is the sum of the trapezoids, whatever the distances of the points")
### BEGIN HIDDEN TESTS
for x, y, expected, says in (
    ([0, 1, 1], [0, 0, 1], 0, "a score that is always upside down has the area 0"),
    ([0, 0.1, 0.4, 1], [0, 0.6, 0.9, 1], 0.825, "points at unequal distances: sum the trapezoids"),
    ([0, 0, 0.3, 0.3, 0.3, 1], [0, 0.5, 0.5, 0.6, 0.8, 1], 0.78, "vertical steps add no area"),
):
    checks.integrates(roc_area, np.array(x, dtype=float), np.array(y, dtype=float), expected, says)
dense = np.linspace(0, 1, 2001)
checks.close(roc_area(dense, np.sqrt(dense)), 2 / 3, "the area under the square root should be 2/3", rtol=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# From here on the score of a network and the area of a score are one call each.
# The sample is the *validation* sample: on it we try and choose, and the test sample waits for the last section.

# %% tags=["nbval-ignore-output"]
def network_score(network, part):
    return np.asarray(signal_score(network.predict(inputs[part], batch_size=4096, verbose=0)))


def area(scores, sample):
    return roc_area(*weighted_roc(scores, sample["labels"], sample["weights"]))


linear_area = area(network_score(linear_network, "validation"), validation)
print(f"linear network: area under the ROC curve {linear_area:.4f} on the validation sample")

# %% [markdown]
# ## Your network
#
# Now mend it.
# `train` takes any compiled network and returns the history that the plots below need.
# Compile with `weighted_metrics=["accuracy"]` and, for one sigmoid unit, `loss="binary_crossentropy"` as above (two softmax units: `loss="sparse_categorical_crossentropy"`).
# Ideas, in the order in which they usually help: an activation function in the hidden layers (`relu`), the optimiser `adam`, a second and third hidden layer, more epochs.
#
# How many epochs?
# Let the validation loss say it: [*early stopping*](../glossary.md#early-stopping) ends the training when the validation loss has not fallen by `min_delta` for `patience` epochs, and goes back to the parameters of the best one.
# In Keras it is a [callback](https://keras.io/api/callbacks/early_stopping/), which `train` passes on to `fit`: `callbacks=[keras.callbacks.EarlyStopping(min_delta=0.001, patience=2, restore_best_weights=True)]`.
# Give `train` at most 20 epochs, too: a small network creeps on for many more, each of which gains next to nothing.
#
# **Task.** Build and train `network` on the scaled inputs.
# It ends in one sigmoid unit or two softmax units as above.
# Its area under the ROC curve on the *validation* sample must exceed **0.962**; the linear network reaches 0.92.
# The check also compares the losses in `history` with those of your network: they must have event weights, and the validation loss must be that of the validation sample.
# (Whether validation or test events were among those that you trained on, these numbers cannot show.
# They spoil every comparison that follows, so leave them out.)
#
# <details><summary>Hint 1</summary>
#
# Start from the cell of the linear network: same input, same last unit, same call of `train`.
# Change one thing at a time, and watch the last `val_loss`: 0.24 is enough.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Two or three hidden layers of 64 units with `activation="relu"`, the optimiser `"adam"` and batches of 512 get there within five epochs; early stopping then goes on for the rest of the 20 at most.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "network", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
keras.utils.set_random_seed(3)

# network: a trained keras model, (n_events, 6) scaled inputs to (n_events, 1) or (n_events, 2) probabilities
# history: dictionary of lists, what train returns
### BEGIN SOLUTION
network = keras.Sequential(
    [
        keras.Input((6,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
adam = keras.optimizers.Adam(learning_rate=3e-3)
network.compile(optimizer=adam, loss="binary_crossentropy", weighted_metrics=["accuracy"])
stopping = keras.callbacks.EarlyStopping(min_delta=0.001, patience=2, restore_best_weights=True)
history = train(network, epochs=20, batch_size=512, callbacks=[stopping])
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "network-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
import numpy as np

from helpers import checks

raw, labels, weights = (np.array(validation[kind]) for kind in ("inputs", "labels", "weights"))
reached = checks.separates(network, scale(raw.copy()), raw, labels, weights, bar=0.962)
samples = {"training": training, "validation": validation, "test": test}
checks.weighted_history(history, network, scale, samples)
checks.passed(f"the area of your network on the validation sample is {reached:.4f}, which is more than 0.962")
### BEGIN HIDDEN TESTS
# The same events, taken from the data and not from the student's arrays.
from sklearn.model_selection import train_test_split

from helpers import datasets

given, whole = datasets.load_arrays("hww/arrays.npz"), {"inputs": [], "labels": [], "weights": []}
for name in ("signal", "background"):
    _, rest = train_test_split(range(len(given[f"{name}_labels"])), test_size=0.4, random_state=11)
    rows, _ = train_test_split(rest, test_size=0.5, random_state=12)
    for kind, pieces in whole.items():
        pieces.append(given[f"{name}_{kind}"][rows])
raw, labels, weights = (np.concatenate(pieces) for pieces in whole.values())
reached = checks.separates(network, scale(raw.copy()), raw, labels, weights, bar=0.962)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
figure = figures.training_history(history, "your network", weighted=True)
for axes in figure.axes:
    axes.autoscale(axis="y")
plt.show()

# %% [markdown]
# *Figure: loss and accuracy against epoch for the better network, on axes that show their range alone.
# For the reference network the loss falls within a few epochs to about 0.6 of the linear network's.
# After that the validation loss falls only a little, the training loss faster, and a gap opens between them: the first sign of [over-training](../glossary.md#over-training).
# The training ends with the 20th epoch, or before if the validation loss has fallen by less than 0.001 in two.*

# %% [markdown]
# ## The peer to beat
#
# A [*boosted decision tree*](../glossary.md#boosted-decision-tree) (BDT) adds up many small trees of cuts.
# It needs no scaling, trains in seconds, and on a handful of well-chosen variables it is hard to beat.
# Whoever shows a network should show a BDT on the same inputs, weights and events.
#
# scikit-learn's [`HistGradientBoostingClassifier`](https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.HistGradientBoostingClassifier.html) gets the label `labels == 0`, so its output is the probability of signal.
# It stops early, too, on a tenth of the training events that it sets aside.

# %%
from sklearn.ensemble import HistGradientBoostingClassifier


def train_bdt(seed):
    bdt = HistGradientBoostingClassifier(max_iter=200, early_stopping=True, random_state=seed)
    return bdt.fit(training["inputs"], training["labels"] == 0, sample_weight=training["weights"])


def bdt_score(bdt, sample):
    return bdt.predict_proba(sample["inputs"])[:, 1]


bdt = train_bdt(seed=4)

# %% tags=["nbval-ignore-output"]
scores = {
    "linear network": network_score(linear_network, "validation"),
    "your network": network_score(network, "validation"),
    "BDT": bdt_score(bdt, validation),
}
areas = {name: area(values, validation) for name, values in scores.items()}
for name, value in areas.items():
    print(f"{name:16s} area under the ROC curve {value:.4f} on the validation sample")

# %% [markdown]
# The linear network and the BDT were given, with their seeds, so they should come out for you as they did for us.

# %%
from helpers import checks

checks.close(
    [areas["linear network"], areas["BDT"]],
    [0.922, 0.971],
    "the linear network and the BDT reach another area than ours: an earlier answer or a given cell differs",
    atol=0.01,
    rtol=0,
)
print("The areas of the linear network and of the BDT are as ours.")

# %%
figure, axes = plt.subplots()
for (name, values), style in zip(scores.items(), ("-", "-", "--"), strict=True):
    background_efficiency, signal_efficiency = weighted_roc(values, validation["labels"], validation["weights"])
    axes.plot(signal_efficiency, 1 - np.asarray(background_efficiency), style, label=name)
axes.plot([0, 1], [1, 0], ":", color="grey", label="guess")
axes.set(
    xlabel="signal efficiency",
    ylabel="background rejection, 1 − background efficiency",
    xlim=(0, 1),
    ylim=(0, 1.02),
)
axes.legend(loc="lower left")
plt.show()


# %% [markdown]
# *Figure: background rejection against signal efficiency on the validation sample.
# The curves of the reference network and of the BDT lie nearly on top of each other and reach far into the upper right corner, where all signal is kept and all background rejected; that of the linear network runs well below.
# The dotted diagonal is a guess.*

# %% [markdown]
# ## Has it learned by heart?
#
# Draw the score of each class in training and validation.
# If the two differ by more than their errors, the network knows its training events better than it knows physics: it is [*over-trained*](../glossary.md#over-training).
# A bin that holds events of weights $w$ has the content $\sum w$ and the error $\sqrt{\sum w^2}$; a [`hist`](https://hist.readthedocs.io/) histogram with the storage `Weight` keeps both sums, and [`mplhep`](https://mplhep.readthedocs.io/) draws them.

# %%
def score_histogram(scores, weights):
    axis = hist.axis.Regular(20, 0, 1, underflow=False, overflow=False, label="signal score")
    histogram = hist.Hist(axis, storage=hist.storage.Weight())
    return histogram.fill(scores, weight=weights / weights.sum())


shapes = {}
for part, sample in (("training", training), ("validation", validation)):
    values = network_score(network, part)
    for name, label in (("signal", 0), ("background", 1)):
        chosen = sample["labels"] == label
        shapes[name, part] = score_histogram(values[chosen], sample["weights"][chosen])

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
for name, color, shift in (("signal", "C0", -0.006), ("background", "C1", 0.006)):
    trained, validated = shapes[name, "training"], shapes[name, "validation"]
    mplhep.histplot(trained, color=color, label=f"{name}, training", ax=left)
    mplhep.histplot(validated, color=color, histtype="errorbar", label=f"{name}, validation", ax=left)
    with np.errstate(divide="ignore", invalid="ignore"):  # of empty bins
        ratio = validated.values() / trained.values()
        errors = ratio * np.hypot(*(np.sqrt(h.variances()) / h.values() for h in (trained, validated)))
    right.errorbar(trained.axes[0].centers + shift, ratio, errors, fmt="o", color=color, label=name)
left.set(xlabel="signal score", ylabel="fraction of class / 0.05", yscale="log", xlim=(0, 1), ylim=(1e-4, 20))
left.legend(ncols=2, loc="upper center")
right.axhline(1, color="grey", lw=1)
right.set(xlabel="signal score", ylabel="validation / training", xlim=(0, 1))
right.legend(loc="upper center", ncols=2)
plt.show()

# %% [markdown]
# *Figure: left, the signal score of both classes, training as lines and validation as points, on a logarithmic scale.
# Signal piles up at one, background at zero.
# Right, the ratio of validation to training, with the points of the two classes side by side in each bin.
# About a third of the points may miss one by more than their error.
# For the reference network signal at scores below 0.3 lies above one nearly everywhere: it misses more signal in validation than in training.*

# %% tags=["nbval-ignore-output"]
for name, classifier in (("linear network", linear_network), ("your network", network)):
    for part, sample in (("training", training), ("validation", validation)):
        print(f"{name:16s} {part:10s} area {area(network_score(classifier, part), sample):.4f}")


# %% [markdown]
# Compare the two networks before you call a difference over-training: the linear one has so few ways to bend that it cannot learn events by heart.
# A gap that it shows, too, is the luck of the split.

# %% [markdown]
# ## The luck of the seed
#
# Train the same network from other random numbers, and its area is another: the start of the parameters and the order of the batches differ.
# So a difference between two classifiers means nothing before you know how much one of them differs from itself.
# [`clone_model`](https://keras.io/api/models/model_saving_apis/model_config_serialization/) makes a network of the same layers with new parameters.
# (This cell trains two networks, each for as many epochs as were best for yours, but for 20 at most, in batches of 512.)

# %% tags=["nbval-ignore-output"]
def train_again(seed):
    keras.utils.set_random_seed(seed)
    sibling = keras.models.clone_model(network)
    sibling.compile_from_config(network.get_compile_config())
    epochs = min(int(np.argmin(history["val_loss"])) + 1, 20)
    train(sibling, epochs, batch_size=512, verbose=0)
    return area(network_score(sibling, "validation"), validation)


network_areas = [areas["your network"], *(train_again(seed) for seed in (1, 2))]
bdt_areas = [areas["BDT"], *(area(bdt_score(train_bdt(seed), validation), validation) for seed in (1, 2, 3))]
for name, values in (("your network", network_areas), ("BDT", bdt_areas)):
    print(f"{name:13s} areas {np.round(values, 4)}, standard deviation {np.std(values, ddof=1):.4f}")

# %% [markdown]
# ## The test sample, once
#
# Everything is fixed now: the networks, their scale, the BDT.
# So far no number and no figure came from the test sample, and from here on nothing is changed because of it.
#
# **Task.** Compute the signal score of every test event, and the weighted area under its ROC curve, with the functions you wrote.
#
# <details><summary>Hint 1</summary>
#
# The same steps as for the validation sample above: scale, predict, score, curve, area.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `test["inputs"]` are in GeV, and the network has learned from scaled inputs, so it needs `inputs["test"]`.
# `network.predict` returns an array of two dimensions, of which `signal_score` makes one number for each event.
# `weighted_roc` returns two arrays, in the order in which `roc_area` takes them, and needs the labels and event weights of the test sample.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "test-scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
# test_scores: (n_events,), the signal scores of the test sample, in its order. test_area: a number.
### BEGIN SOLUTION
test_scores = signal_score(network.predict(inputs["test"], batch_size=4096, verbose=0))
test_area = roc_area(*weighted_roc(test_scores, test["labels"], test["weights"]))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test-scores-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

raw, labels, weights = (np.array(test[kind]) for kind in ("inputs", "labels", "weights"))
checks.scores_of(test_scores, network, scale(raw.copy()), raw)
checks.area_of(test_area, test_scores, labels, weights)
checks.passed("test_scores are the signal scores of your network, and test_area is their weighted area", more=False)

# %% [markdown]
# ## Do they differ?
#
# The test sample is one draw of the events that there could have been.
# The [*bootstrap*](../glossary.md#bootstrap) plays this draw again: give every event a [Poisson](https://numpy.org/doc/stable/reference/random/generated/numpy.random.Generator.poisson.html) number of copies with mean 1, compute the area, repeat.
# The standard deviation of the areas is the uncertainty of yours.
#
# Both classifiers were tested on the *same* events: an event that is hard for one is hard for the other.
# So give both the same copies and look at the *difference* of their areas, which is known far better than either area.
# (scikit-learn's [`roc_auc_score`](https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html) computes the area here, because it is needed 400 times.)

# %% tags=["nbval-ignore-output"]
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(9)
tested = {"your network": test_scores, "BDT": bdt_score(bdt, test)}
resampled = {name: [] for name in tested}
for _ in range(200):
    copies = test["weights"] * rng.poisson(1, len(test["weights"]))
    for name, values in tested.items():
        resampled[name].append(roc_auc_score(test["labels"] == 0, values, sample_weight=copies))
resampled["difference"] = np.subtract(resampled["your network"], resampled["BDT"])
quoted = {"your network": test_area, "BDT": area(tested["BDT"], test)}
quoted["difference"] = quoted["your network"] - quoted["BDT"]
for name, value in quoted.items():
    print(f"{name:13s} {value:7.4f} ± {np.std(resampled[name]):.4f} on the test sample")

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
for name, style in (("your network", "-"), ("BDT", "--")):
    filled = hist.Hist(hist.axis.Regular(30, 0.955, 0.985, label="area under the ROC curve")).fill(resampled[name])
    mplhep.histplot(filled, yerr=False, ls=style, label=name, ax=left)
filled = hist.Hist(hist.axis.Regular(60, -0.015, 0.015, label="area of the network − area of the BDT"))
mplhep.histplot(filled.fill(resampled["difference"]), yerr=False, color="black", label="difference", ax=right)
right.axvline(0, color="grey", lw=1, label="no difference")
for axes, width in ((left, 0.001), (right, 0.0005)):
    axes.set(ylabel=f"resampled test samples / {width}")
    axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# *Figure: areas of 200 resampled test samples, in bins of 0.001 (left) and 0.0005 (right).
# Left, network and BDT: two wide peaks that overlap for the most part.
# Right, their difference on an axis of the same length: the peak is less than half as wide.
# Where does "no difference" lie, in the peak or at its edge?*
#
# Two uncertainties belong to the difference, and they answer two questions.
#
# - Is *this* network better than *this* BDT on new events?
# That is a matter of the test events alone, whose uncertainty stands above.
# - Is such a network, trained anew, better than such a BDT?
# Then the seeds count as well: their standard deviations are added in quadrature to that of the events.

# %% tags=["nbval-ignore-output"]
events, seeds = np.std(resampled["difference"]), [np.std(network_areas, ddof=1), np.std(bdt_areas, ddof=1)]
for question, uncertainty in (("these two", events), ("trained anew", np.hypot(events, np.hypot(*seeds)))):
    ratio = quoted["difference"] / uncertainty
    print(
        f"{question:12s} difference {quoted['difference']:7.4f} ± {uncertainty:.4f}, {ratio:4.1f} standard deviations"
    )

# %% [markdown]
# A difference of less than two standard deviations is at most a hint, whatever the fourth digit says.
# So quote an area with its uncertainty, and look at the difference before you say "better".

# %% [markdown]
# **Question.** Three parts, one point each; name what you saw in the figures and numbers above.
#
# 1. What makes your network better than the linear one?
# 2. Is it over-trained, and by how much?
# 3. Is it better than the BDT, given the uncertainties of both kinds, and what would you try next?

# %% [markdown] nbgrader={"grade": true, "grade_id": "what-did-it-learn", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The linear network can only cut with one flat plane in six dimensions.
# Activation functions let the hidden layers bend it, which pays because signal and background differ in correlations, not only in means.
# Adam gives each parameter its own step size, so it gets further in the same number of steps.
#
# It is over-trained a little: the training loss ends more than a tenth below the validation loss (0.19 and 0.21), the area is 0.978 in training and 0.972 in validation, and signal at low scores is more frequent in validation.
# Against that, early stopping ended the training before the validation loss turned up, and the linear network, which cannot learn by heart, shows most of the gap in area, too (0.927 and 0.922).
#
# On the test sample the network reaches 0.9749 ± 0.0012 and the BDT 0.9739 ± 0.0013, the difference is 0.0010 ± 0.0005 from the events; with the seeds (0.0006 and 0.0003) it is 0.0010 ± 0.0008, so that one training more could turn it.
# With six variables there is not much more to find.
# More would come from more information (lepton angles, jets), not from more layers; more seeds and more test events would say which is better.
#
# **Marking scheme.** 1 point: non-linear activation (or the optimiser with a reason).
# 1 point: a correct reading of loss curves or of the training/validation shapes.
# 1 point: a comparison with the BDT that says that the difference is within its uncertainty (of events or of seeds), and a next step that follows from it.
#
# **What the tests do not see:** whether validation or test events were among those that `network` was trained on, or whether it was chosen by its results on the test sample.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# Give the network what the physicist would look at: add the mass of the lepton pair and the angles between the leptons, `mll`, `drll` and `dphill` (the W bosons come from a spin-0 particle, so the leptons tend to fly side by side).
# Read the branches from the ROOT files of Exercise 3, repeat the split with the same random state, and find out how much of the gain a BDT gets, too.
# Then ask what the network has learned about the Higgs boson's *mass*, and why an analysis may not want that.

# %% [markdown]
# [← Exercise 4](../ex4_splitting/splitting.ipynb) · [Start](../start.md) · [Exercise 6 →](../ex6_out_of_core/randomize.ipynb)
