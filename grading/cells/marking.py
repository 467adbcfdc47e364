"""How the questions of a lesson are marked: model answer and marking scheme, as the solution notebook has them."""

from dataclasses import dataclass
from pathlib import Path

import nbformat

from grading.cells.regions import SOLUTION
from grading.cells.roles import is_question, name_of


@dataclass(frozen=True)
class Question:
    """A question of a lesson: the text above the answer, and its model answer with the marking scheme, in Markdown."""

    name: str
    points: float
    question: str
    scheme: str


def questions(solution: Path) -> list[Question]:
    """The questions of a solution notebook, in its order. Raises FileNotFoundError."""
    cells = nbformat.read(solution, as_version=4).cells
    return [
        Question(
            name_of(cell) or "",
            cell.metadata.nbgrader.points,
            above.source if above is not None and above.cell_type == "markdown" else "",
            SOLUTION.unmarked(cell.source).strip(),
        )
        for above, cell in zip([None, *cells], cells, strict=False)
        if is_question(cell)
    ]
