"""The check of the p-value of training against validation."""

import numpy as np
import pytest
from scipy.stats import chi2

from helpers import checks
from helpers.checks import CheckFailed

RNG = np.random.default_rng(2)
TRAINING, VALIDATION = (
    (RNG.beta(2, 3, n) * 0.85, RNG.exponential(scale, n)) for n, scale in ((300, 1e-3), (200, 2e-3))
)
EDGES = np.linspace(0, 1, 11)


def p_value(x, w, y, v, edges, free=-1, tail=chi2.sf, share=(1, 1), power=2, normalised=True, over=2, bins=np.add):
    total, other = (w.sum(), v.sum()) if normalised else (1, 1)
    difference = np.histogram(x, edges, weights=w)[0] / total - np.histogram(y, edges, weights=v)[0] / other
    first = np.histogram(x, edges, weights=w**power)[0] / total**over
    second = np.histogram(y, edges, weights=v**power)[0] / other**over
    variance = share[0] * first + share[1] * second
    used = bins(first, second) > 0
    filled = np.count_nonzero(used)
    used &= variance > 0
    degrees = len(edges) + free - 1 if free > 0 else filled + free
    return tail(np.sum(difference[used] ** 2 / variance[used]), degrees)


def with_(**choices):
    return lambda *given: p_value(*given, **choices)


def test_compares_outputs():
    checks.compares_outputs(p_value, TRAINING, VALIDATION, EDGES)
    checks.compares_outputs(lambda *given: np.float32(p_value(*given)).item(), VALIDATION, TRAINING, EDGES)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (with_(tail=lambda statistic, degrees: statistic), "returns chi-squared: return"),
        (with_(tail=lambda statistic, degrees: statistic / degrees), "per degree of freedom"),
        (with_(tail=chi2.cdf), "the probability of a smaller chi-squared"),
        (with_(normalised=False), "are not normalised"),
        (lambda x, w, y, v, e: p_value(x, np.ones(len(w)), y, np.ones(len(v)), e), "the weights are ignored"),
        (with_(power=1), "the sum of squared weights"),
        (with_(share=(0, 1)), "variances of both histograms belong into the denominator"),
        (with_(share=(1, 0)), "not that of training alone"),
        (with_(free=0), "the filled bins minus 1"),
        (
            lambda x, w, y, v, e: p_value(x, w, y, v, e, free=0, tail=lambda s, d: chi2.sf(s, len(e) - 2)),
            "do not count",
        ),
        (lambda x, w, y, v, e: p_value(x, w, y, v, e, tail=lambda s, d: chi2.sf(s, len(e) - 1)), "one more is fixed"),
        (with_(over=1), "divided by the square of the sum of weights"),
        (lambda *given: 0.98765, "the p-value is wrong"),
        (lambda *given: 12.3, "lies between 0 and 1"),
        (lambda x, *rest: x.sort() or 0.1, "changed an array"),
    ],
)
def test_compares_outputs_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.compares_outputs(wrong, TRAINING, VALIDATION, EDGES)


@pytest.mark.parametrize("bins", [lambda first, second: first, lambda first, second: second, np.multiply])
def test_compares_outputs_counts_bins_that_one_sample_fills(bins):
    below = tuple(values[VALIDATION[0] < 0.7] for values in VALIDATION)
    pairs = [(TRAINING, below), (below, TRAINING)]
    for pair in pairs:
        checks.compares_outputs(p_value, *pair, EDGES)
    with pytest.raises(CheckFailed, match="filled in one of the two samples only"):
        for pair in pairs:
            checks.compares_outputs(with_(bins=bins), *pair, EDGES)
