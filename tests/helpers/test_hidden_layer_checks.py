"""Checks of a network with one hidden layer and of its gradients: each mistake gets its own sentence."""

import numpy as np
import pytest
from scipy.special import expit

from helpers import checks
from helpers.checks import CheckFailed

RNG = np.random.default_rng(5)


def drawn(n_events, n_inputs, n_hidden):
    parameters = [RNG.normal(size=shape) for shape in ((n_inputs, n_hidden), (n_hidden,), (n_hidden, 1), (1,))]
    inputs, labels = RNG.normal(size=(n_events, n_inputs)), np.arange(n_events) % 2
    return parameters, inputs, labels, RNG.uniform(0.5, 3, n_events)


NETWORK, INPUTS, LABELS, WEIGHTS = drawn(7, 2, 3)
SURE = [np.ones((2, 1)), np.zeros(1), np.full((1, 1), 100.0), np.zeros(1)], np.array([[1.0, 1.0], [-1.0, 0.0]])


def network(activation=np.tanh, biases=(1, 1), last=expit):
    def forward(parameters, inputs):
        first, shift, second, end = parameters
        return last(activation(inputs @ first + biases[0] * shift) @ second + biases[1] * end)[:, 0]

    return forward


def changes_its_inputs(parameters, inputs):
    outputs = network()(parameters, inputs)
    inputs *= 2
    return outputs


def test_propagates():
    for n_events, n_inputs, n_hidden in ((7, 2, 3), (1, 1, 1), (4, 4, 4)):
        parameters, inputs, *_ = drawn(n_events, n_inputs, n_hidden)
        checks.propagates(network(), parameters, inputs)
        checks.propagates(lambda *given: network()(*given).tolist(), parameters, inputs)
        small = [array.astype("float32") for array in parameters]
        checks.propagates(network(), small, inputs.astype("float32"))


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (network(last=lambda score: score), "lacks the sigmoid of the output"),
        (network(activation=lambda x: x), "lacks the activation of the hidden layer"),
        (network(activation=expit), "has a sigmoid in the hidden layer"),
        (network(activation=lambda x: np.maximum(x, 0)), "has ReLU in the hidden layer"),
        (network(biases=(0, 1)), "lacks the biases of the hidden layer"),
        (network(biases=(1, 0)), "lacks the bias of the output"),
        (network(biases=(0, 0)), "lacks both biases"),
        (network(last=np.tanh), "has tanh at the output"),
        (network(last=lambda score: expit(-score)), "gives the probability of label 0"),
        (
            lambda p, x: expit((np.tanh(x @ p[0]) + p[1]) @ p[2] + p[3])[:, 0],
            "adds the biases of the hidden layer after the activation",
        ),
        (network(last=lambda score: expit(2 * score)), "does not give the outputs of the network"),
        (lambda p, x: network()(p, x)[:, None], "take the only column of the output layer"),
        (lambda p, x: np.full(len(x), np.nan), "is not finite for large sums"),
        (lambda p, x: x @ p[0].T, "forward could not handle 7 events of 2 inputs"),
        (changes_its_inputs, "forward changed an array it was given"),
    ],
)
def test_propagates_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.propagates(function, NETWORK, INPUTS)


def backward(pull=lambda y, z, w: w * (y - z) / len(z), slope=lambda h, sums: 1 - h**2, through=True):
    def gradients(parameters, inputs, labels, weights):
        first, shift, second, last = parameters
        sums = inputs @ first + shift
        hidden = np.tanh(sums)
        with np.errstate(all="ignore"):
            pulls = pull(expit(hidden @ second + last)[:, 0], labels, weights)[:, None]
        back = pulls * (second[:, 0] if through else 1) * slope(hidden, sums)
        return [inputs.T @ back, back.sum(axis=0), hidden.T @ pulls, pulls.sum(axis=0)]

    return gradients


RIGHT = backward()


def times(factor):
    return lambda *given: [factor * array for array in RIGHT(*given)]


def test_propagates_back():
    for n_events, n_inputs, n_hidden in ((7, 2, 3), (1, 1, 1), (4, 4, 4)):
        parameters, *events = drawn(n_events, n_inputs, n_hidden)
        checks.propagates_back(RIGHT, parameters, *events)
        checks.propagates_back(lambda *given: tuple(array.tolist() for array in RIGHT(*given)), parameters, *events)
        small = [array.astype("float32") for array in parameters]
        checks.propagates_back(RIGHT, small, *(array.astype("float32") for array in events))
        checks.propagates_back(RIGHT, parameters, *events[:2], 1e-7 * events[2])
        checks.propagates_back(RIGHT, parameters, *events[:2], 0 * events[2])
    checks.propagates_back(RIGHT, *SURE, np.array([0, 1]), np.ones(2))


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (times(-1), "the gradient of the weights of the hidden layer has the wrong sign"),
        (times(7), "is a sum over the events"),
        (backward(lambda y, z, w: (y - z) / len(z)), "takes no account of the event weights"),
        (backward(lambda y, z, w: y - z), "takes no account of the event weights and is a sum over the events"),
        (backward(lambda y, z, w: w * (y - z) / w.sum()), "is divided by the sum of the weights"),
        (backward(lambda y, z, w: w * (y - 1 + z) / len(z)), "is that of swapped labels"),
        (backward(lambda y, z, w: w * (y - z) * y * (1 - y) / len(z)), "has the slope of the sigmoid in it once more"),
        (backward(lambda y, z, w: 2 * w * (y - z) * y * (1 - y) / len(z)), "has the slope of the sigmoid in it"),
        (backward(slope=lambda h, x: 1), "lacks the slope of the hidden layer's tanh"),
        (backward(slope=lambda h, x: 1 - np.tanh(h) ** 2), r"takes the slope of tanh at tanh\(x\)"),
        (backward(slope=lambda h, x: 1 - h), "without the square"),
        (backward(slope=lambda h, x: h * (1 - h)), "has the slope of a sigmoid"),
        (backward(slope=lambda h, x: x > 0), "has the slope of ReLU"),
        (backward(through=False), "lacks the weights of the output"),
        (times(1 / 7), "is a mean over the events where a sum"),
        (times(3), "is not the slope of the loss, for 7 events"),
        (lambda *given: RIGHT(*given)[:3], "should return a list of four arrays"),
        (lambda *given: dict(enumerate(RIGHT(*given))), "should return a list of four arrays"),
        (lambda *given: [*RIGHT(*given)[:3], 1.0], r"the gradient of the bias of the output is \(\)"),
        (lambda p, *events: p @ events, "gradients could not handle 7 events"),
    ],
)
def test_propagates_back_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.propagates_back(function, NETWORK, INPUTS, LABELS, WEIGHTS)


def test_propagates_back_leaves_the_parameters_alone():
    def moves(parameters, *events):
        found = RIGHT(parameters, *events)
        parameters[3] += 1
        return found

    with pytest.raises(CheckFailed, match="gradients changed an array it was given"):
        checks.propagates_back(moves, NETWORK, INPUTS, LABELS, WEIGHTS)


@pytest.mark.parametrize(
    ("clip", "says"), [(0.0, "is not finite where an output is 0 or 1"), (1e-7, "such an event must pull most")]
)
def test_propagates_back_wants_the_pull_of_a_sure_network(clip, says):
    def by_factors(y, z, w):
        kept = np.clip(y, clip, 1 - clip)
        return w * (-z / kept + (1 - z) / (1 - kept)) * y * (1 - y) / len(z)

    with pytest.raises(CheckFailed, match=says):
        checks.propagates_back(backward(by_factors), *SURE, np.array([0.0, 1.0]), np.ones(2))
