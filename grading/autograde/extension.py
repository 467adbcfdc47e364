"""Give a student more time for an assignment, before it is graded or afterwards; the late penalty follows at once.

    hepdl extension ex4_splitting                                        lists the extensions
    hepdl extension ex4_splitting anna --days 3                          counted from the due date
    hepdl extension ex4_splitting anna --until 2026-07-01T18:00+02:00
    hepdl extension ex4_splitting anna --remove

Run it in the course's folder. A later extension takes the place of an earlier one.
"""

import argparse
import difflib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Assignment, Gradebook

from grading.autograde.books import Books, CannotGrade, gradebook_errors_explained
from grading.autograde.conversion import captured_log
from grading.autograde.coordinator import open_books

LONGEST = timedelta(days=3650)


def listed(books: Books) -> list[str]:
    """A line for each student who has an extension."""
    with gradebook_errors_explained(books.coursedir), books.gradebook() as gradebook:
        due = _due(gradebook, books.assignment)
        entries = gradebook.assignment_submissions(books.assignment)
        given = {entry.student_id: entry.extension for entry in entries if entry.extension}
    return [
        f"{student}: until {due + more:%Y-%m-%d %H:%M} UTC ({_words(more)})" for student, more in sorted(given.items())
    ]


def grant(books: Books, student: str, more: timedelta | datetime | None) -> list[str]:
    """Give a student so much more time, or until then (with a time zone), or with None none; sentences on what it does.

    Raises `CannotGrade` for a student or a time that cannot be meant.
    """
    with books.in_use(), captured_log(), gradebook_errors_explained(books.coursedir):
        with books.gradebook() as gradebook:
            due = _due(gradebook, books.assignment)
            if isinstance(more, datetime):
                more = more.astimezone(UTC).replace(tzinfo=None) - due
            if more is not None and not timedelta(0) < more <= LONGEST:
                raise CannotGrade(
                    f"The extension would end at {due + min(more, LONGEST):%Y-%m-%d %H:%M} UTC, and the due "
                    f"date of {books.assignment} is {due:%Y-%m-%d %H:%M} UTC: give a later time, or --remove."
                )
            if student not in books.students():
                _require_known(student, [one.id for one in gradebook.students])
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(books.assignment, student)
            minutes = more.total_seconds() / 60 if more else 0
            gradebook.grant_extension(books.assignment, student, minutes=minutes)
        penalties = books.refresh_penalties([student])
    until = f"{student} has until {due + (more or timedelta(0)):%Y-%m-%d %H:%M} UTC"
    said = [f"{until} ({_words(more)} more)." if more else f"{until}, as all others."]
    for change in penalties.values():
        said.append(
            f"{change[0].upper()}{change[1:]}; feedback made before shows the old one: "
            f"`nbgrader generate_feedback {books.assignment}`, then `nbgrader release_feedback {books.assignment}`."
        )
    return said


def _due(gradebook: Gradebook, name: str) -> datetime:
    assignment: Assignment = gradebook.find_assignment(name)
    if assignment.duedate is None:
        raise CannotGrade(
            f"{name} has no due date, from which to count: formgrader sets it, or "
            f"`nbgrader db assignment add {name} --duedate='2026-07-01 18:00 UTC'`."
        )
    return assignment.duedate


def _require_known(student: str, students: list[str]) -> None:
    if student not in students:
        near = difflib.get_close_matches(student, students)
        meant = f"did you mean {' or '.join(near)}?" if near else f"`nbgrader db student add {student}` adds one."
        raise CannotGrade(f"The gradebook knows no student {student}, and none has handed in: {meant}")


def _words(more: timedelta) -> str:
    days = more / timedelta(days=1)
    return "1 day" if days == 1 else f"{days:.4g} days"


def moment(text: str) -> datetime:
    """The time that an argument means. Raises ArgumentTypeError for one without a time zone."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date and time, such as 2026-07-01T18:00+02:00") from None
    if when.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} names no time zone: write it as in 2026-07-01T18:00+02:00")
    return when


def days(text: str) -> timedelta:
    """The time that a number of days means. Raises ArgumentTypeError for none."""
    try:
        found = timedelta(days=float(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days") from None
    if not timedelta(0) < found <= LONGEST:
        raise argparse.ArgumentTypeError(f"{text} days are no extension: more than 0, at most {LONGEST.days}")
    return found


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl extension", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("assignment", metavar="ASSIGNMENT", help="such as ex4_splitting")
    made.add_argument("student", metavar="STUDENT", nargs="?", help="the student's name in the gradebook")
    until = made.add_mutually_exclusive_group()
    until.add_argument("--days", type=days, metavar="NUMBER", help="so many days after the due date")
    until.add_argument("--until", type=moment, metavar="TIME", help="with its time zone: 2026-07-01T18:00+02:00")
    until.add_argument("--remove", action="store_true", help="take the extension back")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Do it, say what changed, and return the exit status."""
    made = parser()
    options = made.parse_args(arguments)
    more = options.days or options.until
    if bool(options.student) != bool(more or options.remove):
        made.error("an extension takes a student, and --days, --until or --remove")
    try:
        books = open_books(options.assignment, Path.cwd())
        books.check()
        said = grant(books, options.student, more) if options.student else listed(books)
    except CannotGrade as error:
        print(f"extension: {error}", file=sys.stderr)
        return 2
    print("\n".join(said or [f"Nobody has an extension for {options.assignment}."]))
    return 0
