"""The check of a dense network's layers, activations and first parameters, on stand-ins for Keras's."""

import itertools

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "linear": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": lambda x: np.ones_like(x),
    "double": lambda x: 2 * np.maximum(x, 0),
}


class Dense:
    def __init__(self, matrix, bias, activation):
        self.units, self.parameters, self.activation = matrix.shape[1], [matrix, bias], activation

    def get_weights(self):
        return self.parameters


class Network:
    def __init__(self, sizes=(12, 50, 50, 1), hidden="relu", last="sigmoid", draw=None, bias=0.0):
        rng = np.random.default_rng(1)
        draw = draw or (lambda n, shape: _cut_normal(rng, shape) * np.sqrt(2 / n))
        self.layers = [
            Dense(draw(n, (n, m)), np.full(m, bias), hidden if m == 50 else last) for n, m in itertools.pairwise(sizes)
        ]

    def predict(self, values, batch_size=None, verbose=0):
        for layer in self.layers:
            matrix, bias = layer.parameters
            values = ACTIVATIONS[layer.activation](values @ matrix + bias)
        return values

    def get_weights(self):
        return [array for layer in self.layers for array in layer.parameters]


def _cut_normal(rng, shape):
    values = rng.normal(size=(10, *shape))
    first = np.argmax(np.abs(values) < 2, axis=0)
    return np.take_along_axis(values, first[None], axis=0)[0] / 0.8796


def check(network, first=None):
    checks.builds_dense(network, network.get_weights() if first is None else first, 12, (50, 50, 1))


def test_builds_dense():
    check(Network())


def glorot(n, shape):
    return np.random.default_rng(2).uniform(-1, 1, shape) * np.sqrt(6 / sum(shape))


def uniform(n, shape):
    return np.random.default_rng(2).uniform(-1, 1, shape) * np.sqrt(6 / n)


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"sizes": (12, 50, 1)}, "have 50, 1 units, but 50, 50, 1 are expected"),
        ({"sizes": (17, 50, 50, 1)}, "network takes 17 inputs"),
        ({"hidden": "linear"}, "the hidden layers have no activation"),
        ({"hidden": "tanh", "last": "linear"}, "have tanh, not ReLU and the output has no activation"),
        ({"last": "softmax"}, "a softmax of one unit is always 1"),
        ({"hidden": "double"}, "has it other layers"),
        ({"draw": glorot}, "this is Glorot's width"),
        ({"draw": uniform}, "drawn by he_uniform"),
        ({"draw": lambda n, shape: 3 * uniform(n, shape)}, "3.0. times as wide"),
        ({"bias": 0.1}, "should start at 0"),
    ],
)
def test_builds_dense_says_what_is_wrong(choices, says):
    with pytest.raises(CheckFailed, match=says):
        check(Network(**choices))


def test_builds_dense_says_what_no_network_is():
    with pytest.raises(CheckFailed, match="should be a Keras network"):
        checks.builds_dense(3, [], 12, (50, 50, 1))
    with pytest.raises(CheckFailed, match="list of arrays that"):
        check(Network(), first=np.zeros(3))
    with pytest.raises(CheckFailed, match="before the training"):
        check(Network(), first=[np.zeros(3)])
    lacking = Network()
    lacking.layers[0].get_weights = list
    with pytest.raises(CheckFailed, match="begin with"):
        checks.builds_dense(lacking, [], 12, (50, 50, 1))
