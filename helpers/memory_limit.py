"""An extension of IPython for kernels with a limit of memory: who reaches it is told so in a sentence.

The hub sets the limit of what a process may allocate (RLIMIT_DATA), a little below one that the process cannot pass;
what is between the two is kept for saying the sentence.
"""

import resource
from types import TracebackType

from IPython.core.interactiveshell import InteractiveShell

SENTENCE = (
    "A kernel may use {limit:.1f} GB of memory here, and this cell asked for more. Nobody else was disturbed. "
    "Restart the kernel (menu Kernel), which frees its memory; then read fewer events at once, or in steps, "
    "and `del` large arrays that you no longer need."
)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the sentence to each MemoryError, where this process has a limit."""
    if resource.getrlimit(resource.RLIMIT_DATA)[0] != resource.RLIM_INFINITY:
        shell.set_custom_exc((MemoryError,), _explain)  # type: ignore[no-untyped-call]


def _explain(
    shell: InteractiveShell, kind: type, error: MemoryError, trace: TracebackType, tb_offset: int | None = None
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    try:
        error.add_note(SENTENCE.format(limit=soft / 2**30))
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
