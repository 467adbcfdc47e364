"""The same class graded by nbgrader's own autograde and by grading.autograde: wall and CPU time, and the scores.

20 submissions of Exercise 5, which trains networks, and 40 of Exercise 3. Stock nbgrader runs a submission and its
tests in one kernel in the grader's account, one submission after the other; this project's grader runs them in
sandboxes, as many at once as there are cores. Every process that a grader starts counts. Run it with
``python -m benchmarks.class_grading [--submissions 20]``; it exits with 1 if a score differs.
"""

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook

from benchmarks.command import parser
from grading.authoring.demonstration import Lesson
from grading.authoring.temporary_course import TemporaryCourse
from grading.authoring.text_table import text_table
from helpers.repository import ROOT

CLASSES = {"ex5_first_network": 1, "ex3_weights_targets": 2}
PR_SET_CHILD_SUBREAPER = 36


def make_class(course: TemporaryCourse, submissions: int) -> None:
    """Hand in full answers, and every third time the first half of them."""
    course.nbgrader("generate_assignment", course.assignment)
    lesson = Lesson(course)
    names = list(lesson.answers)
    for number in range(submissions):
        right = names[: len(names) // 2] if number % 3 == 2 else names
        folder = course.folder / "submitted" / f"student-{number:02d}" / course.assignment
        folder.mkdir(parents=True)
        for name, text in lesson.submission("", set(right), {}).files.items():
            (folder / name).write_text(text)


def measured(command: Sequence[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of a command and of all that it starts, also of what outlives its parent."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    wall = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def scores(folder: Path, assignment: str) -> dict[tuple[str, str], float | None]:
    """The points of each graded cell, by student and cell; None for what is marked by hand."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "demo") as gradebook:
        return {
            (entry.student.id, grade.name): grade.auto_score
            for entry in gradebook.assignment_submissions(assignment)
            for notebook in entry.notebooks
            for grade in notebook.grades
        }


def compare(assignment: str, submissions: int, folder: Path) -> bool:
    """Grade the class in both ways, print what it took, and say whether the scores agree."""
    course = TemporaryCourse(folder / "ours", assignment, ROOT / "solutions" / assignment)
    make_class(course, submissions)
    other = course.copied_to(folder / "stock")
    other.grade_as_stock_nbgrader()
    python = [sys.executable, "-m"]
    stock = measured([*python, "nbgrader", "autograde", assignment], folder / "stock", other.environment)
    ours = measured([*python, "grading.autograde", assignment], folder / "ours", course.environment)

    print(f"{assignment}: {submissions} submissions, {os.cpu_count()} cores")
    columns = ("wall, s", "CPU, s", "wall each", "CPU each")
    rows = [
        (name, *(f"{value:.1f}" for value in (*times, *(t / submissions for t in times))))
        for name, times in (("nbgrader autograde", stock), ("grading.autograde", ours))
    ]
    rows.append(("ratio", f"{stock[0] / ours[0]:.2f}", f"{stock[1] / ours[1]:.2f}", "", ""))
    print(text_table(("", *columns), rows, numbers=columns))
    expected, found = scores(folder / "stock", assignment), scores(folder / "ours", assignment)
    differ = sorted(cell for cell in expected.keys() | found.keys() if expected.get(cell) != found.get(cell))
    print(f"{len(expected)} graded cells, of which the scores of {len(differ)} differ {differ[:5] or ''}\n", flush=True)
    return bool(expected) and not differ


def main(arguments: list[str] | None = None) -> int:
    """Compare both classes, and return the exit status."""
    options = parser("class_grading", __doc__)
    options.add_argument("--submissions", type=int, default=20, help="of Exercise 5, and twice as many of Exercise 3")
    wanted = options.parse_args(arguments).submissions
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    agree = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for assignment, times in CLASSES.items():
            place = Path(folder).resolve() / assignment
            (place / "ours").mkdir(parents=True)
            agree.append(compare(assignment, times * wanted, place))
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
