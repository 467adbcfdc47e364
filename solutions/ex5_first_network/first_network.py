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
# - how to read a loss curve, a ROC curve and an over-training plot;
# - how to compare two classifiers fairly, among them one that is not a network.
#
# **What you need to know:** Exercises 3 and 4 (weights, labels, splitting). **Time:** two hours, less than a minute of it for training.
#
# **Data:** `hww/arrays.npz`: six variables (`ptll`, `mth`, `uperp`, `upara`, `ptTOT_cut`, `mTOT_cut`, in GeV), weight (mean 1 in each class; a quarter of the events have weight 0) and label of signal (H → WW, **label 0**) and background (Drell–Yan, **label 1**).

# %%
import itertools

import matplotlib.pyplot as plt
import mplhep
import numpy as np

from helpers import datasets, figures

figures.use_style()
arrays = datasets.load_arrays("hww/arrays.npz")


# %% [markdown]
# ## What a neural network is
#
# A *neuron* multiplies its inputs $x_i$ with *weights* $w_i$, adds a bias, and puts the sum through an *activation function* $f$: $y = f(\sum_i w_i x_i + b)$. Neurons that share their inputs form a *layer*; the outputs
# of one layer are the inputs of the next. The last neuron's activation is a sigmoid, so that its output lies between 0 and 1 and can be read as a probability.
#
# The *loss* says how wrong the outputs are, averaged over events with their event weights. For probabilities it is the *cross-entropy*, minus the mean logarithm of the probability that the network gave to the true class. The *learning rule* is gradient
# descent: after each *batch* of events every parameter (weights and biases) moves against the gradient of the loss, times the *learning rate*. One pass through all batches is an *epoch*. *Adam* is a gradient descent that adapts the rate of each parameter.
#
# (Two kinds of weight meet here. From now on, "event weights" are those of Exercise 3, and the network's own are its *parameters*.)
#
# Why deep? Each layer with a bent activation can fold the space of its inputs once more, and folds multiply: three layers of two neurons draw eight line segments, a single layer would need eight neurons.
# Layers of straight activations fold nothing: however many, they are one linear function.

# %%
def fold(x):
    """A layer of two ReLU neurons that maps [0, 1] up to 1 and down again."""
    return np.clip(2 * x, 0, None) - np.clip(4 * x - 2, 0, None)


figure, (drawing, bends, folds) = plt.subplots(1, 3, figsize=(16, 4.8))
layers = [np.arange(n) * 1.4 - 0.7 * (n - 1) for n in (3, 4, 4, 1)]
for position, (left, right) in enumerate(itertools.pairwise(layers)):
    for y in left:
        drawing.plot(
            [[position] * len(right), [position + 1] * len(right)], [[y] * len(right), right], color="grey", lw=0.7
        )
for position, (ys, label) in enumerate(zip(layers, ("inputs", "hidden 1", "hidden 2", "output"), strict=True)):
    drawing.plot([position] * len(ys), ys, "o", markersize=16, label=label)
drawing.set(xlabel="layer", ylabel="neuron", xticks=range(4), yticks=[], ylim=(-2.6, 4.2))
drawing.legend(ncols=2, loc="upper center", markerscale=0.5)

x = np.linspace(-4, 4, 201)
for label, y in {"linear": x, "ReLU": np.clip(x, 0, None), "tanh": np.tanh(x), "sigmoid": 1 / (1 + np.exp(-x))}.items():
    bends.plot(x, y, label=label)
bends.set(xlabel="weighted sum of the inputs", ylabel="activation", ylim=(-1.6, 2.6))
bends.legend(loc="upper left")

x = np.linspace(0, 1, 801)
for depth, y in enumerate((fold(x), fold(fold(x)), fold(fold(fold(x)))), start=1):
    folds.plot(x, y + 1.25 * (3 - depth), label=f"{depth} layer{'s' * (depth > 1)}, {2**depth} segments")
folds.set(xlabel="input", ylabel="output (shifted)", ylim=(-0.1, 5.4), yticks=[])
folds.legend(loc="upper right")
plt.show()

# %% [markdown]
# *Figure: left, a network with three inputs, two hidden layers and one output; every line is a weight. Middle, activation functions: only the linear one is straight (ReLU lies on it for positive sums). Right, what one, two and three layers of
# two ReLU neurons make of a straight line: the number of segments doubles with each.*

# %% [markdown]
# ## Signal and background in three parts
#
# You have written the shuffle and the split by hand in Exercise 4. From now on let scikit-learn do it.

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
# A network is trained on both classes at once. If all signal came first, the first batches would teach it to say "signal" and the later ones to forget it. (Keras shuffles the training sample before each epoch, unless told otherwise; the generators of Exercise 6 do not.) So merge, then shuffle,
# with one order for inputs, event weights and labels.
#
# (Was the shuffle of Exercise 4 in vain? No: without it the three parts would differ.)
#
# **Task.** Merge signal and background in each part, and shuffle.

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
import numpy as np

from helpers import checks, datasets

given = datasets.load_arrays("hww/arrays.npz")
n_events = len(given["signal_labels"]) + len(given["background_labels"])
for name, sample, fraction in (("training", training, 0.6), ("validation", validation, 0.2), ("test", test, 0.2)):
    checks.dictionary(sample, ["inputs", "weights", "labels"], f"the dictionary {name}")
    n_found = len(sample["inputs"])
    checks.shape(sample["inputs"], (None, 6), f'{name}["inputs"]', hint="one row per event")
    checks.that(
        abs(n_found - fraction * n_events) < 5,
        f"{name} holds {n_found} events, but {fraction:.0%} of all {n_events} are expected",
    )
    for kind in ("weights", "labels"):
        checks.shape(sample[kind], (n_found,), f'{name}["{kind}"]', hint="one for each row of inputs")
    checks.that(
        set(np.unique(sample["labels"]).tolist()) == {0, 1}, f"{name} should hold both classes, label 0 and label 1"
    )
    checks.shuffled(sample["labels"], f"{name} still has one class before the other: shuffle after merging")
columns = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
found = np.concatenate(
    [np.column_stack([part[kind] for kind in ("inputs", "labels", "weights")]) for part in (training, validation, test)]
).astype(float)
wanted = np.concatenate(
    [
        np.column_stack([given[f"{name}_{kind}"] for kind in ("inputs", "labels", "weights")])
        for name in ("signal", "background")
    ]
).astype(float)
checks.same_events(found[:, 0], wanted[:, 0], "ptll of the three parts together")
found, wanted = found[np.lexsort(found.T[:6])], wanted[np.lexsort(wanted.T[:6])]
checks.close(found[:, 6], wanted[:, 6], "an event has lost its label: shuffle inputs, weights and labels in one order")
checks.close(found[:, 7], wanted[:, 7], "an event has lost its weight: shuffle inputs, weights and labels in one order")
### BEGIN HIDDEN TESTS
for column, what in enumerate(columns):
    checks.close(
        found[:, column], wanted[:, column], f"{what} is not what it was: a row of inputs was torn apart or changed"
    )
from sklearn.model_selection import train_test_split

parts = {"training": [], "validation": [], "test": []}
for name in ("signal", "background"):
    first, rest = train_test_split(np.arange(len(given[f"{name}_labels"])), test_size=0.4, random_state=11)
    for part, rows in zip(parts, (first, *train_test_split(rest, test_size=0.5, random_state=12)), strict=True):
        parts[part].append(np.column_stack([given[f"{name}_inputs"], given[f"{name}_weights"]])[rows])
for name, sample in (("training", training), ("validation", validation), ("test", test)):
    mine, theirs = np.concatenate(parts[name]), np.column_stack([sample["inputs"], sample["weights"]])
    checks.that(
        len(mine) == len(theirs)
        and np.allclose(mine[np.lexsort(mine.T)], theirs[np.lexsort(theirs.T)], rtol=1e-6, atol=0),
        f"{name} holds events of another part: merge signal and background of the same part",
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Scale, as the training events say
#
# In Exercise 2 a mean for each class told the network the label. The rule: whatever is computed from data is computed from the *training* sample alone, and then applied to every event alike, whether it is used for training, validation, test, or comes
# from the detector next year.
#
# **Task.** Write `scale`, which normalises any inputs with the mean and standard deviation of each column of `training["inputs"]` (every event counted once).

# %% nbgrader={"grade": false, "grade_id": "scale", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scale(inputs):
    """Normalise inputs of shape (n_events, 6), in GeV, as the training sample says. Returns a new array of the same shape."""
    ### BEGIN SOLUTION
    return (inputs - training["inputs"].mean(axis=0)) / training["inputs"].std(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scale-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

sample = np.asarray(training["inputs"], dtype=float)
scaled = checks.numbers(scale(np.array(training["inputs"])), "the result of scale")
checks.shape(scaled, sample.shape, "the result of scale")
# 1e-2 covers float32 sums over the sample.
checks.close(
    scaled.mean(axis=0, dtype=float),
    np.zeros(6),
    "each column of the scaled training inputs should have mean 0",
    atol=1e-2,
)
checks.close(
    scaled.std(axis=0, dtype=float),
    np.ones(6),
    "each column of the scaled training inputs should have standard deviation 1",
    rtol=1e-2,
)
mean, deviation = sample.mean(axis=0), sample.std(axis=0)
few = np.array([mean, mean + deviation, mean - 3 * deviation])
# 1e-3 standard deviations cover float32; using all events instead of the training ones shifts some column by more.
checks.close(
    scale(few.copy()),
    [[0.0] * 6, [1.0] * 6, [-3.0] * 6],
    "other events must be scaled with the training sample's mean and deviation, not with their own or with those of all events",
    rtol=1e-3,
    atol=1e-3,
)
### BEGIN HIDDEN TESTS
one = mean[None, :] + 2 * deviation
checks.close(
    scale(one.copy()),
    [[2.0] * 6],
    "a single event must be scaled with the training sample's mean and deviation, too",
    rtol=1e-3,
    atol=1e-3,
)
scale(few)
checks.close(few[0], mean, "scale changed the array it was given; return a new one")
### END HIDDEN TESTS

# %% [markdown]
# ## A first network, and a bad one
#
# A first try as one often meets it: a layer of 64 neurons, one output, plain stochastic gradient descent (SGD). In Keras a network is a list of layers (`Dense`: each neuron sees all outputs of the layer before); `compile` sets
# the optimiser, the loss and what else to report, here the *accuracy*: the fraction of events on the right side of 0.5. The event weights go into `fit` for training *and* into `validation_data`; without them the validation loss
# would be that of another mixture of events.
#
# Its output is the probability of **label 1**, so of background.

# %% tags=["nbval-ignore-output"]
import keras

inputs = {
    name: scale(sample["inputs"])
    for name, sample in (("training", training), ("validation", validation), ("test", test))
}


def train(network, epochs, batch_size):
    return network.fit(
        inputs["training"], training["labels"], sample_weight=training["weights"],
        validation_data=(inputs["validation"], validation["labels"], validation["weights"]),
        epochs=epochs, batch_size=batch_size, verbose=2,
    ).history  # fmt: skip


keras.utils.set_random_seed(7)
linear_network = keras.Sequential(
    [keras.Input((6,)), keras.layers.Dense(64), keras.layers.Dense(1, activation="sigmoid")]
)
linear_network.compile(optimizer="sgd", loss="binary_crossentropy", weighted_metrics=["accuracy"])
linear_history = train(linear_network, epochs=10, batch_size=1024)


# %%
def plot_history(history, title):
    _, panels = plt.subplots(1, 2, figsize=(12, 4.5))
    for axes, quantity, limits in ((panels[0], "loss", (0, 0.8)), (panels[1], "accuracy", (0.6, 1))):
        epochs = np.arange(1, len(history[quantity]) + 1)
        axes.plot(epochs, history[quantity], "o-", label="training")
        axes.plot(epochs, history[f"val_{quantity}"], "s--", label="validation")
        axes.set(title=title, xlabel="epoch", ylabel=f"weighted {quantity}", xlim=(0, len(epochs) + 1), ylim=limits)
        axes.legend()
    plt.show()


plot_history(linear_history, "linear network, SGD")


# %% [markdown]
# *Figure: loss (left) and accuracy (right) against epoch for the linear network, training and validation together. The loss falls
# steeply at first and then hardly at all; the accuracy levels off below 0.9.*
#
# (The training loss of an epoch is averaged while the network learns, so in the first epochs it lies above the validation loss, which is taken at the end.)
#
# Two things hold it back. Its 64 hidden neurons have no activation function, so it is one linear function of six variables, with 513 parameters where 7 would do: that is what costs most. And plain SGD with its default learning rate is slow.

# %% [markdown]
# ## From outputs to a score
#
# To compare classifiers we want one number per event that is *large for signal*. Which output that is depends on labels and on the network: with label 0 = signal, a single sigmoid unit gives the probability of **background**; a network that
# ends in two units with a *softmax* activation, which makes their outputs sum to 1, gives the probability of label 0 in column 0 and of label 1 in column 1.
#
# **Task.** Write `signal_score` for both.

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

one_unit = np.array([[0.1], [0.75], [0.5]])
checks.shape(signal_score(one_unit), (3,), "the score of three events", hint="one number per event")
checks.that(
    signal_score(one_unit)[0] > signal_score(one_unit)[1],
    "the score is upside down: label 1 is background, so a large output of one unit must give a small score",
)
two_units = np.column_stack([1 - one_unit, one_unit])
checks.shape(signal_score(two_units), (3,), "the score of three events from two units", hint="one number per event")
checks.that(
    signal_score(two_units)[0] > signal_score(two_units)[1],
    "the score from two units is upside down: column 0 is the probability of label 0, the signal",
)
### BEGIN HIDDEN TESTS
checks.close(
    signal_score(one_unit), [0.9, 0.25, 0.5], "with one unit the score should be one minus the output", atol=1e-6
)
checks.close(
    signal_score(two_units),
    [0.9, 0.25, 0.5],
    "with two units the score should be the probability of label 0, the signal",
    atol=1e-6,
)
checks.shape(signal_score(np.array([[0.2]])), (1,), "the score of one event")
checks.shape(signal_score(np.array([[0.2, 0.8]])), (1,), "the score of one event from two units")
### END HIDDEN TESTS

# %% [markdown]
# ## The ROC curve, with weights
#
# Accept all events above a cut on the score. The **signal efficiency** is the accepted fraction of the signal, the **background efficiency** that of the background; both are ratios of sums of *weights*. Let the cut
# run from above the highest score, where nothing passes, to below the lowest, and the two draw the *receiver operating characteristic*. Events with equal scores pass together.
#
# **Task.** Write `weighted_roc`. (scikit-learn has one. Use it if you like, but know which class it thinks is positive.)

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


def check_roc(scores, labels, weights, expected_background, expected_signal, message):
    result = weighted_roc(scores.copy(), labels.copy(), weights.copy())
    checks.that(
        isinstance(result, tuple | list | np.ndarray) and len(result) == 2,
        "weighted_roc should return two arrays: background efficiency and signal efficiency",
    )
    found_background, found_signal = (checks.numbers(part, "an efficiency").astype(float) for part in result)
    checks.that(
        found_background.shape == found_signal.shape and found_background.ndim == 1,
        "the two efficiencies should be 1D arrays of the same length",
    )
    checks.that(
        min(found_background.min(), found_signal.min()) >= -1e-9
        and max(found_background.max(), found_signal.max()) <= 1 + 1e-6,
        "efficiencies lie between 0 and 1: divide by the sum of weights of the class",
    )
    checks.that(
        found_background[0] <= found_background[-1] and found_signal[0] <= found_signal[-1],
        "begin with the tightest cut, (0, 0), and end with the loosest, (1, 1)",
    )
    checks.that(
        max(found_background[0], found_signal[0]) < 1e-6,
        "the curve should begin at (0, 0): above the highest score nothing passes",
    )
    checks.that(
        min(found_background[-1], found_signal[-1]) > 1 - 1e-6,
        "the curve should end at (1, 1): divide the weights of a class by the sum of that class",
    )
    checks.that(
        np.all(np.diff(found_background) >= -1e-9) and np.all(np.diff(found_signal) >= -1e-9),
        "from cut to cut an efficiency can only grow",
    )
    # A curve is the same whichever points are left out on its straight lines: compare where it runs, along background + signal.
    along = np.linspace(0, 2, 201)
    sum_found = found_background + found_signal
    found_at = [np.interp(along, sum_found, found) for found in (found_signal, found_background)]
    expected_at = np.interp(along, np.add(expected_background, expected_signal), expected_signal)
    off_by = [np.max(np.abs(found - expected_at)) for found in found_at]
    exchanged = " (it would be, if the two efficiencies changed places)" if off_by[1] < 2e-3 < off_by[0] else ""
    checks.that(off_by[0] < 2e-3, message + exchanged)


scores, labels = np.array([0.4, 0.9, 0.1, 0.6]), np.array([0, 0, 1, 1])
check_roc(
    scores,
    labels,
    np.ones(4),
    [0, 0, 0.5, 0.5, 1],
    [0, 0.5, 0.5, 1, 1],
    "four events of equal weight: a signal event with the highest score must raise the signal efficiency first (label 0 is signal)",
)
check_roc(
    scores,
    labels,
    np.array([3.0, 1.0, 1.0, 3.0]),
    [0, 0, 0.75, 0.75, 1],
    [0, 0.25, 0.25, 1, 1],
    "with weights 3, 1, 1, 3 the steps should be as high as the weights say",
)
### BEGIN HIDDEN TESTS
from sklearn.metrics import roc_curve

rng = np.random.default_rng(8)
for case in range(6):
    n = (50, 400, 3000, 400, 400, 2000)[case]
    labels = np.arange(n) % 2 if case < 4 else (rng.random(n) < 0.85).astype(int)
    scores = np.where(labels == 0, rng.normal(0.6, 0.2, n), rng.normal(0.4, 0.2, n))
    weights = rng.exponential(1, n) * np.where(labels == 0, 0.01, 7)
    message = "the curve is not the weighted one of scikit-learn on events that the test drew"
    if case == 2:
        weights[rng.random(n) < 0.1] = 0
        message = "with events of weight 0 the curve is wrong"
    if case in (3, 5):
        scores = np.round(scores, 1)
        message = "with equal scores the curve is wrong: events with equal scores pass a cut together"
    if case == 4:
        scores = 1000 * scores - 300
        message = "the curve must depend on the order of the scores alone, not on their range"
    false_positive, true_positive, _ = roc_curve(labels == 0, scores, sample_weight=weights)
    check_roc(scores, labels, weights, false_positive, true_positive, message)
all_equal = np.full(10, 0.5)
check_roc(
    all_equal,
    np.arange(10) % 2,
    np.ones(10),
    [0, 1],
    [0, 1],
    "if all scores are equal there is one cut, and the curve is the diagonal",
)
check_roc(
    np.array([0.9, 0.6, 0.4, 0.1], dtype="float32"),
    np.array([0.0, 1.0, 0.0, 1.0]),
    np.ones(4, dtype="float32"),
    [0, 0, 0.5, 0.5, 1],
    [0, 0.5, 0.5, 1, 1],
    "labels and weights may be float32",
)
### END HIDDEN TESTS

# %% [markdown]
# ## One number
#
# The area under the ROC curve (AUC) is the probability that a random signal event scores higher than a random background event. The curve is made of straight lines, so the area is a sum of trapezoids (`np.trapezoid` adds them).
#
# **Task.** Write `roc_area`.

# %% nbgrader={"grade": false, "grade_id": "roc-area", "locked": false, "schema_version": 3, "solution": true, "task": false}
def roc_area(background_efficiency, signal_efficiency):
    """Area under the curve of signal efficiency against background efficiency, both of shape (n_points,), growing from 0 to 1."""
    ### BEGIN SOLUTION
    return np.trapezoid(signal_efficiency, background_efficiency)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "roc-area-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

checks.close(
    roc_area(np.array([0.0, 1.0]), np.array([0.0, 1.0])), 0.5, "the diagonal, a guess, has the area 0.5", atol=1e-6
)
checks.close(
    roc_area(np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0])), 1, "a perfect separation has the area 1", atol=1e-6
)
### BEGIN HIDDEN TESTS
checks.close(
    roc_area(np.array([0.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0])),
    0,
    "a score that is always upside down has the area 0",
    atol=1e-6,
)
checks.close(
    roc_area(np.array([0.0, 0.1, 0.4, 1.0]), np.array([0.0, 0.6, 0.9, 1.0])),
    0.03 + 0.225 + 0.57,
    "points at unequal distances: the area is a sum of trapezoids between neighbouring points",
    atol=1e-6,
)
checks.close(
    roc_area(np.array([0.0, 0.0, 0.3, 0.3, 0.3, 1.0]), np.array([0.0, 0.5, 0.5, 0.6, 0.8, 1.0])),
    0.15 + 0.63,
    "vertical steps add no area",
    atol=1e-6,
)
dense = np.linspace(0, 1, 2001)
checks.close(roc_area(dense, np.sqrt(dense)), 2 / 3, "the area under the square root should be 2/3", rtol=1e-3)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
linear_scores = signal_score(linear_network.predict(inputs["test"], batch_size=4096, verbose=0))
linear_roc = weighted_roc(linear_scores, test["labels"], test["weights"])
print(f"linear network: area under the ROC curve {roc_area(*linear_roc):.4f} on the test sample")

# %% [markdown]
# ## Your network
#
# Now mend it. `train` takes any compiled network and returns the history that the plots below need; compile with `weighted_metrics=["accuracy"]` and, for one sigmoid unit, `loss="binary_crossentropy"` as above (two softmax units:
# `loss="sparse_categorical_crossentropy"`). Ideas, in the order in which they usually help: an activation function in the hidden layers (`relu`), the optimiser `adam`, a second and third hidden layer, more epochs. Watch the *validation* loss while you try; the test sample
# is not for choosing.
#
# **Task.** Build and train `network` on the scaled inputs. It ends in one sigmoid unit or two softmax units as above. Its area under the ROC curve on the test sample must exceed **0.965**; the linear network reaches 0.92.

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
network.compile(optimizer="adam", loss="binary_crossentropy", weighted_metrics=["accuracy"])
history = train(network, epochs=15, batch_size=512)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "network-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from helpers import checks, datasets


def check_area(inputs, is_signal, weights):
    outputs = checks.numbers(network.predict(scale(inputs), batch_size=4096, verbose=0), "the output of network")
    checks.that(
        outputs.ndim == 2 and outputs.shape[1] in (1, 2),
        f"network should end in one or two units, but its output has the shape {outputs.shape}",
    )
    checks.that(
        outputs.min() >= 0 and outputs.max() <= 1,
        f"the outputs should be probabilities in [0, 1], but they reach from {outputs.min():.3g} to {outputs.max():.3g}: end in a sigmoid or a softmax",
    )
    checks.that(
        outputs.std() > 1e-3,
        "network gives every event the same output: one unit needs a sigmoid (a softmax of one is always 1), and training scaled inputs",
    )
    if outputs.shape[1] == 2:
        checks.that(
            np.allclose(outputs.sum(axis=1), 1, atol=1e-3), "two units should be a softmax, whose outputs sum to 1"
        )
    area = roc_auc_score(is_signal, 1 - outputs[:, -1], sample_weight=weights)
    checks.that(
        area > 0.5,
        f"network calls signal background (area {area:.3f}): its output should be the probability of label 1, the background",
    )
    # 0.965: eight seeds of the reference network gave 0.9737 to 0.9746, one hidden layer and ten epochs 0.962.
    checks.that(
        area > 0.965,
        f"the area under the ROC curve on the test sample is {area:.4f}; it should exceed 0.965: watch the validation loss, try activations, adam, more layers or epochs",
    )


check_area(np.array(test["inputs"]), np.array(test["labels"]) == 0, np.array(test["weights"]))
checks.that(
    isinstance(history, dict) and {"loss", "val_loss", "accuracy", "val_accuracy"} <= set(history),
    "history should be what train returns, with the accuracy in it: compile with weighted_metrics=['accuracy']",
)
### BEGIN HIDDEN TESTS
# The same events, taken from the data and not from the student's arrays.
given = datasets.load_arrays("hww/arrays.npz")
rows = {}
for name in ("signal", "background"):
    _, rest = train_test_split(np.arange(len(given[f"{name}_labels"])), test_size=0.4, random_state=11)
    rows[name] = train_test_split(rest, test_size=0.5, random_state=12)[1]
kinds = {
    kind: np.concatenate([given[f"{name}_{kind}"][rows[name]] for name in rows])
    for kind in ("inputs", "weights", "labels")
}
check_area(kinds["inputs"], kinds["labels"] == 0, kinds["weights"])
### END HIDDEN TESTS

# %%
plot_history(history, "your network")

# %% [markdown]
# *Figure: loss and accuracy against epoch for the better network. For the reference network the loss falls within a few epochs to about 0.6 of the linear
# network's. After that the validation loss falls only a little, the training loss faster, and a gap opens between them: the first sign of
# over-training.*

# %% [markdown]
# ## How good is it?
#
# **Task.** Compute the signal score of every test event, and the area under its ROC curve, with the functions you wrote.

# %% nbgrader={"grade": false, "grade_id": "test-scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
# test_scores: (n_events,), the signal scores of the test sample, in its order. test_area: a number.
### BEGIN SOLUTION
test_scores = signal_score(network.predict(inputs["test"], batch_size=4096, verbose=0))
test_area = roc_area(*weighted_roc(test_scores, test["labels"], test["weights"]))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test-scores-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

checks.shape(test_scores, (len(test["labels"]),), "test_scores", hint="one score for each event of the test sample")
scores = checks.numbers(test_scores, "test_scores").astype(float)
signal_mean, background_mean = (scores[np.asarray(test["labels"]) == label].mean() for label in (0, 1))
checks.that(signal_mean > background_mean, "signal events score lower than background events: the score is upside down")
outputs = np.asarray(network.predict(scale(np.array(test["inputs"])), batch_size=4096, verbose=0), dtype=float)
checks.close(
    scores,
    1 - outputs[:, -1],
    "test_scores are not the signal scores of network on the scaled test inputs, event by event",
    atol=1e-3,
    rtol=0,
)
checks.that(
    0.5 < checks.number(test_area, "test_area") <= 1,
    "test_area should lie between 0.5 and 1: is the score upside down, or the weighting?",
)
### BEGIN HIDDEN TESTS
from sklearn.metrics import roc_auc_score

area = roc_auc_score(np.asarray(test["labels"]) == 0, scores, sample_weight=np.asarray(test["weights"], dtype=float))
checks.close(
    test_area, area, "test_area is not the weighted area under the ROC curve of test_scores", atol=1e-3, rtol=0
)
### END HIDDEN TESTS

# %% [markdown]
# ## The peer to beat
#
# A *boosted decision tree* (BDT) adds up many small trees of cuts. It needs no scaling, trains in seconds, and on a handful of well-chosen variables it is hard to beat. (It gets the label `labels == 0`, so its output is the probability of signal; it sets some training events aside to know when to stop.) Whoever shows a network should show a BDT on the same inputs, weights and test sample.

# %%
from sklearn.ensemble import HistGradientBoostingClassifier

bdt = HistGradientBoostingClassifier(max_iter=200, early_stopping=True, random_state=4)
bdt.fit(training["inputs"], training["labels"] == 0, sample_weight=training["weights"])
bdt_scores = bdt.predict_proba(test["inputs"])[:, 1]

# %% tags=["nbval-ignore-output"]
classifiers = {"linear network": linear_scores, "your network": test_scores, "BDT": bdt_scores}
curves = {name: weighted_roc(scores, test["labels"], test["weights"]) for name, scores in classifiers.items()}
areas = {name: roc_area(*curve) for name, curve in curves.items()}
for name, area in areas.items():
    print(f"{name:16s} area under the ROC curve {area:.4f}")

# %% [markdown]
# The linear network and the BDT were given, with their seeds, so they should come out for you as they did for us.

# %%
from helpers import checks

checks.close(
    [areas["linear network"], areas["BDT"]],
    [0.921, 0.974],
    "the linear network and the BDT reach another area than ours: an earlier answer or a given cell differs",
    atol=0.01,
    rtol=0,
)

# %%
figure, axes = plt.subplots()
for (name, (background_efficiency, signal_efficiency)), style in zip(curves.items(), ("-", "-", "--"), strict=True):
    axes.plot(signal_efficiency, 1 - background_efficiency, style, label=name)
axes.plot([0, 1], [1, 0], ":", color="grey", label="guess")
axes.set(
    xlabel="signal efficiency",
    ylabel="background rejection, 1 − background efficiency",
    xlim=(0.4, 1),
    ylim=(0.4, 1.01),
)
axes.legend(loc="center left")
plt.show()

# %% [markdown]
# *Figure: background rejection against signal efficiency on the test sample. The axes start at 0.4. The curves of the network and of the BDT lie nearly on top of each other, far above that of the linear
# network; the dotted line in the corner is a guess.*

# %% [markdown]
# ## Has it learned by heart?
#
# Draw the score of each class in training and validation. If the two differ by more than their errors, the network knows its training events better than it knows physics: it is *over-trained*. A bin that holds events
# of weights $w$ has the content $\sum w$ and the error $\sqrt{\sum w^2}$.

# %%
scores = {
    name: signal_score(network.predict(inputs[name], batch_size=4096, verbose=0)) for name in ("training", "validation")
}
figure, (upper, lower) = plt.subplots(2, 1, figsize=(8, 7), sharex=True, height_ratios=[3, 1])
for label, name, color in ((0, "signal", "C0"), (1, "background", "C1")):
    shapes = {}
    for part, sample in (("training", training), ("validation", validation)):
        chosen = sample["labels"] == label
        weights = sample["weights"][chosen]
        contents, edges = np.histogram(scores[part][chosen], bins=20, range=(0, 1), weights=weights)
        squares, _ = np.histogram(scores[part][chosen], bins=edges, weights=weights**2)
        shapes[part] = contents / weights.sum(), np.sqrt(squares) / weights.sum()
    (trained, trained_error), (validated, validated_error) = shapes["training"], shapes["validation"]
    mplhep.histplot(trained, edges, yerr=trained_error, color=color, label=f"{name}, training", ax=upper)
    mplhep.histplot(
        validated, edges, yerr=validated_error, color=color, histtype="errorbar", label=f"{name}, validation", ax=upper
    )
    ratio = np.divide(validated, trained, out=np.full(20, np.nan), where=trained > 0)
    error = ratio * np.hypot(validated_error / np.maximum(validated, 1e-12), trained_error / np.maximum(trained, 1e-12))
    mplhep.histplot(ratio, edges, yerr=error, color=color, histtype="errorbar", label=name, ax=lower)
upper.set(xlabel="signal score", ylabel="fraction of class / 0.05", yscale="log", ylim=(1e-3, 20))
upper.xaxis.label.set_visible(False)
upper.legend(ncols=2, loc="upper center")
lower.axhline(1, color="grey", lw=1)
lower.set(xlabel="signal score", ylabel="val. / train.", xlim=(0, 1), ylim=(0, 2))
lower.legend(ncols=2, loc="lower center")
plt.show()

# %% [markdown]
# *Figure: above, the signal score of both classes, training as lines and validation as points, on a logarithmic scale. Signal piles up at one, background at zero. Below, the ratio of validation to
# training. About a third of the points may miss one by more than their error; but signal at low scores lies above one almost everywhere: the network misses more signal in validation than in training.*

# %% tags=["nbval-ignore-output"]
for name, classifier in (("linear network", linear_network), ("your network", network)):
    for part, sample in (("training", training), ("validation", validation)):
        curve = weighted_roc(
            signal_score(classifier.predict(inputs[part], batch_size=4096, verbose=0)),
            sample["labels"],
            sample["weights"],
        )
        print(f"{name:16s} {part:10s} area {roc_area(*curve):.4f}")

# %% [markdown]
# Compare the two networks before you call a difference over-training: the linear one has so few ways to bend that it cannot learn events by heart. A gap that it shows, too, is the luck of the split.

# %% [markdown]
# **Question.** What makes your network better than the linear one, and is it over-trained? By how much? Name what you saw in the figures and numbers above. Where does the BDT stand, and what would you try next?

# %% [markdown] nbgrader={"grade": true, "grade_id": "what-did-it-learn", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The linear network can only cut with one flat plane in six dimensions; activation functions let the hidden layers bend it, which pays because signal and background differ in correlations, not only in means. Adam gives
# each parameter its own step size, so it gets further in the same number of steps. It is over-trained a little: the training loss ends about a tenth below the validation loss,
# the area is 0.977 in training and 0.971 in validation, and signal at low scores is more frequent in validation. Against that, the validation loss does not turn up, and the linear network, which cannot learn by heart, shows
# most of the gap in area, too (0.927 and 0.922). The BDT
# reaches about the same area: with six variables there is not much more to find. More would come from more information (lepton angles, jets), not from more layers.
#
# **Marking scheme.** 1 point: non-linear activation (or the optimiser with a reason). 1 point: a correct reading of loss curves or of the training/validation shapes. 1 point: a comparison with the BDT and a next step that follows from it.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# Give the network what the physicist would look at: add the mass of the lepton pair and the angles between the leptons, `mll`, `drll` and `dphill` (the W bosons come from a spin-0 particle, so the leptons tend to fly side by side). Read the branches from the ROOT files of Exercise 3, repeat the split with the same random state, and find
# out how much of the gain a BDT gets, too. Then ask what the network has learned about the Higgs boson's *mass*, and why an analysis may not want that.
