"""How safely the reference network of *Ntuple experiment* passes the graded bar on its area in validation.

hepdl bars ntuple_experiment    twenty seeds, and three that learned shuffled targets, which must fail
"""

import tempfile

import numpy as np

from benchmarks.bar_seeds import graded_bar, print_areas, said_by_check, with_all_seeds
from grading.authoring import reference
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
    return area, said_by_check(LESSON, NOTEBOOK, CHECK, {"best_network": network})


def bars(processes: int) -> None:
    """Print who passes the graded bar, with the areas."""
    passing, spoiled = with_all_seeds(verdict, processes)
    print_areas(NOTEBOOK, graded_bar(LESSON, NOTEBOOK, CHECK), passing, spoiled)
