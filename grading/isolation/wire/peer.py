"""Remote procedure calls in both directions over one channel, by messages of plain data.

While one side waits for a reply it serves the requests of the other side: a test calls a function of the student's,
which calls back a function of the test. A request is a dictionary:

    {"op": "call", "number": of a function, "arguments": [value, …], "keywords": {name: value}}
    {"op": "next", "number": of an iterator}
    {"op": anything else, …}            for the ``handle`` of the side that is asked

and so is a reply: {"value": value}, {"error": exception}, {"ended": true} of an iterator, or {"refused": why, in a
sentence}. After a call {"op": "digests", "key": bytes} asks for what its arguments hold by then (``contents``).
"""

import itertools
import secrets
import socket
from collections.abc import Callable, Iterator
from typing import Any

from . import plain_data
from .channel import END, HANDSHAKE, Channel
from .contents import DIGEST_BYTES, digests
from .proxies import FunctionProxy, References
from .validation import Refused, field, require_type

MAX_CALLS_WITHIN_CALLS = 20
MAX_REASON = 500


class Peer:
    """One side. ``serve`` is for the side that is asked, ``request`` and the rest for the side that asks.

    handle: called with a request that is not about an exported object; returns a value to send. invalidate: called with
    each part of the arguments that a call of the other side's function has changed; None: that is not asked.
    ``arguments`` holds the mutable parts of those of the call that ended last.
    """

    def __init__(
        self,
        connection: socket.socket,
        handle: Callable[[dict], Any] = lambda request: None,
        invalidate: Callable[[Any], None] | None = None,
    ) -> None:
        self.channel = Channel(connection)
        self.handle, self.invalidate = handle, invalidate
        self.references = References(self)
        self.methods: dict[tuple[int, str], FunctionProxy] = {}
        self.numbering = itertools.count(1)
        self.depth = 0
        self.arguments: list[Any] = []

    def export(self, value: Any) -> dict[str, Any]:
        """The reference to an object of this side."""
        return self.references.export(value)

    def resolve(self, reference: dict) -> Any:
        """What a reference of the other side's refers to."""
        return self.references.resolve(reference)

    # --- handshake -------------------------------------------------------------------------------------------------

    def send_handshake(self, turn: int) -> None:
        """Say that this test begins, or that this side has heard so."""
        self._send({}, HANDSHAKE + turn)

    def await_handshake(self, turn: int) -> None:
        """Wait until the other side says that this test begins; what earlier ones left unread is passed over."""
        while self.channel.receive()[0] != HANDSHAKE + turn:
            pass

    def end(self) -> None:
        """Tell the other side that nothing more will be asked."""
        self._send({}, END)

    # --- requests --------------------------------------------------------------------------------------------------

    def call(self, number: int, arguments: tuple, keywords: dict) -> Any:
        """Call a function of the other side's; returns what it returns, and raises what it raises."""
        request = {"op": "call", "number": number, "arguments": list(arguments), "keywords": keywords}
        reply, mutable = self._exchange(request | self.call_context())
        if self.invalidate is not None:
            self._compare(mutable, self.invalidate)
        return _result(reply)

    def _compare(self, sent: list[Any], invalidate: Callable[[Any], None]) -> None:
        """Invalidate those mutable parts of a request that no longer hold on the other side what they hold here."""
        key = secrets.token_bytes(DIGEST_BYTES)
        there = field(self.request({"op": "digests", "key": key}), "value", list)
        if len(there) != len(sent):
            raise Refused("what came back with it is malformed")
        for part, here, said in zip(sent, digests(sent, key), there, strict=True):
            if here != said:
                invalidate(part)

    def call_context(self) -> dict[str, Any]:
        """What a call says of where it is to run, beyond its arguments."""
        return {}

    def items(self, number: int) -> Iterator:
        """The items of an iterator of the other side's."""
        __tracebackhide__ = True
        while True:
            reply = self.next(number)
            if reply.get("ended") is True:
                return
            yield _result(reply)

    def next(self, number: int) -> dict:
        """The reply of an iterator of the other side's that is asked for its next item."""
        return self.request({"op": "next", "number": number})

    def method(self, number: int, name: str) -> FunctionProxy:
        """A method of an object of the other side's, which said that it offers it."""
        if (number, name) not in self.methods:
            found = self.request({"op": "method", "number": number, "name": name}).get("value")
            if not isinstance(found, FunctionProxy):
                raise Refused(f"its {name} is no method")
            self.methods[number, name] = found
        return self.methods[number, name]

    def request(self, request: dict) -> dict:
        """Send a request and return the reply to it, serving the other side until it comes.

        Raises Refused if the request or the reply may not cross, and ConnectionBroken.
        """
        return self._exchange(request)[0]

    def _exchange(self, request: dict) -> tuple[dict, list[Any]]:
        """The reply to a request, and the mutable parts of the request."""
        self.channel.require_whole()
        number = next(self.numbering)
        mutable = self._send(request, number)
        while True:
            received, payload = self._receive(number)
            if received != -number:
                self._serve_one(received, payload)
                self.channel.require_whole()
                continue
            reply, _ = self._decode(payload)
            if type(reply.get("refused")) is str:
                raise Refused(reply["refused"][:MAX_REASON])
            return reply, mutable

    # --- replies ---------------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Reply to requests until the other side says that the test is over."""
        while True:
            number, payload = self._receive(0)
            if number == END:
                return
            self._serve_one(number, payload)

    def _serve_one(self, number: int, payload: bytearray) -> None:
        """Reply to a request; what is none (a reply that came too late) is passed over."""
        if not 0 < number < HANDSHAKE:
            return
        if self.depth >= MAX_CALLS_WITHIN_CALLS:
            raise self.channel.fail("functions call each other without end")
        self.depth += 1
        try:
            self._send(self._reply(*self._decode(payload)), -number)
        except Refused as refused:
            self._send({"refused": str(refused)}, -number)
        finally:
            self.depth -= 1

    def _reply(self, request: dict, mutable: list[Any]) -> dict:
        if request.get("op") == "call":
            return self._reply_to_call(request, mutable)
        if request.get("op") == "next":
            return self._reply_to_next(request)
        if request.get("op") == "digests":
            arguments, self.arguments = self.arguments, []
            return {"value": digests(arguments, field(request, "key", bytes))}
        return {"value": self.handle(request)}

    def _reply_to_next(self, request: dict) -> dict:
        iterator = self._exported(request)
        try:
            return {"value": next(iterator)}
        except StopIteration:
            return {"ended": True}
        except BaseException as error:
            return {"error": error}

    def _reply_to_call(self, request: dict, mutable: list[Any]) -> dict:
        function = self._exported(request)
        arguments, keywords = field(request, "arguments", list), field(request, "keywords", dict)
        try:
            reply: dict[str, Any] = {"value": function(*arguments, **keywords)}
        except BaseException as error:
            reply = {"error": error}
        self.arguments = mutable
        return reply

    def _exported(self, request: dict) -> Any:
        return self.references.exported(field(request, "number", int))

    # --- messages --------------------------------------------------------------------------------------------------

    def _send(self, message: dict, number: int) -> list[Any]:
        """Send a message; returns its mutable parts."""
        payload, mutable = plain_data.encode(message, self.export)
        self.channel.send(number, payload)
        return mutable

    def _receive(self, number: int) -> tuple[int, bytearray]:
        """The next message for who waits for the reply to this request; 0 is for who serves."""
        return self.channel.receive()

    def _decode(self, payload: bytearray) -> tuple[dict, list[Any]]:
        message, mutable = plain_data.decode(payload, self.resolve)
        return require_type(message, dict), mutable


def _result(reply: dict) -> Any:
    """What the other side's function returned or its iterator yielded; raises the error that it raised."""
    __tracebackhide__ = True
    if "error" in reply:
        error = reply["error"]
        raise error if isinstance(error, Exception) else Refused("its error is none")
    return reply.get("value")
