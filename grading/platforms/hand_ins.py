"""Take hand-ins that were downloaded from a learning platform, or saved from mails, into ``submitted/``.

    hepdl hand-ins ex4_splitting submissions.zip worksheet.csv --zone Europe/Berlin     Moodle
    hepdl hand-ins ex4_splitting submissions.zip gradebook.csv                          Canvas
    hepdl hand-ins ex4_splitting folder                                                 mails

The first is a zip archive or a folder, as Moodle and Canvas name the files in it, or with files or folders that begin
with a student's name or address in the gradebook. The second is the platform's table: Moodle's grading worksheet, which
has the times, or Canvas's exported gradebook. Nobody is guessed: what belongs to no student of the gradebook is named,
and the command ends with 1. Run it in the course's folder; what was taken before is replaced by what is newer.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grading.autograde.archives import NotUnpacked, unpacked
from grading.autograde.books import Books, CannotGrade, gradebook_errors_explained
from grading.autograde.coordinator import open_books
from grading.autograde.transfer import TIMESTAMP, Submission, Unusable
from grading.autograde.worker import write_files
from grading.cells import times
from grading.cells.quotation import visible
from grading.cells.submitted_files import MAX_FILES
from grading.cells.untrusted_files import NotRead, entries, read
from grading.platforms import tables, worksheet_times
from grading.platforms.names import begins_with_one_of, handed_in
from grading.platforms.people import People

LARGEST_DOWNLOAD = 4 * 10**9
MOST_FILES = 100_000


@dataclass
class Found:
    """What a student handed in: the files by name, when (UTC, None if that is not known), and whether late."""

    files: dict[str, bytes] = field(default_factory=dict)
    when: datetime | None = None
    is_late: bool = False


@dataclass
class Taken:
    """What became of a download: sentences."""

    taken: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def downloaded(path: Path) -> dict[str, bytes]:
    """The files in a zip archive or a folder, by path. Raises CannotGrade."""
    where = path
    try:
        if path.is_dir():
            found = {}
            for where in entries(path):
                found[where.relative_to(path).as_posix()] = read(where, LARGEST_DOWNLOAD)
        else:
            found = unpacked(read(path, LARGEST_DOWNLOAD), LARGEST_DOWNLOAD, MOST_FILES)
    except (NotRead, NotUnpacked) as why:
        raise CannotGrade(f"{where} {why}") from None
    return {name: content for name, content in found.items() if not _is_hidden(name)}


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(path).parts)


def sort_by_student(
    files: dict[str, bytes], table: tables.Table | None, people: People, expected: set[str], taken: Taken
) -> dict[str, Found]:
    """What each student handed in; tells of files that are nobody's. expected: the names of the notebooks."""
    rows = table.people() if table else {}
    found: dict[str, Found] = {}
    for path, content in files.items():
        student, file, is_late = None, "", False
        if parts := handed_in(path, expected):
            file, is_late = parts.file, parts.is_late
            certain, names = table.said_of(rows[parts.number]) if table and parts.number in rows else ([], [])
            student = people.find([*certain, parts.name], [*names, parts.name])
        elif known := begins_with_one_of(path, people.spellings):
            student, file = known
        if student is None:
            what_helps = " (give the platform's table of students, too)" if parts and not table else ""
            taken.left.append(f"{path!r} belongs to no student of the gradebook{what_helps}")
        elif file == TIMESTAMP:
            taken.told.append(f"{student}: a {TIMESTAMP} of the student's own says nothing, and was left out")
        elif file in (of_one := found.setdefault(student, Found())).files:
            taken.left.append(f"{path!r}: {student} handed in another {file}, which was taken")
        else:
            of_one.files[file] = content
            of_one.is_late |= is_late
    return found


def set_times(
    found: dict[str, Found], table: tables.Table | None, people: People, zone: ZoneInfo | None, taken: Taken
) -> None:
    """Note when each student handed in, as the table says. Raises CannotGrade if the times' zone is not known."""
    column = table.column("modified") if table and table.kind == "Moodle" else ""
    for row in table.people().values() if table and column else ():
        said, student = row[column].strip(), people.find(*table.said_of(row))  # type: ignore[union-attr]
        if student not in found or said in ("", "-"):
            continue
        if zone is None:
            raise CannotGrade(
                f"{table.path}: the times, such as {said!r}, name no time zone: "  # type: ignore[union-attr]
                "add --zone with that of the platform, such as --zone Europe/Berlin"
            )
        found[student].when = worksheet_times.in_utc(said, zone)
        if found[student].when is None:
            taken.told.append(f"{student}: {said!r} is no time that is known here")


def take(books: Books, found: dict[str, Found], taken: Taken) -> None:
    """Put what students handed in where ``nbgrader collect`` would, unless a newer one is there."""
    for student, one in sorted(found.items()):
        size = sum(map(len, one.files.values()))
        if len(one.files) > MAX_FILES or size > books.coursedir.max_dir_size * 1000:
            limits = f"{MAX_FILES} files and {books.coursedir.max_dir_size / 1000:g} MB"
            taken.left.append(f"{student} handed in more than {limits}")
            continue
        files = one.files | ({TIMESTAMP: times.in_utc(one.when).encode()} if one.when else {})
        to = books.submitted(student)
        why_not = _there_is(books, student, Submission(student, files)) if to.is_dir() else ""
        if why_not:
            taken.told.append(f"{student}: {why_not}")
            continue
        replaced = " (in place of an earlier one)" if to.is_dir() else ""
        to.parent.mkdir(parents=True, exist_ok=True)
        part = Path(mkdtemp(prefix=f".{to.name}-", dir=to.parent))
        try:
            write_files(files, part)
            part.chmod(0o755)
            if to.is_dir():
                shutil.rmtree(to)
            part.replace(to)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        when = f", {one.when:%Y-%m-%d %H:%M} UTC" if one.when else ""
        taken.taken.append(f"{student}: {', '.join(sorted(one.files))}{when}{replaced}")
        if one.is_late and one.when is None:
            taken.told.append(
                f"{student} was late, says the platform, but not when: write the time into {to / TIMESTAMP}, "
                "as in 2026-07-01 17:30:00 +0200; else it counts as in time"
            )


def _there_is(books: Books, student: str, new: Submission) -> str:
    """Why what is in ``submitted/`` stays, "" if it does not."""
    try:
        there = books.submission(student)
        when = there.timestamp
    except Unusable:
        return ""
    if there.digest == new.digest and new.timestamp in (None, when):
        return "the same is there already"
    if when and new.timestamp and when > new.timestamp:
        return f"a newer one is there, of {when:%Y-%m-%d %H:%M} UTC"
    return ""


def zone(text: str) -> ZoneInfo:
    """The time zone that an argument names. Raises ArgumentTypeError."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time zone, such as Europe/Berlin or UTC") from None


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl hand-ins", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("assignment", metavar="ASSIGNMENT", help="such as ex4_splitting")
    made.add_argument("download", metavar="DOWNLOAD", type=Path, help="a zip archive or a folder")
    made.add_argument("table", metavar="TABLE", type=Path, nargs="?", help="the platform's table of students, CSV")
    made.add_argument("--zone", type=zone, metavar="ZONE", help="the time zone of the table, such as Europe/Berlin")
    return made


def _lines(taken: Taken) -> Iterator[str]:
    yield from (f"taken         {sentence}" for sentence in taken.taken)
    yield from (f"remark        {sentence}" for sentence in taken.told)
    yield from (f"not taken     {sentence}" for sentence in taken.left)
    if taken.left:
        yield (
            "Who is missing in the gradebook: `nbgrader db student import roster.csv`, with columns id, first_name, "
            "last_name and email; then the same command again."
        )


def main(arguments: list[str] | None = None) -> int:
    """Take the hand-ins, say what became of them, and return the exit status."""
    options = parser().parse_args(arguments)
    taken = Taken()
    try:
        books = open_books(options.assignment, Path.cwd())
        books.check()
        table = tables.read(options.table) if options.table else None
        with gradebook_errors_explained(books.coursedir), books.gradebook() as gradebook:
            people = People(gradebook)
            expected = {f"{notebook.name}.ipynb" for notebook in gradebook.find_assignment(books.assignment).notebooks}
        found = sort_by_student(downloaded(options.download), table, people, expected, taken)
        set_times(found, table, people, options.zone, taken)
        take(books, found, taken)
    except (CannotGrade, tables.NoTable) as error:
        print(f"hand-ins: {error}", file=sys.stderr)
        return 2
    print("\n".join(visible(line) for line in _lines(taken)) or f"{options.download} holds no file.")
    return 1 if taken.left else 0
