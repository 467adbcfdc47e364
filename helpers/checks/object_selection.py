"""Checks of what is taken from the collections of an event: leptons, jets away from them, and pairs by b tag."""

from collections.abc import Callable
from typing import Any

import awkward as ak
import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.jagged_events import (
    Collection,
    collection,
    compared,
    distance,
    hardest_first,
    particles,
    records,
    wrapped,
)
from helpers.checks.values import equal

LEAST_LEPTON_PT, LARGEST_ISO = 15.0, 0.15
LEAST_JET_PT, RADIUS = 25.0, 0.4
DIRECTION = ("pt", "eta", "phi")
JET = ("pt", "eta", "phi", "mass", "btag")


def leptons_of(events: ak.Array, least_pt: float = LEAST_LEPTON_PT, largest_iso: float = LARGEST_ISO) -> Collection:
    """The isolated leptons of each event with more than so many GeV."""
    return [
        [lepton for lepton in event if lepton["pt"] > least_pt and lepton["iso"] < largest_iso]
        for event in particles(events, "Lepton")
    ]


def jets_of(
    events: ak.Array,
    leptons: Collection,
    least_pt: float = LEAST_JET_PT,
    radius: float = RADIUS,
    judge: Callable[[list[bool]], bool] = all,
    wrap: Callable[[Any], Any] = wrapped,
) -> Collection:
    """The jets of each event with more than so many GeV, and away from its leptons: from all of them, or as judged."""
    return [
        [
            jet
            for jet in jets
            if jet["pt"] > least_pt and judge([distance(jet, lepton, wrap) > radius for lepton in of_event])
        ]
        for jets, of_event in zip(particles(events, "Jet"), leptons, strict=True)
    ]


def keeps_leptons(function: Callable[..., Any], events: ak.Array) -> None:
    """Fail unless ``function(events)`` gives the leptons of each event above 15 GeV with an isolation below 0.15."""
    name = "the result of good_leptons"
    found = call(function, events, says=f"good_leptons should take {len(events)} events")
    every = particles(events, "Lepton")
    compared(
        collection(found, DIRECTION, len(events), name),
        leptons_of(events),
        DIRECTION,
        "the leptons",
        {
            "good_leptons keeps all leptons": every,
            "good_leptons forgets the isolation: keep leptons with iso below 0.15": leptons_of(events, largest_iso=9),
            "good_leptons forgets the transverse momentum: keep leptons above 15 GeV": leptons_of(events, least_pt=0),
            "good_leptons wants more than 15 GeV of a lepton: 25 is for the selection of events": leptons_of(
                events, least_pt=25
            ),
            "good_leptons keeps leptons that are not isolated: iso should be small, below 0.15": [
                [lepton for lepton in event if lepton["pt"] > LEAST_LEPTON_PT and lepton["iso"] > LARGEST_ISO]
                for event in every
            ],
            "a lepton needs both, pT above 15 GeV and an isolation below 0.15: combine with &, not with |": [
                [lepton for lepton in event if lepton["pt"] > LEAST_LEPTON_PT or lepton["iso"] < LARGEST_ISO]
                for event in every
            ],
            "good_leptons keeps the first lepton alone: keep all that are good": [
                event[:1] for event in leptons_of(events)
            ],
        },
    )


def keeps_jets(function: Callable[..., Any], events: ak.Array) -> None:
    """Fail unless ``function(events, leptons)`` gives the jets above 25 GeV with ΔR > 0.4 to every lepton given."""
    leptons = leptons_of(events)
    _keeps_jets_away_from(function, events, leptons)
    fewer = [event[1:] for event in leptons]
    given = records(fewer, (*DIRECTION, "iso"))
    found = call(function, events, given, says="good_jets should take events and any leptons")
    equal(
        [len(event) for event in collection(found, JET, len(events), "the result of good_jets")],
        [len(event) for event in jets_of(events, fewer)],
        "good_jets should keep away from the leptons that it is given, not from those that it finds for itself",
    )


def _keeps_jets_away_from(function: Callable[..., Any], events: ak.Array, leptons: Collection) -> None:
    name = "the result of good_jets"
    given = records(leptons, (*DIRECTION, "iso"))
    found = call(function, events, given, says=f"good_jets should take {len(events)} events and their leptons")
    every = particles(events, "Lepton")
    none: Collection = [[] for _ in leptons]
    compared(
        collection(found, JET, len(events), name),
        jets_of(events, leptons),
        JET,
        "the jets",
        {
            "good_jets keeps the jets that leptons are in: ask for ΔR above 0.4": jets_of(events, none),
            "good_jets forgets the transverse momentum: keep jets above 25 GeV": jets_of(events, leptons, least_pt=0),
            "good_jets keeps all jets": particles(events, "Jet"),
            "an angle between two azimuths is at most π: bring phi - phi to between −π and π first": jets_of(
                events, leptons, wrap=lambda delta_phi: delta_phi
            ),
            "a jet should be away from every lepton of its event, not from one of them: ak.all, not ak.any": jets_of(
                events, leptons, judge=any
            ),
            "events without a lepton have lost their jets: there is nothing that their jets should be away from": (
                jets_of(events, leptons, judge=lambda far: bool(far) and all(far))
            ),
            "good_jets looks at the first lepton alone: a jet should be away from every lepton given": jets_of(
                events, [event[:1] for event in leptons]
            ),
            "good_jets keeps the jets that leptons are in, and drops the others": jets_of(
                events, leptons, judge=lambda far: not all(far)
            ),
            "good_jets takes Lepton_… of the events: take the leptons that are given, which were selected": jets_of(
                events, every
            ),
        },
    )


def splits_jets(function: Callable[..., Any], jets: Collection) -> None:
    """Fail unless ``function(jets)`` gives the two jets with the highest b tags, and the others, each hardest first.

    jets: of each event, hardest first.
    """
    says = f"split_jets should take the jets of {len(jets)} events"
    result = call(function, records(jets, JET), says=says)
    that(isinstance(result, tuple | list) and len(result) == 2, "split_jets should return two arrays of jets: b, rest")

    tagged = [sorted(event, key=lambda jet: -jet["btag"]) for event in jets]
    expected = {
        "b": [hardest_first(event[:2]) for event in tagged],
        "rest": [hardest_first(event[2:]) for event in tagged],
    }
    found = {
        name: collection(value, JET, len(jets), f"{name} of split_jets")
        for name, value in zip(expected, result, strict=True)
    }
    exchanged = same_jets(found["b"], expected["rest"]) and same_jets(found["rest"], expected["b"])
    that(not exchanged, "the two results have changed places: return b, rest")
    mistakes = {
        "b": {
            "b stands in the order of the b tags: of the two, the one with the larger pT comes first": [
                event[:2] for event in tagged
            ],
            "b holds the hardest two jets: take those with the highest b tags": [event[:2] for event in jets],
            "b holds the two jets with the lowest b tags: argsort has the smallest first": [
                hardest_first(event[-2:]) for event in tagged
            ],
            "b holds all jets above the working point: it is the two with the highest b tags, whatever these are": [
                [jet for jet in event if jet["btag"] > 0.2783] for event in jets
            ],
            "b has the softer jet first": [hardest_first(event[:2])[::-1] for event in tagged],
            "b holds one jet: the two with the highest b tags are asked for": [event[:1] for event in tagged],
        },
        "rest": {
            "rest stands in the order of the b tags: the hardest comes first": [event[2:] for event in tagged],
            "rest holds the jets after the two hardest ones: it is those that are not in b": [
                event[2:] for event in jets
            ],
            "rest holds all jets: leave out those that are in b": list(jets),
            "rest has the softest jet first": [hardest_first(event[2:])[::-1] for event in tagged],
            "rest holds the hardest jet alone: all that are not in b are asked for": [
                hardest_first(event[2:])[:1] for event in tagged
            ],
        },
    }
    for name, right in expected.items():
        compared(found[name], right, JET, f"the jets in {name}", mistakes[name])


def same_jets(found: Collection, expected: Collection) -> bool:
    """Whether two collections have as many jets in each event, with the same pT."""
    return [[round(jet["pt"], 3) for jet in event] for event in found] == [
        [round(jet["pt"], 3) for jet in event] for event in expected
    ]


def example_jets(n_events: int, seed: int) -> Collection:
    """The jets of so many events, 0 to 6 each, hardest first; tags and momenta go their own ways."""
    rng = np.random.default_rng(seed)
    return [
        hardest_first(
            [
                {
                    "pt": round(25 + rng.exponential(40), 2),
                    "eta": rng.uniform(-2.5, 2.5),
                    "phi": rng.uniform(-np.pi, np.pi),
                    "mass": rng.uniform(3, 15),
                    "btag": rng.random(),
                }
                for _ in range(rng.integers(0, 7))
            ]
        )
        for _ in range(n_events)
    ]
