"""Messages over one socket, within a time limit.

A message is a header of 16 bytes, the length of the payload and the number of the message (big-endian, unsigned and
signed), and the payload. A number says what a message is:

    n > 0           request n of this side
    -n              the reply to request n of the other side
    HANDSHAKE + t   test number t begins
    END             the test is over
"""

import select
import socket
import struct
import time

from .codec import MAX_MESSAGE_BYTES

HEADER = struct.Struct(">Qq")
END, HANDSHAKE = 2**62, 2**61
CHUNK = 2**20


class ConnectionBroken(Exception):
    """The other process is gone, does not answer in time or before an interrupt, or sends what is no message."""


class Channel:
    """One end.

    deadline: until when to wait, as a time of time.monotonic(); None to wait for ever. broken: whether it has failed.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.deadline: float | None = None
        self.broken = False

    def send(self, number: int, payload: bytes) -> None:
        """Send a message. Raises ConnectionBroken."""
        view = memoryview(HEADER.pack(len(payload), number) + payload)
        flags = 0 if self.deadline is None else socket.MSG_DONTWAIT
        while len(view):
            self._wait(writing=True)
            try:
                view = view[self.connection.send(view[:CHUNK], flags) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self.fail("the student's process is gone") from None

    def receive(self) -> tuple[int, bytearray]:
        """The number and the payload of the next message. Raises ConnectionBroken, also for one that is too long."""
        length, number = HEADER.unpack(self._read(HEADER.size))
        if length > MAX_MESSAGE_BYTES:
            raise self.fail("the student's process sent what is no message")
        return number, self._read(length)

    def require_whole(self) -> None:
        """Raise ConnectionBroken if the channel has broken before."""
        if self.broken:
            raise ConnectionBroken("the connection to the student's process was lost in this test")

    def fail(self, why: str) -> ConnectionBroken:
        """The error to be raised, after which the channel is broken."""
        self.broken = True
        return ConnectionBroken(why)

    def _read(self, length: int) -> bytearray:
        read = bytearray()
        while len(read) < length:
            self._wait(writing=False)
            try:
                part = self.connection.recv(min(length - len(read), CHUNK))
            except OSError:
                part = b""
            if not part:
                raise self.fail("the student's process is gone")
            read += part
        return read

    def _wait(self, writing: bool) -> None:
        if self.deadline is None:
            return
        left = self.deadline - time.monotonic()
        sockets = [self.connection]
        if left <= 0 or not any(select.select([] if writing else sockets, sockets if writing else [], [], left)):
            raise self.fail("it took too long")
