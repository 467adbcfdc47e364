"""The shipped data sets: where they are, whether they are whole, and what their columns mean.

A data set is a folder of files with a ``manifest.json`` that holds the SHA-256 of each file and the unit of each
column. The folders are looked for in ``HEPDL_DATA`` (a shared, read-only copy on a hub, or data of your own) and,
where that is not set, in ``data/`` of the repository.
"""

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import uproot

if TYPE_CHECKING:
    import pandas as pd

SHIPPED = Path(__file__).resolve().parents[1] / "data"


class DataError(Exception):
    """A data file is missing, cut short or altered, or no data set has that name."""


class Column(NamedTuple):
    """What one branch of a data set holds."""

    unit: str
    description: str


def path(name: str) -> Path:
    """Path of a data file whose content has been verified against its checksum.

    name: data set and file, such as ``"hww/GluGluHToWWTo2L2Nu_M125.root"``.
    Raises DataError, with the way out, if there is no such file or if it is not the file that the manifest describes.
    """
    dataset, slash, file_name = name.partition("/")
    if not slash:
        raise DataError(f"{name!r} is not the name of a data file: put its data set before it, as in 'hww/{name}'")
    files = _manifest(_root() / dataset)["files"]
    if file_name not in files:
        raise DataError(
            f"no data file is called {name!r}; there are: {', '.join(f'{dataset}/{file}' for file in files)}"
        )
    file = _root() / dataset / file_name
    if not file.is_file():
        raise DataError(f"{file} is missing. {_remedy(file)}")
    expected = files[file_name]
    status = file.stat()
    if status.st_size != expected["bytes"]:
        raise DataError(f"{file} has {status.st_size} bytes instead of {expected['bytes']}. {_remedy(file)}")
    if _sha256(file, status.st_mtime_ns) != expected["sha256"]:
        raise DataError(f"{file} has been altered: its checksum is not the one in manifest.json. {_remedy(file)}")
    return file


def open_root(name: str) -> uproot.ReadOnlyDirectory:
    """Open a verified ROOT file with uproot; for the name and the errors see ``path``."""
    return uproot.open(path(name))


def load_arrays(name: str) -> dict[str, np.ndarray]:
    """All arrays of a verified ``.npz`` file, by name; for the name and the errors see ``path``."""
    with np.load(path(name)) as arrays:
        return dict(arrays)


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
    from helpers import jet_files  # here, because h5py takes as long to import as NumPy

    return jet_files.load(_jet_file(source), constituents, start, stop)


def load_jet_frame(
    source: str | Path, constituents: int = 200, start: int = 0, stop: int | None = None
) -> "pd.DataFrame":
    """The same jets as ``load_jets`` gives, as a data frame with the columns of the public reference files.

    Columns: E_0, PX_0, PY_0, PZ_0, E_1, … (float32, GeV) and is_signal_new (int8). The index is the row in the file.
    """
    import pandas as pd

    from helpers import jet_files

    momenta, labels = load_jets(source, constituents, start, stop)
    index = pd.RangeIndex(start, start + len(labels))
    frame = pd.DataFrame(
        momenta.reshape(len(labels), -1), index, columns=jet_files.column_names(constituents), copy=False
    )
    frame[jet_files.LABEL] = labels
    return frame


def load_challenge_jets(constituents: int = 200) -> np.ndarray:
    """The secret jets of the challenge, whose labels nobody gets: as ``load_jets``, but the constituents alone."""
    from helpers import jet_files

    momenta, _ = jet_files.load(path("challenge/jets.h5"), constituents, start=0, stop=None, labelled=False)
    return momenta


def count_jets(source: str | Path) -> int:
    """Number of jets in a file, without reading them; for the source and the errors see ``load_jets``."""
    from helpers import jet_files

    return jet_files.count(_jet_file(source))


def columns(dataset: str) -> dict[str, Column]:
    """Unit and description of every column of a data set such as ``"hww"``. Raises DataError if there is none."""
    described = _manifest(_root() / dataset)["columns"]
    return {name: Column(column["unit"], column["description"]) for name, column in described.items()}


def _root() -> Path:
    return Path(os.environ.get("HEPDL_DATA") or SHIPPED)


def _jet_file(source: str | Path) -> Path:
    dataset, slash, _ = str(source).partition("/")
    if isinstance(source, str) and slash and (_root() / dataset / "manifest.json").is_file():
        return path(source)
    file = Path(source).expanduser()
    if not file.is_file():
        known = ", ".join(sorted(f"{found.parent.name}/…" for found in _root().glob("*/manifest.json"))) or "none"
        raise DataError(f"there is no file {file}, and no shipped data set of that name; there are: {known}")
    return file


def _manifest(folder: Path) -> dict:
    file = folder / "manifest.json"
    try:
        return json.loads(file.read_text())
    except FileNotFoundError:
        known = ", ".join(sorted(found.parent.name for found in _root().glob("*/manifest.json"))) or "none"
        raise DataError(
            f"{_root()} holds no data set {folder.name!r} ({file} is missing); there are: {known}. {_remedy(file)}"
        ) from None
    except ValueError as error:
        raise DataError(f"{file} is not valid JSON ({error}). {_remedy(file)}") from None


@cache
def _sha256(file: Path, modified_ns: int) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remedy(file: Path) -> str:
    if file.parent.name == "challenge":
        return "Your instructor hands the secret jets out, and makes them with: make challenge"
    if os.environ.get("HEPDL_DATA"):
        return (
            "HEPDL_DATA names the folder it is looked for in: copy the file there again, "
            "or unset HEPDL_DATA to use the course's own data."
        )
    return (
        f"Restore it with: git restore {Path('data') / file.relative_to(SHIPPED)}    (or make all data anew: make data)"
    )
