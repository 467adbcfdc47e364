"""A kernel in a sandbox as nbclient drives it: start it, talk to it, interrupt it, end it and all that it started."""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from nbclient.util import run_sync
from traitlets import Type

from grading.isolation.box import sandbox
from grading.isolation.box.launching import Launched, launch
from grading.isolation.box.limits import Limits
from grading.isolation.box.watch import Watch, descendants
from grading.isolation.warm import client as warm
from grading.isolation.warm.client import Forked, NoServer

CHANNELS = ("shell", "control", "iopub")
START_PATIENCE_S = 120
QUEUED_MESSAGES = 100
LAST_WORDS = 20
SEND_PATIENCE_S = 5


class KernelDied(Exception):
    """A kernel that could not be started or that ended by itself, with its last words."""


class Channel(AsyncZMQSocketChannel):
    """Passes over whatever is no Jupyter message."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if end is None else max(0, end - time.monotonic())
            try:
                message = await super().get_msg(left)
            except (Empty, asyncio.CancelledError, zmq.ZMQError):
                raise
            except Exception:
                continue
            if _is_message(message):
                return message


def _is_message(message: Any) -> bool:
    parts = ("header", "parent_header", "content", "metadata")
    return (
        isinstance(message, dict)
        and all(isinstance(message.get(part), dict) for part in parts)
        and isinstance(message.get("msg_type"), str)
    )


class Client(AsyncKernelClient):
    """Talks to a kernel process."""

    shell_channel_class = Type(Channel)
    iopub_channel_class = Type(Channel)
    control_channel_class = Type(Channel)

    process: "KernelProcess"

    async def _async_is_alive(self) -> bool:
        return self.process.is_running()

    is_alive = _async_is_alive

    def _create_connected_socket(self, channel: str, identity: bytes | None = None) -> zmq.Socket:
        kind = {"shell": zmq.DEALER, "control": zmq.DEALER, "iopub": zmq.SUB}[channel]
        made = self.context.socket(kind)
        made.linger = 1000
        made.maxmsgsize = self.process.limits.message_bytes
        made.rcvhwm = QUEUED_MESSAGES
        made.sndtimeo = 1000 * SEND_PATIENCE_S
        if channel == "iopub":
            made.setsockopt(zmq.SUBSCRIBE, b"")
        made.connect(f"ipc://{self.process.folder}/{channel}")
        return made

    def connect_shell(self, identity: bytes | None = None) -> zmq.Socket:
        return self._create_connected_socket("shell")

    def connect_control(self, identity: bytes | None = None) -> zmq.Socket:
        return self._create_connected_socket("control")

    def connect_iopub(self, identity: bytes | None = None) -> zmq.Socket:
        return self._create_connected_socket("iopub")


class KernelProcess:
    """A kernel, sandboxed if wanted, and the client that talks to it.

    module: what to run. sockets: those that it needs beside a kernel's own, by the names that it has for them. files:
    what to put into its working folder, by name. code: what of the course it may read beside helpers and data.
    networks: whether it is going to import Keras.
    """

    def __init__(
        self,
        module: str,
        sockets: Mapping[str, socket.socket],
        limits: Limits,
        log: logging.Logger,
        files: Mapping[str, Path],
        code: Sequence[Path],
        networks: bool,
    ) -> None:
        self.module, self.sockets, self.limits, self.log = module, sockets, limits, log
        self.files, self.code, self.networks = files, code, networks
        self.ended_because = ""
        self.last_words: deque[bytes] = deque(maxlen=LAST_WORDS)

    # --- life ------------------------------------------------------------------------------------------------------

    def start(self) -> "KernelProcess":
        """Launch the process and connect to it; ``ready`` waits until it answers."""
        self._cleanup = contextlib.ExitStack()
        self.folder = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="hepdl-"))
        try:
            self._launch()
            self.client = Client(context=zmq.asyncio.Context())
            self._cleanup.callback(self.client.context.destroy, linger=0)
            self.client.process = self
            self.client.session.key = self.key.encode()
            self.client.allow_stdin = False
            self.client.start_channels(stdin=False, hb=False)
            for channel in (self.client.shell_channel, self.client.control_channel, self.client.iopub_channel):
                self._cleanup.callback(channel.stop)
        except BaseException:
            self.kill()
            raise
        return self

    def _launch(self) -> None:
        self.key = secrets.token_hex(32)
        with contextlib.ExitStack() as opened:
            listening = {name: opened.enter_context(self._listening(name)) for name in CHANNELS}
            contents = [(opened.enter_context(path.open("rb")), name) for name, path in self.files.items()]
            told = {
                "key": self.key,
                "sockets": {name: made.fileno() for name, made in (listening | dict(self.sockets)).items()},
                "scratch": sandbox.SCRATCH if sandbox.wanted() else None,
                "times": {"value_s": self.limits.value_s, "call_s": self.limits.call_s},
            }
            files = {name: file.fileno() for file, name in contents}
            self.process = self._forked(told, files) or self._launched(told, files)
        threading.Thread(target=self._listen, args=(self.process.stderr,), daemon=True).start()
        self.watch = Watch(self.process, self.limits, self._ended)
        self.watch.start()

    def _forked(self, told: dict, files: dict[str, int]) -> Forked | None:
        server = sandbox.wanted() and warm.server()
        if not server:
            return None
        told = told | {"folder": sandbox.WORK, "limits": self.limits.of_a_process()}
        try:
            return server.fork(told, self.module, self.code, self.limits, files, self.networks)
        except NoServer as reason:
            self.log.warning("A kernel is started alone: %s", reason)
            warm.server.cache_clear()
            return None

    def _launched(self, told: dict, files: dict[str, int]) -> Launched:
        if sandbox.wanted():
            box = sandbox.Sandbox(self.code, self.limits)
            told = told | {"folder": sandbox.WORK, "limits": self.limits.of_a_process()}
            run = [sys.executable, "-P", "-m", self.module, json.dumps(told)]
            command = box.command(run, [(file, name) for name, file in files.items()])
            # bubblewrap's own environment can be read in the sandbox; the grader's may hold passwords.
            environment = {"PATH": os.environ["PATH"]}
        else:
            work = self._unsandboxed_folder()
            command = [sys.executable, "-P", "-m", self.module, json.dumps(told | {"folder": work, "limits": {}})]
            environment = sandbox.environment(os.path.dirname(work)) | {"TMPDIR": tempfile.gettempdir()}
        return launch(command, [*told["sockets"].values(), *files.values()], environment, subprocess.PIPE)

    def _listening(self, name: str) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{self.folder}/{name}")
        listener.listen(8)
        return listener

    def _unsandboxed_folder(self) -> str:
        home = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="hepdl-", ignore_cleanup_errors=True))
        work = Path(home) / "work"
        work.mkdir()
        for name, path in self.files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, work / name)
        return str(work)

    def _listen(self, stream: Any) -> None:
        """Keep the last lines that the process wrote to stderr, and read away all others."""
        with stream:
            for line in iter(lambda: stream.readline(500), b""):
                self.last_words.append(line)

    def _ended(self, why: str) -> None:
        self.ended_because = why
        self.process.kill()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def processes(self) -> list[int]:
        """The numbers of its process and of all that it started."""
        return [self.process.pid, *descendants(self.process.pid)]

    def left_running(self) -> int:
        """How many processes it has started and not ended."""
        return max(0, len(list(descendants(self.process.pid))) - self.processes_at_start)

    def why_it_ended(self) -> str:
        """The limit that it hit, if that is known."""
        return self.ended_because or "the kernel died"

    def kill(self) -> None:
        """End it and everything it started; bubblewrap takes its whole process namespace along."""
        if hasattr(self, "process"):
            self.watch.stop()
            self.process.kill()
            self.process.wait()
        self._cleanup.close()

    # --- talk ------------------------------------------------------------------------------------------------------

    async def _ready(self) -> None:
        """Wait until the kernel answers and its output arrives here."""
        end = time.monotonic() + START_PATIENCE_S
        asked: set[str] = set()
        answered = heard = False
        while not (answered and heard):
            if not self.is_running() or time.monotonic() > end:
                words = b"".join(self.last_words).decode(errors="replace").strip()
                raise KernelDied(f"{self.why_it_ended()} as it started{': ' if words else ''}{words[-500:]}")
            asked.add(self.client.kernel_info())
            with contextlib.suppress(Empty):
                while not answered:
                    reply = await self.client.shell_channel.get_msg(timeout=1)
                    answered = reply["parent_header"].get("msg_id") in asked
                while not heard:
                    output = await self.client.iopub_channel.get_msg(timeout=1)
                    heard = output["parent_header"].get("msg_id") in asked

        self.processes_at_start = len(list(descendants(self.process.pid)))

    ready = run_sync(_ready)

    async def _run(self, code: str, seconds: float, expression: str = "None") -> str | None:
        """Execute silently; the text of an expression evaluated after it. None if no answer comes in time."""
        return await self._reply(self.ask(code, expression), seconds)

    async def _reply(self, number: str, seconds: float) -> str | None:
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

    run = run_sync(_run)
    reply = run_sync(_reply)

    def ask(self, code: str, expression: str = "None") -> str:
        """Execute silently without waiting; the number to wait for with ``reply``."""
        return self._send(
            "shell",
            lambda: self.client.execute(code, silent=True, store_history=False, user_expressions={"it": expression}),
        )

    def _send(self, channel: str, send: Callable[[], Any]) -> Any:
        """Send, if need be over a new connection."""
        try:
            return send()
        except zmq.Again:
            self.connect_again(channel)
            return send()

    def connect_again(self, channel: str) -> None:
        """Make a connection anew: a message of more than message_bytes ends it."""
        getattr(self.client, f"{channel}_channel").stop()
        setattr(self.client, f"_{channel}_channel", None)
        self._cleanup.callback(getattr(self.client, f"{channel}_channel").stop)

    async def interrupt_kernel(self) -> None:
        """As nbclient calls it when a cell takes too long."""
        self.interrupt()

    def interrupt(self) -> None:
        message = self.client.session.msg("interrupt_request", content={})
        self._send("control", lambda: self.client.control_channel.send(message))
