"""The coordinator's books: which submissions are graded, and how a result enters gradebook and ``autograded/``.

A submission counts as graded when ``autograded/`` holds all its notebooks with the timestamp that was handed in, the
gradebook has that timestamp and a score for every test, and its files and the tests are those that it was graded with.
Grading it takes its
old files away first, then writes the gradebook, and at last moves the new files into place in one step. So whenever it
is interrupted, it does not count as graded and is graded again, to the same scores.
"""

import fcntl
import glob
import math
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy
from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    GradeCell,
    InvalidEntry,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from traitlets.config import Config

from grading.autograde.conversion import OneSubmission, captured_log, halves
from grading.autograde.generated import Cells, digest, in_gradebook
from grading.autograde.marks import Marks
from grading.autograde.points import Points, PointsBefore
from grading.autograde.transfer import (
    TIMESTAMP,
    Executed,
    Submission,
    Unusable,
    parsed_timestamp,
    read_submission,
)
from grading.autograde.worker import write_files
from grading.cells import times
from grading.cells.quotation import visible
from grading.cells.untrusted_files import NotPlain, NotRead, read

OWN_FOLDER = ".grading"
LOCK_TIMEOUT_S = 30
ADVICE = {
    "lock": "another program holds it: end that program",
    "readonly": "it cannot be written: may you write the file and its folder",
    "unable to open": "it cannot be opened: is its folder there, and may you write in it",
    "full": "its disk is full: make room",
    "disk I/O": "its disk fails: move it to another",
}
"""What to do, by a word that SQLite or PostgreSQL says."""


class CannotGrade(Exception):
    """Why the grading of the class cannot start or go on, in a sentence."""


def with_timeouts(address: str) -> str:
    """The gradebook's address with a bound on how long a writer waits for another one."""
    url = make_url(address)
    waits = {
        "sqlite": {"timeout": str(LOCK_TIMEOUT_S)},
        "postgresql": {"connect_timeout": str(LOCK_TIMEOUT_S), "options": f"-c lock_timeout={LOCK_TIMEOUT_S}s"},
    }
    chosen = {key: value for key, value in waits.get(url.get_backend_name(), {}).items() if key not in url.query}
    return url.update_query_dict(chosen).render_as_string(hide_password=False)


@contextmanager
def gradebook_errors_explained(coursedir: CourseDirectory) -> Iterator[None]:
    """Turn what a locked or lost gradebook raises, in nbgrader's wrapping or not, into a sentence."""
    try:
        yield
    except (OperationalError, InterfaceError, InvalidEntry) as error:
        cause = error if not isinstance(error, InvalidEntry) else error.__context__
        if not isinstance(cause, OperationalError | InterfaceError):
            raise
        name = make_url(coursedir.db_url).set(query={}).render_as_string(hide_password=True)
        said = str(cause.orig).strip().partition("\n")[0]
        advice = next((advice for word, advice in ADVICE.items() if word in said), "is its server running?")
        raise CannotGrade(f"The gradebook {name} cannot be used ({said}): {advice}, then run this again.") from None


class Books:
    """The gradebook and the folder ``autograded/`` of one assignment, written by one coordinator at a time."""

    def __init__(self, coursedir: CourseDirectory, config: Config) -> None:
        self.coursedir, self.config = coursedir, config
        self.assignment = coursedir.assignment_id
        self.own = Path(coursedir.root, coursedir.autograded_directory, OWN_FOLDER)
        self.unfinished = self.own / "unfinished"
        self.logs = self.own / "logs" / self.assignment
        self.digests = self.own / "digests" / self.assignment
        self.points_before = PointsBefore(self.own / "points-before" / f"{self.assignment}.json")
        self.has_deadline = False
        self._tests = ""

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep other coordinators out, and remove what an interrupted one left half done."""
        self.own.mkdir(parents=True, exist_ok=True)
        with open(self.own / "lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotGrade("Another `hepdl autograde` is at work in this course: wait for it.") from None
            self._clear()
            self.unfinished.mkdir()
            self.logs.mkdir(parents=True, exist_ok=True)
            self.digests.mkdir(parents=True, exist_ok=True)
            try:
                yield
            finally:
                self._clear()

    def _clear(self) -> None:
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def check(self) -> None:
        """Stop with a sentence if the assignment is unknown or the gradebook cannot be written."""
        url = make_url(self.coursedir.db_url)
        sources = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", "")).resolve()
        assignments = sorted({notebook.parent.name for notebook in sources.glob("[!.]*/*.ipynb")})
        if self.assignment not in assignments:
            raise CannotGrade(f"There is no assignment {self.assignment}; {sources} holds {', '.join(assignments)}.")
        unknown = (
            f"The gradebook does not know the notebooks of {self.assignment}: "
            f"`nbgrader generate_assignment {self.assignment} --force` first."
        )
        if url.get_backend_name() == "sqlite" and (url.database is None or not Path(url.database).exists()):
            raise CannotGrade(unknown)
        with gradebook_errors_explained(self.coursedir), self.gradebook() as gradebook:
            try:
                assignment = gradebook.find_assignment(self.assignment)
            except MissingEntry:
                raise CannotGrade(unknown) from None
            if not assignment.notebooks:  # as after the due date was set before the assignment was generated
                raise CannotGrade(unknown)
            self.has_deadline = assignment.duedate is not None
            same = sqlalchemy.update(Assignment).where(Assignment.id == assignment.id).values(name=self.assignment)
            gradebook.db.execute(same)
            gradebook.db.rollback()

    def gradebook(self) -> Gradebook:
        """The gradebook, opened."""
        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def submitted(self, student: str) -> Path:
        """The folder of what a student has handed in, whether or not it is there."""
        return Path(self.coursedir.format_path(self.coursedir.submitted_directory, student, self.assignment))

    def submission(self, student: str) -> Submission:
        """What a student has handed in. Raises `Unusable`."""
        return read_submission(student, self.submitted(student), self.coursedir.max_dir_size * 1000)

    def autograded(self, student: str) -> Path:
        """The folder of a student's graded notebooks, whether or not it is there."""
        return Path(self.coursedir.format_path(self.coursedir.autograded_directory, student, self.assignment))

    def students(self) -> list[str]:
        """Who has handed in."""
        return [student for student in self._names() if student.isprintable()]

    def odd_folders(self) -> list[str]:
        """Names of folders that no student can have: they hold control characters, or are no UTF-8."""
        return [visible(student) for student in self._names() if not student.isprintable()]

    def _names(self) -> list[str]:
        step, root = self.coursedir.submitted_directory, self.coursedir.root
        pattern = self.coursedir.format_path(step, "(?P<student>.*)", re.escape(self.assignment), escape=True)
        wanted = os.path.relpath(self.coursedir.format_path(step, "*", glob.escape(self.assignment)), root)
        folders = (os.path.join(root, found) for found in glob.glob(wanted, root_dir=root))
        found = (re.fullmatch(pattern, folder, re.DOTALL) for folder in folders if os.path.isdir(folder))
        return sorted(match["student"] for match in found if match)

    def state(self) -> dict[str, str]:
        """Of each student who has handed in: "" if that is graded, "new" if nothing was, else why it must be again."""
        with gradebook_errors_explained(self.coursedir), self.gradebook() as gradebook:
            self._tests = digest(in_gradebook(gradebook, self.assignment))
            assignment = gradebook.find_assignment(self.assignment)
            notebooks = {f"{notebook.name}.ipynb" for notebook in assignment.notebooks}
            recorded = dict(
                gradebook.db.query(SubmittedAssignment.student_id, SubmittedAssignment.timestamp)
                .filter(SubmittedAssignment.assignment_id == assignment.id)
                .all()
            )
            tests = [
                cell.id
                for notebook in assignment.notebooks
                for cell in notebook.grade_cells
                if cell.cell_type == "code" and cell.name not in {answer.name for answer in notebook.solution_cells}
            ]
            untested = {
                student
                for (student,) in gradebook.db.query(SubmittedAssignment.student_id)
                .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
                .filter(Grade.cell_id.in_(tests), Grade.auto_score.is_(None), Grade.manual_score.is_(None))
                .distinct()
            }
        return {
            student: self._why_again(student, notebooks, recorded, student in untested) for student in self.students()
        }

    def _why_again(self, student: str, notebooks: set[str], recorded: dict, untested: bool) -> str:
        files, graded_files = self.submitted(student), self.autograded(student)
        if not graded_files.exists() and recorded.get(student) is None and not self._log(student).exists():
            return "new"  # an extension may be recorded
        complete = all((graded_files / name).is_file() for name in notebooks if (files / name).exists())
        if not (graded_files.exists() and complete):
            return "its grading had failed or was interrupted"
        handed_in, graded = timestamp_of(files), timestamp_of(graded_files)
        if handed_in != graded:
            return f"handed in again at {handed_in} UTC" if handed_in else "handed in again"
        if student not in recorded or untested or handed_in not in (None, recorded[student]):
            return "the gradebook had no complete record of it"
        return self._what_is_changed(student)

    def _what_is_changed(self, student: str) -> str:
        """What is not as when it was graded, ""  if all is; of what plain nbgrader graded that is not known."""
        try:
            files, _, tests = (self.digests / student).read_text().partition(" ")
            if files != self.submission(student).digest:
                return "its files were changed after it was graded"
        except FileNotFoundError:
            return ""
        except Unusable:
            return "its files were changed after it was graded"
        return "the lesson's cells were changed after it was graded" if tests not in ("", self._tests) else ""

    def lesson(self) -> tuple[Cells, bool]:
        """The assignment's cells in the gradebook, and whether somebody has handed it in."""
        with gradebook_errors_explained(self.coursedir), self.gradebook() as gradebook:
            cells = in_gradebook(gradebook, self.assignment)
            return cells, bool(gradebook.find_assignment(self.assignment).submissions)

    def points(self) -> Points:
        """The points that tests gave."""
        found: Points = {}
        with gradebook_errors_explained(self.coursedir), self.gradebook() as gradebook:
            rows = (
                gradebook.db.query(SubmittedAssignment.student_id, Notebook.name, GradeCell.name, Grade.auto_score)
                .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
                .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
                .join(GradeCell, Grade.cell_id == GradeCell.id)
                .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
                .filter(Assignment.name == self.assignment, Grade.auto_score.is_not(None))
            )
            for student, notebook, test, points in rows:
                found.setdefault(student, {})[f"{notebook}/{test}"] = points
        return found

    def record(self, submission: Submission, executed: Executed) -> None:
        """Let nbgrader score the executed notebooks of a submission and write everything down."""
        kept = {name: content for name, content in submission.files.items() if not name.endswith(".ipynb")}
        staged = Path(os.path.relpath(self.unfinished, self.coursedir.root))
        coursedir = CourseDirectory(
            config=self.config,
            root=self.coursedir.root,
            db_url=self.coursedir.db_url,
            assignment_id=self.assignment,
            submitted_directory=str(staged / "submitted"),
            autograded_directory=str(staged / "autograded"),
        )
        for step in (coursedir.submitted_directory, coursedir.autograded_directory):
            shutil.rmtree(Path(coursedir.root, step), ignore_errors=True)
        submitted = Path(coursedir.format_path(coursedir.submitted_directory, submission.student, self.assignment))
        write_files(kept | executed.notebooks, submitted)
        converter = OneSubmission(
            coursedir=coursedir,
            config=self.config,
            student=submission.student,
            sanitize_preprocessors=[],
            autograde_preprocessors=halves(self.coursedir, self.config)[1],
        )
        final = self.autograded(submission.student)
        with gradebook_errors_explained(self.coursedir), self.gradebook() as gradebook:
            marks = Marks(gradebook, self.assignment, submission.student, final)
        self._take_old_files_away(submission.student)
        staged_notebooks = Path(
            coursedir.format_path(coursedir.autograded_directory, submission.student, self.assignment)
        )
        with captured_log() as log, gradebook_errors_explained(self.coursedir):
            converter.start()
            converter.run_post_convert_hook()
            with self.gradebook() as gradebook:
                marks.keep(gradebook, staged_notebooks)
        self.write_log(submission.student, executed.log + log.text)
        final.parent.mkdir(parents=True, exist_ok=True)
        (self.digests / submission.student).write_text(f"{submission.digest} {self._tests}")
        os.rename(staged_notebooks, final)

    def refresh_penalties(self, students: list[str]) -> dict[str, str]:
        """Let late penalties follow the due date and the extensions as they are now; for whom they changed, and how.

        A penalty is limited by the points at the time of grading, so one that fits these is left as it is.
        """
        changed = {}
        policy = AssignLatePenalties(config=self.config)
        with gradebook_errors_explained(self.coursedir), self.gradebook() as gradebook:
            policy.gradebook, policy.assignment_id = gradebook, self.assignment
            policy.init_plugin()
            for entry in gradebook.assignment_submissions(self.assignment):
                if entry.student_id not in students:
                    continue
                before = {notebook: notebook.late_submission_penalty or 0.0 for notebook in entry.notebooks}
                for notebook in before:
                    self._refresh(notebook, entry, policy)
                after = sum(notebook.late_submission_penalty or 0.0 for notebook in before)
                if not math.isclose(after, sum(before.values()), abs_tol=1e-9):
                    changed[entry.student_id] = (
                        f"the late penalty was {sum(before.values()):g} points, and is {after:g}"
                    )
            gradebook.db.commit()
        return changed

    def _refresh(self, notebook: SubmittedNotebook, entry: SubmittedAssignment, policy: AssignLatePenalties) -> None:
        late_s, full = entry.total_seconds_late, 0.0
        policy.notebook_id = notebook.name
        if late_s > 0:
            full = policy.plugin_inst.late_submission_penalty(entry.student_id, notebook.score, late_s) or 0.0
        by_tests = sum(grade.auto_score or 0.0 for grade in notebook.grades)
        now = max(0.0, min(full, notebook.score))
        old = notebook.late_submission_penalty or 0.0
        if not any(math.isclose(old, fits, abs_tol=1e-9) for fits in (now, max(0.0, min(full, by_tests)))):
            notebook.late_submission_penalty = now or None

    def record_failure(self, student: str) -> None:
        """Write down that a submission was handed in and scores nothing as it is."""
        self._take_old_files_away(student)
        handed_in = timestamp_of(self.submitted(student))
        timestamp = {"timestamp": handed_in} if isinstance(handed_in, datetime) else {}
        with captured_log(), gradebook_errors_explained(self.coursedir), self.gradebook() as gradebook:
            gradebook.update_or_create_student(student)
            entry = gradebook.update_or_create_submission(self.assignment, student, **timestamp)
            for notebook in entry.notebooks:
                notebook.late_submission_penalty = None
                for grade in notebook.grades:
                    grade.auto_score = 0
                    grade.needs_manual_grade = grade.manual_score is not None
            gradebook.db.commit()

    def _take_old_files_away(self, student: str) -> None:
        if self.autograded(student).exists():
            old = self.unfinished / "old"
            shutil.rmtree(old, ignore_errors=True)
            os.rename(self.autograded(student), old)
            shutil.rmtree(old)

    def write_log(self, student: str, text: str) -> None:
        """Replace the student's log; characters that UTF-8 does not have are written as escapes."""
        self._log(student).write_text(text, errors="backslashreplace")

    def _log(self, student: str) -> Path:
        return self.logs / f"{student}.log"


def timestamp_of(folder: Path) -> datetime | float | None:
    """The time in a folder's timestamp.txt, or None; of one that cannot be read, a value equal to no other."""
    path = folder / TIMESTAMP
    try:
        return parsed_timestamp(read(path, times.LONGEST)) if os.path.lexists(path) else None
    except NotPlain:
        return None
    except (NotRead, Unusable):
        return float("nan")
