"""Stands between a kernel's sockets and the grader's, and ends a connection on which a message becomes too long.

ZeroMQ bounds each part of a message and not their number: it gathers in the grader's memory whatever comes before the
last part. What is read here are ZMTP 3's frames: a byte of flags, the length in one byte or in eight, and the content.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

GREETING_BYTES, MAJOR_VERSION_AT = 64, 10
SIGNATURE_BEGINS, SIGNATURE_ENDS, SIGNATURE_ENDS_AT = 0xFF, 0x7F, 9
MORE, LONG, COMMAND = 1, 2, 4
PART_BYTES = 128
"""What a part takes in memory beside its content."""
CHUNK = 2**16


class TooLong(Exception):
    """A message is longer than it may be, or what was sent is no ZMTP 3."""


class Messages:
    """Counts the bytes of each message in a stream of ZMTP 3, part by part."""

    def __init__(self, message_bytes: int) -> None:
        self.message_bytes = message_bytes
        self.head = bytearray()
        self.greeted = False
        self.left = self.size = 0

    def count(self, data: bytes) -> None:
        """Take note of the next bytes. Raises TooLong."""
        view = memoryview(data)
        while view:
            if self.left:
                passed = min(self.left, len(view))
                self.left -= passed
            else:
                passed = min(self._head_bytes() - len(self.head), len(view))
                self.head += view[:passed]
                if len(self.head) == self._head_bytes():
                    self._begin_part() if self.greeted else self._greet()
            view = view[passed:]

    def _head_bytes(self) -> int:
        if not self.greeted:
            return GREETING_BYTES
        return 1 if not self.head else 9 if self.head[0] & LONG else 2

    def _greet(self) -> None:
        ends = self.head[0], self.head[SIGNATURE_ENDS_AT]
        if ends != (SIGNATURE_BEGINS, SIGNATURE_ENDS) or self.head[MAJOR_VERSION_AT] < 3:
            raise TooLong
        self.greeted = True
        self.head.clear()

    def _begin_part(self) -> None:
        flags, self.left = self.head[0], int.from_bytes(self.head[1:], "big")
        self.head.clear()
        self.size += self.left + PART_BYTES
        if self.size > self.message_bytes:
            raise TooLong
        if not flags & (MORE | COMMAND):
            self.size = 0


def passed_on(listening: socket.socket, kernels: Path, message_bytes: int) -> Callable[[], None]:
    """Connect whoever connects to a listening socket with the kernel's socket at this path; returns how to end that.

    A message of the kernel's of more than so many bytes ends the connection.
    """

    def accept() -> None:
        for ours in _accepted(listening):
            theirs = socket.socket(socket.AF_UNIX)
            try:
                theirs.connect(str(kernels))
            except OSError:
                _end(ours, theirs)
                continue
            counted = Messages(message_bytes).count
            for source, target, look in ((theirs, ours, counted), (ours, theirs, len)):
                threading.Thread(target=_pass_on, args=(source, target, look), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return lambda: _end(listening)


def _accepted(listening: socket.socket) -> Iterator[socket.socket]:
    with listening, contextlib.suppress(OSError):
        while True:
            yield listening.accept()[0]


def _pass_on(source: socket.socket, target: socket.socket, look: Callable[[bytes], object]) -> None:
    with contextlib.suppress(OSError, TooLong):
        while data := source.recv(CHUNK):
            look(data)
            target.sendall(data)
    _end(source, target)


def _end(*sockets: socket.socket) -> None:
    for ended in sockets:
        with contextlib.suppress(OSError):
            ended.shutdown(socket.SHUT_RDWR)
