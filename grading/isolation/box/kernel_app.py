"""An IPython kernel whose sockets are made by who starts it, so that the two share no folder."""

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

import zmq
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session

ORDER = ("shell", "stdin", "control", "iopub")
MOST_LINES, MOST_CHARACTERS = 200, 20_000


class ShortErrors(Session):
    """Shortens the words of errors: a message that is too long would end the connection."""

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *arguments: Any, **keywords: Any) -> Any:
        """Send the message with its traceback and error text cut to `MOST_LINES` and `MOST_CHARACTERS`."""
        if isinstance(content, dict) and "traceback" in content:
            lines = [str(line)[:MOST_CHARACTERS] for line in content["traceback"][:MOST_LINES]]
            content = content | {"traceback": lines, "evalue": str(content.get("evalue", ""))[:MOST_CHARACTERS]}
        return super().send(stream, msg_or_type, content, *arguments, **keywords)


class KernelApp(IPKernelApp):
    """Takes listening sockets by file descriptor, has no heartbeat, and writes no connection file."""

    settings: dict

    def _session_default(self) -> Session:
        return ShortErrors(parent=self)

    def init_connection_file(self) -> None:
        """Take the key from the settings; the sockets are going to be bound in `ORDER`."""
        self.session.key = self.settings["key"].encode()
        self.waiting = list(ORDER)

    def _bind_socket(self, s: zmq.Socket, port: int) -> int:
        name = self.waiting.pop(0)
        if name in self.settings["sockets"]:
            s.setsockopt(zmq.USE_FD, self.settings["sockets"][name])
            s.bind(f"ipc://{name}")
            s.setsockopt(zmq.USE_FD, -1)
        s.bind(f"inproc://{name}")
        return 0

    def init_heartbeat(self) -> None:
        """Start none: the grader watches the process itself."""

    def write_connection_file(self, **kwargs: object) -> None:
        """Write none: the grader knows the sockets, and nobody else is to."""

    def cleanup_connection_file(self) -> None:
        """Remove none: none was written."""

    def log_connection_info(self) -> None:
        """Log nothing, and note no ports: all are 0."""
        self._ports = dict.fromkeys((*ORDER, "hb"), 0)


def limit_resources(limits: dict[str, int]) -> None:
    """Set soft and hard limits by their names in the resource module, such as RLIMIT_AS (setrlimit(2))."""
    for name, value in limits.items():
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def settings() -> dict:
    """What the process that started this one says on the command line, as JSON.

    key: that signs messages. sockets: descriptors of listening sockets by channel, and of further ones that the kernel
    needs. folder: the working folder. limits: as `limit_resources` takes them. times: of the examiner, in seconds.
    scratch: the folder of temporary files; None if it is shared with other processes.
    """
    return json.loads(sys.argv[1])


def run(settings: dict, user_ns: dict | None = None, prepare: Callable[[KernelApp], object] = lambda app: None) -> None:
    """Be a kernel until told to stop. prepare: called before the first message is read."""
    app = KernelApp.instance(user_ns=user_ns) if user_ns is not None else KernelApp.instance()
    app.settings = settings
    app.initialize(["--HistoryManager.hist_file=:memory:", "--IPKernelApp.capture_fd_output=True", "--log-level=50"])
    prepare(app)
    os.chdir(settings["folder"])
    app.start()
