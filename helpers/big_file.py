"""A ROOT file of any size for the lesson on data larger than memory, in seconds: shipped events, drawn again and again.

    python -m helpers.big_file big.root                      2 million events, 40 branches
    python -m helpers.big_file big.root --events 20000000

One tree ``Events``, ordered by class: signal, then the two Drell–Yan files, in the proportions of the shipped files.
Events are drawn with replacement, so the file is for timing and practice and not for physics: ``make data EVENTS=…``
generates new ones. Beside the 37 branches of the shipped files it has ``label`` (0 = signal, 1 = background),
``weight`` (product of the six weight branches, mean 1 in each class) and ``process`` (0, 1, 2). ``event`` counts
from 0.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import uproot
from tqdm import tqdm

from helpers import datasets
from helpers.files import replacing

FILES = ("GluGluHToWWTo2L2Nu_M125", "DYJetsToLL_M-10to50-LO", "DYJetsToLL_M-50-LO")
LABELS = (0, 1, 1)
LEPTONS = "ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW"
WEIGHTS = ("XSWeight", "SFweight2l", f"LepSF2l__{LEPTONS}", f"LepCut2l__{LEPTONS}", "GenLepMatch2l", "METFilter_MC")
BASKET_EVENTS = 20_000


def shipped() -> list[dict[str, np.ndarray]]:
    """The shipped events, a dictionary of branches for each file, with label, weight and process."""
    samples = []
    for process, (name, label) in enumerate(zip(FILES, LABELS, strict=True)):
        sample = datasets.open_root(f"hww/{name}.root")["Events"].arrays(library="np")
        n_events = len(sample["event"])
        sample["label"] = np.full(n_events, label, "int32")
        sample["process"] = np.full(n_events, process, "int32")
        sample["weight"] = np.prod([sample[branch] for branch in WEIGHTS], axis=0)
        samples.append(sample)
    for label in set(LABELS):
        chosen = [sample for sample, of_class in zip(samples, LABELS, strict=True) if of_class == label]
        mean = np.concatenate([sample["weight"] for sample in chosen]).mean()
        for sample in chosen:
            sample["weight"] /= mean
    return samples


def drawn(n_events: int, rng: np.random.Generator) -> Iterator[dict[str, np.ndarray]]:
    """Baskets of events drawn from the shipped ones, class after class, ``event`` counting from 0."""
    samples = shipped()
    sizes = np.array([len(sample["event"]) for sample in samples])
    ends = np.rint(n_events * np.cumsum(sizes) / sizes.sum()).astype(int)
    for sample, size, begin, end in zip(samples, sizes, (0, *ends[:-1]), ends, strict=True):
        for start in range(begin, end, BASKET_EVENTS):
            stop = min(start + BASKET_EVENTS, end)
            rows = rng.integers(size, size=stop - start)
            basket = {name: values[rows] for name, values in sample.items()}
            basket["event"] = np.arange(start, stop)
            yield basket


def write(path: Path, n_events: int, compression: uproot.compression.Compression, seed: int = 1) -> None:
    """Write the file in one step. Raises FileExistsError rather than to write over one."""
    if path.exists():
        raise FileExistsError(f"{path} exists: remove it, or choose another name")
    with (
        replacing(path) as part,
        uproot.recreate(part, compression=compression) as output,
        tqdm(total=n_events, unit=" events") as progress,
    ):
        types = {name: values.dtype for name, values in shipped()[0].items()}
        tree = output.mktree("Events", types)
        for basket in drawn(n_events, np.random.default_rng(seed)):
            tree.extend(basket)
            progress.update(len(basket["event"]))


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl big-file", description="Write a large ROOT file of H→WW and Drell-Yan events."
    )
    made.add_argument("path", type=Path, help="the file to write")
    made.add_argument("--events", type=int, default=2_000_000, help="number of events (default: 2 million)")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Write the file and return the exit status."""
    options = parser().parse_args(arguments)
    try:
        write(options.path, options.events, uproot.ZLIB(1))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
