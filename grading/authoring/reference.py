"""The reference solutions as programs: a solution notebook executed with another seed, or on other labels."""

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from nbformat import NotebookNode

from grading.authoring import lessons

FIXED_SEED = "SEED = 1\n"


def run(
    lesson: str,
    notebook: str,
    seed: int,
    prepare: Callable[[dict], None] = lambda namespace: None,
    until: str | None = None,
) -> dict:
    """Execute the code cells of ``solutions/<lesson>/<notebook>.py``, test cells aside, and return their namespace.

    The line ``SEED = 1`` of its first code cell is replaced by the seed; ``prepare`` may change what that cell loaded.
    The run ends after the exercise cell ``until``, by default with the notebook. Figures are drawn and thrown away,
    prints are dropped. Raises ValueError if the first cell has no such line.
    """
    first, *rest = (cell for cell in _code(lesson, notebook) if not _is_test(cell))
    if FIXED_SEED not in first.source:
        raise ValueError(f"solutions/{lesson}/{notebook}.py: its first code cell should hold {FIXED_SEED.strip()!r}")
    matplotlib.use("agg")
    namespace: dict = {"__name__": "__main__"}
    _execute(first.source.replace(FIXED_SEED, f"SEED = {seed}\n"), namespace)
    prepare(namespace)
    for cell in rest:
        _execute(cell.source, namespace)
        plt.close("all")
        if until and cell.metadata.get("nbgrader", {}).get("grade_id") == until:
            break
    return namespace


def test_source(lesson: str, notebook: str, grade_id: str) -> str:
    """The source of a test cell, hidden part included."""
    (test,) = (
        cell for cell in _code(lesson, notebook) if _is_test(cell) and cell.metadata.nbgrader.grade_id == grade_id
    )
    return test.source


def check(lesson: str, notebook: str, grade_id: str, namespace: dict) -> None:
    """Execute a test cell in a namespace that ``run`` returned; raises what the cell raises."""
    _execute(test_source(lesson, notebook, grade_id), namespace)


def _code(lesson: str, notebook: str) -> list[NotebookNode]:
    twin: Path = lessons.SOLUTIONS / lesson / f"{notebook}.py"
    return [cell for cell in lessons.read_twin(twin).cells if cell.cell_type == "code"]


def _is_test(cell: NotebookNode) -> bool:
    mark = cell.metadata.get("nbgrader", {})
    return mark.get("grade", False) and not mark.get("solution", False)


def _execute(source: str, namespace: dict) -> None:
    with redirect_stdout(io.StringIO()):
        exec(compile(source, "<cell>", "exec"), namespace)
