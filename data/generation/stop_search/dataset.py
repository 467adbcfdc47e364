"""The stop search as tables: signal and background for training, validation and test."""

from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path

import numpy as np

from .. import manifest, writers
from ..dataset import DataSet, Written
from ..production import Chunk, Production, Sample, Task
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


def samples(n_events: int) -> list[Sample]:
    """What to produce for about ``n_events`` selected events of all processes together."""
    total = sum(process.share for process in PROCESSES.values())
    return [
        Sample(process.name, process.tries_per_chunk, ceil(n_events * process.share / total))
        for process in PROCESSES.values()
    ]


def simulate(task: Task) -> Chunk:
    """One chunk of a sample: see :func:`.simulation.simulate_chunk`."""
    from .simulation import simulate_chunk

    return simulate_chunk(task)


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
    normalisation = cross_section(process, production) / production.n_generated
    for columns in production.blocks(BLOCK_EVENTS):
        chosen = np.isin(np.arange(len(columns["scale_factor"])) % PERIOD, PARTS[part])
        rounded = {name: np.round(columns[name][chosen], DECIMALS.get(name, 0)) for name in VARIABLES}
        yield rounded | {
            "weight": significant(normalisation * columns["scale_factor"][chosen], WEIGHT_DIGITS),
            "process": np.full(np.count_nonzero(chosen), f"{process.name}.root"),
        }


def cross_section(process: StopSearchProcess, production: Production) -> float:
    """Cross-section in pb of what is generated of a process, before the cuts on the hard process."""
    return process.cross_section or process.k_factor * production.generator_cross_section


def significant(values: np.ndarray, digits: int) -> np.ndarray:
    """Values (n,) rounded to so many significant digits."""
    return np.array([float(f"{value:.{digits - 1}e}") for value in values], dtype=float)


def described(process: StopSearchProcess, production: Production) -> dict[str, object]:
    """What the manifest says of a sample."""
    n_events = sum(len(Chunk.load(path)) for path in production.chunk_files)
    sum_of_scale_factors = sum(float(block["scale_factor"].sum()) for block in production.blocks(BLOCK_EVENTS))
    sigma = cross_section(process, production)
    return {
        "process": process.title,
        "n_events": n_events,
        "n_generated": production.n_generated,
        "cross_section_pb": float(f"{sigma:.5g}"),
        "cross_section_source": process.cross_section_source,
        "pythia_cross_section_pb": float(f"{production.generator_cross_section:.5g}"),
        "sum_of_weights_pb": float(f"{sigma * sum_of_scale_factors / production.n_generated:.5g}"),
        "hard_process": process.cuts.text(),
        "pythia_settings": process.pythia_settings,
        "seeds": {
            "master_seed": production.sample.master_seed,
            "chunks": len(production.chunk_files),
            "tries_per_chunk": production.sample.tries_per_chunk,
        },
    }


DATA_SET = DataSet(
    name="stop_search",
    default_size=141_000,
    size_meaning="selected events of all processes together",
    files=tuple(file_name(part, kind) for part in PARTS for kind in KINDS),
    columns=COLUMNS,
    largest_bytes=9e6,
    samples=samples,
    simulate=simulate,
    write=write,
    packages=("numpy", "pythia8mc"),
)
