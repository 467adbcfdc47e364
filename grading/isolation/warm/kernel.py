"""A kernel in a process forked from the server: in namespaces of its own, with a supervisor and an init process.

The supervisor stays in the server's process namespace and owns the lifeline; the init process is the first of the new
namespace, so that everything in there ends with it (pid_namespaces(7)); its child is the kernel.
"""

import contextlib
import importlib
import os
import select
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from grading.isolation.warm import namespaces

END_PATIENCE_S = 2


def supervise(request: dict, lifeline: socket.socket, stderr: int, descriptors: list[int]) -> NoReturn:
    """Start a kernel in namespaces of its own, and end them with it or with the lifeline."""
    server = os.getppid()
    os.setsid()
    os.dup2(stderr, 2)
    os.close(stderr)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    namespaces.unshare()
    lifeline.send(b"!")
    init = os.fork()
    if init == 0:
        lifeline.close()
        _be_init(request, descriptors, server)
    for descriptor in descriptors:
        os.close(descriptor)
    ended = os.pidfd_open(init)
    watched: list[int | socket.socket] = [ended, lifeline]
    if ended not in select.select(watched, [], [])[0]:
        os.kill(init, signal.SIGTERM)
        select.select([ended], [], [], END_PATIENCE_S)
        os.kill(init, signal.SIGKILL)
    os.waitpid(init, 0)
    os._exit(0)


def _be_init(request: dict, descriptors: list[int], server: int) -> NoReturn:
    """Be the parent of the kernel and of what it leaves behind, and end with it; end both when told to.

    The kernel does not get the number that the server has in its own namespace: libraries tell by their process's
    number whether they were forked, and would wait for threads that only the server has (numexpr does).
    """
    namespaces.isolate(request)
    while (kernel := os.fork()) == server:
        pass
    if kernel == 0:
        if os.getpid() == server:
            os._exit(0)
        _be_kernel(request, descriptors)
    namespaces.hide_memory()
    for descriptor in descriptors:
        os.close(descriptor)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(-1, signal.SIGKILL))
    while os.wait()[0] != kernel:
        pass
    os._exit(0)


def _be_kernel(request: dict, descriptors: list[int]) -> NoReturn:
    settings = request["settings"]
    count = len(settings["sockets"])
    settings["sockets"] = dict(zip(settings["sockets"], descriptors[:count], strict=True))
    for name, descriptor in zip(request["files"], descriptors[count:], strict=True):
        path = Path(settings["folder"], name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(descriptor, "rb") as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    status = 1
    with contextlib.suppress(SystemExit):
        importlib.import_module(request["module"]).main(settings)
        status = 0
    sys.stdout.flush()
    os._exit(status)
