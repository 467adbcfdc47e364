"""A hub's folder as `hepdl hub write` leaves it, without its packages: what a check looks at is there."""

import os
import pwd
import shutil
import tempfile
from pathlib import Path

import pytest
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
