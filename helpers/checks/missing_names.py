"""What a test cell says when a name is missing: not that it is undefined, but which cells to run."""

from types import TracebackType
from typing import Any

IMPORT = "from helpers import checks"


def explain(shell: Any) -> None:
    """Let an IPython shell explain a NameError of a test cell, which is one that imports the checks."""
    shell.set_custom_exc((NameError,), _show)


def _show(shell: Any, kind: type, error: NameError, trace: TracebackType, tb_offset: int | None = None) -> None:
    in_the_cell_itself = trace.tb_next is None or trace.tb_next.tb_next is None
    if in_the_cell_itself and IMPORT in shell.user_ns.get("In", [""])[-1]:
        vars(error)["_render_traceback_"] = lambda: [sentence(str(error.name))]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def sentence(name: str) -> str:
    """Which cells to run, for the name that is missing."""
    return (
        f"Not checked: `{name}` is not there yet. Run the cell above in which you define it, then this one."
        " After a restart of the kernel: Run > Run All Above Selected Cell."
    )
