"""Grade a class of four in a temporary course, with nbgrader's own commands and this repository's configuration.

    python -m grading.authoring.demonstration [--assignment ex4_splitting] [--keep]

Alice answers everything, bob a part and hands in late, carol nothing, dan's file is broken. The submissions are built
from the lesson's solution and release, so they follow every change of the lesson; ``demonstration.yaml`` says what bob
answers. Prints the grades and exits with 1 if one differs from what the submission deserves.
"""

import argparse
import csv
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade, is_grade, is_solution

from grading.authoring.temporary_course import CommandFailed, TemporaryCourse
from grading.authoring.text_table import text_table
from grading.autograde.late_policy import lost_part
from grading.cells.regions import HIDDEN_TESTS, SOLUTION
from grading.cells.roles import is_test, name_of
from helpers.repository import ROOT

RECIPES = Path(__file__).with_suffix(".yaml")
ASSIGNMENT = "ex4_splitting"
DUE = datetime(2026, 1, 15, 12)
LATE = timedelta(hours=30)


class DemoError(Exception):
    """Why the demonstration cannot go on, in a sentence."""


@dataclass
class Submission:
    """What a student hands in, as text by file name, and the grade that it deserves."""

    kind: str
    files: dict[str, str]
    when: datetime
    readable: bool = True
    points: float = 0
    to_mark: float = 0
    penalty: float = 0


@dataclass
class Grade:
    """What the gradebook says: points of the test cells, points that wait for marking by hand, late penalty, score."""

    graded: bool
    points: float
    to_mark: float
    penalty: float
    score: float
    comment: str


class Lesson:
    """The notebooks of an assignment: the solution's, and the release's once nbgrader has made them."""

    def __init__(self, course: TemporaryCourse) -> None:
        self.solution = _read_notebooks(course.folder / "solutions" / course.assignment)
        self.release = _read_notebooks(course.folder / "course" / course.assignment)
        cells = [cell for notebook in self.solution.values() for cell in notebook.cells]
        self.answers = {name_of(cell) or "": SOLUTION.unmarked(cell.source) for cell in cells if is_solution(cell)}
        self.test_points = sum(cell.metadata.nbgrader.points for cell in cells if is_test(cell))
        self.max_points = sum(cell.metadata.nbgrader.points for cell in cells if is_grade(cell))

    def submission(
        self, kind: str, right: set[str], wrong: dict[str, str], late: timedelta = timedelta()
    ) -> Submission:
        """The release with the right answers filled in, the wrong ones as given, and the rest left as stubs.

        A test cell deserves its points if the answers between it and the test before it are right; one that follows
        another test at once is about the same answers.
        """
        unknown = (right | wrong.keys()) - self.answers.keys()
        if unknown:
            raise DemoError(f"{RECIPES.name} names answers that the lesson does not have: {', '.join(sorted(unknown))}")
        made = Submission(kind, {}, DUE + late if late else DUE - timedelta(hours=1))
        filled_in = {name: self.answers[name] for name in right} | wrong
        for name, released in self.release.items():
            notebook = nbformat.from_dict(released)
            tested: set[str] = set()
            collecting = False
            for cell in notebook.cells:
                cell_name = name_of(cell) or ""
                if is_solution(cell):
                    cell.source = filled_in.get(cell_name, cell.source)
                if is_solution(cell) and is_grade(cell):
                    made.to_mark += cell.metadata.nbgrader.points if cell_name in filled_in else 0
                elif is_solution(cell):
                    tested = tested | {cell_name} if collecting else {cell_name}
                    collecting = True
                elif is_test(cell):
                    made.points += cell.metadata.nbgrader.points if tested <= right else 0
                    collecting = False
            made.files[name] = nbformat.writes(notebook)
        made.penalty = min(lost_part(late.total_seconds()) * self.max_points, made.points)
        return made

    def hidden_lines(self) -> set[str]:
        """The lines that stand in hidden tests alone and are long enough to be recognised, without spaces."""
        hidden = {
            _squeezed(line)
            for notebook in self.solution.values()
            for cell in notebook.cells
            for line in HIDDEN_TESTS.divided(cell.source)[1]
            if len(line.strip()) > 20
        }
        released = _squeezed("".join(cell.source for notebook in self.release.values() for cell in notebook.cells))
        return {line for line in hidden if line not in released}


def _read_notebooks(folder: Path) -> dict[str, NotebookNode]:
    return {path.name: nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))}


def _squeezed(text: str) -> str:
    return "".join(text.split())


def class_of_four(lesson: Lesson, assignment: str) -> dict[str, Submission]:
    """The four submissions, by student."""
    names = list(lesson.answers)
    recipe = yaml.safe_load(RECIPES.read_text()).get(assignment, {"right": names[: (len(names) + 1) // 2]})
    full = lesson.submission("a full answer", set(names), {})
    cut = {name: text[: len(text) // 2] for name, text in full.files.items()}
    return {
        "alice": full,
        "bob": lesson.submission("partly right, late", set(recipe["right"]), recipe.get("wrong", {}), LATE),
        "carol": lesson.submission("blank", set(), {}),
        "dan": Submission("a broken file", cut, full.when, readable=False),
    }


def read_grade(course: TemporaryCourse, gradebook: Gradebook, student: str) -> Grade:
    """What the gradebook says of a student, and for a submission that could not be graded, why."""
    submission = gradebook.find_submission(course.assignment, student)
    cells = [cell for notebook in submission.notebooks for cell in notebook.grades]
    penalty = submission.late_submission_penalty
    if not (course.folder / "autograded" / student / course.assignment).exists():
        comment = f"not graded: {_what_is_wrong(course.folder / 'submitted' / student / course.assignment)}"
        return Grade(False, 0, 0, penalty, submission.score - penalty, comment)
    to_mark = sum(cell.max_score for cell in cells if cell.needs_manual_grade)
    comment = f"{to_mark:g} points wait for marking by hand" if to_mark else ""
    return Grade(
        True, sum(cell.auto_score or 0 for cell in cells), to_mark, penalty, submission.score - penalty, comment
    )


def _what_is_wrong(folder: Path) -> str:
    for path in sorted(folder.glob("*.ipynb")):
        try:
            nbformat.read(path, as_version=4)
        except Exception:
            return f"{path.name} cannot be read as a notebook; ask for the file again"
    return "nbgrader's log says why"


def differences(course: TemporaryCourse, student: str, deserved: Submission, grade: Grade) -> list[str]:
    """Where a grade is not what the submission deserves, in sentences."""
    wanted = {
        "graded": deserved.readable,
        "points": deserved.points,
        "to_mark": deserved.to_mark,
        "penalty": deserved.penalty,
        "score": deserved.points - deserved.penalty,
    }
    found = [
        f"{student}'s {name} should be {value:g}, but the gradebook says {getattr(grade, name):g}"
        for name, value in wanted.items()
        if abs(getattr(grade, name) - value) > 1e-9
    ]
    return found + [f"{student}'s {test}" for test in _failed_tests(course, student) if found]


def _failed_tests(course: TemporaryCourse, student: str) -> list[str]:
    """The test cells of a graded submission that gave no points, with the error."""
    failed = []
    for notebook in _read_notebooks(course.folder / "autograded" / student / course.assignment).values():
        for cell in notebook.cells:
            if is_test(cell) and determine_grade(cell)[0] == 0:
                errors = [
                    f"{output.ename}: {output.evalue}" for output in cell.outputs if output.output_type == "error"
                ]
                failed.append(f"{name_of(cell)} failed with {errors}")
    return failed


class _PageText(HTMLParser):
    def __init__(self, page: Path) -> None:
        super().__init__()
        self.text = ""
        self.feed(page.read_text())

    def handle_data(self, data: str) -> None:
        self.text += data


def check_feedback(course: TemporaryCourse, lesson: Lesson, student: str, grade: Grade) -> list[str]:
    """What is wrong with a student's feedback: pages missing, or telling of the hidden tests."""
    pages = sorted((course.folder / "feedback" / student / course.assignment).glob("*.html"))
    if len(pages) != (len(lesson.release) if grade.graded else 0):
        return [f"{student} got {len(pages)} feedback pages"]
    text = _squeezed("".join(_PageText(page).text for page in pages))
    shown = [line for line in lesson.hidden_lines() if line in text]
    return [f"{student}'s feedback shows {len(shown)} lines of hidden tests, such as {min(shown)}"] if shown else []


def check_export(course: TemporaryCourse, grades: dict[str, Grade]) -> list[str]:
    """Where the exported table differs from the gradebook."""
    with (course.folder / "grades.csv").open() as file:
        exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    wanted = {student: grade.score for student, grade in grades.items()}
    return [] if exported == wanted else [f"the exported scores are {exported}, the gradebook's {wanted}"]


def table(submissions: dict[str, Submission], grades: dict[str, Grade], lesson: Lesson) -> str:
    """The grades as text."""
    by_hand = lesson.max_points - lesson.test_points
    columns = (
        "student",
        "handed in",
        f"tests /{lesson.test_points:g}",
        f"to mark /{by_hand:g}",
        "late",
        "score so far",
    )
    rows = []
    for student, grade in grades.items():
        numbers = (f"{grade.points:g}", f"{grade.to_mark:g}", f"{-grade.penalty or 0:g}", f"{grade.score:g}")
        rows.append((student, submissions[student].kind, *numbers, grade.comment))
    return text_table((*columns, ""), rows)


def run(folder: Path, assignment: str, say: Callable[[str], None]) -> tuple[dict[str, Grade], list[str]]:
    """The whole cycle in an empty folder. Returns the grades by student, and what went wrong in sentences."""
    start = time.monotonic()

    def step(text: str) -> None:
        say(f"{time.monotonic() - start:5.1f} s  {text}")

    source = ROOT / "solutions" / assignment
    if not any(source.glob("*.ipynb")):
        raise DemoError(f"solutions/{assignment} holds no notebook; `make solutions` makes it from its text twin")
    course = TemporaryCourse(folder, assignment, source)

    with ThreadPoolExecutor(2) as pool:

        def together(*tasks: tuple) -> None:
            for future in [pool.submit(*task) for task in tasks]:
                future.result()

        step("generate: the release is made from the solution")
        course.nbgrader("generate_assignment", assignment)
        step("release: the assignment goes to the exchange, the due date into the gradebook")
        together(
            (course.nbgrader, "release_assignment", assignment),
            (course.nbgrader, "db", "assignment", "add", assignment, f"--duedate={DUE:%Y-%m-%d %H:%M:%S} UTC"),
        )
        lesson = Lesson(course)
        submissions = class_of_four(lesson, assignment)
        step(f"submit: {', '.join(submissions)} hand in")
        together(*((course.submit, student, made.files, made.when) for student, made in submissions.items()))
        step("collect")
        course.nbgrader("collect", assignment, "--ExchangeCollect.check_owner=False")
        step("autograde: the submissions are run and tested")
        course.nbgrader("autograde", assignment, may_fail=True)  # says so with exit status 1 when a file cannot be read
        step("feedback: pages are written; the grades are exported")
        together(
            (course.nbgrader, "generate_feedback", assignment),
            (course.nbgrader, "export", f"--to={folder / 'grades.csv'}"),
        )
        step("release of the feedback")
        course.nbgrader("release_feedback", assignment)

    with Gradebook(course.database, "demo") as gradebook:
        grades = {student: read_grade(course, gradebook, student) for student in submissions}
    say(f"\n{table(submissions, grades, lesson)}\n")

    problems = check_export(course, grades)
    for student, grade in grades.items():
        problems += differences(course, student, submissions[student], grade)
        problems += check_feedback(course, lesson, student, grade)
    step("something is wrong" if problems else "every grade is what the submission deserves")
    return grades, problems


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl demo-class", description="Grade four example submissions in a temporary course."
    )
    made.add_argument("--assignment", default=ASSIGNMENT, help="default: %(default)s")
    made.add_argument("--keep", action="store_true", help="keep the temporary course and say where it is")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run the demonstration and return the exit status."""
    options = parser().parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="demo-class-")).resolve()
    try:
        _, problems = run(folder, options.assignment, lambda line: print(line, flush=True))
    except (DemoError, CommandFailed) as error:
        problems = [str(error)]
    finally:
        if options.keep:
            print(f"the course is kept in {folder}")
        else:
            shutil.rmtree(folder)
    for problem in problems:
        print(f"hepdl demo-class: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
