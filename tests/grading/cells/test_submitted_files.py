"""When something was handed in, what its files may be called, and what of it may be a file."""

import os
import time

import pytest
from nbgrader.utils import parse_utc

from grading.cells.submitted_files import beside, is_name, set_odd_time_aside

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


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_time_is_told_at_once_and_set_aside(tmp_path, kind):
    start = time.process_time()
    (tmp_path / "timestamp.txt").write_bytes(ODD[kind])
    assert "holds no time" in set_odd_time_aside(tmp_path)
    assert os.listdir(tmp_path) == ["timestamp.odd"]
    assert time.process_time() - start < 2


def test_a_folder_for_a_time_is_set_aside_and_a_time_is_left(tmp_path):
    assert set_odd_time_aside(tmp_path) == ""
    (tmp_path / "timestamp.txt").mkdir()
    assert "is a folder" in set_odd_time_aside(tmp_path)
    (tmp_path / "timestamp.txt").write_text("2026-01-15 11:00:00.25 UTC")
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


@pytest.mark.parametrize("text", ["2026-07-01 17:30:00 CEST", "2026-07-01 11:30:00 -0400", "2026-07-01T15:30:00Z"])
def test_a_time_that_nbgrader_reads_otherwise_is_written_in_utc(tmp_path, text):
    (tmp_path / "timestamp.txt").write_text(text)
    told = set_odd_time_aside(tmp_path)
    now = (tmp_path / "timestamp.txt").read_text()
    assert parse_utc(now).isoformat() == "2026-07-01T15:30:00"
    assert now == text or (text in told and (tmp_path / "timestamp.odd").read_text() == text)
    assert set_odd_time_aside(tmp_path) == ""
