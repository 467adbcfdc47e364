"""The check of weights that give each process the same sum."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.dihiggs_events import PROCESSES
from helpers.checks.failure import that
from helpers.checks.mistakes import explained
from helpers.checks.simulation_weights import new_weights
from helpers.checks.values import close


def balances_processes(function: Callable[..., Any], weights: np.ndarray, processes: np.ndarray) -> None:
    """Fail unless ``function(weights, processes)`` makes each process sum to a quarter of the number of events.

    weights: (n_events,), in fb. processes: (n_events,), names. Each of the four has a positive sum of weights.
    """
    found = new_weights(function, "balance", weights, processes, of="processes")
    sums = {name: weights[processes == name].sum() for name in PROCESSES}
    counts = {name: np.sum(processes == name) for name in PROCESSES}
    n_events = len(weights)

    def scaled(values: np.ndarray, wanted: Callable[[str], float]) -> np.ndarray:
        made: np.ndarray = values * np.array([wanted(name) for name in processes])
        return made

    expected = scaled(weights, lambda name: n_events / 4 / sums[name])
    ones = np.ones(n_events)
    if not np.allclose(found, expected, rtol=1e-5, atol=0):
        explained(
            found,
            {
                "each process sums to 1: a quarter of the number of events is asked for": scaled(
                    weights, lambda name: 1 / sums[name]
                ),
                "each process sums to a quarter: multiply by the number of events": scaled(
                    weights, lambda name: 0.25 / sums[name]
                ),
                "each process sums to the number of all events: a quarter of it is asked for": scaled(
                    weights, lambda name: n_events / sums[name]
                ),
                "each process sums to its own number of events: all four should have the same sum": scaled(
                    weights, lambda name: counts[name] / sums[name]
                ),
                "each process sums to the number of HH events: take a quarter of all events": scaled(
                    weights, lambda name: counts["HH"] / sums[name]
                ),
                "each process sums to a quarter of the sum of weights: take a quarter of the number of events": scaled(
                    weights, lambda name: weights.sum() / 4 / sums[name]
                ),
                "all events of a process weigh the same: scale the weights, and keep their ratios": scaled(
                    ones, lambda name: n_events / 4 / counts[name]
                ),
                "the weights were divided by the numbers of events: divide by the sums of weights": scaled(
                    weights, lambda name: n_events / 4 / counts[name]
                ),
                "all processes got one common factor: each needs its own": weights * n_events / weights.sum(),
                "the weights are not balanced at all": weights,
            },
            rtol=1e-4,
        )
    for name in PROCESSES:
        total = found[processes == name].sum()
        says = f"the weights of {name} sum to {total:.6g}, but should to {n_events / 4:.6g}"
        that(bool(np.isclose(total, n_events / 4, rtol=1e-4)), f"{says}, a quarter of the number of events")
    close(found, expected, "the ratios of weights within a process have changed", rtol=1e-4)
