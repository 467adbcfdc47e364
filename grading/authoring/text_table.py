"""Tables as text, for a terminal."""

import io
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDEST = 10_000


def text_table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """Rows of text below the names of their columns, each column as wide as its widest cell.

    numbers: the columns that are aligned at their right. Cells are printed as they are, never read as markup.
    """
    table = Table(box=None, pad_edge=False, header_style="")
    for name in columns:
        table.add_column(Text(name), justify="right" if name in numbers else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    printed = io.StringIO()
    Console(file=printed, width=WIDEST, color_system=None, force_terminal=False).print(table)
    return "\n".join(line.rstrip() for line in printed.getvalue().splitlines())
