"""The shipped ROOT files whose branches have one value an event, against manifest, code and writer."""

import importlib

import numpy as np
import pytest
import uproot

from data.generation import dataset, writers
from data.generation.production import Task
from helpers.files import sha256


def described(name):
    """The module that says how a data set is written."""
    return importlib.import_module(f"data.generation.{name}.dataset")


NTUPLES = [
    (name, file)
    for name in dataset.names()
    if hasattr(described(name), "BASKET_EVENTS")
    for file in dataset.load(name).files
    if file.endswith(".root")
]


@pytest.mark.parametrize(("name", "file"), NTUPLES)
def test_a_tree_is_what_the_manifest_says(name, file, data_folder, manifest_of):
    entry = manifest_of(name)["files"][file]
    with uproot.open(data_folder / name / file) as opened:
        assert opened.classnames(cycle=False) == {described(name).TREE_NAME: "TTree"}
        tree = opened[described(name).TREE_NAME]
        dtypes = {branch.name: branch.interpretation.to_dtype.name for branch in tree.branches}
        assert tree.num_entries == entry["n_events"]
        assert max(np.diff(tree.branches[0].entry_offsets)) == min(entry["n_events"], described(name).BASKET_EVENTS)
    columns = {column: about["dtype"] for column, about in manifest_of(name)["columns"].items()}
    assert list(dtypes.items()) == list(columns.items())
    assert entry["selection_efficiency"] == pytest.approx(entry["n_events"] / entry["n_generated"])


@pytest.mark.parametrize(("name", "file"), NTUPLES)
def test_the_writer_makes_a_file_from_its_content(name, file, data_folder, manifest_of, tmp_path):
    module = described(name)
    with uproot.open(data_folder / name / file) as opened:
        blocks = opened[module.TREE_NAME].iterate(step_size=module.BASKET_EVENTS, library="np")
        writers.write_tree(tmp_path / file, module.TREE_NAME, module.DTYPES, blocks)
    assert sha256(tmp_path / file) == manifest_of(name)["files"][file]["sha256"]


@pytest.mark.parametrize(("name", "file"), NTUPLES)
def test_shipped_events_come_from_this_code(name, file, data_folder, manifest_of):
    """The first chunk gives the first events of the file, bit for bit; a weight may need the other chunks."""
    data_set = dataset.load(name)
    if data_set.missing_packages():
        pytest.skip("the generator is not installed (make data installs it)")
    tries = manifest_of(name)["files"][file]["seeds"]["tries_per_chunk"]
    chunk = data_set.simulate(Task(file.removesuffix(".root"), 0, tries))
    assert len(chunk) > 100
    shipped = uproot.open(data_folder / name / file)[described(name).TREE_NAME].arrays(
        entry_stop=len(chunk), library="np"
    )
    compared = [column for column in data_set.columns if column.name in chunk.columns]
    assert len(compared) >= len(data_set.columns) - 1
    for column in compared:
        made = chunk.columns[column.name].astype(column.dtype)
        np.testing.assert_array_equal(made, shipped[column.name], err_msg=column.name)
