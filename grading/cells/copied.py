"""Repair what editing does to nbgrader's cells: copies, splits, cells pasted from elsewhere, deleted cells.

JupyterLab copies a cell's nbgrader metadata along with its text, so pasting or splitting a graded cell gives two
cells with the same name. nbgrader then blanks one of them, and its own check of that stops the grading of the whole
class. Here one cell of each name keeps its role and every other becomes an ordinary cell, which still runs where it
is:

- of an answer, the last copy that differs from the stub: what the kernel holds at the end, and what a grader should
  read (both halves of a split answer are shown, the points stand under the second); if all are untouched, the first;
- of a locked cell (a test, a text that may not be edited), the first copy after the cell that precedes it in the
  release: late enough that the answer exists, early enough that nothing later has replaced it. A copy pasted above
  its answer, or further down to try something, costs nothing. If no copy comes after, the last.

A cell whose metadata nbgrader could not read, or which the lesson does not know (pasted from another lesson), is an
ordinary cell too.
"""

from jsonschema import Draft4Validator
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, SourceCell
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import NbGraderPreprocessor, OverwriteCells

from grading.cells.roles import name_of


def released_name(cell: NotebookNode) -> str | None:
    """The nbgrader name of a cell, or None if it has none that nbgrader can read."""
    metadata = cell.metadata.get("nbgrader")
    if not isinstance(metadata, dict) or not Draft4Validator(MetadataValidator().schema).is_valid(dict(metadata)):
        return None
    return name_of(cell)


def kept_cells(cells: list[NotebookNode], released: list[SourceCell]) -> dict[str, int]:
    """For each released cell that is present, in the order of release, the position of the copy that keeps its role."""
    positions: dict[str | None, list[int]] = {}
    for position, cell in enumerate(cells):
        positions.setdefault(released_name(cell), []).append(position)

    kept: dict[str, int] = {}
    previous = -1
    for source in released:
        copies = positions.get(source.name)
        if not copies:
            continue
        if source.locked:
            previous = next((copy for copy in copies if copy > previous), copies[-1])
        else:
            edited = [copy for copy in copies if utils.compute_checksum(cells[copy]) != source.checksum]
            previous = edited[-1] if edited else copies[0]
        kept[source.name] = previous
    return kept


class KeepOneOfEachCell(NbGraderPreprocessor):
    """Leave each released name to one cell of a submission. Comes before nbgrader's DeduplicateIds."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook, changed in place: a second copy keeps its source and loses its nbgrader metadata."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            released = gradebook.find_notebook(names["notebook"], names["assignment"]).source_cells
            kept = set(kept_cells(nb.cells, released).values())
        for position, cell in enumerate(nb.cells):
            if "nbgrader" in cell.metadata and position not in kept:
                metadata = cell.metadata.pop("nbgrader")
                self.log.warning("Cell %d becomes an ordinary cell; its nbgrader metadata were %s", position, metadata)
        return nb, resources


class RestoreDeletedCells(OverwriteCells):
    """nbgrader's OverwriteCells, which also finds a place for a graded cell when the cell before it is missing too.

    The cell is put as late as the cells around it allow, so that an answer which was moved into a cell of the
    student's own has run.
    """

    def add_missing_grade_cells(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook, changed in place, with every graded cell of the release; each that was missing is logged."""
        released = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        points = {cell.name: cell.max_score for cell in released.grade_cells}
        answers = {cell.name for cell in released.solution_cells}
        position = {released_name(cell): index for index, cell in enumerate(nb.cells)}
        following = len(nb.cells)
        for source in reversed(released.source_cells):
            if source.name in position:
                following = position[source.name]
            elif source.name in points:
                self.log.warning("The graded cell %s is missing and is put back", source.name)
                cell = self.missing_cell_transform(source, points[source.name], is_solution=source.name in answers)
                nb.cells.insert(following, cell)
        return nb, resources
