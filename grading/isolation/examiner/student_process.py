"""The student's process as the examiner sees it: within time limits, with a sentence for what goes wrong."""

import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Callable
from typing import Any

from grading.isolation.examiner.invalidation import invalidate
from grading.isolation.wire import trees
from grading.isolation.wire.channel import ConnectionBroken
from grading.isolation.wire.mirror import Mirror
from grading.isolation.wire.peer import Peer
from grading.isolation.wire.proxies import FunctionProxy
from grading.isolation.wire.validation import Refused
from helpers.language import english

END_PATIENCE_S = 10


class CannotBeChecked(Exception):
    """Why a test cannot look at what the student made, in a sentence."""

    def _render_traceback_(self) -> list[str]:
        return [f"Cannot be checked: {self}"]


class StudentProcess(Peer):
    """The examiner's side. Whatever is asked raises CannotBeChecked if the answer does not come in time or is refused.

    limits: seconds for a value ("value_s") and for a call ("call_s"). home: the folder in which a test begins. report:
    called with a sentence on each thing that goes wrong. after_call: called when the student's names may have changed.
    mirror: what keeps the temporary files of both sides alike; None if they share a folder.
    """

    mirror: Mirror | None = None

    def __init__(
        self,
        connection: socket.socket,
        limits: dict[str, float],
        home: str,
        report: Callable[[str], None],
        after_call: Callable[[], None],
    ) -> None:
        super().__init__(connection, invalidate=invalidate)
        self.limits, self.home, self.report, self.after_call = limits, home, report, after_call
        self.usual_temporary = tempfile.gettempdir()

    @property
    def broken(self) -> bool:
        """Whether nothing more can be asked in this test."""
        return self.channel.broken

    def begin(self, turn: int) -> None:
        """Shake hands with the student's side: from then on both are in this test."""
        self._within(self.limits["value_s"], english("the notebook"), self._shake_hands, turn)

    def _shake_hands(self, turn: int) -> None:
        self.send_handshake(turn)
        self.await_handshake(turn)

    def value(self, name: str) -> Any:
        """What the student's side replies on a name: {"known": True, "value": …} if it is as it should be."""
        __tracebackhide__ = True
        request = {"op": "value", "name": name}
        return self._within(self.limits["value_s"], name, self.request, request).get("value")

    def trim_memory(self) -> None:
        """Let the student's process give back the memory that it has freed."""
        __tracebackhide__ = True
        self._within(self.limits["value_s"], english("the notebook"), self.request, {"op": "trim memory"})

    def call(self, number: int, arguments: tuple, keywords: dict) -> Any:
        """What a student's function returns or raises; CannotBeChecked if nothing comes back in time."""
        __tracebackhide__ = True
        what = english("the result of {function}", function=self.references.proxies[number].__name__)
        return self._within(self.limits["call_s"], what, self._call, number, arguments, keywords)

    def _call(self, number: int, arguments: tuple, keywords: dict) -> Any:
        __tracebackhide__ = True
        if self.mirror is not None:
            self.mirror.send()
        try:
            return super().call(number, arguments, keywords)
        finally:
            self.after_call()
            if self.mirror is not None and not self.broken:
                self.mirror.fetch()

    def call_context(self) -> dict[str, Any]:
        """The folder to work in and that of temporary files, None where they are the usual ones."""
        here, temporary = os.getcwd(), tempfile.gettempdir()
        return {
            "folder": here if here != self.home else None,
            "temporary": temporary if temporary != self.usual_temporary else None,
        }

    def next(self, number: int) -> dict:
        """The reply with an iterator's next item. Raises CannotBeChecked if none comes in the time of a call."""
        __tracebackhide__ = True
        return self._within(self.limits["call_s"], english("the next item"), super().next, number)

    def method(self, number: int, name: str) -> FunctionProxy:
        """A method of a student's object. Raises CannotBeChecked if none comes in the time of a value."""
        __tracebackhide__ = True
        return self._within(self.limits["value_s"], name, super().method, number, name)

    def export(self, value: Any) -> dict[str, Any]:
        """A reference to a function or object of the test, by which the student may call it; of a tree, its file."""
        return super().export(value) | trees.reference(value)

    def end(self) -> None:
        """Bring the files to the student's side, and let it go. Raises ConnectionBroken."""
        self.channel.deadline = time.monotonic() + END_PATIENCE_S
        with contextlib.suppress(Refused):
            if self.mirror is not None and not self.broken:
                self.mirror.send()
        super().end()

    def _exchange(self, request: dict) -> tuple[dict, list[Any]]:
        __tracebackhide__ = True
        try:
            return super()._exchange(request)
        except KeyboardInterrupt:
            raise self.channel.fail("the test was interrupted") from None

    def _reply(self, request: dict, mutable: list[Any]) -> dict:
        reply = super()._reply(request, mutable)
        if isinstance(reply.get("error"), KeyboardInterrupt):
            raise self.channel.fail("the test was interrupted")
        if isinstance(reply.get("error"), BaseException):
            reply["error"].__traceback__ = None  # from which the student's side would get a line of the test
        return reply

    def _within(self, seconds: float, what: str, ask: Callable, *arguments: Any) -> Any:
        __tracebackhide__ = True
        outermost = self.channel.deadline is None
        if outermost:
            self.channel.deadline = time.monotonic() + seconds
        try:
            return ask(*arguments)
        except Refused as refused:
            self.report(f"{what} was refused: {refused}")
            raise CannotBeChecked(english("{what} cannot be checked: {reason}", what=what, reason=refused)) from None
        except ConnectionBroken as broken:
            self.report(f"{what}: {broken}")
            raise CannotBeChecked(english("{what} cannot be checked: {reason}", what=what, reason=broken)) from None
        finally:
            if outermost:
                self.channel.deadline = None
