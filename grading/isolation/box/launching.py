"""Starts a process so that it and all that it starts in its session can be ended, whichever thread started it."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from grading.isolation.box.limits import Limits


class Process(Protocol):
    """A process that ends with all that it started, as its owner sees it: these parts of `subprocess.Popen`."""

    pid: int

    @property
    def stderr(self) -> IO[bytes] | None:
        """What it writes there; None if that was not asked for."""

    def poll(self) -> int | None:
        """None as long as it runs."""

    def kill(self) -> None:
        """End it and everything that it started."""

    def wait(self) -> object:
        """Return when it has ended."""


@dataclass(frozen=True)
class Program:
    """A kernel to be started.

    module: the module whose ``main`` is the kernel. code: what of the course it may read beside helpers and data.
    files: what to put into its working folder, by relative path there. networks: whether it is going to import Keras.
    """

    module: str
    code: Sequence[Path]
    limits: Limits
    files: Mapping[str, Path] = field(default_factory=dict)
    networks: bool = False


class CannotStart(Exception):
    """Why a `Starter` that has started kernels before cannot start this one."""


class Starter(Protocol):
    """Another way to start a sandboxed kernel than a new process of Python."""

    def __call__(self, program: Program, settings: dict, files: dict[str, int]) -> Process | None:
        """A kernel that runs; None if this machine does not allow it. Raises `CannotStart`.

        settings: what the kernel's ``main`` gets; of what it holds, "sockets" are descriptors of this process. files:
        descriptors of open files, by the path of their copies in the working folder.
        """


class Launched(subprocess.Popen[bytes]):
    """A process that takes its session along when it is killed."""

    def kill(self) -> None:
        """Send SIGKILL to its whole session; no error if all of it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        super().kill()


def launch(command: Sequence[str], descriptors: Sequence[int], environment: dict[str, str], stderr: int) -> Launched:
    """Start a command with these files open. Raises what `subprocess.Popen` raises.

    bubblewrap ends its sandbox when the thread ends that started it, so that is one which waits for the command.
    """
    started: Future[Launched] = Future()

    def stay() -> None:
        try:
            process = Launched(
                command,
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
                env=environment,
            )
        except BaseException as error:
            started.set_exception(error)
        else:
            started.set_result(process)
            process.wait()

    threading.Thread(target=stay, daemon=True).start()
    return started.result()
