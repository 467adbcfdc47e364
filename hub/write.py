"""Write what a hub needs into a folder: environments, settings, data, exchange, the instructor's clone, the proxy.

Writing again brings all of it up to date; what users made (homes, clone, gradebook, exchange) stays.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from helpers.files import replacing
from helpers.repository import ROOT
from hub import environments
from hub.layout import Hub, HubError, closed_above
from hub.server_files import PAGES, private_files, student_files, teacher_files

NODE_MISSING = (
    "JupyterHub's proxy is a program for Node.js 18 or later, and there is no `{}` on this machine's PATH. "
    "`apt install nodejs npm` installs it (or `conda install nodejs`); then run the same command again"
)
PROXY = "proxy"
CREDENTIALS = re.compile("//[^/@]*@")
NOT_DATA = {"generated", "generation"}


def write(hub: Hub, report: Callable[[str], None] = print) -> None:
    """Write a hub, or bring it up to date. ``report`` gets a line a step. Raises HubError."""
    require(hub)
    os.umask(0o022)
    hub.folder.mkdir(parents=True, exist_ok=True)
    hub.private.mkdir(mode=0o700, exist_ok=True)
    hub.private.chmod(0o700)

    report("the hub's settings and its proxy")
    _write_texts(hub.private, private_files(hub))
    _install_proxy(hub.private / PROXY)

    report("the data sets")
    copy_data(hub.data)

    report("the exchange and the instructor's clone")
    hub.exchange.mkdir(exist_ok=True)
    hub.exchange.chmod(0o1777)
    course = hub.exchange / hub.course_id
    course.mkdir(exist_ok=True)
    os.chown(course, *hub.owner(hub.instructor))
    _clone(hub)

    report("the students' environment")
    write_student(hub)

    report("the instructor's environment")
    write_teacher(hub)
    _own(hub, hub.course)
    os.chown(hub.teacher, -1, hub.owner(hub.instructor)[1])
    hub.teacher.chmod(0o750)


def write_student(hub: Hub) -> None:
    """The students' environment. Raises HubError."""
    environments.make(hub.student, "requirements-hub.txt", environments.python_for_all())
    _copy_helpers(hub.student)
    _write_texts(hub.student, student_files(hub))


def write_teacher(hub: Hub) -> None:
    """The instructor's environment, which imports the course from the clone. Raises HubError."""
    environments.make(hub.teacher, "requirements-all.txt", environments.python_for_all())
    environments.add_course(hub.teacher, hub.course)
    _write_texts(hub.teacher, teacher_files(hub))


def require(hub: Hub) -> None:
    """Raise HubError where something is missing without which no hub can be made."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise HubError(NODE_MISSING.format(program))
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        raise HubError("the instructor gets a clone of the course by git: install git, and start from a clone")
    if not hub.one_account:
        if os.geteuid() != 0:
            raise HubError(
                "a hub for a class gives files to other accounts, which root alone may: run the command with sudo. "
                "To look at a hub as yourself: `make hub`"
            )
        if closed := closed_above(hub.folder):
            raise HubError(f"users cannot enter {closed}: choose a folder that all can reach, such as /srv/hepdl")
        if hub.folder.is_relative_to(ROOT):
            raise HubError(
                f"{hub.folder} lies in the clone that holds the solutions: choose a folder outside of {ROOT}"
            )
    hub.home(hub.instructor)


def _write_texts(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_text(text)


def _install_proxy(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    wanted = {name: (ROOT / "hub" / PROXY / name).read_text() for name in ("package.json", "package-lock.json")}
    installed = folder / "installed"
    if installed.exists() and installed.read_text() == wanted["package-lock.json"]:
        return
    _write_texts(folder, wanted)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise HubError(f"npm could not install JupyterHub's proxy: {done.stderr.strip()[-1000:]}")
    installed.write_text(wanted["package-lock.json"])


def copy_data(to: Path) -> None:
    """Copy the data sets, for reading."""
    new, old = (to.with_name(f".{to.name}.{ending}") for ending in ("new", "old"))
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    for folder in sorted((ROOT / "data").iterdir()):
        if folder.is_dir() and folder.name not in NOT_DATA and not folder.name.startswith((".", "_")):
            shutil.copytree(folder, new / folder.name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    for path in new.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o444)
    if to.exists():
        to.rename(old)
    new.rename(to)
    shutil.rmtree(old, ignore_errors=True)


def _copy_helpers(environment: Path) -> None:
    """What notebooks import, and the pages of the course: nothing else of the repository is for students."""
    packages, pages = environments.site_packages(environment), environment / PAGES
    for old in (packages / "helpers", pages):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(ROOT / "helpers", packages / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([environment / "bin" / "python", "-m", "compileall", "-q", packages / "helpers"], check=True)
    pages.mkdir(parents=True)
    for page in (ROOT / "course").glob("*.md"):
        shutil.copyfile(page, pages / page.name)


def _clone(hub: Hub) -> None:
    home = hub.home(hub.instructor)
    home.mkdir(parents=True, exist_ok=True)
    _own(hub, home, deep=False)
    home.chmod(0o700)
    if hub.course.exists():
        return
    with replacing(hub.course) as part:
        done = _git("clone", "--quiet", "--no-hardlinks", "--depth=1", ROOT.as_uri(), str(part))
        if done.returncode:
            raise HubError(f"git could not clone {ROOT} for the instructor: {done.stderr.strip()}")
        origin = _git("-C", str(ROOT), "remote", "get-url", "origin")
        if origin.returncode == 0:
            _git("-C", str(part), "remote", "set-url", "origin", CREDENTIALS.sub("//", origin.stdout.strip()))
        part.chmod(0o700)
        _own(hub, part)


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], capture_output=True, text=True)


def _own(hub: Hub, path: Path, deep: bool = True) -> None:
    """Give a path, and with ``deep`` all below it, to the instructor."""
    owner = hub.owner(hub.instructor)
    for found in (path, *(path.rglob("*") if deep else ())):
        os.chown(found, *owner, follow_symlinks=False)
