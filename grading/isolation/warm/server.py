"""Forks kernels from one process that has imported the course's libraries, so that none of them waits for that.

The server runs in a sandbox and never runs anything of a student. Each kernel gets namespaces of its own before it
starts: processes, mounts with empty temporary folders, users without rights and without further namespaces. Messages
come over one socket, each with open files: the request as JSON, the kernel's stderr, its lifeline, then its sockets
and the files for its working folder. The kernel and all that it started end when the other end of the lifeline is
closed.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import warnings
from collections.abc import Sequence

from grading.isolation.box import kernel_app
from grading.isolation.warm import namespaces
from grading.isolation.warm.kernel import supervise

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
SCM_MAX_FD = 253  # unix(7): so many descriptors Linux passes in one message


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
            namespaces.unshare()
            init = os.fork()
            if init == 0:
                namespaces.isolate(request)
                os._exit(0)
            os._exit(os.waitpid(init, 0)[1] and 1)
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
    """Start a kernel for each message until the other end is closed.

    A request holds settings, which the kernel's ``main`` gets; module, in which that is; files, the names of copies in
    the working folder; networks, whether Keras is to be loaded; and what `namespaces.isolate` wants.
    """
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, SCM_MAX_FD)
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


def main(settings: dict) -> None:
    """Say on the control socket why kernels cannot be forked, or that they can, and do so."""
    control = socket.socket(fileno=settings["control"])
    why = why_not(settings["trial"])
    control.sendall(json.dumps(why).encode())
    if why:
        return
    signal.signal(signal.SIGCHLD, reap)
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    load(LIBRARIES)
    serve(control)


if __name__ == "__main__":
    main(kernel_app.settings())
