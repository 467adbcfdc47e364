"""Too much where nobody counts: memory of no process, files without content, parts without end, magics, crowds."""

from pathlib import Path

from dishonest.attack import Attack

HELD = "held memory that nobody counts"


def _empty_files(folder: Path) -> None:
    (folder / "many").mkdir()
    for number in range(20_000):
        (folder / "many" / f"{number:0100d}").touch()


def _folders(folder: Path) -> None:
    for number in range(2000):
        (folder / "many" / str(number)).mkdir(parents=True)


def _beside(name: str, tries: str, hand_in: object) -> Attack:
    return Attack(name, tries, hand_in=hand_in, alone=True)  # type: ignore[arg-type]


def _in_a_cell(name: str, tries: str, code: str, reached: str = "", risked: tuple[str, ...] = ()) -> Attack:
    return Attack(name, tries, {"batches": code}, reached=reached, risked=frozenset(risked), alone=True)


ATTACKS = [
    _beside("20 000 empty files beside the notebook", "For the grader to copy one by one.", _empty_files),
    _beside("2000 folders beside the notebook", "Hands in folders without a file.", _folders),
    _in_a_cell(
        "a file in memory without a name",
        "Keeps 500 MB in files that memfd_create makes, which belong to no process.",
        """
            import os

            kept = [os.memfd_create("kept") for _ in range(5)]
            for file in kept:
                for _ in range(100):
                    os.write(file, bytes(10**6))
            print("REACH" + "ED")
        """,
        HELD,
    ),
    _in_a_cell(
        "memory that is shared with nobody",
        "Writes to 500 MB of shared memory and takes it off its own account again.",
        """
            import mmap

            kept = mmap.mmap(-1, 5 * 10**8)
            for start in range(0, len(kept), 4096):
                kept[start] = 1
            kept.madvise(mmap.MADV_DONTNEED)
            print("REACH" + "ED")
        """,
        HELD,
    ),
    _in_a_cell(
        "memory behind /dev/zero",
        "Maps pages of the device in common, which are memory, too.",
        """
            import mmap

            with open("/dev/zero", "r+b") as device:
                kept = mmap.mmap(device.fileno(), 5 * 10**8)
            for start in range(0, len(kept), 4096):
                kept[start] = 1
            print("REACH" + "ED")
        """,
        HELD,
    ),
    _in_a_cell(
        "a segment of memory",
        "Keeps 500 MB in a System V segment that no process has attached.",
        """
            import ctypes

            libc = ctypes.CDLL(None)
            libc.shmat.restype, libc.shmdt.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
            number = libc.shmget(0, 5 * 10**8, 0o1600)
            place = libc.shmat(number, None, 0) if number >= 0 else None
            if place:
                ctypes.memset(place, 1, 5 * 10**8)
                libc.shmdt(place)
                print("REACH" + "ED")
        """,
        HELD,
    ),
    _in_a_cell(
        "a million files without content",
        "Makes empty files in the temporary folder: each is a kilobyte in the system's memory.",
        """
            for number in range(1_000_000):
                open(f"/tmp/{number}", "w").close()
            print("REACH" + "ED")
        """,
        "made a million files",
        ("rapidity", "scores", "window"),
    ),
    _in_a_cell(
        "a message of endless parts",
        "Writes to the kernel's own sockets the beginning of a message that does not end.",
        """
            import os
            import socket
            import struct

            part = b"\\x03" + struct.pack(">Q", 10**6) + bytes(10**6)
            for number in range(3, 100):
                try:
                    found = socket.socket(fileno=os.dup(number))
                    found.getpeername()
                except OSError:
                    continue
                found.settimeout(0.2)
                try:
                    for _ in range(300):
                        found.sendall(part)
                except OSError:
                    pass
        """,
        risked=("rapidity", "scores", "window"),
    ),
    _in_a_cell(
        "200 lines of magics",
        "Has whoever reads the cell begin again after each line.",
        "%time x = 1\n" * 200,
    ),
    _in_a_cell(
        "a cell of 3000 commands",
        "The same by shell commands, of which none is run.",
        "if False:\n" + "    !true\n" * 600,
    ),
    _in_a_cell(
        "24 busy processes",
        "Keeps every processor busy for half a minute with processes that it leaves.",
        """
            import os
            import time

            end = time.monotonic() + 30
            for _ in range(24):
                if os.fork() == 0:
                    while time.monotonic() < end:
                        pass
                    os._exit(0)
        """,
    ),
    _in_a_cell(
        "24 busy sessions",
        "The same, each in a session of its own, between which the system divides its time.",
        """
            import os
            import time

            end = time.monotonic() + 30
            for _ in range(24):
                if os.fork() == 0:
                    os.setsid()
                    while time.monotonic() < end:
                        pass
                    os._exit(0)
        """,
    ),
]
