"""The ways to install the course agree: pyproject.toml, the lock, and environment.yml for conda and Binder."""

import os
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.txt", "requirements-uv.txt"]
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
def test_the_lock_satisfies_pyproject(environment):
    project = PROJECT["project"]
    wanted = [
        *project["dependencies"],
        *(requirement for extra in project["optional-dependencies"].values() for requirement in extra),
        *PROJECT["build-system"]["requires"],
    ]
    pinned = pins("requirements.txt", environment)
    for requirement in map(Requirement, wanted):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = canonicalize_name(requirement.name)
            assert name in pinned, f"{requirement} is not in the lock: make lock"
            assert pinned[name] in requirement.specifier, f"{requirement}, but {pinned[name]} in the lock: make lock"


def test_uv_is_pinned():
    (requirement,) = map(Requirement, PROJECT["dependency-groups"]["bootstrap"])
    pinned = pins("requirements-uv.txt", environments()[0])
    assert list(pinned) == ["uv"]
    assert pinned["uv"] in requirement.specifier


def test_supported_pythons_are_the_same_everywhere():
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in supported] == PYTHONS
    assert "|".join(PYTHONS) in (ROOT / "Makefile").read_text()


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


def test_versions_agree():
    version = PROJECT["project"]["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version
