"""The whole cycle of a class of four, with nbgrader's own commands."""

from datetime import timedelta
from pathlib import Path

import pytest

from grading.authoring import demonstration
from grading.authoring.demonstration import ASSIGNMENT, DUE, DemoError, Grade, Lesson, Submission, differences
from helpers.repository import ROOT


def traces() -> dict[Path, int]:
    """What a cycle in the wrong place would write, with the time it was written."""
    names = ("gradebook.db", "submitted", "autograded", "feedback", "exchange", "grades.csv")
    places = [*(ROOT / name for name in names), ROOT / "course", ROOT / "solutions" / ASSIGNMENT]
    return {place: place.stat().st_mtime_ns for place in places if place.exists()}


def test_four_submissions_get_the_grades_that_they_deserve(tmp_path):
    before = traces()
    said: list[str] = []
    grades, problems = demonstration.run(tmp_path, ASSIGNMENT, said.append)
    assert problems == [], "\n".join(said)
    assert traces() == before

    alice, bob, carol, dan = (grades[student] for student in ("alice", "bob", "carol", "dan"))
    assert alice.points > bob.points > 0
    assert alice.score == alice.points
    assert alice.to_mark > 0
    assert 0 < bob.score == bob.points - bob.penalty < bob.points
    assert (carol.points, carol.to_mark, carol.score) == (0, 0, 0)
    assert not dan.graded
    assert dan.score == 0
    assert "cannot be read as a notebook" in dan.comment
    table = "\n".join(said)
    assert all(student in table for student in grades)
    assert dan.comment in table


@pytest.fixture
def lesson(toy, cell_of):
    """The toy lesson as the demonstration sees it."""
    made = Lesson.__new__(Lesson)
    made.solution = made.release = {"toys.ipynb": toy}
    made.answers = {name: cell_of(toy, name).source for name in ("double", "wait", "why", "warn")}
    made.max_points = 10
    return made


def test_what_a_submission_deserves_follows_from_its_answers(lesson):
    some = lesson.submission("some", {"double", "why"}, {"wait": "wrong"}, timedelta(hours=30))
    assert (some.points, some.to_mark, some.penalty) == (4, 3, pytest.approx(2))
    assert some.when == DUE + timedelta(hours=30)
    full = lesson.submission("full", set(lesson.answers), {})
    assert (full.points, full.to_mark, full.penalty) == (7, 3, 0)
    assert full.when < DUE


def test_a_penalty_is_not_larger_than_the_points(lesson):
    assert lesson.submission("late", {"warn"}, {}, timedelta(days=30)).penalty == 1


def test_an_answer_that_the_lesson_does_not_have_is_named(lesson):
    with pytest.raises(DemoError, match="triple"):
        lesson.submission("wrong recipe", {"triple"}, {})


def test_an_undeserved_grade_is_told(tmp_path):
    class Course:
        folder, assignment = tmp_path, "toys"

    deserved = Submission("full", {}, DUE, points=4, to_mark=3)
    assert differences(Course, "alice", deserved, Grade(True, 4, 3, 0, 4, "")) == []
    found = differences(Course, "alice", deserved, Grade(False, 3, 3, 1, 2, ""))
    assert [sentence.split()[1] for sentence in found] == ["graded", "points", "penalty", "score"]


def test_a_lesson_without_notebook_is_named(tmp_path):
    with pytest.raises(DemoError, match="solutions/ex0_nothing holds no notebook"):
        demonstration.run(tmp_path, "ex0_nothing", print)
