"""The check of masses that events with jets, a lepton and missing transverse momentum give."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import awkward as ak
import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.jagged_events import Particle, awkward, records
from helpers.checks.object_selection import DIRECTION, JET, example_jets
from helpers.checks.values import close, dictionary, numbers

MASSES = ("bb", "jj", "transverse", "hh")
MADE_OF = {
    "bb": "the two b jets",
    "jj": "the first two jets of rest",
    "transverse": "the lepton and the missing transverse momentum",
    "hh": "b jets, two jets of rest, lepton and neutrino",
}
RELATIVE_TOLERANCE = 2e-3
"""In 32 bits the mass of a light pair at a large pseudorapidity loses that much."""


def weighs_events(function: Callable[..., Any], n_events: int, seed: int) -> None:
    """Fail unless ``function(lepton, b, rest, met_pt, met_phi)`` has the MASSES of so many events.

    lepton: records (n_events,). b, rest: jets, jagged, with two and with one or more an event. met_pt, met_phi:
    (n_events,). The result is a dictionary of arrays (n_events,); jj and hh are None or NaN with less than two in rest.
    """
    rng = np.random.default_rng(seed)
    jets = [event for event in example_jets(4 * n_events, seed) if len(event) >= 3][:n_events]
    b, rest = [event[:2] for event in jets], [event[2:] for event in jets]
    lepton = [
        {"pt": 25 + rng.exponential(30), "eta": rng.uniform(-2.4, 2.4), "phi": rng.uniform(-np.pi, np.pi)} for _ in jets
    ]
    met = rng.exponential(60, n_events).astype(np.float32), rng.uniform(-np.pi, np.pi, n_events).astype(np.float32)
    given = records([[one] for one in lepton], DIRECTION)[:, 0], records(b, JET), records(rest, JET), *met
    found = call(function, *given, says=f"masses should take {n_events} events with one jet or more in rest")
    dictionary(found, MASSES, "the result of masses")
    events = [Event(*of_event) for of_event in zip(lepton, b, rest, *(column.tolist() for column in met), strict=True)]
    expected = {name: _column(events, _mass, name) for name in MASSES}
    for name in MASSES:
        _is(name, found[name], expected[name], _mistakes(name, events))


def _is(name: str, value: Any, expected: np.ndarray, mistakes: Mapping[str, np.ndarray]) -> None:
    array = awkward(value, f"the mass {name}")
    that(
        array.ndim == 1,
        f"the mass {name} should be one number for each event, but it has {array.ndim - 1} levels of lists",
    )
    that(
        len(array) == len(expected),
        f"the mass {name} should have an entry for each of the {len(expected)} events, also where it is None, but it "
        f"has {len(array)}",
    )
    that(not array.fields, f"the mass {name} should hold numbers, not records: take the mass of the sum")
    mine = np.array([np.nan if entry is None else entry for entry in ak.to_list(array)], float)
    there, missing = ~np.isnan(expected), np.isnan(expected)
    that(
        bool(np.isnan(mine[missing]).all()),
        f"the mass {name} should be None in an event with less than two jets in rest: nothing else takes their place",
    )
    lacking = int(np.isnan(mine[there]).sum())
    that(lacking == 0, f"the mass {name} is None or NaN in {lacking} events that have it: it is of {MADE_OF[name]}")
    right = expected[there]
    if not np.allclose(mine[there], right, rtol=RELATIVE_TOLERANCE, atol=0.05):
        for sentence, wrong in mistakes.items():
            that(not np.allclose(mine[there], wrong[there], rtol=RELATIVE_TOLERANCE, atol=0.05), f"{name}: {sentence}")
    close(
        numbers(mine[there], f"the mass {name}"),
        right,
        f"the mass {name} is wrong: it is of {MADE_OF[name]}",
        rtol=RELATIVE_TOLERANCE,
        atol=0.05,
    )


class Event(NamedTuple):
    """What ``masses`` is given of one event."""

    lepton: Particle
    b: list[Particle]
    rest: list[Particle]
    met: float
    phi: float


def _column(events: list[Event], mass: Callable[[Event, str], float], name: str) -> np.ndarray:
    return np.array([mass(event, name) for event in events])


def _momentum(particle: Particle) -> np.ndarray:
    pt, eta, phi = particle["pt"], particle["eta"], particle["phi"]
    momentum = pt * np.array([np.cos(phi), np.sin(phi), np.sinh(eta)])
    return np.array([np.sqrt(momentum @ momentum + particle.get("mass", 0.0) ** 2), *momentum])


def _invariant(particles: list[Particle]) -> float:
    total = np.sum([_momentum(particle) for particle in particles], axis=0)
    return float(np.sqrt(max(total[0] ** 2 - total[1:] @ total[1:], 0)))


def _neutrino(event: Event, eta: float) -> Particle:
    return {"pt": event.met, "phi": event.phi, "eta": eta}


def _mass(event: Event, name: str) -> float:
    lepton, b, rest, met, phi = event
    if name == "bb":
        return _invariant(b)
    if name == "transverse":
        return float(np.sqrt(2 * lepton["pt"] * met * (1 - np.cos(lepton["phi"] - phi))))
    if len(rest) < 2:
        return float("nan")
    if name == "jj":
        return _invariant(rest[:2])
    return _invariant([*b, *rest[:2], lepton, _neutrino(event, lepton["eta"])])


def _mistakes(name: str, events: list[Event]) -> dict[str, np.ndarray]:
    def of(mass: Callable[[Event], float]) -> np.ndarray:
        return np.array([mass(event) for event in events])

    def massless(particles: list[Particle]) -> list[Particle]:
        return [{**particle, "mass": 0.0} for particle in particles]

    def scalar(particles: list[Particle]) -> float:
        return float(sum(particle["pt"] for particle in particles))

    def all_with(event: Event, eta: float) -> list[Particle]:
        return [*event.b, *event.rest[:2], event.lepton, _neutrino(event, eta)]

    if name == "transverse":
        return {
            "the cosine has the wrong sign: 1 − cos Δφ": of(
                lambda e: float(np.sqrt(2 * e.lepton["pt"] * e.met * (1 + np.cos(e.lepton["phi"] - e.phi))))
            ),
            "the root is missing": of(lambda e: 2 * e.lepton["pt"] * e.met * (1 - np.cos(e.lepton["phi"] - e.phi))),
            "there is a 2 under the root": of(
                lambda e: float(np.sqrt(e.lepton["pt"] * e.met * (1 - np.cos(e.lepton["phi"] - e.phi))))
            ),
            "the invariant mass of lepton and MET needs the η of the neutrino: the transverse mass does without": of(
                lambda e: _invariant([e.lepton, _neutrino(e, 0.0)])
            ),
        }
    if name == "hh":
        return {
            "the neutrino should have the η of the lepton, not 0": of(lambda e: _invariant(all_with(e, 0.0))),
            "the neutrino is left out": of(lambda e: _invariant(all_with(e, 0.0)[:-1])),
            "the lepton is left out": of(lambda e: _invariant([*e.b, *e.rest[:2], _neutrino(e, e.lepton["eta"])])),
            "all jets of rest are in it: take the first two": of(
                lambda e: _invariant([*e.b, *e.rest, e.lepton, _neutrino(e, e.lepton["eta"])])
            ),
            "the jets have a mass each, which is not 0": of(
                lambda e: _invariant(massless(all_with(e, e.lepton["eta"])))
            ),
            "masses do not add up, four-momenta do": of(
                lambda e: _invariant(e.b) + _invariant(e.rest[:2]) + _mass(e, "transverse")
            ),
        }

    def jets(event: Event) -> list[Particle]:
        return event.b if name == "bb" else event.rest

    def others(event: Event) -> list[Particle]:
        return event.rest if name == "bb" else event.b

    return {
        "the jets have a mass each, which is not 0": of(lambda e: _invariant(massless(jets(e)[:2]))),
        "transverse momenta are added up: the mass is that of the sum of four-momenta": of(
            lambda e: scalar(jets(e)[:2])
        ),
        "the masses of the jets are added up: take the mass of the sum of their four-momenta": of(
            lambda e: float(sum(jet["mass"] for jet in jets(e)[:2]))
        ),
        "all jets of rest are in it: take the first two": of(lambda e: _invariant(jets(e))),
        "the pair is that of the other jets": of(lambda e: _invariant(others(e)[:2])),
    }
