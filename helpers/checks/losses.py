"""Checks of a loss, which is a mean over events, and of a penalty on the weights of a network."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, equal, plain

CLIP = 1e-7


def measures_loss(function: Callable[..., Any], labels: np.ndarray, outputs: np.ndarray, weights: np.ndarray) -> None:
    """Fail unless ``function(labels, outputs, weights)`` is the mean over events of weight times cross-entropy.

    labels and outputs: (n_events,), then it is the binary cross-entropy, or (n_events, n_classes). Outputs are clipped
    to between CLIP and 1 - CLIP.
    """
    name = "cross_entropy" if labels.ndim == 2 else "binary_cross_entropy"
    what = f"{name} of {len(labels)} event" + "s" * (len(labels) > 1)
    given = [array.copy() for array in (labels, outputs, weights)]
    found = call(function, *given, says=f"{name} could not handle {len(labels)} events")
    for array, before, kind in zip(given, (labels, outputs, weights), ("labels", "outputs", "weights"), strict=True):
        equal(array, before, f"{name} changed the {kind} it was given: np.clip returns a new array")
    value = _one_number(found, name)
    labels, outputs, weights = (array.astype(float) for array in (labels, outputs, weights))
    at_the_edge = bool(np.any((outputs <= 0) | (outputs >= 1)))
    finite = bool(np.isfinite(value).all())
    that(
        finite or not at_the_edge or bool(np.any(weights)),
        f"{name} is not finite where all weights are 0: divide by the number of events, not by the sum of the weights",
    )
    that(
        finite or not at_the_edge,
        f"{name} is not finite where an output is 0 or 1: clip the outputs before you take logarithms",
    )
    that(
        finite or bool(np.any(weights)),
        f"{name} is not finite where all weights are 0: divide by the number of events, not by the sum of the weights",
    )
    terms = _terms(labels, np.clip(outputs, CLIP, 1 - CLIP))
    expected = np.mean(weights * terms.sum(axis=1))
    atol = 1e-6 * float(np.abs(weights).max())
    if agrees(value, expected, rtol=1e-5, atol=atol):
        return
    explained(value, _mistaken_losses(name, labels, outputs, weights), rtol=1e-5, atol=atol)
    that(
        not at_the_edge,
        f"{name} is not right where an output is 0 or 1: clip the outputs to between 1e-7 and 1 - 1e-7 (found "
        f"{float(value):.6g}, expected {expected:.6g})",
    )
    close(value, expected, f"{what} is not the mean of weight times cross-entropy", rtol=1e-5, atol=atol)


def _one_number(found: Any, name: str) -> np.ndarray:
    value = plain(found, f"what {name} returns")
    that(value.dtype.kind in "biuf", f"{name} should return a number, but it returns something of dtype {value.dtype}")
    that(
        value.size == 1,
        f"{name} returns an array of shape {value.shape}: one number is asked for, the mean over the events",
    )
    return value.reshape(()).astype(float)


def _terms(labels: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Minus label times logarithm, with a column for each class; with one output, the first is that of the signal."""
    if labels.ndim == 1:
        labels, outputs = np.stack([labels, 1 - labels], axis=1), np.stack([outputs, 1 - outputs], axis=1)
    terms: np.ndarray = -labels * np.log(outputs)
    return terms


def _mistaken_losses(name: str, labels: np.ndarray, outputs: np.ndarray, weights: np.ndarray) -> Mapping[str, Any]:
    outputs = np.clip(outputs, CLIP, 1 - CLIP)
    terms = _terms(labels, outputs)
    losses = terms.sum(axis=1)
    mean, total = np.mean(weights * losses), np.sum(weights)
    mistakes = {
        f"{name} is the sum over the events: divide it by their number": mean * len(losses),
        f"{name} takes no account of the event weights": np.mean(losses),
        f"{name} is negative: the logarithm of a probability is, and a minus belongs in front": -mean,
        f"{name} has the logarithm to base 10: np.log is the natural one": mean / np.log(10),
        f"{name} has the logarithm to base 2: np.log is the natural one": mean / np.log(2),
    }
    if total:
        mistakes |= {
            f"{name} divides by the sum of the weights: Keras divides by the number of events": (
                mean * len(losses) / total
            )
        }
    if labels.ndim == 1:
        mistakes |= {
            "binary_cross_entropy lacks the term of the background": np.mean(weights * terms[:, 0]),
            "binary_cross_entropy lacks the term of the signal": np.mean(weights * terms[:, 1]),
            "label 1 is signal here: the logarithm of the output belongs to label 1, that of 1 - output to label 0": (
                np.mean(weights * _terms(1 - labels, outputs).sum(axis=1))
            ),
        }
    else:
        others = np.mean(weights * _terms(1 - labels, 1 - outputs).sum(axis=1))
        mistakes |= {
            "cross_entropy is divided by the number of classes, too: add up over the classes, then take the mean over "
            "the events": mean / labels.shape[1],
            "cross_entropy adds what belongs to a binary one, for each class: only the true class has a term": (
                mean + others
            ),
            "cross_entropy is the mean of the binary ones of all classes: only the true class has a term": (
                (mean + others) / labels.shape[1]
            ),
        }
    places = np.clip(labels, CLIP, 1 - CLIP)
    swapped = np.mean(weights * _terms(outputs, places).sum(axis=1))
    return mistakes | {
        f"in {name} labels and outputs have changed places: the logarithm is that of the output": swapped
    }


def penalises(function: Callable[..., Any], weights: Sequence[np.ndarray], strength: float) -> None:
    """Fail unless ``function(weights, strength)`` is strength times the sum of all squares of a list of arrays."""
    given = [array.copy() for array in weights]
    found = call(function, given, strength, says=f"l2_penalty could not handle a list of {len(weights)} arrays")
    for array, before in zip(given, weights, strict=True):
        equal(array, before, "l2_penalty changed the weights it was given")
    value = plain(found, "what l2_penalty returns")
    that(value.size == 1, f"l2_penalty returns an array of shape {value.shape}: add up over all arrays and entries")
    value = value.reshape(()).astype(float)
    squares = [float(np.sum(np.square(array, dtype=float))) for array in weights]
    expected = strength * sum(squares)
    if agrees(value, expected, rtol=1e-5):
        return
    entries = np.concatenate([np.ravel(array).astype(float) for array in weights])
    mistakes = {
        "l2_penalty lacks the strength": sum(squares),
        "l2_penalty adds up sizes, not squares: that is the L1 penalty": strength * np.abs(entries).sum(),
        "l2_penalty adds up the weights themselves, so that positive and negative ones cancel: square them first": (
            strength * entries.sum()
        ),
        "l2_penalty takes the square root of the sum: the squares themselves are asked for": (
            strength * np.sqrt(sum(squares))
        ),
        "l2_penalty takes the root of each array's sum: the squares themselves are asked for": (
            strength * sum(np.sqrt(squares))
        ),
        "l2_penalty is half of what the formula gives: it has no factor 1/2": expected / 2,
        "l2_penalty is the mean of the squares, not their sum": expected / max(len(entries), 1),
        "l2_penalty adds up the mean of the squares of each array: add up their sums": strength
        * sum(square / max(array.size, 1) for square, array in zip(squares, weights, strict=True)),
        "l2_penalty squares the strength, too": strength**2 * sum(squares),
        "l2_penalty divides by the strength": sum(squares) / strength if strength else np.nan,
        "l2_penalty counts the first array only": strength * squares[0],
        "l2_penalty counts the last array only": strength * squares[-1],
        "l2_penalty squares the sum: add up the squares": strength * entries.sum() ** 2,
    }
    explained(value, mistakes, rtol=1e-5)
    close(value, expected, "l2_penalty is not the strength times the sum of all squares", rtol=1e-5)
