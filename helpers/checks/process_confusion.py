"""Checks of what a network for the four di-Higgs processes is worth: confusion with its fractions, and areas."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.areas import roc_area
from helpers.checks.dihiggs_events import PROCESSES
from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged
from helpers.checks.mistakes import explained
from helpers.checks.values import close, dictionary, plain, shape

KINDS = ("counts", "efficiencies", "purities")


def tabulates_confusion(
    function: Callable[..., Any], processes: np.ndarray, predicted: np.ndarray, weights: np.ndarray
) -> None:
    """Fail unless ``function(processes, predicted, weights)`` has counts, efficiencies and purities, [true, called].

    All arrays: (n_events,). A fraction of a row or column that sums to 0 is NaN.
    """
    says = f"confusion should take {len(processes)} true and called processes and weights"
    found = call_unchanged(function, "confusion", processes, predicted, weights, says=says)
    dictionary(found, KINDS, "the result of confusion")
    expected, transposed = (
        _tables(true, called, weights) for true, called in ((processes, predicted), (predicted, processes))
    )
    counted = _tables(processes, predicted, np.ones(len(weights)))
    for kind in KINDS:
        name = f'confusion(...)["{kind}"]'
        shape(found[kind], (4, 4), name, hint="a row and a column for each of PROCESSES")
        values = plain(found[kind], name)
        that(values.dtype.kind in "biuf", f"{name} should hold numbers")
        values = values.astype(float)
        right = expected[kind]
        if _same(values, right):
            continue
        mistakes = {
            "rows and columns have changed places: rows are what the events truly are": transposed[kind],
            "counts are numbers of events: add up weights": counted[kind],
            "this is the other fraction: efficiencies are fractions of a row, purities of a column": expected[
                {"counts": "counts", "efficiencies": "purities", "purities": "efficiencies"}[kind]
            ],
            "rows and columns have changed places, too: entries are [true, called]": transposed[
                {"counts": "counts", "efficiencies": "purities", "purities": "efficiencies"}[kind]
            ],
            "these are sums of weights: divide them": expected["counts"],
            "these are fractions of all events: divide by the sum of the row, or of the column": _divided(
                expected["counts"], weights.sum()
            ),
            "these are per cent: fractions are asked for": 100 * right,
            "rows and columns stand in the order of the alphabet: take that of PROCESSES": _by_alphabet(right),
        }
        if kind != "counts":
            sums = expected["counts"].sum(axis=1 if kind == "efficiencies" else 0)
            mistakes["the division goes the wrong way: keepdims=True keeps the sums with their rows"] = _divided(
                expected["counts"], sums if kind == "efficiencies" else sums[:, None]
            )
        for sentence, wrong in mistakes.items():
            that(not _same(values, wrong), f"{name}: {sentence}")
        line = "row" if kind == "efficiencies" else "column"
        missing = np.isnan(right) & ~np.isnan(values)
        that(
            not missing.any(),
            f"{name} is {values[missing][0] if missing.any() else 0:g} where a {line} sums to 0: such "
            "a fraction does not exist, so np.nan",
        )
        close(np.nan_to_num(values), np.nan_to_num(right), f"{name} is wrong, [true, called]", rtol=1e-5, atol=1e-9)
        that(_same(values, right), f"{name} is NaN where its row or column has a sum: it should be a number there")


def measures_areas(
    function: Callable[..., Any], outputs: np.ndarray, processes: np.ndarray, weights: np.ndarray
) -> None:
    """Fail unless ``function(outputs, processes, weights)`` is {process: area of its output against the rest}.

    outputs: (n_events, 4). processes, weights: (n_events,). NaN for a process without events, or without any other.
    """
    says = f"areas should take outputs, processes and weights of {len(processes)} events"
    if absent := [name for name in PROCESSES if name not in processes]:
        says += f", of which none is {' or '.join(absent)}"
    found = call_unchanged(function, "areas", outputs, processes, weights, says=says)
    dictionary(found, PROCESSES, "the result of areas")
    values = np.array([_number(found[name], name) for name in PROCESSES])
    right = _areas(outputs, processes, weights)
    if _same(values, right):
        return
    that(
        bool(np.isnan(values[np.isnan(right)]).all()),
        "a process without events, or without any others, has no curve: its area is np.nan",
    )
    that(not np.isnan(values[~np.isnan(right)]).any(), "an area is NaN, though there are events of both kinds")
    there = ~np.isnan(right)
    explained(
        values[there],
        {
            "areas ignores the weights: give them as sample_weight": _areas(outputs, processes, np.ones(len(weights)))[
                there
            ],
            "these are the areas on the other side: the output of a process is large for its own events": 1
            - right[there],
            "the outputs were made decisions, largest or not: keep them as they are": _areas(
                (outputs == outputs.max(axis=1, keepdims=True)).astype(float), processes, weights
            )[there],
            "the areas of all processes are those of the output of HH: each has its own column": _areas(
                outputs[:, [0, 0, 0, 0]], processes, weights
            )[there],
            "the columns are taken in the order of the alphabet: they stand in that of PROCESSES": _areas(
                outputs[:, np.argsort(np.argsort(PROCESSES))], processes, weights
            )[there],
            "each area is that against one other process: take all three others": _against_next(
                outputs, processes, weights
            )[there],
        },
        atol=1e-6,
    )
    close(values[there], right[there], "an area of one process against the rest is wrong", atol=1e-5)


def _tables(true: np.ndarray, called: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    counts = np.array([[weights[(true == t) & (called == c)].sum() for c in PROCESSES] for t in PROCESSES])
    return {
        "counts": counts,
        "efficiencies": _divided(counts, counts.sum(axis=1, keepdims=True)),
        "purities": _divided(counts, counts.sum(axis=0, keepdims=True)),
    }


def _divided(counts: np.ndarray, sums: Any) -> np.ndarray:
    with np.errstate(all="ignore"):
        fractions: np.ndarray = counts / np.where(np.asarray(sums) == 0, np.nan, sums)
    return fractions


def _by_alphabet(matrix: np.ndarray) -> np.ndarray:
    order = np.argsort(PROCESSES)
    return matrix[np.ix_(order, order)]


def _same(found: np.ndarray, expected: np.ndarray) -> bool:
    return found.shape == expected.shape and np.allclose(found, expected, rtol=1e-5, atol=1e-9, equal_nan=True)


def _number(value: Any, name: str) -> float:
    array = plain(value, f"the area of {name}")
    that(array.size == 1 and array.dtype.kind in "biuf", f"the area of {name} should be one number")
    return float(array.reshape(()))


def _areas(outputs: np.ndarray, processes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.array([_area(outputs[:, k], processes == name, weights) for k, name in enumerate(PROCESSES)])


def _against_next(outputs: np.ndarray, processes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    pairs = [np.isin(processes, (name, PROCESSES[(k + 1) % 4])) for k, name in enumerate(PROCESSES)]
    return np.array(
        [
            _area(outputs[some, k], processes[some] == name, weights[some])
            for (k, name), some in zip(enumerate(PROCESSES), pairs, strict=True)
        ]
    )


def _area(scores: np.ndarray, is_signal: np.ndarray, weights: np.ndarray) -> float:
    return np.nan if is_signal.all() or not is_signal.any() else roc_area(is_signal, scores, weights)
