"""Checks of a function that shuffles an array by way of buckets."""

from collections.abc import Callable
from math import factorial
from typing import Any

import numpy as np
from scipy import special

from helpers.checks.events import agree, aligned, randomly_ordered, same_events
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.values import equal, numbers, shape

REPETITIONS = 1200
# How often a correct shuffle may fail.
IMPROBABLE = 1e-6


def shuffles_through_buckets(function: Callable[..., Any], values: np.ndarray, n_buckets: int) -> None:
    """Fail unless ``function(values, n_buckets, rng)`` is a new array of the same events in an order drawn from rng.

    values: (n_events,) or (n_events, n_columns), all different in the first column, the columns equal but for their
    sign; of 1000 events or more the order is looked at, too.
    """
    n_events, buckets = len(values), "one bucket" if n_buckets == 1 else f"{n_buckets} buckets"
    where = f"for {'no event' if not n_events else 'one event' if n_events == 1 else f'{n_events} events'} in {buckets}"
    given = values.copy()
    says = f"bucket_shuffle should work {where}"
    mixed = call(function, given, n_buckets, np.random.default_rng(1), says=says)
    equal(given, values, "bucket_shuffle changed the array it was given; return a new one")
    shape(
        mixed, values.shape, f"the shuffled array {where}", hint="every event comes once, events along the first axis"
    )
    mixed = numbers(mixed, f"the shuffled array {where}")
    same_events(mixed, values, f"the shuffled array {where}")
    if values.ndim > 1:
        torn = "a row was torn apart: shuffle along the first axis alone"
        aligned(np.abs(mixed), np.repeat(np.abs(mixed[:, :1]), values.shape[1], axis=1), torn)
    if n_events < 1000:
        return
    randomly_ordered(
        np.argsort(np.argsort(mixed.reshape(n_events, -1)[:, 0])),
        f"the order of the input is still visible {where}: draw a bucket for every event, and shuffle each bucket "
        "before you join them, so that every order is equally likely",
    )
    again, other = (function(values, n_buckets, np.random.default_rng(seed)) for seed in (1, 2))
    equal(again, mixed, "the same state of rng should give the same order: take all chance from rng")
    that(not agree(numbers(other, "the shuffled array"), mixed), "another rng gives the same order: draw from rng")


def draws_every_order(function: Callable[..., Any], n_events: int, n_buckets: int) -> None:
    """Fail unless all n_events! orders come equally often from ``function(values, n_buckets, rng)``: n_events <= 4."""
    where = f"{n_events} events in {n_buckets} buckets"
    arguments = np.arange(n_events), n_buckets, np.random.default_rng(n_buckets)
    says = f"bucket_shuffle should work for {where}"
    orders = [call(function, *arguments, says=says) for _ in range(REPETITIONS)]
    shape(orders, (REPETITIONS, n_events), f"the result of shuffling {where} {REPETITIONS} times")
    _, counts = np.unique(np.array(orders), axis=0, return_counts=True)
    n_orders = factorial(n_events)
    expected = REPETITIONS / n_orders
    chi_squared = np.sum((counts - expected) ** 2) / expected
    that(
        len(counts) == n_orders and special.chdtrc(n_orders - 1, chi_squared) > IMPROBABLE,
        f"of {where}, shuffled {REPETITIONS} times, each of the {n_orders} orders should come equally often "
        f"({expected:.0f} times), but {len(counts)} orders came, {counts.min()} to {counts.max()} times: draw the "
        "bucket of each event independently of the others, and do not deal the events out in turn",
    )
