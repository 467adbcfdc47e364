"""Checks of functions that label classes and load so many labelled events of each from HDF5 files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from helpers.checks.events import shuffled
from helpers.checks.example_trees import scratch_folder
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call, raises
from helpers.checks.mistakes import agrees
from helpers.checks.values import dictionary, numbers, shape

ENDING = "_Gen"
FIELDS = ("pt", "eta", "mass")
FROM_SO_MANY = 200
"""Events from which on an order must look random."""


def labels_classes(function: Callable[..., Any], classes: Sequence[str]) -> None:
    """Fail unless ``function(classes)`` gives {class + "_Gen": row with one 1}, in the order of the classes."""
    said = f"label({list(classes)})"
    found = call(function, list(classes), says=f"{said} should work")
    dictionary(found, [f"{name}{ENDING}" for name in classes], said)
    rows = {name: numbers(found[f"{name}{ENDING}"], f"the row of {name}{ENDING} in {said}") for name in classes}
    for name, row in rows.items():
        where = f"the row of {name}{ENDING} in {said}"
        that(row.ndim > 0, f"{where} is the number {row}, but a row with a 1 in the class's place is asked for")
        shape(row, (len(classes),), where, hint="one entry for each class")
    expected = np.eye(len(classes))
    by_name = expected[np.argsort(np.argsort(classes))]
    if not np.array_equal(by_name, expected):
        that(
            not agrees(np.stack(list(rows.values())), by_name),
            f"{said} follows the alphabet: the order is that of the classes as they are given",
        )
    for number, (name, row) in enumerate(rows.items()):
        place = f"the row of {name}{ENDING} in {said} should have its 1 in place {number}, and 0 elsewhere"
        that(agrees(row, expected[number]), place)


def refuses_classes(function: Callable[..., Any]) -> None:
    """Fail unless a class that is named twice raises ValueError."""
    for classes in (["AA", "BB", "AA"], ["AA", "AA"]):
        raises(ValueError, function, classes, says=f"label({classes}) should raise ValueError: a class comes twice")


class _Files:
    """HDF5 files of classes. ``pt`` counts the events of all files, and the other fields are made of it."""

    def __init__(self, folder: Path, sizes: Sequence[tuple[str, int]]) -> None:
        self.input_files: list[list[str]] = []
        self.events: dict[str, list[np.ndarray]] = {}
        first = 0
        for number, (truth, size) in enumerate(sizes):
            path = folder / f"file{number}.h5"
            pt = np.arange(first, first + size, dtype="float64")
            first += size
            with h5py.File(path, "w") as file:
                for name, values in {"pt": pt, "mass": pt / 2, "eta": -pt, "other": pt}.items():
                    file.create_dataset(name, data=values.astype("int32" if name == "other" else "float32"))
            self.input_files.append([str(path), truth])
            self.events.setdefault(truth, []).append(pt)
        self.truths = list(self.events)
        self.sizes = {truth: sum(map(len, parts)) for truth, parts in self.events.items()}


def loads(
    function: Callable[..., Any],
    sizes: Sequence[tuple[str, int]],
    n_events: int | Mapping[str, int],
    fields: Sequence[str] = FIELDS,
) -> None:
    """Fail unless ``function(input_files, fields, n_events, rng)`` gives inputs and targets of so many events a class.

    sizes: (truth label, events) of each file, in the order of ``input_files``. n_events: of each class, or {truth
    label: number}. Events are drawn without replacement from all files of their class and come in a random order.
    """
    with scratch_folder() as folder:
        files = _Files(folder, sizes)
        wanted = {truth: n_events if isinstance(n_events, int) else n_events[truth] for truth in files.truths}
        said = f"load with {n_events} events of {len(files.truths)} classes in {len(sizes)} files"

        def loaded(seed: int) -> tuple[np.ndarray, np.ndarray]:
            asked = n_events if isinstance(n_events, int) else dict(n_events)
            arguments = files.input_files, list(fields), asked, np.random.default_rng(seed)
            return _checked(call(function, *arguments, says=f"{said} should work"), files, wanted, fields, said)

        inputs, targets = loaded(1)
        _has_the_right_events(inputs, targets, files, wanted, fields, said)
        _is_random(inputs, targets, files, wanted, fields, said)
        again, _ = loaded(1)
        that(
            np.array_equal(again, inputs), "the same state of rng should give the same events: take all chance from rng"
        )
        if sum(wanted.values()) >= FROM_SO_MANY:
            other, _ = loaded(2)
            that(
                not np.array_equal(other, inputs), "another rng gives the same events in the same order: draw from rng"
            )


def _checked(
    result: Any, files: _Files, wanted: Mapping[str, int], fields: Sequence[str], said: str
) -> tuple[np.ndarray, np.ndarray]:
    that(isinstance(result, tuple | list) and len(result) == 2, "load should return two arrays: inputs and targets")
    inputs, targets = numbers(result[0], "the inputs of load"), numbers(result[1], "the targets of load")
    total, n_classes = sum(wanted.values()), len(files.truths)
    if inputs.shape == (len(fields), total) and total != len(fields):
        raise CheckFailed(
            f"the shape of the inputs is {inputs.shape}: events come first, so {inputs.shape[::-1]} is expected"
        )
    shape(inputs, (total, len(fields)), f"the inputs of {said}", hint="a row for each event, a column for each field")
    that(
        targets.ndim == 2,
        f"the shape of the targets is {targets.shape}: one-hot is asked for, so ({total}, {n_classes}) is expected",
    )
    shape(targets, (total, n_classes), f"the targets of {said}", hint="one-hot: a column for each class")
    for array, name in ((inputs, "inputs"), (targets, "targets")):
        that(array.dtype == np.float32, f"the dtype of the {name} is {array.dtype}, but float32 is asked for")
    return inputs, targets


def _has_the_right_events(
    inputs: np.ndarray, targets: np.ndarray, files: _Files, wanted: Mapping[str, int], fields: Sequence[str], said: str
) -> None:
    one_hot = bool(np.all((targets == 0) | (targets == 1)) and np.all(targets.sum(axis=1) == 1))
    that(one_hot, "each row of the targets should hold one 1 and zeros")
    factors = {"pt": 1.0, "mass": 0.5, "eta": -1.0}
    event = inputs[:, list(fields).index("pt")].astype(float) if "pt" in fields else inputs[:, 0] / factors[fields[0]]
    expected = np.stack([factors[name] * event for name in fields], axis=1)
    that(
        agrees(inputs.astype(float), expected, rtol=1e-6),
        "the columns of the inputs are not those of the fields, in their order: each event's fields must stay together",
    )
    that(len(np.unique(event)) == len(event), f"{said}: an event comes more than once; draw without replacement")
    found = targets.argmax(axis=1)
    truth_of = np.concatenate(
        [np.full(sum(map(len, parts)), number) for number, parts in enumerate(files.events.values())]
    )
    all_events = np.concatenate([np.concatenate(parts) for parts in files.events.values()])
    truth = truth_of[np.argsort(all_events)][event.astype(int)]
    if not np.array_equal(found, truth):
        by_name = np.argsort(np.argsort(files.truths))
        that(
            not np.array_equal(found, by_name[truth]),
            "the columns of the targets follow the alphabet: they are to follow the order in which the truth labels "
            "first appear in input_files",
        )
        wrong = np.mean(found != truth)
        raise CheckFailed(
            f"{wrong:.0%} of the events have the target of another class: shuffle inputs and targets with one order"
        )
    counts = dict(zip(files.truths, np.bincount(found, minlength=len(files.truths)), strict=True))
    for name, number in wanted.items():
        that(counts[name] == number, f"{said}: {counts[name]} events of {name} instead of {number}")


def _is_random(
    inputs: np.ndarray, targets: np.ndarray, files: _Files, wanted: Mapping[str, int], fields: Sequence[str], said: str
) -> None:
    if sum(wanted.values()) < FROM_SO_MANY:
        return
    shuffled(targets.argmax(axis=1), "the classes come one after the other: shuffle the events of all classes together")
    shuffled(inputs[:, 0], "the events of a class come in the order of their files: shuffle them")
    event = np.abs(inputs[:, 0] / {"pt": 1.0, "mass": 0.5, "eta": -1.0}[fields[0]]).round()
    for number, (name, parts) in enumerate(files.events.items()):
        size, n_wanted = files.sizes[name], wanted[name]
        if n_wanted < 100 or n_wanted > 0.8 * size:
            continue
        of_class = np.isin(np.concatenate(parts), event[targets[:, number] == 1])
        first = np.mean(of_class[: size // 2]) / np.mean(of_class)
        # The share of the first half of the events: 1 for a random draw, with this standard error.
        error = np.sqrt((1 - n_wanted / size) / n_wanted)
        that(
            abs(first - 1) < 6 * error,
            f"{said}: the events of {name} are not drawn at random from all its files, but mostly the first or last "
            "ones",
        )
        for part in parts:
            share = len(part) / size
            expected, drawn = n_wanted * share, np.isin(part, event[targets[:, number] == 1]).sum()
            # Of a draw without replacement: the hypergeometric variance.
            error = np.sqrt(expected * (1 - share) * (1 - n_wanted / size))
            that(
                abs(drawn - expected) <= 6 * error,
                f"{said}: of the events of {name} {drawn} come from one of its files, where about {expected:.0f} are "
                "expected: join all its files, then draw",
            )


def refuses_too_many(function: Callable[..., Any]) -> None:
    """Fail unless asking for more events than there are raises ValueError that names the class."""
    with scratch_folder() as folder:
        files = _Files(folder, [("A_Gen", 60), ("B_Gen", 30), ("A_Gen", 20)])
        for n_events, name in ((31, "B_Gen"), ({"A_Gen": 81, "B_Gen": 5}, "A_Gen")):
            says = f"load should raise ValueError for {n_events} events, of which {name} has only {files.sizes[name]}"
            try:
                function(files.input_files, list(FIELDS), n_events, np.random.default_rng(1))
            except ValueError as error:
                that(name in str(error), f"{says}, and say the class's name (it says: {error})")
            except NotImplementedError:
                raise
            except Exception as error:
                raise CheckFailed(f"{says} (it raised {type(error).__name__}: {error})") from None
            else:
                raise CheckFailed(says)
