"""What a student may read of the hidden tests: which check failed and why, not how it is checked."""

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from grading.cells.regions import HIDDEN_TESTS
from grading.cells.roles import is_test


class HideHiddenTests(NbGraderPreprocessor):
    """Take hidden tests out of a graded notebook's test cells, and out of what those cells printed when they failed."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        """A test cell without hidden lines, stderr and tracebacks; of an error its name and message stay."""
        if is_test(cell):
            cell.source = HIDDEN_TESTS.without(cell.source)
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}".removesuffix(": ")]
        return cell, resources
