"""The Makefile says what it can do and answers trouble in a sentence; the tree holds only what belongs in it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.repository import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = sorted(set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)))
NEEDED = ["Makefile", "pyproject.toml", "requirements.txt", "requirements-all.txt", "requirements-uv.txt"]
MAX_FILE_BYTES = 25e6
MAX_DATA_BYTES = 60e6

REGISTRIES = r"pypi\.org|pythonhosted\.|npmjs\.|anaconda\.org|debian\.org|/(pypi|simple)/"
MACHINE_PATHS = r"(?<![\w.])/(root|work|Users/\w+|home/(?!jovyan)\w+)(?=/|\b)"


def make(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=kept | variables, capture_output=True, text=True, timeout=60, check=False
    )


def sentence(done: subprocess.CompletedProcess) -> str:
    """What make's recipe said last before it failed; make itself adds a line with the number of the error."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    *_, last, error = done.stderr.strip().splitlines()
    assert error.startswith("make: ***")
    return last


@pytest.fixture
def folder(tmp_path):
    """The front door alone, without an environment."""
    folder = tmp_path.resolve() / "my course"
    folder.mkdir()
    for name in NEEDED:
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def old_python(tmp_path):
    script = tmp_path / "old-python"
    pretend = "import sys; sys.version_info = (3, 9); exec(sys.argv[1])"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{pretend}" "$2"\n')
    script.chmod(0o755)
    return str(script)


def test_help_lists_every_target():
    assert {"lab", "test", "lint", "course", "solutions", "data", "lock", "clean"} <= set(TARGETS)
    listed = {line.split()[1]: line for line in make(ROOT, "help").stdout.splitlines() if line.startswith("  make ")}
    assert sorted(listed) == TARGETS
    assert all(len(line.split()) > 3 for line in listed.values()), "a target is listed without saying what it does"
    assert make(ROOT).stdout == make(ROOT, "help").stdout


def test_ci_runs_the_test_command_of_the_readme():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert lines[-1] == "make test"
    assert all(f"make {target}" in (ROOT / "README.md").read_text() for target in ("lab", "test"))


def test_an_unsupported_python_is_answered(folder, old_python):
    said = sentence(make(folder, "lab", f"PYTHON={old_python}"))
    assert said.startswith(f"Python 3.11, 3.12 or 3.13 is needed, and none of these is one: {old_python}")
    assert "make lab PYTHON=python3.12" in said
    assert not (folder / ".venv").exists()


def test_a_missing_python_is_answered(folder):
    assert "none of these is one: no-such-python" in sentence(make(folder, "lab", "PYTHON=no-such-python"))


def test_no_network_is_answered_and_the_next_call_begins_anew(folder, old_python):
    proxies = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy")
    nowhere = dict.fromkeys(proxies, "http://127.0.0.1:9") | {"NO_PROXY": "", "no_proxy": "", "PIP_NO_CACHE_DIR": "1"}
    done = make(folder, "lab", f"PYTHON={sys.executable}", **nowhere)
    assert "Is this machine connected to the network?" in sentence(done)
    assert "run the same command again" in sentence(done)
    assert (folder / ".venv" / "bin" / "python").exists()
    assert "Python 3.11, 3.12 or 3.13 is needed" in sentence(make(folder, "lab", f"PYTHON={old_python}"))


def test_the_environment_of_someone_else_is_not_touched(folder):
    (folder / ".venv").mkdir()
    (folder / ".venv" / "pyvenv.cfg").write_text("prompt = 'mine'\n")
    assert "There is a .venv that this Makefile did not make." in sentence(make(folder, "lab"))
    assert (folder / ".venv" / "pyvenv.cfg").exists()


def test_clean_keeps_notebooks_and_data(folder):
    kept = [
        folder / name for name in ("course/ex1/mine.ipynb", "course/ex1/__pycache__/mine.pyc", "data/generated/a.root")
    ]
    removed = [
        folder / name for name in (".venv/bin/python", "helpers/__pycache__/checks.pyc", ".pytest_cache/README.md")
    ]
    for path in kept + removed:
        path.parent.mkdir(parents=True)
        path.touch()
    assert make(folder, "clean").returncode == 0
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in removed)


def tree() -> list[Path]:
    """The files of the repository, also those that are not committed yet."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip("this is not a git checkout")
    paths = [ROOT / name.decode() for name in listing.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def lines_with(pattern: str) -> list[str]:
    """Where the pattern stands in a text file of the repository."""
    found = []
    for path in tree():
        content = path.read_bytes()
        if b"\0" not in content:
            for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
                if hit := re.search(pattern, line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {hit.group()}")
    return found


def test_no_registry_address():
    assert lines_with(REGISTRIES) == []


def test_no_path_of_one_machine():
    assert lines_with(MACHINE_PATHS) == []


# A bar stands for the slash, or these would be found themselves.
@pytest.mark.parametrize("text", ["in |root|.cache", "'|work|main'", "|home|someone|x", '"|root"', "=|Users|me|lab"])
def test_machine_paths_are_recognised(text):
    assert re.search(MACHINE_PATHS, text.replace("|", "/"))


@pytest.mark.parametrize(
    "text", ["/home/jovyan/work", "a/root/b", "root://host", "the network/work balance", "/homework"]
)
def test_other_text_is_not_taken_for_a_machine_path(text):
    assert not re.search(MACHINE_PATHS, text)


def test_files_are_small():
    sizes = {path.relative_to(ROOT): path.stat().st_size for path in tree()}
    assert {path: size for path, size in sizes.items() if size > MAX_FILE_BYTES} == {}
    assert sum(size for path, size in sizes.items() if path.parts[0] == "data") < MAX_DATA_BYTES
