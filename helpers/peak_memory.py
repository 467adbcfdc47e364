"""How much memory a function takes at its peak, measured by another process than the one that it runs in.

Counted is memory of its own (anonymous memory), also where processes share it, and what lies in a /dev/shm that only
these processes see. Pages of files that are mapped into memory are the system's to drop.
"""

import contextlib
import ctypes
import gc
import io
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

LOOK_EVERY_S = 0.001
PROC = Path("/proc")
SHARED_MEMORY = "dev/shm"
OF_NO_FILE = ("/dev/zero (deleted)", "/memfd:", "/SYSV")


class FunctionFailed(Exception):
    """The function raised an exception, of which this holds the name and the words, or ended its process."""


def growth(
    function: Callable[..., object], arguments: tuple[Any, ...], first: tuple[Any, ...], limit_s: int = 60
) -> int | None:
    """Bytes by which ``function(*arguments)`` makes its process grow at its peak, after ``function(*first)``.

    The first call is to bring the process to its usual size. Both happen in a forked process, so that they change
    files and nothing else. None where the system has no way to measure it. Raises FunctionFailed if the function
    raises, and TimeoutError if it computes for longer than limit_s. A grader that runs the function in a process of its
    own puts another ``measure`` in place.
    """
    return measure(function, arguments, first, limit_s)


class PeakGrowth:
    """The peak of the memory of some processes above what they had at first.

    there: the numbers of the processes that there are; to be set when others have come or gone. Of those that come
    later only what they share with no other process is counted: a forked process begins with the memory of the one it
    comes from.
    """

    def __init__(self, processes: Iterable[int]) -> None:
        self.there = self.there_at_first = frozenset(processes)
        self.shared_at_first = {pid: _entries(pid, "status").get("RssShmem", 0) for pid in self.there}
        self.first = self.peak = self._memory()

    @property
    def bytes(self) -> int | None:
        """None if nothing could be measured: where there is no /proc."""
        return self.peak - self.first if self.first else None

    def look(self) -> None:
        """Measure now."""
        self.peak = max(self.peak, self._memory())

    def _memory(self) -> int:
        own = sum(_anonymous(pid) if pid in self.there_at_first else _unshared(pid) for pid in self.there)
        return own + sum(map(self._shared, self.there)) + used(self.there, SHARED_MEMORY)[0]

    def _shared(self, pid: int) -> int:
        """Bytes of its part of memory that is shared and of no file; looked for where such has come since the start."""
        if _entries(pid, "status").get("RssShmem", 0) <= self.shared_at_first.get(pid, 0):
            return 0
        return _of_no_file(pid)


def _anonymous(pid: int) -> int:
    """Bytes of memory of its own; 0 if it is gone, or where there is no /proc."""
    return _entries(pid, "status").get("RssAnon", 0)


def _unshared(pid: int) -> int:
    entries = _entries(pid, "smaps_rollup")
    if not entries:
        return _anonymous(pid)
    return min(entries.get("Anonymous", 0), entries.get("Private_Dirty", 0))


def _of_no_file(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps").read_text(errors="replace").splitlines()
    except OSError:
        return 0
    found, counts = 0, False
    for line in lines:
        if not line.split(" ", 1)[0].endswith(":"):
            counts = line[line.find("/") :].startswith(OF_NO_FILE)
        elif counts and line.startswith("Pss:"):
            found += 1024 * int(line.split()[1])
    return found


def used(processes: Iterable[int], folder: str) -> tuple[int, int]:
    """Bytes and files in the file systems that processes see under this path below /, and this process does not."""
    try:
        own = os.stat(f"/{folder}").st_dev
    except OSError:
        own = 0
    found = {}
    for pid in processes:
        with contextlib.suppress(OSError):
            path = PROC / str(pid) / "root" / folder
            if (device := os.stat(path).st_dev) != own and device not in found:
                there = os.statvfs(path)
                found[device] = ((there.f_blocks - there.f_bfree) * there.f_frsize, there.f_files - there.f_ffree)
    return sum(size for size, _ in found.values()), sum(files for _, files in found.values())


def _entries(pid: int, file: str) -> dict[str, int]:
    """The sizes, in bytes, in a file of /proc such as status; none if it cannot be read."""
    try:
        lines = (PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return {}
    split = (line.split() for line in lines if line.endswith(" kB"))
    return {words[0].rstrip(":"): 1024 * int(words[1]) for words in split}


def give_back_freed() -> None:
    """Return to the system what is no longer used, so that memory taken next is new to the process, and counts.

    The C library keeps some tens of megabytes of freed memory for later.
    """
    gc.collect()
    with contextlib.suppress(AttributeError, OSError, TypeError):  # only Linux's usual C library can be told to
        ctypes.CDLL(None).malloc_trim(0)


def in_a_fork(
    function: Callable[..., object], arguments: tuple[Any, ...], first: tuple[Any, ...], limit_s: int
) -> int | None:
    """As ``growth`` in an ordinary notebook. Where there is no /proc, the peak of all resident memory."""
    if not hasattr(os, "fork"):
        _call(function, arguments)
        return None
    reading, writing = os.pipe()
    waiting, going = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(going)
            _be_measured(writing, waiting, function, arguments, first, limit_s)
        finally:
            os._exit(0)
    os.close(writing)
    os.close(waiting)
    said, seen = b"", None
    while True:
        if select.select([reading], [], [], LOOK_EVERY_S)[0]:
            news = os.read(reading, 1000)
            said += news
            if not news:
                break
        if b"\0" in said:
            if seen is None:
                seen = PeakGrowth([child])
                os.write(going, b"\0")
            seen.look()
    os.close(reading)
    os.close(going)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        raise TimeoutError(f"it computed for more than {limit_s} s")
    result = said.decode(errors="replace").rpartition("\0")[2]
    if not result.lstrip("-").isdigit():
        raise FunctionFailed(result or "its process ended")
    return int(result) if seen is None or seen.bytes is None else seen.bytes


def _be_measured(
    writing: int,
    waiting: int,
    function: Callable[..., object],
    arguments: tuple[Any, ...],
    first: tuple[Any, ...],
    limit_s: int,
) -> None:
    """Write a zero byte when ready, wait for one, and at the end write the growth, or what went wrong."""
    import resource

    def peak() -> int:
        """Bytes; the unit of ru_maxrss is a byte on macOS and a kilobyte elsewhere."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

    gc.freeze()  # what another library's threads left behind must not be taken apart where these threads are not
    try:
        sys.stdout = sys.stderr = io.StringIO()
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
        function(*first)
        give_back_freed()
        before = peak()
        os.write(writing, b"\0")
        os.read(waiting, 1)
        function(*arguments)
        os.write(writing, str(peak() - before).encode())
    except BaseException as error:
        os.write(writing, _told(error).encode(errors="replace")[:500])


def _call(function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    try:
        function(*arguments)
    except Exception as error:
        raise FunctionFailed(_told(error)) from None


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".replace("\0", "")


measure = in_a_fork
