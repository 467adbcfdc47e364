"""Checks of a function that converts branches of a TTree to the datasets of an HDF5 file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import uproot

from helpers import peak_memory
from helpers.checks.example_trees import scratch_folder, write_tree
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call
from helpers.checks.values import few, names

TYPES = {"event": "int64", "x": "float32", "y": "float64", "good": "bool", "code": "int16"}
UNITS = {"y": "GeV", "x": "rad", "event": "", "code": "cm"}
# What uproot, h5py and Python may take beside a few copies of a chunk.
OVERHEAD = 16_000_000
COPIES = 5
COMPUTING_LIMIT_S = 60


def converts(function: Callable[..., Any], n_events: int, chunk_length: int, fields: Mapping[str, str] = UNITS) -> None:
    """Fail unless ``function(root_path, tree, hdf5_path, fields, chunk_length)`` writes a dataset of each field.

    n_events: in the tree, in baskets of a thousand. fields: {branch: unit}, of those in TYPES.
    """
    where = f"for {n_events} events in chunks of {chunk_length}"
    with scratch_folder() as folder:
        source, target = folder / "events.root", folder / "events.h5"
        columns = _columns(n_events)
        write_tree(source, columns, TYPES, n_events)
        content = source.read_bytes()
        call(function, source, "Events", target, dict(fields), chunk_length, says=f"convert should work {where}")
        that(source.read_bytes() == content, "convert changed the ROOT file")
        that(target.is_file(), f"convert wrote no file at hdf5_path {where}")
        left = sorted(path.name for path in folder.iterdir() if path not in (source, target))
        that(not left, f"convert leaves {few(left)} beside the HDF5 file")
        try:
            with h5py.File(target) as file:
                names(file, fields, "the HDF5 file")
                for name, unit in fields.items():
                    _right(file[name], columns[name], unit, chunk_length, where)
        except OSError as error:
            raise CheckFailed(f"what convert wrote is no HDF5 file ({error})") from None


def _columns(n_events: int) -> dict[str, np.ndarray]:
    event = np.arange(n_events)
    columns = {"event": event, "x": np.sqrt(event), "y": -event / 7, "good": event % 3 == 0, "code": event % 97}
    return {name: column.astype(TYPES[name]) for name, column in columns.items()}


def _right(dataset: Any, column: np.ndarray, unit: str, chunk_length: int, where: str) -> None:
    name = dataset.name.strip("/")
    that(isinstance(dataset, h5py.Dataset), f"{name} in the HDF5 file is a group, not a dataset")
    found = dataset[()]
    that(
        found.dtype == column.dtype,
        f"the dtype of {name} in the HDF5 file is {found.dtype}, but that of the branch is {column.dtype}: keep it",
    )
    if len(found) != len(column):
        lost = len(column) - len(found)
        in_last = len(column) % chunk_length
        last = lost == in_last and len(found) % chunk_length == 0
        raise CheckFailed(
            f"{name} in the HDF5 file has shape {found.shape} instead of {column.shape} {where}"
            + (": the last chunk, which is shorter, is lost" if last else "")
        )
    beginning = column[:chunk_length]
    repeated = len(column) >= 2 * chunk_length and np.array_equal(found[chunk_length : 2 * chunk_length], beginning)
    that(not repeated, f"each chunk of {name} holds the first one's events {where}: mind where a chunk begins")
    empty = len(column) > chunk_length and len(beginning) and not found[-1] and bool(column[-1])
    that(not empty, f"{name} ends in zeros {where}: the last chunk, which is shorter, was not written")
    that(np.array_equal(found, column), f"{name} in the HDF5 file does not hold the values of the branch {where}")
    said = dataset.attrs.get("unit")
    that(said is not None, f"the dataset {name} has no attribute unit: dataset.attrs holds the attributes")
    said = said.decode() if isinstance(said, bytes) else str(said)
    that(said == unit, f"the attribute unit of {name} is {said!r} instead of {unit!r}")
    that(
        dataset.compression is not None,
        f"the dataset {name} is not compressed: create_dataset takes compression=…",
    )


def refuses_to_convert(function: Callable[..., Any]) -> None:
    """Fail unless ``function``, as for ``converts``, names a tree or branch that is missing, and leaves no half file.

    A basket of the ROOT file that cannot be read may raise anything, but leaves what was at the path as it was.
    """
    with scratch_folder() as folder:
        source, damaged = folder / "events.root", folder / "damaged.root"
        write_tree(source, _columns(4000), TYPES, 4000)
        with uproot.open(source) as file:
            place = int(file["Events"]["y"].member("fBasketSeek")[2])
        content = source.read_bytes()
        damaged.write_bytes(content[: place + 80] + bytes(400) + content[place + 480 :])
        unnamed = {"x": "rad", "phi_of_jet": "rad"}
        _refuses(function, (source, "Delphes", UNITS), "a tree that the file does not have", "Delphes", folder)
        _refuses(function, (source, "Events", unnamed), "a branch that the tree does not have", "phi_of_jet", folder)
        _refuses(function, (damaged, "Events", UNITS), "a file of which a basket cannot be read", "", folder)


def _refuses(
    function: Callable[..., Any], asked: tuple[Path, str, Mapping[str, str]], what: str, name: str, folder: Path
) -> None:
    root_path, tree, fields = asked
    target, before = folder / "converted.h5", set(folder.iterdir())
    for older in (None, b"an older file"):
        if older:
            target.write_bytes(older)
        try:
            function(root_path, tree, target, dict(fields), 500)
        except NotImplementedError:
            raise
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            that(
                name in words,
                f"for {what} convert raises {words.splitlines()[0][:200]}: say that it is {name} that is missing",
            )
        else:
            raise CheckFailed(f"convert should raise an error for {what}")
        left = sorted(path.name for path in set(folder.iterdir()) - before - {target})
        that(not left, f"for {what} convert leaves {few(left)} behind")
        if older is None:
            that(not target.exists(), f"for {what} convert leaves a half-written file at hdf5_path")
        else:
            that(
                target.is_file() and target.read_bytes() == older,
                f"for {what} convert destroys the file that was at hdf5_path: write under another name first, then "
                "put the whole file in its place",
            )
            target.unlink()


def converts_in_chunks(function: Callable[..., Any], n_events: int = 400_000, chunk_length: int = 5_000) -> None:
    """Fail if ``function``, as for ``converts``, takes much more memory than a chunk of the tree.

    Passes where the system has no way to measure it.
    """
    fields = {f"x{i}": "GeV" for i in range(10)}
    size, chunk = n_events * 8 * len(fields), chunk_length * 8 * len(fields)
    with scratch_folder() as folder:
        source, small = folder / "events.root", folder / "small.root"
        for path, length in ((source, n_events), (small, 2 * chunk_length)):
            with uproot.recreate(path, compression=None) as file:
                tree = file.mktree("Events", dict.fromkeys(fields, "float64"))
                for start in range(0, length, chunk_length):
                    tree.extend(dict.fromkeys(fields, np.zeros(min(chunk_length, length - start))))
        arguments, first = (
            (str(path), "Events", str(path.with_suffix(".h5")), fields, chunk_length) for path in (source, small)
        )
        try:
            growth = peak_memory.growth(function, arguments, first, COMPUTING_LIMIT_S)
        except TimeoutError:
            raise CheckFailed(
                f"convert took more than {COMPUTING_LIMIT_S} s of computing for a tree of {size / 1e6:.0f} MB"
            ) from None
        except peak_memory.FunctionFailed as error:
            raise CheckFailed(f"convert failed on a tree of {size / 1e6:.0f} MB ({error})") from None
        allowed = COPIES * chunk + OVERHEAD
        that(
            growth is None or growth < allowed,
            f"on a tree of {size / 1e6:.0f} MB the process grew by {(growth or 0) / 1e6:.0f} MB; a chunk is "
            f"{chunk / 1e6:.1f} MB, and {allowed / 1e6:.0f} MB are allowed: read and write chunk by chunk, by "
            "iterate or with array_cache=None, because uproot keeps what it has read",
        )
