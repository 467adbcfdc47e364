"""The shipped files of the heavy pairs against the manifest, the datasheet and the writer."""

import numpy as np
import pytest
import uproot

from data.generation import writers
from data.generation.heavy_pairs import dataset, kinematics
from data.generation.heavy_pairs.columns import COLUMNS, FOUR_VECTORS
from data.generation.heavy_pairs.processes import MASSES, PROCESSES
from data.generation.rounding import rounded
from helpers.files import sha256


@pytest.fixture(scope="module")
def datasheet(folder):
    return (folder / "datasheet.md").read_text("utf-8")


@pytest.mark.parametrize("name", PROCESSES)
def test_tree_is_what_the_manifest_says(name, folder, manifest):
    entry = manifest["files"][f"{name}.root"]
    with uproot.open(folder / f"{name}.root") as file:
        assert file.classnames(cycle=False) == {"Events": "TTree"}
        tree = file["Events"]
        dtypes = {branch.name: branch.interpretation.to_dtype.name for branch in tree.branches}
        assert tree.num_entries == entry["n_events"]
        assert max(np.diff(tree["m_bb"].entry_offsets)) == min(entry["n_events"], dataset.BASKET_EVENTS)
    assert dtypes == {column.name: "float32" for column in COLUMNS}
    assert entry["selection_efficiency"] == pytest.approx(entry["n_events"] / entry["n_generated"])
    assert entry["n_generated"] == entry["seeds"]["chunks"] * entry["seeds"]["tries_per_chunk"]


@pytest.mark.parametrize("name", PROCESSES)
def test_manifest_has_the_settings_of_the_code(name, manifest):
    entry = manifest["files"][f"{name}.root"]
    assert entry["pythia_settings"] == PROCESSES[name].pythia_settings
    assert entry["decay_settings"] == list(PROCESSES[name].decay_settings)
    assert manifest["masses_gev"] == vars(MASSES)


def test_the_writer_makes_the_files_from_their_content(folder, manifest, tmp_path):
    for name in PROCESSES:
        blocks = uproot.open(folder / f"{name}.root")["Events"].iterate(step_size=dataset.BASKET_EVENTS, library="np")
        writers.write_tree(tmp_path / f"{name}.root", dataset.TREE_NAME, dataset.DTYPES, blocks)
        assert sha256(tmp_path / f"{name}.root") == manifest["files"][f"{name}.root"]["sha256"], name


def test_classes_differ_in_size(manifest):
    sizes = [manifest["files"][f"{name}.root"]["n_events"] for name in PROCESSES]
    assert sizes == sorted(sizes)
    assert dataset.DATA_SET.default_size <= sum(sizes) < 1.1 * dataset.DATA_SET.default_size
    assert sizes[-1] > 1.3 * sizes[0]


def test_high_level_variables_are_those_of_the_stored_four_vectors(ntuple):
    again = kinematics.complete({column.name: ntuple[column.name] for column in FOUR_VECTORS})
    for name, values in again.items():
        np.testing.assert_array_equal(values, ntuple[name], err_msg=name)


def test_numbers_have_twelve_bits(ntuple):
    for name, values in ntuple.items():
        np.testing.assert_array_equal(rounded(values), values, err_msg=name)


def test_datasheet_lists_every_branch_with_its_unit(datasheet, manifest):
    for column, about in manifest["columns"].items():
        assert f"| `{column}` | {about['unit'] or '–'} | {about['description']} |" in datasheet


def test_datasheet_states_what_the_manifest_states(datasheet, manifest):
    for name, process in PROCESSES.items():
        entry = manifest["files"][f"{name}.root"]
        numbers = (
            f"{entry['n_events']:,} | {entry['n_generated']:,} | {100 * entry['selection_efficiency']:.3g} % |"
        ).replace(",", " ")
        assert f"| `{name}.root` | {numbers}" in datasheet
        for setting in (*process.settings, *process.decay_settings):
            assert f"`{setting}`" in datasheet
