"""Forks kernels from one process that has imported the course's libraries, so that none of them waits for that.

The server runs in a sandbox and never runs anything of a student. Each kernel gets namespaces of its own before it
starts: processes, mounts with empty temporary folders, users without rights and without further namespaces. Messages
come over one socket, each with open files: the request as JSON, the kernel's stderr, its lifeline, then its sockets
and the files for its working folder. The kernel and all that it started end when the other end of the lifeline is
closed.
"""

import contextlib
import ctypes
import fcntl
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from grading.isolation.box import kernel_app
from grading.isolation.box.limits import NEW

LIBRARIES = (
    "numpy",
    "awkward",
    "h5py",
    "matplotlib.pyplot",
    "mplhep",
    "pandas",
    "scipy.stats",
    "sklearn.metrics",
    "sklearn.model_selection",
    "uproot",
    "helpers.checks",
    "helpers.datasets",
    "helpers.figures",
    "helpers.jets",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "grading.isolation.student.kernel",
)
NETWORKS = ("keras", "tensorflow")
MOST_DESCRIPTORS = 253  # what Linux passes in one message
TEMPORARY, SHARED_MEMORY = "/tmp", "/dev/shm"
CODE_BYTES = 2**20
END_PATIENCE_S = 2

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNET = 0x00020000, 0x04000000, 0x08000000, 0x40000000
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
OWN_NAMESPACES = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 4096, 8192, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
LINUX_CAPABILITY_VERSION_3 = 0x20080522
SIOCSIFFLAGS, IFF_UP = 0x8914, 1

libc = ctypes.CDLL(None, use_errno=True)


# --- namespaces ------------------------------------------------------------------------------------------------------


def separate() -> None:
    """Leave the namespaces of the server; processes that are forked from now on have their own."""
    user, group = os.getuid(), os.getgid()
    _checked(libc.unshare(OWN_NAMESPACES), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def shut_in(request: dict) -> None:
    """Give the first process of its namespaces empty temporary folders, and take away all that it may."""
    _checked(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")
    _mount("none", "none", "/", MS_REC | MS_PRIVATE)
    _mount("proc", "proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    _mount("tmpfs", "tmpfs", SHARED_MEMORY, MS_NOSUID | MS_NODEV, f"size={request['shared_memory_bytes']}")
    _replace(request["code_folder"], request["code"], CODE_BYTES)
    _mount("none", "none", request["code_folder"], MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    _replace(TEMPORARY, request["below_temporary"], request["scratch_bytes"])
    os.makedirs(request["told"]["folder"])
    _start_loopback()
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _drop_capabilities()


def _replace(folder: str, keep: Sequence[str], size: int) -> None:
    """Put an empty folder of limited size in the place of another, of which some paths stay as they are."""
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
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def _drop_capabilities() -> None:
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    header = struct.pack("Ii", LINUX_CAPABILITY_VERSION_3, 0)
    _checked(libc.capset(header, bytes(24)), "capset")


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


# --- a kernel --------------------------------------------------------------------------------------------------------


def supervise(request: dict, lifeline: socket.socket, stderr: int, descriptors: list[int]) -> NoReturn:
    """Start a kernel in namespaces of its own, and end them with it or with the lifeline."""
    server = os.getppid()
    os.setsid()
    os.dup2(stderr, 2)
    os.close(stderr)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    separate()
    lifeline.send(b"!")
    first = os.fork()
    if first == 0:
        lifeline.close()
        _be_first(request, descriptors, server)
    for descriptor in descriptors:
        os.close(descriptor)
    ended = os.pidfd_open(first)
    if ended not in select.select([ended, lifeline], [], [])[0]:
        os.kill(first, signal.SIGTERM)
        select.select([ended], [], [], END_PATIENCE_S)
        os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    os._exit(0)


def _be_first(request: dict, descriptors: list[int], server: int) -> NoReturn:
    """Be the parent of the kernel and of what it leaves behind, and end with it; end both when told to.

    The kernel does not get the number that the server has in its own namespace: libraries tell by their process's
    number whether they were forked, and would wait for threads that only the server has (numexpr does).
    """
    shut_in(request)
    while (kernel := os.fork()) == server:
        pass
    if kernel == 0:
        if os.getpid() == server:
            os._exit(0)
        _be_kernel(request, descriptors)
    _checked(libc.prctl(PR_SET_DUMPABLE, 0), "prctl")
    for descriptor in descriptors:
        os.close(descriptor)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(-1, signal.SIGKILL))
    while os.wait()[0] != kernel:
        pass
    os._exit(0)


def _be_kernel(request: dict, descriptors: list[int]) -> NoReturn:
    told = request["told"]
    count = len(told["sockets"])
    told["sockets"] = dict(zip(told["sockets"], descriptors[:count], strict=True))
    for name, descriptor in zip(request["files"], descriptors[count:], strict=True):
        path = Path(told["folder"], name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(descriptor, "rb") as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    status = 1
    with contextlib.suppress(SystemExit):
        importlib.import_module(request["module"]).main(told)
        status = 0
    sys.stdout.flush()
    os._exit(status)


# --- the server ------------------------------------------------------------------------------------------------------


def load(names: Sequence[str]) -> None:
    """Import modules that are not there yet, and keep them out of the garbage collection of every kernel."""
    if missing := [name for name in names if name not in sys.modules]:
        for name in missing:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()


def why_not(request: dict) -> str:
    """Why kernels cannot get namespaces of their own here; empty if they can."""
    reading, writing = os.pipe()
    trial = os.fork()
    if trial == 0:
        try:
            separate()
            first = os.fork()
            if first == 0:
                shut_in(request)
                os._exit(0)
            os._exit(os.waitpid(first, 0)[1] and 1)
        except OSError as error:
            os.write(writing, str(error).encode())
            os._exit(1)
    os.close(writing)
    with open(reading, "rb") as said:
        why = said.read().decode()
    return "" if os.waitpid(trial, 0)[1] == 0 else why or "no reason given"


def reap(*_: object) -> None:
    """Take note of kernels that have ended; what they computed then counts as the server's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def serve(control: socket.socket) -> None:
    """Start a kernel for each message until the other end is closed."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, MOST_DESCRIPTORS)
        if not message:
            return
        text, stderr, lifeline, *others = descriptors
        with open(text) as file:
            request = json.load(file)
        if request["networks"]:
            load(NETWORKS)
        with socket.socket(fileno=lifeline) as line:
            if os.fork() == 0:
                control.close()
                supervise(request, line, stderr, others)
        for descriptor in (stderr, *others):
            os.close(descriptor)


def main() -> None:
    told = kernel_app.told()
    control = socket.socket(fileno=told["control"])
    why = why_not(told["trial"])
    control.sendall(json.dumps(why).encode())
    if why:
        return
    signal.signal(signal.SIGCHLD, reap)
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    load(LIBRARIES)
    serve(control)


if __name__ == "__main__":
    main()
