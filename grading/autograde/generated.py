"""Whether the gradebook and the release of an assignment are what its solution notebooks give now.

nbgrader grades by the tests in its gradebook. One that was corrected in a solution counts only after the assignment
was generated again.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from traitlets.config import Config

from grading.autograde.conversion import captured_log

SHOWN = 8


class NotGenerated(Exception):
    """Why an assignment cannot be generated, in a sentence."""


class Cell(NamedTuple):
    """What the gradebook keeps of a cell; points: None where it has none."""

    kind: str
    source: str
    locked: bool
    points: float | None


Cells = dict[tuple[str, str], Cell]
"""By the names of notebook and cell."""


class NoteCells(NbGraderPreprocessor):
    """Stands in for nbgrader's SaveCells, which writes the cells into the gradebook."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.noted: Cells = {}

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        """Note the cell if SaveCells would save it."""
        has_points = is_grade(cell) or is_task(cell)
        if has_points or is_solution(cell) or is_locked(cell):
            marks = cell.metadata.nbgrader
            points = float(marks.points) if has_points else None
            place = resources["nbgrader"]["notebook"], marks.grade_id
            self.noted[place] = Cell(cell.cell_type, cell.source, bool(is_locked(cell)), points)
        return cell, resources


def from_solutions(coursedir: CourseDirectory, config: Config) -> tuple[Cells, dict[str, NotebookNode]]:
    """What generating the assignment would write: the gradebook's cells, and the released notebooks by file name.

    Nothing is written. Raises NotGenerated.
    """
    converter = GenerateAssignment(coursedir=coursedir, config=config)
    noting = NoteCells()
    exporter = NotebookExporter(config=Config(config, Exporter={"default_preprocessors": []}))
    for step in converter.preprocessors:
        exporter.register_preprocessor(noting if str(step).endswith("SaveCells") else step)
    released = {}
    source = Path(coursedir.format_path(coursedir.source_directory, ".", coursedir.assignment_id)).resolve()
    for path in sorted(source.glob("*.ipynb")):
        names = {"student": ".", "assignment": coursedir.assignment_id, "notebook": path.stem}
        resources = {"unique_key": path.stem, "nbgrader": names | {"db_url": coursedir.db_url}}
        try:
            text, _ = exporter.from_filename(str(path), resources=resources)
        except Exception as error:  # of many kinds, one for each thing that nbgrader's preprocessors refuse
            raise NotGenerated(f"{path} cannot be released: {error}") from error
        released[path.name] = nbformat.reads(text, as_version=4)
    return noting.noted, released


def in_gradebook(gradebook: Gradebook, assignment: str) -> Cells:
    """The cells of an assignment as the gradebook has them."""
    found: Cells = {}
    for notebook in gradebook.find_assignment(assignment).notebooks:
        points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
        for cell in notebook.source_cells:
            place = notebook.name, cell.name
            found[place] = Cell(cell.cell_type, cell.source, bool(cell.locked), points.get(cell.name))
    return found


def digest(cells: Cells) -> str:
    """The same for the same cells."""
    return hashlib.sha256(json.dumps(sorted(cells.items())).encode()).hexdigest()


def listed(places: set[tuple[str, str]]) -> str:
    """Names of cells, for a sentence."""
    names = [f"{cell} in {notebook}.ipynb" for notebook, cell in sorted(places)]
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def old_releases(coursedir: CourseDirectory, released: dict[str, NotebookNode]) -> list[Path]:
    """The files in the release that are not there, or hold something else."""
    folder = Path(coursedir.format_path(coursedir.release_directory, ".", coursedir.assignment_id)).resolve()
    return [
        folder / name
        for name, notebook in released.items()
        if not (folder / name).exists() or nbformat.read(folder / name, as_version=4) != notebook
    ]


def generate(coursedir: CourseDirectory, config: Config) -> None:
    """Write the assignment into gradebook and release, as ``nbgrader generate_assignment --force`` does.

    Raises NotGenerated.
    """
    with captured_log() as log:
        try:
            GenerateAssignment(coursedir=coursedir, config=config, force=True).start()
        except NbGraderException as error:
            said = [line for line in log.text.splitlines() if "Error" in line] or [str(error)]
            raise NotGenerated(f"{coursedir.assignment_id} cannot be generated: {said[-1]}") from error
