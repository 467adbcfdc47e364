"""The di-Higgs events as their notebook uses them, for checks that judge a network on them."""

import h5py
import numpy as np

from helpers import datasets

PROCESSES = ("HH", "TTbar", "SingleTop", "WJets")


def events(part: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors (n_events, 15), names of processes and weights in fb, (n_events,), of training, validation or test."""
    with h5py.File(datasets.path("dihiggs/vectors.h5")) as file:
        vectors, numbers, weights = (file[name][:] for name in ("vectors", "process", "weight"))
    order = np.random.default_rng(1).permutation(len(vectors))
    first, last = {"training": (0, 2), "validation": (2, 3), "test": (3, 4)}[part]
    here = order[first * len(order) // 4 : last * len(order) // 4]
    return vectors[here].astype(float), np.array(PROCESSES)[numbers[here]], weights[here].astype(float)


def balanced(processes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights (n_events,) of which each process that occurs has the same sum, and whose mean is 1."""
    made = np.zeros(len(weights))
    there = np.unique(processes)
    for name in there:
        made[processes == name] = weights[processes == name] / weights[processes == name].sum()
    scaled: np.ndarray = made * len(weights) / len(there)
    return scaled
