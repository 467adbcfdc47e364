"""The stop search as tables: signal and background for training, validation and test."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from .. import manifest, writers
from ..dataset import DataSet, Written, simulation_of
from ..production import Production, samples_by_share
from .columns import COLUMNS, DECIMALS, VARIABLES, WEIGHT_DIGITS
from .processes import PROCESSES, StopSearchProcess

DTYPES = {column.name: column.dtype for column in COLUMNS}
PARTS = {"train": (0,), "val": (1,), "test": (2, 3)}
"""Which of four consecutive events of a sample go into a file: a quarter, a quarter and a half."""
PERIOD = 4
KINDS = {"sig": True, "bkg": False}
BLOCK_EVENTS = 16_384


def file_name(part: str, kind: str) -> str:
    """Name of the table of a part, ``train``, ``val`` or ``test``, and a kind, ``sig`` or ``bkg``."""
    return f"{part}_{kind}.csv.gz"


def write(folder: Path, size: int, productions: Mapping[str, Production]) -> Written:
    """Write the six tables; within a table, the samples come one after the other."""
    files = {}
    for part in PARTS:
        for kind in KINDS:
            names = [name for name in productions if PROCESSES[name].is_signal == KINDS[kind]]
            blocks = (block for name in names for block in table_blocks(PROCESSES[name], productions[name], part))
            path = folder / file_name(part, kind)
            files[path.name] = {"n_events": writers.write_csv(path, DTYPES, blocks, header=False)}
    head = manifest.made_with_pythia() | {
        "samples": {name: described(PROCESSES[name], production) for name, production in productions.items()}
    }
    return Written(head, files)


def table_blocks(process: StopSearchProcess, production: Production, part: str) -> Iterator[dict[str, np.ndarray]]:
    """The rows of a sample that belong to a part, rounded as they are written, in the order of generation."""
    normalisation = process.cross_section_from(production.generator_cross_section) / production.n_generated
    for columns in production.blocks(BLOCK_EVENTS):
        chosen = np.isin(np.arange(len(columns["scale_factor"])) % PERIOD, PARTS[part])
        rounded = {name: np.round(columns[name][chosen], DECIMALS.get(name, 0)) for name in VARIABLES}
        yield rounded | {
            "weight": significant(normalisation * columns["scale_factor"][chosen], WEIGHT_DIGITS),
            "process": np.full(np.count_nonzero(chosen), f"{process.name}.root"),
        }


def significant(values: np.ndarray, digits: int) -> np.ndarray:
    """Values (n,) rounded to so many significant digits."""
    return np.array([float(f"{value:.{digits - 1}e}") for value in values], dtype=float)


def described(process: StopSearchProcess, production: Production) -> dict[str, object]:
    """What the manifest says of a sample."""
    sum_of_scale_factors = sum(float(block["scale_factor"].sum()) for block in production.blocks(BLOCK_EVENTS))
    sigma = process.cross_section_from(production.generator_cross_section)
    return {
        "process": process.title,
        "n_events": production.n_events,
        "n_generated": production.n_generated,
        "cross_section_pb": float(f"{sigma:.5g}"),
        "cross_section_source": process.cross_section_source,
        "pythia_cross_section_pb": float(f"{production.generator_cross_section:.5g}"),
        "sum_of_weights_pb": float(f"{sigma * sum_of_scale_factors / production.n_generated:.5g}"),
        "hard_process": process.cuts.text(),
        "pythia_settings": process.pythia_settings,
        "seeds": production.seeds,
    }


DATA_SET = DataSet(
    name="stop_search",
    default_size=141_000,
    size_meaning="selected events of all processes together",
    files=tuple(file_name(part, kind) for part in PARTS for kind in KINDS),
    columns=COLUMNS,
    largest_bytes=9e6,
    samples=lambda n_events: samples_by_share(n_events, PROCESSES.values()),
    simulate=simulation_of(__package__),
    write=write,
    packages=("numpy", "pythia8mc"),
)
