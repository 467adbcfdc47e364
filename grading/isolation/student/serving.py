"""Answers the examiner from within the student's kernel: the values of names, and calls of the student's functions.

Whatever the student's code does to this module, what leaves here is read as plain data on the other side.
"""

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

from IPython import get_ipython

from grading.isolation.wire import folders, trees
from grading.isolation.wire.peer import END, OFFERED, ConnectionBroken, Peer
from grading.isolation.wire.plain_data import field
from helpers.peak_memory import give_back_freed

connection: socket.socket | None = None


class Serving(Peer):
    """The student's end: a call runs where the examiner says, and a tree of a file is opened here.

    An object of a class that holds items, such as a PyDataset, is lent with the methods that give them. Several threads
    may call functions of the test: tf.data and others read ahead. Whichever of them waits first reads what comes;
    requests are all served by the thread that made this.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.thread = threading.get_ident()
        self.sending, self.arrived = threading.RLock(), threading.Condition()
        self.reading = self.ended = False
        self.requests: deque[tuple[int, bytearray]] = deque()
        self.answers: dict[int, bytearray] = {}

    def _send(self, *arguments: Any) -> None:
        with self.sending:
            if self.ended:
                raise ConnectionBroken("the test is over")
            super()._send(*arguments)

    def _receive_for(self, number: int) -> tuple[int, bytearray]:
        serves = threading.get_ident() == self.thread
        while True:
            with self.arrived:
                if -number in self.answers:
                    return -number, self.answers.pop(-number)
                if serves and self.requests:
                    return self.requests.popleft()
                if self.ended:
                    raise ConnectionBroken("the test is over")
                if self.reading:
                    self.arrived.wait()
                    continue
                self.reading = True
            with self._handing_over():
                told, payload = self._receive()
                if told < 0:
                    self.answers[told] = payload
                else:
                    self.requests.append((told, payload))
                self.ended = self.ended or told == END

    @contextlib.contextmanager
    def _handing_over(self) -> Iterator[None]:
        """Let another thread read, whatever happens."""
        try:
            yield
        finally:
            with self.arrived:
                self.reading = False
                self.arrived.notify_all()

    def leave(self) -> None:
        """Let no thread that is left over take part in a later test."""
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def lend(self, value: Any) -> dict:
        note = super().lend(value)
        if note["role"] != "object":
            return note
        return note | {"offers": [name for name in OFFERED if hasattr(type(value), name)]}

    def borrow(self, note: dict) -> Any:
        if note.get("role") != "tree":
            return super().borrow(note)
        number = field(note, int, "number")
        if number not in self.borrowed:
            self.borrowed[number] = trees.opened(note)
        return self.borrowed[number]

    def _called(self, message: dict, mutable: list[Any]) -> dict:
        with folders.place(message.get("folder"), message.get("temporary")):
            return super()._called(message, mutable)


def serve(turn: int) -> None:
    """Answer the examiner until it ends this turn."""
    names = get_ipython().user_ns

    def answer(request: dict) -> Any:
        if request.get("op") == "files":
            return folders.answer(request)
        if request.get("op") == "settle":
            return give_back_freed()
        name = field(request, str, "name")
        if request.get("op") == "method":
            return getattr(peer.lent[request["number"]], name)
        if name not in names:
            return {"known": False}
        return {"known": True, "value": names[name]}

    peer = Serving(connection, answer)
    try:
        peer.meet(turn)
        peer.greet(turn)
        peer.serve()
    finally:
        peer.leave()
