"""Checks of samples of events: none lost, none torn apart, the order new."""

from typing import Any

import numpy as np
from scipy import special

from helpers.checks.failure import that
from helpers.checks.values import numbers, plain

# From so many events on, a tenth of the places holds enough of each tenth of them to be counted.
MANY_EVENTS = 1000


def same_events(value: Any, expected: Any, name: str) -> None:
    """Fail unless both hold the same values, each as often, in any order: no event lost, none doubled, none changed.

    Between floating-point numbers a relative 1e-6 is forgiven.
    """
    value, expected = plain(value, name).ravel(), plain(expected, "the events").ravel()
    that(
        len(value) == len(expected),
        "{name} holds {found} events instead of {expected}",
        name=name,
        found=len(value),
        expected=len(expected),
    )
    that(
        agree(np.sort(value), np.sort(expected)),
        "{name} does not hold the events that it was made from: some are lost, doubled or changed",
        name=name,
    )


def aligned(first: Any, second: Any, message: str) -> None:
    """Fail with the message unless two arrays agree entry by entry (between floats a relative 1e-6 is forgiven)."""
    first, second = numbers(first, "an array of yours"), numbers(second, "an array of yours")
    that(first.shape == second.shape and agree(first, second), message)


def shuffled(value: Any, message: str) -> None:
    """Fail with the message if the order is still visible, in either of two correlations above 5 standard errors.

    One is that of rank and position; the other that of neighbouring ranks, which a rotation or shuffled blocks leave
    high. Over all permutations of n given ranks, equal ones among them, both have a standard deviation of 1/sqrt(n) and
    a mean of 0 but for terms of order 1/n. Values that are all the same have no order to see.
    """
    value = numbers(value, "the shuffled array").ravel()
    _, ranks = np.unique(value, return_inverse=True)
    ranks = ranks - ranks.mean()
    variance = np.sum(ranks**2)
    if variance == 0:
        return
    position = np.arange(len(value)) - (len(value) - 1) / 2
    order = ranks @ position / np.sqrt(variance * np.sum(position**2))
    neighbours = ranks[1:] @ ranks[:-1] / variance
    that(max(abs(order), abs(neighbours)) * np.sqrt(len(value)) < 5, message)


def agree(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether arrays of one shape hold the same values; floating-point numbers may differ by a relative 1e-6."""
    kinds = first.dtype.kind + second.dtype.kind
    if "f" in kinds and set(kinds) <= set("biuf"):
        return np.allclose(first, second, rtol=1e-6, atol=0)
    return bool(np.all(first == second))


def in_random_order(order: np.ndarray, message: str) -> None:
    """Fail with the message unless an order is a random one, as far as so many events tell. order: (n_events,)."""
    if len(order) < MANY_EVENTS:
        shuffled(order, message)
    else:
        randomly_ordered(order, message)


def randomly_ordered(order: np.ndarray, message: str) -> None:
    """Fail with the message unless an order of many events is a random one. order: (n_events,), numbers from 0.

    Beside what ``shuffled`` looks at, each tenth of the input must have its share in each tenth of the output (a
    chi-squared test): events that stay near each other in both fail. A correct order fails once in a million times.
    """
    shuffled(order, message)
    box = np.arange(len(order)) * 10 // len(order)
    expected = len(order) / 100
    chi_squared = np.sum((np.bincount(10 * box + box[order], minlength=100) - expected) ** 2) / expected
    that(float(special.chdtrc(81, chi_squared)) > 1e-6, message)
