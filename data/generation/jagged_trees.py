"""ROOT files with jagged branches, laid out as NanoAOD is: ``nJet``, ``Jet_pt``, ``Jet_eta`` …"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .writers import root_file


@dataclass(frozen=True)
class Collection:
    """Objects of which an event has any number, with the NumPy type of each of their fields, by its name.

    Field ``pt`` of the collection ``Jet`` is the branch ``Jet_pt``; ``nJet`` says how many entries an event has.
    """

    name: str
    dtypes: Mapping[str, str]

    @property
    def counter(self) -> str:
        """Name of the branch with the number of entries."""
        return f"n{self.name}"


def write_jagged_tree(
    path: Path,
    tree_name: str,
    collections: Iterable[Collection],
    dtypes: Mapping[str, str],
    columns: Mapping[str, np.ndarray],
) -> int:
    """Write a ROOT file of one TTree, collections first, and return the number of events. A branch is one basket.

    dtypes: NumPy's name of each flat branch's type, in the order of the file.
    columns: by the names of the branches: flat ones and counters (n_events,), fields of collections padded at the end
    to (n_events, most entries); what else there is is left out.
    """
    import awkward as ak

    content, types = {}, {}
    for collection in collections:
        counts = columns[collection.counter]
        content[collection.name] = ak.zip(
            {
                field: _jagged(columns[f"{collection.name}_{field}"].astype(dtype), counts)
                for field, dtype in collection.dtypes.items()
            }
        )
        types[collection.name] = content[collection.name].type.content
    for name, dtype in dtypes.items():
        content[name] = columns[name].astype(dtype)
        types[name] = dtype
    with root_file(path) as file:
        tree = file.mktree(tree_name, types)
        tree.extend(content)
    return len(columns[next(iter(dtypes))])


def _jagged(padded: np.ndarray, counts: np.ndarray):
    import awkward as ak

    used = np.arange(padded.shape[1]) < counts[:, None]
    return ak.unflatten(padded[used], counts)
