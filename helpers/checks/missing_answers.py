"""What a test cell says when an answer is missing: not an error of Python's, but which cell to write or to run."""

from types import TracebackType
from typing import Any

from helpers.language import _

IMPORT = "from helpers import checks"
STUB = "raise NotImplementedError"


def explain(shell: Any) -> None:
    """Let an IPython shell explain a missing name or answer to a test cell, which is one that imports the checks."""
    shell.set_custom_exc((NameError, NotImplementedError), _show)


def _show(shell: Any, kind: type, error: Exception, trace: TracebackType, tb_offset: int | None = None) -> None:
    says = _of_name(error, trace) if isinstance(error, NameError) else _of_stub(error, trace, shell.user_ns)
    if says and IMPORT in shell.user_ns.get("In", [""])[-1]:
        vars(error)["_render_traceback_"] = lambda: [says]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _of_name(error: NameError, trace: TracebackType) -> str:
    """Which cells to run, for a name that is missing in the test cell itself; "" elsewhere."""
    if trace.tb_next is not None and trace.tb_next.tb_next is not None:
        return ""
    return _(
        "Not checked: `{name}` is not there yet. Run the cell above in which you define it, then this one."
        " After a restart of the kernel: Run > Run All Above Selected Cell.",
        name=error.name,
    )


def _of_stub(error: Exception, trace: TracebackType, cells: dict[str, Any]) -> str:
    """Where an answer is missing, for an error that a function of the notebook raises; "" if it comes from elsewhere.

    The grader, which calls the function in another process, says the line in ``student_line``.
    """
    while trace.tb_next is not None:
        trace = trace.tb_next
    function = f"`{trace.tb_frame.f_code.co_name}`"
    if trace.tb_frame.f_globals is not cells:
        if STUB not in getattr(error, "student_line", ""):
            return ""
        function = _("a function of yours")
    return _(
        "Not answered yet: {function} still says `{stub}`. Put your answer in its place, run that cell, then this one.",
        function=function,
        stub=STUB,
    )
