"""Events of a ROOT tree on their way through buckets: read in chunks, put aside on disk, loaded, written to a new tree.

An event is a row of a structured NumPy array, so that its numbers are moved in one go. Lists of varying length do not
fit in a row; they stay beside it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import awkward as ak
import numpy as np
import uproot


class Events(NamedTuple):
    """Some events of a tree.

    rows: structured array (n_events,) with a column for each branch; of a branch of lists, their lengths (int64).
    lists: {branch: awkward array (n_events, varying)} of the branches of lists.
    """

    rows: np.ndarray
    lists: dict[str, ak.Array]

    @property
    def n_events(self) -> int:
        """How many events there are."""
        return len(self.rows)

    def take(self, order: np.ndarray) -> "Events":
        """The events with these numbers, in this order: a copy. order: (n_taken,), from 0 to below n_events."""
        return Events(self.rows.take(order), {name: lists[order] for name, lists in self.lists.items()})

    def cut(self, start: int, stop: int) -> "Events":
        """The events from start to before stop: no copy, so all events stay in memory as long as the cut is used."""
        return Events(self.rows[start:stop], {name: lists[start:stop] for name, lists in self.lists.items()})


def read_events(tree: uproot.TTree, start: int, stop: int) -> Events:
    """The events of a tree from start to before stop, one branch after the other.

    Raises TypeError if a branch holds anything but numbers and lists of numbers.
    """
    rows, lists = np.empty(stop - start, _row_type(tree)), {}
    entries = {"entry_start": start, "entry_stop": stop, "array_cache": None}
    for branch in tree.branches:
        if isinstance(branch.interpretation, uproot.AsJagged):
            lists[branch.name] = branch.array(library="ak", **entries)
            rows[branch.name] = ak.num(lists[branch.name])
        else:
            rows[branch.name] = branch.array(library="np", **entries)
    return Events(rows, lists)


def _row_type(tree: uproot.TTree) -> np.dtype:
    columns = []
    for branch in tree.branches:
        kind = branch.interpretation
        if not isinstance(kind, uproot.AsDtype | uproot.AsJagged):
            raise TypeError(
                f"{tree.file.file_path}: the branch {branch.name!r} holds {branch.typename}, but only numbers and "
                "lists of numbers can be put in buckets; leave it out"
            )
        columns.append((branch.name, "int64" if isinstance(kind, uproot.AsJagged) else kind.to_dtype))
    return np.dtype(columns)


def read_chunks(tree: uproot.TTree, length: int) -> Iterator[Events]:
    """All events of a tree in their order, at most length of them at a time.

    Chunks end where baskets end, if they can: a basket that reaches into two chunks is decompressed twice.
    """
    basket_ends = np.array(tree.common_entry_offsets())
    start = 0
    while start < tree.num_entries:
        stop = min(start + length, tree.num_entries)
        last_end = basket_ends[basket_ends <= stop].max()
        stop = int(last_end) if last_end > start else stop
        yield read_events(tree, start, stop)
        start = stop


class Bucket:
    """Events put aside on disk, as plain bytes, in files whose paths begin with ``path``.

    One file holds the rows and one the numbers of each branch of lists; older files of these names are removed.
    n_events: how many events have been appended.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.n_events = 0
        self.example: Events | None = None
        for old in self.path.parent.glob(f"{self.path.name}.*"):
            old.unlink()

    def file(self, kind: str | int) -> Path:
        """The path of the file of the rows, "rows", or of the numbers of a branch of lists, by its place."""
        return self.path.with_name(f"{self.path.name}.{kind}")

    def append(self, events: Events) -> None:
        """Put events at the end. Raises OSError if they cannot be written."""
        self.n_events += events.n_events
        self.example = events.take(np.arange(0))  # a copy: a cut would keep all events alive
        with self.file("rows").open("ab") as file:
            events.rows.tofile(file)
        for number, lists in enumerate(events.lists.values()):
            with self.file(number).open("ab") as file:
                _numbers(lists).tofile(file)

    def load(self) -> Events:
        """All events, in the order in which they came. Raises ValueError if there is none."""
        if self.example is None:
            raise ValueError(f"the bucket {self.path} holds no events: pass over a bucket whose n_events is 0")
        rows, lists = np.fromfile(self.file("rows"), self.example.rows.dtype), {}
        for number, (name, example) in enumerate(self.example.lists.items()):
            lists[name] = ak.unflatten(np.fromfile(self.file(number), _numbers(example).dtype), rows[name])
        return Events(rows, lists)


def _numbers(lists: ak.Array) -> np.ndarray:
    numbers: np.ndarray = ak.to_numpy(ak.flatten(lists))
    return numbers


def create_tree(output: Any, name: str, tree: uproot.TTree) -> Any:
    """A new tree without events in a file that ``uproot.recreate`` opened, with the branches and types of another."""
    empty = tree.arrays(entry_start=0, entry_stop=0)
    types = {branch: empty[branch].type.content for branch in empty.fields}
    counters = {branch.name: branch.count_branch.name for branch in tree.branches if branch.count_branch is not None}
    return output.mktree(name, types, title=tree.title, counter_name=lambda branch: counters.get(branch, f"n{branch}"))


def extend(tree: Any, events: Events) -> None:
    """Write events at the end of a tree that ``create_tree`` made: one basket of each branch."""
    tree.extend({branch: events.lists.get(branch, events.rows[branch]) for branch in events.rows.dtype.fields or ()})
