"""Checks of functions that give the batches and the steps of the training, validation and test part of a file."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from helpers.checks.events import shuffled
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees
from helpers.checks.streams import stream
from helpers.checks.values import close, equal, number, numbers

ENDS = {"training": (0.0, 0.6), "validation": (0.6, 0.8), "test": (0.8, 1.0)}
SCALED = "scaled with the mean and deviation of the training events"


def part_of(part: str, n_events: int) -> slice:
    """Where the events of a part lie in a file of so many."""
    start, stop = ENDS[part]
    return slice(round(start * n_events), round(stop * n_events))


def feeds_parts(
    part_batches: Callable[..., Any],
    part_steps: Callable[..., Any],
    events: Sequence[np.ndarray],
    batch_size: int,
    parts: Sequence[str] = tuple(ENDS),
) -> None:
    """Fail unless ``part_batches(part)`` and ``part_steps(part)`` give the batches and the steps of each part.

    events: inputs (n_events, n_inputs) as they are in the file, labels and weights (n_events,). A part holds the events
    of its range of ENDS; training events come in a new random order each epoch, the others in that of the file.
    """
    n_events = len(events[1])
    training_inputs = events[0][part_of("training", n_events)].astype(float)
    inputs = (events[0] - training_inputs.mean(axis=0)) / training_inputs.std(axis=0)
    for part in parts:
        here = part_of(part, n_events)
        wanted = [array[here] for array in (inputs, *events[1:])]
        first, second = _epochs(part_batches, part_steps, part, len(wanted[1]), batch_size)
        for found in (first, second):
            _has_the_right_size(found, len(wanted[1]), batch_size, part)
        if part == "training":
            _are_shuffled(first, second, wanted, events[0][here])
        else:
            for found in (first, second):
                _are_in_order(found, wanted, (inputs, *events[1:]), part)
                _are_scaled(found[0], wanted[0], events[0][here], part)


def _epochs(
    part_batches: Callable[..., Any], part_steps: Callable[..., Any], part: str, n_events: int, batch_size: int
) -> Iterator[list[np.ndarray]]:
    """Inputs, labels and weights of two epochs, as Keras would get them."""
    said = f'part_steps("{part}")'
    n_steps = number(call(part_steps, part, says=f"{said} should give a number"), said)
    made = call(part_batches, part, says=f'part_batches("{part}") should work')
    kept, dropped = -(-n_events // batch_size), n_events // batch_size
    that(
        n_steps in ((kept, dropped) if part == "training" else (kept,)),
        f"{said} is {n_steps:g}, but {n_events} events make {kept} batches of {batch_size}, the last one smaller",
    )
    running = stream(made, int(n_steps))
    for epoch in (1, 2):
        taken = []
        for step in range(int(n_steps)):
            batch: Any = next(running, None)
            that(
                batch is not None,
                f"the {part} batches end after {step} steps of epoch {epoch}: they must go on for ever",
            )
            taken.append([np.array(array) for array in batch])
        full = [len(batch[1]) == batch_size for batch in taken]
        says = f"your {said} says {n_steps:g}, but the {part} batches come in rounds of "
        both = ": the two functions must agree on the last, smaller batch"
        that(kept == dropped or n_steps == dropped or not all(full), f"{says}{dropped}{both}")
        that(n_steps == kept or all(full[:1]) or not all(full[1:]), f"{says}{kept}{both}")
        yield [np.concatenate(column) for column in zip(*taken, strict=True)]


def _has_the_right_size(found: list[np.ndarray], n_events: int, batch_size: int, part: str) -> None:
    n_found = len(found[1])
    whole = (n_events, n_events // batch_size * batch_size) if part == "training" else (n_events,)
    that(
        n_found in whole,
        f"an epoch of the {part} part holds {n_found} events instead of {n_events}: are there {batch_size} in every "
        "batch but the last?",
    )
    dtype = found[0].dtype
    that(
        dtype == np.float32,
        f"the {part} inputs are {dtype}, but float32 is asked for: scaling with float64 numbers gives float64",
    )
    numbers(found[0], f"the {part} inputs")


def _are_in_order(
    found: list[np.ndarray], wanted: list[np.ndarray], everything: Sequence[np.ndarray], part: str
) -> None:
    if not np.array_equal(found[1], wanted[1]):
        beginning = [array[: len(found[1])] for array in everything]
        if agrees(np.sort(found[2]), np.sort(wanted[2])):
            raise CheckFailed(
                f"the {part} events come in a random order: only training events are shuffled, so give batches no rng "
                "for the others"
            )
        that(
            not agrees(np.sort(found[2]), np.sort(beginning[2])),
            f"the {part} batches hold the first events of the file: a part begins at PARTS[part][0], but batches "
            "counts from 0",
        )
    says = f"the {part} batches should hold the {part} events, in the order of the file"
    equal(found[1], wanted[1], f"{says}: their labels do not agree")
    close(found[2], wanted[2], f"{says}: their weights do not agree")


def _are_scaled(found: np.ndarray, wanted: np.ndarray, raw: np.ndarray, part: str) -> None:
    if agrees(found, raw):
        raise CheckFailed(_not_scaled(part))
    close(found, wanted, f"the {part} inputs are not those of the events, {SCALED}", rtol=1e-3, atol=1e-3)


def _not_scaled(part: str) -> str:
    return f"the {part} inputs are as they are in the file: they are not scaled, but should be {SCALED}"


def _are_shuffled(first: list[np.ndarray], second: list[np.ndarray], wanted: list[np.ndarray], raw: np.ndarray) -> None:
    that(
        not np.array_equal(first[1], second[1]),
        "the training events come in the same order in every epoch: give batches an rng, which goes on from epoch to "
        "epoch",
    )
    shuffled(first[1], "the training events are not shuffled")
    # Sorted by a sum of all numbers of an event, the events must agree with those of the part, but for a few near-equal
    # sums and a dropped batch.
    mixing = 0.7 ** np.arange(wanted[0].shape[1])
    key, wanted_key = first[0] @ mixing, wanted[0] @ mixing
    by_key = np.argsort(wanted_key)
    place = np.clip(np.searchsorted(wanted_key[by_key], key), 1, len(by_key) - 1)
    above, below = (np.abs(wanted_key[by_key[place - back]] - key) for back in (0, 1))
    match = by_key[np.where(above < below, place, place - 1)]
    near = np.mean(np.minimum(above, below) < 1e-4)
    if near < 0.999 and agrees(first[0].mean(axis=0, dtype=float), raw.mean(axis=0, dtype=float), rtol=0.02):
        raise CheckFailed(_not_scaled("training"))
    that(
        bool(near > 0.999), f"the training batches do not hold the training events, {SCALED}: {1 - near:.0%} are others"
    )
    that(len(np.unique(match)) > 0.97 * len(key), "training events come more than once an epoch")
    for column, name in ((1, "label"), (2, "weight")):
        same = np.isclose(first[column], wanted[column][match], rtol=1e-4)
        that(bool(np.mean(same) > 0.97), f"a training event lost its {name}")
