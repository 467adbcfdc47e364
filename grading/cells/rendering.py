"""A notebook's page, made in a process of its own: what takes too long, or all memory, costs that page alone.

A server that has nbconvert loaded forks a process for each page, one at a time. What cannot be made in time is made
once more, with every text as it was written.
"""

import os
import resource
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from helpers.repository import ROOT

PROCESSOR_S = 30
CLOCK_S = 120
MEMORY = 4 * 2**30


class NotRendered(Exception):
    """Why there is no page, in words that follow its name."""


@dataclass(frozen=True)
class Page:
    """What a page is made of: the exporter and its configuration, and a notebook and nbconvert's resources."""

    exporter: type[HTMLExporter]
    config: Config
    notebook: NotebookNode
    resources: dict[str, Any]


class Server:
    """The process that forks, started when the first page is asked for; it ends with the process that asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def made(self, page: Page) -> str:
        """The page in HTML. Raises `NotRendered`."""
        with self._lock:
            connection = self._connection or self._start()
            try:
                connection.send(page)
                if not connection.poll(CLOCK_S):
                    raise NotRendered(f"takes more than {CLOCK_S} s to render")
                good, text = connection.recv()
            except BaseException as error:
                self._stop()
                if isinstance(error, OSError | EOFError):
                    raise NotRendered("was not rendered: the process that does it ended") from None
                raise
        if not good:
            raise NotRendered(text)
        return str(text)

    def _start(self) -> Connection:
        ours, its = socket.socketpair()
        command = f"from grading.cells.rendering import serve; serve({its.fileno()})"
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-c", command],
            pass_fds=[its.fileno()],
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,
        )
        its.close()
        connection = self._connection = Connection(ours.detach())
        return connection

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            os.killpg(self._process.pid, 9)
            self._process.wait()


_SERVER = Server()


def rendered(page: Page) -> str:
    """The page in HTML. Raises `NotRendered`."""
    try:
        return _SERVER.made(page)
    except NotRendered:
        return _SERVER.made(replace(page, resources={**page.resources, "plain": True}))


def serve(descriptor: int) -> None:
    """Make pages until nobody asks any more; each in a child, so that it costs what it may and no more."""
    import grading.cells.shown  # noqa: F401 (that every child has it)

    connection = Connection(descriptor)
    while True:
        try:
            page = connection.recv()
        except EOFError:
            return
        child = os.fork()
        if not child:
            _work(connection, page)
        _, status = os.waitpid(child, 0)
        if status:
            why = f"takes more than {PROCESSOR_S} s of processor time or {MEMORY / 2**30:g} GB to render"
            connection.send((False, why))


def _work(connection: Connection, page: Page) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        html, _ = HTMLExporter.from_notebook_node(page.exporter(config=page.config), page.notebook, page.resources)
        answer = True, html
    except BaseException as error:
        answer = False, f"cannot be rendered ({type(error).__name__}: {str(error)[:500]})"
    try:
        connection.send(answer)
    except BaseException:
        os._exit(1)
    os._exit(0)
