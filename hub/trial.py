"""A JupyterHub on this machine's own address, for two students and an instructor, until somebody stops it."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from helpers.repository import ROOT
from hub import check
from hub.accounts import accounts
from hub.layout import Hub, HubError, read
from hub.processes import Stopped, running, stopped_by_signals, wait
from hub.write import write

STUDENTS = ("hepdl-alice", "hepdl-bob")
INSTRUCTOR = "hepdl-lecturer"
FOR_LOOKING = (
    "This hub runs under your account alone: each user can read what the others have, solutions and gradebook too. "
    "It is for looking, not for a class. As root (sudo .venv/bin/hepdl hub try) each user gets an account."
)
SECONDS = 120
"""How long the hub may take to answer."""


class Served(NamedTuple):
    """A hub that answers: where, with which password for each user, and the program that it is."""

    address: str
    passwords: dict[str, str]
    program: subprocess.Popen[bytes]


def hub_to_try(folder: Path | None, students: tuple[str, ...] = STUDENTS) -> Hub:
    """The hub to try in a folder: of this account, or as root of accounts of its own."""
    one_account = os.geteuid() != 0
    default = ROOT / "build" / "hub" if one_account else Path("/srv/hepdl-trial")
    return Hub((folder or default).resolve(), INSTRUCTOR, students, one_account=one_account)


def run(hub: Hub, port: int, assignments: Sequence[str] = (), report: Callable[[str], None] = print) -> None:
    """Make a hub, release assignments (by default all), and serve until Ctrl+C. Raises HubError.

    ``report`` gets what a user should read, line by line.
    """
    with stopped_by_signals():
        try:
            with served(hub, port, assignments, report) as answering:
                report(f"\nThe hub answers at {answering.address}")
                for user, password in answering.passwords.items():
                    report(f"  {user:16s} password {password}")
                if hub.one_account:
                    report(FOR_LOOKING)
                report("Ctrl+C stops it; homes, gradebook and exchange stay for the next time.")
                status = wait(answering.program)
            raise HubError(f"JupyterHub ended by itself with status {status}; {_log(hub)} says why")
        except Stopped:
            report("Stopping.")


@contextmanager
def served(hub: Hub, port: int, assignments: Sequence[str], report: Callable[[str], None]) -> Iterator[Served]:
    """Make a hub, release assignments (with none, all), and serve while the block runs. Raises HubError."""
    if not _is_free(port):
        raise HubError(f"port {port} of this machine is taken: stop what runs there, or choose another with --port")
    if shutil.which("bwrap") is None:
        report("Bubblewrap is missing, without which nothing is graded: `apt install bubblewrap` installs it.")
    names = sorted({notebook.parent.name for notebook in (ROOT / "solutions").glob("*/*.ipynb")})
    if unknown := set(assignments) - set(names):
        raise HubError(f"there is no assignment {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if (hub.private / "settings.json").exists() and read(hub.folder).one_account != hub.one_account:
        who = "root" if hub.one_account else "another account"
        raise HubError(f"{hub.folder} holds a hub that {who} made: name another folder")
    report(f"Making a hub in {hub.folder}; the first time takes minutes.")
    hub.folder.mkdir(parents=True, exist_ok=True)
    hub.folder.chmod(0o755)
    with accounts(hub):
        _make(hub, assignments or names, report)
        with _running(hub, port) as answering:
            yield answering


def _make(hub: Hub, assignments: Sequence[str], report: Callable[[str], None]) -> None:
    write(hub, lambda step: report(f"  {step}"))
    report(f"  the release of {', '.join(assignments)}")
    _release(hub, assignments)
    if not hub.one_account:
        for finding in check.findings(hub):
            report(f"Beware: {finding.wrong}. Remedy: {finding.remedy}")


def _release(hub: Hub, assignments: Sequence[str]) -> None:
    user, group = hub.owner(hub.instructor)
    as_instructor: dict[str, Any] = {} if hub.one_account else {"user": user, "group": group, "extra_groups": []}
    environment = hub.variables() | {
        "HOME": str(hub.home(hub.instructor)),
        "PATH": os.pathsep.join([str(hub.teacher / "bin"), "/usr/local/bin", "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        [hub.teacher / "bin" / "python", "-m", "hub.release", *assignments],
        cwd=hub.course,
        env=environment,
        capture_output=True,
        text=True,
        **as_instructor,
    )
    if done.returncode:
        raise HubError(f"the assignments could not be released: {done.stderr.strip()[-2000:]}")


def _log(hub: Hub) -> Path:
    return hub.private / "jupyterhub.log"


@contextmanager
def _running(hub: Hub, port: int) -> Iterator[Served]:
    address, log = f"http://127.0.0.1:{port}", _log(hub)
    students, instructor = secrets.token_urlsafe(9), secrets.token_urlsafe(24)
    environment = {
        "HOME": str(hub.private),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LANG": "C.UTF-8",
        "HEPDL_STUDENTS_PASSWORD": students,
        "HEPDL_INSTRUCTOR_PASSWORD": instructor,
    }
    command = [
        *(sys.executable, "-m", "jupyterhub", f"--config={hub.private}/jupyterhub_config.py"),
        f"--JupyterHub.bind_url={address}",
        f"--JupyterHub.hub_bind_url=http://127.0.0.1:{_free_port()}",
        f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{_free_port()}",
    ]
    with running(command, environment, log) as program:
        _wait_for(address, program, log)
        yield Served(address, dict.fromkeys(hub.students, students) | {hub.instructor: instructor}, program)


def _wait_for(address: str, program: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and program.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/hub/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise HubError(f"JupyterHub does not answer at {address}; {log} says why")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
