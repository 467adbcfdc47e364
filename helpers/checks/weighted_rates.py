"""Checks of what a cut on a network's output does to weighted events. Labels: 1 is signal, 0 is background.

An event is taken for signal if its output lies above the cut, not at it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.areas import roc_area
from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, number, numbers, shape

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def _result(function: Callable[..., Any], name: str, arrays: Arrays, *more: Any) -> Any:
    says = f"{name} should take {len(arrays[0])} labels, outputs and weights"
    with np.errstate(all="ignore"):
        result = call_unchanged(function, name, *arrays, *more, says=says)
    return result


def _matrix(labels: np.ndarray, predicted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums of weights, rows true and columns predicted, background first."""
    return np.array([[weights[(labels == t) & (predicted == p)].sum() for p in (0, 1)] for t in (0, 1)])


def _by_row(matrix: np.ndarray) -> np.ndarray:
    fractions: np.ndarray = matrix / matrix.sum(axis=1, keepdims=True)
    return fractions


def fills_confusion_matrix(
    function: Callable[..., Any], labels: np.ndarray, outputs: np.ndarray, weights: np.ndarray, cut: float
) -> None:
    """Fail unless ``function(labels, outputs, weights, cut)`` is the 2 x 2 confusion matrix, in fractions of a row.

    All arrays: (n_events,), of both classes.
    """
    found = _result(function, "confusion_matrix", (labels, outputs, weights), cut)
    shape(found, (2, 2), "the result of confusion_matrix", hint="rows are true, columns predicted, background first")
    found = numbers(found, "the result of confusion_matrix").astype(float)
    sums = _matrix(labels, outputs > cut, weights)
    expected = _by_row(sums)
    if np.allclose(found, expected, rtol=0, atol=1e-6):
        return
    counted = _matrix(labels, outputs > cut, np.ones(len(labels)))
    with np.errstate(all="ignore"):
        explained(
            found,
            {
                "an output exactly at the cut is background: only outputs above it are signal": _by_row(
                    _matrix(labels, outputs >= cut, weights)
                ),
                "the confusion matrix ignores the weights: add up weights, do not count events": _by_row(counted),
                "the confusion matrix holds numbers of events: fractions of sums of weights are asked for": counted,
                "the confusion matrix holds sums of weights: divide each row by its sum": sums,
                "rows and columns have changed places: rows are what the events truly are": expected.T,
                "the columns sum to 1: divide each row, a true class, by its own sum": sums / sums.sum(axis=0),
                "rows and columns have changed places, and the columns sum to 1": (sums / sums.sum(axis=0)).T,
                "the rows are divided by each other's sums: keep the axis of the sums, with keepdims=True": sums
                / sums.sum(axis=1),
                "all four add up to 1: divide each row by its own sum": sums / sums.sum(),
                "signal comes first: row and column 0 are background": expected[::-1, ::-1],
                "the columns are exchanged: column 1 is predicted signal, the outputs above the cut": expected[:, ::-1],
                "the rows are exchanged: row 1 is true signal, label 1": expected[::-1],
                "the cut was not used: 0.5 is not the cut here": _by_row(_matrix(labels, outputs > 0.5, weights)),
                "the confusion matrix is in per cent: fractions of a row are asked for": 100 * expected,
            },
            atol=1e-6,
        )
    close(found, expected, "the confusion matrix is wrong: rows true, columns predicted, as fractions of a row")


def draws_rates(
    function: Callable[..., Any], labels: np.ndarray, outputs: np.ndarray, weights: np.ndarray, cuts: np.ndarray
) -> None:
    """Fail unless ``function(labels, outputs, weights, cuts)`` is (true positive rates, false positive rates).

    labels, outputs, weights: (n_events,), of both classes. cuts: (n_cuts,), in any order.
    """
    result = _result(function, "rates", (labels, outputs, weights), cuts)
    that(
        isinstance(result, tuple | list | np.ndarray) and len(result) == 2,
        "rates should return two arrays: the true positive rates, then the false positive rates",
    )
    for part, name in zip(result, ("true", "false"), strict=True):
        shape(part, cuts.shape, f"the {name} positive rates", hint="one for each cut")
    found = np.array([numbers(part, "a rate") for part in result], dtype=float)

    def rates(passing: np.ndarray, some_weights: np.ndarray) -> np.ndarray:
        """passing: (n_events, n_cuts)."""
        sums = [some_weights[labels == label] for label in (1, 0)]
        return np.array([w @ passing[labels == label] / w.sum() for w, label in zip(sums, (1, 0), strict=True)])

    above = outputs[:, None] > cuts
    expected = rates(above, weights)
    if np.allclose(found, expected, rtol=0, atol=1e-6):
        return
    passing_sums = expected * np.array([[weights[labels == label].sum()] for label in (1, 0)])
    with np.errstate(all="ignore"):
        explained(
            found,
            {
                "an output exactly at the cut does not pass: only outputs above it do": rates(
                    outputs[:, None] >= cuts, weights
                ),
                "rates ignores the weights: add up weights, do not count events": rates(above, np.ones(len(labels))),
                "the two rates have changed places: the true positive rate, of signal, comes first": expected[::-1],
                "rates gives what lies below the cuts: accept the outputs above": 1 - expected,
                "rates gives sums of weights: divide by the sum of the class": passing_sums,
                "divide by the weights of the class, not by those of all events": passing_sums / weights.sum(),
                "divide by all weights of the class, not by the weights that pass": passing_sums
                / np.maximum(passing_sums.sum(axis=0), 1e-300),
                "the rates are in another order than the cuts": rates(outputs[:, None] > np.sort(cuts), weights),
                "the rates are those of the cuts in the opposite order": expected[:, ::-1],
                "the second is the background's rejection: the false positive rate is what passes": np.array(
                    [expected[0], 1 - expected[1]]
                ),
            },
            atol=1e-6,
        )
    close(found, expected, "the rates are wrong: weights above a cut over all weights of the class", atol=1e-6)


def counts_right(
    function: Callable[..., Any], labels: np.ndarray, outputs: np.ndarray, weights: np.ndarray, cut: float
) -> None:
    """Fail unless ``function(labels, outputs, weights, cut)`` is the weighted accuracy. All arrays: (n_events,)."""
    found = number(_result(function, "accuracy", (labels, outputs, weights), cut), "the result of accuracy")
    right = (outputs > cut) == (labels == 1)
    expected = np.average(right, weights=weights)
    if abs(found - expected) < 1e-6:
        return
    wrong = {
        "an output exactly at the cut is background: only outputs above it are signal": np.average(
            (outputs >= cut) == (labels == 1), weights=weights
        ),
        "the accuracy ignores the weights: add up weights, do not count events": np.mean(right),
        "the accuracy is a sum of weights: divide by the sum of all weights": np.sum(weights * right),
        "divide by the sum of the weights, not by the number of events": np.sum(weights * right) / len(labels),
        "this is the fraction that is wrong: the accuracy is the fraction that is right": 1 - expected,
        "the cut was not used: 0.5 is not the cut here": np.average((outputs > 0.5) == (labels == 1), weights=weights),
        "the accuracy is in per cent: a fraction is asked for": 100 * expected,
        "this is the mean of both classes' fractions: the accuracy adds up all weights": np.mean(
            [np.average(right[labels == label], weights=weights[labels == label]) for label in np.unique(labels)]
        ),
        "this is the fraction of the events above the cut that are signal: count all that are right": np.sum(
            (weights * right)[outputs > cut]
        )
        / max(np.sum(weights[outputs > cut]), 1e-300),
    }
    explained(np.array(found), wrong, atol=1e-6)
    close(found, expected, "the accuracy is wrong: the weights on the right side of the cut over all weights")


def measures_area(function: Callable[..., Any], labels: np.ndarray, outputs: np.ndarray, weights: np.ndarray) -> None:
    """Fail unless ``function(labels, outputs, weights)`` is the weighted area under the ROC curve.

    All arrays: (n_events,), of both classes, the weights not negative. Equal outputs count half.
    """
    found = number(_result(function, "roc_area", (labels, outputs, weights)), "the result of roc_area")
    expected = roc_area(labels, outputs, weights)
    if abs(found - expected) < 1e-5:
        return
    first, second = (roc_area(labels, outputs + shift * labels, weights) for shift in (1e-12, -1e-12))
    rounded = [(labels, (outputs > 0.5).astype(float), weights), (labels, np.round(outputs), weights)]
    mistakes = {
        "roc_area ignores the weights: add up weights, do not count events": roc_area(
            labels, outputs, np.ones(len(labels))
        ),
        "this is the area above the curve: label 1 is signal, whose outputs are large": 1 - expected,
        "this is twice the area minus 1: the area itself is asked for": 2 * expected - 1,
        "the outputs were made decisions, 0 or 1: keep them as they are": roc_area(*rounded[0]),
        "the outputs were rounded: keep them as they are": roc_area(*rounded[1]),
    }
    if first != second:
        mistakes["equal outputs pass a cut together: a pair with equal outputs counts one half"] = first
        mistakes["equal outputs pass a cut together, so a pair with equal outputs counts one half"] = second
    if not agrees(np.array(found), expected, rtol=0, atol=1e-5):
        explained(np.array(found), mistakes, rtol=0, atol=1e-5)
    close(found, expected, "the area under the weighted ROC curve is wrong", rtol=0, atol=1e-5)
