"""Places beside the file system that processes share: locks on files, keyrings, queues, sockets of other kinds."""

from dishonest.attack import Attack

LOCKED = "locked a file that others read"
KEPT = "left something in the kernel"
TRY = """
import ctypes
import os

def pseudorapidity(theta):
    return 0

libc = ctypes.CDLL(None, use_errno=True)

def call(*arguments):
    return libc.syscall(*(ctypes.c_long(it) if isinstance(it, int) else it for it in arguments))

def reached(worked):
    if worked:
        print("REACH" + "ED")
"""
SHARED = """
import fcntl
import struct
import helpers

path = helpers.__file__ if helpers.__file__ else np.__file__

def keeps_others_out():
    if os.fork() == 0:
        try:
            fcntl.flock(open(path), fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.lockf(open(path), fcntl.LOCK_SH | fcntl.LOCK_NB)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.wait()[1] != 0
"""


def _attack(name: str, tries: str, code: str, reached: str) -> Attack:
    return Attack(name, tries, {"rapidity": TRY + code}, reached=reached, alone=True)


ATTACKS = [
    _attack(
        "a lock on a shared file",
        "Takes an exclusive lock (flock) on a file that every kernel reads, and keeps it.",
        SHARED + "mine = open(path)\nfcntl.flock(mine, fcntl.LOCK_EX)\nreached(keeps_others_out())",
        LOCKED,
    ),
    _attack(
        "a lock on a range of a shared file",
        "Takes a lock of the other kind (lockf), of which writers take notice.",
        SHARED + "mine = open(path)\nfcntl.lockf(mine, fcntl.LOCK_SH)\n"
        "flags = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0)\n"
        "reached(fcntl.fcntl(mine, fcntl.F_GETLK, flags) != flags and keeps_others_out())",
        LOCKED,
    ),
    _attack(
        "a lock that outlives its process",
        "Locks the open file, and leaves it open to a process that is detached.",
        SHARED + "mine = open(path)\nfcntl.flock(mine, fcntl.LOCK_EX)\n"
        "if os.fork() == 0:\n    os.setsid()\n    import time\n    time.sleep(30)\n    os._exit(0)\n"
        "reached(keeps_others_out())",
        LOCKED,
    ),
    _attack(
        "a lock by HDF5",
        "Has HDF5 lock each of the course's files of jets, which h5py does by itself.",
        SHARED + "from helpers.repository import ROOT\nfrom pathlib import Path\nimport h5py\n"
        "mine = []\nfor path in sorted(map(str, Path(ROOT, 'data').rglob('*.h5')))[:3]:\n"
        "    mine.append(h5py.File(path, 'r', locking=True))\n    reached(keeps_others_out())",
        LOCKED,
    ),
    _attack(
        "a lease on a shared file",
        "Asks to be told, and waited for, before anybody opens a file for writing.",
        SHARED + "fcntl.fcntl(open(path), fcntl.F_SETLEASE, fcntl.F_RDLCK)\nreached(True)",
        LOCKED,
    ),
    _attack(
        "a watch on a folder",
        "Asks the kernel for a signal whenever a file of the environment is opened.",
        SHARED + "fcntl.fcntl(os.open(os.path.dirname(path), os.O_RDONLY), fcntl.F_NOTIFY, 1)\nreached(True)",
        "watches the environment's files",
    ),
    _attack(
        "watches until there are none left",
        "Takes a hundred inotify instances, of which a user has 128.",
        "reached(all(libc.inotify_init1(0) >= 0 for _ in range(100)))",
        "took the user's watches",
    ),
    _attack(
        "a key for the next submission",
        "Leaves text in the keyring of the user who grades.",
        "reached(call(248, b'user', b'hepdl', b'the answer', 10, -4) > 0)",
        KEPT,
    ),
    _attack(
        "a key of the login",
        "Leaves text in the keyring of the session in which grading was started.",
        "reached(call(248, b'user', b'hepdl', b'the answer', 10, -3) > 0)",
        KEPT,
    ),
    _attack(
        "the instructor's keys",
        "Asks for the keyrings that the grader's login holds, as a key agent's secrets are.",
        "reached(any(call(250, 0, ring, 0) > 0 for ring in (-3, -4, -5)))",
        "reached the login's keyrings",
    ),
    _attack(
        "a queue of messages",
        "Leaves a message in a System V queue.",
        "reached(call(68, 4711, 0o1666) >= 0)",
        KEPT,
    ),
    _attack(
        "a queue with a name",
        "Leaves a message in a POSIX queue.",
        "reached(call(240, b'hepdl', 0o102, 0o666, None) >= 0)",
        KEPT,
    ),
    _attack(
        "a semaphore that stays",
        "Makes a System V semaphore, as a bit for whoever looks.",
        "reached(call(64, 4711, 1, 0o1666) >= 0)",
        KEPT,
    ),
    _attack(
        "a socket to the machine below",
        "Opens a socket of the kind by which a virtual machine talks to its host: no network namespace divides those.",
        "import socket\nsocket.socket(40, socket.SOCK_STREAM)\nreached(True)",
        "reached the host's sockets",
    ),
    _attack(
        "the kernel's ciphers",
        "Opens a socket by which the kernel computes for a process, in memory that nobody counts.",
        "import socket\nsocket.socket(38, socket.SOCK_SEQPACKET)\nreached(True)",
        "reached the kernel's ciphers",
    ),
    _attack(
        "system calls by another door",
        "Sets up a ring by which the kernel opens files without being asked by a system call.",
        "reached(libc.syscall(425, 8, ctypes.create_string_buffer(120)) >= 0)",
        "went around the filter",
    ),
    _attack(
        "system calls of an older kind",
        "Calls the kernel by the numbers of another architecture.",
        "reached(libc.syscall(0x40000000 + 39) > 0)",
        "went around the filter",
    ),
    _attack(
        "the memory of the first process",
        "Opens the memory of the sandbox's first process to have it do what is refused here.",
        "open('/proc/1/mem', 'r+b')\nreached(True)",
        "wrote another process's memory",
    ),
    _attack(
        "descriptors that were left open",
        "Looks for open files that the kernel was started with: of the grader, or of other submissions.",
        "there = [os.readlink(f'/proc/self/fd/{it}') for it in os.listdir('/proc/self/fd') "
        "if os.path.islink(f'/proc/self/fd/{it}')]\n"
        "reached(any(it.startswith('/') and not it.startswith(('/dev/', '/proc/', '/tmp/home')) for it in there))",
        "found open files",
    ),
]
