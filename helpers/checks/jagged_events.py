"""Events with collections of particles, as in the di-Higgs files: examples, and what a student made of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import awkward as ak
import numpy as np

from helpers.checks.failure import CheckFailed, that

Particle = dict[str, float]
Collection = list[list[Particle]]
"""The particles of each event."""

FIELDS = {"Lepton": ("pt", "eta", "phi", "iso", "pdgId"), "Jet": ("pt", "eta", "phi", "mass", "btag", "hadronFlavour")}
GAP = 0.02
"""No angle of an example lies so close to where jets and leptons are told apart."""


def example_events(n_events: int, seed: int) -> ak.Array:
    """Events with the branches of the di-Higgs files, 0 to 3 leptons and 0 to 7 jets each, and weights that differ.

    Some jets hold a lepton, also across φ = ±π, and some events have nothing that a selection keeps.
    """
    rng = np.random.default_rng(seed)
    events = [_event(rng) for _ in range(n_events)]
    branches: dict[str, Any] = {}
    for collection, fields in FIELDS.items():
        counts = [len(event[collection]) for event in events]
        branches[f"n{collection}"] = np.array(counts, np.int32)
        for field in fields:
            flat = [particle[field] for event in events for particle in event[collection]]
            kind = np.int32 if field in ("pdgId", "hadronFlavour") else np.float32
            branches[f"{collection}_{field}"] = ak.unflatten(np.array(flat, kind), counts)
    for name in ("MET_pt", "MET_phi", "weight"):
        branches[name] = np.array([event[name] for event in events], np.float32)
    return ak.Array(branches)


def _event(rng: np.random.Generator) -> dict[str, Any]:
    n_leptons, n_jets = rng.choice(4, p=[0.1, 0.6, 0.2, 0.1]), rng.choice(8, p=[0.05, 0.05, 0.1, *[0.16] * 5])
    leptons = [
        {
            "pt": round(10.3 + rng.exponential(25), 1) + 0.04,
            "eta": rng.uniform(-2.4, 2.4),
            "phi": rng.choice([rng.uniform(-np.pi, np.pi), np.pi - 0.05, 0.05 - np.pi]),
            "iso": rng.choice([0.0, 0.05, 0.12, 0.2, 0.35], p=[0.4, 0.2, 0.2, 0.1, 0.1]),
            "pdgId": rng.choice([11, -11, 13, -13]),
        }
        for _ in range(n_leptons)
    ]
    jets = [{"eta": rng.uniform(-2.5, 2.5), "phi": rng.uniform(-np.pi, np.pi)} for _ in range(n_jets)]
    for jet, lepton in zip(jets, leptons, strict=False):
        if rng.random() < 0.7:
            jet.update(eta=lepton["eta"] + rng.uniform(-0.2, 0.2), phi=lepton["phi"] + rng.uniform(-0.2, 0.2))
    for jet in jets:
        flavour = rng.choice([5, 4, 0], p=[0.4, 0.1, 0.5])
        tag = rng.uniform(0.3, 1) if rng.random() < 0.75 * (flavour == 5) + 0.05 else rng.uniform(0, 0.27)
        jet.update(pt=round(20.3 + rng.exponential(35), 1) + 0.04, mass=rng.uniform(3, 15))
        jet.update(btag=tag, hadronFlavour=flavour, phi=float(wrapped(jet["phi"])))
        while any(abs(distance(jet, lepton) - 0.4) < GAP for lepton in leptons):
            jet["eta"] += GAP
    return {
        "Lepton": hardest_first(leptons),
        "Jet": hardest_first(jets),
        "MET_pt": rng.exponential(50),
        "MET_phi": rng.uniform(-np.pi, np.pi),
        "weight": rng.choice([0.5, 1.0, 3.0, 40.0]),
    }


def hardest_first(some: list[Particle]) -> list[Particle]:
    """The particles, that with the largest transverse momentum first."""
    return sorted(some, key=lambda particle: -particle["pt"])


def wrapped(delta_phi: Any) -> Any:
    """An azimuth, or a difference of two, between −π and π."""
    return (delta_phi + np.pi) % (2 * np.pi) - np.pi


def distance(one: Particle, other: Particle, wrap: Callable[[Any], Any] = wrapped) -> float:
    """ΔR of two particles."""
    return float(np.hypot(one["eta"] - other["eta"], wrap(one["phi"] - other["phi"])))


def particles(events: ak.Array, collection: str) -> Collection:
    """The particles of each event, ``"Jet"`` or ``"Lepton"``."""
    found: Collection = ak.to_list(ak.zip({field: events[f"{collection}_{field}"] for field in FIELDS[collection]}))
    return found


def records(collection: Collection, fields: Sequence[str]) -> ak.Array:
    """The particles of each event as an awkward array of records with these fields."""
    counts = [len(event) for event in collection]
    columns = {
        field: np.array([particle[field] for event in collection for particle in event], np.float32) for field in fields
    }
    return ak.zip({field: ak.unflatten(column, counts) for field, column in columns.items()})


def awkward(value: Any, name: str) -> ak.Array:
    """A student's array, or lists, as an awkward array that also knows what ``vector`` calls its fields."""
    that(value is not None, f"{name} is None: nothing has been returned yet")
    that(not callable(value), f"{name} is a function, not its result: call it")
    try:
        array = ak.Array(value)
    except Exception:
        raise CheckFailed(f"{name} should be an awkward array, but its type is {type(value).__name__}") from None
    import vector  # here, because other notebooks need not wait for it

    return ak.Array(array.layout, behavior=vector.backends.awkward.behavior)


def collection(value: Any, fields: Sequence[str], n_events: int, name: str) -> Collection:
    """A student's collection as lists of particles with these fields; fail if it is none, in so many events."""
    array = awkward(value, name)
    that(
        len(array) == n_events,
        f"{name} should have an entry for each of the {n_events} events, also for those without any, but it has "
        f"{len(array)}",
    )
    that(array.ndim == 2, f"{name} should have a list in each event, but it has {array.ndim - 1} levels of lists")
    columns = {}
    for field in fields:
        column = array[field] if field in array.fields else getattr(array, field, None)
        that(
            isinstance(column, ak.Array) and column.ndim == 2,
            f"{name} should be records with the field {field}, but the fields are {', '.join(array.fields) or 'none'}",
        )
        columns[field] = ak.to_list(column)
        gaps = any(row is None or any(entry is None for entry in row) for row in columns[field])
        that(
            not gaps,
            f"{name} holds None where something was not selected or was padded: leave it out, as array[mask] does",
        )
    return [
        [dict(zip(fields, values, strict=True)) for values in zip(*event, strict=True)]
        for event in zip(*columns.values(), strict=True)
    ]


def same(found: Collection, expected: Collection, fields: Sequence[str]) -> bool:
    """Whether two collections agree: as many particles in each event, and the same values, in this order."""
    if [len(event) for event in found] != [len(event) for event in expected]:
        return False
    mine, theirs = (
        np.array([[particle[field] for field in fields] for event in some for particle in event], float)
        for some in (found, expected)
    )
    return np.allclose(mine, theirs, rtol=1e-4, atol=1e-4)


def compared(
    found: Collection, expected: Collection, fields: Sequence[str], name: str, mistakes: Mapping[str, Collection]
) -> None:
    """Fail unless the collections agree: with the sentence of the first mistake that gives what was found, if any.

    A mistake that changes nothing in these events explains nothing.
    """
    if same(found, expected, fields):
        return
    for sentence, wrong in mistakes.items():
        that(not same(found, wrong, fields), sentence)
    for event, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
        if not same([mine], [theirs], fields):
            shown = [", ".join(f"{particle[fields[0]]:.1f}" for particle in some) or "none" for some in (mine, theirs)]
            raise CheckFailed(
                f"{name} of event {event} are wrong: their {fields[0]} is {shown[0]}, but {shown[1]} is expected"
                + (f" (and the {', '.join(fields[1:])} that belong to them)" if shown[0] == shown[1] else "")
            )
