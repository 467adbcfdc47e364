"""The top-tagging data set as files: training, validation and test jets."""

from collections.abc import Mapping
from pathlib import Path

from .. import manifest, writers
from ..dataset import Column, DataSet, Written, simulation_of
from ..production import MASTER_SEED, Production, Sample
from ..rounding import LARGEST_RELATIVE_ERROR
from .jets import mixed_blocks, mixed_labels, order_rng, samples, streams
from .processes import PROCESSES
from .storage import LAYOUT

SHARES = {"train.h5": 3, "validation.h5": 1, "test.h5": 1}
COLUMNS = (
    Column(
        "constituents",
        "float32",
        "GeV",
        "E, PX, PY, PZ of the 200 leading constituents, by falling pT; zeros where there are fewer",
    ),
    Column("is_signal_new", "int8", "", "1 for a top jet, 0 for a QCD jet"),
)


def file_sizes(n_jets: int) -> dict[str, int]:
    """Jets of each file, in the ratio 3 : 1 : 1; what does not divide goes to the training file."""
    sizes = {name: n_jets * share // sum(SHARES.values()) for name, share in SHARES.items()}
    return sizes | {"train.h5": n_jets - sizes["validation.h5"] - sizes["test.h5"]}


def samples_of_files(n_jets: int) -> list[Sample]:
    """What to produce for so many jets in all files together."""
    return samples(file_sizes(n_jets).values())


def write(folder: Path, n_jets: int, productions: Mapping[str, Production]) -> Written:
    """Write the three files, with the classes mixed."""
    jets = streams(productions)
    rng = order_rng(MASTER_SEED)
    files = {}
    for name, size in file_sizes(n_jets).items():
        labels = mixed_labels(size, rng)
        writers.write_hdf5(folder / name, size, LAYOUT, mixed_blocks(labels, jets))
        n_top = int(labels.sum())
        files[name] = {"n_jets": size, "n_top": n_top, "n_qcd": size - n_top}
    processes = {
        name: {
            "label": PROCESSES[name].label,
            "process": PROCESSES[name].title,
            "pythia_settings": PROCESSES[name].pythia_settings,
            "master_seed": production.sample.master_seed,
            "tries_per_chunk": production.sample.tries_per_chunk,
        }
        for name, production in productions.items()
    }
    head = manifest.made_with_pythia() | {
        "largest_relative_error": LARGEST_RELATIVE_ERROR,
        "processes": processes,
    }
    return Written(head, files)


DATA_SET = DataSet(
    name="top_tagging",
    default_size=40_000,
    least_size=10,  # so that each file has jets of both classes
    size_meaning="training, validation and test jets together, in the ratio 3 : 1 : 1",
    files=tuple(SHARES),
    columns=COLUMNS,
    largest_bytes=18e6,
    samples=samples_of_files,
    simulate=simulation_of(__package__),
    write=write,
    packages=("fastjet", "numpy", "pythia8mc"),
)
