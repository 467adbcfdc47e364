"""Measures the memory of the student's processes while a test calls a function of theirs, from the grader's process.

The examiner says over a socket of its own when to begin and when to end. The student's processes have no part in it.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable

import psutil

from grading.isolation.examiner.metered import BEGIN, NOT_MEASURED, REPLY
from grading.isolation.host.repeating import repeated
from helpers.peak_memory import LOOK_EVERY_S, PeakGrowth

FIND_PROCESSES_EVERY_S = 0.05


class Meter(threading.Thread):
    """The grader's end of what `examiner.metered` asks for.

    processes: gives the numbers of the processes to be measured together.
    """

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

    def _finding_processes(self, growth: PeakGrowth) -> contextlib.AbstractContextManager[None]:
        """Tell the measurement of new processes; in a thread, because the search may take longer than a peak lasts."""

        def find() -> None:
            growth.there = frozenset(self.processes())

        return repeated(find, FIND_PROCESSES_EVERY_S)

    def _is_over(self) -> bool:
        try:
            self.connection.recv(1)
        except TimeoutError:
            return False
        return True


def computing_s(processes: Iterable[int]) -> float:
    """Seconds of processor time that these processes, and those that they started and that ended, have taken."""
    return sum(map(_computing_s, processes))


def _computing_s(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0
    return times.user + times.system + times.children_user + times.children_system
