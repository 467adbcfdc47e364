"""Points given by hand: grading again asks to look at them only where the answer, or what its tests say, changed."""

from pathlib import Path

import nbformat
from nbgrader.api import Grade, Gradebook, MissingEntry
from nbgrader.utils import is_solution

from grading.cells.roles import name_of


class Marks:
    """What was marked of a submission before it is graded again. graded: the folder of its graded notebooks."""

    def __init__(self, gradebook: Gradebook, assignment: str, student: str, graded: Path) -> None:
        self._place = assignment, student
        self._answers: dict[tuple[str, str], tuple[object, float | None]] = {}
        try:
            notebooks = gradebook.find_submission(assignment, student).notebooks
        except MissingEntry:
            return
        for notebook in notebooks:
            marked = [grade for grade in notebook.grades if _is_marked(grade)]
            if marked and (path := graded / f"{notebook.name}.ipynb").is_file():
                answers = _answers(path)
                for grade in marked:
                    answer = answers.get(grade.name, answers)
                    self._answers[notebook.name, grade.name] = answer, grade.auto_score

    def keep(self, gradebook: Gradebook, graded: Path) -> None:
        """Take nbgrader's request to look at them again back, where nothing changed."""
        for (notebook, name), (answer, points) in self._answers.items():
            path = graded / f"{notebook}.ipynb"
            if not path.is_file():
                continue
            answers = _answers(path)
            grade = gradebook.find_grade(name, notebook, *self._place)
            if (answers.get(name, answers), grade.auto_score) == (answer, points):
                grade.needs_manual_grade = False
        gradebook.db.commit()


def _is_marked(grade: Grade) -> bool:
    return grade.manual_score is not None and not grade.needs_manual_grade


def _answers(path: Path) -> dict[str | None, str]:
    """The text of the student's cells, by name."""
    return {name_of(cell): cell.source for cell in nbformat.read(path, as_version=4).cells if is_solution(cell)}
