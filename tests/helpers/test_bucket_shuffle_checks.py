"""Checks of a shuffle by way of buckets: each mistake gets its own sentence."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

MANY = np.arange(2000.0)
ROWS = np.column_stack([MANY, -MANY])


def shuffle(values, n_buckets, rng):
    bucket_of = rng.integers(n_buckets, size=len(values))
    return np.concatenate([rng.permutation(values[bucket_of == bucket]) for bucket in range(n_buckets)])


def in_place(values, n_buckets, rng):
    rng.shuffle(values)
    return values


def dealt(values, n_buckets, rng):
    return np.concatenate([rng.permutation(values[bucket::n_buckets]) for bucket in range(n_buckets)])


def not_for_one_bucket(values, n_buckets, rng):
    return values[rng.integers(n_buckets - 1, size=len(values)) :]


@pytest.mark.parametrize(("values", "n_buckets"), [(MANY, 5), (MANY, 1), (ROWS, 7), (MANY[:0], 4), (MANY[:1], 3)])
def test_shuffles_through_buckets(values, n_buckets):
    checks.shuffles_through_buckets(shuffle, values, n_buckets)


@pytest.mark.parametrize(
    ("function", "values", "n_buckets", "says"),
    [
        (in_place, MANY, 5, "changed the array it was given"),
        (lambda values, n, rng: values[1:], MANY, 5, "every event comes once"),
        (lambda values, n, rng: rng.choice(values, len(values)), MANY, 5, "some are lost, doubled or changed"),
        (lambda values, n, rng: values.copy(), MANY, 5, "the order of the input is still visible for 2000 events in 5"),
        (lambda values, n, rng: np.random.permutation(values), MANY, 5, "take all chance from rng"),
        (lambda v, n, rng: np.random.default_rng(1).permutation(v), MANY, 5, "another rng gives the same order"),
        (lambda values, n, rng: rng.permuted(values, axis=0), ROWS, 5, "a row was torn apart"),
        (not_for_one_bucket, MANY, 1, "for 2000 events in one bucket .it raised ValueError"),
        (lambda values, n, rng: values / len(values) * values[0], MANY[:0], 2, "for no event in 2 buckets"),
    ],
)
def test_shuffles_through_buckets_says_what_is_wrong(function, values, n_buckets, says):
    with pytest.raises(CheckFailed, match=says):
        checks.shuffles_through_buckets(function, values, n_buckets)


@pytest.mark.parametrize(("n_events", "n_buckets"), [(4, 2), (3, 4), (3, 1)])
def test_draws_every_order(n_events, n_buckets):
    checks.draws_every_order(shuffle, n_events, n_buckets)


@pytest.mark.parametrize(
    ("function", "says"), [(dealt, "but 4 orders came"), (lambda v, n, rng: np.sort(v), "but 1 orders came")]
)
def test_draws_every_order_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=f"{says}.*do not deal the events out in turn"):
        checks.draws_every_order(function, 4, 2)
