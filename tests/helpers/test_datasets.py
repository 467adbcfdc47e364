import json
import shutil

import numpy as np
import pytest

from helpers import data_files, datasets
from helpers.files import sha256

FILE = "hww/GluGluHToWWTo2L2Nu_M125.root"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the H → WW data set that HEPDL_DATA names."""
    shutil.copytree(data_files.SHIPPED / "hww", tmp_path / "hww", ignore=shutil.ignore_patterns(".work"))
    monkeypatch.setenv("HEPDL_DATA", str(tmp_path))
    return tmp_path


def test_shipped_files_open(monkeypatch):
    monkeypatch.delenv("HEPDL_DATA", raising=False)
    with datasets.open_root(FILE) as file:
        assert file["Events"].num_entries > 25_000
    assert set(datasets.load_arrays("hww/arrays.npz")) == {
        f"{name}_{kind}" for name in ("signal", "background") for kind in ("inputs", "weights", "labels")
    }


def test_every_branch_has_a_unit(monkeypatch):
    monkeypatch.delenv("HEPDL_DATA", raising=False)
    with datasets.open_root(FILE) as file:
        assert set(file["Events"].keys()) == set(datasets.columns("hww"))
    assert datasets.columns("hww")["mtw1"].unit == "GeV"
    assert all(column.description for column in datasets.columns("hww").values())


def test_the_environment_variable_names_the_folder(copy):
    assert datasets.path(FILE) == copy / FILE


@pytest.mark.parametrize("position", [0, 1000, -1])
def test_one_altered_byte_is_noticed(copy, position):
    content = bytearray((copy / FILE).read_bytes())
    content[position] ^= 1
    (copy / FILE).write_bytes(content)
    with pytest.raises(datasets.DataError, match=r"GluGluHToWWTo2L2Nu_M125\.root has been altered"):
        datasets.path(FILE)


def test_one_missing_byte_is_noticed(copy):
    (copy / FILE).write_bytes((copy / FILE).read_bytes()[:-1])
    with pytest.raises(
        datasets.DataError, match=r"GluGluHToWWTo2L2Nu_M125\.root has \d+ bytes instead of \d+.*HEPDL_DATA"
    ):
        datasets.path(FILE)


def test_a_file_altered_after_the_first_look_is_noticed(copy):
    datasets.path(FILE)
    content = bytearray((copy / FILE).read_bytes())
    content[500] ^= 1
    (copy / FILE).write_bytes(content)
    with pytest.raises(datasets.DataError, match="altered"):
        datasets.path(FILE)


def test_missing_file_names_the_command_that_restores_it(tmp_path, monkeypatch):
    monkeypatch.delenv("HEPDL_DATA", raising=False)
    shutil.copytree(data_files.SHIPPED / "hww", tmp_path / "hww", ignore=shutil.ignore_patterns(".work"))
    (tmp_path / FILE).unlink()
    monkeypatch.setattr(data_files, "SHIPPED", tmp_path)
    with pytest.raises(datasets.DataError, match=f"is missing.*git restore data/{FILE}"):
        datasets.path(FILE)


def test_unknown_names_list_the_known_ones(copy):
    with pytest.raises(
        datasets.DataError, match=r"no data file is called 'hww/GluGlu\.root'.*hww/GluGluHToWWTo2L2Nu_M125\.root"
    ):
        datasets.path("hww/GluGlu.root")
    with pytest.raises(datasets.DataError, match=r"put its data set before it, as in 'hww/GluGlu\.root'"):
        datasets.path("GluGlu.root")
    with pytest.raises(datasets.DataError, match=r"no data set 'higgs'.*there are: hww"):
        datasets.path("higgs/x.root")


def test_a_name_cannot_leave_the_data_set(copy):
    (copy / "secret.npz").write_bytes(b"x")
    with pytest.raises(datasets.DataError, match="no data file is called"):
        datasets.path("hww/../secret.npz")


def test_broken_manifest(copy):
    (copy / "hww/manifest.json").write_text("{")
    with pytest.raises(datasets.DataError, match=r"manifest\.json is not valid JSON"):
        datasets.path(FILE)


def test_arrays_come_back_as_written(copy):
    np.savez(copy / "hww/arrays.npz", numbers=np.arange(3))
    manifest = json.loads((copy / "hww/manifest.json").read_text())
    written = copy / "hww/arrays.npz"
    manifest["files"]["arrays.npz"] = {
        "bytes": written.stat().st_size,
        "sha256": sha256(written),
    }
    (copy / "hww/manifest.json").write_text(json.dumps(manifest))
    assert datasets.load_arrays("hww/arrays.npz")["numbers"].tolist() == [0, 1, 2]
