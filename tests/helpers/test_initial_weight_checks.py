"""Checks of a function that draws the first weights of a layer: each mistake gets its own sentence."""

import numpy as np
import pytest
from scipy.stats import truncnorm

from helpers import checks
from helpers.checks import CheckFailed


def glorot(rng, n_in, n_out, method):
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out))


def he(rng, n_in, n_out, method):
    return rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))


def he_of_keras(rng, n_in, n_out, method):
    scale = np.sqrt(2 / n_in) / truncnorm(-2, 2).std()
    return truncnorm(-2, 2, scale=scale).rvs((n_in, n_out), random_state=rng)


def normal(variance):
    return lambda rng, n, m, method: rng.normal(0, np.sqrt(variance(n, m)), (n, m))


def uniform(variance):
    return lambda rng, n, m, method: rng.uniform(-1, 1, (n, m)) * np.sqrt(3 * variance(n, m))


@pytest.mark.parametrize("sizes", [(100, 50), (30, 200), (64, 64), (2, 3), (1, 1)])
def test_initialises(sizes):
    for seed in range(20):
        checks.initialises(seeded(glorot, seed), *sizes, "glorot")
        checks.initialises(seeded(he, seed), *sizes, "he")
    checks.initialises(he_of_keras, *sizes, "he")
    checks.initialises(lambda *given: glorot(*given).astype("float32").tolist(), *sizes, "glorot")


def seeded(function, seed):
    """The function with numbers of a generator that goes with the seed, to see that chance does not decide."""
    return lambda rng, *rest: function(np.random.default_rng([seed, int(rng.integers(2**31))]), *rest)


@pytest.mark.parametrize(
    ("method", "function", "says"),
    [
        ("glorot", lambda rng, n, m, _: np.abs(glorot(rng, n, m, _)), "they should lie around 0"),
        ("glorot", normal(lambda n, m: 2 / (n + m)), "the weights are not uniform"),
        ("glorot", normal(lambda n, m: 6 / (n + m)), "three times too large"),
        ("glorot", uniform(lambda n, m: 12 / (n + m) ** 2), "that of a limit without the root"),
        ("glorot", uniform(lambda n, m: 2 / 3 / (n + m)), "6 belongs below the root, not 2"),
        ("glorot", uniform(lambda n, m: 2 / n), "uniform within the root of 6"),
        ("glorot", normal(lambda n, m: 2 / n), r"the variance is that of He, 2 / n_in"),
        ("he", uniform(lambda n, m: 2 / n), "the weights are not normal"),
        ("he", normal(lambda n, m: np.sqrt(2 / n)), "that is the standard deviation"),
        ("he", normal(lambda n, m: (2 / n) ** 2), "rng.normal takes the standard deviation"),
        ("he", normal(lambda n, m: 2 / m), "He counts the inputs of a neuron"),
        ("he", normal(lambda n, m: 1 / n), "for ReLU He takes twice that"),
        ("he", normal(lambda n, m: 2 / (n + m)), "that of Glorot"),
        ("he", normal(lambda n, m: 1), "the variance is 1: it should fall"),
        ("he", normal(lambda n, m: 9 / n), "the variance of the weights for .* is not right"),
        ("he", lambda rng, n, m, _: he(rng, m, n, _), r"a row for each input, a column for each neuron"),
        ("he", lambda rng, n, m, _: np.random.normal(0, np.sqrt(2 / n), (n, m)), "take all chance from rng"),
        ("he", lambda rng, n, m, _: he(np.random.default_rng(3), n, m, _), "another rng gives the same weights"),
        ("he", lambda rng, n, m, _: np.tile(rng.normal(0, np.sqrt(2 / n), m), (n, 1)), "weights repeat"),
        ("he", lambda rng, n, m, _: he(rng, n, m, _) * np.inf, "not finite"),
        ("he", lambda rng, n, m: he(rng, n, m, ""), "initial_weights could not handle"),
    ],
)
def test_initialises_says_what_is_wrong(method, function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.initialises(function, 100, 50, method)


def test_initialises_wants_the_limit_of_few_weights_too():
    with pytest.raises(CheckFailed, match="uniform within the root of 6"):
        checks.initialises(uniform(lambda n, m: 20 / (n + m)), 5, 10, "glorot")
