"""What travels between coordinator and workers, as plain bytes, so that they need no disk in common."""

import hashlib
import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import nbformat
import sqlalchemy
from nbgrader.api import Base
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from traitlets.config import Config

from grading.autograde.conversion import halves
from grading.cells import submitted_files, times
from grading.cells.copied import released_name
from grading.cells.submitted_files import MAX_FILES
from grading.cells.untrusted_files import NotPlain, NotRead, TooLarge, TooMany, entries, read, require_few

LESSON_TABLES = (
    "course",
    "assignment",
    "notebook",
    "base_cell",
    "grade_cells",
    "solution_cells",
    "task_cells",
    "source_cell",
)
TIMESTAMP = "timestamp.txt"


class Unusable(Exception):
    """Why a submission cannot be graded, in words for the instructor. It is the submission's own fault."""


@dataclass(frozen=True)
class Lesson:
    """What it takes to run a submission to an assignment.

    gradebook: an SQLite file with the lesson's cells and no student. files: what lies beside the solution notebooks.
    """

    assignment: str
    config: Config
    preprocessors: list
    gradebook: bytes
    files: dict[str, bytes]


@dataclass(frozen=True)
class Submission:
    """What a student handed in, by path below its folder. left_out: paths of what is no plain file."""

    student: str
    files: dict[str, bytes]
    left_out: list[str] = field(default_factory=list)

    @property
    def timestamp(self) -> datetime | None:
        """When it was handed in (UTC, without time zone), as its timestamp.txt says."""
        return parsed_timestamp(self.files.get(TIMESTAMP, b""))

    def for_nbgrader(self) -> "Submission":
        """The same with a time that nbgrader reads as it is meant."""
        when = {} if self.timestamp is None else {TIMESTAMP: times.in_utc(self.timestamp).encode()}
        return replace(self, files=self.files | when)

    @property
    def digest(self) -> str:
        """The same for the same files, whenever they were handed in."""
        found = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            if name != TIMESTAMP:
                found.update(f"{len(name)} {name} {len(content)} ".encode() + content)
        return found.hexdigest()


@dataclass
class Executed:
    """A submission after its cells ran: notebooks by file name, and for those that could not be run, why not.

    remarks: what the instructor should know of what it did.
    """

    notebooks: dict[str, bytes]
    problems: dict[str, str]
    remarks: list[str]
    log: str


def parsed_timestamp(text: bytes) -> datetime | None:
    """The time in a timestamp.txt, None if it is empty. Raises `Unusable` if it is none at which one can hand in."""
    if not text[: times.LONGEST + 1].strip():
        return None
    try:
        return times.moment(text)
    except ValueError as reason:
        raise Unusable(f"{TIMESTAMP} does not hold a time ({reason}); mend it or remove it") from None


def read_submission(student: str, folder: Path, largest: int) -> Submission:
    """Read a submission's plain files, never following a link; ``largest``: in bytes, all files together.

    Raises Unusable if it is larger, or holds more than `MAX_FILES` files and folders.
    """
    files, left_out, size = {}, [], 0
    try:
        require_few(folder, MAX_FILES + 1)  # and the time
    except TooMany:
        raise Unusable(f"it holds more than {MAX_FILES} files and folders") from None
    for path in entries(folder):
        relative = str(path.relative_to(folder))
        if not submitted_files.is_name(relative):
            left_out.append(ascii(relative))
            continue
        try:
            files[relative] = read(path, largest - size)
        except NotPlain:
            left_out.append(relative)
        except TooLarge:
            raise Unusable(f"it is larger than {largest / 1e6:g} MB (CourseDirectory.max_dir_size)") from None
        except NotRead as why:
            raise Unusable(f"{relative} {why}") from None
        else:
            size += len(files[relative])
    return Submission(student, files, left_out)


def read_lesson(coursedir: CourseDirectory, config: Config, scratch: Path) -> Lesson:
    """What workers need of the course; ``scratch``: a folder to write in."""
    assignment = coursedir.assignment_id
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment)).resolve()
    kept = {str(source / name) for name in Autograde(config=config).exclude_overwriting.get(assignment, [])}
    paths = [path for path in find_all_files(str(source), [*coursedir.ignore, "*.ipynb"]) if path not in kept]
    database = scratch / "lesson.db"
    database.unlink(missing_ok=True)
    copy_lesson(coursedir.db_url, f"sqlite:///{database}", released_order(source))
    sent = Config(config)  # a copy
    sent.CourseDirectory = Config(config.CourseDirectory)
    sent.CourseDirectory.pop("db_url", None)
    return Lesson(
        assignment,
        sent,
        halves(coursedir, config)[0],
        database.read_bytes(),
        {os.path.relpath(path, source): Path(path).read_bytes() for path in paths},
    )


def released_order(source: Path) -> dict[tuple[str, str], int]:
    """The position of each named cell, by notebook and name: the rows of a table have no order of their own."""
    return {
        (path.stem, name): position
        for path in source.glob("*.ipynb")
        for position, cell in enumerate(nbformat.read(path, as_version=4).cells)
        if (name := released_name(cell))
    }


def copy_lesson(gradebook: str, copy: str, order: dict[tuple[str, str], int]) -> None:
    """Copy what a gradebook knows of the lessons, and nothing of the students, to a new database."""
    tables = {name: Base.metadata.tables[name] for name in LESSON_TABLES}
    from_engine, to_engine = sqlalchemy.create_engine(gradebook), sqlalchemy.create_engine(copy)
    try:
        Base.metadata.create_all(to_engine)
        with from_engine.connect() as source, to_engine.begin() as target:
            rows = {
                name: [dict(row) for row in source.execute(sqlalchemy.select(table)).mappings()]
                for name, table in tables.items()
            }
            notebooks = {row["id"]: row["name"] for row in rows["notebook"]}
            rows["source_cell"].sort(key=lambda row: order.get((notebooks[row["notebook_id"]], row["name"]), -1))
            for row in rows["assignment"]:
                row["duedate"] = None
            for name, table in tables.items():
                if rows[name]:
                    target.execute(sqlalchemy.insert(table), rows[name])
    finally:
        from_engine.dispose()
        to_engine.dispose()
