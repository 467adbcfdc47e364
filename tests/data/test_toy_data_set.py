"""A data set is one package, one folder and its tests: a toy is found, generated, verified and tested with no edit."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from helpers.repository import ROOT

PACKAGE = """
import numpy as np

from .. import manifest, writers
from ..dataset import Column, DataSet, Written
from ..production import Chunk, Sample

COLUMNS = (Column("pt", "float32", "GeV", "transverse momentum"), Column("n", "int32", "", "number of the try"))


def samples(size):
    return [Sample("toys", tries_per_chunk=50, aim=size)]


def simulate(task):
    pt = np.random.default_rng(task.seed()).exponential(20, task.tries)
    return Chunk({"pt": pt[pt > 10], "n": task.index * task.tries + np.flatnonzero(pt > 10)})


def write(folder, size, productions):
    dtypes = {column.name: column.dtype for column in COLUMNS}
    n_rows = writers.write_csv(folder / "toys.csv.gz", dtypes, productions["toys"].blocks(64))
    return Written(manifest.LICENCE, {"toys.csv.gz": {"n_rows": n_rows}})


DATA_SET = DataSet(
    name="toy",
    default_size=200,
    size_meaning="toys",
    files=("toys.csv.gz",),
    columns=COLUMNS,
    largest_bytes=1e4,
    samples=samples,
    simulate=simulate,
    write=write,
    packages=("numpy",),
)
"""
DATASHEET = """# Datasheet: the toys

Toys hold a momentum. They teach nothing.

| file | bytes | sha256 |
|---|---|---|
| `toys.csv.gz` | {bytes} | `{sha256}` |

| column | type | unit | meaning |
|---|---|---|---|
| `pt` | float32 | GeV | transverse momentum |
| `n` | int32 | – | number of the try |
"""
OWN_TEST = """
import pandas as pd


def test_toys_are_hard(data_folder, manifest_of):
    toys = pd.read_csv(data_folder / "toy" / "toys.csv.gz")
    assert len(toys) == manifest_of("toy")["files"]["toys.csv.gz"]["n_rows"] >= 200
    assert toys.pt.min() > 10
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A repository with the data sets of this one and the toy's package and tests, where Pythia cannot be imported."""
    house = tmp_path_factory.mktemp("house")
    for folder in ("data/generation", "helpers", "tests/data"):
        shutil.copytree(ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for manifest in (ROOT / "data").glob("*/manifest.json"):
        (house / "data" / manifest.parent.name).symlink_to(manifest.parent)
    for path, content in {
        "data/generation/toy/__init__.py": "",
        "data/generation/toy/dataset.py": PACKAGE,
        "tests/data/toy/test_toy.py": OWN_TEST,
        "without/pythia8mc.py": "raise ImportError",
        "without/fastjet.py": "raise ImportError",
    }.items():
        (house / path).parent.mkdir(exist_ok=True)
        (house / path).write_text(content)
    return house


def run(house, *arguments, **variables):
    """Run Python in the house; return what it printed."""
    environment = os.environ | {"PYTHONPATH": str(house / "without")} | variables
    done = subprocess.run(
        [sys.executable, *arguments], cwd=house, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(house):
    """The house after its contributor generated the set, wrote its datasheet and made the index."""
    run(house, "-m", "data.generation", "--dataset", "toy", "--processes", "2")
    entry = json.loads((house / "data" / "toy" / "manifest.json").read_text())["files"]["toys.csv.gz"]
    (house / "data" / "toy" / "datasheet.md").write_text(DATASHEET.format(**entry))
    run(house, "-m", "data.generation.index")
    return house


def test_it_is_found(house):
    assert "200 for toy" in " ".join(run(house, "-m", "data.generation", "--help").split())


def test_it_is_generated_and_listed(made):
    assert sorted(path.name for path in (made / "data" / "toy").iterdir()) == [
        "datasheet.md",
        "manifest.json",
        "toys.csv.gz",
    ]
    assert "| [`toy`](toy/datasheet.md) | **the toys.** Toys hold a momentum. |" in (
        made / "data" / "README.md"
    ).read_text("utf-8")


def test_it_is_verified(made):
    script = "from helpers import datasets; print(datasets.path('toy/toys.csv.gz'), datasets.columns('toy')['pt'].unit)"
    assert run(made, "-c", script, HEPDL_DATA="").split() == [str(made / "data" / "toy" / "toys.csv.gz"), "GeV"]


SHARED_TESTS = (
    "test_checksums_and_sizes[toy]",
    "test_a_folder_holds_its_files_manifest_and_datasheet_and_nothing_else[toy]",
    "test_the_manifest_has_the_files_and_columns_of_the_code[toy]",
    "test_all_files_together_are_small[toy]",
    "test_the_datasheet_states_size_and_checksum_of_each_file[toy]",
    "test_the_datasheet_lists_every_column_with_its_type_and_unit[toy]",
    "test_interruption_and_number_of_processes_change_no_byte[toy]",
    "test_only_the_finished_files_remain[toy]",
    "test_files_tell_nothing_of_where_they_were_made[toy]",
    "test_the_shipped_files_are_generated_again_to_the_byte[toy]",
    "test_an_edit_for_one_set_keeps_the_finished_chunks_of_the_others[toy]",
    "test_the_index_is_up_to_date",
)


def test_it_is_tested(made):
    """By the tests that all sets share, at full length, and by its own."""
    files = ("tests/data/test_data_sets.py", "tests/data/test_production.py", "tests/data/toy")
    report = run(made, "-m", "pytest", "-v", "-p", "no:cacheprovider", *files, "-k", "toy or index", HEPDL_TEST_ALL="1")
    for test in (*SHARED_TESTS, "test_toys_are_hard"):
        assert f"::{test} PASSED" in report, report
