"""How jets are stored: momenta rounded to twelve bits after the leading one, in HDF5 files of reproducible bytes."""

from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np

CONSTITUENTS = 200
COMPONENTS = ("E", "PX", "PY", "PZ")
MOMENTUM_BITS, ENERGY_BITS = 12, 16
LARGEST_RELATIVE_ERROR = 2.0 ** -(MOMENTUM_BITS + 1)
"""Of a stored px, py or pz: 0.012 %."""

FLOAT32_BITS = 23
BLOCK_JETS = 512
HDF5_CHUNK = (BLOCK_JETS, 20, len(COMPONENTS))
"""Jets × constituents × components that are compressed together: the first constituents can be read alone."""
GZIP_LEVEL = 9


def rounded(values: np.ndarray, bits: int = MOMENTUM_BITS) -> np.ndarray:
    """The nearest float32 numbers with so many bits of mantissa, ties to even; zero stays zero."""
    dropped = FLOAT32_BITS - bits
    pattern = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    last_kept = (pattern >> dropped) & 1
    nearest = pattern + (2 ** (dropped - 1) - 1) + last_kept
    return (nearest & ~np.uint32(2**dropped - 1)).view(np.float32)


def with_energy(momenta: np.ndarray) -> np.ndarray:
    """Constituents (…, 4) E, PX, PY, PZ in GeV, float32, from momenta (…, 3) that are :func:`rounded`.

    Constituents are massless. The energy is the length of the rounded momentum, with four bits more: as coarse as the
    momentum it would shift the masses of jets by some GeV.
    """
    energy = np.sqrt(np.sum(momenta.astype(np.float64) ** 2, axis=-1, keepdims=True))
    return np.concatenate([rounded(energy, ENERGY_BITS), momenta], axis=-1)


def write_jets(path: Path, n_jets: int, blocks: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
    """Write one file of jets: ``constituents`` (n_jets, 200, 4) float32, ``is_signal_new`` (n_jets,) int8.

    ``blocks`` are pairs of these for consecutive jets. No time is stored, so the same jets give the same bytes wherever
    h5py and its zlib have the same version.
    """
    with h5py.File(path, "w") as file:
        constituents = file.create_dataset(
            "constituents",
            shape=(n_jets, CONSTITUENTS, len(COMPONENTS)),
            dtype="float32",
            chunks=(min(BLOCK_JETS, n_jets), *HDF5_CHUNK[1:]),
            shuffle=True,
            compression="gzip",
            compression_opts=GZIP_LEVEL,
            track_times=False,
        )
        is_signal = file.create_dataset("is_signal_new", shape=(n_jets,), dtype="int8", track_times=False)
        first = 0
        for block, labels in blocks:
            constituents[first : first + len(labels)] = block
            is_signal[first : first + len(labels)] = labels
            first += len(labels)
