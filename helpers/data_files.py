"""The files of the data sets: where they are, whether they are whole, and what their columns mean.

A data set is a folder of files with a ``manifest.json`` that holds the SHA-256 of each file and the unit of each
column. The folders are looked for in ``HEPDL_DATA`` (a shared, read-only copy on a hub, or data of your own) and,
where that is not set, in ``data/`` of the repository.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from helpers.files import sha256
from helpers.repository import ROOT

SHIPPED = ROOT / "data"


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


def path_of(source: str | Path) -> Path:
    """The verified path of a data file's name, as :func:`path` gives it, or the path of a file of the user's own.

    Raises DataError as :func:`path` does, and if there is no such file.
    """
    dataset, slash, _ = str(source).partition("/")
    if isinstance(source, str) and slash and (_root() / dataset / "manifest.json").is_file():
        return path(source)
    file = Path(source).expanduser()
    if not file.is_file():
        raise DataError(f"there is no file {file}, and no shipped data set of that name; there are: {_known('/…')}")
    return file


def columns(dataset: str) -> dict[str, Column]:
    """Unit and description of every column of a data set such as ``"hww"``. Raises DataError if there is none."""
    described = _manifest(_root() / dataset)["columns"]
    return {name: Column(column["unit"], column["description"]) for name, column in described.items()}


def _root() -> Path:
    return Path(os.environ.get("HEPDL_DATA") or SHIPPED)


def _known(ending: str = "") -> str:
    return ", ".join(sorted(f"{found.parent.name}{ending}" for found in _root().glob("*/manifest.json"))) or "none"


def _manifest(folder: Path) -> dict[str, Any]:
    file = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(file.read_text())
        return manifest
    except FileNotFoundError:
        raise DataError(
            f"{_root()} holds no data set {folder.name!r} ({file} is missing); there are: {_known()}. {_remedy(file)}"
        ) from None
    except ValueError as error:
        raise DataError(f"{file} is not valid JSON ({error}). {_remedy(file)}") from None


@cache
def _sha256(file: Path, modified_ns: int) -> str:
    return sha256(file)


def _remedy(file: Path) -> str:
    if file.parent.name == "challenge":
        return "Your instructor hands the secret jets out, and makes them with: hepdl challenge"
    if os.environ.get("HEPDL_DATA"):
        return (
            "HEPDL_DATA names the folder it is looked for in: copy the file there again, "
            "or unset HEPDL_DATA to use the course's own data."
        )
    return (
        f"Restore it with: git restore {Path('data') / file.relative_to(SHIPPED)}    (or make all data anew: make data)"
    )
