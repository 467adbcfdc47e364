"""The checks of a shuffle and of a split name what nothing returned, or an order that is None, comes from."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

EVENTS = np.stack([np.arange(100), -np.arange(100)], axis=1)


def shuffle(rng, *arrays):
    order = rng.permutation(len(arrays[0]))
    return tuple(array[order] for array in arrays)


def split(array, validation, test):
    n_validation, n_test = int(validation * len(array)), int(test * len(array))
    return np.split(array, [len(array) - n_validation - n_test, len(array) - n_test])


def test_right_ones():
    checks.shuffles(shuffle, EVENTS, EVENTS[:, 0])
    checks.shuffles(shuffle, EVENTS[:0])
    checks.splits(split, EVENTS, 0.2, 0.3)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda rng, *arrays: None, "shuffle_together returned None"),
        (lambda rng, *arrays: tuple(None for _ in arrays), "array 1 is None: rng.shuffle works in place"),
        (lambda rng, *arrays: tuple(array[None] for array in arrays), "an axis too many, as array.None. gives"),
        (lambda rng, *arrays: tuple(array.T for array in arrays), "shuffle rows, not columns"),
    ],
)
def test_a_shuffle_that_returns_nothing(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.shuffles(function, EVENTS, EVENTS[:, 0])


def test_a_split_that_returns_nothing():
    with pytest.raises(CheckFailed, match="split returned None"):
        checks.splits(lambda array, validation, test: None, EVENTS, 0.2, 0.3)
