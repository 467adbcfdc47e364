"""Trees that checks write for a student's function to read, in files that are gone afterwards."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uproot

BASKET_EVENTS = 1000


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that is gone when the block ends."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


def write_tree(path: Path, columns: Mapping[str, Any], types: Mapping[str, Any], n_events: int) -> None:
    """Write a file with one tree ``Events``, in several baskets of each branch.

    columns: {branch: array (n_events,) of numbers or of lists}. types: as uproot's ``mktree`` takes them.
    """
    with uproot.recreate(path, compression=uproot.ZLIB(1)) as file:
        tree = file.mktree("Events", dict(types))
        for start in range(0, n_events, BASKET_EVENTS):
            tree.extend({name: column[start : start + BASKET_EVENTS] for name, column in columns.items()})


def make_unreadable(path: Path, spared: Collection[str] = (), kept: range = range(0)) -> None:
    """Overwrite the baskets of the tree ``Events`` with zeros, but for those of branches or of events that are spared.

    spared: branches. kept: events, whose baskets are left in all branches.
    What the tree and its branches say of themselves stays. To read a value of another basket raises an error.
    """
    with uproot.open(path) as file:
        spans = [
            (int(seek), int(size))
            for branch in file["Events"].branches
            if branch.name not in spared
            for first, seek, size in zip(
                branch.member("fBasketEntry"), branch.member("fBasketSeek"), branch.member("fBasketBytes"), strict=True
            )
            if first >= kept.stop or first + BASKET_EVENTS <= kept.start
        ]
    content = bytearray(path.read_bytes())
    for seek, size in spans:
        content[seek : seek + size] = bytes(size)
    path.write_bytes(content)
