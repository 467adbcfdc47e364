"""The shipped di-Higgs files against the manifest, the datasheet and the code."""

import awkward as ak
import numpy as np
import pytest
import uproot

from data.generation.dihiggs import dataset
from data.generation.dihiggs.columns import COLUMNS, SIGNAL_ONLY
from data.generation.dihiggs.detector import LOGIT, WORKING_POINTS, tag_efficiency
from data.generation.dihiggs.processes import FILES, HIGGS_PAIR_FILES, PROCESSES
from helpers import datasets
from helpers.files import sha256

ROOT_TYPES = {"float32": "float", "int32": "int32_t"}


@pytest.fixture(scope="module")
def datasheet(folder):
    return (folder / "datasheet.md").read_text("utf-8")


@pytest.mark.parametrize("stem", FILES)
def test_a_tree_has_the_branches_of_the_manifest(stem, folder, manifest):
    with uproot.open(folder / f"{stem}.root") as file:
        assert file.classnames(cycle=False) == {"Events": "TTree"}
        types = {branch.name: branch.typename for branch in file["Events"].branches}
        assert file["Events"].num_entries == manifest["files"][f"{stem}.root"]["n_events"]
    absent = set() if stem in HIGGS_PAIR_FILES else {column.name for column in SIGNAL_ONLY}
    assert list(types) == [column.name for column in COLUMNS if column.name not in absent]
    for name, typename in types.items():
        is_jagged = name.startswith(("Jet_", "Lepton_"))
        assert typename == ROOT_TYPES[manifest["columns"][name]["dtype"]] + is_jagged * "[]", name


@pytest.mark.parametrize("stem", FILES)
def test_counters_count(stem, events):
    for collection in ("Jet", "Lepton"):
        counts = events[stem][f"n{collection}"]
        for field in events[stem].fields:
            if field.startswith(f"{collection}_"):
                assert ak.all(ak.num(events[stem][field]) == counts), field
                assert ak.all(np.isfinite(events[stem][field])), field


def test_helpers_open_the_files(monkeypatch):
    monkeypatch.delenv("HEPDL_DATA", raising=False)
    tree = datasets.open_root("dihiggs/HH.root")["Events"]
    jets = tree.arrays(filter_name="Jet_*", entry_stop=10)
    assert ak.all(ak.num(jets["Jet_pt"]) >= 3)
    assert datasets.columns("dihiggs")["MET_pt"].unit == "GeV"


def test_samples_make_up_the_files(events, manifest):
    for stem in FILES:
        samples = [about for about in manifest["samples"].values() if about["file"] == f"{stem}.root"]
        assert sum(about["n_events"] for about in samples) == len(events[stem])
        total = sum(about["sum_of_weights_fb"] for about in samples)
        assert ak.sum(events[stem]["weight"]) == pytest.approx(total, rel=1e-3)


def test_the_size_of_the_set(manifest):
    n_events = sum(about["n_events"] for about in manifest["samples"].values())
    assert dataset.DATA_SET.default_size <= n_events < 1.25 * dataset.DATA_SET.default_size


def padded(array):
    width = int(ak.max(ak.num(array)))
    return ak.to_numpy(ak.fill_none(ak.pad_none(array, width), 0))


def test_the_writer_makes_the_files_from_their_content(events, manifest, tmp_path):
    for stem, of_file in events.items():
        columns = {
            name: padded(of_file[name]) if name.startswith(("Jet_", "Lepton_")) else ak.to_numpy(of_file[name])
            for name in of_file.fields
        }
        dataset.write_events(tmp_path / f"{stem}.root", stem, columns)
        assert sha256(tmp_path / f"{stem}.root") == manifest["files"][f"{stem}.root"]["sha256"], stem


def test_the_samples_of_a_file_are_mixed(events):
    """The first half of a file is like the second, so that its first events are a fair part of it."""
    for stem in ("SingleTop", "WJets"):
        weight = ak.to_numpy(events[stem]["weight"]).astype(float)
        halves = np.array_split(weight, 2)
        error = np.sqrt((weight**2).sum())
        assert abs(halves[0].sum() - halves[1].sum()) < 4 * error
        assert np.unique(weight).size > 1


def test_manifest_has_the_cross_sections_of_the_code(manifest):
    for name, process in PROCESSES.items():
        about = manifest["samples"][name]
        expected = process.cross_section or process.k_factor * about["generator_cross_section_pb"]
        assert about["cross_section_pb"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("stem", HIGGS_PAIR_FILES)
def test_what_the_powers_of_the_self_coupling_multiply_adds_up_to_the_weight(stem, events):
    pairs = events[stem]
    assert ak.min(pairs["GenHH_mass"]) > 250
    kappa = PROCESSES[stem].kappa_lambda
    total = kappa**2 * pairs["weight_triangle"] + kappa * pairs["weight_interference"] + pairs["weight_box"]
    np.testing.assert_allclose(ak.to_numpy(total), ak.to_numpy(pairs["weight"]), rtol=1e-4)


def test_manifest_and_datasheet_state_the_b_tag_efficiencies(manifest, datasheet):
    for name, cut in WORKING_POINTS.items():
        stated = manifest["b_tag_efficiencies"][name]
        assert {int(flavour) for flavour in stated} == set(LOGIT)
        for flavour, efficiency in stated.items():
            assert efficiency == pytest.approx(tag_efficiency(int(flavour), cut), abs=1e-4)
        numbers = " | ".join(f"{100 * tag_efficiency(flavour, cut):.2g} %" for flavour in (5, 4, 0))
        assert f"| {name} | {cut:g} | {numbers} |" in datasheet


def test_datasheet_states_what_the_manifest_states(datasheet, manifest):
    for name, about in manifest["samples"].items():
        row = (
            f"| `{name}` | {about['n_events']:,} | {about['n_generated']:,} | {about['cross_section_pb']:.5g} | "
            f"{about['sum_of_weights_fb']:.4g} |"
        ).replace(",", " ")
        assert row in datasheet
