"""Each writer: what is written comes back, and its bytes depend on the content only."""

import gzip
import time

import h5py
import numpy as np
import pandas as pd
import pytest
import uproot

from data.generation import writers

DTYPES = {"x": "float32", "y": "float64", "n": "int32"}
RNG = np.random.default_rng(1)
COLUMNS = {"x": RNG.normal(size=1000), "y": RNG.normal(size=1000), "n": RNG.integers(-5, 5, 1000)}
LAYOUT = {
    "x": writers.Array("float32"),
    "y": writers.Array("float64", compressed_together=(256,)),
    "n": writers.Array("int32", shape=(2,), compressed_together=(128, 1)),
}


def blocks(size=300):
    for first in range(0, 1000, size):
        yield {name: column[first : first + size] for name, column in COLUMNS.items()} | {"left out": None}


def hdf5_blocks():
    for block in blocks():
        yield block | {"n": np.stack([block["n"], -block["n"]], axis=1)}


WRITERS = {
    "tree.root": lambda path: writers.write_tree(path, "Events", DTYPES, blocks()),
    "arrays.npz": lambda path: writers.write_arrays(path, COLUMNS),
    "arrays.h5": lambda path: writers.write_hdf5(path, 1000, LAYOUT, hdf5_blocks()),
    "table.csv.gz": lambda path: writers.write_csv(path, DTYPES, blocks()),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder with a file of each writer."""
    folder = tmp_path_factory.mktemp("one")
    for name, write in WRITERS.items():
        write(folder / name)
    return folder


def test_neither_time_nor_place_is_in_the_bytes(written, tmp_path):
    time.sleep(2.1)  # the coarsest of the dates, that of zip archives, counts two seconds
    for name, write in WRITERS.items():
        write(tmp_path / name)
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes(), name


def test_a_tree_comes_back(written):
    with uproot.open(written / "tree.root") as file:
        assert file.classnames(cycle=False) == {"Events": "TTree"}
        columns = file["Events"].arrays(library="np")
    assert {name: column.dtype.name for name, column in columns.items()} == DTYPES
    for name, dtype in DTYPES.items():
        np.testing.assert_array_equal(columns[name], COLUMNS[name].astype(dtype))


def test_arrays_come_back(written):
    with np.load(written / "arrays.npz") as arrays:
        assert set(arrays) == set(COLUMNS)
        for name, column in COLUMNS.items():
            np.testing.assert_array_equal(arrays[name], column)


def test_hdf5_comes_back(written):
    with h5py.File(written / "arrays.h5") as file:
        assert set(file) == set(LAYOUT)
        np.testing.assert_array_equal(file["x"], COLUMNS["x"].astype(np.float32))
        np.testing.assert_array_equal(file["y"], COLUMNS["y"])
        np.testing.assert_array_equal(file["n"][:, 1], -COLUMNS["n"])
        assert {name: file[name].chunks for name in file} == {"x": None, "y": (256,), "n": (128, 1)}
        assert {name: file[name].compression for name in file} == {"x": None, "y": "gzip", "n": "gzip"}


def test_a_table_comes_back_to_the_last_digit(written):
    table = pd.read_csv(written / "table.csv.gz", dtype=DTYPES)
    assert list(table.columns) == list(DTYPES)
    for name, dtype in DTYPES.items():
        np.testing.assert_array_equal(table[name], COLUMNS[name].astype(dtype))
    lines = gzip.decompress((written / "table.csv.gz").read_bytes()).decode().splitlines()
    assert max(map(len, lines)) < 45, "single precision takes nine digits, double precision seventeen"


@pytest.mark.parametrize("write", [writers.write_tree, writers.write_csv])
def test_the_number_of_rows_is_returned(write, tmp_path):
    arguments = ("Events",) if write is writers.write_tree else ()
    assert write(tmp_path / "file", *arguments, DTYPES, blocks()) == 1000


def test_a_table_without_names_starts_with_its_numbers_and_may_hold_text(tmp_path):
    names = np.array([f"number {i}" for i in range(1000)])
    rounded = [{"x": np.round(COLUMNS["x"], 2), "process": names}]
    writers.write_csv(tmp_path / "table.csv.gz", {"x": "float64", "process": "str"}, rounded, header=False)
    lines = gzip.decompress((tmp_path / "table.csv.gz").read_bytes()).decode().splitlines()
    assert lines[0] == f"{COLUMNS['x'][0]:.2f},number 0"
    assert len(lines) == 1000
