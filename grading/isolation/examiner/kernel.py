"""The kernel of the test cells: each name that a test does not define comes from the student's kernel, as plain data.

It runs in a sandbox of its own, which the student's processes do not see. Names of Python's own functions, and names
with a leading underscore, are never looked up in the student's kernel.
"""

import builtins
import contextlib
import json
import os
import socket
import sys
from typing import Any

from grading.isolation.box import kernel_app
from grading.isolation.examiner.metered import Metered
from grading.isolation.examiner.student_process import CannotBeChecked, StudentProcess
from grading.isolation.wire.channel import ConnectionBroken
from grading.isolation.wire.mirror import Mirror
from helpers import peak_memory
from helpers.checks import missing_answers

MAX_INCIDENTS = 20
MAX_INCIDENT = 300


class Namespace(dict):
    """The names of a test; those that it does not define are the student's."""

    bridge: "Bridge"

    def __missing__(self, name: str) -> Any:
        if name.startswith("_") or name in vars(builtins):
            raise KeyError(name)
        return self.bridge.fetch(name)


class Bridge:
    """What connects the names of a test with the student's kernel, and what the grader calls around each test.

    limits: as those of ``StudentProcess``. scratch: the folder of temporary files, of which the student's kernel has
    one of its own under the same path; None if the two share it. ``student`` is the present
    test's; there is none before the first.
    """

    student: StudentProcess

    def __init__(self, connection: socket.socket, limits: dict[str, float], scratch: str | None) -> None:
        self.connection = connection
        self.limits = limits
        self.scratch = scratch
        self.not_of_tests = frozenset(os.listdir(scratch)) if scratch else frozenset()
        self.namespace = Namespace()
        self.namespace.bridge = self
        self.own: frozenset[str] = frozenset()
        self.fetched: dict[str, Any] = {}
        self.incidents: list[str] = []
        self.home = os.getcwd()

    def begin(self, turn: int) -> bool:
        """Forget the names of the test before, and shake hands with the student's kernel; whether it was there."""
        for name in self.namespace.keys() - self.own:
            del self.namespace[name]
        self.fetched.clear()
        self.incidents.clear()
        os.chdir(self.home)
        self.student = StudentProcess(self.connection, self.limits, self.home, self.report, self.fetched.clear)
        if self.scratch:
            self.student.mirror = Mirror(self.student.request, self.scratch, self.not_of_tests)
        with contextlib.suppress(CannotBeChecked):
            self.student.begin(turn)
        return not self.student.broken

    def end(self) -> str:
        """Let the student's kernel go; what happened in this test as JSON: {"broken": bool, "incidents": [text, …]}."""
        with contextlib.suppress(ConnectionBroken):
            self.student.end()
        incidents = list(dict.fromkeys(self.incidents))[:MAX_INCIDENTS]
        return json.dumps({"broken": self.student.broken, "incidents": incidents})

    def fetch(self, name: str) -> Any:
        """The value of a name in the student's kernel. Raises KeyError if there is none, or CannotBeChecked."""
        __tracebackhide__ = True
        if name not in self.fetched:
            reply = self.student.value(name)
            if type(reply) is not dict or reply.get("known") is not True:
                raise KeyError(name)
            self.fetched[name] = reply.get("value")
        return self.fetched[name]

    def report(self, incident: str) -> None:
        """Keep what a person should know of this test."""
        self.incidents.append(incident[:MAX_INCIDENT])


def main(configuration: dict[str, Any]) -> None:
    """Be the kernel.

    configuration: the "limits" of the process, the "times" that ``StudentProcess`` allows, "folder" and "scratch", the
    "sockets" by name, and what ``kernel_app`` takes.
    """
    kernel_app.limit_resources(configuration["limits"])
    os.chdir(configuration["folder"])
    connection, meter = (socket.socket(fileno=configuration["sockets"][name]) for name in ("bridge", "meter"))
    bridge = Bridge(connection, configuration["times"], configuration["scratch"])
    peak_memory.measure = Metered(meter, lambda: bridge.student.trim_memory(), bridge.report)

    def prepare(app: kernel_app.KernelApp) -> None:
        sys.argv[1:] = []
        assert app.shell is not None  # an app that is being prepared has made it
        app.shell.bridge = bridge
        missing_answers.explain(app.shell)
        bridge.own = frozenset(bridge.namespace)

    kernel_app.run(configuration, user_ns=bridge.namespace, prepare=prepare)


if __name__ == "__main__":
    main(kernel_app.settings())
