"""Looks after what a sandbox uses as a whole: the memory of all its processes together, its time, its share of the CPU.

Memory is what its processes have, what lies in its file systems in memory, and what the system keeps for it: tables of
pages, and the buffers of pipes and sockets, of which only the number is seen.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from grading.isolation.box.launching import Process
from grading.isolation.box.limits import Limits
from helpers.language import english
from helpers.peak_memory import used

EVERY_S = 0.5
IN_MEMORY = ("tmp", "dev/shm")
DESCRIPTOR_BYTES = 2**18
"""What the buffers behind a descriptor may hold: net.core.wmem_max is 208 KiB where nobody has changed it."""
LOWEST = 19  # setpriority(2)


class Watch(threading.Thread):
    """Calls ``end`` with a reason, once, when a process and all that it started exceed the limits.

    It looks every `EVERY_S` seconds for the wall time since it was started, the sum of their memory in bytes and the
    number of files in their temporary folders. Processes and threads that are more than limits.at_once and want to
    compute at the same time get the lowest priority, so that others on the machine are not starved; ``crowds`` says
    whether there were any.
    """

    def __init__(self, process: Process, limits: Limits, end: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self.process, self.limits, self.end = process, limits, end
        self.stopped = threading.Event()
        self.crowds = False

    def run(self) -> None:
        """Look until stopped, or until a limit is exceeded and ``end`` has been called."""
        deadline = time.monotonic() + self.limits.wall_s
        while not self.stopped.wait(EVERY_S):
            if time.monotonic() > deadline:
                return self.end(english("the notebook ran longer than it may"))
            members = family(self.process.pid)
            in_files, files = 0, 0
            for folder in IN_MEMORY:
                size, number = used((member.pid for member in members), folder)
                in_files, files = in_files + size, files + number
            if in_files + sum(map(_bytes, members)) > self.limits.memory_bytes:
                return self.end(
                    english(
                        "the notebook used more than {size:.1f} GB of memory", size=self.limits.memory_bytes / 2**30
                    )
                )
            if files > self.limits.files:
                return self.end(english("the notebook made more than {number} files", number=self.limits.files))
            if sum(len(wanting) for wanting in map(_wanting_to_compute, members)) > self.limits.at_once:
                self.crowds = True
            if self.crowds:
                _give_way(member.pid for member in members)
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


def _bytes(process: psutil.Process) -> int:
    """What a process and the system for it hold in memory."""
    with contextlib.suppress(psutil.Error, OSError, ValueError):
        status = dict(line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
        tables = 1024 * int(status.get("VmPTE", "0 kB").split()[0])
        return _proportional_bytes(process) + tables + DESCRIPTOR_BYTES * process.num_fds()
    return _proportional_bytes(process)


def _proportional_bytes(process: psutil.Process) -> int:
    """The memory of a process, in which a page counts 1/n if n processes share it; where that is hidden, all of it."""
    try:
        try:
            return process.memory_full_info().pss
        except (psutil.AccessDenied, AttributeError):
            return process.memory_info().rss
    except psutil.Error:
        return 0


def _wanting_to_compute(process: psutil.Process) -> list[str]:
    """The threads of a process that run or wait for a processor."""
    folder = Path(f"/proc/{process.pid}/task")
    try:
        states = [(folder / thread / "stat").read_text().rpartition(")")[2].split()[0] for thread in os.listdir(folder)]
    except (OSError, IndexError):
        return []
    return [state for state in states if state == "R"]


def _give_way(processes: Iterable[int]) -> None:
    """Let others compute first: within a session by the threads' priority, and between sessions by the sessions'."""
    for pid in processes:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.setpriority(os.PRIO_PROCESS, int(thread), LOWEST)
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/autogroup").write_text(str(LOWEST))
