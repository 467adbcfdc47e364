"""The ways to install the course agree: pyproject.toml, the lock, and environment.yml for conda and Binder."""

import ast
import os
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from helpers.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.txt", "requirements-all.txt", "requirements-hub.txt", "requirements-uv.txt"]
OWN = {"helpers", "grading", "data", "hepdl", "hub", "book", "benchmarks", "tests"}
GROUPS = ("instructor", "generation", "development", "hub", "book")
DISTRIBUTIONS = packages_distributions()
PYTHONS = ["3.11", "3.12", "3.13"]
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]


def entries(lock: str) -> list[str]:
    """The entries of a lock file, continuation lines joined and comments left out."""
    lines = [line for line in (ROOT / lock).read_text().splitlines() if not line.lstrip().startswith("#")]
    return [entry.strip() for entry in "\n".join(lines).replace("\\\n", " ").splitlines() if entry.strip()]


def pins(lock: str, environment: dict[str, str]) -> dict[str, Version]:
    """The version of each package that the lock gives in an environment; two for one package is an error."""
    found: dict[str, Version] = {}
    for entry in entries(lock):
        requirement = Requirement(entry.split(" --hash")[0])
        if requirement.marker is None or requirement.marker.evaluate(environment):
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", entry
            assert canonicalize_name(requirement.name) not in found, f"{requirement.name} is pinned twice"
            found[canonicalize_name(requirement.name)] = Version(specifier.version)
    return found


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(requirement).name) for requirement in requirements}


def imported(path: Path) -> set[str]:
    """The installed packages, not the course's own, that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return (found & DISTRIBUTIONS.keys()) - sys.stdlib_module_names - OWN


def environments() -> list[dict[str, str]]:
    return [
        {
            "python_version": python,
            "python_full_version": f"{python}.0",
            "sys_platform": platform,
            "platform_machine": machine,
            "platform_system": platform.capitalize(),
            "os_name": "posix",
            "extra": "",
        }
        for python in PYTHONS
        for platform, machine in PLATFORMS
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock):
    assert entries(lock)
    for entry in entries(lock):
        assert re.match(r"[a-z0-9.\-_]+==\S+( ; [^\\]+?)?( +--hash=sha256:[0-9a-f]{64})+$", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_and_no_path_in_a_lock(lock):
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|--index-url|--extra-index-url|--find-links|\bfile:|@ |(^|\s)/\w", text, re.MULTILINE)
    assert "make lock" in text


@pytest.mark.parametrize("environment", environments(), ids=lambda e: f"{e['python_version']}-{e['platform_machine']}")
def test_the_locks_satisfy_pyproject(environment):
    student = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    everything = [*student, *(requirement for group in GROUPS for requirement in PROJECT["dependency-groups"][group])]
    on_a_hub = [*student, *PROJECT["dependency-groups"]["hub"]]
    locks = {"requirements.txt": student, "requirements-hub.txt": on_a_hub, "requirements-all.txt": everything}
    for lock, wanted in locks.items():
        pinned = pins(lock, environment)
        for requirement in map(Requirement, wanted):
            if requirement.marker is None or requirement.marker.evaluate(environment):
                name = canonicalize_name(requirement.name)
                assert name in pinned, f"{requirement} is not in {lock}: make lock"
                assert pinned[name] in requirement.specifier, f"{requirement}, but {pinned[name]} in {lock}: make lock"


@pytest.mark.parametrize("environment", environments(), ids=lambda e: f"{e['python_version']}-{e['platform_machine']}")
def test_student_and_instructor_have_the_same_versions(environment):
    student, on_a_hub, everything = (
        pins(f"requirements{name}.txt", environment).items() for name in ("", "-hub", "-all")
    )
    assert student <= on_a_hub <= everything


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-hub.txt"])
def test_a_student_installs_nothing_of_the_instructors_or_the_developers(lock):
    student = pins(lock, environments()[0])
    assert not student.keys() & {"dask", "distributed", "fastjet", "mypy", "psycopg", "pytest", "pythia8mc", "ruff"}


def test_what_is_imported_is_declared():
    """Each package that a file imports is named in the group of who runs the file."""
    student = names(PROJECT["project"]["dependencies"])
    instructor = student | names(PROJECT["dependency-groups"]["instructor"])
    everything = instructor.union(*(names(PROJECT["dependency-groups"][group]) for group in GROUPS))
    hub = instructor | names([*PROJECT["dependency-groups"]["hub"], *PROJECT["dependency-groups"]["bootstrap"]])
    book = instructor | names(PROJECT["dependency-groups"]["book"])
    rooms = {"helpers": student, "solutions": student, "grading": instructor, "hub": hub, "book": book}
    rooms |= {"data": everything, "tests": everything}
    missing = {
        f"{path.relative_to(ROOT)}: {package}"
        for room, declared in rooms.items()
        for path in (ROOT / room).rglob("*.py")
        for package in imported(path)
        if not declared & {canonicalize_name(name) for name in DISTRIBUTIONS[package]}
    }
    assert missing == set()


def test_uv_is_pinned():
    (requirement,) = map(Requirement, PROJECT["dependency-groups"]["bootstrap"])
    pinned = pins("requirements-uv.txt", environments()[0])
    assert list(pinned) == ["uv"]
    assert pinned["uv"] in requirement.specifier


def test_supported_pythons_are_the_same_everywhere():
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in supported] == PYTHONS
    makefile = (ROOT / "Makefile").read_text()
    assert "not (3, 11) <= sys.version_info < (3, 14)" in makefile
    assert f"Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]} is needed" in makefile


def test_conda_and_binder_install_the_same_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["name"] == PROJECT["project"]["name"]
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["-r requirements.txt"]}
    assert [entry.split("=")[0] for entry in conda] == ["python", "pip"]
    assert conda[0].removeprefix("python=") in PYTHONS


def test_binder_installs_the_course_itself_without_fetching():
    script = ROOT / "postBuild"
    assert os.access(script, os.X_OK)
    assert "--no-deps --no-build-isolation --editable ." in script.read_text()
