# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # NN metrics I: the ingredients of a training
#
# **What you will learn**
#
# - what a network minimises, and how event weights enter into it;
# - how the slope of the loss finds its way back through a network;
# - what plain gradient descent, a falling learning rate and Adam do with that slope;
# - how to choose the first weights of a network, and why it matters;
# - why event weights of order 10⁻⁷ teach plain gradient descent nothing.
#
# **What you need to know:** NumPy; Exercise 5 (what a network is, batches, epochs).
# **Time:** three hours, seconds of them for training.
#
# **Data:** `stop_search/train_sig.csv.gz` and `train_bkg.csv.gz`, simulated events of a search for a light top squark: one lepton, jets and missing transverse momentum.
# **Label 1 is signal here, label 0 is background**, as in most code, and the opposite of Exercises 3 to 6.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Exercise 6: training](../ex6_out_of_core/generators.ipynb) · [Start](../start.md) · [NN metrics: binary →](../nn_metrics/binary.ipynb)

# %% [markdown]
# In Exercise 5 Keras trained a network with two lines of yours.
# Here you write what is behind these lines, in NumPy and piece by piece, each small enough to be checked by hand.
# (The checks see what comes out, not how: a library's functions pass them, and teach you nothing.)
# At the end your pieces train a network, and its loss curve lies on that of Keras.
#
# One rule holds for all of them: a function leaves the arrays and lists that it is given as they are, and returns new ones.

# %%
import timeit

import matplotlib.pyplot as plt
import numpy as np

from helpers import datasets, figures

SEED = 5

figures.use_style()


# %% [markdown]
# ## The loss of a batch
#
# The network gives each event $i$ an output $y_i$, the probability that it is signal.
# Its label $z_i$ says what it is: 1 for signal, 0 for background.
# The [*cross-entropy*](../glossary.md#cross-entropy) of the event is minus the logarithm of the probability that was given to the truth: $-\ln y_i$ for signal and $-\ln(1 - y_i)$ for background.
# In one formula, with [event weights](../glossary.md#event-weight) $w_i$ and the mean over all $N$ events:
#
# $$L = \frac{1}{N} \sum_{i=1}^{N} w_i \left[ -z_i \ln y_i - (1 - z_i) \ln (1 - y_i) \right]$$
#
# This is what Keras minimises: a mean in which the weights multiply the losses and the sum is divided by the *number of events*, not by the sum of the weights.
# So if all weights become ten times larger, so does the loss; remember it for later.
# ([`keras.losses`](https://keras.io/api/losses/) calls this `sum_over_batch_size`.)
#
# By hand: a signal event with output 0.8 has $-\ln 0.8 = 0.223$ and a background event with output 0.4 has $-\ln 0.6 = 0.511$.
# With weights 1 and 3 the loss is $(0.223 + 3 \cdot 0.511)/2 = 0.878$.
#
# An output of exactly 0 or 1 would make the logarithm infinite.
# Keras, given probabilities, therefore clips: outputs are moved to between $10^{-7}$ and $1 - 10^{-7}$ first.
#
# **Task.** Write `binary_cross_entropy`, with the outputs clipped like this.
# Where all weights are 0, the loss is 0.
#
# <details><summary>Hint 1</summary>
#
# [`np.clip`](https://numpy.org/doc/stable/reference/generated/numpy.clip.html) moves all values of an array between two limits and returns a new array.
#
# </details>
# <details><summary>Hint 2</summary>
#
# After the clip write the square bracket of the formula down as it is: with arrays it gives one number an event.
# Multiply by the weights, then take the mean with `np.mean`, which divides by the number of events. (`np.average` with weights divides by their sum.)
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "binary-cross-entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def binary_cross_entropy(labels, outputs, weights):
    """Mean over events of weight times cross-entropy, a number; outputs are clipped to [1e-7, 1 - 1e-7].

    labels: (n_events,), 1 = signal, 0 = background. outputs: (n_events,), between 0 and 1. weights: (n_events,).
    """
    ### BEGIN SOLUTION
    outputs = np.clip(outputs, 1e-7, 1 - 1e-7)
    return np.mean(weights * -(labels * np.log(outputs) + (1 - labels) * np.log(1 - outputs)))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "binary-cross-entropy-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

labels, outputs = np.array([1, 0, 1, 0, 0]), np.array([0.8, 0.4, 0.3, 0.1, 0.6])
for weights in (np.ones(5), np.array([1.0, 3.0, 0.0, 0.5, 2.0]), np.full(5, 1e-7), np.zeros(5)):
    checks.measures_loss(binary_cross_entropy, labels, outputs, weights)
checks.measures_loss(binary_cross_entropy, labels[:1], outputs[:1], np.array([4.0]))
checks.measures_loss(binary_cross_entropy, labels, np.array([0.0, 0.4, 1.0, 1.0, 0.0]), np.arange(5.0))
checks.passed("the loss is the mean over the events of weight times cross-entropy, for outputs of 0 and 1, too")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(2)
for n_events, dtype in ((1, "float64"), (2, "float32"), (1000, "float32"), (1001, "float64")):
    labels, outputs = rng.integers(2, size=n_events), rng.uniform(0.02, 0.98, n_events).astype(dtype)
    for scale in (1.0, 1e-6, 300.0):
        checks.measures_loss(
            binary_cross_entropy, labels, outputs, (scale * rng.exponential(size=n_events)).astype(dtype)
        )
checks.measures_loss(binary_cross_entropy, np.array([1, 0]), np.array([0.0, 1.0]), np.array([1.0, 0.0]))
checks.measures_loss(binary_cross_entropy, np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.zeros(2))
### END HIDDEN TESTS

# %% [markdown]
# ## More than two classes
#
# With $m$ classes each event has $m$ outputs $y_{ij}$, which sum to 1, and $m$ labels $z_{ij}$: 1 for the class that it belongs to and 0 for all others ("one-hot").
#
# $$L = \frac{1}{N} \sum_{i=1}^{N} w_i \sum_{j=1}^{m} -z_{ij} \ln y_{ij}$$
#
# Only the true class has a term.
#
# **Task.** Write `cross_entropy`, clipped as before.
#
# <details><summary>Hint 1</summary>
#
# The inner sum runs over the columns: `axis=1`. It leaves one number an event.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Clip, take the logarithm, multiply by the labels, add up with `.sum(axis=1)`: then weights and mean as in `binary_cross_entropy`.
# A mean over the whole table would divide by the number of classes, too.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "cross-entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cross_entropy(labels, outputs, weights):
    """Mean over events of weight times cross-entropy, a number; outputs are clipped to [1e-7, 1 - 1e-7].

    labels: (n_events, n_classes), one 1 in a row. outputs: (n_events, n_classes), rows sum to 1. weights: (n_events,).
    """
    ### BEGIN SOLUTION
    outputs = np.clip(outputs, 1e-7, 1 - 1e-7)
    return np.mean(weights * -np.sum(labels * np.log(outputs), axis=1))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "cross-entropy-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

labels, outputs = np.eye(3)[[0, 2, 1, 1]], np.array([[6, 3, 1], [2, 3, 5], [4, 4, 2], [7, 2, 1]]) / 10
for weights in (np.ones(4), np.array([2.0, 0.5, 0.0, 1.0]), np.full(4, 1e-7), np.zeros(4)):
    checks.measures_loss(cross_entropy, labels, outputs, weights)
checks.measures_loss(cross_entropy, labels[:1], outputs[:1], np.array([4.0]))
checks.measures_loss(cross_entropy, labels, np.eye(3)[[0, 1, 1, 2]], np.arange(1.0, 5.0))
checks.measures_loss(cross_entropy, np.eye(3)[[2, 0, 1]], outputs[:3], np.array([1.0, 3.0, 5.0]))
checks.passed("the true class alone has a term, and the mean is over the events, for any number of classes")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(3)
for n_events, n_classes, dtype in ((1, 2, "float64"), (300, 5, "float32"), (4, 4, "float64"), (2, 10, "float32")):
    labels = np.eye(n_classes, dtype=dtype)[rng.integers(n_classes, size=n_events)]
    outputs = rng.uniform(0.1, 1, size=(n_events, n_classes))
    outputs = (outputs / outputs.sum(axis=1, keepdims=True)).astype(dtype)
    for scale in (1.0, 1e-6):
        checks.measures_loss(cross_entropy, labels, outputs, (scale * rng.exponential(size=n_events)).astype(dtype))
checks.measures_loss(cross_entropy, np.eye(2), np.eye(2)[::-1], np.array([1.0, 2.0]))
### END HIDDEN TESTS

# %% [markdown]
# Two classes are a special case: with $y_{i1} = y_i$ and $y_{i2} = 1 - y_i$ the second formula is the first.

# %%
labels, outputs, weights = np.array([1, 0]), np.array([0.8, 0.4]), np.array([1.0, 3.0])
two_labels, two_outputs = np.stack([labels, 1 - labels], axis=1), np.stack([outputs, 1 - outputs], axis=1)
print(f"binary: {binary_cross_entropy(labels, outputs, weights):.3f}")
print(f"two classes: {cross_entropy(two_labels, two_outputs, weights):.3f}")


# %% [markdown]
# ## Activations and their slopes
#
# An [activation function](../glossary.md#activation-function) bends the weighted sum $x$ of a neuron's inputs.
# Three of them act on each sum by itself:
#
# $$\mathrm{ReLU}(x) = \max(0, x) \qquad \tanh(x) \qquad \sigma(x) = \frac{1}{1 + e^{-x}}$$
#
# For training we need their slopes, too.
# That of tanh is $1 - \tanh^2(x)$, that of the [sigmoid](../glossary.md#sigmoid) is $\sigma(x)\,(1 - \sigma(x))$, and that of ReLU is 1 above zero and 0 below.
# At zero ReLU has a corner; we take the slope 0 there, as Keras does.
#
# Sums can be large.
# $e^{1000}$ is infinite on a computer, and infinity over infinity is not a number.
# So write each function in such a way that arguments of ±1000 give the right limit.
# (A warning of NumPy that something overflowed does no harm, if the value is right.)
#
# **Task.** Write the three functions and their derivatives, for arrays of any shape.
# They return a new array of the same shape.
#
# <details><summary>Hint 1</summary>
#
# [`np.maximum`](https://numpy.org/doc/stable/reference/generated/numpy.maximum.html) compares entry by entry, and [`np.tanh`](https://numpy.org/doc/stable/reference/generated/numpy.tanh.html) bears any argument.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The sigmoid is a tanh in other units: $\sigma(x) = (1 + \tanh(x/2))/2$.
# For the derivatives call your own functions and use the formulas above; the one of ReLU is a comparison.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "activations", "locked": false, "schema_version": 3, "solution": true, "task": false}
# Each takes an array x of any shape and returns a new array of the same shape.
def relu(x):
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


def relu_derivative(x):
    ### BEGIN SOLUTION
    return np.where(x > 0, 1.0, 0.0)
    ### END SOLUTION


def tanh(x):
    ### BEGIN SOLUTION
    return np.tanh(x)
    ### END SOLUTION


def tanh_derivative(x):
    ### BEGIN SOLUTION
    return 1 - np.tanh(x) ** 2
    ### END SOLUTION


def sigmoid(x):
    ### BEGIN SOLUTION
    return (1 + np.tanh(x / 2)) / 2
    ### END SOLUTION


def sigmoid_derivative(x):
    ### BEGIN SOLUTION
    return sigmoid(x) * (1 - sigmoid(x))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "activations-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

moderate, large = np.array([[-2.0, -0.5, 0.0], [0.5, 1.0, 3.0]]), np.array([-1000.0, -100.0, 100.0, 1000.0])
for x in (moderate, large, np.arange(-2, 3)):
    checks.activates(relu, relu_derivative, "relu", x)
    checks.activates(tanh, tanh_derivative, "tanh", x)
    checks.activates(sigmoid, sigmoid_derivative, "sigmoid", x)
checks.passed("values and slopes are right, for small, large and whole-numbered arguments")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(6)
for shape, dtype in (((7,), "float32"), ((3, 4), "float64"), ((2, 3, 4), "float32"), ((1, 1), "float64")):
    for scale in (1, 1000):
        x = scale * rng.normal(size=shape).astype(dtype)
        checks.activates(relu, relu_derivative, "relu", x)
        checks.activates(tanh, tanh_derivative, "tanh", x)
        checks.activates(sigmoid, sigmoid_derivative, "sigmoid", x)
### END HIDDEN TESTS

# %%
functions = {
    "ReLU": (relu, relu_derivative),
    "tanh": (tanh, tanh_derivative),
    "sigmoid": (sigmoid, sigmoid_derivative),
}
x = np.linspace(-5, 5, 501)
figure, panels = plt.subplots(1, 2, figsize=(13, 5))
for (name, both), style in zip(functions.items(), ("-", "--", ":"), strict=True):
    for axes, function in zip(panels, both, strict=True):
        axes.plot(x, function(x), style, lw=2.5, label=name)
panels[0].set(xlabel="sum $x$", ylabel="activation", xlim=(-5, 5), ylim=(-1.2, 5.2))
panels[1].set(xlabel="sum $x$", ylabel="slope of the activation", xlim=(-5, 5), ylim=(-0.05, 1.3))
for axes in panels:
    axes.legend(loc="upper left")
plt.show()


# %% [markdown]
# *Figure: the three activations (left) and their slopes (right).
# ReLU has slope 1 above zero and 0 below.
# The slopes of tanh and sigmoid are largest at zero, with 1 and 1/4, and nearly vanish beyond sums of ±4: such a neuron is [saturated](../glossary.md#saturation) and hardly learns.*
#
# Some tutorials say that ReLU trains *six times faster*, because it has no exponential.
# Measure it.
# The cell below times activation and slope of a layer for 1000 events, alone and together with the three matrix products that the layer's forward and backward step need.

# %% tags=["nbval-ignore-output"]
def milliseconds(function):
    return 1e3 * min(timeit.repeat(function, number=1, repeat=10))


def compare(width, n_events=1000):
    sums, matrix = np.random.default_rng(SEED).normal(size=(n_events, width)), np.ones((width, width))
    products = milliseconds(lambda: (sums @ matrix, sums @ matrix.T, sums.T @ sums))
    alone = {name: milliseconds(lambda f=f, df=df: (f(sums), df(sums))) for name, (f, df) in functions.items()}
    for name, time in alone.items():
        layer = (time + products) / (alone["ReLU"] + products)
        print(
            f"{width} neurons, {name:8s} alone {time / alone['ReLU']:4.1f} times ReLU, whole layer {layer:4.1f} times"
        )


# %% tags=["nbval-ignore-output"]
for width in (50, 400):
    compare(width)


# %% [markdown]
# What comes out depends on your machine, on how you wrote the functions and on what else the machine is doing: each time is the least of ten, but close other programs, and run the cell again.
# When this was written, tanh alone took two to seven times as long as ReLU and the sigmoid three to eleven times; but a layer of 50 neurons with tanh took two to four times as long as one with ReLU, and a layer of 400 neurons only up to a quarter longer.
# There is no fixed factor: the work of the matrix products grows with the square of the width, that of the activations only with the width.
# And a training also reads data, averages and updates, which no activation makes faster.
#
# The factor six has another source: [A. Krizhevsky and others](https://proceedings.neurips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html) found that a convolutional network with ReLU reached a given error after six times fewer *epochs* than the same one with tanh.
# That was one network on one set of pictures, and the reason is not the exponential but the slope, which does not vanish for large sums.

# %% [markdown]
# ## Softmax
#
# [Softmax](../glossary.md#softmax) acts on all $m$ sums $x_j$ of an event together and makes probabilities of them:
#
# $$y_j = \frac{e^{x_j}}{\sum_{l=1}^{m} e^{x_l}}$$
#
# Take the largest sum of the event away from all of its sums first: top and bottom shrink by the same factor, and nothing can overflow.
#
# Each sum moves all outputs, since these add up to 1.
# So the slopes of an event are a table, how output $j$ changes with sum $k$:
#
# $$\frac{\partial y_j}{\partial x_k} = y_j\,(\delta_{jk} - y_k)$$
#
# with $\delta_{jk} = 1$ for $j = k$ and 0 otherwise.
#
# **Task.** Write `softmax` and `softmax_derivative`, for events in rows and sums of any size.
#
# <details><summary>Hint 1</summary>
#
# Maximum and sum are those of a row: `axis=1`. With `keepdims=True` they stay a column, which can be subtracted from or divide the table.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `y[:, :, None] * y[:, None, :]` holds all products $y_j y_k$ of each event, and `y[:, :, None] * np.eye(m)` has the outputs on the diagonal.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(x):
    """The outputs (n_events, n_classes) for the sums x (n_events, n_classes): those of an event, a row, add up to 1."""
    ### BEGIN SOLUTION
    exponentials = np.exp(x - x.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    ### END SOLUTION


def softmax_derivative(x):
    """Derivatives (n_events, n_classes, n_classes): entry [i, j, k] is that of output j by sum k of event i."""
    ### BEGIN SOLUTION
    y = softmax(x)
    return y[:, :, None] * (np.eye(y.shape[1]) - y[:, None, :])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "softmax-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

x = np.array([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0], [-1.0, 3.0, 0.2], [2.0, -2.0, 1.0]])
for sums in (x, x[:3], x[:1, :2], np.array([[1000.0, 999.0], [-1000.0, -1001.0], [0.0, 800.0]])):
    checks.softens(softmax, softmax_derivative, sums)
checks.passed("outputs of an event sum to 1 and slopes are right, for sums of any size")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(7)
for n_events, n_classes, scale in ((5, 5, 1), (1, 6, 3), (30, 2, 10), (4, 3, 700), (2, 1, 1)):
    checks.softens(softmax, softmax_derivative, scale * rng.normal(size=(n_events, n_classes)))
checks.softens(softmax, softmax_derivative, rng.normal(size=(6, 4)).astype("float32"))
### END HIDDEN TESTS

# %% [markdown]
# ## Forward: from inputs to the output
#
# Now a whole network, with one hidden layer.
# For an event with inputs $x$, a row of $n$ numbers:
#
# $$h = \tanh(x W_1 + b_1) \qquad y = \sigma(h W_2 + b_2)$$
#
# The [parameters](../glossary.md#parameter) are a list of four arrays, in the order in which Keras keeps them:
# `[W1, b1, W2, b2]` of shapes `(n_inputs, n_hidden)`, `(n_hidden,)`, `(n_hidden, 1)` and `(1,)`.
#
# **Task.** Write `forward`.
#
# <details><summary>Hint 1</summary>
#
# `inputs @ W1` multiplies the matrices: a row for each event, a column for each hidden neuron. The biases are added to each row.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The output layer gives an array `(n_events, 1)`; `[:, 0]` makes it `(n_events,)`.
# Left as a column, it would meet the labels `(n_events,)` as a table of all pairs later on.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def forward(parameters, inputs):
    """The probability of signal (label 1) of each event, (n_events,), from a hidden layer of tanh and a sigmoid output.

    parameters: list of W1 (n_inputs, n_hidden), b1 (n_hidden,), W2 (n_hidden, 1), b2 (1,). inputs: (n_events, n_inputs).
    """
    ### BEGIN SOLUTION
    w1, b1, w2, b2 = parameters
    return sigmoid(tanh(inputs @ w1 + b1) @ w2 + b2)[:, 0]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "forward-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng = np.random.default_rng(8)
for n_events, n_inputs, n_hidden in ((5, 2, 3), (1, 4, 1), (3, 1, 6)):
    shapes = ((n_inputs, n_hidden), (n_hidden,), (n_hidden, 1), (1,))
    parameters = [rng.normal(size=shape) for shape in shapes]
    checks.propagates(forward, parameters, rng.normal(size=(n_events, n_inputs)))
checks.passed("each event gets its probability of signal, for any number of events, inputs and neurons")
### BEGIN HIDDEN TESTS
for n_events, n_inputs, n_hidden, scale in ((40, 12, 50, 0.3), (1, 1, 1, 1), (4, 3, 4, 1), (6, 2, 2, 300)):
    shapes = ((n_inputs, n_hidden), (n_hidden,), (n_hidden, 1), (1,))
    parameters = [scale * rng.normal(size=shape) for shape in shapes]
    checks.propagates(forward, parameters, rng.normal(size=(n_events, n_inputs)))
    checks.propagates(
        forward,
        [array.astype("float32") for array in parameters],
        rng.normal(size=(n_events, n_inputs)).astype("float32"),
    )
### END HIDDEN TESTS

# %% [markdown]
# ## The first weights
#
# Before the first step the weights of a layer are drawn at random: neurons that began alike would learn the same for ever.
# How large?
# A neuron adds up `n_in` inputs, so the variance of its sum is `n_in` times that of a weight (for inputs of mean square 1).
#
# - [**Glorot**](https://keras.io/api/layers/initializers/#glorotuniform-class) draws uniformly between $-\ell$ and $\ell$ with $\ell = \sqrt{6 / (n_\mathrm{in} + n_\mathrm{out})}$.
#   A uniform distribution has the variance $\ell^2/3$, so that is $2 / (n_\mathrm{in} + n_\mathrm{out})$: a compromise, since activations on their way forward would keep their size with `n_in`, and slopes on their way back (you meet them below) with `n_out`.
# - [**He**](https://keras.io/api/layers/initializers/#henormal-class) draws from a normal distribution of mean 0 and variance $2 / n_\mathrm{in}$.
#   The 2 makes up for the half of the sums that ReLU sets to zero.
#
# **Task.** Write `initial_weights`.
# All chance comes from the random generator `rng`, and a method other than `"glorot"` and `"he"` raises `ValueError`.
#
# <details><summary>Hint 1</summary>
#
# [`rng.uniform`](https://numpy.org/doc/stable/reference/random/generated/numpy.random.Generator.uniform.html) takes the two limits, [`rng.normal`](https://numpy.org/doc/stable/reference/random/generated/numpy.random.Generator.normal.html) mean and *standard deviation*; both take a shape as `size`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The standard deviation is the root of the variance.
# Two branches with `if`, each of which returns its array; what is left after them is an unknown method.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "initial-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def initial_weights(rng, n_in, n_out, method):
    """Random weights (n_in, n_out) of a layer with n_in inputs and n_out neurons.

    rng: a numpy random Generator, the only source of chance. method: "glorot" (uniform) or "he" (normal).
    Raises ValueError for another method.
    """
    ### BEGIN SOLUTION
    if method == "glorot":
        limit = np.sqrt(6 / (n_in + n_out))
        return rng.uniform(-limit, limit, size=(n_in, n_out))
    if method == "he":
        return rng.normal(0, np.sqrt(2 / n_in), size=(n_in, n_out))
    raise ValueError(f"unknown method {method!r}: there are 'glorot' and 'he'")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "initial-weights-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

for method in ("glorot", "he"):
    for n_in, n_out in ((100, 50), (30, 200), (2, 8)):
        checks.initialises(initial_weights, n_in, n_out, method)
says = "an unknown method, here 'zeros', must raise ValueError"
checks.raises(ValueError, initial_weights, np.random.default_rng(1), 4, 3, "zeros", says=says)
checks.passed("limits, variances and shapes of the distributions are right, and all chance comes from rng")
### BEGIN HIDDEN TESTS
for method in ("glorot", "he"):
    for n_in, n_out in ((400, 20), (10, 300), (64, 64), (1, 5), (3, 1)):
        checks.initialises(initial_weights, n_in, n_out, method)
for method in ("Glorot", "", "uniform"):
    checks.raises(
        ValueError,
        initial_weights,
        np.random.default_rng(1),
        4,
        3,
        method,
        says=f"an unknown method, here {method!r}, must raise ValueError",
    )
### END HIDDEN TESTS

# %% [markdown]
# What the choice does shows in a deep network.
# Send 500 events through ten layers of 100 neurons, with weights from your function, and, for comparison, with weights drawn uniformly between −10 and 10.

# %%
def through_layers(activation, draw, n_layers=10, width=100):
    """The activations (500, width) after each layer. draw: a function of a generator that gives (width, width) weights."""
    rng = np.random.default_rng(SEED)
    values, found = rng.normal(size=(500, width)), []
    for _ in range(n_layers):
        values = activation(values @ draw(rng))
        found.append(values)
    return found


draws = {
    "He": lambda rng: initial_weights(rng, 100, 100, "he"),
    "Glorot": lambda rng: initial_weights(rng, 100, 100, "glorot"),
    "uniform ±10": lambda rng: rng.uniform(-10, 10, size=(100, 100)),
}

# %%
figure, panels = plt.subplots(1, 2, figsize=(13, 5))
layers = np.arange(1, 11)
for (name, draw), style in zip(draws.items(), ("o-", "s--", "^:"), strict=True):
    variances = [values.var() for values in through_layers(relu, draw)]
    panels[0].plot(layers, variances, style, label=name)
    slopes = [np.mean(1 - values**2) for values in through_layers(tanh, draw)]
    panels[1].plot(layers, slopes, style, label=name)
panels[0].set(title="layers of ReLU", xlabel="layer", ylabel="variance of the activations", yscale="log")
panels[0].set(ylim=(1e-4, 1e6), xlim=(0.5, 10.5), xticks=layers)
panels[1].set(
    title="layers of tanh", xlabel="layer", ylabel="mean slope of the activation", ylim=(-0.05, 1.4), xticks=layers
)
for axes, side in zip(panels, ("right", "left"), strict=True):
    axes.legend(loc=f"upper {side}")
plt.show()


# %% [markdown]
# *Figure: left, the variance of the activations after each of ten layers of ReLU, on a logarithmic scale.
# With He it stays near one, with Glorot each layer halves it, and with weights between −10 and 10 each layer multiplies it by more than a thousand, so that it leaves the panel after the first.
# Right, the mean slope of tanh in ten layers of it.
# With Glorot it rises from about 0.6 to nearly 1, because the activations shrink from layer to layer, with He it rises from a little below 0.5 to at most 0.7, and with weights between −10 and 10 it is nearly zero in every layer.*

# %% [markdown]
# **Question.** Weights are drawn uniformly between −10 and 10.
# What happens to the sums and to the slopes of tanh in such a network, and what does it mean for its training?

# %% [markdown] nbgrader={"grade": true, "grade_id": "weights-of-ten", "locked": false, "points": 1, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The variance of such a weight is 100/3, so a sum over 100 inputs has a deviation of some tens: each neuron is saturated, its output is 1 or −1, and its slope nearly 0.
# The gradient of a weight is a product of such slopes, so it vanishes, and the layers hardly learn; with softmax or a sigmoid at the end the network is also quite sure of random answers, and its loss begins very high.
# (With ReLU the activations explode instead, and so do loss and gradients.)
#
# **Marking scheme.** 1 point: large sums, saturated neurons with a vanishing slope, so vanishing gradients or no learning.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Backward: the slope of the loss
#
# A training step needs the slope of the loss with respect to each parameter, the *gradient*.
# The chain rule gives it, from the output back to the inputs ([*backward propagation*](../glossary.md#backward-propagation)).
# Write $s = h W_2 + b_2$ for the sum before the sigmoid.
#
# 1. The slope of the cross-entropy with respect to $y$ is $-z/y + (1 - z)/(1 - y)$, and that of the sigmoid $y\,(1 - y)$.
#    Their product is simple: the loss of an event changes with $s$ by $y - z$.
#    With its weight and the mean over $N$ events: $d_i = w_i\,(y_i - z_i)/N$.
# 2. $s$ is linear in $W_2$ and $b_2$, so their gradients are $\sum_i h_i d_i$ and $\sum_i d_i$.
# 3. Back into the hidden layer: neuron $j$ of event $i$ gets $d_i$ times its weight $W_{2,j}$, times the slope of its tanh, $1 - h_{ij}^2$.
# 4. Now the gradients of $W_1$ and $b_1$ follow as in 2, with the inputs in place of the hidden neurons.
#
# Use $y - z$ as it stands in 1.
# The single factors break down where $y$ rounds to 0 or 1: just there an event that is wrong must pull most.
# (The clip of the loss plays no part in the gradient, in Keras neither.)
#
# **Task.** Write `gradients`.
#
# <details><summary>Hint 1</summary>
#
# Sums over events of products are matrix products: `h.T @ d[:, None]` has the shape of $W_2$, and `d.sum()` belongs to $b_2$, in an array of shape `(1,)`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Compute `h` and `y` again as in `forward`.
# `d[:, None] * W2[:, 0]` is the table (n_events, n_hidden) of step 3 before the slopes; multiply it by `1 - h**2`, and use it like `d` in step 2: `inputs.T @ table` and `table.sum(axis=0)`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gradients(parameters, inputs, labels, weights):
    """The gradient of the weighted mean binary cross-entropy: a list of four arrays, shaped like the parameters.

    parameters: [W1 (n_inputs, n_hidden), b1 (n_hidden,), W2 (n_hidden, 1), b2 (1,)], those of forward.
    inputs: (n_events, n_inputs). labels, weights: (n_events,). Label 1 is signal.
    """
    ### BEGIN SOLUTION
    w1, b1, w2, b2 = parameters
    hidden = tanh(inputs @ w1 + b1)
    outputs = sigmoid(hidden @ w2 + b2)[:, 0]
    at_output = (weights * (outputs - labels) / len(labels))[:, None]
    at_hidden = at_output * w2[:, 0] * (1 - hidden**2)
    return [inputs.T @ at_hidden, at_hidden.sum(axis=0), hidden.T @ at_output, at_output.sum(axis=0)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "gradients-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng = np.random.default_rng(9)
for n_events, n_inputs, n_hidden, scale in ((6, 2, 3, 1), (1, 4, 1, 1), (6, 2, 3, 1e-7), (9, 3, 2, 1)):
    parameters = [rng.normal(size=s) for s in ((n_inputs, n_hidden), (n_hidden,), (n_hidden, 1), (1,))]
    inputs, labels = rng.normal(size=(n_events, n_inputs)), np.arange(n_events) % 2
    checks.propagates_back(gradients, parameters, inputs, labels, scale * rng.uniform(0, 3, n_events))
sure = [np.ones((2, 1)), np.zeros(1), np.full((1, 1), 100.0), np.zeros(1)]
checks.propagates_back(gradients, sure, np.array([[1.0, 1.0], [-1.0, 0.0]]), np.array([0.0, 1.0]), np.ones(2))
checks.passed("four gradients agree with the finite differences of the loss, where an output is 0 or 1, too")
### BEGIN HIDDEN TESTS
for n_events, n_inputs, n_hidden, scale in ((20, 5, 4, 1), (1, 1, 1, 2), (4, 4, 4, 1e-6), (50, 2, 8, 100)):
    parameters = [0.7 * rng.normal(size=s) for s in ((n_inputs, n_hidden), (n_hidden,), (n_hidden, 1), (1,))]
    inputs, labels = rng.normal(size=(n_events, n_inputs)), rng.integers(2, size=n_events)
    events = inputs, labels, scale * rng.exponential(size=n_events)
    checks.propagates_back(gradients, parameters, *events)
    checks.propagates_back(gradients, parameters, inputs, labels.astype(float), np.zeros(n_events))
    checks.propagates_back(
        gradients, [array.astype("float32") for array in parameters], *(array.astype("float32") for array in events)
    )
checks.propagates_back(gradients, sure, np.array([[-2.0, 1.0], [3.0, 1.0]]), np.array([1, 0]), np.array([2.0, 0.5]))
### END HIDDEN TESTS

# %% [markdown]
# The way to trust a gradient is the one that the check took: move one parameter a little up and a little down, and look by how much the loss changes.

# %%
rng = np.random.default_rng(SEED)
some = rng.normal(size=(20, 2)), rng.integers(2, size=20), rng.exponential(size=20)
network = [initial_weights(rng, 2, 4, "glorot"), np.zeros(4), initial_weights(rng, 4, 1, "glorot"), np.zeros(1)]


def loss_with(shift):
    """The loss when the first weight of the hidden layer is moved by shift."""
    moved = [array.copy() for array in network]
    moved[0][0, 0] += shift
    return binary_cross_entropy(some[1], forward(moved, some[0]), some[2])


print(f"finite difference {(loss_with(1e-5) - loss_with(-1e-5)) / 2e-5:.6f}")
print(f"your gradient     {gradients(network, *some)[0][0, 0]:.6f}")


# %% [markdown]
# Backward propagation costs about as much as two passes forward, and gives the slopes of *all* parameters at once.
# Finite differences need two passes for each parameter.

# %% [markdown]
# ## Downhill
#
# The gradient points to where the loss rises most.
# [Gradient descent](../glossary.md#gradient-descent) goes the other way, by the [learning rate](../glossary.md#learning-rate) $r$ times the gradient:
#
# $$\theta_\mathrm{new} = \theta - r\,\frac{\partial L}{\partial \theta}$$
#
# **Task.** Write `gradient_descent_step`.
# It returns a new list and leaves the lists and arrays that it was given as they are.
#
# <details><summary>Hint 1</summary>
#
# `zip` gives parameters and gradients in pairs.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A list comprehension over the pairs: `array - …` is a new array, while `array -= …` would change the old one.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "gradient-descent-step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gradient_descent_step(parameters, gradients, rate):
    """A new list of parameters, after one step of gradient descent.

    parameters: list of any number of arrays of any shapes. gradients: list of arrays of the same shapes. rate: a number.
    """
    ### BEGIN SOLUTION
    return [array - rate * gradient for array, gradient in zip(parameters, gradients, strict=True)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "gradient-descent-step-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

parameters, slopes = (
    [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([4.0])],
    [np.array([[0.5, 2.0], [0.0, -1.0]]), -np.ones(1)],
)
for rate in (0.1, 2.0, 1e-5):
    checks.descends(gradient_descent_step, parameters, slopes, rate)
checks.descends(gradient_descent_step, parameters[:1], [1e-7 * slopes[0]], 0.1)
checks.passed("every parameter goes downhill, by the rate times its gradient, and nothing given was changed")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(10)
for dtype in ("float32", "float64"):
    for shapes in (((3,),), ((2, 5), (5,), (5, 1), (1,)), ((2, 3, 4), (1, 1), (6,))):
        parameters, slopes = ([rng.normal(size=shape).astype(dtype) for shape in shapes] for _ in range(2))
        checks.descends(gradient_descent_step, parameters, slopes, 0.03)
checks.descends(gradient_descent_step, [np.ones(2)], [np.array([3.0, -1.0])], 0.0)
### END HIDDEN TESTS

# %% [markdown]
# ## A rate that falls
#
# A gradient from a batch of events is noisy.
# Steps of one length then never come to rest but dance around the minimum.
# A remedy is a rate that falls with the step $t = 0, 1, 2, …$, with the *decay* $D$:
#
# $$r_t = \frac{r_0}{1 + D\,t}$$
#
# In Keras this is a schedule that the optimiser is given as its rate, [`InverseTimeDecay`](https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/); the argument `decay=` of older versions is gone.
#
# **Task.** Write `learning_rate`.
#
# <details><summary>Hint 1</summary>
#
# Try it by hand: with $r_0 = 0.1$ and $D = 0.5$ the rates are 0.1, 0.0667, 0.05, 0.04, …
#
# </details>
# <details><summary>Hint 2</summary>
#
# It is one line, the formula; nothing has to be kept from step to step.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "learning-rate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def learning_rate(step, initial, decay):
    """The learning rate at a step, a number. step: 0, 1, 2, … initial: the rate at step 0. decay: 0 or positive."""
    ### BEGIN SOLUTION
    return initial / (1 + decay * step)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "learning-rate-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for initial, decay in ((0.1, 0.5), (1.0, 1e-3), (5e-3, 2.0), (0.3, 0.0)):
    checks.decays(learning_rate, initial, decay, steps=(0, 1, 2, 3, 10, 1000))
checks.passed("the rate begins at its initial value and falls as one over 1 + decay times step")
### BEGIN HIDDEN TESTS
for initial, decay in ((0.01, 1e-5), (2.0, 0.1), (1e-5, 1e-2), (0.7, 3.0), (0.2, 0.0)):
    checks.decays(learning_rate, initial, decay, steps=(0, 5, 7, 123456))
    checks.decays(learning_rate, initial, decay, steps=(11,))
### END HIDDEN TESTS

# %% [markdown]
# ## Adam
#
# Plain descent takes large steps along steep directions and small ones along flat ones; often one would like the opposite.
# [Adam](../glossary.md#adam) ([D. P. Kingma and J. Ba](https://arxiv.org/abs/1412.6980)) gives each parameter a step of its own.
# For the gradient $g_t$ of step $t = 1, 2, 3, …$ it keeps two running averages, which begin at 0:
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\,g_t \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\,g_t^2$$
#
# Because of their beginning at 0 both are too small at first.
# The corrected averages are what counts:
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t} \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t} \qquad \theta_t = \theta_{t-1} - r\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
#
# We take the numbers of Keras, $\beta_1 = 0.9$, $\beta_2 = 0.999$ and $\epsilon = 10^{-7}$.
# $\epsilon$ keeps a parameter that never had a gradient from 0/0: it stays where it is.
# It is added to the root.
# Below the root, $\sqrt{\hat v_t + \epsilon}$, it would be at least $3 \cdot 10^{-4}$ and outweigh small gradients.
# (Keras adds it to $\sqrt{v_t}$, before the correction; the check accepts that form, too.)
#
# **Task.** Write `adam_step`.
# It returns three new lists, the parameters, the means $m_t$ and the squares $v_t$ (both *without* the correction, since the next step begins with them), and leaves what it was given as it is.
#
# <details><summary>Hint 1</summary>
#
# Make three lists, one after the other: first the new means, then the new squares, then the parameters from these two.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `BETA_1**step` is the power in the correction. Corrected averages are needed only for the third list; do not store them in the first two.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "adam-step", "locked": false, "schema_version": 3, "solution": true, "task": false}
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


def adam_step(parameters, gradients, means, squares, step, rate):
    """New lists of parameters, means and squares, after one step of Adam.

    parameters, gradients, means, squares: lists of arrays of the same shapes. means and squares are 0 before step 1.
    step: 1, 2, 3, … rate: a number.
    """
    ### BEGIN SOLUTION
    means = [BETA_1 * mean + (1 - BETA_1) * g for mean, g in zip(means, gradients, strict=True)]
    squares = [BETA_2 * square + (1 - BETA_2) * g**2 for square, g in zip(squares, gradients, strict=True)]
    first, second = 1 - BETA_1**step, 1 - BETA_2**step
    parameters = [
        array - rate * (mean / first) / (np.sqrt(square / second) + EPSILON)
        for array, mean, square in zip(parameters, means, squares, strict=True)
    ]
    return parameters, means, squares
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "adam-step-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

checks.adapts(adam_step, [np.array([1.0, -2.0, 0.5])], rate=0.1)
checks.adapts(adam_step, [np.ones((2, 3)), np.zeros(3), np.full((3, 1), -0.5), np.zeros(1)], rate=5e-3)
checks.adapts(adam_step, [np.array([0.3, -0.1, 0.2, 0.0])], rate=0.1, scale=1e-7)
checks.passed("ten steps are those of Adam, also for tiny gradients and none, and nothing given was changed")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(11)
for number, (dtype, rate) in enumerate((("float64", 1e-3), ("float32", 0.01), ("float64", 3.0))):
    for shapes in (((4,),), ((2, 5), (5,), (5, 1), (1,)), ((2, 3, 2), (3,))):
        parameters = [rng.normal(size=shape).astype(dtype) for shape in shapes]
        checks.adapts(adam_step, parameters, rate, n_steps=12, seed=number)
        checks.adapts(adam_step, [0 * array for array in parameters], rate, seed=number, scale=1e-7)
### END HIDDEN TESTS

# %% [markdown]
# What does the *first* step do?
# Try it with gradients of very different sizes.

# %%
slopes = np.array([100.0, 1.0, -0.01, -1e-4, 0.0])
begin, none = [np.zeros(5)], [np.zeros(5)]
after, _, _ = adam_step(begin, [slopes], none, none, step=1, rate=0.1)
print("gradient  ", slopes)
print("first step", after[0].round(3) + 0.0)

# %% [markdown]
# **Question.** "In the first step of Adam the gradient plays no role", says a tutorial.
# Put $t = 1$ into the formulas.
# What is right about the sentence, and what is wrong?

# %% [markdown] nbgrader={"grade": true, "grade_id": "first-step-of-adam", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# With $m_0 = v_0 = 0$ the corrected averages of the first step are $\hat m_1 = g$ and $\hat v_1 = g^2$, so the step is $-r\,g/(|g| + \epsilon)$: the learning rate, against the sign of the gradient.
# Wrong: the gradient decides the direction of each parameter's step.
# Right: its size plays no role (as long as it is large compared with $\epsilon$, and it is not zero).
#
# **Marking scheme.** 1 point: the first step is the rate times the sign of the gradient (downhill), so the gradient gives the direction.
# 1 point: its size drops out (unless it is as small as epsilon).
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Three ways down
#
# A valley that is twenty times steeper across than along is a simple picture of a loss.
# The three optimisers start at the same place, and all get the same noise on their gradients, as batches would give it.

# %%
STEEP = np.array([1.0, 20.0])


def descend(step_function, n_steps=60):
    """The positions (n_steps + 1, 2). step_function: of positions, gradients and the step 1, 2, …; returns positions."""
    rng = np.random.default_rng(SEED)
    here = [np.array([-2.5, 0.8])]
    path = [here[0]]
    for step in range(1, n_steps + 1):
        slope = STEEP * here[0] + rng.normal(0, 1.5, size=2)
        here = step_function(here, [slope], step)
        path.append(here[0])
    return np.array(path)


# %%
def with_adam(rate):
    """Steps of Adam, which keep its averages from one to the next."""
    kept = {"means": [np.zeros(2)], "squares": [np.zeros(2)]}

    def step_function(here, slopes, step):
        here, kept["means"], kept["squares"] = adam_step(here, slopes, **kept, step=step, rate=rate)
        return here

    return step_function


# %%
paths = {
    "plain descent": descend(lambda here, slopes, step: gradient_descent_step(here, slopes, 0.09)),
    "with decay": descend(lambda here, g, step: gradient_descent_step(here, g, learning_rate(step - 1, 0.09, 0.03))),
    "Adam": descend(with_adam(0.15)),
}

# %% tags=["show-in-book"]
figure, panels = plt.subplots(1, 3, figsize=(14, 5))
x, y = np.meshgrid(np.linspace(-3.2, 1.6, 200), np.linspace(-1.5, 1.5, 200))
for axes, (name, path) in zip(panels, paths.items(), strict=True):
    axes.contour(x, y, (STEEP[0] * x**2 + STEEP[1] * y**2) / 2, levels=(0.1, 0.5, 1.5, 4, 9, 18), colors="lightgrey")
    axes.plot(path[:, 0], path[:, 1], ".-", lw=1, label="path")
    axes.plot(*path[0], "o", color="C1", markersize=9, label="start")
    axes.plot(0, 0, "*", color="C3", markersize=14, label="minimum")
    axes.set(title=name, xlim=(-3.2, 1.6), ylim=(-1.5, 1.5), xlabel="first parameter", ylabel="second parameter")
    rest = np.mean(np.hypot(*path[-20:].T))
    print(f"{name:14s} mean distance from the minimum in the last 20 steps: {rest:.2f}")
panels[0].legend(loc="upper right", frameon=True)
plt.show()

# %% [markdown]
# *Figure: sixty steps on the same surface, whose lines of equal loss are grey.
# Plain descent (left) zigzags across the valley, since its rate is near the largest that the steep direction bears, and then dances around the minimum.
# With decay (middle) the zigzag and the dance die out.
# Adam (right) sets out at the same pace in both directions, overshoots the minimum once in a wide bend, and comes back to it.*
#
# None of them is best everywhere: a good rate matters more than the name of the optimiser.

# %% [markdown]
# ## Weights that teach nothing
#
# Now real events: the signal are pairs of light top squarks with a small mass difference to their decay product (the file `T2DegStop_550_520.root`), and the background is the production of a W boson with jets.
# Each event brings a weight, its cross-section divided by the number of generated events in pb, so that the sum of the weights is the cross-section of what was selected.
# We use two variables: the transverse momentum of the lepton (`LepPt`) and the missing transverse momentum (`Met`).
# Both have long tails, so we take their logarithms and then [normalise](../glossary.md#normalisation).

# %%
tables = [datasets.load_table(f"stop_search/train_{name}.csv.gz") for name in ("sig", "bkg")]
signal = tables[0][tables[0]["process"] == "T2DegStop_550_520.root"]
background = tables[1][tables[1]["process"].str.startswith("Wjets")]
events = [table.sample(min(len(table), 1000), random_state=SEED) for table in (signal, background)]
order = np.random.default_rng(SEED).permutation(sum(map(len, events)))
train_inputs = np.log(np.concatenate([table[["LepPt", "Met"]] for table in events]))[order]
train_inputs = (train_inputs - train_inputs.mean(axis=0)) / train_inputs.std(axis=0)
train_labels = np.repeat([1, 0], [len(table) for table in events])[order]
raw_weights = np.concatenate([table["weight"] for table in events])[order]
for label, name in ((1, "signal"), (0, "background")):
    mine = raw_weights[train_labels == label]
    print(f"{name:11s} {len(mine):4d} events, mean weight {mine.mean():.1e} pb, sum {mine.sum():.1e} pb")

# %% [markdown]
# Such weights are tiny, and the background outweighs the signal many times over.
# [*Balancing*](../glossary.md#balancing) cures both: in each class the weights are multiplied by one number, so that both classes have the same sum and the mean over all events is 1.
# (Which sum is a convention: the notebook *binary* takes the number of background events for both classes.)
# What differs from event to event within a class stays.

# %%
train_weights = raw_weights.copy()
for label in (0, 1):
    train_weights[train_labels == label] *= len(train_labels) / 2 / train_weights[train_labels == label].sum()
share = train_weights[train_labels == 1].sum() / train_weights.sum()
print(f"mean of all weights {train_weights.mean():.3f}, of which the signal has {share:.3f}")


# %% [markdown]
# The loss is linear in the weights, and so is its gradient.
# Below are the size of the gradient before the first step, for weights of different mean, and the first hundred steps of four trainings, with all events in each step.

# %%
def new_network(n_hidden=8):
    rng = np.random.default_rng(SEED)
    first, last = initial_weights(rng, 2, n_hidden, "glorot"), initial_weights(rng, n_hidden, 1, "glorot")
    return [first, np.zeros(n_hidden), last, np.zeros(1)]


def size(arrays):
    """The root of the sum of all squares."""
    return np.sqrt(sum(np.sum(array**2) for array in arrays))


scales = 10.0 ** np.arange(-8, 1)
sizes = [size(gradients(new_network(), train_inputs, train_labels, scale * train_weights)) for scale in scales]
raw_size = size(gradients(new_network(), train_inputs, train_labels, raw_weights))
print(f"gradient / its value for balanced weights, for mean weights of 1e-7: {sizes[1] / sizes[-1]:.1e}")


# %%
def relative_losses(weights, use_adam, n_steps=100):
    """The loss before each step, divided by the first: plain descent with rate 0.3, or Adam with rate 0.05."""
    network, losses = new_network(), []
    means = squares = [np.zeros_like(array) for array in network]
    for step in range(1, n_steps + 1):
        losses.append(binary_cross_entropy(train_labels, forward(network, train_inputs), weights))
        slopes = gradients(network, train_inputs, train_labels, weights)
        if use_adam:
            network, means, squares = adam_step(network, slopes, means, squares, step, 0.05)
        else:
            network = gradient_descent_step(network, slopes, 0.3)
    return np.array(losses) / losses[0]


# %%
figure, panels = plt.subplots(1, 2, figsize=(13, 5))
panels[0].loglog(scales, sizes, "o-", label="balanced weights, times a factor")
panels[0].loglog(raw_weights.mean(), raw_size, "s", color="C3", markersize=9, label="weights in pb, as they are")
panels[0].set(xlabel="mean event weight", ylabel="size of the first gradient", xlim=(3e-9, 3), ylim=(1e-10, 10))
for use_adam, style in ((False, "-"), (True, "--")):
    for scale, color, mean in ((1, "C0", "1"), (1e-7, "C1", "$10^{-7}$")):
        name = "Adam" if use_adam else "plain descent"
        curve = relative_losses(scale * train_weights, use_adam)
        panels[1].plot(curve, style, color=color, lw=2.5, label=f"{name}, mean weight {mean}")
panels[1].set(xlabel="step", ylabel="loss / loss before the first step", xlim=(0, 100), ylim=(0, 1.6))
for axes in panels:
    axes.legend(loc="upper left")
plt.show()


# %% [markdown]
# *Figure: left, the size of the first gradient against the mean of the event weights, both on logarithmic scales: a straight line, since one goes with the other.
# The point for the weights in pb lies near it, far to the left of mean 1.
# Right, the loss, divided by its first value.
# With mean weight 1 the loss falls within a few steps for both optimisers.
# With mean weight 10⁻⁷ that of plain descent stays at its first value, a horizontal line; that of Adam falls, but takes some ten times as many steps.
# So it is with this Adam; Keras's adds ε before the correction, where it weighs more in the first steps, and takes some thirty times as many.*
#
# Look at the left panel again: nothing in the *shape* of the problem has changed, only its units.
# But a learning rate has units, too, and the usual ones (10⁻⁵ to 10⁻²) are made for weights of order 1.
# Adam divides the units out, down to the point where $\epsilon = 10^{-7}$ is no longer small compared with a gradient.
# Balance the weights, and neither needs luck.

# %% [markdown]
# **Question.** A colleague trains on weights of order 10⁻⁷ with plain gradient descent.
# Her loss is tiny from the first epoch on, and stays as it is.
# Why does the network learn nothing, although its loss is so small?
# What should she do?

# %% [markdown] nbgrader={"grade": true, "grade_id": "weights-that-teach-nothing", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The loss is the mean of weight times cross-entropy, so it is small because the weights are, not because the answers are right.
# Its gradient is proportional to the weights as well, of order 10⁻⁷, and a step of plain descent is the rate times the gradient: the parameters, of order 1, do not move.
# She should balance (normalise) the weights, so that their mean is of order 1 in both classes: multiply each class by one number.
# Raising the learning rate by 10⁷ would do the same for plain descent, but it does not repair the balance of the classes, and Adam's ε stays as it is.
#
# **Marking scheme.** 1 point: loss and gradient are proportional to the weights, so steps of rate times gradient are tiny; a small loss says nothing here.
# 1 point: balance or normalise the weights to order 1 (accept a rate that makes up for it, if the answer says what is lost).
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## A price on large weights
#
# A few large weights make a few neurons dominate, and the network follows the chance fluctuations of its training events.
# A penalty that is added to the loss keeps the weights small ([*regularisation*](../glossary.md#regularisation)):
#
# $$L_2 = \lambda \sum w^2$$
#
# The sum runs over all entries of all weight arrays of the network (biases are usually left out), and $\lambda$ is its *strength*.
# Its gradient is $2 \lambda w$: each step pulls each weight a little towards zero.
# In Keras it is the `kernel_regularizer` of a [layer](https://keras.io/api/layers/regularizers/).
# Keras adds the penalty to the loss that it reports for training *and* validation; other programs, and some tutorials, leave it out of the validation loss, which then lies lower.
# So say which of the two you quote.
#
# **Task.** Write `l2_penalty`.
#
# <details><summary>Hint 1</summary>
#
# The arrays differ in shape, so they do not fit into one array: add up array by array.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.sum(array**2)` is the sum of the squares of one array, whatever its shape. Python's `sum` adds up these numbers.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "l2-penalty", "locked": false, "schema_version": 3, "solution": true, "task": false}
def l2_penalty(weights, strength):
    """Strength times the sum of the squares of all entries, a number. weights: list of arrays of any shapes."""
    ### BEGIN SOLUTION
    return strength * sum(np.sum(array**2) for array in weights)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "l2-penalty-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

for strength in (0.01, 3.0, 0.0):
    checks.penalises(l2_penalty, [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[4.0], [-1.0]])], strength)
checks.penalises(l2_penalty, [np.array([[0.1, 0.2, -0.3]])], 1e-5)
checks.passed("the penalty is the strength times the sum of the squares of all entries of all arrays")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(12)
for dtype in ("float32", "float64"):
    for shapes in (((12, 50), (50, 50), (50, 1)), ((3, 3, 1, 8), (5,)), ((1, 1),)):
        checks.penalises(l2_penalty, [rng.normal(size=shape).astype(dtype) for shape in shapes], 0.2)
checks.penalises(l2_penalty, [np.zeros((2, 2)), np.zeros(3)], 0.5)
### END HIDDEN TESTS

# %% [markdown]
# ## Batches
#
# A step from all events is exact but dear.
# So the events are cut into [batches](../glossary.md#batch), and each batch makes one update of the parameters: many steps an [epoch](../glossary.md#epoch), each from a gradient with some noise.
# Keras keeps the last batch even if it is smaller than the others.
# A batch larger than the sample holds all of it: one update an epoch.
#
# **Task.** Write `updates_per_epoch`.
#
# <details><summary>Hint 1</summary>
#
# 10 events in batches of 4 are batches of 4, 4 and 2: three updates. 8 events make two.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Divide and round up; [`math.ceil`](https://docs.python.org/3/library/math.html#math.ceil) does it, or `//` with a little help.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "updates-per-epoch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def updates_per_epoch(n_events, batch_size):
    """How many updates an epoch makes, a whole number: the last batch may be smaller. Both arguments: at least 1."""
    ### BEGIN SOLUTION
    return -(-n_events // batch_size)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "updates-per-epoch-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for n_events, batch_size in ((10, 4), (8, 4), (100, 32), (5, 5), (3, 10), (1, 1), (7, 1), (1001, 100)):
    checks.counts_updates(updates_per_epoch, n_events, batch_size)
checks.passed("an epoch makes as many updates as there are batches, the last, smaller one included")
### BEGIN HIDDEN TESTS
for n_events, batch_size in ((1000, 128), (1024, 128), (12345, 5000), (2, 3), (49, 7), (50, 7), (55, 7), (10**9, 3)):
    checks.counts_updates(updates_per_epoch, n_events, batch_size)
### END HIDDEN TESTS

# %% [markdown]
# ## Your network, trained
#
# All pieces together.
# `train` cuts the events into batches, in the order in which they are, and makes a step of Adam for each.
# The loss of an epoch is the mean over its events, each with the parameters that the network had *before* the step of its batch: so does Keras count it.

# %%
def train(network, epochs, batch_size, rate):
    """Train with Adam. Returns the parameters and the loss of each epoch, (epochs,)."""
    means = squares = [np.zeros_like(array) for array in network]
    losses, step = np.zeros(epochs), 0
    for epoch in range(epochs):
        for first in range(0, len(train_labels), batch_size):
            batch = [array[first : first + batch_size] for array in (train_inputs, train_labels, train_weights)]
            loss = binary_cross_entropy(batch[1], forward(network, batch[0]), batch[2])
            losses[epoch] += loss * len(batch[1]) / len(train_labels)
            step += 1
            slopes = gradients(network, *batch)
            network, means, squares = adam_step(network, slopes, means, squares, step, rate)
    return network, losses


# %%
EPOCHS, BATCH_SIZE, RATE = 20, 128, 0.01
trained, losses = train(new_network(), EPOCHS, BATCH_SIZE, RATE)
n_updates = EPOCHS * updates_per_epoch(len(train_labels), BATCH_SIZE)
print(f"{len(train_labels)} events, {n_updates} updates: the loss fell from {losses[0]:.3f} to {losses[-1]:.3f}")

# %%
figure, axes = plt.subplots(figsize=(8, 5.5))
low, high = np.floor(train_inputs.min(axis=0)), np.ceil(train_inputs.max(axis=0))
grid = np.stack(np.meshgrid(*np.linspace(low, high, 150).T), axis=-1)
probability = forward(trained, grid.reshape(-1, 2)).reshape(150, 150)
shown = axes.pcolormesh(grid[..., 0], grid[..., 1], probability, cmap="RdBu_r", vmin=0, vmax=1, rasterized=True)
rng = np.random.default_rng(SEED)
for label, marker, name in ((0, "o", "W + jets"), (1, "^", "signal")):
    mine = np.flatnonzero(train_labels == label)
    some = train_inputs[rng.choice(mine, 200, p=train_weights[mine] / train_weights[mine].sum())]
    axes.plot(some[:, 0], some[:, 1], marker, color="k", markersize=5, mfc="none", mew=0.8, label=name)
axes.set(xlabel="logarithm of LepPt, normalised", ylabel="logarithm of Met, normalised")
axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
axes.legend(loc="upper right", frameon=True)
figure.colorbar(shown, ax=axes, label="output of your network")
plt.show()

# %% [markdown]
# *Figure: the output of your network in the plane of its two inputs, and two hundred draws from each class, in which an event appears as often as its weight says (a heavy one more than once, at the same place).
# Compared with W + jets, signal has soft leptons and much missing momentum: the output is high (red) at the upper left and falls to the right, and the border between the two is bent.*

# %% [markdown]
# ## Against Keras
#
# Only now comes TensorFlow.
# First piece by piece: your losses, your activations, and ten steps of your Adam.
# Keras computes with 32-bit numbers, which keep seven digits; so differences of order $10^{-7}$ to $10^{-6}$ are rounding.
# (It also puts $\epsilon$ at another place, before the correction; that shows only for tiny gradients, as in *Weights that teach nothing*: with mean weights of 10⁻⁷ its Adam needs some thirty times as many steps as with 1, yours some ten times.)

# %%
import keras

outputs, x = forward(trained, train_inputs), np.linspace(-5, 5, 101).reshape(1, -1)
theirs = {
    "loss": (
        keras.losses.BinaryCrossentropy()(train_labels[:, None], outputs[:, None], train_weights),
        binary_cross_entropy(train_labels, outputs, train_weights),
    ),
    "relu": (keras.ops.relu(x), relu(x)),
    "tanh": (keras.ops.tanh(x), tanh(x)),
    "sigmoid": (keras.ops.sigmoid(x), sigmoid(x)),
    "softmax": (keras.ops.softmax(x), softmax(x)),
}
for name, (their, mine) in theirs.items():
    print(f"{name:8s} agrees to 1e-5: {np.allclose(keras.ops.convert_to_numpy(their), mine, rtol=1e-5, atol=1e-5)}")

# %%
rng = np.random.default_rng(SEED)
variable, optimiser = keras.Variable(np.zeros(6, "float32")), keras.optimizers.Adam(0.01)
mine, means, squares = [np.zeros(6)], [np.zeros(6)], [np.zeros(6)]
for step in range(1, 11):
    slopes = rng.normal(size=6)
    optimiser.apply([keras.ops.convert_to_tensor(slopes, "float32")], [variable])
    mine, means, squares = adam_step(mine, [slopes], means, squares, step, 0.01)
difference = np.abs(keras.ops.convert_to_numpy(variable) - mine[0]).max()
print(f"ten steps of Adam agree to 1e-5: {difference < 1e-5}")


# %% [markdown]
# Then the training, from the same first parameters and in the same batches.

# %%
def keras_network(activation, n_hidden=8):
    network = keras.Sequential([
        keras.Input((2,)),
        keras.layers.Dense(n_hidden, activation=activation),
        keras.layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    network.compile(optimizer=keras.optimizers.Adam(RATE), loss="binary_crossentropy")
    network.set_weights(new_network(n_hidden))
    return network


fit = {"batch_size": BATCH_SIZE, "epochs": EPOCHS, "shuffle": False, "sample_weight": train_weights, "verbose": 0}
keras_losses = keras_network("tanh").fit(train_inputs, train_labels, **fit).history["loss"]
print(f"all {EPOCHS} losses agree to 1e-4: {np.allclose(losses, keras_losses, rtol=0, atol=1e-4)}")

# %%
figure, axes = plt.subplots()
epochs = np.arange(1, EPOCHS + 1)
axes.plot(epochs, keras_losses, lw=5, color="lightgrey", label="Keras")
axes.plot(epochs, losses, "o", label="yours")
axes.set(xlabel="epoch", ylabel="weighted loss", xlim=(0, EPOCHS + 1), ylim=(0, 1), xticks=range(0, EPOCHS + 1, 5))
axes.legend()
plt.show()

# %% [markdown]
# *Figure: the loss of each epoch, of your network (points) and of Keras's (line).
# They lie on each other.*
#
# There is nothing in Keras's training that you have not written.

# %% [markdown]
# ## Going further
#
# Give `forward` and `gradients` a second hidden layer, and check the gradients by finite differences.
# Or add the gradient of `l2_penalty` to your `train`, and look at how the weights of the trained network shrink with the strength.
# How strong must it be before the loss on the validation events (`val_sig.csv.gz`, `val_bkg.csv.gz`, scaled as the training events were) gets worse?

# %% [markdown]
# [← Exercise 6: training](../ex6_out_of_core/generators.ipynb) · [Start](../start.md) · [NN metrics: binary →](../nn_metrics/binary.ipynb)
