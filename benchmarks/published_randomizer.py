"""A published way to shuffle a ROOT file, written anew from its description, to compare with.

Two passes. Each reads the events one by one in the order of its input, draws one of ``n_files`` output files, and fills
the event into it; the second pass takes the first one's files in turn. Memory is bounded, but every event is handled on
its own, number by number. (The order is not quite random: of the n / n_files² events that draw the same two files, each
keeps its place behind the one before it.)
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import uproot

BASKET_BYTES = 32_000  # ROOT's default size of a basket


class Filled:
    """A tree that is filled event by event; a basket of each branch is written when it is full."""

    def __init__(self, path: Path, types: dict[str, np.dtype], compression: uproot.compression.Compression):
        self.file = uproot.recreate(path, compression=compression)
        self.tree, self.types = self.file.mktree("Events", types), types
        self.basket_events = BASKET_BYTES // max(dtype.itemsize for dtype in types.values())
        self.columns: dict[str, list] = {name: [] for name in types}
        self.n_waiting = 0

    def fill(self, event: dict) -> None:
        for name, value in event.items():
            self.columns[name].append(value)
        self.n_waiting += 1
        if self.n_waiting == self.basket_events:
            self.flush()

    def flush(self) -> None:
        if self.n_waiting:
            self.tree.extend({name: np.array(values, self.types[name]) for name, values in self.columns.items()})
            self.columns, self.n_waiting = {name: [] for name in self.types}, 0

    def close(self) -> None:
        self.flush()
        self.file.close()


def events(paths: list[Path], basket_events: int = 10_000) -> Iterator[dict]:
    """The events of the trees ``Events`` of the files, one by one; baskets are decompressed once."""
    for path in paths:
        with uproot.open(path, handler=uproot.MemmapSource, array_cache=None) as file:
            for columns in file["Events"].iterate(step_size=basket_events, library="np"):
                for number in range(len(next(iter(columns.values())))):
                    yield {name: column[number] for name, column in columns.items()}


def randomize(source: Path, folder: Path, n_files: int, rng: np.random.Generator) -> list[Path]:
    """Shuffle the tree ``Events`` (branches of numbers) into ``n_files`` files in the folder; return their paths."""
    with uproot.open(source) as file:
        types = {branch.name: branch.interpretation.to_dtype for branch in file["Events"].branches}
        compression = file.file.compression
    inputs = [source]
    for name in ("first", "second"):
        paths = [folder / f"{name}_{number}.root" for number in range(n_files)]
        outputs = [Filled(path, types, compression) for path in paths]
        for event in events(inputs):
            outputs[rng.integers(n_files)].fill(event)
        for output in outputs:
            output.close()
        inputs = paths
    return inputs
