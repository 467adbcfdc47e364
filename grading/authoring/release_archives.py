"""`make release-archive`: what students and instructors download, as two archives of the commit, with checksums."""

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path

from helpers.files import replacing, sha256
from helpers.repository import ROOT

FOLDER = ROOT / "build" / "release"
FOR_STUDENTS = (
    *("course", "data", "helpers", "lab"),
    *(
        "Makefile",
        "pyproject.toml",
        "requirements.txt",
        "requirements-uv.txt",
        "environment.yml",
        "postBuild",
        "hepdl.py",
    ),
    *("CITATION.cff", "CHANGELOG.md", "LICENSE", "LICENSE-CONTENT"),
)
NOT_FOR_STUDENTS = ("data/generation",)
CHECKSUMS = "SHA256SUMS"


class CannotArchive(Exception):
    """Why there is nothing to release, in a sentence."""


def archive(root: Path, folder: Path) -> list[Path]:
    """Write the students' and the instructors' archive of the commit, and SHA256SUMS; returns the three files.

    root: a clone. The same commit gives the same bytes. Raises CannotArchive.
    """
    if changed := _git(root, "status", "--porcelain").splitlines():
        raise CannotArchive(
            f"{root} holds what no commit has, such as {changed[0][3:]}: an archive is made of a commit, so that "
            "everybody can tell which. Commit it, or put it aside with `git stash --include-untracked`"
        )
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    name = f"deep-learning-in-hep-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    excluded = [f":(exclude){path}" for path in NOT_FOR_STUDENTS]
    parts = {f"{name}-students": [*FOR_STUDENTS, *excluded], f"{name}-instructors": ["."]}
    written = [folder / f"{part}.zip" for part in parts]
    for path, (part, held) in zip(written, parts.items(), strict=True):
        with replacing(path) as unfinished:
            options = ["--format=zip", f"--prefix={part}/", f"--output={unfinished}"]
            _git(root, "archive", *options, "HEAD", "--", *held)
    with replacing(folder / CHECKSUMS) as unfinished:
        lines = (f"{sha256(path)}  {path.name}\n" for path in written)
        unfinished.write_text("".join(lines))
    return [*written, folder / CHECKSUMS]


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        raise CannotArchive("git is not on this machine's PATH: install it") from None
    if done.returncode:
        raise CannotArchive(f"git {arguments[0]} failed in {root}: {done.stderr.strip()}")
    return done.stdout


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    return argparse.ArgumentParser(prog="hepdl release-archive", description=__doc__)


def main(arguments: list[str] | None = None) -> int:
    """Write the archives of this clone into build/release, and return the exit status."""
    parser().parse_args(arguments)
    try:
        written = archive(ROOT, FOLDER)
    except CannotArchive as error:
        print(f"hepdl release-archive: {error}.", file=sys.stderr)
        return 1
    for path in written:
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
