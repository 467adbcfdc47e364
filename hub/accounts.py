"""Accounts of the machine for those who try a hub; they go when the hub ends, their homes stay."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from hub.layout import Hub, HubError


@contextmanager
def accounts(hub: Hub) -> Iterator[None]:
    """Make an account for each user, without a password, and remove it in the end. Raises HubError.

    An account of the same name whose home lies elsewhere is somebody's, and is not touched.
    """
    users = (*hub.students, hub.instructor)
    if hub.one_account:
        for user in users:
            (hub.homes / user).mkdir(parents=True, exist_ok=True)
            (hub.homes / user).chmod(0o700)
        yield
        return
    useradd, userdel = map(_program, ("useradd", "userdel"))
    hub.homes.mkdir(parents=True, exist_ok=True)
    made: list[str] = []
    try:
        for user in users:
            _make(hub, user, useradd)
            made.append(user)
        yield
    finally:
        for user in made:
            subprocess.run([userdel, "--force", user], capture_output=True)


def _program(name: str) -> str:
    """Where an administrator's program lies; the PATH that `su` leaves does not lead there."""
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"]))
    if found is None:
        raise HubError(f"a hub makes accounts with {name}, which is not here: `apt install passwd` installs it")
    return found


def _make(hub: Hub, user: str, useradd: str) -> None:
    home = hub.homes / user
    try:
        other = pwd.getpwnam(user).pw_dir
    except KeyError:
        kept = [each.stat().st_uid for each in hub.homes.iterdir()]  # a new account must not own a home that is there
        number = f"--uid={home.stat().st_uid}" if home.exists() else f"--key=UID_MIN={max(kept, default=999) + 1}"
        command = [useradd, "--create-home", f"--home-dir={home}", "--shell=/bin/bash", number, user]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise HubError(f"useradd could not make the account {user}: {done.stderr.strip()}") from None
    else:
        if other != str(home):
            raise HubError(f"this machine has an account {user} of its own, whose home is {other}: rename or remove it")
    home.chmod(0o700)
