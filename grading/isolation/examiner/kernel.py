"""The kernel of the test cells: each name that a test does not define comes from the student's kernel, as plain data.

It runs in a sandbox of its own, which the student's processes do not see. Names of Python's own functions, and names
with a leading underscore, are never looked up in the student's kernel.
"""

import builtins
import contextlib
import hashlib
import json
import os
import secrets
import socket
import sys
import tempfile
import time
from typing import Any

import numpy as np

from grading.isolation.box import kernel_app
from grading.isolation.host.meter import Metered
from grading.isolation.wire import folders, trees
from grading.isolation.wire.peer import ConnectionBroken, Peer
from grading.isolation.wire.refusal import Refused
from helpers import peak_memory

END_PATIENCE_S = 10


class CannotBeChecked(Exception):
    """Why a test cannot look at what the student made, in a sentence."""

    def _render_traceback_(self) -> list[str]:
        return [f"Cannot be checked: {self}"]


class Namespace(dict):
    """The names of a test; those that it does not define are the student's."""

    bridge: "Bridge"

    def __missing__(self, name: str) -> Any:
        if name.startswith("_") or name in vars(builtins):
            raise KeyError(name)
        return self.bridge.fetch(name)


class Bridge:
    """The examiner's end of the connection to the student's kernel.

    scratch: the folder of temporary files, which the student's kernel has as its own; None if the two share it.
    """

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
        self.peer: Peer | None = None
        self.home = os.getcwd()

    def begin(self, turn: int) -> bool:
        """Forget the names of the test before, and meet the student's kernel; whether it was there."""
        for name in self.namespace.keys() - self.own:
            del self.namespace[name]
        self.fetched.clear()
        self.incidents.clear()
        os.chdir(self.home)
        self.peer = Examined(self.connection, self.limits, home=self.home)
        if self.scratch:
            self.peer.mirror = folders.Mirror(self.peer.ask, self.scratch, self.not_of_tests)
        self.peer.on_call = self.fetched.clear
        self.peer.note = self.note
        with contextlib.suppress(CannotBeChecked):
            self.peer.meet(turn)
        return not self.peer.broken

    def end(self) -> str:
        """Let the student's kernel go; what happened in this test as JSON."""
        with contextlib.suppress(ConnectionBroken):
            self.peer.end()
        return json.dumps({"broken": self.peer.broken, "incidents": list(dict.fromkeys(self.incidents))[:20]})

    def fetch(self, name: str) -> Any:
        __tracebackhide__ = True
        if name not in self.fetched:
            answer = self.peer.ask_about(name)
            if type(answer) is not dict or answer.get("known") is not True:
                raise KeyError(name)
            self.fetched[name] = answer.get("value")
        return self.fetched[name]

    def note(self, incident: str) -> None:
        self.incidents.append(incident[:300])


class Examined(Peer):
    """The student's process as the examiner sees it: within time limits, with a sentence for what goes wrong."""

    mirror: folders.Mirror | None = None

    def __init__(self, connection: socket.socket, limits: dict[str, float], home: str) -> None:
        super().__init__(connection, spoil=spoil)
        self.limits = limits
        self.home = home
        self.usual_temporary = tempfile.gettempdir()

    def ask(self, request: dict, sent: list[Any] | None = None) -> dict:
        __tracebackhide__ = True
        try:
            return super().ask(request, sent)
        except KeyboardInterrupt:
            raise self._break("the test was interrupted") from None

    def ask_about(self, name: str) -> Any:
        __tracebackhide__ = True
        return self._within(self.limits["value_s"], name, self.ask, {"op": "value", "name": name}).get("value")

    def settle(self) -> None:
        """Let the student's process give back the memory that it has freed."""
        __tracebackhide__ = True
        self._within(self.limits["value_s"], "the notebook", self.ask, {"op": "settle"})

    def call(self, number: int, arguments: tuple, keywords: dict) -> Any:
        __tracebackhide__ = True
        what = f"the result of {self.borrowed[number].__name__}"
        return self._within(self.limits["call_s"], what, self._call, number, arguments, keywords)

    def _call(self, number: int, arguments: tuple, keywords: dict) -> Any:
        __tracebackhide__ = True
        if self.mirror is None:
            return super().call(number, arguments, keywords)
        self.mirror.send()
        try:
            return super().call(number, arguments, keywords)
        finally:
            if not self.broken:
                self.mirror.fetch()

    def place(self) -> dict:
        here, temporary = os.getcwd(), tempfile.gettempdir()
        return {
            "folder": here if here != self.home else None,
            "temporary": temporary if temporary != self.usual_temporary else None,
        }

    def next(self, number: int) -> dict:
        __tracebackhide__ = True
        return self._within(self.limits["call_s"], "the next item", super().next, number)

    def method(self, number: int, name: str) -> Any:
        __tracebackhide__ = True
        return self._within(self.limits["value_s"], name, super().method, number, name)

    def lend(self, value: Any) -> dict:
        return super().lend(value) | (trees.note(value) or {})

    def end(self) -> None:
        self.deadline = time.monotonic() + END_PATIENCE_S
        with contextlib.suppress(Refused):
            if self.mirror is not None and not self.broken:
                self.mirror.send()
        super().end()

    def _answered(self, message: dict, mutable: list[Any]) -> dict:
        answer = super()._answered(message, mutable)
        if isinstance(answer.get("error"), KeyboardInterrupt):
            raise self._break("the test was interrupted")
        return answer

    def meet(self, turn: int) -> None:
        """Greet the student's side, and wait for its answer: from then on both are in this turn."""
        self._within(self.limits["value_s"], "the notebook", self._met, turn)

    def _met(self, turn: int) -> None:
        self.greet(turn)
        super().meet(turn)

    def _within(self, seconds: float, what: str, ask: Any, *arguments: Any) -> Any:
        __tracebackhide__ = True
        outermost = self.deadline is None
        if outermost:
            self.deadline = time.monotonic() + seconds
        try:
            return ask(*arguments)
        except Refused as refused:
            self.note(f"{what} was refused: {refused}")
            raise CannotBeChecked(f"{what} cannot be checked: {refused}") from None
        except ConnectionBroken as broken:
            self.note(f"{what}: {broken}")
            raise CannotBeChecked(f"{what} cannot be checked: {broken}") from None
        finally:
            if outermost:
                self.deadline = None


def spoil(changed: Any) -> None:
    """Make it visible that the student's function changed an argument, without letting it choose to what.

    A test that compares sees a change; one that goes on to use the argument as its reference cannot be satisfied.
    """
    if isinstance(changed, np.random.Generator):
        bits = changed.bit_generator
        bits.state = type(bits)(list(hashlib.sha256(repr(bits.state).encode()).digest())).state
    elif not isinstance(changed, np.ndarray):
        changed.clear()
    elif changed.flags.writeable:
        if changed.dtype.kind in "fc":
            changed[...] = np.nan
        elif changed.dtype.kind == "b":
            changed[...] = ~changed
        elif changed.dtype.kind in "iu":
            other = np.frombuffer(secrets.token_bytes(changed.size), "u1").reshape(changed.shape)
            changed += other.astype(changed.dtype) | 1
        elif changed.dtype.kind in "SU":
            changed[...] = secrets.token_hex(8)
        else:
            changed[...] = np.zeros((), changed.dtype)


def main(told: dict) -> None:
    kernel_app.limit_resources(told["limits"])
    os.chdir(told["folder"])
    bridge = Bridge(socket.socket(fileno=told["sockets"]["bridge"]), told["times"], told["scratch"])
    meter = socket.socket(fileno=told["sockets"]["meter"])
    peak_memory.measure = Metered(meter, lambda: bridge.peer.settle(), bridge.note)

    def prepare(app: kernel_app.KernelApp) -> None:
        sys.argv[1:] = []
        app.shell.bridge = bridge
        bridge.own = frozenset(bridge.namespace)

    kernel_app.run(told, user_ns=bridge.namespace, prepare=prepare)


if __name__ == "__main__":
    main(kernel_app.settings())
