"""The checks of networks of any shape, and of the number of their parameters."""

from itertools import pairwise

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed


class Dense:
    def __init__(self, parameters):
        self.parameters, self.units = parameters, len(parameters[1])

    def get_weights(self):
        return self.parameters


class Network:
    """What the check asks of a network of Keras: layers with ReLU between them, and a softmax."""

    def __init__(self, sizes, seed=1, width=1.0):
        rng = np.random.default_rng(seed)
        self.layers = []
        for n, m in pairwise(sizes):
            draws = rng.normal(0, 1, 9 * n * m)
            draws = draws[np.abs(draws) < 2][: n * m].reshape(n, m) / 0.88 * width * np.sqrt(2 / n)
            self.layers.append(Dense([draws, np.zeros(m)]))

    def get_weights(self):
        return [array for layer in self.layers for array in layer.parameters]

    def predict(self, inputs, batch_size=32, verbose=0):
        for number, layer in enumerate(self.layers):
            weights, bias = layer.parameters
            inputs = inputs @ weights + bias
            inputs = inputs if number == len(self.layers) - 1 else np.maximum(inputs, 0)
        powers = np.exp(inputs)
        return powers / powers.sum(axis=1, keepdims=True)


def network(n, width, depth, classes):
    return Network([n, *[width] * depth, classes])


@pytest.mark.parametrize("shape", [(36, 40, 2, 4), (21, 30, 1, 3), (15, 8, 0, 4)])
def test_builds_fully_connected(shape):
    checks.builds_fully_connected(network, *shape)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda n, w, d, c: network(n, w, d - 1, c), "makes 1 hidden layers for depth 2"),
        (lambda n, w, d, c: network(n, w, d, w), "makes 40 outputs for 4 classes"),
        (lambda n, w, d, c: Network([n, n, *[w] * d, c]), "makes a dense layer of the inputs"),
        (lambda n, w, d, c: network(n, w, d, 3), "40, 40, 3 units, but 40, 40, 4 are expected"),
        (lambda n, w, d, c: Network([n, *[w] * d, c], width=0.5), "he_normal"),
        (lambda n, w, d, c: "network", "should return a Keras network"),
    ],
)
def test_builds_fully_connected_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        checks.builds_fully_connected(wrong, 36, 40, 2, 4)
    assert says in str(failed.value)


def count(n, width, depth, classes, biases=True):
    sizes = [n, *[width] * depth, classes]
    return sum((a + biases) * b for a, b in pairwise(sizes))


SHAPES = ((36, 64, 3, 4), (21, 8, 1, 4), (15, 100, 0, 4))


def test_counts_parameters():
    checks.counts_parameters(count, *SHAPES)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda *s: count(*s, biases=False), "the biases are not counted"),
        (lambda n, w, d, c: count(n, w, d, c) - c, "without the biases of the output"),
        (lambda n, w, d, c: count(n, w, d, c) - d * w, "the biases of the hidden layers are not counted"),
        (lambda n, w, d, c: count(n, w, d, c) + n, "as if they had biases"),
        (lambda n, w, d, c: count(n, w, d + 1, c), "one hidden layer too many"),
        (lambda n, w, d, c: count(n, w, d - 1, c), "one hidden layer too few"),
        (lambda n, w, d, c: count(n, w, d, c) - (w + 1) * c, "the output layer is not counted"),
        (lambda n, w, d, c: count(n, w, d, c) - (n + 1) * w, "the first hidden layer is not counted"),
        (lambda n, w, d, c: d * w + c, "the neurons, not their parameters"),
        (lambda n, w, d, c: 7, "a network with 36 inputs, width 64, depth 3 and 4 classes has 10948 parameters, not 7"),
    ],
)
def test_counts_parameters_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        checks.counts_parameters(wrong, *SHAPES)
    assert says in str(failed.value)
