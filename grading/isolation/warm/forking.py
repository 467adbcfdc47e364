"""Kernels that start warm: forked by a server in the sandbox that has imported the course's libraries.

The server lives as long as this process. Where the machine does not let it give each kernel namespaces of its own,
kernels are started one by one.
"""

import atexit
import contextlib
import functools
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from typing import Any, BinaryIO

from traitlets.log import get_logger

from grading.isolation.box import sandbox
from grading.isolation.box.launching import CannotStart, Program, launch
from grading.isolation.box.limits import Limits
from grading.isolation.warm import server as warm_server
from grading.isolation.warm.namespaces import TEMPORARY

PATIENCE_S, END_PATIENCE_S = 120, 5
UCRED = struct.Struct("3i")  # struct ucred of unix(7): process, user, group
REPLY_BYTES = 10_000
LAST_WORDS_CHARACTERS = 500


class ForkedProcess:
    """A kernel that a server has forked (a `box.launching.Process`); it ends when this end of its lifeline is closed.

    Raises `CannotStart` if the server has ended.
    """

    def __init__(self, lifeline: socket.socket, stderr: BinaryIO) -> None:
        self.lifeline, self.stderr = lifeline, stderr
        self.pid = self._introduced()
        self.running = os.pidfd_open(self.pid)
        self.ended = False

    def _introduced(self) -> int:
        """The process number, as the system vouches for it (SCM_CREDENTIALS in unix(7))."""
        self.lifeline.settimeout(PATIENCE_S)
        said, extra, _, _ = self.lifeline.recvmsg(1, socket.CMSG_SPACE(UCRED.size))
        if not said or not extra:
            words = self.stderr.read().decode(errors="replace").strip()
            raise CannotStart(words[-LAST_WORDS_CHARACTERS:] or "the server has ended")
        return UCRED.unpack(extra[0][2])[0]

    def poll(self) -> int | None:
        """None as long as the kernel or anything that it started is there."""
        if not self.ended and select.select([self.running], [], [], 0)[0]:
            self.ended = True
            os.close(self.running)
        return 0 if self.ended else None

    def kill(self) -> None:
        """End it and everything that it started."""
        self.lifeline.close()

    def wait(self) -> None:
        """Return when it has ended."""
        if not self.ended:
            select.select([self.running], [], [])
            self.poll()


class ForkServer:
    """A process in a sandbox that forks kernels. It may read what any of them may, and has read nothing else.

    Raises `CannotStart` if this machine does not let it give kernels namespaces of their own.
    """

    def __init__(self) -> None:
        with ExitStack() as failed:
            self.control, theirs = map(failed.enter_context, socket.socketpair())
            box = sandbox.Sandbox(sandbox.EXAMINER_CODE, Limits(), divided=True)
            kept = sandbox.outermost([sandbox.COURSE, *box.readable()])
            self.below_temporary = [str(path) for path in kept if path.is_relative_to(TEMPORARY)]
            trial = self._request(Program("", [], Limits()), {"folder": sandbox.WORK}, [])
            settings = json.dumps({"control": theirs.fileno(), "trial": trial})
            command = box.command([sys.executable, "-P", "-m", warm_server.__name__, settings])
            self.process = launch(command, [theirs.fileno()], {"PATH": os.environ["PATH"]}, subprocess.DEVNULL)
            failed.callback(self.process.kill)
            theirs.close()
            self.control.settimeout(PATIENCE_S)
            said = self.control.recv(REPLY_BYTES)
            if why := json.loads(said) if said else "the server ended as it started":
                raise CannotStart(why)
            failed.pop_all()
        atexit.register(self.close)

    def close(self) -> None:
        """End the server, so that what its kernels have computed is counted, or with force."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(END_PATIENCE_S)
        self.process.kill()
        self.process.wait()

    def _request(self, program: Program, settings: dict, names: list[str]) -> dict[str, Any]:
        return {
            "settings": settings,
            "module": program.module,
            "networks": program.networks,
            "files": names,
            "code_folder": str(sandbox.ISOLATION.parent),
            "code": [str(path) for path in program.code],
            "below_temporary": self.below_temporary,
            "links": {sandbox.DATA: str(sandbox.data_folder())},
            "scratch_bytes": program.limits.scratch_bytes,
            "shared_memory_bytes": program.limits.shared_memory_bytes,
        }

    def fork(self, program: Program, settings: dict, files: dict[str, int]) -> ForkedProcess:
        """A new kernel; as `box.launching.Starter`."""
        request = self._request(program, settings, list(files))
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        reading, writing = os.pipe()
        with theirs, tempfile.TemporaryFile() as text, open(writing, "wb"):
            text.write(json.dumps(request).encode())
            text.seek(0)
            passed = [text.fileno(), writing, theirs.fileno(), *settings["sockets"].values(), *files.values()]
            try:
                socket.send_fds(self.control, [b"!"], passed)
            except OSError as error:
                raise CannotStart(str(error)) from None
        return ForkedProcess(ours, open(reading, "rb"))


@functools.cache
def server() -> ForkServer | None:
    """This process's server, started when it is first asked for; None if there can be none."""
    try:
        return ForkServer()
    except (CannotStart, OSError, subprocess.SubprocessError) as reason:
        get_logger().info("Kernels are started one by one: %s", reason)
        return None


def fork(program: Program, settings: dict, files: dict[str, int]) -> ForkedProcess | None:
    """A kernel from this process's server; as `box.launching.Starter`. A server that has ended is replaced later."""
    if (forking := server()) is None:
        return None
    try:
        return forking.fork(program, settings, files)
    except CannotStart:
        server.cache_clear()
        raise
