"""Made-up lists of names as Moodle, Canvas and people write them, and the times of Moodle's worksheet."""

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from grading.platforms.names import HandedIn, begins_with_one_of, handed_in
from grading.platforms.worksheet_times import in_utc

EXPECTED = {"arrays.ipynb", "my_arrays-2.ipynb"}
PATHS = {
    "Anna Müller_1234_assignsubmission_file_/arrays.ipynb": ("Anna Müller", "1234", "arrays.ipynb", False),
    "Anna Müller_1234_assignsubmission_file/arrays.ipynb": ("Anna Müller", "1234", "arrays.ipynb", False),
    "Anna Müller_1234_assignsubmission_file_arrays (1).ipynb": ("Anna Müller", "1234", "arrays (1).ipynb", False),
    "ex2-981/José d'Eça_77_assignsubmission_file_/a/b.csv": ("José d'Eça", "77", "a/b.csv", False),
    "anna@uni.example_9_assignsubmission_file_/x_1_2_y.ipynb": ("anna@uni.example", "9", "x_1_2_y.ipynb", False),
    "Group A_山田 太郎_5_assignsubmission_file_arrays.ipynb": ("Group A_山田 太郎", "5", "arrays.ipynb", False),
    "Participant_31_assignsubmission_file_arrays.ipynb": ("Participant", "31", "arrays.ipynb", False),
    "mulleranna_1234_98765_arrays.ipynb": ("mulleranna", "1234", "arrays.ipynb", False),
    "mulleranna_LATE_1234_98765_arrays-3.ipynb": ("mulleranna", "1234", "arrays.ipynb", True),
    "submissions/doejohn_7_8_my_arrays-2.ipynb": ("doejohn", "7", "my_arrays-2.ipynb", False),
    "doejohn_7_8_table-1.csv": ("doejohn", "7", "table-1.csv", False),
    "doejohn_7_8_arrays (1).ipynb": ("doejohn", "7", "arrays (1).ipynb", False),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_says_whose_a_file_is(path):
    assert handed_in(path, EXPECTED) == HandedIn(*PATHS[path])


@pytest.mark.parametrize(
    "path",
    ["arrays.ipynb", "anna/arrays.ipynb", "Anna_12_assignsubmission_onlinetext_/onlinetext.html", "anna_arrays.ipynb"],
)
def test_another_path_is_no_platforms(path):
    assert handed_in(path, EXPECTED) is None


STUDENTS = {"anna": "anna", "anna@uni.example": "anna", "anna_b": "anna_b", "jörg": "Jörg"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("anna/work/arrays.ipynb", ("anna", "work/arrays.ipynb")),
        ("mails/ANNA@uni.example_arrays (1).ipynb", ("anna", "arrays (1).ipynb")),
        ("anna_b_arrays.ipynb", ("anna_b", "arrays.ipynb")),
        (unicodedata.normalize("NFD", "Jörg - arrays.ipynb"), ("Jörg", "arrays.ipynb")),
        ("annabel_arrays.ipynb", None),
        ("anna", None),
        ("anna_", None),
    ],
)
def test_a_mail_is_filed_under_the_senders_name(path, found):
    assert begins_with_one_of(path, STUDENTS) == found


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Friday, 6 November 2026, 5:12 PM", datetime(2026, 11, 6, 16, 12)),
        ("Friday, 6 November 2026, 12:00 AM", datetime(2026, 11, 5, 23, 0)),
        ("Freitag, 6. November 2026, 17:12", datetime(2026, 11, 6, 16, 12)),
        ("Sonntag, 1. März 2026, 08:05", datetime(2026, 3, 1, 7, 5)),
        ("1 July 2026, 17:12:30", datetime(2026, 7, 1, 15, 12, 30)),
        ("vendredi 6 novembre 2026, 17:12", None),
        ("31 November 2026, 17:12", None),
        ("11/06/26, 17:12", None),
        ("-", None),
    ],
)
def test_a_time_is_read_or_not_guessed(text, utc):
    assert in_utc(text, ZoneInfo("Europe/Berlin")) == utc
