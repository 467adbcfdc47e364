"""A program that ends with all that it started, whatever becomes of who started it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

# prctl(2): PR_SET_PDEATHSIG(2const), PR_SET_CHILD_SUBREAPER(2const)
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SECONDS = 60
"""How long a program may take to end."""


class Stopped(BaseException):
    """A signal asked this program to end."""


def _prctl(operation: int, argument: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(operation, argument, 0, 0, 0)


def _stop(number: int, frame: object) -> None:
    raise Stopped


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Ctrl+C, and a request to terminate, raise Stopped in the block; after that, signals wait until it has ended."""
    before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block runs, then end it, and kill what it leaves behind. What it says goes to ``log``."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    with log.open("w") as output:
        program = subprocess.Popen(
            command,
            env=environment,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        )
        try:
            yield program
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            program.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(SECONDS)
            _end_all()
            program.wait()


def wait(program: subprocess.Popen[bytes]) -> int:
    """The status with which a program ends; meanwhile what lost its parent is taken leave of when it ends."""
    if sys.platform != "linux":
        return program.wait()
    while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)) and ended.si_pid != program.pid:
        os.waitpid(ended.si_pid, 0)
    return program.wait()


def _end_all() -> None:
    """End every process below this one: what lost its parent is below it, too."""
    for end in (psutil.Process.terminate, psutil.Process.kill):
        left = psutil.Process().children(recursive=True)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                end(process)
        psutil.wait_procs(left, timeout=5)
