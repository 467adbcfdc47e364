"""Checks of what an event of a tree takes in memory, and of how many events fit into it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import awkward as ak
import numpy as np
import uproot

from helpers.checks.example_trees import make_unreadable, scratch_folder, write_tree
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call
from helpers.checks.values import number

LIST = "var * "
# A list may be counted with its length in the file and its beginning in memory.
LIST_BYTES = 12


def sizes_events(function: Callable[..., Any], types: Mapping[str, str], n_events: int = 12_000) -> None:
    """Fail unless ``function(tree)`` is the mean size of an event in bytes, found without reading the events.

    types: {branch: dtype, or "var * " and a dtype}; lists grow longer along the tree. Only the branches that hold the
    lengths of lists may be read. A tree without events has the size 0. A size may be rounded up to whole bytes.
    """
    where = f"for {_described(types, n_events)}"
    with _tree(types, n_events) as tree:
        found = number(call(function, tree, says=f"event_size should work {where}"), f"event_size {where}")
        if not n_events:
            that(found == 0, "event_size should give 0 for a tree without events")
            return
        size = _bytes(types, n_events)
        low, high = 0.97 * size, max(1.05 * _bytes(types, n_events, LIST_BYTES), int(size) + 1)
        if not low <= found <= high:
            _explain(found, tree, types, low, high, where)
    with _tree(types, n_events, readable=False) as tree:
        try:
            function(tree)
        except Exception:
            raise CheckFailed(
                "event_size reads the events, to say how many of them fit in memory: whole baskets of a large file. "
                "The size is known without that: add up what each branch of tree.branches says of itself"
            ) from None


def _explain(found: float, tree: uproot.TTree, types: Mapping[str, str], low: float, high: float, where: str) -> None:
    on_disk = sum(branch.compressed_bytes for branch in tree.branches) / tree.num_entries
    hint = ": that is what it takes compressed, in the file" if abs(found / on_disk - 1) < 0.02 else ""
    hint = hint or (": these are bits, not bytes" if low < found / 8 < high else "")
    hint = hint or (": that is all events together, not one" if low < found / tree.num_entries < high else "")
    if any(kind.startswith(LIST) for kind in types.values()):
        hint = hint or ": are the entries of the lists counted, and over all events? Lists grow longer along the tree"
    that(False, f"event_size {where} gives {found:.6g} bytes, but {low / 0.97:.6g} are expected{hint}")


def fits_chunks(function: Callable[..., Any], types: Mapping[str, str], memory: int, n_events: int = 12_000) -> None:
    """Fail unless ``function(tree, memory)`` is how many events fit into so many bytes: an int, at least 1.

    types: as for ``sizes_events``.
    """
    where = f"for {_described(types, n_events)} and {memory:g} bytes"
    with _tree(types, n_events) as tree:
        found = call(function, tree, memory, says=f"chunk_length should work {where}")
    length = number(found, f"chunk_length {where}")
    that(length >= 1, f"chunk_length {where} gives {length:g}: at least one event must be read at a time")
    integer = np.asarray(found).dtype.kind in "iu"
    that(integer, f"chunk_length {where} gives {length:g} as a float: a number of events is an int")
    if not n_events:
        return
    fewest = int(max(1, 0.95 * memory / _bytes(types, n_events, LIST_BYTES)))
    most = int(max(1, 1.03 * memory / _bytes(types, n_events)))
    hint = ": divide the memory by the size of an event" if length > 100 * most or length < fewest / 100 else ""
    hint = hint or (", so round down" if length == most + 1 else "")
    said = f"chunk_length {where} gives {length:g}, but"
    that(length >= fewest, f"{said} {fewest} to {most} events fit, as one counts{hint}")
    that(length <= most or most >= n_events, f"{said} no more than {most} events fit{hint}")


@contextmanager
def _tree(types: Mapping[str, str], n_events: int, readable: bool = True) -> Iterator[uproot.TTree]:
    """A tree of zeros in a file; its event i has lists of i // 100 numbers."""
    lengths = np.arange(n_events) // 100
    columns = {}
    for name, kind in types.items():
        if kind.startswith(LIST):
            columns[name] = ak.unflatten(np.zeros(lengths.sum(), kind.removeprefix(LIST)), lengths)
        else:
            columns[name] = np.zeros(n_events, kind)
    with scratch_folder() as folder:
        path = folder / "events.root"
        write_tree(path, columns, types, n_events)
        if not readable:
            make_unreadable(path, spared=[f"n{name}" for name, kind in types.items() if kind.startswith(LIST)])
        with uproot.open(path) as file:
            yield file["Events"]


def _bytes(types: Mapping[str, str], n_events: int, list_bytes: float = 0) -> float:
    """Mean bytes of an event, with so many beside the numbers of each list."""
    mean_length = float(np.mean(np.arange(n_events) // 100))
    total = 0.0
    for kind in types.values():
        of_lists = kind.startswith(LIST)
        itemsize = np.dtype(kind.removeprefix(LIST)).itemsize
        total += itemsize * mean_length + list_bytes if of_lists else itemsize
    return total


def _described(types: Mapping[str, str], n_events: int) -> str:
    if not n_events:
        return "a tree without events"
    kinds = [f"lists of {kind.removeprefix(LIST)}" if kind.startswith(LIST) else kind for kind in types.values()]
    return f"a tree of {n_events} events with branches of {', '.join(kinds)}"
