"""How safely the reference network of *Ntuple experiment* passes the graded bar on its area in validation.

hepdl bars ntuple_experiment    twenty seeds, and three that learned shuffled targets, which must fail
"""

import re
import tempfile
from collections.abc import Sequence

import numpy as np

from benchmarks.top_tagging import BAR_SEEDS, SHUFFLED_SEEDS, measured
from grading.authoring import reference
from helpers import checks
from helpers.heavy_pairs import load_pairs

LESSON, NOTEBOOK, CHECK = "ntuple_experiment", "experiment", "best-network-check"
SETTINGS = {"varset": 1, "width": 64, "depth": 3, "epochs": 6}


def verdict(seed: int, shuffled: bool) -> tuple[float, str]:
    """Mean area of the reference network in validation, and what its test cell says ("" if it passes)."""
    import keras

    namespace = reference.definitions(LESSON, NOTEBOOK)
    namespace["run"].__globals__["keras"] = keras
    data = load_pairs()
    if shuffled:
        inputs, targets = data["training"]
        data["training"] = inputs, np.random.default_rng(seed).permutation(targets)
    settings = namespace["Experiment"](**SETTINGS, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        area = namespace["run"](settings, data, folder)["metrics"]["area"]
        network = namespace["stored_network"](settings, folder)
    try:
        reference.check(LESSON, NOTEBOOK, CHECK, {"best_network": network})
    except checks.CheckFailed as failed:
        return area, str(failed)
    return area, ""


def bars(processes: int, seeds: Sequence[int] = BAR_SEEDS, shuffled_seeds: Sequence[int] = SHUFFLED_SEEDS) -> None:
    """Print who passes the graded bar, with the areas."""
    runs = [(seed, False) for seed in seeds] + [(seed, True) for seed in shuffled_seeds]
    results = measured(verdict, runs, processes)
    areas, verdicts = zip(*(results[seed, False] for seed in seeds), strict=True)
    blind_areas, blind_verdicts = zip(*(results[seed, True] for seed in shuffled_seeds), strict=True)
    (bar,) = set(re.findall(r"bar=(0\.\d+)", reference.test_source(LESSON, NOTEBOOK, CHECK)))
    print(
        f"{NOTEBOOK}: bar {bar}; {verdicts.count('')} of {len(areas)} seeds pass, area {min(areas):.4f} to "
        f"{max(areas):.4f}, mean {np.mean(areas):.4f}, spread {np.std(areas):.4f}; trained on shuffled targets, "
        f"{blind_verdicts.count('')} of {len(blind_areas)} pass, area "
        f"{', '.join(f'{area:.3f}' for area in blind_areas)}"
    )
