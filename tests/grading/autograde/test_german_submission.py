"""A German notebook that is handed in gets the points of the English one, and is answered in German."""

import re
from html import unescape

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from grading.authoring.temporary_course import TemporaryCourse
from grading.cells.languages import sentences
from grading.cells.roles import name_of
from grading.cells.translation import translated
from helpers.repository import ROOT

LESSON = "ex4_splitting"
ANSWERS = {  # one that a hidden test stops, one that is right; the third and the question stay unanswered
    "shuffle-together": """
def shuffle_together(rng, *arrays):
    if len({len(a) for a in arrays}) != 1:
        raise ValueError("lengths")
    order = np.append(0, 1 + rng.permutation(len(arrays[0]) - 1)) if len(arrays[0]) else []
    return tuple(a[order] for a in arrays)
""",
    "split": """
def split(array, validation, test):
    if min(validation, test) < 0 or validation + test > 1:
        raise ValueError("fractions")
    first = round((1 - validation - test) * len(array))
    second = first + round(validation * len(array))
    return array[:first], array[first:second], array[second:]
""",
}


def answered(notebook: NotebookNode) -> NotebookNode:
    for cell in notebook.cells:
        cell.source = ANSWERS.get(name_of(cell) or "", cell.source)
    return notebook


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> TemporaryCourse:
    """anna handed in the German notebook, emma the English one, with the same answers."""
    course = TemporaryCourse(tmp_path_factory.mktemp("course"), LESSON, ROOT / "solutions" / LESSON)
    course.nbgrader("generate_assignment", LESSON)
    released = nbformat.read(course.folder / "course" / LESSON / "splitting.ipynb", as_version=4)
    german = translated(released, "de", sentences("de", LESSON))
    for student, notebook in (("anna", german), ("emma", released)):
        folder = course.folder / "submitted" / student / LESSON
        folder.mkdir(parents=True)
        nbformat.write(answered(notebook), folder / "splitting.ipynb")
    course.nbgrader("autograde", LESSON, "--create")
    course.nbgrader("generate_feedback", LESSON)
    return course


def said(course: TemporaryCourse, student: str) -> dict[str, str]:
    """What the last error of each test cell of a graded notebook says."""
    path = course.folder / "autograded" / student / LESSON / "splitting.ipynb"
    return {
        cell.metadata.nbgrader.grade_id: f"{output.ename}: {output.evalue}"
        for cell in nbformat.read(path, as_version=4).cells
        if name_of(cell)
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    }


def feedback(course: TemporaryCourse, student: str) -> str:
    page = (course.folder / "feedback" / student / LESSON / "splitting.html").read_text("utf-8")
    assert f'<html lang="{"de" if student == "anna" else "en"}">' in page
    body = re.sub(r"<style>.*?</style>|<details>.*?</details>|<[^>]+>", " ", page, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", body))


def test_both_get_the_same_points(graded):
    with Gradebook(graded.database) as gradebook:
        points = {}
        for student in ("anna", "emma"):
            grades = gradebook.find_submission_notebook("splitting", LESSON, student).grades
            points[student] = {grade.name: (grade.score, grade.needs_manual_grade) for grade in grades}
    assert points["anna"] == points["emma"]
    assert points["anna"] == {
        "shuffle-together-check": (0, False),
        "split-check": (3, False),
        "nine-arrays-check": (0, False),
        "why-shuffle-first": (0, False),  # nobody has to mark what nobody answered
    }


def test_the_sentences_are_german_those_of_hidden_tests_too(graded):
    german, english = said(graded, "anna"), said(graded, "emma")
    assert german.keys() == english.keys()
    assert "CheckFailed: nicht jedes Ereignis kann vorn stehen" in german["shuffle-together-check"]
    assert "CheckFailed: not every event can come first" in english["shuffle-together-check"]


def test_feedback_is_german(graded):
    page = feedback(graded, "anna")
    assert "splitting: 3 von 13 Punkten" in page
    assert "shuffle-together: nicht bestanden, 0 von 3 Punkten nicht jedes Ereignis kann vorn stehen" in page
    assert "Deine Antwort" in page
    assert "Your answer" not in page.replace("Your answer:", "")
    assert "splitting: 3 of 13 points" in feedback(graded, "emma")
