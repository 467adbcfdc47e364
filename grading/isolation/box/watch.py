"""Looks after what a sandbox uses as a whole: the memory of all its processes together, and its time."""

import threading
import time
from collections.abc import Callable

import psutil

from grading.isolation.box.launching import Process
from grading.isolation.box.limits import Limits

EVERY_S = 0.5


class Watch(threading.Thread):
    """Calls ``end`` with a reason, once, when a process and all that it started exceed the limits.

    It looks every `EVERY_S` seconds for the wall time since it was started and for the sum of their memory in bytes.
    """

    def __init__(self, process: Process, limits: Limits, end: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self.process, self.limits, self.end = process, limits, end
        self.stopped = threading.Event()

    def run(self) -> None:
        """Look until stopped, or until a limit is exceeded and ``end`` has been called."""
        deadline = time.monotonic() + self.limits.wall_s
        while not self.stopped.wait(EVERY_S):
            if time.monotonic() > deadline:
                return self.end("the notebook ran longer than it may")
            if memory_bytes(self.process.pid) > self.limits.memory_bytes:
                return self.end(f"the notebook used more than {self.limits.memory_bytes / 2**30:.1f} GB of memory")
        return None

    def stop(self) -> None:
        """Look no more."""
        self.stopped.set()


def family(pid: int) -> list[psutil.Process]:
    """A process, those that it started, those that these started, and so on. Empty if it has ended."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def memory_bytes(pid: int) -> int:
    """Bytes in memory of a process and all that descend from it; what several of them share is counted once."""
    return sum(map(_proportional_bytes, family(pid)))


def _proportional_bytes(process: psutil.Process) -> int:
    """The memory of a process, in which a page counts 1/n if n processes share it; where that is hidden, all of it."""
    try:
        try:
            return process.memory_full_info().pss
        except (psutil.AccessDenied, AttributeError):
            return process.memory_info().rss
    except psutil.Error:
        return 0
