"""How jets are stored: momenta rounded to twelve bits after the leading one, in HDF5 files."""

import numpy as np

from ..rounding import rounded
from ..writers import Array

CONSTITUENTS = 200
COMPONENTS = ("E", "PX", "PY", "PZ")
ENERGY_BITS = 16
BLOCK_JETS = 512
LAYOUT = {
    "constituents": Array(
        "float32",
        shape=(CONSTITUENTS, len(COMPONENTS)),
        compressed_together=(BLOCK_JETS, 20, len(COMPONENTS)),
    ),
    "is_signal_new": Array("int8"),
}
"""Of the HDF5 files. Jets × constituents × components are compressed together so that the first constituents can be
read alone."""


def with_energy(momenta: np.ndarray) -> np.ndarray:
    """Constituents (…, 4) E, PX, PY, PZ in GeV, float32, from momenta (…, 3) that are :func:`rounded`.

    Constituents are massless. The energy is the length of the rounded momentum, with four bits more: as coarse as the
    momentum it would shift the masses of jets by some GeV.
    """
    energy = np.sqrt(np.sum(momenta.astype(np.float64) ** 2, axis=-1, keepdims=True))
    return np.concatenate([rounded(energy, ENERGY_BITS), momenta], axis=-1)
