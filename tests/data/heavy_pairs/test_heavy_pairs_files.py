"""The shipped files of the heavy pairs against the manifest, the datasheet and the writer."""

import numpy as np
import pytest

from data.generation.heavy_pairs import dataset, kinematics
from data.generation.heavy_pairs.columns import FOUR_VECTORS
from data.generation.heavy_pairs.processes import MASSES, PROCESSES
from data.generation.rounding import rounded


@pytest.fixture(scope="module")
def datasheet(folder):
    return (folder / "datasheet.md").read_text("utf-8")


@pytest.mark.parametrize("name", PROCESSES)
def test_manifest_has_decays_and_masses_of_the_code(name, manifest):
    assert manifest["files"][f"{name}.root"]["decay_settings"] == list(PROCESSES[name].decay_settings)
    assert manifest["masses_gev"] == vars(MASSES)


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


def test_datasheet_states_what_the_manifest_states(datasheet, manifest):
    for name, process in PROCESSES.items():
        entry = manifest["files"][f"{name}.root"]
        numbers = (
            f"{entry['n_events']:,} | {entry['n_generated']:,} | {100 * entry['selection_efficiency']:.3g} % |"
        ).replace(",", " ")
        assert f"| `{name}.root` | {numbers}" in datasheet
        for setting in process.decay_settings:
            assert f"`{setting}`" in datasheet
