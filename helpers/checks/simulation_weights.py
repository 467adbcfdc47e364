"""Checks of the weights of simulated events: where they come from, what a sample is made of, and their balance."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call, call_unchanged, raises
from helpers.checks.mistakes import explained
from helpers.checks.values import close, dictionary, equal, number, numbers, shape

LUMINOSITY = 35_866  # pb⁻¹


def weighs_simulation(function: Callable[..., Any], n_events: int, n_factors: int, n_generated: int) -> None:
    """Fail unless ``function(cross_section, n_generated, scale_factors, generator_weights)`` gives the event weights.

    n_events: how many of the n_generated were selected. n_factors: scale factors of each event, 0 or more. Some of the
    generator weights are negative.
    """
    rng = np.random.default_rng([n_events, n_factors])
    cross_section = 12.5
    factors = rng.uniform(0.7, 1.2, (n_events, n_factors)).round(3)
    generator = np.where(np.arange(n_events) % 5 == 3, -0.8, rng.uniform(1.1, 1.6, n_events).round(2))
    what = f"{n_events} selected of {n_generated} events with {n_factors} scale factor" + "s" * (n_factors != 1)
    says = f"event_weights should take {what}"
    found = call_unchanged(function, "event_weights", cross_section, n_generated, factors, generator, says=says)
    shape(found, (n_events,), "the result of event_weights", hint="one weight for each selected event")
    per_event = cross_section / n_generated
    product = np.prod(factors, axis=1)
    expected = per_event * product * generator
    mistakes = {
        "event_weights divides by the number of selected events: divide by n_generated, all that were generated": (
            cross_section / max(n_events, 1) * product * generator
        ),
        "event_weights forgets the generator weights": per_event * product,
        "event_weights takes no notice of the sign of the generator weights: some are negative": np.abs(expected),
        "event_weights forgets the scale factors": per_event * generator,
        "event_weights adds the scale factors of an event: multiply them": per_event * factors.sum(axis=1) * generator,
        "event_weights takes the mean of the scale factors of an event: multiply them": (
            per_event * factors.sum(axis=1) / max(n_factors, 1) * generator
        ),
        "event_weights takes the first scale factor alone: multiply all of an event": (
            per_event * factors[:, :1].prod(axis=1) * generator
        ),
        "event_weights forgets the cross-section": product * generator / n_generated,
        "event_weights forgets to divide by n_generated": cross_section * product * generator,
        "event_weights multiplies by n_generated: divide the cross-section by it": n_generated**2 * expected,
        "event_weights multiplies by the luminosity: the weights stay in pb": LUMINOSITY * expected,
    }
    found = numbers(found, "the result of event_weights").astype(float)
    if not np.allclose(found, expected, rtol=1e-5, atol=0):
        explained(found, mistakes)
    close(found, expected, f"the weights are wrong for {what}", rtol=1e-5)


def refuses_weights(function: Callable[..., Any], cross_section: float, n_generated: int, n_events: int) -> None:
    """Fail unless event weights of fewer generated events than were selected, or of none, raise ValueError."""
    arguments = cross_section, n_generated, np.ones((n_events, 1)), np.ones(n_events)
    raises(
        ValueError,
        function,
        *arguments,
        says=f"event_weights should raise ValueError if {n_generated} were generated and {n_events} selected",
    )


def breaks_down(function: Callable[..., Any], processes: np.ndarray, weights: np.ndarray) -> None:
    """Fail unless ``function(processes, weights)`` is {process: its fraction of the sum of weights}.

    processes: (n_events,), names, of two processes or more. weights: (n_events,), whose sum is not 0.
    """
    given = processes.copy(), weights.copy()
    says = f"composition should take {len(processes)} processes and weights"
    found = call(function, *given, says=says)
    equal(given[1], weights, "composition changed the weights that it was given")
    known = [str(name) for name in np.unique(processes)]
    dictionary(found, known, "the result of composition")
    values = np.array([number(found[name], f"the fraction of {name}") for name in known])
    sums = np.array([weights[processes == name].sum() for name in known])
    counts = np.array([np.sum(processes == name) for name in known])
    if not np.allclose(values, sums / sums.sum(), rtol=1e-6, atol=1e-9):
        explained(
            values,
            {
                "composition counts the events of a process: add up their weights": counts / counts.sum(),
                "composition gives numbers of events: fractions of the sum of weights are asked for": counts,
                "composition gives sums of weights: divide by the sum of all weights": sums,
                "composition gives per cent: a fraction lies between 0 and 1": 100 * sums / sums.sum(),
                "composition gives mean weights: add the weights of a process, and divide by the sum of all": (
                    sums / counts
                ),
                "composition divides by the number of events: divide by the sum of all weights": sums / counts.sum(),
                "composition divides by the largest sum: divide by the sum of all weights": sums / sums.max(),
            },
            rtol=1e-5,
        )
    close(values, sums / sums.sum(), f"the fractions of {', '.join(known)} are wrong", rtol=1e-6, atol=1e-9)


def needs_weights(function: Callable[..., Any], name: str, *cases: tuple[str, tuple[Any, ...]]) -> None:
    """Fail unless the function raises ValueError for each case: why there is no answer, and the arguments."""
    for why, arguments in cases:
        copies = [np.array(argument) if isinstance(argument, np.ndarray) else argument for argument in arguments]
        with np.errstate(all="ignore"):
            raises(ValueError, function, *copies, says=f"{name} should raise ValueError if {why}")


def new_weights(
    function: Callable[..., Any], name: str, weights: np.ndarray, groups: np.ndarray, of: str
) -> np.ndarray:
    """What ``function(weights, groups)`` returns, (n_events,); fail if it loses events or changes what it is given.

    of: what the groups are called, such as labels.
    """
    found = call_unchanged(function, name, weights, groups, says=f"{name} should take {len(weights)} weights and {of}")
    shape(found, weights.shape, f"the result of {name}", hint="one weight for each event, in the same order")
    return numbers(found, f"the result of {name}").astype(float)


def balances(function: Callable[..., Any], weights: np.ndarray, labels: np.ndarray) -> None:
    """Fail unless ``function(weights, labels)`` gives both classes the number of background events as their sum.

    weights: (n_events,), in pb. labels: (n_events,), 1 = signal, 0 = background, both with a positive sum of weights.
    """
    found = new_weights(function, "balance", weights, labels, of="labels")
    signal = labels == 1
    sums = {True: weights[signal].sum(), False: weights[~signal].sum()}
    counts = {True: np.sum(signal), False: np.sum(~signal)}

    def with_sums(of_signal: float, of_background: float) -> np.ndarray:
        factors: np.ndarray = np.where(signal, of_signal / sums[True], of_background / sums[False])
        scaled: np.ndarray = factors * weights
        return scaled

    expected = with_sums(counts[False], counts[False])
    flat = np.where(signal, counts[False] / counts[True], 1.0)
    if not np.allclose(found, expected, rtol=1e-5, atol=0):
        explained(
            found,
            {
                "each class sums to its own number of events: both should sum to that of the background": with_sums(
                    counts[True], counts[False]
                ),
                "both classes sum to the number of signal events: take that of the background": with_sums(
                    counts[True], counts[True]
                ),
                "both classes sum to the number of all events: take that of the background": with_sums(
                    len(labels), len(labels)
                ),
                "both classes sum to the background's sum of weights, which leaves them tiny: take its number of "
                "events": with_sums(sums[False], sums[False]),
                "both classes sum to 1: take the number of background events": with_sums(1, 1),
                "the weights are not balanced at all": weights,
                "all classes got one common factor: signal and background need a factor each": weights
                * len(weights)
                / weights.sum(),
                "all events of a class weigh the same: scale the weights, and keep their ratios": flat,
                "the background kept its weights: scale both classes": with_sums(counts[False], sums[False]),
                "the classes have changed places: label 1 is signal": np.where(
                    signal, counts[True] / sums[False], counts[True] / sums[True]
                )
                * weights,
            },
            rtol=1e-4,
        )
    for of_class, name in ((True, "signal"), (False, "background")):
        total = found[signal == of_class].sum()
        that(
            np.isclose(total, counts[False], rtol=1e-4),
            f"the {name} weights sum to {total:.6g}, but {counts[False]} is the number of background events",
        )
    close(found, expected, "the ratios of weights within a class have changed", rtol=1e-4)
