"""When something was handed in, what its files may be called, and what of it may be a file."""

import os
import time

import pytest

from grading.cells.submitted_files import beside, is_name, set_odd_time_aside, time_in

GOOD = ("2026-01-15 11:00:00.25 UTC", "2026-01-15 11:00:00 +0100", "2026-01-15T11:00:00", "2026-01-15 11:00:00 UTC\n")
ODD = {
    "a word": b"monday",
    "a year": b"0001-01-01 00:00:00 UTC",
    "a year to come": b"9999-12-31 23:59:59 UTC",
    "no day": b"2026-13-45 99:00:00 UTC",
    "no text": b"\xff\xfe2026",
    "a megabyte": b"2026-01-15 11:00:00 " + b"1 " * 5_000_000,
    "digits": b"1" * 1_000_000,
    "an escape": b"2026-01-15 11:00:00 \x1b[2J\n[INFO]",
}


@pytest.mark.parametrize("text", GOOD)
def test_a_time_is_read(text):
    assert time_in(text.encode()).year == 2026


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_time_is_told_at_once_and_set_aside(tmp_path, kind):
    start = time.process_time()
    with pytest.raises(ValueError):
        time_in(ODD[kind])
    (tmp_path / "timestamp.txt").write_bytes(ODD[kind])
    assert "holds no time" in set_odd_time_aside(tmp_path)
    assert os.listdir(tmp_path) == ["timestamp.odd"]
    assert time.process_time() - start < 2


def test_a_folder_for_a_time_is_set_aside_and_a_time_is_left(tmp_path):
    assert set_odd_time_aside(tmp_path) == ""
    (tmp_path / "timestamp.txt").mkdir()
    assert "is a folder" in set_odd_time_aside(tmp_path)
    (tmp_path / "timestamp.txt").write_text(GOOD[0])
    assert set_odd_time_aside(tmp_path) == ""


def test_a_file_whose_name_is_no_text_and_a_hard_link_are_left_out(tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("secret")
    folder = tmp_path / "submitted"
    folder.mkdir()
    (folder / "data.csv").write_text("1")
    (folder / os.fsdecode(b"\xff.csv")).write_text("2")
    os.link(secret, folder / "mine.db")
    told = []
    assert list(beside(folder, folder, told.append)) == ["data.csv"]
    assert "no UTF-8" in str(told)
    assert not is_name(os.fsdecode(b"\xff"))
