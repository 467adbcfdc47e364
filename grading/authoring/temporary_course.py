"""An nbgrader course in a temporary folder, with this repository's configuration: for demonstrations and tests."""

import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from helpers.repository import ROOT

STOCK = """
for name in ("sanitize_preprocessors", "autograde_preprocessors", "pre_convert_hook", "exporter_class"):
    c.Autograde.pop(name, None)
"""


class CommandFailed(Exception):
    """An nbgrader command that failed, and the end of what it printed."""


class TemporaryCourse:
    """A course of one assignment, in which nbgrader's commands leave everything that they write.

    folder: empty. source: the folder of the assignment's solution.
    """

    def __init__(self, folder: Path, assignment: str, source: Path) -> None:
        self.folder, self.assignment = folder, assignment
        shutil.copytree(source, folder / "solutions" / assignment, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        shutil.copy(ROOT / "nbgrader_config.py", folder)
        home = folder / "home"
        home.mkdir()
        self.environment = os.environ | {
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "IPYTHONDIR": str(home / "ipython"),
            "MPLCONFIGDIR": str(home / "matplotlib"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "HEPDL_COURSE_ID": "demo",
            "HEPDL_EXCHANGE": str(folder / "exchange"),
        }
        self.environment.pop("HEPDL_GRADEBOOK", None)

    def grade_as_stock_nbgrader(self) -> None:
        """Let the course be graded by nbgrader's own preprocessors, with the settings of this repository."""
        with (self.folder / "nbgrader_config.py").open("a") as config:
            config.write(STOCK)

    def copied_to(self, folder: Path) -> "TemporaryCourse":
        """The course as it stands, in another folder that is not there yet."""
        shutil.copytree(self.folder, folder, symlinks=True)
        twin = copy.copy(self)
        twin.folder = folder
        twin.environment = {
            name: value.replace(str(self.folder), str(folder)) for name, value in self.environment.items()
        }
        return twin

    @property
    def database(self) -> str:
        """The address of the gradebook."""
        return f"sqlite:///{self.folder}/gradebook.db"

    def nbgrader(self, *arguments: str, folder: Path | None = None, may_fail: bool = False) -> str:
        """Run a command in the course, or in another folder with the course's settings; return what it printed."""
        settings = () if folder is None else (f"--course-dir={self.folder}",)
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments, *settings],
            cwd=folder or self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode and not may_fail:
            raise CommandFailed(f"`nbgrader {' '.join(arguments)}` failed:\n{done.stdout[-3000:]}")
        return done.stdout

    def submit(self, student: str, files: Mapping[str, str], when: datetime) -> None:
        """Hand in files, given as name and text, as a student, through the exchange."""
        handed_in = self.folder / "students" / student / self.assignment
        handed_in.mkdir(parents=True)
        for name, text in files.items():
            (handed_in / name).write_text(text)
        self.nbgrader(
            "submit",
            self.assignment,
            f"--student={student}",
            f"--Exchange.timestamp_format={when:%Y-%m-%d %H:%M:%S} UTC",
            folder=handed_in.parent,
        )
