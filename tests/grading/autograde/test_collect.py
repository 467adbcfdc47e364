"""What lies in the exchange's inbound folder is copied if it is a plain file of its student's, and nothing else is."""

import logging
import os
import socket
from pathlib import Path

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from traitlets.config import Config

from grading.autograde import collect
from grading.autograde.collect import CollectPlainFiles
from grading.cells.submitted_files import MAX_FILES

TIME = "2026-11-02 10:00:00.000000 UTC"
LATER = "2026-11-03 10:00:00.000000 UTC"


class Class:
    """A course with an exchange, in which students hand in folders of their own making."""

    def __init__(self, folder: Path) -> None:
        self.course, self.inbound = folder / "course", folder / "exchange" / "toys" / "inbound"
        self.inbound.mkdir(parents=True)
        self.course.mkdir()
        self.secret = folder / "solution.ipynb"
        self.secret.write_text("the solution")

    def hand_in(self, student: str = "ada", time: str = TIME, word: str = "+x1") -> Path:
        folder = self.inbound / f"{student}+pets+{time}{word}"
        folder.mkdir()
        (folder / "pets.ipynb").write_text(f"the answer of {time}")
        (folder / "timestamp.txt").write_text(time)
        return folder

    def collect(self, **settings) -> None:
        made = CourseDirectory(
            root=str(self.course), course_id="toys", assignment_id="pets", ignore=["*.pyc"], max_dir_size=100
        )
        config = Config(Exchange={"root": str(self.inbound.parent.parent)}, ExchangeCollect={"check_owner": False})
        config.ExchangeCollect.update(settings)
        CollectPlainFiles(coursedir=made, authenticator=Authenticator(), config=config).start()

    def collected(self, student: str = "ada") -> dict[str, str]:
        folder = self.course / "submitted" / student / "pets"
        return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def pets(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    return Class(tmp_path)


def test_what_was_handed_in_is_collected(pets):
    folder = pets.hand_in()
    (folder / "tools" / "more").mkdir(parents=True)
    (folder / "tools" / "more" / "lines.py").write_text("x = 1")
    (folder / "old.pyc").write_text("ignored")
    pets.hand_in("bob", word="")
    pets.collect()
    assert pets.collected() == {
        "pets.ipynb": f"the answer of {TIME}",
        "timestamp.txt": TIME,
        "tools/more/lines.py": "x = 1",
    }
    assert pets.collected("bob").keys() == {"pets.ipynb", "timestamp.txt"}


def test_the_last_one_is_collected_and_a_newer_one_on_request(pets):
    pets.hand_in()
    pets.hand_in(time=LATER)
    pets.collect()
    assert pets.collected()["pets.ipynb"] == f"the answer of {LATER}"
    newest = pets.hand_in(time="2026-11-04 10:00:00.000000 UTC")
    pets.collect()
    assert pets.collected()["timestamp.txt"] == LATER
    pets.collect(update=True)
    assert pets.collected()["timestamp.txt"] == newest.name.split("+")[2]
    pets.collect(update=True)
    assert [path.name for path in (pets.course / "submitted" / "ada").iterdir()] == ["pets"]


def linked_file(folder, secret):
    (folder / "mine.ipynb").symlink_to(secret)


def linked_notebook(folder, secret):
    (folder / "pets.ipynb").unlink()
    (folder / "pets.ipynb").symlink_to(secret)


def linked_folder(folder, secret):
    (folder / "mine").symlink_to(secret.parent)


def dangling(folder, secret):
    (folder / "mine").symlink_to("nowhere")


def hard_link(folder, secret):
    os.link(secret, folder / "mine.ipynb")


def pipe(folder, secret):
    os.mkfifo(folder / "mine")


def listening(folder, secret):
    here = os.open(folder, os.O_RDONLY)  # the whole path would be too long for a socket
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(f"/proc/self/fd/{here}/mine")
    finally:
        os.close(here)


def no_utf8(folder, secret):
    Path(os.fsdecode(os.fsencode(folder) + b"/mine\xff")).write_text("mine")


@pytest.mark.parametrize(
    "add", [linked_file, linked_notebook, linked_folder, dangling, hard_link, pipe, listening, no_utf8]
)
def test_what_is_no_plain_file_is_left_out_and_named(pets, caplog, add):
    folder = pets.hand_in()
    (folder / "kept.txt").write_text("kept")
    add(folder, pets.secret)
    pets.hand_in("bob")
    pets.collect()
    found = pets.collected()
    assert found["kept.txt"] == "kept" and "the solution" not in found.values()
    assert not [name for name in found if "mine" in name]
    left_out = [record.getMessage() for record in caplog.records if "Left out" in record.getMessage()]
    assert len(left_out) == 1 and str(folder) in left_out[0]
    assert "pets.ipynb" in pets.collected("bob")


def a_link(pets):
    (pets.inbound / f"eve+pets+{TIME}+x").symlink_to(pets.secret.parent)


def a_file(pets):
    (pets.inbound / f"eve+pets+{TIME}+x").write_text("nothing")


def without_a_time(pets):
    pets.hand_in("eve", time="monday", word="")


def in_the_year_0(pets):
    pets.hand_in("eve", time="0000-01-01 10:00:00 UTC")


def a_newline(pets):
    pets.hand_in("eve\nbob")


def an_escape_sequence(pets):
    pets.hand_in("eve\x1b[2J")


def above_the_course(pets):
    pets.hand_in("..")


def too_large(pets):
    (pets.hand_in("eve") / "big").write_bytes(bytes(100_001))


def too_large_together(pets):
    folder = pets.hand_in("eve")
    for number in range(3):
        (folder / f"half{number}").write_bytes(bytes(50_000))


def large_and_sparse(pets):
    os.truncate(pets.hand_in("eve") / "pets.ipynb", 10**12)


def too_many(pets):
    folder = pets.hand_in("eve")
    for number in range(MAX_FILES):
        (folder / f"{number}").write_text("")


def too_many_folders(pets):
    folder = pets.hand_in("eve")
    for number in range(MAX_FILES):
        (folder / f"{number}").mkdir()


def too_deep(pets):
    (pets.hand_in("eve") / "/".join("a" * 25)).mkdir(parents=True)


REFUSED = (
    *(a_link, a_file, without_a_time, in_the_year_0, a_newline, an_escape_sequence, above_the_course, too_large),
    *(too_large_together, large_and_sparse, too_many, too_many_folders, too_deep),
)


@pytest.mark.parametrize("add", REFUSED)
def test_a_submission_that_is_refused_is_named_and_stops_nobody(pets, caplog, add):
    add(pets)
    pets.hand_in()
    pets.hand_in("zoe")
    with pytest.raises(ExchangeError):
        pets.collect()
    refused = [record.getMessage() for record in caplog.records if "Not collected" in record.getMessage()]
    assert len(refused) == 1 and refused[0].isprintable()
    assert pets.collected()["timestamp.txt"] == pets.collected("zoe")["timestamp.txt"] == TIME
    assert sorted(path.name for path in (pets.course / "submitted").iterdir() if [*path.iterdir()]) == ["ada", "zoe"]


def test_a_submission_that_cannot_be_written_stops_nobody(pets, caplog):
    (pets.course / "submitted").mkdir()
    (pets.course / "submitted" / "ada").write_text("a file in the way")
    pets.hand_in()
    pets.hand_in("zoe")
    with pytest.raises(ExchangeError):
        pets.collect()
    assert pets.collected("zoe")["timestamp.txt"] == TIME
    assert [
        record
        for record in caplog.records
        if "Not collected" in record.getMessage() and "ada+pets" in record.getMessage()
    ]


def test_a_refused_update_leaves_what_was_collected(pets):
    pets.hand_in()
    pets.collect()
    os.truncate(pets.hand_in(time=LATER) / "pets.ipynb", 10**12)
    with pytest.raises(ExchangeError):
        pets.collect(update=True)
    assert pets.collected()["pets.ipynb"] == f"the answer of {TIME}"


@pytest.mark.parametrize("forged", ["", "monday", "2026-01-01 00:00:00 UTC", "9" * 50_000, None])
def test_the_time_is_that_of_the_name_whatever_the_file_says(pets, forged):
    folder = pets.hand_in()
    (folder / "timestamp.txt").unlink()
    if forged is None:
        (folder / "timestamp.txt").mkdir()
    else:
        (folder / "timestamp.txt").write_text(forged)
    pets.collect()
    assert pets.collected()["timestamp.txt"] == TIME


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_submission_made_in_anothers_name_takes_the_place_of_none(pets, caplog, monkeypatch):
    monkeypatch.setattr(collect, "_user", {4321: "bob", 4322: None}.get)
    pets.hand_in()
    gone = pets.hand_in("cleo")  # whose account was removed
    for path in (gone, *gone.iterdir()):
        os.chown(path, 4322, -1)
    forged = pets.hand_in(time=LATER)
    for path in (forged, *forged.iterdir()):
        os.chown(path, 4321, -1)
    with pytest.raises(ExchangeError, match=r"1 in .* not collected"):
        pets.collect(check_owner=True)
    assert "it says that it is of ada, but bob made it" in caplog.text
    assert pets.collected()["pets.ipynb"] == f"the answer of {TIME}"
    assert pets.collected("cleo")["pets.ipynb"] == f"the answer of {TIME}"
    pets.collect(update=True)  # without check_owner
    assert pets.collected()["pets.ipynb"] == f"the answer of {LATER}"


def test_an_exchange_without_the_course_is_named(pets):
    pets.inbound.rmdir()
    with pytest.raises(ExchangeError, match="inbound"):
        pets.collect()


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-07-01 17:30:00 CEST", "2026-07-01 15:31:00 UTC"),
        ("2026-07-01 15:29:00 UTC", "2026-07-01 17:30:00 +0200"),
        ("2026-07-01 08:29:59 PDT", "2026-07-01T17:30:00+02:00"),
    ],
)
def test_the_later_of_two_counts_whatever_its_zone(pets, earlier, later):
    pets.hand_in(time=earlier)
    pets.hand_in(time=later)
    pets.collect()
    assert pets.collected()["timestamp.txt"] == later


def test_a_time_without_a_zone_is_asked_about(pets, caplog):
    pets.hand_in(time="2026-07-01 17:30:00")
    with pytest.raises(ExchangeError):
        pets.collect()
    assert "names no time zone" in caplog.text
