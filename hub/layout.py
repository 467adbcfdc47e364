"""Where a hub's parts lie, and who may enter them."""

import json
import os
import pwd
from dataclasses import asdict, dataclass
from pathlib import Path


class HubError(Exception):
    """Why the hub cannot be made or started, in a sentence that says the way out."""


@dataclass(frozen=True)
class Hub:
    """A hub in a folder. Of two kinds: for a class each user has an account, to look at it one account plays them all.

    students: who may log in with the instructor where the hub is one to try; with none, every account of the machine.
    """

    folder: Path
    instructor: str
    students: tuple[str, ...] = ()
    course_id: str = "hepdl"
    one_account: bool = False

    @property
    def private(self) -> Path:
        """What only the hub may read: its settings, secrets, data base, log and proxy."""
        return self.folder / "hub"

    @property
    def student(self) -> Path:
        """The environment of a student's server."""
        return self.folder / "student"

    @property
    def teacher(self) -> Path:
        """The environment of the instructor's server."""
        return self.folder / "instructor"

    @property
    def data(self) -> Path:
        """The data sets, for all to read."""
        return self.folder / "data"

    @property
    def exchange(self) -> Path:
        """The exchange of nbgrader."""
        return self.folder / "exchange"

    @property
    def homes(self) -> Path:
        """The homes of those who try a hub."""
        return self.folder / "home"

    @property
    def course(self) -> Path:
        """The instructor's clone: solutions, tests and the gradebook."""
        return self.home(self.instructor) / "hepdl"

    def home(self, user: str) -> Path:
        """A user's home. Raises HubError where there is no such account."""
        if self.one_account:
            return self.homes / user
        try:
            return Path(pwd.getpwnam(user).pw_dir)
        except KeyError:
            raise HubError(
                f"there is no account {user!r} on this machine: make it (useradd --create-home {user}), "
                "or name another with --instructor"
            ) from None

    def owner(self, user: str) -> tuple[int, int]:
        """Numbers of a user and of the user's group."""
        if self.one_account:
            return os.getuid(), os.getgid()
        account = pwd.getpwnam(user)
        return account.pw_uid, account.pw_gid

    def variables(self) -> dict[str, str]:
        """What every server has in its environment."""
        return {
            "HEPDL_DATA": str(self.data),
            "HEPDL_EXCHANGE": str(self.exchange),
            "HEPDL_COURSE_ID": self.course_id,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "0",
        }

    def settings(self) -> str:
        """The text of settings.json, which jupyterhub_config.py reads."""
        settings = asdict(self) | {"folder": str(self.folder), "variables": self.variables()}
        return json.dumps(settings, indent=2) + "\n"


def read(folder: Path) -> Hub:
    """The hub that was written into a folder. Raises HubError."""
    file = folder / "hub" / "settings.json"
    try:
        settings = json.loads(file.read_text())
        del settings["variables"]
        return Hub(**settings | {"folder": folder, "students": tuple(settings["students"])})
    except FileNotFoundError:
        raise HubError(f"there is no hub in {folder}: `hepdl hub write {folder}` writes one") from None
    except PermissionError:
        raise HubError(f"{file} is for the hub's account alone: run the command as root (sudo)") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise HubError(f"{file} is damaged: `hepdl hub write {folder}` writes it anew") from None


def closed_above(path: Path) -> Path | None:
    """The folder on the way to a path, or to what it links to, that others cannot enter; None if all can reach it."""
    ways = path.absolute(), path.resolve()
    above = (folder for way in ways for folder in reversed(way.parents) if folder.exists())
    return next((folder for folder in above if not folder.stat().st_mode & 0o001), None)
