"""Make course/, what students receive, from solutions/ with nbgrader.

    python -m grading.authoring.release            every assignment
    python -m grading.authoring.release --force    also over edits that git does not have (or FORCE=1 is set)
    python -m grading.authoring.release --language de    course_de/, with what is translated into German

All is generated into a temporary folder first. Then only files that differ are replaced, each in one step, and files
that no longer come from a solution are removed. Files that git ignores stay.
"""

import argparse
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config.loader import Config, PyFileConfigLoader

from grading.authoring import start_page
from grading.authoring.secrets import SecretReleased, refuse_secrets
from grading.cells import languages
from grading.cells.translation import translated
from helpers.files import replacing
from helpers.repository import ROOT

Generate = Callable[[Path], None]


class ReleaseError(Exception):
    """Why the course cannot be generated, in a sentence."""


class KeepStudentMetadata(NbGraderPreprocessor):
    """Drop metadata that are of use only beside the solution: its text twin, timings, versions it was run with."""

    notebook_keys = frozenset({"kernelspec", "language_info"})
    cell_keys = frozenset({"nbgrader", "tags", "jupyter", "deletable", "editable"})

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook, changed in place, with the keys above and no others; of its language no version."""
        for key in nb.metadata.keys() - self.notebook_keys:
            del nb.metadata[key]
        nb.metadata.get("language_info", {}).pop("version", None)
        for cell in nb.cells:
            for key in cell.metadata.keys() - self.cell_keys:
                del cell.metadata[key]
        return nb, resources


def files(folder: Path) -> dict[str, bytes]:
    """The content of each file below a folder by its relative path, JupyterLab's checkpoints left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


def generate(destination: Path, root: Path = ROOT, report: Callable[[str], None] = lambda line: None) -> None:
    """Write the release of every assignment below ``root/solutions`` to ``destination/<assignment>``, and its pages.

    The gradebook that nbgrader needs for it is temporary. ``report`` gets one line an assignment.
    Raises ReleaseError if nbgrader refuses a notebook, or if students would receive a secret of the challenge.
    """
    try:
        refuse_secrets(root)
    except SecretReleased as error:
        raise ReleaseError(f"nothing is released: {error}") from error
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    assignments = sorted({notebook.parent.name for notebook in (root / "solutions").glob("*/*.ipynb")})
    if not assignments:
        raise ReleaseError("solutions/ holds no notebook to release; `make solutions` makes them from their text twins")
    with tempfile.TemporaryDirectory() as scratch:
        config.merge(
            Config(
                CourseDirectory={
                    "root": str(root),
                    "release_directory": str(destination.resolve()),
                    "db_url": f"sqlite:///{scratch}/gradebook.db",
                }
            )
        )
        for assignment in assignments:
            start = time.monotonic()
            _generate_one(assignment, config)
            report(f"course/{assignment}: {time.monotonic() - start:.1f} s")
    try:
        for name, text in start_page.pages(root / "solutions").items():
            (destination / name).write_text(text, encoding="utf-8")
    except start_page.OpeningError as error:
        raise ReleaseError(str(error)) from error


def generate_translated(destination: Path, language: str, report: Callable[[str], None] = lambda line: None) -> None:
    """As `generate`, with what the catalogues of a language translate. A lesson without a catalogue stays English.

    Raises ReleaseError as `generate` does, and for a language of which there is no catalogue.
    """
    if language not in (known := sorted(path.name for path in languages.LOCALE.glob("*"))):
        raise ReleaseError(f"there are no translations into {language!r}; there are those into {', '.join(known)}")
    generate(destination, report=report)
    for path in sorted(destination.glob("*/*.ipynb")):
        if sentences := languages.sentences(language, path.parent.name):
            notebook = translated(nbformat.read(path, as_version=4), language, sentences)
            nbformat.write(notebook, path)
            report(f"{path.parent.name}/{path.name}: translated")
    solutions = ROOT / "solutions"
    translations = {path.name: languages.sentences(language, path.stem) for path in solutions.glob("*.md")}
    try:
        for name, text in start_page.translated_pages(solutions, destination, translations).items():
            (destination / name).write_text(text, encoding="utf-8")
    except start_page.OpeningError as error:
        raise ReleaseError(f"in the translation: {error}") from error


def _generate_one(assignment: str, config: Config) -> None:
    log = logging.getLogger(f"{__name__}.{assignment}")
    errors = _Errors()
    log.propagate, log.handlers = False, [errors]
    coursedir = CourseDirectory(config=config, assignment_id=assignment, log=log)
    try:
        GenerateAssignment(coursedir=coursedir, config=config, log=log).start()
    except NbGraderException as error:
        raise ReleaseError(f"solutions/{assignment}: {errors.cause or error}") from error


class _Errors(logging.Handler):
    """Keeps the exception that nbgrader, which logs a traceback and goes on, met last."""

    cause = ""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage().strip()
        if message.startswith("Traceback"):
            self.cause = message.splitlines()[-1]


def replace(course: Path, make: Generate = generate, force: bool = False) -> None:
    """Make ``course`` what ``make`` writes into an empty folder: by default the release of every assignment.

    Raises ReleaseError, and changes nothing, if that would lose edits that neither git nor an earlier run of this
    program has.
    """
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(scratch) / "course"
        new.mkdir()
        make(new)
        wanted = files(new)

    present = files(course) if course.exists() else {}
    ignored = _git_paths(course, "ls-files", "-z", "--others", "--ignored", "--exclude-standard")
    leave = {name for name, content in present.items() if name in ignored or wanted.get(name) == content}
    lost = present.keys() - leave
    if not force:
        edited = sorted(name for name in lost if not _is_known(course, name, present[name]))
        if edited:
            raise ReleaseError(
                "these files hold changes that would be lost: "
                + ", ".join(f"{course.name}/{name}" for name in edited)
                + ". Move them away or commit them, or run with FORCE=1 to overwrite them"
            )

    for name in sorted(wanted.keys() - leave):
        _write(course / name, wanted[name])
    for name in sorted(lost - wanted.keys()):
        (course / name).unlink()
    for folder in sorted((path for path in course.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    _remember(course, wanted)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write_bytes(content)


def _git(course: Path, *arguments: str) -> bytes | None:
    """What a git command answers about the course folder, or None without git."""
    if shutil.which("git") is None or not course.exists():
        return None
    answer = subprocess.run(["git", *arguments], cwd=course, capture_output=True)
    return answer.stdout if answer.returncode == 0 else None


def _git_paths(course: Path, *arguments: str) -> set[str]:
    return {os.fsdecode(name) for name in (_git(course, *arguments) or b"").split(b"\0")}


def _is_known(course: Path, name: str, content: bytes) -> bool:
    """Whether this content is what git last committed, or what the last run of this program wrote."""
    return _git(course, "show", f"HEAD:./{name}") == content or _remembered(course).get(name) == _digest(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _memory(course: Path) -> Path | None:
    """Where the digests of the last run are: inside .git, so that they never count as a change."""
    folder = _git(course, "rev-parse", "--absolute-git-dir")
    return Path(os.fsdecode(folder.strip())) / f"generated-{course.name}.json" if folder else None


def _remembered(course: Path) -> dict[str, str]:
    memory = _memory(course)
    return json.loads(memory.read_text()) if memory and memory.exists() else {}


def _remember(course: Path, content: dict[str, bytes]) -> None:
    memory = _memory(course)
    if memory:
        _write(memory, json.dumps({name: _digest(data) for name, data in content.items()}).encode())


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="hepdl course", description="Make course/ from solutions/.")
    made.add_argument(
        "--language",
        metavar="CODE",
        help="write course_CODE/, for students who read this language (de: German)",
    )
    made.add_argument("--force", action="store_true", help="overwrite edits that git does not have (also: FORCE=1)")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Make course/ and return the exit status."""
    chosen = parser().parse_args(arguments)
    force = chosen.force or os.environ.get("FORCE", "") not in ("", "0")
    make: Generate = partial(generate, report=print)
    if chosen.language:
        make = partial(generate_translated, language=chosen.language, report=print)
    try:
        replace(ROOT / (f"course_{chosen.language}" if chosen.language else "course"), make, force)
    except ReleaseError as error:
        print(f"make course: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
