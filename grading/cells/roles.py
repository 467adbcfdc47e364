"""What a cell is to nbgrader: its name, and whether it is an exercise, a test or a question."""

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution


def name_of(cell: NotebookNode) -> str | None:
    """The ``grade_id`` of a cell, None if it has none; metadata that a student wrote may hold anything."""
    marks = cell.metadata.get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def is_exercise(cell: NotebookNode) -> bool:
    """Whether a student writes code in it, which a test cell grades."""
    return cell.cell_type == "code" and is_solution(cell)


def is_test(cell: NotebookNode) -> bool:
    """Whether it is code that is graded by running it."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def is_question(cell: NotebookNode) -> bool:
    """Whether a student writes text in it, which is graded by hand."""
    return cell.cell_type == "markdown" and is_grade(cell) and is_solution(cell)
