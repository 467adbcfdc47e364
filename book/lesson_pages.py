"""What the book shows of a lesson: all but its answers for everyone, everything for instructors.

What a cell of a solution shows can give an answer away. So the public book has the outputs of given cells that stand
above a notebook's first answer; of all others only those whose cell carries the tag ``show-in-book``.
"""

import re

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from grading.cells.roles import is_exercise, is_test

FIT_TO_SHOW = "show-in-book"
FOLDED = "hide-input"
LEFT_OUT = "{.left-out}\nWhat this cell shows depends on your answers: run it in your notebook."
CAPTION = re.compile(r"^\*Figure: (.*?)\*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


class NotDescribed(Exception):
    """A figure without a caption in words, in a sentence."""


def student_page(released: NotebookNode, solution: NotebookNode) -> NotebookNode:
    """The released notebook with those outputs of the solution that give no answer away.

    Raises NotDescribed if a figure has no caption.
    """
    page = nbformat.from_dict(released)
    shown = {cell.id for cell in cells_to_show(solution)}
    outputs = {cell.id: cell.outputs for cell in solution.cells if cell.cell_type == "code"}
    cells = []
    for cell in page.cells:
        cells.append(cell)
        if cell.cell_type == "code" and cell.id in shown:
            cell.outputs = outputs[cell.id]
        elif cell.cell_type == "code" and outputs[cell.id] and not is_exercise(cell) and not is_test(cell):
            cells.append(new_markdown_cell(LEFT_OUT, id=f"{cell.id}-left-out"))
    page.cells = cells
    return _for_reading(page)


def instructor_page(solution: NotebookNode) -> NotebookNode:
    """The solution with answers, hidden tests, marking schemes and all outputs. Raises NotDescribed."""
    return _for_reading(nbformat.from_dict(solution))


def cells_to_show(solution: NotebookNode) -> list[NotebookNode]:
    """The code cells of a solution whose outputs everyone may see."""
    shown, above_all_answers = [], True
    for cell in solution.cells:
        above_all_answers = above_all_answers and not is_exercise(cell)
        if cell.cell_type == "code" and (above_all_answers or FIT_TO_SHOW in cell.metadata.get("tags", [])):
            shown.append(cell)
    return shown


def _for_reading(page: NotebookNode) -> NotebookNode:
    """The notebook with its test cells folded and its figures described, as MyST-NB reads both from cell metadata."""
    for cell, below in zip(page.cells, [*page.cells[1:], None], strict=True):
        if is_test(cell):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), FOLDED]
        if cell.cell_type == "code" and any("image/png" in output.get("data", {}) for output in cell.outputs):
            caption = below and CAPTION.search(below.source)
            if not caption:
                raise NotDescribed(f"the figure of the cell {cell.source[:60]!r} has no caption *Figure: …* below it")
            cell.metadata["mystnb"] = {"image": {"alt": plain(caption[1])}}
    return page


def plain(markdown: str) -> str:
    r"""A text in a line, without links and marks of emphasis.

    >>> plain("the *loss* of [Adam](../glossary.md#adam)\nin `keras`")
    'the loss of Adam in keras'
    """
    return " ".join(re.sub(r"[*`$\\]", "", LINK.sub(r"\1", markdown)).split())
