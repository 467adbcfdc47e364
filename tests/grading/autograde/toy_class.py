"""A class that hands in the toy lesson, and what its gradebook and autograded files say in the end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.authoring.temporary_course import TemporaryCourse
from grading.cells.roles import name_of

ALL = bool(os.environ.get("HEPDL_TEST_ALL"))
at_full_length = pytest.mark.skipif(not ALL, reason="takes long: `make test-all` runs it")

HERE = Path(__file__).resolve().parent
DUE = datetime(2026, 1, 15, 12)
ON_TIME, LATE, AGAIN = "2026-01-15 11:00:00.25 UTC", "2026-01-16 18:00:00 UTC", "2026-01-15 11:30:00 UTC"
RIGHT = {
    "double": "def double(x):\n    return x + x",
    "wait": "def wait():\n    return 'patience ' + 'rewarded'",
    "why": "Because one and one is two, twice.",
    "warn": "def warn():\n    return 3",
}
RUN_HERE = f"""
sys.path.append({str(HERE)!r})
c.Autograde.pre_convert_hook = None
c.Autograde.autograde_preprocessors = [
    "toy_execution.RunHere",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""


class ToyClass:
    """A course with the toy lesson released, and the students who hand it in."""

    def __init__(self, released: TemporaryCourse, database: str = "") -> None:
        self.course, self.folder = released, released.folder
        self.database = database or released.database
        self.course.environment["HEPDL_GRADEBOOK"] = self.database
        with self.gradebook() as gradebook:
            gradebook.update_or_create_assignment("toys", duedate=DUE)

    def copied_to(self, folder: Path, database: str = "") -> "ToyClass":
        """The same class in another folder."""
        return ToyClass(self.course.copied_to(folder), database)

    def run_here(self) -> "ToyClass":
        """Run cells in the worker itself from now on, instead of in a sandbox."""
        with (self.folder / "nbgrader_config.py").open("a") as config:
            config.write(RUN_HERE)
        return self

    def gradebook(self) -> Gradebook:
        return Gradebook(self.database, "demo")

    def handed_in(self, student: str) -> Path:
        return self.folder / "submitted" / student / "toys"

    def submit(self, student: str, when: str = ON_TIME, **answers: str) -> Path:
        """Hand in the right answers, but for those given by the cell's name. Returns the notebook's path."""
        notebook = nbformat.read(self.folder / "course/toys/toys.ipynb", as_version=4)
        for cell in notebook.cells:
            name = name_of(cell)
            cell.source = (RIGHT | answers).get(name, cell.source)
        self.handed_in(student).mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, self.handed_in(student) / "toys.ipynb")
        (self.handed_in(student) / "timestamp.txt").write_text(when)
        return self.handed_in(student) / "toys.ipynb"

    def command(self, *arguments: str, **variables: str) -> subprocess.Popen:
        """``python -m grading.autograde toys`` in a process, and a process group, of its own.

        It obeys Ctrl-C, also where the tests are a shell's job in the background, which does not.
        """
        return subprocess.Popen(
            [sys.executable, "-m", "grading.autograde", "toys", *arguments],
            cwd=self.folder,
            env=self.course.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def scores(self) -> dict[str, float]:
        """Points from tests, by student."""
        return {
            student: sum(score or 0 for score, _ in cells.values())
            for student, (_, _, cells, _) in self.books().items()
        }

    def books(self) -> dict[str, tuple]:
        """What the gradebook says of each student: timestamp, late penalty, the tests' points and comments by cell."""
        with self.gradebook() as gradebook:
            found = {}
            for entry in gradebook.assignment_submissions("toys"):
                cells = {
                    grade.name: (grade.auto_score, grade.needs_manual_grade)
                    for notebook in entry.notebooks
                    for grade in notebook.grades
                }
                comments = {
                    comment.name: comment.auto_comment for notebook in entry.notebooks for comment in notebook.comments
                }
                assert entry.student.id not in found
                found[entry.student.id] = (entry.timestamp, entry.late_submission_penalty, cells, comments)
            return found

    def files(self) -> dict[str, object]:
        """The autograded files by path; of notebooks, the cells without their random names and times."""
        found = {}
        for path in sorted((self.folder / "autograded").glob("[!.]*/**/*")):
            if path.suffix == ".ipynb":
                cells = nbformat.read(path, as_version=4).cells
                for cell in cells:
                    cell.metadata.pop("execution", None)
                content = [(cell.source, cell.get("outputs"), cell.metadata) for cell in cells]
            else:
                content = path.read_bytes() if path.is_file() else None
            found[str(path.relative_to(self.folder))] = (content, path.stat().st_mode)
        return found


def assert_soon(condition: Callable[[], object]) -> None:
    """Wait three minutes at most for something to become true."""
    end = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def left_behind(mark: str) -> list[str]:
    """Commands of other processes that still have this text, such as a folder, in their command or working folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        try:
            place, command = os.readlink(process / "cwd"), (process / "cmdline").read_bytes()
        except OSError:
            continue
        if mark in place or mark.encode() in command:
            found.append(command.replace(b"\0", b" ").decode())
    return found
