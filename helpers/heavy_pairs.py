"""The heavy pairs as a training takes them: equal classes, split and scaled. The classes are AA, AB, BA, BB."""

from pathlib import Path

import numpy as np
import uproot

from helpers.data_files import columns, path

CLASSES = ("AA", "AB", "BA", "BB")
SHARES = (0.6, 0.2, 0.2)
PARTS = ("training", "validation", "test")
Samples = dict[str, tuple[np.ndarray, np.ndarray]]


def pair_files(folder: str | Path | None = None) -> list[Path]:
    """The ROOT files of the four classes in a folder, by default the verified ones of the data set.

    Raises FileNotFoundError, with the name, if one is not there.
    """
    if folder is None:
        return [path(f"heavy_pairs/{name}.root") for name in CLASSES]
    files = [Path(folder) / f"{name}.root" for name in CLASSES]
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(
                f"there is no file {file}: the folder should hold {', '.join(f.name for f in files)}"
            )
    return files


def load_pairs(folder: str | Path | None = None) -> Samples:
    """Inputs (n_events, n_fields) and one-hot targets (n_events, 4) of each of PARTS, float32, shuffled.

    The fields are those of the data set, in its order. Of each class as many events are taken as the smallest has. Of
    fields in GeV the logarithm of 1 + value is taken, and each field is scaled to mean 0 and standard deviation 1 of
    the training events. For the folder and the error see ``pair_files``.
    """
    fields = {name: column.unit for name, column in columns("heavy_pairs").items()}
    classes = [_table(file, list(fields)) for file in pair_files(folder)]
    n_events = min(map(len, classes))
    inputs = np.concatenate([table[:n_events] for table in classes])
    targets = np.repeat(np.eye(len(CLASSES), dtype=np.float32), n_events, axis=0)
    energies = [unit == "GeV" for unit in fields.values()]
    inputs[:, energies] = np.log1p(inputs[:, energies])
    order = np.random.default_rng(1).permutation(len(inputs))
    cuts = np.round(np.cumsum(SHARES)[:-1] * len(order)).astype(int)
    parts = dict(zip(PARTS, np.split(order, cuts), strict=True))
    mean, width = inputs[parts["training"]].mean(axis=0), inputs[parts["training"]].std(axis=0)
    return {name: ((inputs[rows] - mean) / width, targets[rows]) for name, rows in parts.items()}


def _table(file: Path, fields: list[str]) -> np.ndarray:
    with uproot.open(file) as opened:
        arrays = opened["Events"].arrays(fields, library="np")
    return np.stack([arrays[name] for name in fields], axis=1).astype(np.float32)
