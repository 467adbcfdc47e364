"""Starts the process of a kernel in a sandbox, or without one, where jupyter_client's kernel manager wants one."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from grading.isolation.box import sandbox
from grading.isolation.box.launching import CannotStart, Launched, Process, Program, Starter, launch
from grading.isolation.box.watch import Watch, family
from grading.isolation.host.relay import passed_on

PORTS: KernelConnectionInfo = {"shell_port": 1, "iopub_port": 2, "control_port": 3, "stdin_port": 4, "hb_port": 5}
LISTENING = {"shell": PORTS["shell_port"], "iopub": PORTS["iopub_port"], "control": PORTS["control_port"]}
LAST_WORDS, LONGEST_WORD_BYTES = 20, 500


def _listening(path: str) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.bind(path)
    made.listen(8)
    return made


class SandboxProvisioner(KernelProvisionerBase):
    """A kernel's process, watched while it runs, and ended with everything that it started.

    It listens on sockets that are made here and passed by descriptor, so that it shares no folder with the grader.

    sockets: those that it needs beside a kernel's own, by the names that it has for them. start: tried before a process
    is launched, where there is a sandbox. warn: called with a sentence for the instructor.
    """

    def __init__(
        self,
        program: Program,
        sockets: Mapping[str, socket.socket],
        start: Starter | None,
        warn: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.program, self.sockets, self.start, self.warn = program, sockets, start, warn
        self.process: Process | None = None
        self.watch: Watch | None = None
        self.ended_because = ""
        self.last_words: deque[bytes] = deque(maxlen=LAST_WORDS)
        self._cleanup = contextlib.ExitStack()

    # --- what the kernel manager calls -----------------------------------------------------------------------------

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """No command for the kernel manager to fill in: ``launch_kernel`` makes its own."""
        return {"cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the process. How to reach it: its sockets are the files ``ip-port`` (transport "ipc")."""
        folder = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="hepdl-"))
        address, key = f"{folder}/port", secrets.token_hex(32)
        with contextlib.ExitStack() as opened:
            sockets = dict(self.sockets)
            for channel, port in LISTENING.items():
                sockets[channel] = opened.enter_context(_listening(f"{folder}/{channel}"))
                outer = _listening(f"{address}-{port}")
                self._cleanup.callback(passed_on(outer, Path(folder, channel), self.program.limits.message_bytes))
            files = {name: opened.enter_context(path.open("rb")) for name, path in self.program.files.items()}
            self.process = self._started(
                {
                    "key": key,
                    "sockets": {name: made.fileno() for name, made in sockets.items()},
                    "scratch": sandbox.SCRATCH if sandbox.wanted() else None,
                    "times": {"value_s": self.program.limits.value_s, "call_s": self.program.limits.call_s},
                },
                {name: file.fileno() for name, file in files.items()},
            )
        threading.Thread(target=self._keep_last_words, args=(self.process.stderr,), daemon=True).start()
        self.watch = Watch(self.process, self.program.limits, self._end)
        self.watch.start()
        self._cleanup.callback(self.watch.stop)
        return {
            **PORTS,
            "transport": "ipc",
            "ip": address,
            "signature_scheme": "hmac-sha256",
            "key": key.encode(),  # type: ignore[typeddict-item]  # Session takes bytes, whatever this class says
        }

    @property
    def _launched_process(self) -> Process:
        if self.process is None:
            raise RuntimeError("this kernel has no process: it was not launched, or its end was waited for")
        return self.process

    @property
    def has_process(self) -> bool:
        """Whether it was launched, and ``wait`` has not seen its end."""
        return self.process is not None

    async def poll(self) -> int | None:
        """None as long as it runs. Raises RuntimeError, as ``wait`` and ``kill`` do, if ``has_process`` is false."""
        return self._launched_process.poll()

    async def wait(self) -> None:
        """Return when it has ended; from then on there is no process."""
        self._launched_process.wait()
        self.process = None

    async def kill(self, restart: bool = False) -> None:
        """End it and everything that it started; bubblewrap takes its whole process namespace along."""
        self._launched_process.kill()
        self._launched_process.wait()

    terminate = kill

    async def send_signal(self, signum: int) -> None:
        """Raises NotImplementedError: no signal crosses into a sandbox, and interrupts are messages."""
        raise NotImplementedError

    async def cleanup(self, restart: bool = False) -> None:
        """Stop the watch and remove the temporary folders. Called once it has ended."""
        self._cleanup.close()

    # --- starting --------------------------------------------------------------------------------------------------

    def _started(self, settings: dict, files: dict[str, int]) -> Process:
        if not sandbox.wanted():
            return self._launched_unsandboxed(settings, files)
        settings |= {"folder": sandbox.WORK, "limits": self.program.limits.of_a_process()}
        try:
            started = self.start and self.start(self.program, settings, files)
        except CannotStart as reason:
            self.warn(f"a kernel was started alone: {reason}")
            started = None
        return started or self._launched(settings, files)

    def _launched(self, settings: dict, files: dict[str, int]) -> Launched:
        run = [sys.executable, "-P", "-m", self.program.module, json.dumps(settings)]
        box = sandbox.Sandbox(self.program.code, self.program.limits)
        # bubblewrap's own environment can be read in the sandbox; the grader's may hold passwords.
        environment = {"PATH": os.environ["PATH"]}
        with sandbox.filter_file() as filtered:
            command = box.command(run, [(file, name) for name, file in files.items()], filtered)
            descriptors = [*settings["sockets"].values(), *files.values(), filtered]
            return launch(command, descriptors, environment, subprocess.PIPE)

    def _launched_unsandboxed(self, settings: dict, files: dict[str, int]) -> Launched:
        scratch = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="hepdl-", ignore_cleanup_errors=True))
        (Path(scratch) / "data").symlink_to(sandbox.data_folder())
        home = Path(scratch) / "home"
        work = home / "work"
        work.mkdir(parents=True)
        for name, path in self.program.files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, work / name)
        settings |= {"folder": str(work), "limits": {}}
        command = [sys.executable, "-P", "-m", self.program.module, json.dumps(settings)]
        environment = sandbox.environment(str(home)) | {"TMPDIR": tempfile.gettempdir()}
        return launch(command, list(settings["sockets"].values()), environment, subprocess.PIPE)

    # --- looking after it ------------------------------------------------------------------------------------------

    def _keep_last_words(self, stream: IO[bytes]) -> None:
        """Keep the last lines that the process wrote to stderr, and read away all others."""
        with stream:
            for line in iter(lambda: stream.readline(LONGEST_WORD_BYTES), b""):
                self.last_words.append(line)

    def _end(self, why: str) -> None:
        self.ended_because = why
        if process := self.process:
            process.kill()

    def is_running(self) -> bool:
        """Whether the process, or anything that it started, is there."""
        process = self.process
        return process is not None and process.poll() is None

    def processes(self) -> list[int]:
        """The numbers of its process and of all that it started."""
        process = self.process
        return [member.pid for member in family(process.pid)] if process else []
