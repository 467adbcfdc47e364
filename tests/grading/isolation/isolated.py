"""Run a few cells as IsolatedExecute runs a submission, without a course around them."""

import logging
import textwrap
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grading.isolation.box.limits import Limits
from grading.isolation.host import execute


def run(
    cells: list[str | tuple[str, str]],
    limits: Limits | None = None,
    timeout: int = 60,
    files=None,
    tags=(),
    forked: bool = True,
) -> NotebookNode:
    """The notebook after it ran. A cell is a source, or for a test cell its name and its source.

    forked: whether its kernels may be forked from a server, as they are by default.
    """
    notebook = new_notebook()
    for cell in cells:
        name, source = (None, cell) if isinstance(cell, str) else cell
        notebook.cells.append(new_code_cell(textwrap.dedent(source).strip(), metadata={"tags": list(tags)}))
        if name:
            notebook.cells[-1].metadata["nbgrader"] = {"grade_id": name, "grade": True, "solution": False, "points": 1}

    class Alone(execute.IsolatedExecute):
        def names_of_tests(self, names: dict) -> frozenset[str]:
            return frozenset(cell[0] for cell in cells if not isinstance(cell, str))

        def files_beside(self, resources: dict) -> dict[str, Path]:
            return files or {}

    preprocessor = Alone(
        timeout=timeout,
        **({"limits": limits} if limits else {}),
        **({} if forked else {"kernel_starter": None}),
    )
    preprocessor.log = logging.getLogger("isolated")
    names = {"student": "alice", "notebook": "n", "assignment": "a", "db_url": ""}
    return preprocessor.preprocess(notebook, {"nbgrader": names, "metadata": {"path": "."}})[0]


def errors(notebook: NotebookNode) -> dict[str, str]:
    """What each test cell failed with, as "name: words"; tests that passed are missing."""
    return {
        cell.metadata.nbgrader.grade_id: f"{output.ename}: {output.evalue}"
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
        for output in cell.outputs
        if output.output_type == "error"
    }


def printed(notebook: NotebookNode) -> str:
    """All that the cells printed."""
    return "".join(
        output.text for cell in notebook.cells for output in cell.outputs if output.get("output_type") == "stream"
    )
