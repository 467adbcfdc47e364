"""Starts a process so that it and all that it starts in its session can be ended, whichever thread started it."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import Future


class Launched(subprocess.Popen):
    """A process that takes its session along when it is killed."""

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        super().kill()


def launch(command: Sequence[str], descriptors: Sequence[int], environment: dict[str, str], stderr: int) -> Launched:
    """Start a command with these files open.

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
