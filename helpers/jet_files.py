"""Jets in HDF5 files of two layouts, of which only the rows and constituents asked for are kept.

*Arrays*, the layout of the course's own files: ``constituents`` (n_jets, n_constituents, 4) and ``is_signal_new``
(n_jets,). *Frame*, the layout of the public top-tagging reference files (G. Kasieczka et al., arXiv:1902.09914): a
pandas data frame under the key ``table`` with the columns E_0, PX_0, PY_0, PZ_0, … and ``is_signal_new``, in pandas'
``format="table"`` or ``format="fixed"``. Both hold a jet in a row, with its constituents by falling transverse
momentum and zeros after the last one.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

from helpers.data_files import DataError, path, path_of

if TYPE_CHECKING:
    import pandas as pd

COMPONENTS = ("E", "PX", "PY", "PZ")
CONSTITUENTS = "constituents"
LABEL = "is_signal_new"
KEY = "table"
CHALLENGE = "challenge/jets.h5"
ROWS = 8192
LOCKING = "HDF5_USE_FILE_LOCKING"
UNLOCKED = f"its file system grants no locks, or another program holds one. Set {LOCKING}=FALSE before Python starts."


def column_names(constituents: int) -> list[str]:
    """The columns of the first constituents in a frame: E_0, PX_0, PY_0, PZ_0, E_1, …"""
    return [f"{component}_{i}" for i in range(constituents) for component in COMPONENTS]


def load_jets(
    source: str | Path, constituents: int = 200, start: int = 0, stop: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Jets of a shipped file, or of a public top-tagging reference file of your own, as arrays.

    source: shipped name such as ``"top_tagging/train.h5"``, whose checksum is verified, or the path of a file.
    constituents: how many of each jet, the hardest first; start, stop: rows of the file, as in a slice.

    Returns the constituents, float32 of shape (n_jets, constituents, 4), in GeV, in the order E, PX, PY, PZ, with zeros
    after a jet's last constituent; and the labels, int8 of shape (n_jets,), 1 for top and 0 for QCD. Memory is needed
    for what is returned and for a few thousand rows, however large the file.
    Raises DataError, which names the file and the way out, if there is no such file, it is not HDF5, is cut short or
    damaged, has no labels, or fewer jets or constituents than asked for.

    Open only reference files that you trust: pandas and PyTables unpickle parts of a file as they open it.
    """
    momenta, labels = _load(path_of(source), constituents, start, stop)
    assert labels is not None  # they were asked for
    return momenta, labels


def load_jet_frame(
    source: str | Path, constituents: int = 200, start: int = 0, stop: int | None = None
) -> "pd.DataFrame":
    """The same jets as ``load_jets`` gives, as a data frame with the columns of the public reference files.

    Columns: E_0, PX_0, PY_0, PZ_0, E_1, … (float32, GeV) and is_signal_new (int8). The index is the row in the file.
    """
    import pandas as pd  # here, because pandas and PyTables take half a second

    momenta, labels = load_jets(source, constituents, start, stop)
    index = pd.RangeIndex(start, start + len(labels))
    frame = pd.DataFrame(momenta.reshape(len(labels), -1), index, columns=column_names(constituents), copy=False)
    frame[LABEL] = labels
    return frame


def load_challenge_jets(constituents: int = 200) -> np.ndarray:
    """The secret jets of the challenge, whose labels nobody gets: as ``load_jets``, but the constituents alone."""
    momenta, _ = _load(path(CHALLENGE), constituents, start=0, stop=None, labelled=False)
    return momenta


def count_jets(source: str | Path) -> int:
    """Number of jets in a file, without reading them; for the source and the errors see ``load_jets``."""
    with _opened(path_of(source)) as jets:
        return jets.n_jets


def _load(
    file: Path, constituents: int, start: int, stop: int | None, labelled: bool = True
) -> tuple[np.ndarray, np.ndarray | None]:
    """The first constituents (n, constituents, 4) of the jets from start to stop, and their labels (n,) if wanted.

    A file of arrays is sliced. A row of a frame is stored in one piece, so all columns of ``ROWS`` rows at a time
    (27 MB for the 806 columns of the reference files) are read, and those not wanted are dropped before the next.
    Raises DataError, naming the file, if it is not HDF5, is cut short or damaged, has neither layout or no labels, or
    has fewer constituents or jets than asked for.
    """
    with _opened(file) as jets:
        if labelled and not jets.labelled:
            raise DataError(f"{file} has no labels: {LABEL!r} is missing. {jets.contents()}")
        if not 1 <= constituents <= jets.n_constituents:
            raise DataError(
                f"{file} holds {jets.n_constituents} constituents a jet: "
                f"ask for 1 to {jets.n_constituents} of them, not for constituents={constituents}"
            )
        last = jets.n_jets if stop is None else stop
        if not 0 <= start <= last <= jets.n_jets:
            raise DataError(
                f"{file} holds {jets.n_jets} jets: "
                f"start={start}, stop={stop} does not fit 0 ≤ start ≤ stop ≤ {jets.n_jets}"
            )
        return jets.read(constituents, start, last, labelled)


class _Arrays:
    def __init__(self, name: Path, file: h5py.File) -> None:
        self._name, self._file = name, file
        shape = file[CONSTITUENTS].shape
        if len(shape) != 3 or shape[2] != len(COMPONENTS):
            raise DataError(f"{name}: {CONSTITUENTS!r} has shape {shape}, but (jets, constituents, 4) is expected")
        self.n_jets, self.n_constituents, _ = shape
        self.labelled = LABEL in file
        if self.labelled and file[LABEL].shape != (self.n_jets,):
            raise DataError(f"{name}: {LABEL!r} has shape {file[LABEL].shape}, but there are {self.n_jets} jets")

    def contents(self) -> str:
        return f"The file holds {_listed(self._file)}."

    def read(self, constituents: int, start: int, stop: int, labelled: bool) -> tuple[np.ndarray, np.ndarray | None]:
        momenta = self._file[CONSTITUENTS].astype(np.float32)[start:stop, :constituents]
        return momenta, _labels(self._name, self._file[LABEL][start:stop]) if labelled else None


class _Frame:
    def __init__(self, name: Path, store: "pd.HDFStore") -> None:
        self._name, self._store = name, store
        storer = store.get_storer(KEY)  # type: ignore[operator]  # pandas-stubs do not know this method
        # The shape that pandas tells is that of the first block of columns, which for texts is a list of one.
        self.n_jets = int(storer.nrows) if storer.is_table else len(storer.read_index("axis1"))
        self._columns = list(store.select(KEY, stop=0).columns)
        present = set(self._columns)
        complete = takewhile(lambda i: present.issuperset(f"{c}_{i}" for c in COMPONENTS), range(len(present)))
        self.n_constituents = len(list(complete))
        self.labelled = LABEL in present
        if not self.n_constituents:
            missing = next(column for column in column_names(1) if column not in present)
            raise DataError(f"{name}: the frame {KEY!r} has no column {missing!r}. {self.contents()}")

    def contents(self) -> str:
        return f"The frame {KEY!r} has {len(self._columns)} columns: {_listed(self._columns)}."

    def read(self, constituents: int, start: int, stop: int, labelled: bool) -> tuple[np.ndarray, np.ndarray | None]:
        names = column_names(constituents)
        momenta = np.empty((stop - start, len(names)), np.float32)
        labels = np.empty(stop - start, np.int8) if labelled else None
        for first in range(start, stop, ROWS):
            rows = self._store.select(KEY, start=first, stop=min(first + ROWS, stop))
            into = slice(first - start, first - start + len(rows))
            momenta[into] = rows[names]
            if labels is not None:
                labels[into] = _labels(self._name, rows[LABEL].to_numpy())
        return momenta.reshape(len(momenta), constituents, len(COMPONENTS)), labels


@contextmanager
def _opened(name: Path) -> Iterator[_Arrays | _Frame]:
    try:
        with h5py.File(name, "r", locking=False) as file:
            if CONSTITUENTS in file:
                yield _Arrays(name, file)
                return
            if not _pandas_type(file).startswith("frame"):
                raise DataError(
                    f"{name} has neither an array {CONSTITUENTS!r} nor a pandas frame of the key {KEY!r}; "
                    f"it holds {_listed(file)}. Write your own frame with to_hdf(file, key={KEY!r}, format='table')."
                )
        with _frame_store(name) as store:
            yield _Frame(name, store)
    except DataError:
        raise
    except (OSError, RuntimeError) as error:  # PyTables' errors are RuntimeErrors
        if "unable to lock file" in str(error).lower():
            raise DataError(f"{name} cannot be locked: {UNLOCKED}") from error
        raise DataError(f"{name} {_trouble(str(error))}. Copy or download it again.") from error


@contextmanager
def _frame_store(name: Path) -> Iterator["pd.HDFStore"]:
    """The frames of a file, which is read without a lock unless PyTables is loaded already."""
    before = os.environ.get(LOCKING)
    os.environ[LOCKING] = "FALSE"
    try:
        import tables  # noqa: F401 (its copy of HDF5 looks at the variable when it is loaded)
    finally:
        os.environ.pop(LOCKING)
        if before is not None:
            os.environ[LOCKING] = before
    import pandas as pd

    store = pd.HDFStore(name, mode="r")
    try:
        yield store
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, NotImplementedError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{name}: pandas cannot read its frame {KEY!r} ({type(error).__name__}: {error}), as with frames that were "
            f"written under Python 2. Write it again: in an environment that reads it, "
            f"pandas.read_hdf(old, {KEY!r}).to_hdf(new, key={KEY!r}, format='table')."
        ) from error
    finally:
        store.close()


def _pandas_type(file: h5py.File) -> str:
    kind = file[KEY].attrs.get("pandas_type", b"") if KEY in file else b""
    return kind.decode() if isinstance(kind, bytes) else str(kind)


def _trouble(message: str) -> str:
    if "file signature not found" in message:
        return "is not an HDF5 file"
    if truncated := re.search(r"truncated file: eof = (\d+).*stored_eof = (\d+)", message):
        return f"is cut short: it has {truncated[1]} of {truncated[2]} bytes"
    return f"is damaged or cannot be opened ({message.strip().splitlines()[-1].strip()})"


def _labels(name: Path, values: np.ndarray) -> np.ndarray:
    if not np.isin(values, (0, 1)).all():
        raise DataError(f"{name}: {LABEL!r} holds {_listed(np.unique(values))}, but labels are 0 (QCD) and 1 (top)")
    return values.astype(np.int8)


def _listed(names: Iterable[object], most: int = 6) -> str:
    texts = [str(name) for name in names]
    return ", ".join(texts[:most] + ["…"] * (len(texts) > most)) or "nothing"
