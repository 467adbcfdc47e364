"""Two processes that lend each other functions and iterators, over one socket, by messages of plain data.

While one side waits for an answer it serves what the other side asks for in the meantime: a test calls a function of
the student's, which calls back a function of the test.
"""

import inspect
import itertools
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .plain_data import MAX_PAYLOAD_BYTES, MAX_TREE_BYTES, Decoder, Encoder, field
from .refusal import Refused

MAX_LENT = 100_000
MAX_CALLS_WITHIN_CALLS = 20
HEADER = struct.Struct(">Qq")  # length of the payload; number of a request, or its negative for the answer
END, TURN = 2**62, 2**61
OFFERED = ("__len__", "__getitem__", "__iter__", "on_epoch_begin", "on_epoch_end")  # of a data set, such as Keras takes


class ConnectionBroken(Exception):
    """The other process is gone, does not answer in time or before an interrupt, or sends what is no message."""


class Peer:
    """One end. ``serve`` is for the side that is asked, ``ask`` for the side that asks.

    answer: called with a request that is not about a lent object; returns a value to send.
    spoil: called with each object of the arguments that a call of the other side's function has changed.
    """

    def __init__(
        self,
        connection: socket.socket,
        answer: Callable[[dict], Any] = lambda request: None,
        spoil: Callable[[Any], None] = lambda changed: None,
    ) -> None:
        self.connection = connection
        self.answer = answer
        self.spoil = spoil
        self.lent: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.borrowed: dict[int, Any] = {}
        self.methods: dict[tuple[int, str], Any] = {}
        self.numbering = itertools.count(1)
        self.depth = 0
        self.deadline: float | None = None
        self.broken = False
        self.on_call: Callable[[], None] = lambda: None

    # --- lending and borrowing -------------------------------------------------------------------------------------

    def lend(self, value: Any) -> dict:
        if isinstance(value, Borrowed | BorrowedObject) and value._peer is self:
            return {"role": "yours", "number": value._number}
        if inspect.ismodule(value):
            raise Refused("it is a module, and not what the task asks for")
        number = self.numbers.get(id(value))
        if number is None:
            if len(self.lent) >= MAX_LENT:
                raise Refused(f"more than {MAX_LENT} functions and iterators crossed in one test")
            number = self.numbers[id(value)] = len(self.lent)
            self.lent.append(value)
        kind = type(value)
        role = "iterator" if hasattr(kind, "__next__") else "function" if callable(value) else "object"
        name = getattr(value, "__name__", "") if role == "function" else ""
        return {
            "role": role,
            "number": number,
            "name": name[:100] if isinstance(name, str) else "",
            "class": kind.__name__[:100],
            "module": str(kind.__module__)[:100],
        }

    def borrow(self, note: dict) -> Any:
        number = field(note, int, "number")
        role = field(note, str, "role")
        if role == "yours":
            if not 0 <= number < len(self.lent):
                raise Refused("it was never lent")
            return self.lent[number]
        if number not in self.borrowed:
            self.borrowed[number] = self._borrowed(role, number, note)
        return self.borrowed[number]

    def _borrowed(self, role: str, number: int, note: dict) -> Any:
        name, kind, module = (field(note, str, part) for part in ("name", "class", "module"))
        if not kind.isidentifier():
            raise Refused("its class has a name that is none")
        if role == "function":
            return Borrowed(self, number, name if name.isidentifier() else "function")
        if role == "iterator":
            items = self._items(number)
            if kind == "generator":
                return items
            made = type(kind, (), {"__iter__": lambda self: self, "__next__": lambda self: next(items)})
            made.__module__ = "builtins"
            return made()
        if role == "object":
            offers = field(note, list, "offers") if "offers" in note else []
            methods = {name: _method(name) for name in OFFERED if name in offers}
            made = type(kind, (BorrowedObject,), {"__module__": module, **methods})
            return made(self, number)
        raise Refused("it is of no known kind")

    def _items(self, number: int) -> Iterator:
        __tracebackhide__ = True
        while True:
            answer = self.next(number)
            if answer.get("ended") is True:
                return
            yield _value(answer)

    def next(self, number: int) -> dict:
        """What an iterator of the other side gives next, or that it has ended."""
        return self.ask({"op": "next", "number": number})

    def method(self, number: int, name: str) -> "Borrowed":
        """A method of an object of the other side, which said that it offers it."""
        if (number, name) not in self.methods:
            found = self.ask({"op": "method", "number": number, "name": name}).get("value")
            if not isinstance(found, Borrowed):
                raise Refused(f"its {name} is no method")
            self.methods[number, name] = found
        return self.methods[number, name]

    # --- asking ----------------------------------------------------------------------------------------------------

    def call(self, number: int, arguments: tuple, keywords: dict) -> Any:
        request = {"op": "call", "number": number, "arguments": list(arguments), "keywords": keywords, **self.place()}
        sent: list[Any] = []
        try:
            answer = self.ask(request, sent)
        finally:
            self.on_call()
        for position in answer.get("changed", []):
            if type(position) is not int or not 0 <= position < len(sent):
                raise Refused("what came back with it is malformed")
            self.spoil(sent[position])
        return _value(answer)

    def place(self) -> dict:
        """What a call tells of where it is to run, beyond its arguments."""
        return {}

    def ask(self, request: dict, sent: list[Any] | None = None) -> dict:
        """Send a request and return the answer to it, serving the other side until it comes."""
        self._require_whole()
        number = next(self.numbering)
        self._send(request, number, sent)
        while True:
            told, payload = self._receive_for(number)
            if told != -number:
                self._serve_one(told, payload)
                self._require_whole()
                continue
            message, _ = self._decoded(payload)
            if type(message.get("refused")) is str:
                raise Refused(message["refused"][:500])
            return message

    def _require_whole(self) -> None:
        if self.broken:
            raise ConnectionBroken("the connection to the student's process was lost in this test")

    # --- serving ---------------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Answer requests until the other side says that it has ended."""
        while True:
            number, payload = self._receive_for(0)
            if number == END:
                return
            self._serve_one(number, payload)

    def greet(self, turn: int) -> None:
        """Say that this turn begins, or that this side has heard so."""
        self._send({}, TURN + turn)

    def meet(self, turn: int) -> None:
        """Wait for the greeting of this turn; what earlier turns left unread is passed over."""
        while self._receive()[0] != TURN + turn:
            pass

    def end(self) -> None:
        """Tell the other side that nothing more will be asked."""
        self._send({}, END)

    def _serve_one(self, number: int, payload: bytearray) -> None:
        """Answer a request; one that is no request (an answer that came too late) is passed over."""
        if not 0 < number < TURN:
            return
        if self.depth >= MAX_CALLS_WITHIN_CALLS:
            raise self._break("functions call each other without end")
        self.depth += 1
        try:
            self._send(self._answered(*self._decoded(payload)), -number)
        except Refused as refused:
            self._send({"refused": str(refused)}, -number)
        finally:
            self.depth -= 1

    def _answered(self, message: dict, mutable: list[Any]) -> dict:
        op = message.get("op")
        if op == "call":
            return self._called(message, mutable)
        if op == "next":
            try:
                return {"value": next(self._lent(message))}
            except StopIteration:
                return {"ended": True}
            except BaseException as error:
                return {"error": error}
        return {"value": self.answer(message)}

    def _called(self, message: dict, mutable: list[Any]) -> dict:
        function = self._lent(message)
        arguments, keywords = field(message, list, "arguments"), field(message, dict, "keywords")
        before = [_snapshot(item) for item in mutable]
        try:
            answer: dict[str, Any] = {"value": function(*arguments, **keywords)}
        except BaseException as error:
            answer = {"error": error}
        answer["changed"] = [n for n, item in enumerate(mutable) if _snapshot(item) != before[n]]
        return answer

    def _lent(self, message: dict) -> Any:
        number = field(message, int, "number")
        if not 0 <= number < len(self.lent):
            raise Refused("it was never lent")
        return self.lent[number]

    # --- messages --------------------------------------------------------------------------------------------------

    def _send(self, message: dict, number: int, sent: list[Any] | None = None) -> None:
        encoder = Encoder(self.lend)
        payload = encoder.encode(message)
        if sent is not None:
            sent.extend(encoder.mutable)
        view = memoryview(HEADER.pack(len(payload), number) + payload)
        while len(view):
            self._wait(writing=True)
            try:
                view = view[self.connection.send(view[: 2**20]) :]
            except OSError:
                raise self._break("the student's process is gone") from None

    def _receive_for(self, number: int) -> tuple[int, bytearray]:
        """The next message for who waits for the answer to this request; 0 is for who serves."""
        return self._receive()

    def _receive(self) -> tuple[int, bytearray]:
        length, number = HEADER.unpack(self._read(HEADER.size))
        if length > MAX_PAYLOAD_BYTES + MAX_TREE_BYTES + 4:
            raise self._break("the student's process sent what is no message")
        return number, self._read(length)

    def _decoded(self, payload: bytearray) -> tuple[dict, list[Any]]:
        decoder = Decoder(self.borrow)
        return field(decoder.decode(payload), dict), decoder.mutable

    def _read(self, length: int) -> bytearray:
        read = bytearray()
        while len(read) < length:
            self._wait(writing=False)
            try:
                part = self.connection.recv(min(length - len(read), 2**20))
            except OSError:
                part = b""
            if not part:
                raise self._break("the student's process is gone")
            read += part
        return read

    def _wait(self, writing: bool) -> None:
        if self.deadline is None:
            return
        left = self.deadline - time.monotonic()
        sockets = [self.connection]
        if left <= 0 or not any(select.select([] if writing else sockets, sockets if writing else [], [], left)):
            raise self._break("it took too long")

    def _break(self, why: str) -> ConnectionBroken:
        self.broken = True
        return ConnectionBroken(why)


class Borrowed:
    """A function of the other process."""

    def __init__(self, peer: Peer, number: int, name: str) -> None:
        self._peer, self._number, self.__name__ = peer, number, name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        __tracebackhide__ = True
        return self._peer.call(self._number, arguments, keywords)

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


class BorrowedObject:
    """An object of a class of the other process: its class's name, and those of its methods that it offers."""

    def __init__(self, peer: Peer, number: int) -> None:
        self._peer, self._number = peer, number

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"an object of the class {type(self).__name__} cannot be checked: it is no plain data")

    def __repr__(self) -> str:
        return f"<an object of the class {type(self).__name__}>"


def _method(name: str) -> Callable:
    def method(self: BorrowedObject, *arguments: Any) -> Any:
        __tracebackhide__ = True
        return self._peer.method(self._number, name)(*arguments)

    return method


def _snapshot(item: Any) -> Any:
    """What tells whether an array, a list, a dictionary or a random generator has been changed."""
    if isinstance(item, np.ndarray):
        if item.dtype == object:
            return [id(part) for part in item.flat]
        return item.tobytes(), item.shape, item.dtype
    if isinstance(item, dict):
        return [(key, id(part)) for key, part in item.items()]
    if isinstance(item, list):
        return [id(part) for part in item]
    return repr(item.bit_generator.state)


def _value(answer: dict) -> Any:
    """What the other side's function returned or yielded, or the error that it raised."""
    __tracebackhide__ = True
    if "error" in answer:
        error = answer["error"]
        raise error if isinstance(error, Exception) else Refused("its error is none")
    return answer.get("value")
