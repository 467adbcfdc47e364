"""Checks of a function that shuffles, one that splits, and of a sample that was shuffled and split."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from helpers.checks.events import agree, in_random_order, same_events
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.values import dictionary, equal, numbers, plain, shape
from helpers.language import _

PARTS = ("training", "validation", "test")


def shuffles(function: Callable[..., Any], *arrays: np.ndarray) -> None:
    """Fail unless ``function(rng, *arrays)`` returns the arrays in one random order, which comes from ``rng`` alone.

    arrays: events along the first axis, none or at least ten; in the first column of the first array all differ.
    """
    n_events, count = (
        len(arrays[0]),
        _("one array") if len(arrays) == 1 else _("{number} arrays", number=len(arrays)),
    )
    given = [array.copy() for array in arrays]
    says = _(
        "shuffle_together should take any number of arrays, {count} of {n_events} events too",
        count=count,
        n_events=n_events,
    )
    result = call(function, np.random.default_rng(4), *given, says=says)
    that(result is not None, "shuffle_together returned None: its last line should return the shuffled arrays")
    that(
        isinstance(result, tuple | list) and len(result) == len(arrays),
        "{count} went in, so a tuple of {count} must come out: return a tuple of all of them",
        count=count,
    )
    for array, before in zip(given, arrays, strict=True):
        equal(array, before, "shuffle_together changed the array it was given: return new arrays")
    result = [_checked(found, array, number) for number, (found, array) in enumerate(zip(result, arrays, strict=True))]
    if not n_events:
        return
    order = _order(result[0], arrays[0])
    that(agree(result[0], arrays[0][order]), "a row was torn apart: an event's inputs must stay together")
    for found, array in zip(result[1:], arrays[1:], strict=True):
        that(agree(found, array[order]), "an event lost its weight or its label: one order must serve all arrays")
    in_random_order(
        order,
        "the order is the one you were given, or close to it, or prefers some places: use what the shuffle returns, "
        "shuffle every event, and let every order be equally likely, as rng.permutation does",
    )
    again = plain(function(np.random.default_rng(4), *arrays)[0], "the first array")
    that(
        agree(again, result[0]),
        "the same state of rng should give the same order: take all chance from rng, not from np.random or a seed",
    )
    other = plain(function(np.random.default_rng(5), *arrays)[0], "the first array")
    that(not agree(other, result[0]), "another rng gives the same order: draw the order from rng")


def _checked(found: Any, array: np.ndarray, number: int) -> np.ndarray:
    """A shuffled array as a plain one of the right shape with the right events."""
    name, hint = _("the shuffled array {number}", number=number + 1), "one entry for each event"
    advice = "rng.shuffle works in place and returns None, rng.permutation returns an order"
    that(found is not None, "{name} is None: {advice}", name=name, advice=advice)
    extra_axis = plain(found, name).shape == (1, *array.shape)
    says = "{name} has an axis too many, as array[None] gives: {advice}"
    that(not extra_axis, says, name=name, advice=advice)
    shape(found, array.shape, name, "events come first; shuffle rows, not columns" if array.ndim > 1 else hint)
    values: np.ndarray = plain(found, name)
    same_events(values, array, name)
    return values


def _order(found: np.ndarray, array: np.ndarray) -> np.ndarray:
    """From where in the array each event came, by its first column."""
    keys, sought = (values.reshape(len(values), -1)[:, 0] for values in (array, found))
    by_key = np.argsort(keys)
    order: np.ndarray = by_key[np.searchsorted(keys[by_key], sought)]
    return order


def splits(function: Callable[..., Any], array: np.ndarray, validation: float, test: float) -> None:
    """Fail unless ``function(array, validation, test)`` cuts it, in order, into parts of these fractions.

    array: events along the first axis, any number of them. A part may be one event off, and one that takes what the
    rounding of the two others leaves, whichever it is, two.
    """
    case = _(
        "for {n_events} events and fractions {validation} and {test}",
        n_events=len(array),
        validation=validation,
        test=test,
    )
    parts = call(function, array, validation, test, says=_("split should work {case}", case=case))
    that(parts is not None, "split returned None: its last line should return the three parts")
    that(
        isinstance(parts, tuple | list) and len(parts) == 3,
        "split must return three arrays: training, validation, test",
    )
    parts = [plain(part, _("the {part} part", part=name)) for part, name in zip(parts, PARTS, strict=True)]
    for part, name in zip(parts, PARTS, strict=True):
        says = "the {part} part is {found}: it should be a part of the array, not a number"
        that(part.ndim > 0, says, part=name, found=part)
    sizes = [len(part) for part in parts]
    says = "{case} events are lost or used twice: the parts hold {sizes}"
    that(sum(sizes) == len(array), says, case=case, sizes=sizes)
    rows = [row for part in parts for row in part]
    that(
        all(np.shape(row) == array.shape[1:] for row in rows),
        "{case} an event has the shape {found} instead of {expected}: "
        "cut along the first axis, and return the events themselves",
        case=case,
        found=np.shape(rows[0]) if rows else (),
        expected=array.shape[1:],
    )
    wanted = [abs(fraction) * len(array) for fraction in (1 - validation - test, validation, test)]
    off = [abs(size - number) for size, number in zip(sizes, wanted, strict=True)]
    worst = int(np.argmax(off))
    that(
        off[worst] < 2 and sorted(off)[1] < 1 + 1e-9,
        "{case} the {part} part should hold {wanted:g} events, give or take 1, or 2 for the part that "
        "takes what is left, but it holds {found}",
        case=case,
        part=PARTS[worst],
        wanted=wanted[worst],
        found=sizes[worst],
    )
    joined = np.reshape(rows, array.shape)
    says = "{case} the parts, joined again, are not the array: keep the order and do not overlap"
    that(agree(joined, array), says, case=case)


def split_sample(sample: Any, given: Mapping[str, np.ndarray], fractions: Mapping[str, float], name: str) -> None:
    """Fail unless a sample's parts hold the given events, shuffled, each with what belongs to it.

    sample: {part: {kind: (n_events, ...)}}. given: {kind: (n_events, ...)}, "inputs" first, "labels" all the same.
    fractions: of the events in each part, which may be off by two events.
    """
    dictionary(sample, fractions, name)
    n_events = len(next(iter(given.values())))
    for part, fraction in fractions.items():
        where = f'{name}["{part}"]'
        dictionary(sample[part], given, where)
        found = len(plain(sample[part]["inputs"], f'{where}["inputs"]'))
        that(
            abs(found - fraction * n_events) <= 2,
            "{name} holds {found} events, {fraction:.0%} of {n_events} are expected",
            name=where,
            found=found,
            fraction=fraction,
            n_events=n_events,
        )
        for kind, values in given.items():
            hint = "one row for each event" if values.ndim > 1 else "as many as there are rows of inputs"
            shape(sample[part][kind], (found, *values.shape[1:]), f'{where}["{kind}"]', hint=hint)
    parts = [{kind: numbers(sample[part][kind], f'{name}["{part}"]["{kind}"]') for kind in given} for part in fractions]
    joined = {kind: np.concatenate([part[kind] for part in parts]) for kind in given}
    for label in np.unique(given["labels"]):
        right = bool(np.all(joined["labels"] == label))
        that(right, "all labels in {name} should be {label:g}", name=name, label=label)
    for kind, values in given.items():
        for found, column in zip(_columns(joined[kind]), _columns(values), strict=True):
            same_events(found, column, _("{name}, its three parts together, {kind},", name=name, kind=kind))
    came_from = _where_rows_come_from(joined, given, name)
    first = 0
    for part, held in zip(fractions, parts, strict=True):
        n_part = len(held["inputs"])
        place = np.mean(came_from[first : first + n_part]) / n_events
        # A fair sample of uniform numbers has mean 0.5 and standard deviation 1 / sqrt(12 n); 5 of them are allowed.
        that(
            abs(place - 0.5) < 5 / np.sqrt(12 * n_part),
            "{name} holds one end of the file and not all of it alike: shuffle before you split",
            name=f'{name}["{part}"]',
        )
        first += n_part
    says = _(
        "{name} is still in the order of the file, or its order prefers some places: shuffle it before you split it",
        name=name,
    )
    in_random_order(came_from.astype(int), says)


def _columns(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1).T


def _where_rows_come_from(joined: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """The place in the file of each event, by its numbers: sorted by them, the inputs first, whole rows agree."""
    order, wanted_order = (
        np.lexsort(np.vstack([_columns(kinds[kind]) for kind in reversed(list(given))])) for kinds in (joined, given)
    )
    for kind in given:
        that(
            agree(joined[kind][order], given[kind][wanted_order]),
            "in {name} a row was torn apart: an event's inputs must stay together"
            if kind == "inputs"
            else "in {name} an event lost its {kind}: shuffle {kinds} together",
            name=name,
            kind=kind,
            kinds=", ".join(given),
        )
    came_from = np.empty(len(order))
    came_from[order] = wanted_order
    return came_from
