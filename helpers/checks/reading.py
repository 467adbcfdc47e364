"""Checks of a function that reads inputs, labels and weights of a range of events out of a tree."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import uproot

from helpers.checks.example_trees import make_unreadable, scratch_folder, write_tree
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call, raises
from helpers.checks.values import close, equal, numbers, shape

N_EVENTS = 3000
# Events of the second of three baskets.
MIDDLE = (1200, 1800)
UNUSED = "mll"
TYPES = {"label": "int32", UNUSED: "float64"}


def reads_events(function: Callable[..., Any], inputs: Sequence[str], *ranges: tuple[int, int]) -> None:
    """Fail unless ``function(tree, start, stop)`` gives (inputs, labels, weights), float32, of these ranges of events.

    inputs: the branches to read, in this order; the tree holds them in another one. ranges: within 0 to 3000. Of the
    tree no other branch and no other basket may be read, and one that lacks a branch must raise an error.
    """
    branches = ["label", *inputs[::-1], UNUSED, "weight"]
    with scratch_folder() as folder:
        path = folder / "events.root"
        _write(path, inputs, branches)
        with uproot.open(path) as file:
            for start, stop in ranges:
                _right(function, file["Events"], inputs, start, stop)
        _reads_no_more(function, folder, inputs, branches)
        for missing in (inputs[1], inputs[-1], "weight", "label"):
            path = folder / f"without_{missing}.root"
            _write(path, inputs, [name for name in branches if name != missing])
            says = f"a tree without the branch {missing} should give an error"
            with uproot.open(path) as file:
                raises(Exception, function, file["Events"], 0, 100, says=says)


def _write(path: Any, inputs: Sequence[str], branches: Sequence[str]) -> None:
    """Input i of an event is its number plus i / 10, its weight 3 times its number, its label 1 from event 2000 on."""
    event = np.arange(N_EVENTS)
    columns: dict[str, np.ndarray] = {name: event + number / 10 for number, name in enumerate(inputs)}
    columns |= {"weight": 3 * event, "label": event >= 2000, UNUSED: event}
    types = {name: TYPES.get(name, "float32") for name in branches}
    write_tree(path, {name: columns[name].astype(kind) for name, kind in types.items()}, types, N_EVENTS)


def _right(function: Callable[..., Any], tree: uproot.TTree, inputs: Sequence[str], start: int, stop: int) -> None:
    where = f"for events {start} to before {stop}"
    result = call(function, tree, start, stop, says=f"read_events should work {where}")
    that(
        isinstance(result, tuple | list) and len(result) == 3,
        "read_events should return three arrays: inputs, labels, weights",
    )
    found, labels, weights = (numbers(array, f"an array of read_events {where}") for array in result)
    hint = "one row for each event from start to before stop, one column for each input"
    shape(found, (stop - start, len(inputs)), f"the inputs {where}", hint=hint)
    shape(labels, (stop - start,), f"the labels {where}", hint="one for each event")
    shape(weights, (stop - start,), f"the weights {where}", hint="one for each event")
    event = np.arange(start, stop)
    exchanged = np.array_equal(labels, 3.0 * event) and not np.array_equal(weights, 3.0 * event)
    that(not exchanged, "labels and weights have changed places: return inputs, labels, weights")
    wanted = event[:, None] + np.arange(len(inputs)) / 10
    close(found, wanted, f"the inputs {where} are not those of the events, in the order of INPUTS", rtol=1e-6)
    equal(labels, event >= 2000, f"the labels {where} are not those of the events")
    close(weights, 3.0 * event, f"the weights {where} are not those of the events")
    for array, name in ((found, "inputs"), (labels, "labels"), (weights, "weights")):
        that(array.dtype == np.float32, f"the dtype of the {name} is {array.dtype}, but float32 is asked for")


def _reads_no_more(function: Callable[..., Any], folder: Any, inputs: Sequence[str], branches: Sequence[str]) -> None:
    """Fail if a branch, or a basket, is read that is not needed: here these are unreadable."""
    needed = [name for name in branches if name != UNUSED]
    for spared, kept, says in (
        (
            needed,
            range(0),
            f"read_events reads the branch {UNUSED}, too, which nobody needs: name the branches to read, as each one "
            "costs a basket",
        ),
        (
            (),
            range(*MIDDLE),
            "read_events reads all events, or all before the range, and cuts afterwards: give uproot entry_start and "
            "entry_stop, so that no other baskets are read",
        ),
    ):
        path = folder / "unreadable.root"
        _write(path, inputs, branches)
        make_unreadable(path, spared, kept)
        with uproot.open(path) as file:
            try:
                function(file["Events"], *MIDDLE)
            except Exception:
                raise CheckFailed(says) from None
