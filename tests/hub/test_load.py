"""The class of made-up students: what it reports, and (in `make test-all`) that two of them come to the end."""

import re

import pytest

from hub import load
from hub.layout import HubError
from hub.load import Played


def students(n: int) -> list[Played]:
    return [Played(f"hepdl-load{number:03d}", number, 10 * number, 10**8 + number) for number in range(1, n + 1)]


def test_the_table_has_median_and_95_percent():
    lines = "\n".join(load.table(students(40), {student.name for student in students(40)}))
    assert re.search(r"usable Lab +median 20 s, 95 % 38 s, largest 40 s", lines)
    assert re.search(r"submission +median 205 s, 95 % 380 s, largest 400 s", lines)
    assert re.search(r"memory a student +median 100 MB", lines)
    assert re.search(r"failures +none", lines)
    assert re.search(r"collected exactly once +40 of 40", lines)


def test_who_fails_is_named_and_counts_in_no_time():
    failed = Played("hepdl-load003", failure="TimeoutError in spawn: no server")
    lines = "\n".join(load.table([*students(2), failed], {"hepdl-load001"}))
    assert re.search(r"failures +1\n  hepdl-load003: TimeoutError in spawn: no server", lines)
    assert "largest 2 s" in lines
    assert "1 of 3" in lines


def test_a_class_of_none_is_refused(tmp_path):
    with pytest.raises(HubError, match="choose 1 to 999"):
        load.run(tmp_path, 0, 8000)


def test_only_what_an_earlier_class_left_is_forgotten(hub):
    mine = hub.homes / "hepdl-loadings"
    old = [
        hub.homes / "hepdl-load001",
        hub.exchange / hub.course_id / "inbound" / "hepdl-load001+ex1_uproot+now+x",
        hub.course / "submitted" / "hepdl-load001",
    ]
    for folder in (mine, *old):
        folder.mkdir(parents=True)
    load._forget(hub)
    assert mine.exists()
    assert not [folder for folder in old if folder.exists()]
