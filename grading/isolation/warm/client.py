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
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from traitlets.log import get_logger

from grading.isolation.box import sandbox
from grading.isolation.box.launching import launch
from grading.isolation.box.limits import Limits
from grading.isolation.warm import server as warm_server

PATIENCE_S, END_PATIENCE_S = 120, 5
CREDENTIALS = struct.Struct("3i")


class NoServer(Exception):
    """Why kernels cannot be forked here."""


class Forked:
    """A kernel that a server has forked, with what its owner needs of Popen's methods."""

    def __init__(self, lifeline: socket.socket, stderr: BinaryIO) -> None:
        self.lifeline, self.stderr = lifeline, stderr
        self.pid = self._introduced()
        self.running = os.pidfd_open(self.pid)
        self.ended = False

    def _introduced(self) -> int:
        """The process number, as the system vouches for it."""
        self.lifeline.settimeout(PATIENCE_S)
        said, extra, _, _ = self.lifeline.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
        if not said or not extra:
            raise NoServer(self.stderr.read().decode(errors="replace").strip()[-500:] or "the server has ended")
        return CREDENTIALS.unpack(extra[0][2])[0]

    def poll(self) -> int | None:
        """None as long as the kernel or anything that it started is there."""
        if not self.ended and select.select([self.running], [], [], 0)[0]:
            self.ended = True
            os.close(self.running)
        return 0 if self.ended else None

    def kill(self) -> None:
        self.lifeline.close()

    def wait(self) -> None:
        if not self.ended:
            select.select([self.running], [], [])
            self.poll()


class Server:
    """A process in a sandbox that forks kernels. It may read what any of them may, and has read nothing else."""

    def __init__(self) -> None:
        with ExitStack() as failed:
            self.control, theirs = map(failed.enter_context, socket.socketpair())
            box = sandbox.Sandbox(sandbox.EXAMINER_CODE, Limits(), divided=True)
            kept = sandbox.outermost([sandbox.COURSE, *box.readable()])
            self.below_temporary = [str(path) for path in kept if path.is_relative_to(warm_server.TEMPORARY)]
            trial = self._request({"folder": sandbox.WORK}, "", [], Limits())
            told = json.dumps({"control": theirs.fileno(), "trial": trial})
            command = box.command([sys.executable, "-P", "-m", warm_server.__name__, told])
            self.process = launch(command, [theirs.fileno()], {"PATH": os.environ["PATH"]}, subprocess.DEVNULL)
            failed.callback(self.process.kill)
            theirs.close()
            self.control.settimeout(PATIENCE_S)
            said = self.control.recv(10_000)
            if why := json.loads(said) if said else "the server ended as it started":
                raise NoServer(why)
            failed.pop_all()
        atexit.register(self.close)

    def close(self) -> None:
        """End the server, so that what its kernels have computed is counted, or with force."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(END_PATIENCE_S)
        self.process.kill()
        self.process.wait()

    def _request(self, told: dict[str, Any], module: str, code: Sequence[Path], limits: Limits) -> dict[str, Any]:
        return {
            "told": told,
            "module": module,
            "code_folder": str(sandbox.ISOLATION.parent),
            "code": [str(path) for path in code],
            "below_temporary": self.below_temporary,
            "scratch_bytes": limits.scratch_bytes,
            "shared_memory_bytes": limits.shared_memory_bytes,
        }

    def fork(
        self,
        told: dict[str, Any],
        module: str,
        code: Sequence[Path],
        limits: Limits,
        files: dict[str, int],
        networks: bool,
    ) -> Forked:
        """A new kernel.

        told, module, code: as a `KernelProcess` has them. files: descriptors of what is copied to its
        working folder, by name there. networks: whether it will use Keras.
        """
        request = self._request(told, module, code, limits) | {"files": list(files), "networks": networks}
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        reading, writing = os.pipe()
        with theirs, tempfile.TemporaryFile() as text, open(writing, "wb"):
            text.write(json.dumps(request).encode())
            text.seek(0)
            passed = [text.fileno(), writing, theirs.fileno(), *told["sockets"].values(), *files.values()]
            try:
                socket.send_fds(self.control, [b"!"], passed)
            except OSError as error:
                raise NoServer(str(error)) from None
        return Forked(ours, open(reading, "rb"))


@functools.cache
def server() -> Server | None:
    """This process's server, started when it is first asked for; None if there can be none."""
    try:
        return Server()
    except (NoServer, OSError, subprocess.SubprocessError) as reason:
        get_logger().info("Kernels are started one by one: %s", reason)
        return None
