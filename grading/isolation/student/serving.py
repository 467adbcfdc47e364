"""Replies to the examiner from within the student's kernel: the values of names, and calls of the student's functions.

Whatever the student's code does to this module, what leaves here is read as plain data on the other side.
"""

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

from IPython import get_ipython

from grading.isolation.wire import mirror, trees
from grading.isolation.wire.channel import END, ConnectionBroken
from grading.isolation.wire.peer import Peer
from grading.isolation.wire.proxies import DATASET_METHODS
from grading.isolation.wire.validation import field
from helpers.peak_memory import give_back_freed

connection: socket.socket | None = None


class StudentPeer(Peer):
    """The student's side: a call runs where the examiner says, and a tree of a file is opened here.

    An object of a class that holds items, such as a PyDataset, is exported with the methods that give them. Several
    threads may call functions of the test: tf.data and others read ahead. Whichever of them waits first reads what
    comes; requests are all served by the thread that made this.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection, handle=self._handle)
        self.names = get_ipython().user_ns
        self.thread = threading.get_ident()
        self.sending, self.arrived = threading.RLock(), threading.Condition()
        self.reading = self.ended = False
        self.requests: deque[tuple[int, bytearray]] = deque()
        self.replies: dict[int, bytearray] = {}

    def export(self, value: Any) -> dict[str, Any]:
        """A reference by which the test may call a value; of an object it says which methods there are."""
        reference = super().export(value)
        if reference["role"] != "object":
            return reference
        return reference | {"methods": [name for name in DATASET_METHODS if hasattr(type(value), name)]}

    def resolve(self, reference: dict) -> Any:
        """What a reference stands for; a tree is opened here, from the file that it names, and only once."""
        if reference.get("role") != "tree":
            return super().resolve(reference)
        number, opened = field(reference, "number", int), self.references.proxies
        if number not in opened:
            opened[number] = trees.open_tree(reference)
        return opened[number]

    def leave(self) -> None:
        """Let no thread that is left over take part in a later test."""
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def _handle(self, request: dict) -> Any:
        """What the examiner asks for.

        {"op": "value", "name": …} gives {"known": bool, "value": …}; {"op": "method", "number": …, "name": …} a method;
        "files" is said in ``mirror``; "trim memory" gives nothing.
        """
        op = request.get("op")
        if op == "files":
            return mirror.handle(request)
        if op == "trim memory":
            return give_back_freed()
        name = field(request, "name", str)
        if op == "method":
            return getattr(self._exported(request), name)
        if name not in self.names:
            return {"known": False}
        return {"known": True, "value": self.names[name]}

    def _reply_to_call(self, request: dict, mutable: list[Any]) -> dict:
        with mirror.working_in(request.get("folder"), request.get("temporary")):
            return super()._reply_to_call(request, mutable)

    def _send(self, message: dict, number: int) -> list[Any]:
        with self.sending:
            if self.ended:
                raise ConnectionBroken("the test is over")
            return super()._send(message, number)

    def _receive(self, number: int) -> tuple[int, bytearray]:
        serves = threading.get_ident() == self.thread
        while True:
            with self.arrived:
                if -number in self.replies:
                    return -number, self.replies.pop(-number)
                if serves and self.requests:
                    return self.requests.popleft()
                if self.ended:
                    raise ConnectionBroken("the test is over")
                if self.reading:
                    self.arrived.wait()
                    continue
                self.reading = True
            with self._handing_over():
                received, payload = self.channel.receive()
                if received < 0:
                    self.replies[received] = payload
                else:
                    self.requests.append((received, payload))
                self.ended = self.ended or received == END

    @contextlib.contextmanager
    def _handing_over(self) -> Iterator[None]:
        """Let another thread read, whatever happens."""
        try:
            yield
        finally:
            with self.arrived:
                self.reading = False
                self.arrived.notify_all()


def serve(turn: int) -> None:
    """Reply to the examiner until it ends the test with this number."""
    if connection is None:
        raise RuntimeError("this kernel was started without a connection to an examiner")
    peer = StudentPeer(connection)
    try:
        peer.await_handshake(turn)
        peer.send_handshake(turn)
        peer.serve()
    finally:
        peer.leave()
