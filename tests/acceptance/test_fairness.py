"""Right answers get the same points from this grader as from stock nbgrader."""

import os

import pytest

from grading.cells.roles import is_exercise, name_of
from tests.acceptance import fairness
from tests.acceptance.fairness import Judged, Row, compare, filled_in, harness, right_answers, table, together

pytestmark = pytest.mark.usefixtures("graded_somehow")
FULL_LENGTH = pytest.mark.skipif(
    not os.environ.get("HEPDL_TEST_ALL"), reason="make test-all runs it: it takes many minutes"
)
LESSON = "ex3_weights_targets"


def test_every_right_answer_is_in_one_notebook():
    right = right_answers(LESSON)
    students = together(LESSON)
    assert len(students) == max(map(len, right.values()))
    for exercise, answers in right.items():
        assert [student[exercise] for student in students.values() if exercise in student] == answers
    assert len(together(LESSON, 2)) == 2


def test_answers_stand_in_their_cells():
    answers = together(LESSON)["answers-01"]
    (notebook,) = filled_in(LESSON, answers).values()
    sources = {name_of(cell): cell.source for cell in notebook.cells if is_exercise(cell)}
    assert all(sources[name] == answer.source for name, answer in answers.items())
    assert filled_in(LESSON, {}) == harness.notebooks(LESSON)


def test_the_solution_and_another_right_answer_are_graded_alike():
    rows = compare(LESSON, 2)
    assert len({row.answer for row in rows}) == 2 * len(right_answers(LESSON))
    assert not [row for row in rows if row.differs], table(LESSON, rows)
    full = {row.answer for row in rows if row.by["stock"].points == row.worth > 0}
    assert full == {row.answer for row in rows}, table(LESSON, rows)


@FULL_LENGTH
@pytest.mark.parametrize("lesson", harness.lessons())
def test_every_right_answer_is_graded_alike(lesson):
    rows = compare(lesson)
    assert not [row for row in rows if row.differs], table(lesson, rows)
    full = {row.answer for row in rows if row.by["this"].points == row.worth}
    assert full == {row.answer for row in rows}, table(lesson, rows)


def test_a_difference_is_shown():
    answer = harness.Submission("labels", "another way", "pass", None)
    row = Row(answer, True, 1, {"stock": Judged(1), "this": Judged(0, "CheckFailed: no")})
    assert row.differs
    assert "DIFFERENT" in table(LESSON, [row])
    assert "CheckFailed: no" in table(LESSON, [row])
    assert "DIFFERENT" not in table(LESSON, [Row(answer, False, 1, dict.fromkeys(fairness.GRADERS, Judged(1)))])
