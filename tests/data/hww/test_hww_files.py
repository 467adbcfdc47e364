"""The shipped H→WW files against the manifest, the datasheet and each other."""

import numpy as np
import pytest

from data.generation.hww import dataset
from data.generation.hww.processes import PROCESSES
from helpers.files import sha256

VARIABLES = ["ptll", "mth", "uperp", "upara", "ptTOT_cut", "mTOT_cut"]
WEIGHTS = [
    "XSWeight",
    "SFweight2l",
    "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "GenLepMatch2l",
    "METFilter_MC",
]


@pytest.fixture(scope="module")
def datasheet(hww_folder):
    return (hww_folder / "datasheet.md").read_text("utf-8")


@pytest.fixture(scope="module")
def arrays(hww_folder):
    with np.load(hww_folder / "arrays.npz", allow_pickle=False) as archive:
        return dict(archive)


@pytest.mark.parametrize("name", PROCESSES)
def test_manifest_has_the_weight_of_the_code(name, manifest):
    entry = manifest["files"][f"{name}.root"]
    assert entry["cross_section_pb"] == PROCESSES[name].cross_section
    assert entry["XSWeight"] == pytest.approx(entry["cross_section_pb"] / entry["n_generated"] * 1000, rel=1e-6)


def test_the_prepared_arrays_are_made_from_the_files(hww_folder, manifest, tmp_path):
    for name in PROCESSES:
        (tmp_path / f"{name}.root").symlink_to(hww_folder / f"{name}.root")
    dataset.write_prepared_arrays(tmp_path)
    assert sha256(tmp_path / "arrays.npz") == manifest["files"]["arrays.npz"]["sha256"]


def test_sizes_of_the_samples(manifest):
    n_events = {name: manifest["files"][name]["n_events"] for name in manifest["files"] if name.endswith(".root")}
    assert 30_000 <= n_events["GluGluHToWWTo2L2Nu_M125.root"] < 33_000
    assert 30_000 <= n_events["DYJetsToLL_M-50-LO.root"] < 33_000
    assert 10_000 <= n_events["DYJetsToLL_M-10to50-LO.root"] < 11_000


@pytest.mark.parametrize(
    ("kind", "names", "label"),
    [
        ("signal", ["GluGluHToWWTo2L2Nu_M125"], 0),
        ("background", ["DYJetsToLL_M-10to50-LO", "DYJetsToLL_M-50-LO"], 1),
    ],
)
def test_prepared_arrays_are_those_of_the_files(kind, names, label, arrays, events):
    inputs = np.concatenate([[events[name][variable] for variable in VARIABLES] for name in names], axis=1).T
    products = np.ones(len(inputs))
    for weight in WEIGHTS:
        products *= np.concatenate([events[name][weight] for name in names])
    np.testing.assert_array_equal(arrays[f"{kind}_inputs"], inputs)
    np.testing.assert_allclose(arrays[f"{kind}_weights"], products / products.mean(), rtol=1e-6)
    np.testing.assert_array_equal(arrays[f"{kind}_labels"], np.full(len(inputs), label))
    assert {arrays[f"{kind}_{what}"].dtype.name for what in ("inputs", "weights", "labels")} == {"float32"}
    assert arrays[f"{kind}_weights"].mean(dtype=float) == pytest.approx(1, abs=1e-5)
    assert arrays[f"{kind}_weights"].min() == 0


def test_prepared_arrays_hold_nothing_else(arrays):
    assert set(arrays) == {
        f"{kind}_{what}" for kind in ("signal", "background") for what in ("inputs", "weights", "labels")
    }


def test_datasheet_states_what_the_manifest_states(datasheet, manifest):
    for name, entry in manifest["files"].items():
        if name.endswith(".root"):
            numbers = (
                f"{entry['n_events']:,} | {entry['n_generated']:,} | {100 * entry['selection_efficiency']:.3g} % | "
                f"{entry['cross_section_pb']:.5g} | {entry['pythia_cross_section_pb']:.5g} | {entry['XSWeight']:.4g} |"
            ).replace(",", " ")
            assert numbers in datasheet
