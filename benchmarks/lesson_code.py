"""The functions of a lesson's solution, without running the lesson."""

import ast
from pathlib import Path

from grading.authoring import lessons

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
SLOW_IMPORTS = ("import keras",)  # left to whoever trains


def definitions(lesson: str, notebook: str) -> dict:
    """What ``solutions/<lesson>/<notebook>.py`` defines: imports, functions, classes and constants in capitals.

    Of test cells only the functions are taken, as ``<grade_id>.<name>``: they may share names with each other.
    """
    twin: Path = lessons.SOLUTIONS / lesson / f"{notebook}.py"
    namespace: dict = {"__name__": f"{lesson}.{notebook}"}
    tests: dict = {}
    for cell in lessons.read_twin(twin).cells:
        if cell.cell_type != "code":
            continue
        mark = cell.metadata.get("nbgrader", {})
        is_test = mark.get("grade", False) and not mark.get("solution", False)
        target = {"__name__": namespace["__name__"]} if is_test else namespace
        kept = [node for node in ast.parse(cell.source).body if _is_wanted(node)]
        exec(compile(ast.Module(kept, []), str(twin), "exec"), target)
        if is_test:
            tests |= {f"{mark.grade_id}.{name}": value for name, value in target.items() if callable(value)}
    return namespace | tests


def _is_wanted(node: ast.stmt) -> bool:
    return (isinstance(node, DEFINITIONS) and ast.unparse(node) not in SLOW_IMPORTS) or _is_constant(node)


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name | ast.Tuple):
        return False
    names = [name.id for name in ast.walk(node.targets[0]) if isinstance(name, ast.Name)]
    literal = not any(isinstance(part, ast.Call | ast.Name) for part in ast.walk(node.value))
    return literal and all(name.isupper() for name in names)
