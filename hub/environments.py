"""The environments of a hub's users: of a student's server, and of the instructor's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from helpers.repository import ROOT
from hub.layout import HubError, closed_above

SUPPORTED = "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))"
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3")


def python_for_all() -> Path:
    """A Python that every account can start: the one that runs this, or one of the system's. Raises HubError."""
    own = Path(sys.base_prefix, "bin", "python3")
    system = (Path(folder, name) for folder in ("/usr/local/bin", "/usr/bin") for name in PYTHONS)
    for python in (own, *system):
        if python.exists() and not closed_above(python) and _is_supported(python):
            return python.resolve()
    raise HubError(
        f"{own} lies in a folder that only its owner can enter, and none of the system's Pythons is 3.11, 3.12 or "
        "3.13: install one for all users, such as Debian's (apt install python3)"
    )


def _is_supported(python: Path) -> bool:
    return subprocess.run([python, "-c", SUPPORTED], capture_output=True).returncode == 0


def make(environment: Path, lock: str, python: Path) -> None:
    """Make an environment hold the packages of a lock and no others. Raises HubError.

    One that was left unfinished is made anew.
    """
    unfinished = environment.with_name(f".{environment.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(environment, ignore_errors=True)
    unfinished.touch()
    if not (environment / "bin" / "python").exists():
        _uv("venv", "--quiet", "--clear", f"--python={python}", f"--prompt={environment.name}", str(environment))
    _uv("pip", "sync", "--compile-bytecode", "--require-hashes", f"--python={environment}", str(ROOT / lock))
    (environment / ".lock").unlink(missing_ok=True)  # uv lets all users write it
    unfinished.unlink()


def add_course(environment: Path, clone: Path) -> None:
    """Let an environment import the course's code from a clone. Raises HubError."""
    options = ["--no-deps", "--no-build-isolation", f"--python={environment}"]
    _uv("pip", "install", "--quiet", *options, "--editable", str(clone))


def site_packages(environment: Path) -> Path:
    """Where an environment keeps its packages. Raises HubError if there is no environment."""
    found = next(environment.glob("lib/python3*/site-packages"), None)
    if found is None:
        raise HubError(f"there is no environment in {environment}: `hepdl hub write {environment.parent}` makes it")
    return found


def _uv(*arguments: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run([find_uv_bin(), *arguments], env=kept, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise HubError(
            f"the packages could not be installed: {done.stderr.strip()[-1000:]}\n"
            "Is this machine connected to the network? (uv reads no pip.conf: UV_DEFAULT_INDEX names an institute's "
            "mirror, UV_SYSTEM_CERTS=1 takes its certificates; sudo wants them in its command line.) Then run the same "
            "command again"
        )
