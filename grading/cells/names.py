"""The names that a cell's source binds, imports and mentions."""

import ast
import functools

from IPython.core.inputtransformer2 import TransformerManager


@functools.lru_cache(200)
def parsed(source: str) -> ast.Module:
    """A cell as Python reads it, magics as the calls that they are; of one that cannot be read, an empty module."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def is_import(part: ast.AST) -> bool:
    """Whether it is an import statement."""
    return isinstance(part, ast.Import | ast.ImportFrom)


def bound(part: ast.AST) -> set[str]:
    r"""Names that a statement binds outside of functions and classes.

    >>> sorted(bound(parsed("import numpy as np, os.path\ndef f(x):\n    y = x\nfor z in [a for a in x]: pass")))
    ['f', 'np', 'os', 'z']
    """
    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {part.name}
    names = {part.id} if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) else set()
    if isinstance(part, ast.Import | ast.ImportFrom):
        names |= {(alias.asname or alias.name).partition(".")[0] for alias in part.names}
    for child in ast.iter_child_nodes(part):
        if not isinstance(part, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            names |= bound(child)
    return names


def imported(part: ast.AST) -> set[str]:
    """Names that import statements bind, wherever they stand."""
    return {name for child in ast.walk(part) if is_import(child) for name in bound(child)}


def mentioned(part: ast.AST) -> set[str]:
    """Names that it reads, binds or deletes."""
    return {child.id for child in ast.walk(part) if isinstance(child, ast.Name)}
