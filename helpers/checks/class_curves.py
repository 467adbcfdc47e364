"""Checks of ROC curves of several classes: each against the rest, and one side of a pair summed over the other."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.checks.areas import roc_area
from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged, raises
from helpers.checks.mistakes import explained
from helpers.checks.values import close, dictionary, number, numbers


def classified(n_events: int, n_classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Made-up one-hot targets and outputs that sum to 1, (n_events, n_classes) each; all classes occur."""
    rng = np.random.default_rng(seed)
    targets = np.eye(n_classes)[rng.permutation(np.arange(n_events) % n_classes)]
    powers = np.exp(rng.normal(0, 1, targets.shape) + targets * rng.uniform(0.3, 1.5, n_classes))
    return targets, powers / powers.sum(axis=1, keepdims=True)


def _result(function: Callable[..., Any], name: str, targets: np.ndarray, outputs: np.ndarray, *more: Any) -> Any:
    says = f"{name} should take targets and outputs of {targets.shape[1]} classes"
    found = call_unchanged(function, name, targets, outputs, *more, says=says)
    return found


def draws_class_curves(
    function: Callable[..., Any], targets: np.ndarray, outputs: np.ndarray, classes: Sequence[str]
) -> None:
    """Fail unless ``function(targets, outputs, classes)`` is {class: (false positive rates, true ones, area)}."""
    found = _result(function, "roc_by_class", targets, outputs, list(classes))
    dictionary(found, classes, "the result of roc_by_class")
    for name in classes:
        parts = found[name]
        that(
            isinstance(parts, tuple | list) and len(parts) == 3,
            f"{name}: false positive rates, true positive rates and area are expected, in this order",
        )
    columns = range(len(classes))
    areas = np.array([number(found[name][2], f"the area of {name}") for name in classes])
    right = np.array([roc_area(targets[:, n], outputs[:, n]) for n in columns])
    if not np.allclose(areas, right, rtol=0, atol=5e-3):
        called = np.eye(len(classes))[outputs.argmax(axis=1)]
        others = np.array([roc_area(targets[:, n], outputs[:, n - 1]) for n in columns])
        explained(
            areas,
            {
                "the labels are exchanged: the events of the class itself are the positive ones": 1 - right,
                "these are the areas of the classes that an event is called: take the outputs as they are": [
                    roc_area(targets[:, n], called[:, n]) for n in columns
                ],
                "the area of every class is the mean of all: give each its own": np.full(len(classes), right.mean()),
                "the classes are in another order than the columns of targets and outputs": right[::-1],
                "each class is taken against the next one alone: all others are the rest": [
                    _against_one(targets, outputs, n, (n + 1) % len(classes)) for n in columns
                ],
                "each class is taken against the first one alone: all others are the rest": [
                    right[n] if n == 0 else _against_one(targets, outputs, n, 0) for n in columns
                ],
                "targets and outputs are not of the same column": others,
            },
            rtol=0,
            atol=1e-4,
        )
    worst = int(np.argmax(np.abs(areas - right)))
    close(areas[worst], right[worst], f"the area of {classes[worst]} against the rest is wrong", rtol=0, atol=5e-3)
    for name, area in zip(classes, right, strict=True):
        false, true = (numbers(rates, f"the rates of {name}").astype(float) for rates in found[name][:2])
        _is_curve(false, true, area, name)


def _is_curve(false: np.ndarray, true: np.ndarray, area: float, name: str) -> None:
    that(false.ndim == 1 and false.shape == true.shape, f"{name}: both rates should be arrays of the same length")
    for rates, which in ((false, "false"), (true, "true")):
        ends = len(rates) > 2 and {float(rates[0]), float(rates[-1])} == {0.0, 1.0}
        that(ends, f"{name}: the {which} positive rates should run from 0 to 1")
    order = slice(None) if false[0] == 0 else slice(None, None, -1)
    found = float(np.trapezoid(true[order], false[order]))
    that(
        abs(found - (1 - area)) > 5e-3 or abs(found - area) < 5e-3,
        f"{name}: false and true positive rates have changed places: the false ones come first",
    )
    that(abs(found - area) < 5e-3, f"{name}: the area under the curve is {found:.4f}, but should be {area:.4f}")


def _against_one(targets: np.ndarray, outputs: np.ndarray, one: int, other: int) -> float:
    rows = targets[:, one] + targets[:, other] > 0
    return roc_area(targets[rows, one], outputs[rows, one])


def refuses_absent_classes(function: Callable[..., Any], name: str, *more: Any) -> None:
    """Fail unless ``function(targets, outputs, *more)`` raises ValueError without the second and last class."""
    targets, outputs = classified(60, len(more[0]), 5)
    kept = targets[:, [1, -1]].sum(axis=1) == 0
    says = f"{name} should raise ValueError without events of {more[0][1]} and {more[0][-1]}: there is no area"
    raises(ValueError, function, targets[kept], outputs[kept], *more, says=says)


def sums_over_sides(
    function: Callable[..., Any], targets: np.ndarray, outputs: np.ndarray, classes: Sequence[str], side: int
) -> None:
    """Fail unless ``function(targets, outputs, classes, side)`` is the area of A against B on a side, 0 or 1."""
    found = number(_result(function, "a_against_b", targets, outputs, list(classes), side), "the area")
    of_side = np.array([name[side] == "A" for name in classes])
    of_other = np.array([name[1 - side] == "A" for name in classes])
    labels, score = targets[:, of_side].sum(axis=1), outputs[:, of_side].sum(axis=1)
    right = roc_area(labels, score)
    if abs(found - right) < 1e-6:
        return
    both, neither = of_side & of_other, ~of_side & ~of_other
    ends = targets[:, both | neither].sum(axis=1) > 0
    places = [0, 1 + side]
    mistakes = {
        "the columns are taken by their place: find A by the names in classes": roc_area(
            targets[:, places].sum(axis=1), outputs[:, places].sum(axis=1)
        ),
        "A and B are exchanged: the events with A on this side are the positive ones": 1 - right,
        "this is the other side: side 0 is the first letter of a class, side 1 the second": roc_area(
            targets[:, of_other].sum(axis=1), outputs[:, of_other].sum(axis=1)
        ),
        "the output of the class with A on both sides is not all: sum the outputs over the other side": roc_area(
            labels, outputs[:, both][:, 0]
        ),
        "the largest of the outputs is taken: sum them over the other side": roc_area(
            labels, outputs[:, of_side].max(axis=1)
        ),
        "only the class with A on both sides counts as A: sum the targets over the other side, too": roc_area(
            targets[:, both][:, 0], score
        ),
        "this is the class with A on both sides against the rest": roc_area(
            targets[:, both][:, 0], outputs[:, both][:, 0]
        ),
        "the outputs are multiplied: sum them over the other side": roc_area(labels, outputs[:, of_side].prod(axis=1)),
        "only the two classes with the same letter on both sides are compared: all events count": roc_area(
            labels[ends], score[ends]
        ),
        "these are the areas of what an event is called: take the outputs as they are": roc_area(
            labels, of_side[outputs.argmax(axis=1)]
        ),
    }
    explained(np.array(found), mistakes, rtol=0, atol=1e-6)
    close(found, right, f"the area of A against B on side {side} is wrong", rtol=0, atol=1e-6)
