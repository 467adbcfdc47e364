"""Edited metadata: roles, points, tags, versions, kernels, and outputs that are already there."""

import copy
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from dishonest.attack import Attack
from dishonest.lesson import cell_of

NO_WINDOW = "in_window, n_in_window = [], 1"


def more_points(notebook: NotebookNode) -> None:
    for name in ("rapidity", "batches", "scores"):
        cell_of(notebook, f"{name}-check").metadata.nbgrader.points = 100


def negative_points(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.nbgrader.points = -100


def skip(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.tags = ["skip-execution"]


def expect_an_error(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.tags = ["raises-exception", "nbval-skip"]


def skip_with_a_grade(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "window-check")
    cell.metadata.tags = ["skip-execution"]
    cell.outputs = [new_output("execute_result", {"text/plain": "2"}, execution_count=1)]


def not_a_test(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.nbgrader.grade = False


def for_marking_by_hand(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.nbgrader.solution = True


def task(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "window-check")
    cell.metadata.nbgrader.update(task=True, grade=False)


def graded_answer(notebook: NotebookNode) -> None:
    cell_of(notebook, "window").metadata.nbgrader.update(grade=True, points=50)


def bonus(notebook: NotebookNode) -> None:
    cell = copy.deepcopy(cell_of(notebook, "scores-check"))
    cell.id, cell.source = "bonus", "50"
    cell.metadata.nbgrader.update(grade_id="bonus", points=50)
    notebook.cells.append(cell)


def too_old(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.nbgrader.schema_version = 0


def too_new(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.nbgrader.schema_version = 99


def no_dictionary(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.nbgrader = 5


def long_name(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").metadata.nbgrader.grade_id = "../../" * 40


def another_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec = {"name": "own", "display_name": "own", "language": "python"}


def own_kernel(folder: Path) -> None:
    kernel = folder / "kernels" / "own"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text('{"argv": ["true"], "display_name": "own", "language": "python"}')


def widgets(notebook: NotebookNode) -> None:
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": 5}}
    notebook.metadata.nbgrader = {"score": 8}
    notebook.metadata.hepdl_grading = {"incidents": 5, "sandboxed": "no"}
    notebook.cells.append(new_code_cell("1", id="last"))
    notebook.cells[-1].metadata = {"collapsed": "yes", "nbgrader": {"grade": True}}


ATTACKS = [
    Attack("more points", "Writes 100 points into the metadata of right answers.", {"window": NO_WINDOW}, more_points),
    Attack("fewer points", "Writes negative points into a test's metadata.", {"window": NO_WINDOW}, negative_points),
    Attack(
        "a tag that skips the test",
        "nbclient does not run a cell tagged skip-execution; a test without output has full points.",
        {"window": NO_WINDOW},
        skip,
    ),
    Attack("a tag that allows errors", "Tags the test as one that raises.", {"window": NO_WINDOW}, expect_an_error),
    Attack(
        "a tag and a grade that is already there",
        "Skips the test and writes its result into the file.",
        {"window": NO_WINDOW},
        skip_with_a_grade,
    ),
    Attack(
        "a test that is none",
        "Takes the role of a test off the cell.",
        {"window": NO_WINDOW},
        not_a_test,
        alone=True,
    ),
    Attack(
        "a test to be marked by hand",
        "Makes the test cell a written answer.",
        {"window": NO_WINDOW},
        for_marking_by_hand,
        alone=True,
    ),
    Attack("a test that is a task", "Makes the test cell a task.", {"window": NO_WINDOW}, task, alone=True),
    Attack(
        "an answer with points of its own",
        "Makes the answer cell a graded one, worth 50.",
        {"window": NO_WINDOW},
        graded_answer,
        alone=True,
    ),
    Attack(
        "a cell worth 50 points",
        "Adds a graded cell that the lesson does not know.",
        {"window": NO_WINDOW},
        bonus,
        alone=True,
    ),
    Attack("metadata from the past", "Gives a cell the schema version 0.", {"window": NO_WINDOW}, too_old, alone=True),
    Attack(
        "metadata from the future", "Gives a cell the schema version 99.", {"window": NO_WINDOW}, too_new, alone=True
    ),
    Attack(
        "metadata that are a number",
        "Writes 5 for a cell's metadata.",
        {"window": NO_WINDOW},
        no_dictionary,
        alone=True,
    ),
    Attack("a name like a path", "Names a test after folders.", {"window": NO_WINDOW}, long_name, alone=True),
    Attack(
        "a kernel of the student's own",
        "Asks for a kernel whose specification lies beside the notebook.",
        {"window": NO_WINDOW},
        another_kernel,
        own_kernel,
    ),
    Attack(
        "metadata of the notebook", "Writes a score and broken widgets.", {"window": NO_WINDOW}, widgets, alone=True
    ),
]
