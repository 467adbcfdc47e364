"""Files whose bytes depend on their content only: no time stamp, no random identifier, no path.

The same content gives the same bytes wherever the packages that compress it have the versions of the lock: cramjam for
ROOT and CSV, h5py's zlib for HDF5.
"""

import datetime
import io
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np

if TYPE_CHECKING:
    import uproot

FILE_DATE = datetime.datetime(2026, 1, 1)
ZSTANDARD_LEVEL = 9
GZIP_LEVEL = 9


class _StoppedClock(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return FILE_DATE


def _stopped_clock(module) -> mock._patch:
    return mock.patch.object(module, "datetime", SimpleNamespace(datetime=_StoppedClock))


@contextmanager
def root_file(path: Path) -> "Iterator[uproot.WritableDirectory]":
    """A new ROOT file to write into.

    uproot stores the time of writing and a random UUID in every ROOT file. Here its clock is stopped at
    ``FILE_DATE`` and the UUID is made from the file's name; uproot offers no option for the clock. The compression is
    Zstandard from the pinned ``cramjam`` package, because zlib's output depends on the Python that runs it.
    """
    import uproot  # here, as h5py and pandas below: each set needs one of them
    import uproot.writing._cascade
    import uproot.writing._cascadetree
    import uproot.writing.writable

    identifier = uuid.uuid5(uuid.NAMESPACE_URL, path.name)
    with (
        _stopped_clock(uproot.writing._cascade),
        _stopped_clock(uproot.writing._cascadetree),
        _stopped_clock(uproot.writing.writable),
        path.open("w+b") as sink,
        uproot.recreate(sink, uuid_function=lambda: identifier, compression=uproot.ZSTD(ZSTANDARD_LEVEL)) as file,
    ):
        yield file


def write_tree(
    path: Path, tree_name: str, dtypes: Mapping[str, str], blocks: Iterable[Mapping[str, np.ndarray]]
) -> int:
    """Write a ROOT file of one TTree with flat branches, and return the number of events.

    dtypes: NumPy's name of each branch's type, in the order of the file. blocks: columns (n_events,) of each branch,
    by name; what else a block holds is left out. Each block becomes one basket a branch.
    """
    n_events = 0
    with root_file(path) as file:
        tree = file.mktree(tree_name, dict(dtypes))
        for block in blocks:
            tree.extend({name: block[name].astype(dtype) for name, dtype in dtypes.items()})
            n_events += len(block[next(iter(dtypes))])
    return n_events


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an uncompressed ``.npz`` archive, as :func:`numpy.savez` does, with a fixed date on every member."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", FILE_DATE.timetuple()[:6]), member.getvalue())


@dataclass(frozen=True)
class Array:
    """An array of an HDF5 file with one entry a row: its NumPy type and the shape of an entry.

    ``compressed_together``: the shape of the pieces that are compressed, rows first; without it nothing is compressed.
    """

    dtype: str
    shape: tuple[int, ...] = ()
    compressed_together: tuple[int, ...] | None = None

    def options(self, n_rows: int) -> dict:
        """What h5py's ``create_dataset`` needs for so many rows; no time is stored."""
        options = {"shape": (n_rows, *self.shape), "dtype": self.dtype, "track_times": False}
        if self.compressed_together:
            most_rows, *rest = self.compressed_together
            options["chunks"] = (min(most_rows, n_rows), *rest)
            options |= {"shuffle": True, "compression": "gzip", "compression_opts": GZIP_LEVEL}
        return options


def write_hdf5(
    path: Path, n_rows: int, layout: Mapping[str, Array], blocks: Iterable[Mapping[str, np.ndarray]]
) -> None:
    """Write an HDF5 file of arrays with ``n_rows`` rows each.

    ``blocks`` hold consecutive rows of every array in ``layout``. Blocks of as many rows as are compressed together
    need no more memory than they take.
    """
    import h5py

    with h5py.File(path, "w") as file:
        arrays = {name: file.create_dataset(name, **array.options(n_rows)) for name, array in layout.items()}
        first = 0
        for block in blocks:
            last = first + len(block[next(iter(layout))])
            for name, array in arrays.items():
                array[first:last] = block[name]
            first = last


def write_csv(
    path: Path, dtypes: Mapping[str, str], blocks: Iterable[Mapping[str, np.ndarray]], *, header: bool = True
) -> int:
    """Write a gzipped table of comma-separated values (``.csv.gz``); return the number of rows.

    dtypes and blocks: as for :func:`write_tree`, and columns of ``str``. header: whether the names stand in the first
    line. A number has as many digits as tell it from its neighbours of the same type. The table is compressed in one
    piece, so that the bytes do not depend on the blocks.
    """
    import cramjam
    import pandas as pd

    n_rows = 0
    text = io.StringIO()
    if header:
        text.write(",".join(dtypes) + "\n")
    for block in blocks:
        rows = pd.DataFrame({name: block[name].astype(dtype) for name, dtype in dtypes.items()})
        rows.to_csv(text, header=False, index=False, lineterminator="\n")
        n_rows += len(rows)
    path.write_bytes(bytes(cramjam.gzip.compress(text.getvalue().encode(), GZIP_LEVEL)))
    return n_rows
