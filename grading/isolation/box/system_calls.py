"""Which system calls a sandbox refuses, as a program for the kernel's filter (seccomp(2)).

Namespaces divide files, processes and network. They do not divide the kernel's keyrings and the locks on files that
others read, too; and memory that belongs to no process is counted as nobody's. So there is none of these in a sandbox.
A refused call fails as on a system that does not have it, and a lock is granted to everybody who asks.
"""

import ctypes
import errno
import platform
import struct

# <linux/audit.h>
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
FIRST_OF_X32 = 0x40000000
# syscalls(2); the numbers on x86_64 and on aarch64
KEYRINGS = {"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)}
UNCOUNTED_MEMORY = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
}
WATCHES_OF_FILES = {"inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262)}
WAYS_AROUND = {
    "io_uring_setup": (425, 425),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "open_by_handle_at": (304, 265),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
}
REFUSED = KEYRINGS | UNCOUNTED_MEMORY | WATCHES_OF_FILES | WAYS_AROUND
FLOCK, FCNTL, MMAP, SOCKET = (73, 32), (72, 25), (9, 222), (41, 198)
# fcntl(2): F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW; F_SETLEASE, F_NOTIFY
LOCKS, LEASES = (6, 7, 37, 38), (1024, 1026)
# mmap(2)
MAP_SHARED, MAP_ANONYMOUS, MAP_HUGETLB = 0x01, 0x20, 0x40000
# socket(2): AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Of the others, VSOCK reaches past network namespaces.
FAMILIES = (1, 2, 10, 16)

# <linux/bpf_common.h>, <linux/seccomp.h>, seccomp(2)
INSTRUCTION = struct.Struct("HBBI")
LOAD, AND, JUMP_IF_EQUAL, JUMP_IF_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
AT_NUMBER, AT_ARCHITECTURE, AT_ARGUMENTS = 0, 4, 16
SECCOMP = (317, 277)
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC = 1, 1


class NoFilter(Exception):
    """Why system calls cannot be filtered on this machine, as the end of a sentence."""


class FilterProgram(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def program() -> bytes:
    """The filter, as bubblewrap and the kernel take it. Raises NoFilter."""
    architecture, column = _machine()
    lines = [
        *(_line(LOAD, AT_ARCHITECTURE), _line(JUMP_IF_EQUAL, architecture, no=0, yes=1), _fail(errno.ENOSYS)),
        *(_line(LOAD, AT_NUMBER), _line(JUMP_IF_LEAST, FIRST_OF_X32, no=1), _fail(errno.ENOSYS)),
    ]
    for numbers in REFUSED.values():
        if (number := numbers[column]) is not None:
            lines += [_line(JUMP_IF_EQUAL, number, no=1), _fail(errno.ENOSYS)]
    lines += [_line(JUMP_IF_EQUAL, FLOCK[column], no=1), _fail(0)]
    lines += _with_argument(FCNTL[column], 1, [*_if_one_of(LOCKS, 0), *_if_one_of(LEASES, errno.EINVAL)])
    huge = [_line(AND, MAP_HUGETLB), *_if_one_of([MAP_HUGETLB], errno.ENOMEM)]
    shared = [_line(AND, MAP_SHARED | MAP_ANONYMOUS), *_if_one_of([MAP_SHARED | MAP_ANONYMOUS], errno.EPERM)]
    lines += _with_argument(MMAP[column], 3, huge) + _with_argument(MMAP[column], 3, shared)
    known = [line for family in FAMILIES for line in (_line(JUMP_IF_EQUAL, family, no=1), _line(RETURN, ALLOW))]
    lines += _with_argument(SOCKET[column], 0, [*known, _fail(errno.EAFNOSUPPORT)])
    return b"".join([*lines, _line(RETURN, ALLOW)])


def install() -> None:
    """Filter the calls of this process and of all that it starts from now on. It must have no right to new privileges.

    Raises NoFilter, or OSError.
    """
    instructions = program()
    filter_program = FilterProgram(len(instructions) // INSTRUCTION.size, instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    number = SECCOMP[_machine()[1]]
    if libc.syscall(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, ctypes.byref(filter_program)):
        raise OSError(ctypes.get_errno(), "the system calls of a sandbox cannot be filtered")


def _machine() -> tuple[int, int]:
    """How the kernel calls this processor, and which of a call's two numbers is valid on it."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise NoFilter(f"system calls are filtered on {' and '.join(ARCHITECTURES)}, and this processor is {machine}")
    return ARCHITECTURES[machine], list(ARCHITECTURES).index(machine)


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """yes, no: how many instructions a comparison skips."""
    return INSTRUCTION.pack(code, yes, no, value)


def _fail(number: int) -> bytes:
    """Let the call return this error without being made; 0: as if it had succeeded."""
    return _line(RETURN, FAIL | number)


def _if_one_of(values: list[int] | tuple[int, ...], number: int) -> list[bytes]:
    return [line for value in values for line in (_line(JUMP_IF_EQUAL, value, no=1), _fail(number))]


def _with_argument(call: int, position: int, lines: list[bytes]) -> list[bytes]:
    """Do this only at this call, with the lower half of an argument of it loaded; then load the call's number again."""
    inner = [_line(LOAD, AT_ARGUMENTS + 8 * position), *lines, _line(LOAD, AT_NUMBER)]
    return [_line(JUMP_IF_EQUAL, call, no=len(inner)), *inner]
