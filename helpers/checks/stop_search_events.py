"""The events of the stop search as its notebooks use them, for checks that judge a network on them."""

import numpy as np

from helpers import datasets

VARIABLES = (
    "LepPt", "LepEta", "LepChg", "Met", "mt", "Njet", "Jet1Pt", "HT", "NbLoose", "JetHBpt", "JetHBCSV", "DrJetHBLep",
)  # fmt: skip
FILES = {"training": "train", "validation": "val", "test": "test"}


def events(part: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs (n_events, 12), labels (1 = signal) and weights in pb, (n_events,), of one of FILES, signal first."""
    tables = [datasets.load_table(f"stop_search/{FILES[part]}_{kind}.csv.gz") for kind in ("sig", "bkg")]
    inputs = np.concatenate([table[list(VARIABLES)].to_numpy(float) for table in tables])
    labels = np.repeat([1, 0], [len(table) for table in tables])
    return inputs, labels, np.concatenate([table["weight"].to_numpy(float) for table in tables])


def in_range_of_training(inputs: np.ndarray) -> np.ndarray:
    """Inputs (n_events, 12) as a network sees them: the range of each training column is [-1, 1]."""
    training, _, _ = events("training")
    low, high = training.min(axis=0), training.max(axis=0)
    scaled: np.ndarray = (2 * inputs - low - high) / (high - low)
    return scaled
