"""Measures the memory of the student's processes while a test calls a function of theirs, from the grader's process.

The examiner says over a socket of its own when to begin and when to end. The student's processes have no part in it.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator

import psutil

from helpers.peak_memory import LOOK_EVERY_S, FunctionFailed, PeakGrowth

BEGIN, END = b"b", b"e"
REPLY = struct.Struct("!qd")  # bytes grown at the peak, or NOT_MEASURED; seconds of computing
NOT_MEASURED = -1
REPLY_PATIENCE_S = 60
FIND_PROCESSES_EVERY_S = 0.05


class Meter(threading.Thread):
    """The grader's end. processes: gives the numbers of the processes to be measured together."""

    def __init__(self, connection: socket.socket, processes: Callable[[], Iterable[int]]) -> None:
        super().__init__(daemon=True)
        self.connection, self.processes = connection, processes

    def run(self) -> None:
        """Measure on request until the other end is closed."""
        with self.connection, contextlib.suppress(OSError):
            while self.connection.recv(1) == BEGIN:
                before, growth = computing_s(self.processes()), PeakGrowth(self.processes())
                self.connection.sendall(BEGIN)
                self.connection.settimeout(LOOK_EVERY_S)
                with self._finding_processes(growth):
                    while not self._is_over():
                        growth.look()
                self.connection.settimeout(None)
                measured = NOT_MEASURED if growth.bytes is None else growth.bytes
                self.connection.sendall(REPLY.pack(measured, computing_s(self.processes()) - before))

    @contextlib.contextmanager
    def _finding_processes(self, growth: PeakGrowth) -> Iterator[None]:
        """Tell the measurement of new processes; in a thread, because the search may take longer than a peak lasts."""
        over = threading.Event()

        def find() -> None:
            while not over.wait(FIND_PROCESSES_EVERY_S):
                growth.there = frozenset(self.processes())

        finding = threading.Thread(target=find, daemon=True)
        finding.start()
        try:
            yield
        finally:
            over.set()
            finding.join()

    def _is_over(self) -> bool:
        try:
            self.connection.recv(1)
        except TimeoutError:
            return False
        return True


class Metered:
    """The examiner's end: does for ``helpers.peak_memory`` what a fork does in an ordinary notebook.

    settle: lets the student's process give back the memory that it has freed. note: called with what a person should
    know of the measurement.
    """

    def __init__(self, connection: socket.socket, settle: Callable[[], None], note: Callable[[str], None]) -> None:
        self.connection, self.settle, self.note = connection, settle, note
        self.connection.settimeout(REPLY_PATIENCE_S)

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


def computing_s(processes: Iterable[int]) -> float:
    """Seconds of processor time that these processes, and those that they started and that ended, have taken."""
    return sum(map(_computing_s, processes))


def _computing_s(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0
    return times.user + times.system + times.children_user + times.children_system
