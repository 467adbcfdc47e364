"""The solution's answers, as a student would have typed them."""

import re
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbgrader.utils import is_solution
from running_trial import ASSIGNMENT, NOTEBOOK

from grading.cells.roles import name_of
from helpers.repository import ROOT


def put_answers(home: Path, others: Mapping[str, str] | None = None) -> None:
    """Answer the exercises of the notebook in a student's home.

    others: what to write in place of the solution's answer, or to a question, by task.
    """
    solution = nbformat.read(ROOT / "solutions" / ASSIGNMENT / f"{NOTEBOOK}.ipynb", as_version=4)
    exercises = (cell for cell in solution.cells if is_solution(cell) and cell.cell_type == "code")
    answers = {name_of(cell): re.sub("### (BEGIN|END) SOLUTION", "", cell.source) for cell in exercises} | dict(
        others or {}
    )
    path = home / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(name_of(cell), cell.source)
    nbformat.write(notebook, path)
