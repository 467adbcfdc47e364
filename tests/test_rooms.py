"""Files and rooms depend on each other one way, as the contracts in pyproject.toml say."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.repository import ROOT

PACKAGES = ("helpers", "data/generation", "grading", "hub", "book")


def lint_imports(folder: Path) -> subprocess.CompletedProcess:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.fixture
def house(tmp_path):
    """A copy of the packages and of the contracts."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_nothing_imports_upwards_or_in_a_circle():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("grading/cells/roles.py", "import grading.cells.more", "No cycles are allowed in grading.cells."),
        ("helpers/files.py", "import grading.cells.roles", "and that on the helpers BROKEN"),
        ("data/generation/__init__.py", "import grading.cells.roles", "and that on the helpers BROKEN"),
        ("grading/cells/roles.py", "import grading.isolation.wire", "each room stands on those below it BROKEN"),
        (
            "grading/isolation/wire/refusal.py",
            "import grading.isolation.host",
            "wire.refusal -> grading.isolation.host",
        ),
        ("grading/isolation/student/kernel.py", "import grading.cells.roles", "nothing of grading but itself BROKEN"),
        ("helpers/files.py", "import hub.layout", "and that on the helpers BROKEN"),
        ("grading/cells/roles.py", "import hub.layout", "and that on the helpers BROKEN"),
        ("grading/cells/roles.py", "import book.course", "and that on the helpers BROKEN"),
        ("hub/layout.py", "import book.course", "and that on the helpers BROKEN"),
        ("grading/cells/roles.py", "import data.generation", "Only the challenge generates data BROKEN"),
    ],
)
def test_an_import_the_wrong_way_is_found(house, file, line, broken):
    (house / "grading/cells/more.py").write_text("import grading.cells.roles\n")
    with (house / file).open("a") as code:
        code.write(f"\n{line}\n")
    done = lint_imports(house)
    assert done.returncode == 1
    assert broken in done.stdout
