"""A lesson of a few cells to try the grading on, without a real lesson's imports."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import jupytext
import nbformat
import pytest
import system_packages
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.authoring.temporary_course import TemporaryCourse
from grading.cells.roles import name_of
from grading.cells.twins import TWIN_FORMAT
from grading.isolation.box import sandbox
from helpers.files import replacing

SOLUTION, TEST, LOCKED = ("solution",), ("grade", "locked"), ("locked",)
ANSWER = ("grade", "solution")


@pytest.fixture(scope="session", autouse=True)
def all_graded_somehow(graded_somehow) -> None:
    """Everything here is tested without a sandbox where there is none."""


@pytest.fixture(scope="session")
def sandboxed() -> None:
    """Skip, or with CI=true fail, where submissions cannot be sandboxed."""
    try:
        sandbox.require()
    except sandbox.NoSandbox as reason:
        system_packages.is_missing(f"there is no sandbox: sudo apt-get install bubblewrap ({reason})")


def named(cell: NotebookNode, name: str, roles: tuple[str, ...], points: float | None = None) -> NotebookNode:
    """The cell with nbgrader's metadata."""
    cell.id = name
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": name,
        "task": False,
        **{role: role in roles for role in ("grade", "solution", "locked")},
        **({} if points is None else {"points": points}),
    }
    return cell


def answer_cell(name: str, answer: str) -> NotebookNode:
    """A code cell with an answer in a solution region."""
    return named(new_code_cell(f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"), name, SOLUTION)


def test_cell(name: str, points: float, visible: str, hidden: str) -> NotebookNode:
    """A test cell with a visible and a hidden line."""
    return named(
        new_code_cell(f"{visible}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"), name, TEST, points
    )


test_cell.__test__ = False


def toy_lesson() -> NotebookNode:
    """A solution notebook: three answers with tests, a locked text and a written answer."""
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            new_markdown_cell("# Toys", id="title"),
            answer_cell("double", "def double(x):\n    return 2 * x"),
            test_cell("double-check", 4, "assert double(2) == 4", "assert double(-1) == -2, 'negative numbers'"),
            named(new_markdown_cell("Keep this rule."), "rule", LOCKED),
            answer_cell("wait", "def wait():\n    return 'patience rewarded'"),
            test_cell("wait-check", 2, "assert wait().startswith('patience')", "assert wait().endswith('rewarded')"),
            new_markdown_cell("Why is twice two four?", id="question"),
            named(
                new_markdown_cell(
                    "<!-- ### BEGIN SOLUTION -->\nBecause we count twice. 1 point for that.\n<!-- ### END SOLUTION -->"
                ),
                "why",
                ANSWER,
                3,
            ),
            answer_cell("warn", "import sys\n\ndef warn():\n    print('take care', file=sys.stderr)\n    return 3"),
            test_cell("warn-check", 1, "assert warn() == 3", "assert warn() + warn() == 6"),
        ],
    )


@pytest.fixture
def toy() -> NotebookNode:
    """The toy lesson's solution notebook."""
    return toy_lesson()


def written(folder: Path) -> Path:
    """The folder, made, with the toy lesson's notebook and text twin."""
    folder.mkdir(parents=True)
    nbformat.write(toy_lesson(), folder / "toys.ipynb")
    jupytext.write(toy_lesson(), folder / "toys.py", fmt=TWIN_FORMAT)
    return folder


@pytest.fixture
def toy_solutions(tmp_path: Path) -> Path:
    """A folder of solutions with the assignment ``toys``: notebook and text twin."""
    return written(tmp_path / "lesson" / "toys")


@pytest.fixture(scope="session")
def toy_release(tmp_path_factory) -> TemporaryCourse:
    """A course with the toy lesson, which nbgrader releases once for all workers; to be copied."""
    here = tmp_path_factory.mktemp("release")
    course = TemporaryCourse(here / "course", "toys", written(here / "toys"))
    of_all_tests = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        of_all_tests = of_all_tests.parent
    released = of_all_tests / "toy-release"
    with released.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not released.exists():
            course.nbgrader("generate_assignment", "toys")
            with replacing(released) as part:
                shutil.copytree(course.folder / "course", part / "course")
                shutil.copy(course.folder / "gradebook.db", part)
        else:
            shutil.copytree(released, course.folder, dirs_exist_ok=True)
    return course


@pytest.fixture
def cell_of() -> Callable[[NotebookNode, str], NotebookNode]:
    """The first cell of a notebook with an nbgrader name."""

    def find(notebook: NotebookNode, name: str) -> NotebookNode:
        return next(cell for cell in notebook.cells if name_of(cell) == name)

    return find
