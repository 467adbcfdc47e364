"""A program made of the cells of a notebook."""

import linecache
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_program(path: str | Path, description: str, *functions: Callable[..., Any]) -> None:
    """Write the cells in which the functions were defined as a program that ends in a call of ``main``.

    Each cell is written whole, once, in the order of the functions. description: the program's docstring.
    Raises ValueError, with its name, for a function that no cell of this notebook defined.
    """
    cells = dict.fromkeys(_cell(function) for function in functions)
    parts = [f'"""{description}"""', *cells, 'if __name__ == "__main__":\n    raise SystemExit(main())']
    Path(path).write_text("\n\n\n".join(parts) + "\n")


def _cell(function: Callable[..., Any]) -> str:
    source = "".join(linecache.getlines(function.__code__.co_filename)).strip()
    if not source:
        raise ValueError(f"the cell that defines {function.__name__} is not known: run it again in this notebook")
    return source
