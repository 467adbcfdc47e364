"""Has the grader's process measure the memory of the student's processes while a test calls a function of theirs."""

import socket
import struct
from collections.abc import Callable

from helpers.peak_memory import FunctionFailed

BEGIN, END = b"b", b"e"
REPLY = struct.Struct("!qd")  # bytes grown at the peak, or NOT_MEASURED; seconds of computing
NOT_MEASURED = -1
REPLY_TIMEOUT_S = 60


class Metered:
    """Does for ``helpers.peak_memory`` what a fork does in an ordinary notebook.

    settle: lets the student's process give back the memory that it has freed. note: called with what a person should
    know of the measurement.
    """

    def __init__(self, connection: socket.socket, settle: Callable[[], None], note: Callable[[str], None]) -> None:
        self.connection, self.settle, self.note = connection, settle, note
        self.connection.settimeout(REPLY_TIMEOUT_S)

    def __call__(self, function: Callable, arguments: tuple, first: tuple, limit_s: int) -> int | None:
        """As ``helpers.peak_memory.growth``, for a function of the student's."""
        __tracebackhide__ = True
        failed = _failure(function, first)
        if failed:
            raise failed
        self.settle()
        self.connection.sendall(BEGIN)
        self.connection.recv(1)
        try:
            failed = _failure(function, arguments)
        finally:
            self.connection.sendall(END)
            growth, computed_s = REPLY.unpack(self.connection.recv(REPLY.size))
        if computed_s > limit_s:
            raise TimeoutError(f"it computed for more than {limit_s} s")
        if failed:
            raise failed
        if growth == NOT_MEASURED:
            self.note(f"the memory of {function.__name__} was not measured, because this system has no /proc")
            return None
        return growth


def _failure(function: Callable, arguments: tuple) -> FunctionFailed | None:
    try:
        function(*arguments)
    except Exception as error:
        return FunctionFailed(f"{type(error).__name__}: {error}")
    return None
