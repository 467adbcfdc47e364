"""A solution notebook and its text twin (``.py``, percent format), which hold the same cells."""

from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

TWIN_FORMAT = "py:percent"


def cells(notebook: NotebookNode) -> list[tuple[str, str, dict]]:
    """What a notebook and its twin must agree on: type, source and course metadata of each cell, outputs aside."""
    kept = ("nbgrader", "tags")
    return [
        (cell.cell_type, cell.source, {key: cell.metadata[key] for key in kept if cell.metadata.get(key)})
        for cell in notebook.cells
    ]


def different_twins(folder: Path) -> list[Path]:
    """The text twins in a folder that hold other cells than the notebook beside them."""
    return [
        twin
        for notebook in sorted(folder.glob("*.ipynb"))
        if (twin := notebook.with_suffix(".py")).exists()
        and cells(jupytext.read(twin, fmt=TWIN_FORMAT)) != cells(nbformat.read(notebook, as_version=4))
    ]
