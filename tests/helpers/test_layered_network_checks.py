"""The checks of a list of layers' sizes and of the network that is built from it."""

from itertools import pairwise

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed


def layer_sizes(n_inputs, n_hidden, width, n_outputs):
    return [n_inputs] + [width] * n_hidden + [n_outputs]


def test_lists_layers():
    for given in ((15, 3, 30, 4), (6, 1, 8, 2), (3, 0, 5, 1)):
        checks.lists_layers(layer_sizes, *given)
        checks.lists_layers(lambda *numbers: np.array(layer_sizes(*numbers)), *given)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda n, h, w, m: [w] * h + [m], "the inputs are missing"),
        (lambda n, h, w, m: [n] + [w] * h, "the outputs are missing"),
        (lambda n, h, w, m: [w] * h, "inputs and outputs are missing"),
        (lambda n, h, w, m: layer_sizes(n, h + 1, w, m), "one hidden layer too many"),
        (lambda n, h, w, m: layer_sizes(n, h - 1, w, m), "one hidden layer too few"),
        (lambda n, h, w, m: layer_sizes(n, h, w, m)[::-1], "from the outputs to the inputs"),
        (lambda n, h, w, m: layer_sizes(n, w, h, m), "have changed places"),
        (lambda n, h, w, m: [n, m], "it should have 5 sizes"),
        (lambda n, h, w, m: [n, w, w, w + 1, m], "is wrong"),
        (lambda n, h, w, m: [layer_sizes(n, h, w, m)], "should be one list of sizes"),
        (lambda n, h, w, m: [n, [w] * h, m], "do its rows differ in length"),
        (lambda n, h, w: [n], "should be a list of sizes"),
    ],
)
def test_lists_layers_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.lists_layers(wrong, 15, 3, 30, 4)


class Dense:
    def __init__(self, matrix):
        self.units, self.parameters = matrix.shape[1], [matrix, np.zeros(matrix.shape[1])]

    def get_weights(self):
        return self.parameters


class Network:
    """Dense layers in NumPy, ReLU and a softmax."""

    def __init__(self, sizes, seed):
        rng = np.random.default_rng(seed)
        draws = [rng.normal(size=(10, *size)) for size in pairwise(sizes)]
        cut = [np.take_along_axis(d, np.argmax(np.abs(d) < 2, axis=0)[None], axis=0)[0] / 0.8796 for d in draws]
        self.layers = [Dense(matrix * np.sqrt(2 / len(matrix))) for matrix in cut]

    def get_weights(self):
        return [array for layer in self.layers for array in layer.parameters]

    def predict(self, values, batch_size=32, verbose=0):
        for layer in self.layers[:-1]:
            values = np.maximum(values @ layer.parameters[0], 0)
        powers = np.exp(values @ self.layers[-1].parameters[0])
        return powers / powers.sum(axis=1, keepdims=True)


def forgetful(sizes, seed):
    return Network([sizes.pop(0), *sizes], seed)


def test_builds_layers():
    checks.builds_layers(Network, [15, 30, 30, 30, 4], seeds=(3, 8))
    checks.builds_layers(Network, [40, 20, 3], seeds=(1, 2))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda sizes, seed: Network([15, 30, 4], seed), "have 30, 4 units, but 30, 30, 4 are expected"),
        (lambda sizes, seed: Network([20, 30, 30, 4], seed), "network takes 20 inputs"),
        (lambda sizes, seed: Network(sizes, 1), "networks of two seeds have the same first weights"),
        (lambda sizes, seed: Network(sizes, np.random.default_rng()), "the same seed gave two different networks"),
        (lambda sizes, seed: None, "should return a Keras network"),
        (forgetful, "changed the list of sizes"),
        (lambda sizes: None, r"should take the sizes \[15, 30, 30, 4\] and a seed"),
    ],
)
def test_builds_layers_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.builds_layers(wrong, [15, 30, 30, 4], seeds=(3, 8))
