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
    names: set[str] = set()
    waiting = [part]  # no recursion: a student's expression may be nested more deeply than Python calls
    while waiting:
        here = waiting.pop()
        if isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(here.name)
            continue
        if isinstance(here, ast.Name) and isinstance(here.ctx, ast.Store):
            names.add(here.id)
        elif isinstance(here, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in here.names}
        if not isinstance(here, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            waiting += ast.iter_child_nodes(here)
    return names


def imported(part: ast.AST) -> set[str]:
    """Names that import statements bind, wherever they stand."""
    return {name for child in ast.walk(part) if is_import(child) for name in bound(child)}


def mentioned(part: ast.AST) -> set[str]:
    """Names that it reads, binds or deletes."""
    return {child.id for child in ast.walk(part) if isinstance(child, ast.Name)}
