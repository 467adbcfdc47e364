"""The top-tagging data set as files: training, validation and test jets, and the manifest."""

import json
import os
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from .. import files
from ..production import MASTER_SEED, Sample, fingerprint, worker_pool
from .jets import mixed_blocks, mixed_labels, order_rng, produce_streams, samples
from .processes import COMMON_SETTINGS, PROCESSES
from .storage import LARGEST_RELATIVE_ERROR, write_jets

SHIPPED_JETS = 40_000
LEAST_JETS = 10
"""So that each file has jets of both classes."""
SHARES = {"train.h5": 3, "validation.h5": 1, "test.h5": 1}
WORK_FOLDER = ".work"
COLUMNS = {
    "constituents": {
        "dtype": "float32",
        "unit": "GeV",
        "description": "E, PX, PY, PZ of the 200 leading constituents, by falling pT; zeros where there are fewer",
    },
    "is_signal_new": {"dtype": "int8", "unit": "", "description": "1 for a top jet, 0 for a QCD jet"},
}


def file_sizes(n_jets: int) -> dict[str, int]:
    """Jets of each file, in the ratio 3 : 1 : 1; what does not divide goes to the training file."""
    sizes = {name: n_jets * share // sum(SHARES.values()) for name, share in SHARES.items()}
    return sizes | {"train.h5": n_jets - sizes["validation.h5"] - sizes["test.h5"]}


def generate(root: Path, n_jets: int, processes: int) -> Path:
    """Make the data set under ``root/top_tagging`` with so many worker processes, and return that folder.

    Finished chunks wait in ``root/top_tagging/.work``, under a name made from this package's source and settings, so
    that an interrupted run is taken up again only by the code that began it. The files appear together at the end.
    """
    folder = root / "top_tagging"
    sizes = file_sizes(n_jets)
    wanted = samples(sizes.values())
    work = folder / WORK_FOLDER / fingerprint(wanted.values())
    with worker_pool(processes) as pool:
        streams = produce_streams(wanted, work, pool, processes)
    finished = work / "finished"
    finished.mkdir(exist_ok=True)
    rng = order_rng(MASTER_SEED)
    entries = {}
    for name, size in sizes.items():
        labels = mixed_labels(size, rng)
        write_jets(finished / name, size, mixed_blocks(labels, streams))
        entries[name] = {
            "sha256": files.sha256(finished / name),
            "bytes": (finished / name).stat().st_size,
            "n_jets": size,
            "n_top": int(labels.sum()),
            "n_qcd": size - int(labels.sum()),
        }
    write_manifest(finished / "manifest.json", entries, wanted)
    for name in (*entries, "manifest.json"):
        os.replace(finished / name, folder / name)
    shutil.rmtree(folder / WORK_FOLDER)
    return folder


def write_manifest(path: Path, entries: Mapping[str, dict], wanted: Mapping[str, Sample]) -> None:
    """Write what a reader needs to verify and understand the files."""
    manifest = {
        "generator": f"Pythia {version('pythia8mc')} (pythia8mc)",
        "licence": "CC-BY-4.0",
        "largest_relative_error": LARGEST_RELATIVE_ERROR,
        "processes": {
            name: {
                "label": PROCESSES[name].label,
                "process": PROCESSES[name].title,
                "pythia_settings": [*COMMON_SETTINGS, *PROCESSES[name].settings],
                "master_seed": sample.master_seed,
                "tries_per_chunk": sample.tries_per_chunk,
            }
            for name, sample in wanted.items()
        },
        "files": entries,
        "columns": COLUMNS,
    }
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
