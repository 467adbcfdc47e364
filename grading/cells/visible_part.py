"""What of a test cell's visible part must also run in the student's kernel, as it did in the student's own notebook.

A later cell of the student's may use a name that a check defined. Imports always run. The rest runs only if later code
mentions a name that it binds: its calls of the student's functions the examiner has made already.
"""

import ast
from collections.abc import Iterable

from IPython.core.inputtransformer2 import TransformerManager


def to_run(visible: str, later: Iterable[str]) -> str:
    """The part of the visible source to run, given the sources of the student's later cells."""
    try:
        tree = ast.parse(visible)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    imports = [part for part in tree.body if isinstance(part, ast.Import | ast.ImportFrom)]
    others = [part for part in tree.body if not isinstance(part, ast.Import | ast.ImportFrom)]
    bound = {name for part in others for name in _bound(part)}
    if bound & {name for source in later for name in _mentioned(source)}:
        return visible
    return "\n".join(map(ast.unparse, imports))


def _bound(part: ast.AST) -> set[str]:
    """Names that a statement binds outside of functions and classes."""
    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {part.name}
    names = {part.id} if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) else set()
    if isinstance(part, ast.Import | ast.ImportFrom):
        names |= {(alias.asname or alias.name).partition(".")[0] for alias in part.names}
    for child in ast.iter_child_nodes(part):
        if not isinstance(part, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            names |= _bound(child)
    return names


def _mentioned(source: str) -> set[str]:
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
