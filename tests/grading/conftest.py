"""A lesson of a few cells to try the grading on, without a real lesson's imports."""

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.cells.roles import name_of
from grading.isolation.box import sandbox

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
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(f"there is no sandbox: sudo apt-get install bubblewrap ({reason})")


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


@pytest.fixture
def toy_solutions(tmp_path: Path) -> Path:
    """A folder of solutions with the assignment ``toys``: notebook and text twin."""
    folder = tmp_path / "lesson" / "toys"
    folder.mkdir(parents=True)
    nbformat.write(toy_lesson(), folder / "toys.ipynb")
    (folder / "toys.py").write_text("# %% the text twin\n")
    return folder


@pytest.fixture
def cell_of() -> Callable[[NotebookNode, str], NotebookNode]:
    """The first cell of a notebook with an nbgrader name."""

    def find(notebook: NotebookNode, name: str) -> NotebookNode:
        return next(cell for cell in notebook.cells if name_of(cell) == name)

    return find
