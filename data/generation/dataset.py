"""A data set: what it is made of, how it is generated in stages, and where to find those that there are.

Each sub-package of ``data.generation`` is one data set. Its module ``dataset`` has a ``DATA_SET``, and imports without
Pythia: what needs it is imported by the functions that run.
"""

import importlib
import os
import pkgutil
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import data.generation

from . import manifest
from .production import Chunk, Production, Sample, Simulate, Task, fingerprint, produce, worker_pool

WORK_FOLDER = ".work"
SHARED = Path(__file__).parent


@dataclass(frozen=True)
class Column:
    """One column of a data set: the name of its NumPy type, its unit ("" for a pure number) and what it holds."""

    name: str
    dtype: str
    unit: str
    description: str


@dataclass(frozen=True)
class Written:
    """What :attr:`DataSet.write` says of its files for the manifest.

    ``head`` concerns the whole set; ``files`` has what is known of each file, by its name, but checksum and size.
    """

    head: Mapping[str, object]
    files: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class DataSet:
    """A data set that can be generated at any size.

    name: of its sub-package and of its folder.
    default_size, least_size: of the shipped set, and the smallest that can be made. size_meaning: what is counted.
    files, columns: what the folder holds besides manifest and datasheet.
    largest_bytes: what the shipped files may take together.
    samples: what to produce for a set of so many.
    simulate: makes one chunk; it runs in other processes, so it can be imported by its name (:func:`simulation_of`).
    write: makes the files in a folder from the productions of the samples, by name, for a set of so many.
    packages: those whose versions decide the chunks.
    """

    name: str
    default_size: int
    size_meaning: str
    files: tuple[str, ...]
    columns: tuple[Column, ...]
    largest_bytes: float
    samples: Callable[[int], Sequence[Sample]]
    simulate: Simulate
    write: Callable[[Path, int, Mapping[str, Production]], Written]
    packages: tuple[str, ...]
    least_size: int = 1

    def missing_packages(self) -> list[str]:
        """The packages that it needs and that are not installed."""
        missing = []
        for package in self.packages:
            try:
                version(package)
            except PackageNotFoundError:
                missing.append(package)
        return missing

    def fingerprint(self, samples: Sequence[Sample]) -> str:
        """Name for the chunks of these samples, from the code, the packages and the seeds that decide what they hold.

        The code is that of the set's own package and of the modules that all sets share.
        """
        sources = [*SHARED.glob("*.py"), *Path(importlib.import_module(_package(self.name)).__path__[0]).rglob("*.py")]
        return fingerprint(samples, sources, self.packages)

    def generate(self, root: Path, size: int, processes: int) -> Path:
        """Make the set under ``root`` with so many worker processes, and return its folder.

        Finished chunks wait in the folder's ``.work``, under the name that :meth:`fingerprint` gives them, so that an
        interrupted run is taken up again only by the code that began it. The files appear together at the end.
        """
        folder = root / self.name
        samples = self.samples(size)
        work = folder / WORK_FOLDER / self.fingerprint(samples)
        with worker_pool(processes) as pool:
            productions = {sample.name: produce(sample, self.simulate, work, pool, processes) for sample in samples}
        finished = work / "finished"
        finished.mkdir(exist_ok=True)
        written = self.write(finished, size, productions)
        entries = {name: manifest.entry(finished / name, **about) for name, about in written.files.items()}
        manifest.write(finished / manifest.NAME, written.head, entries, self.described_columns())
        for name in (*entries, manifest.NAME):
            os.replace(finished / name, folder / name)
        shutil.rmtree(folder / WORK_FOLDER)
        return folder

    def described_columns(self) -> dict[str, dict[str, str]]:
        """The columns as the manifest has them."""
        columns = (asdict(column) for column in self.columns)
        return {column.pop("name"): column for column in columns}


def simulation_of(package: str) -> Simulate:
    """What :attr:`DataSet.simulate` has of a set: ``simulate_chunk`` of the package's module ``simulation``.

    The module is imported where it runs, and may import Pythia.
    """
    return partial(_simulate_chunk, f"{package}.simulation")


def _simulate_chunk(module: str, task: Task) -> Chunk:
    return importlib.import_module(module).simulate_chunk(task)


def names() -> list[str]:
    """The data sets that there are, in the order of the alphabet. Nothing of them is imported."""
    return sorted(module.name for module in pkgutil.iter_modules(data.generation.__path__) if module.ispkg)


def load(name: str) -> DataSet:
    """The data set of this name."""
    return importlib.import_module(f"{_package(name)}.dataset").DATA_SET


def _package(name: str) -> str:
    return f"{data.generation.__name__}.{name}"
