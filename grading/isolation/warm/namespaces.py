"""Namespaces of its own for a process that is about to be a kernel: what bubblewrap does, without a new program.

The numbers are Linux's, as the manual pages name them; Python's os has those of unshare(2) from version 3.12 on only,
and of the other calls none.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
from collections.abc import Sequence
from pathlib import Path

from grading.isolation.box import system_calls
from grading.isolation.box.limits import NEW

TEMPORARY, SHARED_MEMORY = "/tmp", "/dev/shm"
CODE_BYTES = 2**20

# unshare(2), namespaces(7)
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
OWN_NAMESPACES = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET
# mount(2)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 4096, 8192, 16384, 1 << 18
# prctl(2): PR_SET_PDEATHSIG(2const), PR_SET_DUMPABLE(2const), PR_SET_NO_NEW_PRIVS(2const)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
# capset(2): the header is the version and a process, 0 for this one; the data are two times three sets of 32 bits
LINUX_CAPABILITY_VERSION_3 = 0x20080522
CAPABILITY_HEADER, NO_CAPABILITIES = struct.Struct("Ii"), bytes(2 * 3 * 4)
# netdevice(7): struct ifreq is a name of 16 bytes and a union, here the flags
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
IFREQ_FLAGS = struct.Struct("16sh14x")

libc = ctypes.CDLL(None, use_errno=True)


def unshare() -> None:
    """Leave the present namespaces; processes that are forked from now on have their own. Raises OSError.

    The user stays who it is (user_namespaces(7): a group may be mapped once setgroups(2) is denied).
    """
    user, group = os.getuid(), os.getgid()
    _checked(libc.unshare(OWN_NAMESPACES), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def isolate(request: dict) -> None:
    """Give the init process of new namespaces empty temporary folders, and take away all rights. Raises OSError.

    What namespaces do not divide goes, too (``system_calls``).

    request: as `server.serve` gets it; of it scratch_bytes and shared_memory_bytes, the sizes of temporary folders;
    code_folder, which is emptied but for the paths in code; below_temporary, the paths that stay in /tmp; links, what
    links in /tmp point to; and in settings folder, the working folder.
    """
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _mount("none", "none", "/", MS_REC | MS_PRIVATE)
    _mount("proc", "proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    _mount("tmpfs", "tmpfs", SHARED_MEMORY, MS_NOSUID | MS_NODEV, f"size={request['shared_memory_bytes']}")
    _replace(request["code_folder"], request["code"], CODE_BYTES)
    _mount("none", "none", request["code_folder"], MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    _replace(TEMPORARY, request["below_temporary"], request["scratch_bytes"])
    os.makedirs(request["settings"]["folder"])
    for link, target in request["links"].items():
        if not os.path.lexists(link):
            os.symlink(target, link)
    _start_loopback()
    Path("/proc/sys/user/max_user_namespaces").write_text("0")  # namespaces(7)
    _drop_capabilities()
    system_calls.install()


def hide_memory() -> None:
    """Keep other processes of this user from reading this one's memory and descriptors (ptrace(2))."""
    _prctl(PR_SET_DUMPABLE, 0)


def _replace(folder: str, keep: Sequence[str], size: int) -> None:
    """Put an empty folder of limited size, in bytes, in the place of another, of which some paths stay as they are."""
    _mount("tmpfs", "tmpfs", NEW, MS_NOSUID | MS_NODEV, f"size={size},mode=755")
    for path in keep:
        place = Path(NEW) / Path(path).relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        if os.path.isdir(path):
            place.mkdir(exist_ok=True)
        else:
            place.touch()
        _mount("none", path, str(place), MS_BIND | MS_REC)
    _mount("none", NEW, folder, MS_MOVE)


def _mount(kind: str, source: str, target: str, flags: int, options: str = "") -> None:
    arguments = source.encode(), target.encode(), kind.encode(), flags, options.encode() or None
    _checked(libc.mount(*arguments), f"mount {target}")


def _start_loopback() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, IFREQ_FLAGS.pack(b"lo", IFF_UP))


def _drop_capabilities() -> None:
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _checked(libc.capset(CAPABILITY_HEADER.pack(LINUX_CAPABILITY_VERSION_3, 0), NO_CAPABILITIES), "capset")


def _prctl(operation: int, argument: int) -> None:
    _checked(libc.prctl(operation, argument, 0, 0, 0), "prctl")


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
