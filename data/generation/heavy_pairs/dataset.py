"""The heavy pairs as files: one ntuple a class."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from .. import manifest, writers
from ..dataset import DataSet, Written, simulation_of
from ..production import Production, samples_by_share
from ..rounding import LARGEST_RELATIVE_ERROR
from .columns import COLUMNS
from .processes import MASSES, PROCESSES, PairProcess

TREE_NAME = "Events"
BASKET_EVENTS = 4_096
DTYPES = {column.name: column.dtype for column in COLUMNS}


def file_name(process: PairProcess) -> str:
    """Name of the ROOT file of a class."""
    return f"{process.name}.root"


def write(folder: Path, size: int, productions: Mapping[str, Production]) -> Written:
    """Write the ROOT file of each class."""
    files = {}
    for name, production in productions.items():
        process = PROCESSES[name]
        path = folder / file_name(process)
        n_events = writers.write_tree(path, TREE_NAME, DTYPES, production.blocks(BASKET_EVENTS))
        files[path.name] = {
            "n_events": n_events,
            "n_generated": production.n_generated,
            "selection_efficiency": n_events / production.n_generated,
            "process": process.title,
            "pythia_settings": process.pythia_settings,
            "decay_settings": list(process.decay_settings),
            "seeds": production.seeds,
        }
    head = {"tree": TREE_NAME} | manifest.made_with_pythia()
    return Written(head | {"largest_relative_error": LARGEST_RELATIVE_ERROR, "masses_gev": asdict(MASSES)}, files)


DATA_SET = DataSet(
    name="heavy_pairs",
    default_size=60_000,
    size_meaning="selected events of all classes together",
    files=tuple(file_name(process) for process in PROCESSES.values()),
    columns=COLUMNS,
    largest_bytes=9e6,
    samples=lambda n_events: samples_by_share(n_events, PROCESSES.values()),
    simulate=simulation_of(__package__),
    write=write,
    packages=("numpy", "pythia8mc", "vector"),
)
