"""`make environment` installs what the locks say, repairs what was interrupted, and leaves alone what is there.

The course is a toy: two wheels in a folder stand for the packages of its locks.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from helpers.repository import ROOT

PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "toy-course"
version = "1.0"
[project.scripts]
hepdl = "hepdl:main"
[tool.setuptools]
py-modules = ["hepdl"]
"""


def wheel(folder: Path, name: str, version: str) -> str:
    """A wheel with a module and a command that prints the version; its line in a lock.

    Versions of different length: Python takes two sources of one second and one length for the same.
    """
    path, about = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"def say():\n    print('{name} {version}')\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: toy\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[console_scripts]\n{name} = {name}:say\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{file},,\n" for file in (*files, f"{about}/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Course:
    """A toy course in a folder, with an environment that holds uv and nothing else yet."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.wheels = folder / "my course", folder / "wheels"
        self.wheels.mkdir()
        self.folder.mkdir()
        shutil.copy(ROOT / "Makefile", self.folder)
        guarded = "grading/formgrader/nbgrader_guarded.json"
        (self.folder / guarded).parent.mkdir(parents=True)
        shutil.copy(ROOT / guarded, self.folder / guarded)
        (self.folder / "pyproject.toml").write_text(PROJECT)
        (self.folder / "hepdl.py").write_text("def main():\n    print('hepdl')\n")
        (self.folder / "requirements-uv.txt").touch()
        self.lock("requirements.txt", student="1.0")
        self.lock("requirements-all.txt", student="1.0", instructor="1.0")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--prompt", "hepdl", self.venv], check=True)
        with (self.venv / "pyvenv.cfg").open("a") as settings:
            settings.write("relocatable = true\n")
        (self.venv / "bin" / "uv").symlink_to(Path(sys.executable).with_name("uv"))
        self.packages.joinpath("outer.pth").write_text(sysconfig.get_path("purelib"))

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def packages(self) -> Path:
        return Path(sysconfig.get_path("purelib", vars={"base": str(self.venv)}))

    def lock(self, name: str, **versions: str) -> None:
        lines = (wheel(self.wheels, package, version) for package, version in versions.items())
        (self.folder / name).write_text("".join(lines))

    def make(self, *arguments: str) -> subprocess.CompletedProcess:
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "UV_", "PIP_"))
        }
        uv = {
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(self.wheels),
            "UV_CACHE_DIR": str(self.wheels.with_name("cache")),
        }
        return subprocess.run(
            ["make", *arguments], cwd=self.folder, env=kept | uv, capture_output=True, text=True, timeout=120
        )

    def install(self, *arguments: str) -> None:
        done = self.make("environment", *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr

    def says(self, command: str) -> str:
        done = subprocess.run([self.venv / "bin" / command], capture_output=True, text=True, check=True)
        return done.stdout.strip()


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path.resolve())


STUDENT = "LOCK=requirements.txt"


def test_a_student_gets_the_students_packages_and_the_command(course):
    course.install(STUDENT)
    assert course.says("student") == "student 1.0"
    assert course.says("hepdl") == "hepdl"
    assert (course.venv / "etc/jupyter/jupyter_server_config.d/nbgrader_guarded.json").exists()
    assert not (course.venv / "bin" / "instructor").exists()


def test_lab_takes_the_students_lock_and_test_the_whole_one():
    def lock(target: str) -> str:
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True)
        return next(word for word in done.stdout.split() if word in ("requirements.txt", "requirements-all.txt"))

    assert lock("lab") == "requirements.txt"
    assert {lock(target) for target in ("test", "lint", "data", "environment")} == {"requirements-all.txt"}


def test_what_the_tests_installed_stays_for_the_student(course):
    course.install()
    course.install(STUDENT)
    assert course.says("instructor") == "instructor 1.0"


def test_with_everything_there_no_package_is_looked_for(course):
    course.install()
    for path in course.wheels.iterdir():
        path.unlink()
    course.install()


def test_a_changed_lock_is_installed(course):
    course.install()
    course.lock("requirements-all.txt", student="1.10", instructor="1.0")
    course.install()
    assert course.says("student") == "student 1.10"


def test_a_package_that_cannot_be_had_is_answered_and_had_later(course):
    course.install()
    course.lock("requirements-all.txt", student="1.10", instructor="1.0")
    shutil.rmtree(course.wheels)
    done = course.make("environment")
    assert done.returncode != 0
    assert "Is this machine connected to the network?" in done.stderr
    assert "UV_DEFAULT_INDEX" in done.stderr and "UV_SYSTEM_CERTS=1" in done.stderr
    assert course.says("student") == "student 1.0"

    course.wheels.mkdir()
    course.lock("requirements-all.txt", student="1.10", instructor="1.0")
    course.install()
    assert course.says("student") == "student 1.10"


def test_a_wrong_checksum_is_refused(course):
    lock = course.folder / "requirements-all.txt"
    lock.write_text(lock.read_text().replace("sha256:", "sha256:0")[:-2] + "\n")
    assert course.make("environment").returncode != 0
    assert not (course.venv / "bin" / "instructor").exists()


def test_an_installation_that_was_killed_is_repaired(course):
    course.install()
    python, real = course.venv / "bin" / "python", os.readlink(course.venv / "bin" / "python")
    python.unlink()
    python.write_text("#!/bin/sh\nkill -9 $$\n")
    python.chmod(0o755)
    assert course.make("environment").returncode != 0
    python.unlink()
    python.symlink_to(real)
    (course.packages / "student.py").unlink()  # what was not yet written
    course.install()
    assert course.says("student") == "student 1.0"


def test_the_environment_of_a_moved_folder_works(course):
    course.install()
    course.folder = course.folder.rename(course.folder.with_name("elsewhere"))
    assert course.says("student") == "student 1.0"
    course.install()
    assert course.says("hepdl") == "hepdl"


def test_a_python_that_no_longer_runs_is_answered(course):
    course.install()
    (course.venv / "bin" / "python").unlink()
    done = course.make("environment")
    assert done.returncode != 0
    assert "run 'make clean' first" in done.stderr
