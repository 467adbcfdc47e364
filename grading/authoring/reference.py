"""The reference solutions as programs: a solution executed with another seed or on other labels, or its functions."""

import ast
import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

from nbformat import NotebookNode

from grading.authoring import lessons
from grading.cells.roles import is_test, name_of

FIXED_SEED = "SEED = 1\n"
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
SLOW_IMPORTS = ("import keras",)  # left to whoever trains


def execute(source: str, namespace: dict) -> None:
    """Execute the source of a cell in a namespace. What it prints is dropped; raises what it raises."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        exec(compile(source, "<cell>", "exec"), namespace)


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
    import matplotlib
    import matplotlib.pyplot as plt

    first, *rest = (cell for cell in code_cells(lesson, notebook) if not is_test(cell))
    if FIXED_SEED not in first.source:
        raise ValueError(f"solutions/{lesson}/{notebook}.py: its first code cell should hold {FIXED_SEED.strip()!r}")
    matplotlib.use("agg")
    namespace: dict = {"__name__": "__main__"}
    execute(first.source.replace(FIXED_SEED, f"SEED = {seed}\n"), namespace)
    prepare(namespace)
    for cell in rest:
        execute(cell.source, namespace)
        plt.close("all")
        if until and name_of(cell) == until:
            break
    return namespace


def definitions(lesson: str, notebook: str) -> dict:
    """What ``solutions/<lesson>/<notebook>.py`` defines: imports, functions, classes and constants in capitals.

    Of test cells only the functions are taken, as ``<grade_id>.<name>``: they may share names with each other.
    """
    name = f"{lesson}.{notebook}"
    namespace: dict = {"__name__": name}
    tests: dict = {}
    for cell in code_cells(lesson, notebook):
        kept = [node for node in ast.parse(cell.source).body if _is_definition(node)]
        target: dict = {"__name__": name} if is_test(cell) else namespace
        exec(compile(ast.Module(kept, []), "<cell>", "exec"), target)
        if is_test(cell):
            tests |= {f"{name_of(cell)}.{key}": value for key, value in target.items() if callable(value)}
    return namespace | tests


def test_source(lesson: str, notebook: str, grade_id: str) -> str:
    """The source of a test cell, hidden part included."""
    (test,) = (cell for cell in code_cells(lesson, notebook) if is_test(cell) and name_of(cell) == grade_id)
    return test.source


def check(lesson: str, notebook: str, grade_id: str, namespace: dict) -> None:
    """Execute a test cell in a namespace that ``run`` returned; raises what the cell raises."""
    execute(test_source(lesson, notebook, grade_id), namespace)


def code_cells(lesson: str, notebook: str) -> list[NotebookNode]:
    """The code cells of ``solutions/<lesson>/<notebook>.py``."""
    twin = lessons.SOLUTIONS / lesson / f"{notebook}.py"
    return [cell for cell in lessons.read_twin(twin).cells if cell.cell_type == "code"]


def _is_definition(node: ast.stmt) -> bool:
    return (isinstance(node, DEFINITIONS) and ast.unparse(node) not in SLOW_IMPORTS) or _is_constant(node)


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name | ast.Tuple):
        return False
    names = [name.id for name in ast.walk(node.targets[0]) if isinstance(name, ast.Name)]
    literal = not any(isinstance(part, ast.Call | ast.Name) for part in ast.walk(node.value))
    return literal and all(name.isupper() for name in names)
