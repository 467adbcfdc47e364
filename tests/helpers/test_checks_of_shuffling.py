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


def swapped(last):
    """A shuffle that swaps each event with one of those before a place, last(event, n_events)."""

    def shuffle(rng, *arrays):
        n = len(arrays[0])
        order = np.arange(n)
        for i in range(n):
            j = rng.integers(last(i, n))
            order[[i, j]] = order[[j, i]]
        return tuple(array[order] for array in arrays)

    return shuffle


def test_a_shuffle_that_swaps_with_any_place():
    events = np.arange(10_000)
    checks.shuffles(swapped(lambda i, n: i + 1), events)
    with pytest.raises(CheckFailed, match="or prefers some places"):
        checks.shuffles(swapped(lambda i, n: n), events)


@pytest.mark.parametrize("rest", range(3))
def test_the_rest_of_the_rounding_may_go_to_any_part(rest):
    def split(array, validation, test):
        sizes = [int(fraction * len(array)) for fraction in (1 - validation - test, validation, test)]
        sizes[rest] += len(array) - sum(sizes)
        return np.split(array, np.cumsum(sizes[:2]))

    checks.splits(split, np.arange(997), 0.123, 0.456)


@pytest.mark.parametrize("sizes", [(418, 123, 456), (421, 121, 455), (420, 124, 453), (421, 123, 453)])
def test_a_part_is_two_events_off(sizes):
    with pytest.raises(CheckFailed, match="give or take 1, or 2 for the part that takes what is left"):
        checks.splits(lambda array, *_: np.split(array, np.cumsum(sizes[:2])), np.arange(997), 0.123, 0.456)
