"""The di-Higgs data set as files: a ROOT file a process, three of HH by self-coupling, and a table of events."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np

from .. import manifest
from ..dataset import Column, DataSet, Written, simulation_of
from ..jagged_trees import Collection, write_jagged_tree
from ..production import Production, samples_by_share
from ..rounding import rounded
from .columns import COLLECTIONS, COLUMNS, FLAT, SIGNAL_ONLY, WEIGHT, WEIGHT_TERMS
from .detector import LOGIT, WORKING_POINTS, tag_efficiency
from .processes import FILES, HIGGS_PAIR_FILES, PROCESSES, DihiggsProcess
from .vectors import NAME, write_vectors

TREE_NAME = "Events"
PB_TO_FB = 1000.0
MANTISSA_BITS = 12
ROUNDED = {column.name for column in COLUMNS if column.dtype == "float32"} - {
    WEIGHT.name,
    *(column.name for column in WEIGHT_TERMS),
}


def file_name(stem: str) -> str:
    """Name of the ROOT file of a process."""
    return f"{stem}.root"


def write(folder: Path, size: int, productions: Mapping[str, Production]) -> Written:
    """Write ROOT files and table. A file's samples are mixed, so that its first events are a fair part of it."""
    files = {}
    for stem in FILES:
        parts = [
            weighted_columns(PROCESSES[name], production)
            for name, production in productions.items()
            if PROCESSES[name].file == stem
        ]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        mixed = order(stem, len(columns[WEIGHT.name]))
        path = folder / file_name(stem)
        n_events = write_events(path, stem, {name: values[mixed] for name, values in columns.items()})
        files[path.name] = {"n_events": n_events}
    files[NAME] = {"n_events": write_vectors(folder)}
    head = (
        {"tree": TREE_NAME}
        | manifest.made_with_pythia()
        | {
            "b_tag_efficiencies": {
                name: {str(flavour): round(tag_efficiency(flavour, cut), 4) for flavour in LOGIT}
                for name, cut in WORKING_POINTS.items()
            },
            "samples": {name: described(PROCESSES[name], production) for name, production in productions.items()},
        }
    )
    return Written(head, files)


def write_events(path: Path, stem: str, columns: Mapping[str, np.ndarray]) -> int:
    """Write a file from its columns, collections padded; return the number of events."""
    collections = [
        Collection(name, {column.name.removeprefix(f"{name}_"): column.dtype for column in fields})
        for name, fields in COLLECTIONS.items()
    ]
    return write_jagged_tree(path, TREE_NAME, collections, _dtypes(flat_columns(stem)), columns)


def flat_columns(stem: str) -> tuple[Column, ...]:
    """The branches with one value an event of a file."""
    return (*FLAT, *SIGNAL_ONLY) if stem in HIGGS_PAIR_FILES else FLAT


def weighted_columns(process: DihiggsProcess, production: Production) -> dict[str, np.ndarray]:
    """All events of a sample as they are written, in the order of generation: rounded, with their weights in fb."""
    columns = all_events(production)
    sigma = process.cross_section_from(production.generator_cross_section)
    weights = PB_TO_FB * sigma / production.n_generated * columns["factor"]
    made = {name: rounded(values, MANTISSA_BITS) if name in ROUNDED else values for name, values in columns.items()}
    made[WEIGHT.name] = weights
    if process.kappa_lambda is not None:
        made |= {column.name: weights * columns[column.name.replace("weight_", "share_")] for column in WEIGHT_TERMS}
    return made


def all_events(production: Production) -> dict[str, np.ndarray]:
    """The columns of all chunks of a sample, of which there is at least one event."""
    return next(production.blocks(production.n_events))


def order(stem: str, n_events: int) -> np.ndarray:
    """In which order the events of a file stand, (n_events,): a permutation that depends on its name only."""
    seed = int.from_bytes(sha256(stem.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).permutation(n_events)


def described(process: DihiggsProcess, production: Production) -> dict[str, object]:
    """What the manifest says of a sample."""
    factors = all_events(production)["factor"]
    sigma = process.cross_section_from(production.generator_cross_section)
    return {
        "process": process.title,
        "file": file_name(process.file),
        "n_events": len(factors),
        "n_generated": production.n_generated,
        "cross_section_pb": float(f"{sigma:.5g}"),
        "cross_section_source": process.cross_section_source,
        "generator_cross_section_pb": float(f"{production.generator_cross_section:.5g}"),
        "sum_of_weights_fb": float(f"{PB_TO_FB * sigma * factors.sum() / production.n_generated:.5g}"),
        "pythia_settings": process.pythia_settings,
        "kappa_lambda": process.kappa_lambda,
        "light_prescale": process.light_prescale,
        "tagged_fraction": process.tagged_fraction,
        "seeds": production.seeds,
    }


def _dtypes(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.name: column.dtype for column in columns}


DATA_SET = DataSet(
    name="dihiggs",
    default_size=46_000,
    size_meaning="preselected events of all processes together",
    files=(*(file_name(stem) for stem in FILES), NAME),
    columns=COLUMNS,
    largest_bytes=10e6,
    samples=lambda n_events: samples_by_share(n_events, PROCESSES.values()),
    simulate=simulation_of(__package__),
    write=write,
    packages=("numpy", "pythia8mc"),
)
