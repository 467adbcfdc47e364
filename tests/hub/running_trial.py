"""A hub to try, as `hepdl hub try` runs it."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

from helpers.repository import ROOT

ASSIGNMENT, NOTEBOOK, COURSE = "ex1_uproot", "uproot_basics", "hepdl"
ALICE, BOB, LECTURER = "hepdl-alice", "hepdl-bob", "hepdl-lecturer"
SECONDS = 1500
"""How long the first start may take: two environments and a proxy are installed."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder: Path, port: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "hepdl", "hub", "try", folder, f"--port={port}", f"--assignment={ASSIGNMENT}"]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def said_until_it_answers(program: subprocess.Popen) -> str:
    said = ""
    for line in program.stdout:
        said += line
        if line.startswith("Ctrl+C stops it"):
            return said
    raise AssertionError(said)
