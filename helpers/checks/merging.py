"""Checks of a training sample before a network sees it: merged from classes, and scaled."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.events import agree, in_random_order
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.values import close, dictionary, equal, numbers, plain, shape


def merges(samples: Mapping[str, Any], classes: Sequence[Sequence[Mapping[str, np.ndarray]]]) -> None:
    """Fail unless each sample holds its part of all classes, shuffled, each event with what belongs to it.

    samples: {part: {kind: (n_events, ...)}}. classes: what was merged, for each class one {kind: (n_events, ...)}
    for each of the parts, in order; the kinds are "inputs", first, "weights" and "labels".
    """
    all_inputs = np.concatenate([piece["inputs"] for each in classes for piece in each])
    for (part, sample), pieces in zip(samples.items(), zip(*classes, strict=True), strict=True):
        wanted = {kind: np.concatenate([piece[kind] for piece in pieces]) for kind in pieces[0]}
        dictionary(sample, wanted, part)
        n_events, n_wanted = len(plain(sample["inputs"], f'{part}["inputs"]')), len(wanted["inputs"])
        counts = " and ".join(str(len(piece["inputs"])) for piece in pieces)
        that(
            abs(n_events - n_wanted) <= 2,
            f"{part} holds {n_events} events, but {n_wanted} are expected: the {counts} of this part of the classes",
        )
        for kind, values in wanted.items():
            hint = "one row for each event" if values.ndim > 1 else "one for each row of inputs"
            shape(sample[kind], (n_events, *values.shape[1:]), f'{part}["{kind}"]', hint=hint)
        order = _order(sample, wanted, all_inputs, part)
        changes = int(np.count_nonzero(np.diff(plain(sample["labels"], f'{part}["labels"]'))))
        that(changes >= len(pieces), f"{part} still has one class before the other: shuffle after merging")
        in_random_order(
            order,
            f"{part} is still in the order of what was merged, or close to it, or prefers some places: shuffle every "
            "event, and let every order be equally likely, as rng.permutation does",
        )


def _order(
    sample: Mapping[str, Any], wanted: Mapping[str, np.ndarray], all_inputs: np.ndarray, part: str
) -> np.ndarray:
    """From which of the wanted events each event came, (n_events,). Fail unless a sample holds just these.

    Sorted by all that they hold, the inputs first, they agree.

    all_inputs: those of all parts, by which events of another part are known.
    """
    found = {kind: numbers(sample[kind], f'{part}["{kind}"]').astype(float) for kind in wanted}
    wanted = {kind: values.astype(float) for kind, values in wanted.items()}
    order, wanted_order = (
        np.lexsort(np.vstack([kinds[kind].reshape(len(kinds[kind]), -1).T for kind in reversed(wanted)]))
        for kinds in (found, wanted)
    )
    inputs, wanted_inputs = found["inputs"][order], wanted["inputs"][wanted_order]
    if not _same(inputs, wanted_inputs):
        that(
            not _same(np.sort(inputs, axis=0), np.sort(wanted_inputs, axis=0)),
            f"in {part} a row of inputs was torn apart: shuffle whole rows",
        )
        that(
            not looks_scaled(inputs),
            f"{part} was scaled already: merge the inputs as they are (does `scale` change the array it is given?)",
        )
        that(
            not np.isin(inputs[:, 0], all_inputs[:, 0]).all(),
            f"{part} holds events of another part, or an event twice: merge the signal and the background of one part",
        )
        that(False, f"the inputs in {part} are not what they were: merge and shuffle them, and change nothing else")
    for kind in reversed(wanted):
        one_order = f"shuffle {', '.join(wanted)} in one order"
        that(
            agree(found[kind][order], wanted[kind][wanted_order]),
            f"in {part} an event has lost its {kind.removesuffix('s')}: {one_order}",
        )
    came_from = np.empty_like(order)
    came_from[order] = wanted_order
    return came_from


def scales(function: Callable[..., Any], sample: Any) -> None:
    """Fail unless ``function(inputs)`` normalises any inputs with the mean and deviation of the sample's columns.

    sample: (n_events, n_columns), 2 events or more. Forgives 1e-2 deviations for float32 sums over the sample, and
    1e-3 on single events: what some thousand events more or less shift is larger.
    """
    sample = numbers(sample, "the training inputs")
    that(
        not looks_scaled(sample),
        "the training inputs are scaled already: does `scale` change the array that it is given?",
    )
    changed = (
        "scale changed the array it was given, so that whatever is scaled twice is wrong: return a new array, without "
        "`-=`, `/=` or `out=`"
    )
    scaled = _call(function, sample, changed)
    zero_mean = "each column of the scaled training inputs should have mean 0"
    close(scaled.mean(axis=0, dtype=float), np.zeros(sample.shape[1]), zero_mean, atol=1e-2)
    deviation_says = "each column of the scaled training inputs should have standard deviation 1"
    close(scaled.std(axis=0, dtype=float), np.ones(sample.shape[1]), deviation_says, rtol=1e-2)
    mean, deviation = sample.mean(axis=0, dtype=float), sample.std(axis=0, dtype=float)
    says = (
        "other events must be scaled with the training sample's mean and deviation, "
        "not with their own or with those of all events"
    )
    for steps in ([0.0, 1.0, -3.0], [2.0]):
        moved = np.array(steps)[:, None] * np.ones(sample.shape[1])
        close(_call(function, mean + moved * deviation, changed), moved, says, rtol=1e-3, atol=1e-3)


def _call(function: Callable[..., Any], inputs: np.ndarray, changed: str) -> np.ndarray:
    given = inputs.copy()
    result = call(function, given, says=f"scale should take inputs of the shape {inputs.shape}")
    equal(given, inputs, changed)
    shape(result, inputs.shape, "the result of scale")
    return plain(result, "the result of scale")


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    return first.shape == second.shape and agree(first, second)


def looks_scaled(inputs: np.ndarray) -> bool:
    """Whether columns look as if they had been normalised: means near 0 and standard deviations near 1."""
    return bool(np.all(np.abs(inputs.mean(axis=0)) < 0.2) and np.all(np.abs(inputs.std(axis=0) - 1) < 0.2))
