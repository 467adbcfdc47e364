"""Look at a hub that was written, and name each thing that is wrong or open to those whom it is not for."""

import json
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any, NamedTuple

from helpers.repository import ROOT
from hub.environments import site_packages
from hub.layout import Hub, HubError, closed_above
from hub.server_files import private_files, student_files, teacher_files
from hub.write import NODE_MISSING, NOT_DATA, PROXY

FIRST_USER, LAST_USER = 1000, 59999
MAKE_SANDBOX = """
from grading.isolation.box import sandbox
try:
    sandbox.require()
except sandbox.NoSandbox as reason:
    raise SystemExit(str(reason))
"""
SECRET_FOLDERS = ("solutions", "tests", ".git", "secret")


class Finding(NamedTuple):
    """What is wrong, and what puts it right: a sentence each."""

    wrong: str
    remedy: str


def print_findings(hub: Hub) -> int:
    """Print what is found; the status to exit with, 1 if there is anything."""
    found = findings(hub)
    for finding in found:
        print(f"- {finding.wrong}.\n  Remedy: {finding.remedy}")
    print(f"{len(found)} to mend in {hub.folder}." if found else f"Nothing is wrong or open in {hub.folder}.")
    return bool(found)


def findings(hub: Hub) -> list[Finding]:
    """What is wrong in a hub, in the order of RULES. What cannot be looked at is a finding, too."""
    found: list[Finding] = []
    for rule in RULES:
        try:
            found += rule(hub)
        except PermissionError as error:
            found.append(Finding(f"{error.filename} cannot be looked at", "run the check as root (sudo)"))
        except FileNotFoundError as error:
            found.append(Finding(f"{error.filename} is not there", _write(hub)))
        except HubError as error:
            found.append(Finding(str(error), "do that, then check again"))
    return list(dict.fromkeys(found))


def _write(hub: Hub) -> str:
    return f"hepdl hub write {hub.folder} --instructor {hub.instructor}"


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def _is_open(path: Path) -> bool:
    """Whether others can read or enter a path."""
    return bool(_mode(path) & 0o005) and closed_above(path) is None


def one_account(hub: Hub) -> Iterator[Finding]:
    """All users are one account."""
    if hub.one_account:
        yield Finding(
            "one account plays all users, so that each can read what all others have",
            f"for a class: sudo {_write(hub)}, in a new folder",
        )


def clones(hub: Hub) -> Iterator[Finding]:
    """A clone with solutions that students can read."""
    for clone in (hub.course, ROOT):
        found = [name for name in SECRET_FOLDERS if (clone / name).exists() and _is_open(clone / name)]
        gradebook = clone / "gradebook.db"
        found += [gradebook.name] if gradebook.exists() and _is_open(gradebook) else []
        if found:
            yield Finding(f"students can read {', '.join(found)} in {clone}", f"chmod 700 {clone}")


def homes(hub: Hub) -> Iterator[Finding]:
    """A home that others can enter."""
    found = {Path(user.pw_dir) for user in pwd.getpwall() if FIRST_USER <= user.pw_uid <= LAST_USER}
    found |= {hub.home(hub.instructor), *hub.homes.glob("*")}
    for home in sorted(home for home in found if home.is_dir()):
        if _mode(home) & 0o077:
            yield Finding(
                f"others can enter the home {home}",
                f"chmod 700 {home}; HOME_MODE 0700 in /etc/login.defs makes new ones so",
            )


def secrets(hub: Hub) -> Iterator[Finding]:
    """The hub's own files are for the hub."""
    if _mode(hub.private) & 0o077:
        yield Finding(f"others can read the hub's secrets in {hub.private}", f"chmod 700 {hub.private}")
    if _mode(hub.teacher) & 0o007:
        yield Finding(f"students can enter the instructor's environment {hub.teacher}", f"chmod 750 {hub.teacher}")


def exchange(hub: Hub) -> Iterator[Finding]:
    """All may write into the exchange; nobody may move the course away, or list what was handed in."""
    if _mode(hub.exchange) != 0o1777:
        yield Finding(
            f"the exchange {hub.exchange} has the mode {_mode(hub.exchange):o}, so that nbgrader refuses it or "
            "users can move a course away",
            f"chmod 1777 {hub.exchange}",
        )
    course = hub.exchange / hub.course_id
    if course.stat().st_uid != hub.owner(hub.instructor)[0]:
        yield Finding(f"{course} does not belong to {hub.instructor}", f"chown -R {hub.instructor} {course}")
    for folder in (course, course / "outbound"):
        if folder.exists() and _mode(folder) & 0o022:
            yield Finding(f"students can put files into {folder}", f"chmod 755 {folder}")
    for folder in (course / "inbound", course / "feedback"):
        if folder.exists() and _mode(folder) & 0o004:
            yield Finding(f"students can list what lies in {folder}", f"chmod o-r {folder}")


def data(hub: Hub) -> Iterator[Finding]:
    """The data sets are there, for all to read and for nobody to change."""
    for manifest in sorted((ROOT / "data").glob("*/manifest.json")):
        if manifest.parent.name not in NOT_DATA and not (hub.data / manifest.parent.name / manifest.name).exists():
            yield Finding(f"the data set {manifest.parent.name} is not in {hub.data}", _write(hub))
    writable = [path for path in (hub.data, *sorted(hub.data.rglob("*"))) if _mode(path) & 0o022]
    if writable:
        yield Finding(f"users can change data, such as {writable[0]}", f"chmod -R go-w {hub.data}")


def challenge(hub: Hub) -> Iterator[Finding]:
    """Where the instructor has made a round of the challenge, students have its jets: `write` brings the example's."""
    made, given = hub.course / "data" / "generated" / "round" / "challenge", hub.data / "challenge"
    manifest = made / "manifest.json"
    if manifest.exists() and [manifest.read_bytes()] != [path.read_bytes() for path in given.glob(manifest.name)]:
        yield Finding(
            f"students have other secret jets than the round in {made}",
            f"rm -rf {given} && cp -r {made} {given} && chmod -R a+rX,go-w {given}",
        )


def reachable(hub: Hub) -> Iterator[Finding]:
    """All users can reach what is for all."""
    if hub.one_account:
        return
    for path in (hub.student / "bin" / "python", hub.teacher / "bin" / "python", hub.data / ".", hub.exchange / "."):
        closed = closed_above(path)
        if closed and closed != hub.teacher:
            yield Finding(
                f"users cannot start or read {path.resolve()}, because they cannot enter {closed}",
                f"chmod o+x {closed}, or {_write(hub)} with another folder or another Python",
            )


def packages(hub: Hub) -> Iterator[Finding]:
    """A student's environment holds what a student needs, and speaks with this hub."""
    folder = site_packages(hub.student)
    found = {_name(each.metadata["Name"]): each.version for each in distributions(path=[str(folder)])}
    lock = (ROOT / "requirements-hub.txt").read_text()
    wanted = {_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    if foreign := sorted(found.keys() - wanted):
        yield Finding(f"the students' environment holds what is not for students: {', '.join(foreign)}", _write(hub))
    if (folder / "grading").exists():
        yield Finding("the students' environment holds the grader", _write(hub))
    hubs = version("jupyterhub")
    if found.get("jupyterhub") != hubs:
        yield Finding(
            f"the students' environment has jupyterhub {found.get('jupyterhub', 'not')}, the hub {hubs}", _write(hub)
        )
    for clone in (ROOT, hub.course):
        for module in sorted((clone / "helpers").rglob("*.py")):
            copy = folder / module.relative_to(clone)
            if not copy.exists() or copy.read_bytes() != module.read_bytes():
                yield Finding(
                    f"the students' {module.relative_to(clone)} is not that of {clone}",
                    f"git pull in {ROOT} and {hub.course}, then {_write(hub)}",
                )
                return


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def kernels(hub: Hub) -> Iterator[Finding]:
    """Notebooks ask for a kernel called python3; it is this environment's."""
    for environment in (hub.student, hub.teacher):
        file = environment / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
        python = json.loads(file.read_text())["argv"][0]
        if os.sep in python and not Path(python).is_relative_to(environment):
            yield Finding(f"the kernel python3 of {environment} starts {python}, another environment's", _write(hub))


def files(hub: Hub) -> Iterator[Finding]:
    """The files of servers and hub are those of this version, and users cannot change them."""
    for folder, texts in (
        (hub.private, private_files(hub)),
        (hub.student, student_files(hub)),
        (hub.teacher, teacher_files(hub)),
    ):
        for name, text in texts.items():
            if not (folder / name).exists() or (folder / name).read_text() != text:
                yield Finding(
                    f"{folder / name} is not what this version of the course writes",
                    f"{_write(hub)}; settings of your own belong into a file that loads jupyterhub_config.py",
                )
    for folder in (hub.student, hub.student / "bin", hub.student / "etc" / "jupyter", site_packages(hub.student)):
        for path in (folder, *folder.iterdir()):
            if not path.is_symlink() and _mode(path) & 0o022:
                yield Finding(f"users can change {path}, which all start", f"chmod -R go-w {hub.student}")
                return


def programs(hub: Hub) -> Iterator[Finding]:
    """What is no Python package: the proxy, and the sandbox of grading."""
    if shutil.which("node") is None:
        yield Finding(NODE_MISSING.format("node"), "apt install nodejs npm")
    if not (hub.private / PROXY / "node_modules" / ".bin" / "configurable-http-proxy").exists():
        yield Finding("JupyterHub's proxy is not installed", _write(hub))
    if shutil.which("bwrap") is None:
        yield Finding("bubblewrap is missing, without which nothing is graded", "apt install bubblewrap")
    else:
        yield from sandbox(hub)


def sandbox(hub: Hub) -> Iterator[Finding]:
    """The instructor can make the sandbox of grading, which takes more than bubblewrap on some machines."""
    user, group = hub.owner(hub.instructor)
    account: dict[str, Any] = {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}
    tried = subprocess.run(
        [hub.teacher / "bin" / "python", "-c", MAKE_SANDBOX],
        cwd=hub.course,
        env={"PATH": os.environ["PATH"], "HOME": str(hub.home(hub.instructor))},
        capture_output=True,
        text=True,
        **account,
    )
    if tried.returncode:
        said = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
        yield Finding(f"{hub.instructor} cannot grade", said)


RULES: tuple[Callable[[Hub], Iterator[Finding]], ...] = (
    one_account,
    clones,
    homes,
    secrets,
    exchange,
    data,
    challenge,
    reachable,
    packages,
    kernels,
    files,
    programs,
)
