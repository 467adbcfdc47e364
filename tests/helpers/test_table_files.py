"""Tables without a line of names: columns from the manifest, verified content, a sentence for what is no table."""

import gzip
import json

import pandas as pd
import pytest

from helpers import datasets
from helpers.files import sha256

TABLE = b"1,12.5,3.125e-05,T2DegStop_550_520.root\n-1,7.25,1e-06,Wjets_soft.root\n"
COLUMNS = {"charge": "e", "pt": "GeV", "weight": "pb", "process": ""}


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """A folder of data sets with the set ``toys``: a table and a text."""
    folder = tmp_path / "toys"
    folder.mkdir()
    for name, content in {"table.csv.gz": gzip.compress(TABLE, mtime=0), "read.txt": b"text"}.items():
        (folder / name).write_bytes(content)
    files = {path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in folder.iterdir()}
    columns = {name: {"dtype": "float64", "unit": unit, "description": name} for name, unit in COLUMNS.items()}
    (folder / "manifest.json").write_text(json.dumps({"files": files, "columns": columns}))
    monkeypatch.setenv("HEPDL_DATA", str(tmp_path))
    return folder


def test_columns_are_those_of_the_manifest(tables):
    table = datasets.load_table("toys/table.csv.gz")
    expected = {
        "charge": [1, -1],
        "pt": [12.5, 7.25],
        "weight": [3.125e-05, 1e-06],
        "process": ["T2DegStop_550_520.root", "Wjets_soft.root"],
    }
    pd.testing.assert_frame_equal(table, pd.DataFrame(expected))
    assert list(datasets.columns("toys")) == list(table.columns)


def test_an_altered_table_is_not_read(tables):
    (tables / "table.csv.gz").write_bytes((tables / "table.csv.gz").read_bytes()[:-1])
    with pytest.raises(datasets.DataError, match=r"table\.csv\.gz has \d+ bytes instead of \d+\. HEPDL_DATA"):
        datasets.load_table("toys/table.csv.gz")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("toys/read.txt", r"read\.txt is no table: load_table opens files whose names end with \.csv\.gz"),
        ("toys/train.csv.gz", r"no data file is called 'toys/train\.csv\.gz'; there are: .*toys/table\.csv\.gz"),
        ("table.csv.gz", r"'table\.csv\.gz' is not the name of a data file: put its data set before it"),
    ],
)
def test_what_cannot_be_read_is_named(name, complaint, tables):
    with pytest.raises(datasets.DataError, match=complaint):
        datasets.load_table(name)
