"""Checks of a function that draws the first weights of a layer."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.values import close, equal, numbers, shape

# The mean fourth power over the square of the variance; a normal distribution has 3, cut at two deviations this.
UNIFORM, CUT_NORMAL = 1.8, 2.37
ENOUGH = 2000


def initialises(function: Callable[..., Any], n_in: int, n_out: int, method: str) -> None:
    """Fail unless ``function(rng, n_in, n_out, method)`` draws weights (n_in, n_out) as Glorot or He has them.

    glorot: uniform within sqrt(6 / (n_in + n_out)). he: normal with variance 2 / n_in, maybe cut far out as Keras does.
    Where there are less than ENOUGH weights, only the shape is checked, and for glorot the limit.
    """
    case = f'"{method}" from {n_in} to {n_out}'
    says = f"initial_weights could not handle {case}"
    found = call(function, np.random.default_rng(1), n_in, n_out, method, says=says)
    shape(found, (n_in, n_out), f"the weights for {case}", hint="a row for each input, a column for each neuron")
    values = numbers(found, f"the weights for {case}").astype(float)
    again = call(function, np.random.default_rng(1), n_in, n_out, method, says=says)
    equal(again, found, "the same state of rng should give the same weights: take all chance from rng")
    other = numbers(call(function, np.random.default_rng(2), n_in, n_out, method, says=says), "the weights")
    that(
        not np.array_equal(other, values) or n_in * n_out == 0,
        "another rng gives the same weights: draw them from rng, each neuron must begin differently",
    )
    _repeats(values)
    limit = np.sqrt(6 / (n_in + n_out))
    if method == "glorot":
        largest = float(np.abs(values).max())
        that(
            largest <= limit * (1 + 1e-6) or (values.size >= ENOUGH and abs(_kurtosis(values) - UNIFORM) > 0.3),
            f"the weights for {case} reach {largest:.4g}: uniform within the root of 6 / (n_in + n_out), {limit:.4g}",
        )
    if values.size >= ENOUGH:
        _moments(values, n_in, n_out, method, case)


def _repeats(values: np.ndarray) -> None:
    says = "weights repeat: each is drawn by itself, for neurons that begin alike learn the same"
    that(len(np.unique(values)) > 0.9 * values.size, says)


def _kurtosis(values: np.ndarray) -> float:
    return float(np.mean(values**4) / np.mean(values**2) ** 2) if np.any(values) else 0.0


def _moments(values: np.ndarray, n_in: int, n_out: int, method: str, case: str) -> None:
    """Mean, variance and shape of the distribution, each within five standard deviations of what chance allows."""
    variance = 2 / (n_in + n_out) if method == "glorot" else 2 / n_in
    size, found = values.size, float(np.mean(values**2))
    that(
        abs(values.mean()) < 5 * np.sqrt(found / size),
        f"the weights for {case} have mean {values.mean():.3g}: they should lie around 0, half of them negative",
    )
    error = 5 * np.sqrt(2 / size)
    right = abs(found / variance - 1) < error
    for sentence, other in _mistaken_variances(n_in, n_out, method, variance):
        that(
            right or abs(found / other - 1) > error,
            f"the weights for {case} have variance {found:.4g} instead of {variance:.4g}: {sentence}",
        )
    says = f"the variance of the weights for {case} is not right"
    close(found, variance, says, rtol=float(error))
    kurtosis = _kurtosis(values)
    if method == "glorot":
        says = f"the variance for {case} is right, but the weights are not uniform: Glorot draws between two limits"
        that(abs(kurtosis - UNIFORM) < 0.25, says)
    else:
        says = f"the variance for {case} is right, but the weights are not normal: He draws with rng.normal"
        that(kurtosis > (UNIFORM + CUT_NORMAL) / 2, says)


def _mistaken_variances(n_in: int, n_out: int, method: str, variance: float) -> Iterator[tuple[str, float]]:
    """Sentences with the variances that mistakes give."""
    yield "the variance is the root of what it should be: that is the standard deviation", float(np.sqrt(variance))
    yield "the variance is the square of what it should be: rng.normal takes the standard deviation", variance**2
    if method == "he":
        yield "the variance is that of n_out: He counts the inputs of a neuron", 2 / n_out
        yield "the variance is 1 / n_in: for ReLU He takes twice that", 1 / n_in
        yield "the variance is that of Glorot, 2 / (n_in + n_out)", 2 / (n_in + n_out)
    else:
        yield "the variance is that of He, 2 / n_in", 2 / n_in
        yield "the variance is three times too large: the limit is not the standard deviation", 3 * variance
        yield "the variance is that of a limit without the root", 12 / (n_in + n_out) ** 2
        yield (
            "the variance is a third of what it should be: a uniform distribution has a third of its limit squared, so "
            "that 6 belongs below the root, not 2",
            variance / 3,
        )
    yield "the variance is 1: it should fall with the number of inputs", 1
