"""An odd name, time or file costs its author a sentence, and neither the class nor a right notebook its points."""

import os
import shutil
from datetime import timedelta

import pytest
from toy_class import AGAIN, DUE

from grading.autograde import command
from grading.autograde.books import Books
from grading.autograde.coordinator import CannotGrade, open_books

ODD_NAMES = ("bob\nmallory", "bob\x1b[2Jx", os.fsdecode(b"b\xffb"))
NAMES = ("Bob O'Hara", "bob+eve", "böb", "<b>bob", "bob;rm -rf", "bob.bob", "-bob")


def test_any_name_is_graded_or_refused_and_the_class_is_graded(toys, grade):
    for name in (*NAMES, "alice"):
        toys.submit(name)
    for name in ODD_NAMES:
        shutil.copytree(toys.handed_in("alice"), toys.handed_in(name))
    report = grade()
    assert set(report.graded) == {*NAMES, "alice"}
    assert len(report.not_graded) == len(ODD_NAMES)
    assert "bob\\nmallory" in str(report)
    assert "\x1b" not in str(report)
    assert set(toys.scores().values()) == {7.0}


def test_a_course_may_lie_in_a_folder_with_brackets(toys, tmp_path):
    """Neither are its submissions overlooked, nor those of a folder taken that a pattern would match."""
    odd, other = toys.copied_to(tmp_path / "course [12]"), toys.copied_to(tmp_path / "course 1")
    odd.submit("alice")
    other.submit("bob")
    assert open_books("toys", odd.folder).students() == ["alice"]


def test_odd_times_and_names_of_files_cost_no_right_notebook_its_points(toys, grade):
    (toys.submit("alice").parent / os.fsdecode(b"\xff.csv")).write_text("x")
    (toys.submit("bob").parent / "timestamp.txt").write_bytes(b"1 " * 3_000_000)
    (toys.submit("carol").parent / "timestamp.txt").write_text("monday")
    (toys.submit("dan").parent / "timestamp.txt").unlink()
    toys.submit("eve", "0001-01-01 00:00:00 UTC")
    toys.submit("gina", "2026-01-15T13:59:00 CEST")
    toys.submit("hugo", "2026-01-15 11:00:00")
    notebook = toys.submit("frank")
    os.link(notebook, toys.folder / "second")
    report = grade()
    assert set(report.graded) == {"alice", "dan", "gina"}
    assert toys.books()["gina"][:2] == (DUE - timedelta(minutes=1), 0)
    assert "\\udcff.csv" in str(report.remarks["alice"])
    assert "counts as in time" in str(report.remarks["dan"])
    for student in ("bob", "carol", "eve"):
        assert "does not hold a time" in report.failed[student]
    assert "names no time zone" in report.failed["hugo"]
    assert "frank" in report.failed
    assert "gina" in grade().as_before


def test_a_time_in_the_future_is_none(toys, grade):
    toys.submit("alice", str(DUE + timedelta(days=40_000)) + " UTC")
    assert "in the future" in grade().failed["alice"]
    toys.submit("alice", AGAIN)
    assert grade().graded == ["alice"]


def test_autograded_that_cannot_be_written_is_told_in_a_sentence(toys, monkeypatch, capsys):
    toys.submit("alice")
    (toys.folder / "autograded").write_text("no folder")
    monkeypatch.chdir(toys.folder)
    assert command.main(["toys"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("autograde: ")
    assert "cannot be written" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("says", "advice"),
    [
        ("attempt to write a readonly database", "may you write the file"),
        ("unable to open database file", "is its folder there"),
        ("database or disk is full", "make room"),
    ],
)
def test_a_gradebook_that_cannot_be_written_is_not_asked_for_its_server(toys, monkeypatch, says, advice):
    import sqlite3

    from sqlalchemy.exc import OperationalError

    def fails(_):
        raise OperationalError("", {}, sqlite3.OperationalError(says))

    books = open_books("toys", toys.folder)
    monkeypatch.setattr(Books, "gradebook", fails)
    with pytest.raises(CannotGrade, match=advice) as told:
        books.check()
    assert "server" not in str(told.value)
