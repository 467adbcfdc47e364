"""What a student may read of the hidden tests: which check failed and why, not how it is checked nor on what.

A student's function that a hidden test calls can keep its arguments, and a later cell can print them. So feedback
shows of the cells after a hidden test what they printed in the notebook that was handed in, before it was graded.
"""

import builtins
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from grading.cells.harmless import Harmless
from grading.cells.incidents import of
from grading.cells.languages import language_of, recognised
from grading.cells.regions import HIDDEN_TESTS
from grading.cells.roles import is_test
from grading.cells.untrusted_files import NotRead, read
from helpers.language import english

GRADERS_ERRORS = ("CellTimeoutError", "DeadKernelError", "TooMuchOutput", "NotRun")
"""The names of errors that the grader wrote, as sentences, where it ended a cell."""
TOO_MUCH = re.compile(r"the cell printed more than \d+ MB; the rest is lost")
LARGEST = 100_000_000
SHORTEST = 6
WITHHELD = english(
    "(What this cell printed when it was graded is shown to your instructor: hidden tests ran before it.)"
)


class HideHiddenTests(NbGraderPreprocessor):
    """Take hidden tests out of a graded notebook, and out of what was printed in and after them."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook, changed in place."""
        handed_in = _outputs_handed_in(resources)
        language = language_of(nb)
        incidents = [incident["what"] for incident in of(nb)]
        incidents += [what.replace("it ", "the cell ", 1) for what in incidents]
        hidden_lines: list[str] = []
        for cell in nb.cells:
            if is_test(cell):
                hidden = map(str.strip, HIDDEN_TESTS.divided(cell.source)[1])
                hidden_lines += [line for line in hidden if len(line) >= SHORTEST]
                self._hide(cell, hidden_lines)
            elif cell.cell_type == "code" and hidden_lines:
                withheld = [_printed(recognised(WITHHELD, language))]
                cell.outputs = _told(cell, incidents, language)
                cell.outputs += handed_in.get((cell.get("id"), cell.source), withheld)
        return nb, resources

    def _hide(self, cell: NotebookNode, hidden_lines: list[str]) -> None:
        """Leave of a test cell its visible lines, and of an error its name and message without hidden lines."""
        cell.source = HIDDEN_TESTS.without(cell.source)
        cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        for output in cell.outputs:
            if output.output_type == "error":
                for line in hidden_lines:
                    output.evalue = output.evalue.replace(line, "…")
                output.traceback = [f"{output.ename}: {output.evalue}".removesuffix(": ")]


def _told(cell: NotebookNode, incidents: list[str], language: str) -> list[NotebookNode]:
    """Of the errors of a student's cell the grader's own sentences, and the names of Python's own."""
    told = []
    for output in cell.outputs:
        name = output.get("ename", "")
        if name in GRADERS_ERRORS and (output.evalue in incidents or TOO_MUCH.fullmatch(output.evalue)):
            told.append(output)
        elif output.output_type == "error":
            kind = getattr(builtins, name, None)
            known = isinstance(kind, type) and issubclass(kind, BaseException)
            words = recognised(english("This cell failed when it was graded"), language)
            told.append(_printed(f"{words}{f': {name}' if known else ''}."))
    return told


def _outputs_handed_in(resources: dict) -> dict[tuple, list[NotebookNode]]:
    """The outputs of the cells as they were handed in, by the cell's id and source; none if they cannot be read."""
    names = resources.get("nbgrader", {})
    folder = Path(resources.get("metadata", {}).get("path", ""))
    if not names.get("student") or len(folder.parts) < 4:
        return {}
    course = folder.resolve().parents[2]
    path = course / "submitted" / names["student"] / names["assignment"] / f"{names['notebook']}.ipynb"
    try:
        notebook = nbformat.reads(read(path, LARGEST).decode(), as_version=4)
        notebook, _ = Harmless().preprocess(notebook, {})
    except (NotRead, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return {}
    return {(cell.get("id"), cell.source): cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def _printed(sentence: str) -> NotebookNode:
    return NotebookNode(output_type="stream", name="stdout", text=f"{sentence}\n")
