"""A kernel in a sandbox: start it, run code in it beside a notebook's cells, interrupt it, end it."""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from queue import Empty
from typing import cast

import zmq
from nbclient.util import run_sync

from grading.isolation.box.launching import Program, Starter
from grading.isolation.host.connection import Client, SandboxedKernelManager, bounded_context
from grading.isolation.host.meter import computing_s
from grading.isolation.host.provisioner import SandboxProvisioner
from helpers.language import english

START_PATIENCE_S = 120
LAST_WORDS_CHARACTERS = 500


class KernelDied(Exception):
    """A kernel that could not be started or that ended by itself, with its last words."""


class Kernel:
    """A kernel that has been launched; ``ready`` waits until it answers. Arguments: as `SandboxProvisioner` has them.

    ``manager`` and ``client`` are jupyter_client's, for a `nbclient.NotebookClient` to run cells with.
    """

    def __init__(
        self,
        program: Program,
        sockets: Mapping[str, socket.socket],
        start: Starter | None,
        warn: Callable[[str], None],
    ) -> None:
        self.context = bounded_context(program.limits.message_bytes)
        self.process = SandboxProvisioner(program, sockets, start, warn)
        self.manager = SandboxedKernelManager(context=self.context, client_factory=Client)
        self.manager.provisioner = self.process
        try:
            run_sync(self.manager.start_kernel)()
            self.client = cast(Client, self.manager.client(context=self.context))
            self.client.start_channels(stdin=False, hb=False, control=False)
        except BaseException:
            self.kill()
            raise

    async def _ready(self) -> None:
        """Wait until the kernel answers and its output arrives here. Raises `KernelDied`."""
        end = time.monotonic() + START_PATIENCE_S
        asked: set[str] = set()
        answered = heard = False
        while not (answered and heard):
            if not self.is_running() or time.monotonic() > end:
                words = b"".join(self.process.last_words).decode(errors="replace").strip()[-LAST_WORDS_CHARACTERS:]
                raise KernelDied(f"{self.why_it_ended()} as it started{': ' if words else ''}{words}")
            asked.add(self.client.kernel_info())
            with contextlib.suppress(Empty):
                while not answered:
                    reply = await self.client.shell_channel.get_msg(timeout=1)
                    answered = reply["parent_header"].get("msg_id") in asked
                while not heard:
                    output = await self.client.iopub_channel.get_msg(timeout=1)
                    heard = output["parent_header"].get("msg_id") in asked
        self.processes_at_start = len(self.process.processes())

    ready = run_sync(_ready)

    def is_running(self) -> bool:
        """Whether its process is there."""
        return self.process.is_running()

    def computed_s(self) -> float:
        """Seconds of processor time that it and all that it started have taken."""
        return computing_s(self.process.processes())

    def left_running(self) -> int:
        """How many processes it has started and not ended."""
        return max(0, len(self.process.processes()) - self.processes_at_start)

    def crowds(self) -> bool:
        """Whether more of its processes and threads have computed at once than may without giving way to others."""
        return self.process.watch is not None and self.process.watch.crowds

    def why_it_ended(self) -> str:
        """The limit that it hit, if that is known."""
        return self.process.ended_because or english("the kernel died")

    def kill(self) -> None:
        """End it and everything it started."""
        run_sync(self.manager.shutdown_kernel)(now=True)
        self.context.destroy(linger=0)

    # --- talk ------------------------------------------------------------------------------------------------------

    def send(self, code: str, expression: str = "None") -> str:
        """Execute silently without waiting; the number of the request, to wait for with ``reply``."""
        try:
            return self._execute(code, expression)
        except zmq.Again:
            self.client.connect_again("shell")
            return self._execute(code, expression)

    def _execute(self, code: str, expression: str) -> str:
        return self.client.execute(code, silent=True, store_history=False, user_expressions={"it": expression})

    async def _reply(self, number: str, seconds: float) -> str | None:
        """The text of a request's expression, empty if that failed. None if no answer comes in so many seconds."""
        end = time.monotonic() + seconds
        while self.is_running() and (left := end - time.monotonic()) > 0:
            try:
                reply = await self.client.shell_channel.get_msg(timeout=min(left, 1))
            except Empty:
                continue
            if reply["parent_header"].get("msg_id") == number:
                try:
                    return str(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])
                except (KeyError, TypeError):
                    return ""
        return None

    reply = run_sync(_reply)

    def run(self, code: str, seconds: float, expression: str = "None") -> str | None:
        """Execute silently; the text of an expression evaluated after it. None if no answer comes in time."""
        return self.reply(self.send(code, expression), seconds)

    def interrupt(self) -> None:
        """Interrupt what it runs."""
        run_sync(self.manager.interrupt_kernel)()
