"""Run the cells of a notebook in this process, and keep what each shows as a Jupyter kernel would report it.

A process can be forked at any cell, which a kernel with its threads cannot: so a notebook is run once, for the
comparison of its outputs and for the submissions to its exercises.
"""

import io
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from typing import BinaryIO

import matplotlib
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import List, Type
from traitlets.config import Config

Output = dict[str, object]


class CellTimeout(Exception):
    """A cell, or a submission, that ran longer than it may."""


class _Results(DisplayHook):
    """The value of a cell's last expression becomes an ``execute_result``."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        self.shell.keep("execute_result", data=format_dict, metadata=md_dict or {}, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Displays(DisplayPublisher):
    """What is displayed becomes ``display_data``."""

    def publish(self, data: dict, metadata: dict | None = None, **_: object) -> None:
        self.shell.keep("display_data", data=data, metadata=metadata or {})


class _Stream(io.TextIOBase):
    """What is printed becomes a ``stream``."""

    encoding = "UTF-8"

    def __init__(self, name: str, keep: Callable[..., None]) -> None:
        self.name, self._keep = name, keep

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._keep("stream", name=self.name, text=text)
        return len(text)


class Shell(InteractiveShell):
    """A Jupyter kernel's shell without the kernel. It takes over the standard streams of the process.

    seconds: how long a cell may run.
    """

    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)
    shown = List()

    def __init__(self, seconds: int) -> None:
        super().__init__(config=Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "nocolor"}))
        self._seconds = seconds
        self._written = {"stdout": _redirected(1), "stderr": _redirected(2)}
        sys.stdout, sys.stderr = (_Stream(name, self.keep) for name in self._written)
        signal.signal(signal.SIGALRM, _stop)

    def keep(self, kind: str, **content: object) -> None:
        """Take down an output of the cell that runs."""
        self.shown.append({"output_type": kind, **content})

    def run(self, source: str) -> list[Output]:
        """Run a cell; its outputs, by the names of Jupyter's messages. After one that fails the next can be run."""
        self.shown = []
        signal.alarm(self._seconds)
        try:
            self.run_cell(source, store_history=True)
        finally:
            signal.alarm(0)
        for name, file in self._written.items():
            if text := file.read().decode(errors="replace"):  # not by Python, but by a library in C or a program
                self.keep("stream", name=name, text=text)
        return self.shown

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.keep("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))


def start(seconds: int) -> Shell:
    """The shell of this process, and figures drawn as in a notebook."""
    shell = Shell.instance(seconds)
    matplotlib.use("module://matplotlib_inline.backend_inline")
    return shell


def _redirected(descriptor: int) -> BinaryIO:
    """Let the process write to a temporary file instead; that file, to be read."""
    written = tempfile.NamedTemporaryFile()  # noqa: SIM115 (open as long as the process lives)
    os.dup2(os.open(written.name, os.O_WRONLY | os.O_APPEND), descriptor)
    return written


def _stop(*_: object) -> None:
    raise CellTimeout("it ran longer than it may, and was stopped")
