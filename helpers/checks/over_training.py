"""The check of a comparison of a network's outputs in training and validation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged
from helpers.checks.mistakes import explained
from helpers.checks.values import close, number

Sample = tuple[np.ndarray, np.ndarray]


def compares_outputs(function: Callable[..., Any], training: Sample, validation: Sample, edges: np.ndarray) -> None:
    """Fail unless ``function(*training, *validation, edges)`` is the p-value of the chi-squared test in the text.

    training, validation: outputs and weights, (n_events,) each, all outputs between the first and the last of the edges
    (n_bins + 1,). Two bins or more hold events.
    """
    arrays = (*training, *validation, edges)
    what = f"{len(training[0])} training and {len(validation[0])} validation events in {len(edges) - 1} bins"
    with np.errstate(all="ignore"):
        result = call_unchanged(function, "overtraining", *arrays, says=f"overtraining should take {what}")
    found = number(result, "the result of overtraining")
    expected = _p_value(training, validation, edges)
    if abs(found - expected) < 1e-6:
        return
    ones = [(outputs, np.ones(len(outputs))) for outputs in (training[0], validation[0])]
    statistic = _statistic(training, validation, edges)
    filled = _filled(training, validation, edges)
    in_one = "a bin that is filled in one of the two samples only counts, too: leave out those that are empty in both"
    mistakes = {
        "overtraining returns chi-squared: return the probability of one at least as large": statistic,
        "this is the probability of a smaller chi-squared: take that of a larger one, 1 minus it": 1 - expected,
        "overtraining returns chi-squared per degree of freedom: return a probability": statistic / (filled - 1),
        "the histograms are not normalised: divide each by its own sum of weights": _p_value(
            training, validation, edges, normalised=False
        ),
        "the weights are ignored: add up weights in each bin, do not count events": _p_value(ones[0], ones[1], edges),
        "the variance of a bin is the sum of squared weights, not the sum of weights": _p_value(
            training, validation, edges, power=1
        ),
        "sums of squared weights are divided by the square of the sum of weights, not by the sum itself": _p_value(
            training, validation, edges, over=1
        ),
        "the variances of both histograms belong into the denominator": _p_value(
            training, validation, edges, share=(0, 1)
        ),
        "the variances of both histograms belong into the denominator, not that of training alone": _p_value(
            training, validation, edges, share=(1, 0)
        ),
        "normalised histograms fix one bin: the degrees of freedom are the filled bins minus 1": special.chdtrc(
            filled, statistic
        ),
        "bins that are empty in both histograms do not count as degrees of freedom": special.chdtrc(
            len(edges) - 2, statistic
        ),
        "bins that are empty in both do not count, and one more is fixed: filled bins minus 1": special.chdtrc(
            len(edges) - 1, statistic
        ),
    }
    explained(np.array(found), mistakes, rtol=1e-4, atol=1e-9)
    first, second = (np.histogram(outputs, edges)[0] > 0 for outputs, _ in (training, validation))
    for used in (first, second, first & second):
        explained(np.array(found), {in_one: _p_value_of(used, training, validation, edges)}, rtol=1e-4, atol=1e-9)
    that(0 <= found <= 1, f"overtraining returns {found:.4g}, but a p-value lies between 0 and 1")
    close(found, expected, f"the p-value is wrong for {what}", atol=1e-6)


def _histograms(
    sample: Sample, edges: np.ndarray, normalised: bool, power: int, over: int
) -> tuple[np.ndarray, np.ndarray]:
    outputs, weights = sample
    scale = weights.sum() if normalised else 1.0
    contents = np.histogram(outputs, edges, weights=weights)[0] / scale
    return contents, np.histogram(outputs, edges, weights=weights**power)[0] / scale**over


def _filled(training: Sample, validation: Sample, edges: np.ndarray) -> int:
    counts = sum(np.histogram(outputs, edges)[0] for outputs, _ in (training, validation))
    return int(np.count_nonzero(counts))


def _statistic(
    training: Sample,
    validation: Sample,
    edges: np.ndarray,
    normalised: bool = True,
    power: int = 2,
    share: tuple[int, int] = (1, 1),
    over: int = 2,
    among: np.ndarray | bool = True,
) -> float:
    (first, first_variance), (second, second_variance) = (
        _histograms(sample, edges, normalised, power, over) for sample in (training, validation)
    )
    variance = share[0] * first_variance + share[1] * second_variance
    used = (variance > 0) & among
    return float(np.sum((first - second)[used] ** 2 / variance[used]))


def _p_value_of(used: np.ndarray, training: Sample, validation: Sample, edges: np.ndarray) -> float:
    """The p-value of some of the bins alone, (n_bins,) of bool."""
    return float(special.chdtrc(np.count_nonzero(used) - 1, _statistic(training, validation, edges, among=used)))


def _p_value(training: Sample, validation: Sample, edges: np.ndarray, **choices: Any) -> float:
    statistic = _statistic(training, validation, edges, **choices)
    return float(special.chdtrc(_filled(training, validation, edges) - 1, statistic))
