"""ROOT files with jagged branches: as they were given, and the same bytes each time."""

import awkward as ak
import numpy as np
import pytest
import uproot

from data.generation.jagged_trees import Collection, write_jagged_tree

JETS = Collection("Jet", {"pt": "float32", "flavour": "int32"})
COUNTS = np.array([2, 0, 3, 1])
COLUMNS = {
    "nJet": COUNTS,
    "Jet_pt": np.array([[50.5, 30.25, 0], [0, 0, 0], [90, 60, 20], [40, 0, 0]]),
    "Jet_flavour": np.array([[5, 0, 0], [0, 0, 0], [4, 4, 0], [5, 0, 0]]),
    "weight": np.array([0.5, 1.5, 2.5, 3.5]),
    "factor": np.ones(4),
}


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "events.root"
    assert write_jagged_tree(path, "Events", [JETS], {"weight": "float32"}, COLUMNS) == 4
    return path


def test_the_branches_are_those_of_nanoaod(written):
    tree = uproot.open(f"{written}:Events")
    types = {branch.name: branch.typename for branch in tree.branches}
    assert types == {"nJet": "int32_t", "Jet_pt": "float[]", "Jet_flavour": "int32_t[]", "weight": "float"}


def test_events_come_back_without_the_padding(written):
    events = uproot.open(f"{written}:Events").arrays()
    assert ak.to_list(events["Jet_pt"]) == [[50.5, 30.25], [], [90, 60, 20], [40]]
    assert ak.to_list(events["Jet_flavour"]) == [[5, 0], [], [4, 4, 0], [5]], "a 0 may be a value"
    assert ak.to_list(events["nJet"]) == COUNTS.tolist()
    assert ak.to_list(events["weight"]) == [0.5, 1.5, 2.5, 3.5]


def test_the_same_content_gives_the_same_bytes(written, tmp_path):
    first = written.read_bytes()
    write_jagged_tree(written, "Events", [JETS], {"weight": "float32"}, COLUMNS)
    assert written.read_bytes() == first
    changed = {**COLUMNS, "Jet_pt": COLUMNS["Jet_pt"] + 1}
    write_jagged_tree(written, "Events", [JETS], {"weight": "float32"}, changed)
    assert written.read_bytes() != first
