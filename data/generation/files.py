"""Files whose bytes depend on their content only: no time stamp, no random identifier, no path."""

import datetime
import hashlib
import io
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import uproot
import uproot.writing._cascade
import uproot.writing._cascadetree
import uproot.writing.writable

FILE_DATE = datetime.datetime(2026, 1, 1)
COMPRESSION = uproot.ZSTD(9)


@dataclass(frozen=True)
class Branch:
    """One column of a flat TTree."""

    name: str
    dtype: str
    unit: str
    description: str


class _StoppedClock(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return FILE_DATE


def _stopped_clock(module) -> mock._patch:
    return mock.patch.object(module, "datetime", SimpleNamespace(datetime=_StoppedClock))


def write_tree(
    path: Path, tree_name: str, branches: Iterable[Branch], blocks: Iterable[Mapping[str, np.ndarray]]
) -> int:
    """Write one TTree of flat branches, with one basket a branch for each block; return the number of events.

    uproot stores the time of writing and a random UUID in every ROOT file. Here its clock is stopped at
    ``FILE_DATE`` and the UUID is made from the file's name; uproot offers no option for the clock. The compression is
    Zstandard from the pinned ``cramjam`` package, because zlib's output depends on the Python that runs it.
    """
    dtypes = {branch.name: branch.dtype for branch in branches}
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, path.name)
    n_events = 0
    with (
        _stopped_clock(uproot.writing._cascade),
        _stopped_clock(uproot.writing._cascadetree),
        _stopped_clock(uproot.writing.writable),
        path.open("w+b") as sink,
        uproot.recreate(sink, uuid_function=lambda: identifier, compression=COMPRESSION) as file,
    ):
        tree = file.mktree(tree_name, dtypes)
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


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
