"""A hub's folder as `hepdl hub write` leaves it, without its packages; and a hub to try that runs for all tests."""

import os
import pwd
import re
import shutil
import signal
import tempfile
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from running_trial import SECONDS, free_port, said_until_it_answers, start
from system_packages import is_missing
from written_hub import make_environment, packages_of, put

from helpers.repository import ROOT
from hub import check
from hub.layout import Hub
from hub.server_files import private_files, student_files, teacher_files


@pytest.fixture
def open_folder():
    """An empty folder that every account can enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder.resolve()


@pytest.fixture
def clone(open_folder, monkeypatch):
    """The clone that the hub was written from, closed as it should be."""
    clone = open_folder / "clone"
    put(clone / "helpers/jets.py", "JETS = 2\n")
    shutil.copy(ROOT / "requirements-hub.txt", clone)
    put(clone / "data/hww/manifest.json", "{}")
    put(clone / "solutions/answers.ipynb")
    clone.chmod(0o700)
    monkeypatch.setattr(check, "ROOT", clone)
    return clone


@pytest.fixture
def hub(open_folder, clone, monkeypatch):
    """A hub with nothing to mend, whose instructor is the account that runs the tests."""
    before = os.umask(0o022)
    hub = Hub(open_folder / "hub", pwd.getpwuid(os.getuid()).pw_name)
    monkeypatch.setattr(Hub, "home", lambda self, user: self.homes / user)
    monkeypatch.setattr(pwd, "getpwall", list)
    monkeypatch.setattr(check.shutil, "which", lambda program: f"/usr/bin/{program}")
    make_environment(hub.student, student_files(hub))
    make_environment(hub.teacher, teacher_files(hub))
    hub.teacher.chmod(0o750)
    for name, text in private_files(hub).items():
        put(hub.private / name, text)
    put(hub.private / "proxy/node_modules/.bin/configurable-http-proxy")
    hub.private.chmod(0o700)
    shutil.copytree(clone / "helpers", packages_of(hub.student) / "helpers")
    put(hub.data / "hww/manifest.json", "{}")
    put(hub.course / "solutions/answers.ipynb")
    put(hub.course / "gradebook.db")
    hub.home(hub.instructor).chmod(0o700)
    (hub.exchange / hub.course_id / "outbound").mkdir(parents=True)
    (hub.exchange / hub.course_id / "inbound").mkdir(mode=0o733)
    hub.exchange.chmod(0o1777)
    os.umask(before)
    return hub


@pytest.fixture(scope="session")
def trial():
    """A running hub; HEPDL_HUB_TRIAL names a folder to keep it in, so that trying again takes seconds."""
    if not shutil.which("node") or not shutil.which("npm"):
        is_missing("a hub needs Node.js for its proxy: apt install nodejs npm")
    if os.geteuid() != 0:
        is_missing("a hub with an account for each user is tested as root")
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(os.environ.get("HEPDL_HUB_TRIAL", name))
        folder.mkdir(exist_ok=True)
        port = free_port()
        program = start(folder, port)
        try:
            said = said_until_it_answers(program)
            passwords = dict(re.findall(r"^ +(\S+) +password (\S+)$", said, re.MULTILINE))
            below = psutil.Process(program.pid).children(recursive=True)
            yield SimpleNamespace(
                folder=folder,
                port=port,
                program=program,
                said=said,
                passwords=passwords,
                below=below,
                address=f"http://127.0.0.1:{port}",
            )
        finally:
            program.send_signal(signal.SIGINT)
            program.wait(SECONDS)
