"""One formgrader server and one browser for all tests: a class in which a student hands in script of every kind."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import browser as chromium
import hostile
import nbformat
import pytest
import system_packages
from nbgrader.api import Gradebook

from grading.authoring.temporary_course import TemporaryCourse
from grading.cells.roles import name_of

START_S = 60


@dataclass
class Formgrader:
    """A running server. course: what it serves; address: of formgrader; pages: of submissions, by student."""

    course: TemporaryCourse
    address: str
    pages: dict[str, str]

    def score(self, student: str) -> float:
        with Gradebook(self.course.database) as gradebook:
            return gradebook.find_submission("toys", student).score


def graded(course: TemporaryCourse, student: str, cells: list, **names: str) -> str:
    """Enter a graded submission as it would be stored; returns the name of its page in formgrader."""
    notebook = nbformat.read(course.folder / "course/toys/toys.ipynb", as_version=4)
    notebook.cells += cells
    for cell in notebook.cells:
        if name_of(cell) == "why" and student != "alice":
            cell.source = hostile.tag("answer")
    folder = course.folder / "autograded" / student / "toys"
    folder.mkdir(parents=True)
    (folder / "toys.ipynb").write_text(json.dumps(notebook))
    (folder / "evil.html").write_text(hostile.EVIL_FILE)
    (course.folder / "submitted" / student / "toys").mkdir(parents=True)
    with Gradebook(course.database, "demo") as gradebook:
        gradebook.update_or_create_student(student, **names)
        submission = gradebook.update_or_create_submission("toys", student)
        for entry in submission.notebooks[0].grades:
            entry.auto_score, entry.needs_manual_grade = 0, False
        gradebook.db.commit()
        return submission.notebooks[0].id


@pytest.fixture(scope="session")
def formgrader(toy_release, tmp_path_factory) -> Iterator[Formgrader]:
    """A server on this machine's loopback that shows mallory's and alice's submissions."""
    course = toy_release.copied_to(tmp_path_factory.mktemp("formgrader") / "course")
    pages = {
        hostile.MALLORY: graded(
            course, hostile.MALLORY, hostile.cells(), first_name="<script>x</script>", last_name=hostile.tag("name")
        ),
        "alice": graded(course, "alice", hostile.honest()),
        "trudy": graded(course, "trudy", hostile.forged()),
    }
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    log = course.folder / "home" / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=course.folder, env=course.environment, stdout=out, stderr=out)
    try:
        notes = Path(course.environment["JUPYTER_RUNTIME_DIR"])
        end = time.monotonic() + START_S
        while not (found := list(notes.glob("jpserver-*.json"))):
            assert process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        time.sleep(0.5)
        address = json.loads(found[0].read_text())["url"] + "formgrader/"
        yield Formgrader(course, address, {student: f"{address}submissions/{page}/" for student, page in pages.items()})
    finally:
        process.terminate()
        process.wait(START_S)


@pytest.fixture(scope="session")
def browser() -> Iterator[chromium.Browser]:
    """A Chromium."""
    if chromium.executable() is None:
        system_packages.is_missing(f"there is no Chromium: {chromium.INSTALL}")
    with chromium.Browser() as opened:
        yield opened
