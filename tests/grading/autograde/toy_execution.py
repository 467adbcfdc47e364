"""Runs the cells of a notebook in the worker's own process: to test what surrounds the execution, at no cost."""

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor


def refuse(**_: object) -> None:
    """A hook that says that nothing can be graded here, as grading.isolation does where it cannot make a sandbox."""
    raise SystemExit("No sandbox can be made here.")


class RunHere(NbGraderPreprocessor):
    """Stands in for nbgrader's Execute."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        namespace: dict = {}
        for cell in nb.cells:
            if cell.cell_type == "code":
                try:
                    exec(cell.source, namespace)
                except Exception as error:
                    name, text = type(error).__name__, str(error)
                    cell.outputs = [new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])]
        return nb, resources
