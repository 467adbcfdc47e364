"""The H→WW data set as files: three ntuples and the prepared arrays."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from .. import manifest, writers
from ..dataset import DataSet, Written, simulation_of
from ..production import Production, Sample
from . import weights
from .columns import COLUMNS
from .processes import BACKGROUNDS, PROCESSES, SIGNAL, DileptonProcess

TREE_NAME = "Events"
BASKET_EVENTS = 16_384
DTYPES = {column.name: column.dtype for column in COLUMNS}
ARRAYS = "arrays.npz"
VARIABLES = ("ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut")
SIGNAL_LABEL, BACKGROUND_LABEL = 0, 1


def samples(n_signal: int) -> list[Sample]:
    """What to produce for at least ``n_signal`` selected signal events."""
    return [
        Sample(process.name, process.tries_per_chunk, round(n_signal * process.events_per_signal_event))
        for process in PROCESSES.values()
    ]


def write(folder: Path, size: int, productions: Mapping[str, Production]) -> Written:
    """Write the ROOT files of the samples and the prepared arrays."""
    files = {
        file_name(PROCESSES[name]): write_ntuple(folder, PROCESSES[name], production)
        for name, production in productions.items()
    }
    return Written({"tree": TREE_NAME} | manifest.made_with_pythia(), files | {ARRAYS: write_prepared_arrays(folder)})


def file_name(process: DileptonProcess) -> str:
    """Name of the ROOT file of a process."""
    return f"{process.name}.root"


def write_ntuple(folder: Path, process: DileptonProcess, production: Production) -> dict:
    """Write the ROOT file of a process; return what the manifest says of it."""
    weight = weights.cross_section_weight(process.cross_section, production.n_generated)
    n_events = writers.write_tree(
        folder / file_name(process), TREE_NAME, DTYPES, _with_cross_section_weight(production, weight)
    )
    return {
        "n_events": n_events,
        "n_generated": production.n_generated,
        "selection_efficiency": n_events / production.n_generated,
        "process": process.title,
        "cross_section_pb": process.cross_section,
        "cross_section_source": process.cross_section_source,
        "pythia_cross_section_pb": float(f"{production.generator_cross_section:.5g}"),
        "XSWeight": float(np.float32(weight)),
        "pythia_settings": process.pythia_settings,
        "seeds": production.seeds,
    }


def _with_cross_section_weight(production: Production, weight: float) -> Iterator[dict[str, np.ndarray]]:
    for columns in production.blocks(BASKET_EVENTS):
        yield columns | {"XSWeight": np.full(len(columns["event"]), weight)}


def write_prepared_arrays(folder: Path) -> dict:
    """Write ``arrays.npz`` from the ROOT files in the folder; return what the manifest says of it.

    It holds, for ``signal`` and ``background`` (low mass first): ``_inputs`` of shape (n_events, 6), the variables
    ``ptll mth uperp upara ptTOT_cut mTOT_cut`` in that order, ``_weights``, the product of the six weight branches over
    its mean in the class, and ``_labels``, 0 for signal and 1 for background; all float32.
    """
    import uproot

    arrays = {}
    for name, processes, label in (("signal", (SIGNAL,), SIGNAL_LABEL), ("background", BACKGROUNDS, BACKGROUND_LABEL)):
        columns = uproot.concatenate(
            [f"{folder / file_name(process)}:{TREE_NAME}" for process in processes],
            [*VARIABLES, *weights.WEIGHT_BRANCHES],
            library="np",
        )
        event_weights = weights.event_weights(columns)
        arrays[f"{name}_inputs"] = np.stack([columns[variable] for variable in VARIABLES], axis=1).astype(np.float32)
        arrays[f"{name}_weights"] = (event_weights / event_weights.mean()).astype(np.float32)
        arrays[f"{name}_labels"] = np.full(len(event_weights), label, dtype=np.float32)
    writers.write_arrays(folder / ARRAYS, arrays)
    return {
        "variables": list(VARIABLES),
        "n_signal": len(arrays["signal_labels"]),
        "n_background": len(arrays["background_labels"]),
    }


DATA_SET = DataSet(
    name="hww",
    default_size=30_000,
    size_meaning="selected signal events, and as many Drell-Yan events, a third at low mass",
    files=(*(file_name(process) for process in PROCESSES.values()), ARRAYS),
    columns=COLUMNS,
    largest_bytes=9.5e6,
    samples=samples,
    simulate=simulation_of(__package__),
    write=write,
    packages=("numpy", "pythia8mc"),
)
