"""The H→WW data set as files: three ntuples, the prepared arrays, the manifest."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import uproot

from .. import files
from ..production import MASTER_SEED, Chunk, Sample, fingerprint, merged, produce, worker_pool
from . import weights
from .branches import BRANCHES
from .processes import BACKGROUNDS, COMMON_SETTINGS, PROCESSES, SIGNAL, Process
from .simulation import simulate_chunk

SHIPPED_EVENTS = 30_000
TREE_NAME = "Events"
BASKET_EVENTS = 16_384
VARIABLES = ("ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut")
SIGNAL_LABEL, BACKGROUND_LABEL = 0, 1
WORK_FOLDER = ".work"


@dataclass(frozen=True)
class Ntuple:
    """A finished sample: its chunk files in seed order and what follows from them."""

    process: Process
    chunk_files: Sequence[Path]
    n_generated: int
    generator_cross_section: float

    @property
    def file_name(self) -> str:
        return f"{self.process.name}.root"

    @property
    def cross_section_weight(self) -> float:
        return weights.cross_section_weight(self.process.cross_section, self.n_generated)

    def blocks(self) -> Iterator[dict[str, np.ndarray]]:
        """All branches, in blocks of the size of a basket."""
        for columns in merged(self.chunk_files, BASKET_EVENTS):
            yield columns | {"XSWeight": np.full(len(columns["event"]), self.cross_section_weight)}


def samples(n_signal: int) -> dict[str, Sample]:
    """What to produce for at least ``n_signal`` selected signal events."""
    return {
        process.name: Sample(process.name, process.tries_per_chunk, round(n_signal * process.events_per_signal_event))
        for process in PROCESSES.values()
    }


def generate(root: Path, wanted: Mapping[str, Sample], processes: int) -> Path:
    """Make the data set under ``root/hww`` with so many worker processes, and return that folder.

    Finished chunks wait in ``root/hww/.work``, under a name made from this package's source and settings, so that an
    interrupted run is taken up again only by the code that began it. The files appear together at the end.
    """
    folder = root / "hww"
    work = folder / WORK_FOLDER / fingerprint(wanted.values())
    with worker_pool(processes) as pool:
        ntuples = [
            finish(PROCESSES[name], sample, produce(sample, simulate_chunk, work, pool, processes))
            for name, sample in wanted.items()
        ]
    finished = work / "finished"
    finished.mkdir(exist_ok=True)
    entries = {ntuple.file_name: write_ntuple(finished, ntuple) for ntuple in ntuples}
    entries["arrays.npz"] = write_prepared_arrays(finished)
    write_manifest(finished / "manifest.json", entries)
    for name in (*entries, "manifest.json"):
        os.replace(finished / name, folder / name)
    shutil.rmtree(folder / WORK_FOLDER)
    return folder


def finish(process: Process, sample: Sample, chunk_files: Sequence[Path]) -> Ntuple:
    """Put together what the chunks of a sample say about it."""
    cross_sections = [Chunk.load(path).generator_cross_section for path in chunk_files]
    n_generated = len(chunk_files) * sample.tries_per_chunk
    return Ntuple(process, chunk_files, n_generated, float(np.mean(cross_sections)))


def write_ntuple(folder: Path, ntuple: Ntuple) -> dict:
    """Write the ROOT file; return its entry in the manifest."""
    process = ntuple.process
    path = folder / ntuple.file_name
    n_events = files.write_tree(path, TREE_NAME, BRANCHES, ntuple.blocks())
    return _identity(path) | {
        "n_events": n_events,
        "n_generated": ntuple.n_generated,
        "selection_efficiency": n_events / ntuple.n_generated,
        "process": process.title,
        "cross_section_pb": process.cross_section,
        "cross_section_source": process.cross_section_source,
        "pythia_cross_section_pb": float(f"{ntuple.generator_cross_section:.5g}"),
        "XSWeight": float(np.float32(ntuple.cross_section_weight)),
        "pythia_settings": [*COMMON_SETTINGS, *process.settings],
        "seeds": {
            "master_seed": MASTER_SEED,
            "chunks": len(ntuple.chunk_files),
            "tries_per_chunk": ntuple.n_generated // len(ntuple.chunk_files),
        },
    }


def write_prepared_arrays(folder: Path) -> dict:
    """Write ``arrays.npz`` from the ROOT files in the folder; return its entry in the manifest.

    It holds, for ``signal`` and ``background`` (low mass first): ``_inputs`` of shape (n_events, 6), the variables
    ``ptll mth uperp upara ptTOT_cut mTOT_cut`` in that order, ``_weights``, the product of the six weight branches over
    its mean in the class, and ``_labels``, 0 for signal and 1 for background; all float32.
    """
    arrays = {}
    for name, processes, label in (("signal", (SIGNAL,), SIGNAL_LABEL), ("background", BACKGROUNDS, BACKGROUND_LABEL)):
        columns = uproot.concatenate(
            [f"{folder / process.name}.root:{TREE_NAME}" for process in processes],
            [*VARIABLES, *weights.WEIGHT_BRANCHES],
            library="np",
        )
        event_weights = weights.event_weights(columns)
        arrays[f"{name}_inputs"] = np.stack([columns[variable] for variable in VARIABLES], axis=1).astype(np.float32)
        arrays[f"{name}_weights"] = (event_weights / event_weights.mean()).astype(np.float32)
        arrays[f"{name}_labels"] = np.full(len(event_weights), label, dtype=np.float32)
    path = folder / "arrays.npz"
    files.write_arrays(path, arrays)
    return _identity(path) | {
        "variables": list(VARIABLES),
        "n_signal": len(arrays["signal_labels"]),
        "n_background": len(arrays["background_labels"]),
    }


def write_manifest(path: Path, entries: Mapping[str, dict]) -> None:
    """Write what a reader needs to verify and understand the files."""
    manifest = {
        "tree": TREE_NAME,
        "generator": f"Pythia {version('pythia8mc')} (pythia8mc)",
        "licence": "CC-BY-4.0",
        "files": entries,
        "columns": {
            branch.name: {key: value for key, value in asdict(branch).items() if key != "name"} for branch in BRANCHES
        },
    }
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _identity(path: Path) -> dict:
    return {"sha256": files.sha256(path), "bytes": path.stat().st_size}
