"""A PostgreSQL server of the test's own: in a temporary folder, behind a socket in it, as an unprivileged user."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

INSTALL = "sudo apt-get install postgresql"
LOCK_TIMEOUT_S = 60


def programs() -> Path | None:
    """Where PostgreSQL's programs are, or None. Debian keeps them off the PATH."""
    found = shutil.which("initdb") or max(glob.glob("/usr/lib/postgresql/*/bin/initdb"), default=None)
    return found and Path(found).resolve().parent


class Server:
    """A running server; a context manager that ends it and removes its files."""

    def __enter__(self) -> "Server":
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        who = {}
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        data = str(self.folder / "data")
        initdb = [
            programs() / "initdb",
            "-D",
            data,
            "-U",
            "course",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        ]
        subprocess.run(initdb, cwd=self.folder, check=True, capture_output=True, **who)
        settings = ["-c", "listen_addresses=", "-c", "fsync=off"]
        self._log = (self.folder / "log").open("w")
        self._process = subprocess.Popen(
            [programs() / "postgres", "-D", data, "-k", self.folder, *settings],
            cwd=self.folder,
            stdout=self._log,
            stderr=self._log,
            **who,
        )
        self._wait()
        return self

    def _wait(self) -> None:
        end = time.monotonic() + LOCK_TIMEOUT_S
        while True:
            try:
                return self.connect().close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise AssertionError((self.folder / "log").read_text()) from None
                time.sleep(0.1)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="course", dbname=database, autocommit=True)

    def new_database(self, name: str, like: str = "template1") -> str:
        """A database, empty or a copy of another one; its address for HEPDL_GRADEBOOK."""
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return f"postgresql+psycopg://course@/{name}?host={self.folder}"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(LOCK_TIMEOUT_S)
        self._log.close()
        shutil.rmtree(self.folder)
