"""A large file to practise on holds the shipped events in their proportions, and stands there whole or not at all."""

import numpy as np
import pytest
import uproot

from helpers import big_file


def events(path):
    return uproot.concatenate(f"{path}:Events", library="np")


def test_big_file_has_forty_branches_and_is_ordered_by_class(big_root):
    columns = events(big_root)
    assert len(columns) == 40
    assert {len(column) for column in columns.values()} == {3000}
    assert np.array_equal(columns["event"], np.arange(3000))
    assert np.all(np.diff(columns["process"]) >= 0)
    assert np.array_equal(columns["label"], columns["process"] > 0)


def test_big_file_keeps_the_proportions_and_rows_of_the_shipped_files(big_root):
    columns, shipped = events(big_root), big_file.shipped()
    sizes = np.array([len(sample["event"]) for sample in shipped])
    counts = np.bincount(columns["process"])
    assert np.all(np.abs(counts - 3000 * sizes / sizes.sum()) <= 1)
    for process, sample in enumerate(shipped):
        rows = {tuple(row) for row in np.column_stack([sample["mll"], sample["mth"], sample["weight"]]).tolist()}
        found = np.column_stack([columns[name][columns["process"] == process] for name in ("mll", "mth", "weight")])
        assert {tuple(row) for row in found.tolist()} <= rows


def test_weights_have_mean_one_in_each_class():
    samples = big_file.shipped()
    for label in (0, 1):
        weights = np.concatenate([sample["weight"] for sample in samples if sample["label"][0] == label])
        assert weights.mean(dtype=float) == pytest.approx(1, rel=1e-4)


def test_big_file_does_not_write_over_a_file(big_root):
    before = big_root.read_bytes()
    with pytest.raises(FileExistsError, match="exists"):
        big_file.write(big_root, 10, uproot.ZLIB(1))
    assert big_root.read_bytes() == before


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(n_events, rng):
        yield from list(big_file.shipped())[:1]
        raise KeyboardInterrupt

    monkeypatch.setattr(big_file, "drawn", interrupted)
    with pytest.raises(KeyboardInterrupt):
        big_file.write(tmp_path / "big.root", 100, uproot.ZLIB(1))
    assert not list(tmp_path.iterdir())


def test_the_command_writes_a_file_and_says_that_there_is_one(tmp_path, capsys):
    assert big_file.main([str(tmp_path / "big.root"), "--events", "100"]) == 0
    assert len(events(tmp_path / "big.root")["event"]) == 100
    assert big_file.main([str(tmp_path / "big.root")]) == 1
    assert "exists: remove it, or choose another name" in capsys.readouterr().err
