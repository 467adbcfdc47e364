"""The names that a cell's source binds, imports and mentions."""

import ast
import functools
import re

from IPython.core.inputtransformer2 import TransformerManager

LONGEST = 50_000
# What IPython reads otherwise than Python; its own way to find it takes time with the square of their number.
MAGIC_LINE = re.compile(r"^([ \t]*)(?:(?:%[a-zA-Z]|!(?!=)|\?).*|[\w.*%]+\?{1,2}[ \t]*)$", re.MULTILINE)
MAGIC_VALUE = re.compile(r"^([\w., \t\[\]'\"]+=[ \t]*)[%!].*$", re.MULTILINE)


@functools.lru_cache(200)
def parsed(source: str) -> ast.Module:
    """A cell as Python reads it, with magics as if they did nothing.

    An empty module if it cannot be read, has more than `LONGEST` characters, or is another language's (%%bash).
    """
    if len(source) <= LONGEST:
        for without_magics in (False, True):
            try:
                return ast.parse(_without_magics(source) if without_magics else source)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return ast.Module([], [])


def _without_magics(source: str) -> str:
    lines = source.splitlines(keepends=True)
    for transform in TransformerManager().cleanup_transforms:
        lines = transform(lines)  # type: ignore[operator]  # functions, whatever the list's type says
    text = MAGIC_VALUE.sub(r"\1None", "".join(lines))
    return "" if text.startswith("%%") else MAGIC_LINE.sub(r"\1pass", text)


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
