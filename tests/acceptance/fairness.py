"""Whether every right answer gets the same points from this grader as from stock nbgrader, cell by cell.

    python -m tests.acceptance.fairness                                all lessons; those that train networks take long
    python -m tests.acceptance.fairness ex3_weights_targets --most 3   one lesson, at most three right answers a cell

The right answers are those of tests/submissions. The first notebook of a lesson holds the solution, the second the
next right answer to each exercise at once, and so on. Answers that do not go together (an exercise that needs an array
of the one before, which is a list) fail in both graders; such an answer is then tried alone among solutions. Exits with
1 if a cell's points differ.
"""

import argparse
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from grading.authoring.temporary_course import TemporaryCourse
from grading.authoring.text_table import text_table
from grading.cells.roles import is_exercise, is_test, name_of
from helpers.repository import ROOT
from tests.acceptance.graders import GRADERS, choose_grader

sys.path.insert(0, str(ROOT / "tests" / "submissions"))
import harness

Answers = dict[str, harness.Submission]


@dataclass(frozen=True)
class Judged:
    """The points that a right answer got from a grader, and why not all."""

    points: float
    why: str = ""


@dataclass(frozen=True)
class Row:
    """A right answer in one notebook, judged by both graders."""

    answer: harness.Submission
    together: bool
    worth: float
    by: dict[str, Judged]

    @property
    def differs(self) -> bool:
        return len({judged.points for judged in self.by.values()}) > 1


def right_answers(lesson: str) -> dict[str, list[harness.Submission]]:
    """The right answers to each exercise of a lesson, the solution first."""
    return {
        exercise: [answer for answer in answers if answer.right]
        for notebook in harness.notebooks(lesson)
        for exercise, answers in harness.submissions(lesson, notebook).items()
    }


def together(lesson: str, most: int | None = None) -> dict[str, Answers]:
    """By student: the i-th right answer to every exercise at once, and the solution where there are fewer."""
    right = right_answers(lesson)
    count = max(map(len, right.values()))
    count = count if most is None else min(count, most)
    return {
        f"answers-{number:02d}": {
            exercise: answers[number] for exercise, answers in right.items() if number < len(answers)
        }
        for number in range(count)
    }


def filled_in(lesson: str, answers: Answers) -> dict[str, NotebookNode]:
    """The solution notebooks of a lesson with other right answers."""
    made = {}
    for name, solution in harness.notebooks(lesson).items():
        notebook = nbformat.from_dict(solution)
        for cell in filter(is_exercise, notebook.cells):
            if answer := answers.get(name_of(cell)):
                cell.source = answer.source
        made[name] = notebook
    return made


def new_course(folder: Path, lesson: str, grader: str) -> TemporaryCourse:
    """A course in a new folder, with this lesson."""
    folder.mkdir()
    course = TemporaryCourse(folder, lesson, ROOT / "solutions" / lesson)
    choose_grader(course, grader)
    course.nbgrader("generate_assignment", lesson)
    return course


def grade(course: TemporaryCourse, lesson: str, students: dict[str, Answers]) -> dict[tuple[str, str], Judged]:
    """What the test cell of each exercise gave each student."""
    for student, answers in students.items():
        folder = course.folder / "submitted" / student / lesson
        folder.mkdir(parents=True)
        for name, notebook in filled_in(lesson, answers).items():
            nbformat.write(notebook, folder / f"{name}.ipynb")
    course.nbgrader("autograde", lesson, may_fail=True)
    found = {}
    with Gradebook(course.database, "demo") as gradebook:
        for student in students:
            for notebook in gradebook.find_submission(lesson, student).notebooks:
                errors = errors_of(course.folder / "autograded" / student / lesson / f"{notebook.name}.ipynb")
                for cell in notebook.grades:
                    exercise = cell.name.removesuffix("-check")
                    found[student, exercise] = Judged(cell.auto_score or 0, errors.get(cell.name, ""))
    return found


def errors_of(path: Path) -> dict[str, str]:
    """The errors of a graded notebook's named cells."""
    if not path.exists():
        return {}
    return {
        name_of(cell): f"{output.ename}: {output.evalue}"
        for cell in nbformat.read(path, as_version=4).cells
        if name_of(cell)
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    }


def points_of(lesson: str) -> dict[str, float]:
    """What the test of each exercise is worth."""
    return {
        name_of(cell).removesuffix("-check"): cell.metadata.nbgrader.points
        for notebook in harness.notebooks(lesson).values()
        for cell in filter(is_test, notebook.cells)
    }


def compare(lesson: str, most: int | None = None) -> list[Row]:
    """Every right answer to a lesson, judged by both graders at the same time."""
    worth = points_of(lesson)
    folder = Path(tempfile.mkdtemp(prefix="fairness-")).resolve()
    try:
        with ThreadPoolExecutor(len(GRADERS)) as pool:
            courses = dict(
                zip(GRADERS, pool.map(lambda grader: new_course(folder / grader, lesson, grader), GRADERS), strict=True)
            )

            def judge(students: dict[str, Answers], joint: bool) -> list[Row]:
                results = dict(
                    zip(
                        courses, pool.map(lambda course: grade(course, lesson, students), courses.values()), strict=True
                    )
                )
                return [
                    Row(
                        answer,
                        joint,
                        worth[exercise],
                        {grader: found[student, exercise] for grader, found in results.items()},
                    )
                    for student, answers in students.items()
                    for exercise, answer in answers.items()
                ]

            rows = judge(together(lesson, most), True)
            lost = [row.answer for row in rows if row.by["stock"].points < row.worth]
            if lost:
                rows += judge({f"alone-{n:02d}": {answer.exercise: answer} for n, answer in enumerate(lost)}, False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return rows


def table(lesson: str, rows: list[Row]) -> str:
    """The comparison as text."""
    columns = (lesson, "worth", *GRADERS.values(), "")
    cells = []
    for row in rows:
        points = [f"{row.by[grader].points:g}" for grader in GRADERS]
        remarks = [] if row.together else ["alone among solutions"]
        if row.differs:
            reasons = [f"{GRADERS[grader]}: {judged.why[:200]}" for grader, judged in row.by.items() if judged.why]
            remarks += ["DIFFERENT", *reasons]
        cells.append((f"{row.answer.exercise}: {row.answer.name}", f"{row.worth:g}", *points, "; ".join(remarks)))
    return text_table(columns, cells, numbers=("worth", *GRADERS.values()))


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="hepdl fairness", description=__doc__.splitlines()[0])
    made.add_argument("lessons", nargs="*", metavar="lesson", help="such as ex3_weights_targets (default: all)")
    made.add_argument("--most", type=int, help="right answers to try for each exercise, the solution included")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Compare the lessons, print the tables, and return the exit status."""
    options = parser().parse_args(arguments)
    if unknown := set(options.lessons) - set(harness.lessons()):
        print(
            f"no such lesson: {', '.join(sorted(unknown))}; there are: {', '.join(harness.lessons())}", file=sys.stderr
        )
        return 2
    count = different = never = 0
    for lesson in options.lessons or harness.lessons():
        start = time.monotonic()
        rows = compare(lesson, options.most)
        print(f"{table(lesson, rows)}\n{time.monotonic() - start:.0f} s\n", flush=True)
        full = {row.answer for row in rows if all(judged.points == row.worth for judged in row.by.values())}
        count += len({row.answer for row in rows})
        never += len({row.answer for row in rows} - full)
        different += sum(row.differs for row in rows)
    print(
        f"{count} right answers: {different} cells with different points, {never} answers that never got all of theirs"
    )
    return int(bool(different or never))


if __name__ == "__main__":
    sys.exit(main())
