"""What notebooks need of the data: verified files by name, what their columns mean, and what is in them.

Names and columns come from :mod:`helpers.data_files`, jets from :mod:`helpers.jet_files`, tables from
:mod:`helpers.table_files`.
"""

import numpy as np
import uproot

from helpers.data_files import Column, DataError, columns, path
from helpers.jet_files import count_jets, load_challenge_jets, load_jet_frame, load_jets
from helpers.table_files import load_table

__all__ = [
    "Column",
    "DataError",
    "columns",
    "count_jets",
    "load_arrays",
    "load_challenge_jets",
    "load_jet_frame",
    "load_jets",
    "load_table",
    "open_root",
    "path",
]


def open_root(name: str) -> uproot.ReadOnlyDirectory:
    """Open a verified ROOT file with uproot; for the name and the errors see ``path``."""
    return uproot.open(path(name))


def load_arrays(name: str) -> dict[str, np.ndarray]:
    """All arrays of a verified ``.npz`` file, by name; for the name and the errors see ``path``."""
    with np.load(path(name)) as arrays:
        return dict(arrays)
