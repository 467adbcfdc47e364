"""Looks after what a sandbox uses as a whole: the memory of all its processes together, and its time."""

import os
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from grading.isolation.box.limits import Limits

EVERY_S = 0.5
PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch(threading.Thread):
    """Calls ``end`` with a reason when the process and all that it started exceed the limits."""

    def __init__(self, process: subprocess.Popen, limits: Limits, end: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self.process, self.limits, self.end = process, limits, end
        self.stopped = threading.Event()

    def run(self) -> None:
        deadline = time.monotonic() + self.limits.wall_s
        while not self.stopped.wait(EVERY_S):
            if time.monotonic() > deadline:
                return self.end("the notebook ran longer than it may")
            if memory(self.process.pid) > self.limits.memory_bytes:
                return self.end(f"the notebook used more than {self.limits.memory_bytes / 2**30:.1f} GB of memory")
        return None

    def stop(self) -> None:
        self.stopped.set()


def memory(pid: int) -> int:
    """Bytes in memory of a process and all that descend from it; what several of them share is counted once."""
    return sum(map(_proportional, [pid, *descendants(pid)]))


def descendants(pid: int) -> Iterator[int]:
    """The processes that a process started, those that these started, and so on. None where there is no /proc."""
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = entry.read_text()
        except OSError:
            continue
        children[int(told.rpartition(")")[2].split()[1])].append(int(entry.parent.name))
    waiting = children[pid]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += children[found]


def _proportional(pid: int) -> int:
    """The memory of a process, in which a page counts 1/n if n processes share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return _resident(pid)


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0
