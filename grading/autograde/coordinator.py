"""The coordinator: it sends the submissions of a class to workers, and alone writes the gradebook and ``autograded/``.

In Python, ``grade_class("ex3_weights_targets", Path("."))`` does what the command does, and returns a `Report`.
"""

from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from distributed import Client, KilledWorker, as_completed
from distributed.comm.core import CommClosedError
from nbgrader.apps import AutogradeApp
from tqdm import tqdm

from grading.autograde.books import Books, CannotGrade, with_timeouts
from grading.autograde.clusters import workers
from grading.autograde.points import changes
from grading.autograde.transfer import Executed, Lesson, Submission, Unusable, read_lesson
from grading.autograde.up_to_date import compare
from grading.autograde.worker import Refused, execute, is_machine_trouble
from grading.cells import incidents
from grading.cells.quotation import visible

SHOWN_REMARKS = 5


@dataclass
class Report:
    """What became of the submissions to an assignment, by student; where there is a text, it says why."""

    assignment: str
    graded: list[str] = field(default_factory=list)
    again: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    not_graded: dict[str, str] = field(default_factory=dict)
    as_before: list[str] = field(default_factory=list)
    penalties: dict[str, str] = field(default_factory=dict)
    points: dict[str, list[str]] = field(default_factory=dict)
    release: list[str] = field(default_factory=list)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    logs: Path | None = None

    @property
    def complete(self) -> bool:
        """Whether every submission is graded."""
        return not self.failed and not self.not_graded

    def __str__(self) -> str:
        counts = f"{len(self.graded)} graded, {len(self.failed)} failed, {len(self.not_graded)} not graded"
        lines = [f"{self.assignment}: {counts}, {len(self.as_before)} were graded before."]
        lines += [f"release       {sentence}" for sentence in self.release]
        lines += by_reason("graded again", self.again) + by_reason("due date", self.penalties)
        lines += [f"points        {change}: {', '.join(students)}" for change, students in self.points.items()]
        for student, remarks in sorted(self.remarks.items()):
            lines += [f"remark        {student}: {remark}" for remark in remarks[:SHOWN_REMARKS]]
            if len(remarks) > SHOWN_REMARKS:
                lines.append(f"remark        {student}: and {len(remarks) - SHOWN_REMARKS} more, see the log")
        lines += by_reason("failed", self.failed) + by_reason("not graded", self.not_graded)
        if self.failed:
            lines.append("A failed submission scores nothing until its file is replaced and this is run again.")
        if self.not_graded:
            lines.append("What is not graded has the score that it had; run this again to go on.")
        if self.penalties or self.points:
            lines.append(
                f"Feedback made before shows the old points: `nbgrader generate_feedback {self.assignment}`, "
                f"then `nbgrader release_feedback {self.assignment}`."
            )
        if self.logs and (self.graded or self.failed):
            lines.append(f"What nbgrader said of each submission is in {self.logs}.")
        return "\n".join(visible(line) for line in lines)


def by_reason(kind: str, reasons: dict[str, str]) -> list[str]:
    """A line for each reason, with the students whom it concerns."""
    students: dict[str, list[str]] = {}
    for student in sorted(reasons):
        students.setdefault(reasons[student], []).append(student)
    return [f"{kind:14s}{', '.join(names)}: {why}" for why, names in students.items()]


class ClassGrading:
    """One run over the submissions of an assignment."""

    def __init__(self, books: Books, lesson: Lesson, report: Report, bar: tqdm) -> None:
        self.books, self.lesson, self.report, self.bar = books, lesson, report, bar
        self.killed: list[str] = []

    def run(self, client: Client, students: list[str], at_once: int) -> None:
        """Grade these students' submissions.

        One that takes its worker down has a second chance, alone. So has one that may have lost points because it had
        to wait, if another one kept all processors busy.
        """
        waited: list[tuple[Submission, Executed]] = []
        crowding: set[str] = set()
        for submission, result in self._results(client, students, at_once):
            if isinstance(result, KilledWorker):
                self.killed.append(submission.student)
                continue
            if isinstance(result, Executed):
                if incidents.crowded(result.remarks):
                    crowding.add(submission.student)
                if incidents.waited(result.remarks):
                    waited.append((submission, result))
                    continue
            self._enter(submission, result)
        beside: dict[str, set[str]] = {}
        for submission, result in waited:
            if others := crowding - {submission.student}:
                beside[submission.student] = others
            else:
                self._enter(submission, result)
        for submission, result in self._results(client, [*self.killed, *beside], 1):
            if isinstance(result, Executed) and submission.student in beside:
                names = ", ".join(sorted(beside[submission.student]))
                result.remarks.insert(0, f"graded again, alone: it had to wait beside {names}")
            self._enter(submission, result)

    def _results(
        self, client: Client, students: list[str], at_once: int
    ) -> Iterator[tuple[Submission, Executed | Exception]]:
        """Run submissions on the workers, so many at once, and yield them as they finish."""
        waiting = self._readable(students)
        running: dict = {}
        finished = as_completed()

        def send() -> None:
            for submission in islice(waiting, at_once - len(running)):
                future = client.submit(execute, self.lesson, submission, pure=False)
                running[future] = submission
                finished.add(future)

        send()
        for future in finished:
            submission = running.pop(future)
            send()
            try:
                result = future.result()
            except (CancelledError, CommClosedError):
                raise CannotGrade("The Dask scheduler was lost: see that it runs, then run this again.") from None
            except Exception as error:
                result = error
            future.release()
            yield submission, result

    def _readable(self, students: list[str]) -> Iterator[Submission]:
        for student in students:
            try:
                submission = self.books.submission(student).for_nbgrader()
            except Unusable as error:
                self._enter(Submission(student, {}), error)
            else:
                yield submission

    def _enter(self, submission: Submission, result: Executed | Exception) -> None:
        """Write a result into the books and the report."""
        student, report = submission.student, self.report
        try:
            if isinstance(result, Refused):
                raise CannotGrade(str(result))
            if isinstance(result, KilledWorker):
                self._fail(student, "the worker that ran it died twice: out of memory, or killed by what it ran")
            elif isinstance(result, Unusable):
                self._fail(student, str(result))
            elif isinstance(result, Exception):
                report.not_graded[student] = f"its worker could not work ({type(result).__name__}: {result})"
            else:
                self._score(submission, result)
        except CannotGrade:
            raise
        except Exception as error:
            if is_machine_trouble(error) or isinstance(error, PermissionError):
                raise CannotGrade(f"Results cannot be written to {self.books.own.parent}: {error}.") from None
            report.not_graded[student] = f"its result could not be recorded ({type(error).__name__}: {error})"
        self.bar.update()

    def _score(self, submission: Submission, executed: Executed) -> None:
        student = submission.student
        left_out = [f"{name} is a link or no plain file, and was left out" for name in submission.left_out]
        if self.books.has_deadline and submission.timestamp is None:
            left_out.append("it does not say when it was handed in, and counts as in time")
        if remarks := left_out + executed.remarks:
            self.report.remarks[student] = remarks
        why = "; ".join(f"{name} {problem}" for name, problem in sorted(executed.problems.items()))
        if not executed.notebooks:
            self._fail(student, why or f"it holds no notebook of {self.lesson.assignment}", executed.log)
            return
        self.books.record(submission, executed)
        if why:
            self.report.failed[student] = f"{why}; its other notebooks are graded"
        else:
            self.report.graded.append(student)

    def _fail(self, student: str, why: str, log: str = "") -> None:
        self.books.write_log(student, f"{log}{why}\n")
        self.books.record_failure(student)
        self.report.failed[student] = why


def open_books(assignment: str, root: Path) -> Books:
    """The books of an assignment, configured as the nbgrader command would be in the course's folder."""
    if not (root / "nbgrader_config.py").is_file():
        raise CannotGrade(f"{root} holds no nbgrader_config.py: run this in the folder of the course.")
    app = AutogradeApp()
    app.initialize([f"--course-dir={root}", "--log-level=ERROR"])
    app.coursedir.assignment_id = assignment
    app.coursedir.db_url = with_timeouts(app.coursedir.db_url)
    return Books(app.coursedir, app.config)


def grade_class(
    assignment: str,
    root: Path,
    *,
    force: bool = False,
    regenerate: bool = False,
    cluster: str = "local",
    scheduler: str | None = None,
    count: int | None = None,
) -> Report:
    """Grade the submissions to an assignment that are new or handed in again, or all of them.

    root: the course's folder. regenerate: take a changed solution over first, then grade all. cluster: "local", "slurm"
    or "htcondor", with so many workers; by default as many as cores. scheduler: the address of a Dask scheduler to use
    instead. Raises `CannotGrade` if nothing can be graded.
    """
    books = open_books(assignment, root.resolve())
    books.check()
    with explained():
        return _grade_class(books, force or regenerate, regenerate, cluster, scheduler, count)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a disk that is full, broken or not to be written raises into a sentence."""
    try:
        yield
    except OSError as error:
        if error.filename is None and not is_machine_trouble(error):  # nothing of a disk
            raise
        where = error.filename or "this machine's disk"
        raise CannotGrade(f"{where} cannot be written or read: {error.strerror or error}.") from None


def _grade_class(
    books: Books, force: bool, regenerate: bool, cluster: str, scheduler: str | None, count: int | None
) -> Report:
    assignment = books.assignment
    report = Report(assignment, logs=books.logs.relative_to(books.coursedir.root))
    with books.in_use():
        report.release = compare(books, regenerate)
        state = books.state()
        if not state and not books.odd_folders():
            raise CannotGrade(f"There is no submission to {assignment}: `nbgrader collect {assignment}` first.")
        todo = {student: why or "--force" for student, why in state.items() if why or force}
        report.not_graded |= dict.fromkeys(books.odd_folders(), "no student can have this name: rename the folder")
        report.as_before = sorted(state.keys() - todo.keys())
        before = books.points_before.begin(books.points())
        report.penalties = books.refresh_penalties(report.as_before)
        if todo:
            _grade(books, report, todo, cluster, scheduler, count)
        report.points = changes(before, books.points())
        if not todo.keys() & report.not_graded.keys():
            books.points_before.end()
    return report


def _grade(
    books: Books, report: Report, todo: dict[str, str], cluster: str, scheduler: str | None, count: int | None
) -> None:
    reason = "this was interrupted"
    try:
        with explained(), ExitStack() as stack:
            lesson = read_lesson(books.coursedir, books.config, books.unfinished)
            client, at_once = stack.enter_context(workers(cluster, scheduler, count, books.own))
            bar = stack.enter_context(tqdm(total=len(todo), desc=books.assignment, unit=" submissions", disable=None))
            ClassGrading(books, lesson, report, bar).run(client, list(todo), 2 * at_once)
    except CannotGrade as error:
        if not (report.graded or report.failed or report.not_graded):
            raise
        reason = str(error)
    except KeyboardInterrupt:
        pass
    report.again = {student: why for student, why in todo.items() if why != "new" and student in report.graded}
    for student in todo.keys() - set(report.graded) - report.failed.keys() - report.not_graded.keys():
        report.not_graded[student] = reason
