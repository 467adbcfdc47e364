"""A lesson of a few cells: a given cell with a picture, an answer with an output, its test, and a picture after it."""

import base64
import io
from functools import cache

import matplotlib.pyplot as plt
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearOutput, ClearSolutions

from book.course import Lesson
from grading.authoring.start_page import Opening

ANSWER = "higgs_mass = 125.25 + 0 * the_answer"
HIDDEN = "assert abs(higgs_mass - 125.25) < 1e-9, 'hidden'"
SCHEME = "2 points for naming the Higgs boson's width"
PRINTED = "the mass of the Higgs boson is 125.25 GeV"
OPENING = Opening("ex9_toys/toys.ipynb", "Exercise 9: toys", ("toys",), "counting", "an hour", 3, 2, None, None)


@cache
def picture(height: int) -> str:
    """A PNG, in base64; one of another height differs."""
    figure = plt.figure(figsize=(1, height))
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return base64.b64encode(file.getvalue()).decode()


def _marked(name: str, **roles: bool) -> dict:
    marks = {"grade_id": name, "schema_version": 3, "task": False, "locked": False, "points": 2}
    return {"nbgrader": marks | {"solution": False, "grade": False} | roles}


def _drawing(height: int, tags: list[str]) -> NotebookNode:
    output = new_output("display_data", {"image/png": picture(height), "text/plain": "<Figure>"})
    return new_code_cell(f"draw({height})", outputs=[output], metadata={"tags": tags})


def solution(tags: list[str] | None = None) -> NotebookNode:
    """The solution. tags: of the cell that draws after the answer."""
    answer = f"### BEGIN SOLUTION\n{ANSWER}\n### END SOLUTION"
    test = f"higgs_mass\n### BEGIN HIDDEN TESTS\n{HIDDEN}\n### END HIDDEN TESTS"
    words = f"### BEGIN SOLUTION\nHeavy.\n### BEGIN MARK SCHEME\n{SCHEME}\n### END MARK SCHEME\n### END SOLUTION"
    printed = new_output("stream", name="stdout", text=f"{PRINTED}\n")
    return new_notebook(
        cells=[
            new_markdown_cell("# Exercise 9: toys\n\nIt has a [mass](../glossary.md#mass)."),
            _drawing(1, []),
            new_markdown_cell("*Figure: the *first* toy.*"),
            new_code_cell(answer, outputs=[printed], metadata=_marked("toy", solution=True)),
            new_code_cell(test, outputs=[printed], metadata=_marked("toy-check", grade=True)),
            _drawing(2, tags or []),
            new_markdown_cell("*Figure: the second toy,\nof [mass](../glossary.md#mass) 125 GeV.*"),
            new_markdown_cell(words, metadata=_marked("why", solution=True, grade=True)),
        ]
    )


def lesson(tags: list[str] | None = None) -> Lesson:
    """The lesson, as solution and released."""
    whole = solution(tags)
    released = nbformat.from_dict(whole)
    for preprocessor in (ClearSolutions(), ClearOutput(), ClearHiddenTests(), ClearMarkScheme()):
        released, _ = preprocessor.preprocess(released, {})
    return Lesson(OPENING, whole, released)
