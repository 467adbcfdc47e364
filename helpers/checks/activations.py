"""Checks of activation functions and their derivatives."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, equal, plain, shape

LARGE = 50  # beyond it e^x has no place in the arithmetic of a network
ATOL = 1e-6


def activates(function: Callable[..., Any], derivative: Callable[..., Any], name: str, x: np.ndarray) -> None:
    """Fail unless both functions give, entry by entry, the activation of this name (relu, tanh, sigmoid) and its slope.

    x: of any shape. The slope of relu at 0 is 0.
    """
    arguments = x.astype(float)
    values, slopes = _activation(name, arguments)
    _gives(function, name, x, values, _mistaken_values(name, arguments))
    _gives(derivative, f"{name}_derivative", x, slopes, _mistaken_slopes(name, arguments, slopes))


def _activation(name: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values and slopes, the latter from the values at x and -x."""
    if name == "relu":
        return np.where(x > 0, x, 0.0), np.where(x > 0, 1.0, 0.0)
    if name == "tanh":
        return np.tanh(x), 4 * special.expit(2 * x) * special.expit(-2 * x)
    return special.expit(x), special.expit(x) * special.expit(-x)


def _gives(
    function: Callable[..., Any], name: str, x: np.ndarray, expected: np.ndarray, mistakes: dict[str, np.ndarray]
) -> None:
    given = x.copy()
    found = call(function, given, says=f"{name} could not handle an array of shape {x.shape} and dtype {x.dtype}")
    equal(given, x, f"{name} changed the array it was given: return a new one")
    shape(found, x.shape, f"the result of {name}", hint="a value for each entry")
    found = plain(found, f"the result of {name}")
    that(found.dtype.kind in "biuf", f"the result of {name} should hold numbers, but its dtype is {found.dtype}")
    found = found.astype(float)
    bad = ~np.isfinite(found)
    first = float(x.ravel()[np.argmax(bad)]) if bad.any() else 0.0
    why = "e to the power of a large number is infinity, and infinity over infinity is no number"
    if name == "softmax" and first < 0:
        why = "e to the power of it is 0, and 0 over 0 is no number: take the largest sum of its own row away first"
    that(
        not bad.any() or bool(np.all(np.abs(x[bad]) < LARGE)),
        f"{name} is not finite for large arguments such as {first:g}: {why}",
    )
    if agrees(found, expected, rtol=1e-5, atol=ATOL):
        return
    explained(found, mistakes, rtol=1e-5, atol=ATOL)
    close(found, expected, f"{name} is not right, for an array of shape {x.shape}", rtol=1e-5, atol=ATOL)


def _mistaken_values(name: str, x: np.ndarray) -> dict[str, np.ndarray]:
    tanh, sigmoid = np.tanh(x), special.expit(x)
    if name == "relu":
        return {
            "relu makes negative arguments positive: they give 0": np.abs(x),
            "relu keeps negative arguments and loses the positive ones": np.minimum(x, 0),
            "relu leaves its arguments as they are: negative ones give 0": x,
            "relu gives a small slope to negative arguments: they give 0": np.where(x > 0, x, 0.01 * x),
            "relu gives 1 for positive arguments: they give themselves": np.where(x > 0, 1.0, 0.0),
        }
    if name == "tanh":
        return {
            "tanh is 2 sigmoid(2x) - 1: its argument, too, has a factor 2": 2 * sigmoid - 1,
            "tanh runs from -1 to 1: this is the sigmoid": sigmoid,
            "tanh is mirrored: it has the sign of its argument": -tanh,
            "this is the tangent: tanh is the hyperbolic one": np.tan(x),
        }
    return {
        "the sigmoid is mirrored: e to the power of minus x belongs in it": special.expit(-x),
        "the sigmoid runs from 0 to 1: this is tanh": tanh,
        "the sigmoid of 0 is 1/2: this is twice what it should be": 2 * sigmoid,
    }


def _mistaken_slopes(name: str, x: np.ndarray, slopes: np.ndarray) -> dict[str, np.ndarray]:
    values, _ = _activation(name, x)
    mistakes = {
        f"{name}_derivative gives {name} itself, not its slope": values,
        f"{name}_derivative has the wrong sign: {name} rises": -slopes,
    }
    if name == "relu":
        mistakes |= {
            "relu_derivative is 1 at 0: here it is 0 there": np.where(x >= 0, 1.0, 0.0),
            "relu_derivative is 1/2 at 0: here it is 0 there": np.heaviside(x, 0.5),
            "relu_derivative is -1 for negative arguments: relu does not fall there, its slope is 0": np.sign(x),
            "relu_derivative is 1 everywhere: the slope is 0 for negative arguments": np.ones_like(x),
        }
    if name == "tanh":
        mistakes |= {
            "tanh_derivative takes its argument for tanh(x): it is 1 - tanh(x) squared": 1 - x**2,
            "tanh_derivative forgot the square: it is 1 - tanh(x) squared": 1 - values,
            "tanh_derivative is that of the sigmoid": special.expit(x) * special.expit(-x),
        }
    if name == "sigmoid":
        mistakes |= {
            "sigmoid_derivative takes its argument for sigmoid(x): it is sigmoid(x) (1 - sigmoid(x))": x * (1 - x),
            "sigmoid_derivative is that of tanh": 1 - np.tanh(x) ** 2,
            "sigmoid_derivative is sigmoid(x) (1 - sigmoid(x)), without a square": values * (1 - values**2),
        }
    return mistakes


def softens(function: Callable[..., Any], derivative: Callable[..., Any], sums: np.ndarray) -> None:
    """Fail unless ``function(sums)`` is the softmax of each row, and ``derivative(sums)`` its derivatives.

    sums: (n_events, n_classes). The derivatives are (n_events, n_classes, n_classes).
    """
    x = sums.astype(float)
    outputs = special.softmax(x, axis=1)
    with np.errstate(all="ignore"):
        by_event = np.exp(x - x.max(axis=0)) / np.exp(x - x.max(axis=0)).sum(axis=0)
        by_table = np.exp(x - x.max()) / np.exp(x - x.max()).sum()
        mistakes = {
            "softmax divides by the sum over the events: the outputs of one event, a row, sum to 1": by_event,
            "softmax divides by the sum of the whole table: the outputs of one event, a row, sum to 1": by_table,
            "softmax divides each sum x by their total: take the exponential of each first": x
            / x.sum(axis=1, keepdims=True),
            "softmax does not divide by the sum: the outputs of one event sum to 1": np.exp(x),
            "softmax gives the exponential of the sum x minus the largest: divide by the sum of each row": np.exp(
                x - x.max(axis=1, keepdims=True)
            ),
            "softmax is mirrored: the largest sum x gets the largest output": special.softmax(-x, axis=1),
            "softmax gives sigmoids, which do not sum to 1": special.expit(x),
            "softmax gives the logarithm of the outputs": special.log_softmax(x, axis=1),
            "softmax gives 1 to the largest sum x and 0 to all others: that is its limit only": np.eye(x.shape[1])[
                x.argmax(axis=1)
            ],
        }
        if x.shape[0] == x.shape[1]:
            exponentials = np.exp(x)
            mistakes["softmax divides each row by the sums of all rows: keep the axis, with keepdims=True"] = (
                exponentials / exponentials.sum(axis=1)
            )
    _gives(function, "softmax", sums, outputs, mistakes)
    _gives_rows_of_tables(derivative, sums, outputs)


def _gives_rows_of_tables(derivative: Callable[..., Any], sums: np.ndarray, outputs: np.ndarray) -> None:
    name, (n_events, n_classes) = "softmax_derivative", outputs.shape
    given = sums.copy()
    found = call(derivative, given, says=f"{name} could not handle sums of shape {sums.shape}")
    equal(given, sums, f"{name} changed the array it was given: return a new one")
    hint = "a table for each event, of each output by each sum: a sum moves the outputs of all classes"
    shape(found, (n_events, n_classes, n_classes), f"the result of {name}", hint=hint)
    found = plain(found, f"the result of {name}").astype(float)
    that(
        bool(np.isfinite(found).all()) or bool(np.abs(sums).max() < LARGE),
        f"{name} is not finite for large sums: build it from softmax, which takes the largest sum away",
    )
    diagonal = outputs[:, :, None] * np.eye(n_classes)
    products = outputs[:, :, None] * outputs[:, None, :]
    expected = diagonal - products
    if agrees(found, expected, rtol=1e-5, atol=ATOL):
        return
    mistakes = {
        f"{name} is 0 beside the diagonal: a sum moves the outputs of all classes, for they sum to 1": expected
        * np.eye(n_classes),
        f"{name} has the wrong sign: an output rises with its own sum": -expected,
        f"{name} is positive beside the diagonal: where one sum rises, the outputs of others fall": (
            expected * (2 * np.eye(n_classes) - 1)
        ),
        f"{name} lacks the product of two outputs: it is output_j (1 if j is k, else 0) - output_j output_k": diagonal,
        f"{name} takes its argument for softmax(x)": sums[:, :, None] * np.eye(n_classes)
        - sums[:, :, None] * sums[:, None, :],
        f"{name} has a plus between its terms: it is output_j (1 if j is k, else 0) - output_j output_k": diagonal
        + products,
        f"{name} has 1 on its diagonal where the output belongs: it is output_j (1 if j is k, else 0) - "
        "output_j output_k": np.eye(n_classes) - products,
    }
    explained(found, mistakes, rtol=1e-5, atol=ATOL)
    close(found, expected, f"{name} is not right, for sums of shape {sums.shape}", rtol=1e-5, atol=ATOL)
