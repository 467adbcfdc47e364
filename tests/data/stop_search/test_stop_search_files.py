"""The shipped tables against the manifest, the datasheet and the way in which the published scripts read them."""

import gzip

import numpy as np
import pandas as pd
import pytest

from data.generation import writers
from data.generation.stop_search import dataset
from data.generation.stop_search.processes import PROCESSES
from helpers import datasets
from helpers.files import sha256

PUBLISHED_COLUMNS = [
    "LepChg",
    "LepPt",
    "LepEta",
    "Dxy",
    "Dz",
    "RelIso",
    "Met",
    "mt",
    "Njet",
    "Jet1Pt",
    "Jet2Pt",
    "HT",
    "NbLoose",
    "JetHBpt",
    "JetHBCSV",
    "JetB2pt",
    "DrJetHBLep",
]
PUBLISHED_CLASSES = {"Wj": "Wjets", "TT": "TTbar", "ZJ": "Z2nu"}
SHARES = {"train": 0.25, "val": 0.25, "test": 0.5}


@pytest.fixture(scope="module")
def datasheet(folder):
    return (folder / "datasheet.md").read_text("utf-8")


@pytest.mark.parametrize("part", SHARES)
def test_numpy_reads_a_table_as_the_published_binary_script_does(part, folder, tables):
    """All columns as text, the last one the process, the others numbers, the weight the last of them."""
    text = np.loadtxt(folder / f"{part}_sig.csv.gz", delimiter=",", dtype="str")
    numbers, labels = np.array(text[:, :-1], dtype="float"), text[:, -1]
    assert numbers.shape == (len(tables[part, "sig"]), len(PUBLISHED_COLUMNS) + 1)
    assert {label[:-5] for label in labels} == {process.name for process in PROCESSES.values() if process.is_signal}
    assert 0 < numbers[:, -1].min() < numbers[:, -1].max() < 1e-3
    assert np.isfinite(numbers).all()


@pytest.mark.parametrize("part", SHARES)
def test_pandas_reads_a_table_as_the_published_script_for_five_classes_does(part, folder, tables):
    """No header, the process as index, and the class of a background from the first two letters of its process."""
    names = [*PUBLISHED_COLUMNS, "Weights", "Tag"]
    signal, background = (
        pd.read_csv(folder / f"{part}_{kind}.csv.gz", header=None, names=names, index_col=18) for kind in ("sig", "bkg")
    )
    assert 0 < len(signal.loc["T2DegStop_550_520.root"]) < len(signal)
    classes = {PUBLISHED_CLASSES.get(process[:2], "Other") for process in background.index}
    assert classes == {"Wjets", "TTbar", "Z2nu", "Other"}
    assert list(signal.columns) == list(background.columns) == [*PUBLISHED_COLUMNS, "Weights"]
    assert not background.isna().any(axis=None)


def test_load_table_gives_the_columns_their_names(monkeypatch, tables):
    monkeypatch.delenv("HEPDL_DATA", raising=False)
    table = datasets.load_table("stop_search/val_sig.csv.gz")
    assert list(table.columns) == [*PUBLISHED_COLUMNS, "weight", "process"]
    pd.testing.assert_frame_equal(table, tables["val", "sig"])


def test_columns_have_the_types_of_the_manifest(tables, manifest):
    for table in tables.values():
        assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
            name: about["dtype"] for name, about in manifest["columns"].items()
        }


def test_each_part_has_its_share_of_every_sample(events, tables, manifest):
    for (part, kind), table in tables.items():
        assert len(table) == manifest["files"][f"{part}_{kind}.csv.gz"]["n_events"]
        for process, n_events in table["process"].value_counts().items():
            total = manifest["samples"][process.removesuffix(".root")]["n_events"]
            assert abs(n_events - SHARES[part] * total) < 2, process
    assert dict(events["sample"].value_counts()) == {
        name: about["n_events"] for name, about in manifest["samples"].items()
    }


def test_no_event_is_in_two_tables(events):
    assert not events.duplicated().any()


def test_the_size_of_the_set(events):
    assert dataset.DATA_SET.default_size <= len(events) < 1.1 * dataset.DATA_SET.default_size


def test_the_writer_makes_the_tables_from_their_content(folder, tables, manifest, tmp_path):
    for (part, kind), table in tables.items():
        name = dataset.file_name(part, kind)
        blocks = [{column: table[column].to_numpy() for column in table}]
        writers.write_csv(tmp_path / name, dataset.DTYPES, blocks, header=False)
        assert sha256(tmp_path / name) == manifest["files"][name]["sha256"], name


def test_the_compressed_files_hold_no_time_and_no_name(folder):
    for name in dataset.DATA_SET.files:
        header = (folder / name).read_bytes()[:10]
        assert header[3] == 0, "no flag: neither a name nor a comment follows"
        assert header[4:8] == bytes(4), "no time stamp"


def test_numbers_are_no_longer_than_they_need_to_be(folder):
    lines = gzip.decompress((folder / "train_bkg.csv.gz").read_bytes()).decode().splitlines()
    assert max(map(len, lines)) < 150


def test_manifest_has_cuts_and_cross_sections_of_the_code(manifest):
    for name, process in PROCESSES.items():
        about = manifest["samples"][name]
        assert about["hard_process"] == process.cuts.text()
        expected = process.cross_section or process.k_factor * about["pythia_cross_section_pb"]
        assert about["cross_section_pb"] == pytest.approx(expected, rel=1e-4)


def test_datasheet_states_what_the_manifest_states(datasheet, manifest):
    for name, about in manifest["samples"].items():
        row = (
            f"| `{name}` | {about['n_events']:,} | {about['n_generated']:,} | {about['cross_section_pb']:.5g} | "
            f"{about['sum_of_weights_pb'] * 35_866:,.0f} |"
        ).replace(",", " ")
        assert row in datasheet
