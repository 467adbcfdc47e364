"""Checks of a network with one hidden layer: its outputs, and the gradients of its loss.

Parameters are in Keras's order: weights (n_inputs, n_hidden) and biases (n_hidden,) of the hidden layer, weights
(n_hidden, 1) and bias (1,) of the output. The hidden layer has tanh, the output is a sigmoid.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy import special

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, equal, plain, shape

PARTS = (
    "the weights of the hidden layer",
    "the biases of the hidden layer",
    "the weights of the output",
    "the bias of the output",
)
STEP = 1e-5


def propagates(function: Callable[..., Any], parameters: Sequence[np.ndarray], inputs: np.ndarray) -> None:
    """Fail unless ``function(parameters, inputs)`` is the output (n_events,) of the network for each event."""
    given, copies = [array.copy() for array in parameters], inputs.copy()
    what = f"{inputs.shape[0]} events of {inputs.shape[1]} inputs and a hidden layer of {len(parameters[1])}"
    found = call(function, given, copies, says=f"forward could not handle {what}")
    _leaves_alone("forward", [*given, copies], [*parameters, inputs])
    hint = "a probability for each event: take the only column of the output layer, [:, 0]"
    shape(found, (len(inputs),), "the result of forward", hint=hint)
    found = plain(found, "the result of forward").astype(float)
    hidden_weights, hidden_biases, output_weights, output_bias = (array.astype(float) for array in parameters)
    sums = inputs.astype(float) @ hidden_weights
    hidden = np.tanh(sums + hidden_biases)
    score = hidden @ output_weights[:, 0]
    expected = special.expit(score + output_bias)
    if agrees(found, expected, rtol=1e-4, atol=1e-6):
        return
    that(
        bool(np.isfinite(found).all()),
        "forward is not finite for large sums: tanh and sigmoid must bear large arguments",
    )

    def output(activation: Callable[[np.ndarray], np.ndarray], biases: Any = hidden_biases) -> np.ndarray:
        outputs: np.ndarray = special.expit(activation(sums + biases) @ output_weights[:, 0] + output_bias)
        return outputs

    mistakes = {
        "forward lacks the sigmoid of the output: a probability lies between 0 and 1": score + output_bias,
        "forward lacks the activation of the hidden layer: it gets tanh": output(np.asarray),
        "forward has a sigmoid in the hidden layer: tanh belongs there": output(special.expit),
        "forward has ReLU in the hidden layer: tanh belongs there": output(lambda sums: np.maximum(sums, 0)),
        "forward lacks the biases of the hidden layer": output(np.tanh, biases=0.0),
        "forward lacks the bias of the output": special.expit(score),
        "forward lacks both biases": special.expit(np.tanh(sums) @ output_weights[:, 0]),
        "forward has tanh at the output: the sigmoid belongs there": np.tanh(score + output_bias),
        "forward gives the probability of label 0: label 1 is signal here": 1 - expected,
        "forward adds the biases of the hidden layer after the activation: they belong inside": special.expit(
            (np.tanh(sums) + hidden_biases) @ output_weights[:, 0] + output_bias
        ),
    }
    explained(found, mistakes, rtol=1e-4, atol=1e-6)
    close(found, expected, f"forward does not give the outputs of the network, for {what}", rtol=1e-4, atol=1e-6)


def propagates_back(
    function: Callable[..., Any],
    parameters: Sequence[np.ndarray],
    inputs: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
) -> None:
    """Fail unless ``function(parameters, inputs, labels, weights)`` is the gradient of the weighted mean loss.

    It is a list of four arrays, shaped as the parameters. The reference is the finite difference of the loss.
    """
    events = (inputs, labels, weights)
    given = [array.copy() for array in (*parameters, *events)]
    what = f"{len(inputs)} event{'s' * (len(inputs) > 1)} and a hidden layer of {len(parameters[1])}"
    found = call(function, given[:4], *given[4:], says=f"gradients could not handle {what}")
    _leaves_alone("gradients", given, [*parameters, *events])
    that(
        isinstance(found, list | tuple) and len(found) == len(PARTS),
        "gradients should return a list of four arrays, one for each array of parameters, in their order",
    )
    for part, gradient, parameter in zip(PARTS, found, parameters, strict=True):
        shape(gradient, parameter.shape, f"the gradient of {part}", hint="it has the shape of what it belongs to")
    parameters = [array.astype(float) for array in parameters]
    events = (inputs.astype(float), labels.astype(float), weights.astype(float))
    expected = _slopes(parameters, *events)
    size = max(np.abs(array).max() for array in expected)
    outputs = special.expit(_scores(parameters, inputs, np.tanh))
    sure = bool(np.any((outputs < 1e-12) | (outputs == 1)))
    found = [plain(gradient, part).astype(float) for gradient, part in zip(found, PARTS, strict=True)]
    for number, (part, gradient, right) in enumerate(zip(PARTS, found, expected, strict=True)):
        that(
            bool(np.isfinite(gradient).all()) or not sure,
            f"the gradient of {part} is not finite where an output is 0 or 1: put the slopes of loss and sigmoid "
            "together on paper, and nothing is left to divide by",
        )
        if agrees(gradient, right, rtol=1e-4, atol=1e-5 * size):
            continue
        that(
            not sure or not agrees(gradient, np.zeros_like(right), atol=1e-3 * size),
            f"the gradient of {part} is 0 where an output is 0 or 1, and wrong: such an event must pull most. Put the "
            "slopes of loss and sigmoid together on paper",
        )
        for sentence, wrong in _mistaken_slopes(parameters, *events, expected):
            explained(gradient, {f"the gradient of {part} {sentence}": wrong[number]}, rtol=1e-4, atol=1e-5 * size)
        close(gradient, right, f"the gradient of {part} is not the slope of the loss, for {what}", 1e-4, 1e-5 * size)


def _leaves_alone(name: str, given: Sequence[np.ndarray], before: Sequence[np.ndarray]) -> None:
    for array, original in zip(given, before, strict=True):
        equal(array, original, f"{name} changed an array it was given: work on new ones")


def _scores(
    parameters: Sequence[np.ndarray], inputs: np.ndarray, activation: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """The sums (n_events,) that go into the sigmoid."""
    hidden_weights, hidden_biases, output_weights, output_bias = parameters
    scores: np.ndarray = activation(inputs @ hidden_weights + hidden_biases) @ output_weights[:, 0] + output_bias
    return scores


def _entropies(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The cross-entropy of each event, from the sums that go into the sigmoid: it stays exact where that is 0 or 1."""
    entropies: np.ndarray = np.logaddexp(0, scores) - labels * scores
    return entropies


def _squares(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    squares: np.ndarray = (special.expit(scores) - labels) ** 2
    return squares


def _slopes(
    parameters: Sequence[np.ndarray],
    inputs: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    losses: Callable[[np.ndarray, np.ndarray], np.ndarray] = _entropies,
    activation: Callable[[np.ndarray], np.ndarray] = np.tanh,
) -> list[np.ndarray]:
    """By how much the weighted mean loss rises with each parameter: the central finite difference."""
    slopes = [np.empty_like(array) for array in parameters]
    for number, array in enumerate(parameters):
        for index in np.ndindex(array.shape):
            shifted = []
            for shift in (STEP, -STEP):
                moved = [other.copy() for other in parameters]
                moved[number][index] += shift
                shifted.append(np.mean(weights * losses(_scores(moved, inputs, activation), labels)))
            slopes[number][index] = (shifted[0] - shifted[1]) / (2 * STEP)
    return slopes


def _bent(sums: np.ndarray, values: np.ndarray, slopes: Any) -> Callable[[np.ndarray], np.ndarray]:
    """An activation with these values and slopes at the sums."""

    def activation(x: np.ndarray) -> np.ndarray:
        line: np.ndarray = values + slopes * (x - sums)
        return line

    return activation


def _mistaken_slopes(
    parameters: Sequence[np.ndarray],
    inputs: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    expected: Sequence[np.ndarray],
) -> Iterator[tuple[str, Sequence[np.ndarray]]]:
    """Sentences with the gradients that mistakes give, from the plainest mistake on."""
    events, n_events = (inputs, labels, weights), len(labels)

    def times(factor: float) -> list[np.ndarray]:
        return [factor * array for array in expected]

    yield "has the wrong sign: it points to where the loss rises", times(-1)
    yield "is a sum over the events: the loss is their mean, so divide by their number", times(n_events)
    yield "takes no account of the event weights", _slopes(parameters, inputs, labels, np.ones_like(weights))
    yield (
        "takes no account of the event weights and is a sum over the events",
        [n_events * array for array in _slopes(parameters, inputs, labels, np.ones_like(weights))],
    )
    if weights.sum():
        yield (
            "is divided by the sum of the weights: the loss is divided by the number of events",
            times(n_events / weights.sum()),
        )
    yield "is that of swapped labels: label 1 is signal here", _slopes(parameters, inputs, 1 - labels, weights)
    squared = _slopes(parameters, *events, _squares)
    for factor in (0.5, 1):
        yield (
            "has the slope of the sigmoid in it once more (that of a squared difference as the loss): with the "
            "logarithm it cancels",
            [factor * array for array in squared],
        )
    sums = inputs @ parameters[0] + parameters[1]
    hidden = np.tanh(sums)
    for sentence, slope in (
        ("lacks the slope of the hidden layer's tanh", 1.0),
        ("takes the slope of tanh at tanh(x), not at x: it is 1 - hidden squared", 1 - np.tanh(hidden) ** 2),
        ("takes the slope of tanh for 1 - hidden, without the square", 1 - hidden),
        ("has the slope of a sigmoid where the hidden layer has tanh", hidden * (1 - hidden)),
        ("has the slope of ReLU where the hidden layer has tanh", (sums > 0).astype(float)),
    ):
        yield sentence, _slopes(parameters, *events, activation=_bent(sums, hidden, slope))
    pulls = weights * (special.expit(_scores(parameters, inputs, np.tanh)) - labels) / n_events
    back = pulls[:, None] * (1 - hidden**2)
    yield (
        "lacks the weights of the output, through which the error goes back",
        [inputs.T @ back, back.sum(axis=0), *expected[2:]],
    )
    yield "is a mean over the events where a sum of what was already divided belongs", times(1 / n_events)
