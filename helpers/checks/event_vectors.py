"""Checks of what a network is given of an event: the fifteen numbers, and the file that keeps them."""

from collections.abc import Callable, Mapping
from typing import Any

import awkward as ak
import numpy as np

from helpers.checks.event_selection import masks_of
from helpers.checks.example_trees import scratch_folder
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call
from helpers.checks.jagged_events import Particle, hardest_first, particles
from helpers.checks.object_selection import DIRECTION, jets_of, leptons_of
from helpers.checks.values import close, names, numbers, shape

OF_A_JET = (*DIRECTION, "btag")
COLUMNS = (*(f"lepton {name}" for name in DIRECTION), *(f"jet {n} {name}" for n in (1, 2, 3) for name in OF_A_JET))


def builds_vectors(function: Callable[..., Any], events: ak.Array) -> None:
    """Fail unless ``function(events)`` has the fifteen numbers of each event with one lepton, three jets, one b tag."""
    passing = masks_of(events)["one b tag"]
    found = call(
        function, events, says=f"vectors should take {len(events)} events, of which {passing.sum()} are selected"
    )
    if isinstance(found, ak.Array):
        found = np.array(ak.to_list(found), float)
    n_selected, n_columns = int(passing.sum()), len(COLUMNS)
    transposed = np.shape(found) == (n_columns, n_selected) != (n_selected, n_columns)
    that(not transposed, "vectors has a row for each number: events come first, so transpose it")
    hint = f"a row for each of the {n_selected} events that pass 'one b tag', and {n_columns} columns"
    shape(found, (n_selected, n_columns), "the result of vectors", hint=hint)
    found = numbers(found, "the result of vectors").astype(float)
    good = leptons_of(events)
    chosen = [
        (leptons[0], jets) for leptons, jets, passes in zip(good, jets_of(events, good), passing, strict=True) if passes
    ]
    expected = _table(chosen, _in_order)
    if np.allclose(found, expected, rtol=1e-4, atol=1e-4):
        return
    by_tag = _table(chosen, lambda jets: sorted(jets, key=_tag)[:3])
    grouped = [*range(3), *(3 + 4 * jet + field for field in range(4) for jet in range(3))]
    every = [event for event, passes in zip(particles(events, "Jet"), passing, strict=True) if passes]
    mistakes = {
        "the jets stand in the order of their b tags: of the two with the highest tags the harder one comes first": (
            _table(chosen, lambda jets: [*sorted(jets, key=_tag)[:2], _in_order(jets)[2]])
        ),
        "all three jets stand in the order of their b tags: the third is the hardest of the others": by_tag,
        "these are the hardest three jets: the first two are those with the highest b tags": _table(
            chosen, lambda jets: jets[:3]
        ),
        "the hardest jet of the others comes first: it is the third": _table(
            chosen, lambda jets: [_in_order(jets)[2], *_in_order(jets)[:2]]
        ),
        "the third jet is the one with the highest b tag of the others: take the hardest": _table(
            chosen, lambda jets: [*_in_order(jets)[:2], sorted(jets, key=_tag)[2]]
        ),
        "jets are taken that were not selected: take the good ones": _table(
            [(lepton, jets) for (lepton, _), jets in zip(chosen, every, strict=True)], _in_order
        ),
        "the columns go number by number: they should go jet by jet, pT, η, φ and b tag of each": expected[:, grouped],
        "the lepton comes last: its three numbers are the first": np.roll(expected, -3, axis=1),
    }
    for sentence, wrong in mistakes.items():
        that(not np.allclose(found, wrong, rtol=1e-4, atol=1e-4), sentence)
    for number, name in enumerate(COLUMNS):
        close(found[:, number], expected[:, number], f"the column {number}, {name}, is wrong", rtol=1e-4, atol=1e-4)


def _tag(jet: Particle) -> float:
    return -jet["btag"]


def _in_order(jets: list[Particle]) -> list[Particle]:
    """The two jets with the highest b tags, and the hardest of the others; each group from the hardest on."""
    tagged = sorted(jets, key=_tag)
    return [*hardest_first(tagged[:2]), *hardest_first(tagged[2:])[:1]]


def _table(
    chosen: list[tuple[Particle, list[Particle]]], order: Callable[[list[Particle]], list[Particle]]
) -> np.ndarray:
    rows = [
        [lepton[field] for field in DIRECTION] + [jet[field] for jet in order(jets) for field in OF_A_JET]
        for lepton, jets in chosen
    ]
    return np.array(rows, float).reshape(-1, len(COLUMNS))


def keeps_in_hdf5(function: Callable[..., Any], samples: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Fail unless ``function(path, samples)`` writes a group a process with ``vectors`` and ``weight``.

    samples: {process: (vectors (n_events, 15), weights (n_events,))}. Both datasets are float32 and compressed, and
    replace whatever was at the path.
    """
    import h5py  # here, because other notebooks need not wait for it

    with scratch_folder() as folder:
        path = folder / "vectors.h5"
        with h5py.File(path, "w") as older:
            older.create_dataset("older/vectors", data=np.ones(3))
        given = {name: (vectors.copy(), weights.copy()) for name, (vectors, weights) in samples.items()}
        call(function, str(path), given, says=f"write_hdf5 should write {len(samples)} processes over an older file")
        that(path.is_file(), "write_hdf5 wrote no file at the path that it was given")
        try:
            with h5py.File(path) as file:
                that(
                    "older" not in file,
                    "write_hdf5 leaves groups of an older file: open it with 'w', which replaces it",
                )
                names(list(file), samples, "the file")
                for process, arrays in samples.items():
                    _is_group(file[process], process, arrays)
        except OSError as error:
            raise CheckFailed(f"what write_hdf5 wrote cannot be read ({error}): close the file with `with`") from None


def _is_group(group: Any, process: str, arrays: tuple[np.ndarray, np.ndarray]) -> None:
    import h5py

    that(isinstance(group, h5py.Group), f"{process!r} should be a group, which holds vectors and weight")
    names(list(group), ("vectors", "weight"), f"the group {process!r}")
    for name, array in zip(("vectors", "weight"), arrays, strict=True):
        dataset, what = group[name], f"{process}/{name}"
        turned = dataset.shape == array.shape[::-1] != array.shape
        that(not turned, f"{what} is transposed: events come first, (n_events, 15)")
        shape(np.empty(dataset.shape), array.shape, what)
        that(dataset.dtype == np.float32, f"the dtype of {what} is {dataset.dtype}, but float32 is asked for")
        close(dataset[:], array, f"{what} does not hold the numbers that it was given", rtol=1e-6)
        that(
            dataset.compression is not None or not array.size,
            f"{what} is not compressed: create_dataset takes compression='gzip'",
        )
