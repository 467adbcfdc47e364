"""Checks of a selection of events with jagged collections: which events pass each cut, and the cut flow."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import awkward as ak
import numpy as np

from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call
from helpers.checks.jagged_events import Particle, awkward, particles
from helpers.checks.mistakes import agrees, explained
from helpers.checks.object_selection import jets_of, leptons_of
from helpers.checks.values import close, dictionary, equal, few, plain, strings

CUTS = ("one lepton", "three jets", "one b tag", "two b tags")
LEAST_HARD_PT, LEAST_JETS, MEDIUM = 25.0, 3, 0.2783
FLOW = ("events", "yield", "error", "to_previous", "to_previous_error", "to_all", "to_all_error")


def selects_events(function: Callable[..., Any], events: ak.Array) -> None:
    """Fail unless ``function(events)`` is {cut: mask (n_events,)} for CUTS, each of them with all cuts before."""
    found = call(function, events, says=f"select should take {len(events)} events")
    dictionary(found, CUTS, "the result of select")
    that(
        list(found) == list(CUTS),
        f"the cuts of select stand in the order {', '.join(found)}, but {', '.join(CUTS)} is the order of the cut flow",
    )
    masks = {cut: _mask(found[cut], len(events), f"the mask of {cut!r}") for cut in CUTS}
    expected = masks_of(events)
    for cut, mask in masks.items():
        if not np.array_equal(mask, expected[cut]):
            for sentence, wrong in _mistakes(events).items():
                changes = not np.array_equal(wrong[cut], expected[cut])
                that(not changes or not np.array_equal(mask, wrong[cut]), f"{cut!r} is wrong: {sentence}")
            event = int(np.flatnonzero(mask != expected[cut])[0])
            raise CheckFailed(
                f"{cut!r} is wrong: event {event} {'passes' if mask[event] else 'does not pass'}, but it has "
                + _described(events[event : event + 1])
            )


def _mask(value: Any, n_events: int, name: str) -> np.ndarray:
    array = awkward(value, name)
    that(array.ndim == 1, f"{name} should be one value for each event, but it has {array.ndim - 1} levels of lists")
    that(len(array) == n_events, f"{name} should have a value for each of the {n_events} events, not {len(array)}")
    mask = plain(ak.to_list(array), name)
    that(mask.dtype == bool, f"{name} should hold True and False, but its type is {mask.dtype}: compare with a number")
    return mask


def _described(event: ak.Array) -> str:
    leptons = leptons_of(event)
    jets = jets_of(event, leptons)[0]
    hard = ", ".join(f"{lepton['pt']:.1f}" for lepton in leptons[0])
    n_leptons, n_jets = len(leptons[0]), len(jets)
    return (
        f"{n_leptons} good lepton{'s' * (n_leptons != 1)}"
        + (f" (pT {hard} GeV)" if hard else "")
        + f" and {n_jets} good jet{'s' * (n_jets != 1)}, {sum(jet['btag'] > MEDIUM for jet in jets)} with a b tag"
    )


def masks_of(
    events: ak.Array,
    passes_leptons: Callable[[list[Particle], list[Particle]], bool] | None = None,
    every_jet: str = "",
    jets_pass: Callable[[int, int], bool] = lambda n_jets, least: n_jets >= least,
    cumulative: bool = True,
    away_from_all: bool = False,
) -> dict[str, np.ndarray]:
    """The masks {cut: (n_events,)}, or others.

    passes_leptons: another cut on good and all leptons. every_jet: the cuts that take all jets: "jets" and "tags".
    jets_pass: another comparison of a number of jets with the least. away_from_all: jets are taken away from all
    leptons, not from the good ones.
    """
    good, every = leptons_of(events), particles(events, "Lepton")
    collections = good, every, particles(events, "Jet"), jets_of(events, every if away_from_all else good)
    rows = []
    for leptons, all_leptons, all_jets, jets in zip(*collections, strict=True):
        hard = sum(lepton["pt"] > LEAST_HARD_PT for lepton in leptons)
        one = passes_leptons(leptons, all_leptons) if passes_leptons else len(leptons) == 1 and hard == 1
        counted = all_jets if "jets" in every_jet else jets
        n_tags = sum(jet["btag"] > MEDIUM for jet in (all_jets if "tags" in every_jet else jets))
        rows.append([one, jets_pass(len(counted), LEAST_JETS), jets_pass(n_tags, 1), jets_pass(n_tags, 2)])
    table = np.array(rows, bool).reshape(-1, len(CUTS))
    if cumulative:
        table = np.logical_and.accumulate(table, axis=1)
    return dict(zip(CUTS, table.T, strict=True))


def _mistakes(events: ak.Array) -> dict[str, dict[str, np.ndarray]]:
    def hard(leptons: list[Particle]) -> int:
        return sum(lepton["pt"] > LEAST_HARD_PT for lepton in leptons)

    return {
        "each mask holds one cut alone: an event should have passed those before it, too (&)": masks_of(
            events, cumulative=False
        ),
        "a second good lepton of less than 25 GeV is overlooked: there should be exactly one good lepton": masks_of(
            events, lambda leptons, every: hard(leptons) == 1
        ),
        "the one good lepton should have more than 25 GeV": masks_of(events, lambda leptons, every: len(leptons) == 1),
        "there should be exactly one good lepton, not one or more": masks_of(
            events, lambda leptons, every: len(leptons) >= 1 and leptons[0]["pt"] > LEAST_HARD_PT
        ),
        "leptons are counted before they are selected: count the good ones": masks_of(
            events, lambda leptons, every: len(every) == 1 and hard(leptons) == 1
        ),
        "jets are counted before they are selected: count the good ones, not nJet": masks_of(events, every_jet="jets"),
        "b tags are counted among all jets: count those of the good jets": masks_of(events, every_jet="tags"),
        "jets and b tags are counted before jets are selected: count the good ones": masks_of(
            events, every_jet="jets, tags"
        ),
        "good_jets is given all leptons: give it the good ones": masks_of(events, away_from_all=True),
        "at least so many are asked for, not exactly so many: >=, not ==": masks_of(
            events, jets_pass=lambda n, least: n == least
        ),
        "at least so many are asked for, not more than so many: >=, not >": masks_of(
            events, jets_pass=lambda n, least: n > least
        ),
        "every event passes: jets that were padded count, too": masks_of(events, jets_pass=lambda n, least: True),
    }


def tabulates_cut_flow(function: Callable[..., Any], masks: Mapping[str, np.ndarray], weights: np.ndarray) -> None:
    """Fail unless ``function(masks, weights)`` is a frame with FLOW for ``all`` and for each cut.

    masks: {cut: (n_events,)}, each of them with all cuts before. weights: (n_events,). Where what an efficiency is
    relative to has no weight, it and its error are NaN.
    """
    import pandas as pd  # here, because other notebooks need not wait for it

    given = {cut: mask.copy() for cut, mask in masks.items()}, weights.copy()
    found = call(
        function, *given, says=f"cut_flow should take {len(masks)} masks and the weights of {len(weights)} events"
    )
    for array, before in ((given[1], weights), *((given[0][cut], mask) for cut, mask in masks.items())):
        equal(array, before, "cut_flow changed an array that it was given")
    kind = type(found).__name__
    that(isinstance(found, pd.DataFrame), f"cut_flow should return a data frame, but the type of its result is {kind}")
    rows = ["all", *masks]
    missing = [name for name in FLOW if name not in found.columns]
    that(not missing, f"the result of cut_flow lacks the columns {few(missing)}")
    index = strings(found.index, "the index of cut_flow")
    that(index == rows, f"the rows of cut_flow are {', '.join(index)}, but {', '.join(rows)} are expected")
    right = _flow(masks, weights)
    for name in FLOW:
        values = plain(found[name].to_numpy(), f"the column {name}")
        that(values.dtype.kind in "biuf", f"the column {name} of cut_flow should hold numbers, not {values.dtype}")
        values, expected = values.astype(float), right[name]
        for row, mine, theirs in zip(rows, values, expected, strict=True):
            that(
                np.isnan(mine) == np.isnan(theirs),
                f"{name} of {row!r} is {mine:.4g}, but "
                + (
                    "it should be NaN: there is no weight to compare with"
                    if np.isnan(theirs)
                    else f"{theirs:.4g} is expected"
                ),
            )
        values, expected = np.nan_to_num(values), np.nan_to_num(expected)
        if not agrees(values, expected, rtol=1e-5, atol=1e-9):
            # The first row does not tell one mistake from another: its efficiencies are 1, and some say so by hand.
            known = {
                f"{name}: {sentence}": np.nan_to_num(wrong[name])[1:]
                for sentence, wrong in _flow_mistakes(masks, weights).items()
            }
            told = {sentence: wrong for sentence, wrong in known.items() if not agrees(wrong, expected[1:])}
            explained(values[1:], told, rtol=1e-5, atol=1e-9)
        close(values, expected, f"the column {name} of cut_flow is wrong", rtol=1e-5, atol=1e-9)


def _flow(
    masks: Mapping[str, np.ndarray],
    weights: np.ndarray,
    error_of: Callable[[np.ndarray, np.ndarray, np.ndarray], float] | None = None,
) -> dict[str, np.ndarray]:
    """The columns of the table; error_of: of weights, and masks before and after a cut, another error."""
    passing = [np.ones(len(weights), bool), *(np.asarray(mask, bool) for mask in masks.values())]
    sums = [weights[mask].sum() for mask in passing]

    def pairs(before: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        columns = [_efficiency(weights, earlier, mask, error_of) for earlier, mask in zip(before, passing, strict=True)]
        efficiency, error = np.array(columns).T
        return efficiency, error

    to_previous = pairs([passing[0], *passing[:-1]])
    to_all = pairs([passing[0]] * len(passing))
    return {
        "events": np.array([mask.sum() for mask in passing], float),
        "yield": np.array(sums),
        "error": np.sqrt([np.sum(weights[mask] ** 2) for mask in passing]),
        "to_previous": to_previous[0],
        "to_previous_error": to_previous[1],
        "to_all": to_all[0],
        "to_all_error": to_all[1],
    }


def _efficiency(
    weights: np.ndarray, before: np.ndarray, after: np.ndarray, error_of: Callable[..., float] | None
) -> tuple[float, float]:
    total = weights[before].sum()
    if not total:
        return np.nan, np.nan
    efficiency = weights[after].sum() / total
    if error_of:
        return efficiency, error_of(weights, before, after)
    passed, lost = np.sum(weights[after] ** 2), np.sum(weights[before & ~after] ** 2)
    return efficiency, np.sqrt((1 - efficiency) ** 2 * passed + efficiency**2 * lost) / total


def _flow_mistakes(masks: Mapping[str, np.ndarray], weights: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    def share(weights: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
        return float(weights[after].sum() / weights[before].sum())

    def of_counts(weights: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
        efficiency = share(weights, before, after)
        return float(np.sqrt(max(efficiency * (1 - efficiency), 0) / before.sum()))

    def of_poisson(weights: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
        return float(np.sqrt(np.sum(weights[after] ** 2)) / weights[before].sum())

    def of_relatives(weights: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
        if not weights[after].sum():
            return 0.0
        relative = [np.sqrt(np.sum(weights[mask] ** 2)) / weights[mask].sum() for mask in (before, after)]
        return share(weights, before, after) * float(np.hypot(*relative))

    def of_kept(weights: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
        efficiency = share(weights, before, after)
        return float(np.sqrt(max(efficiency * (1 - efficiency), 0) / after.sum())) if after.any() else 0.0

    def squared(weights: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
        return _efficiency(weights, before, after, None)[1] ** 2

    right = _flow(masks, weights)
    swapped = right | {
        f"to_{one}{end}": right[f"to_{other}{end}"]
        for one, other in (("all", "previous"), ("previous", "all"))
        for end in ("", "_error")
    }
    per_cent = {name: 100 * values if name.startswith("to_") else values for name, values in right.items()}
    shifted = {name: np.append(values[1:], np.nan) for name, values in right.items()}
    of_yield = {**right, "error": np.sqrt(np.abs(right["yield"]))}
    of_sum = {**right, "error": right["error"] ** 2}
    return {
        "the weights are left out: add up weights, do not count events": _flow(masks, np.ones(len(weights))),
        "efficiencies to the step before and to all events have changed places": swapped,
        "an efficiency is a fraction from 0 to 1, not per cent": per_cent,
        "the rows are shifted by one: the row of a cut says what is left after it": shifted,
        "the error of a yield is the root of the sum of the squared weights, not that of the yield": of_yield,
        "the root is missing: the error is the root of the sum of the squared weights": of_sum,
        "events with different weights count differently: √(ε(1 − ε)/N) holds only if all weights are equal": _flow(
            masks, weights, of_counts
        ),
        "the events that pass are part of those before: the error is not that of two independent numbers": _flow(
            masks, weights, of_poisson
        ),
        "the events that pass are part of those before: relative errors add in quadrature only if they are not": _flow(
            masks, weights, of_relatives
        ),
        "the error is divided by the number of events that pass": _flow(masks, weights, of_kept),
        "the root is missing: this is the variance": _flow(masks, weights, squared),
    }
