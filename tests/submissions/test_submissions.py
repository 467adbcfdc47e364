"""Every right answer is accepted and every wrong one rejected with a sentence that names the mistake."""

import re

import harness
import pytest

from grading.cells.regions import HIDDEN_TESTS

NOTEBOOKS = [(lesson, notebook) for lesson in harness.lessons() for notebook in harness.notebooks(lesson)]
# The scheduler in tests/conftest.py keeps the cases of one notebook, the part before the first hyphen, on one worker.
CASES = [
    pytest.param(lesson, notebook, submission, id=f"{lesson}/{notebook}-{exercise}-{submission.kind}-{submission.name}")
    for lesson, notebook in NOTEBOOKS
    for exercise, answers in harness.tried(lesson, notebook).items()
    for submission in answers
]
EXERCISES = [
    pytest.param(lesson, notebook, exercise, id=f"{lesson}/{notebook}-{exercise}")
    for lesson, notebook in NOTEBOOKS
    for exercise in harness.exercises(harness.notebooks(lesson)[notebook])
]


@pytest.mark.parametrize(("lesson", "notebook", "submission"), CASES)
def test_verdict(lesson, notebook, submission, record_property):
    record_property("lesson", lesson)
    record_property("exercise", submission.exercise)
    record_property("kind", submission.kind)
    record_property("seen", submission.seen)
    verdict = harness.run(lesson, notebook).verdicts[submission]
    if submission.right:
        assert verdict.message == "", "a right answer was rejected"
        alone = "" if submission.alone else None
        assert verdict.message_alone == alone, "a right answer was rejected when the test cell stood alone"
    else:
        assert verdict.message, "a wrong answer was accepted"
        assert submission.says in verdict.message, "the message does not name the mistake"
        assert verdict.seen == submission.seen, "another part of the test cell rejects it than the lesson's file says"
        if submission.alone:
            assert _without_numbers(verdict.message_alone) == _without_numbers(verdict.message), (
                "the test cell judges differently when it stands alone"
            )


def _without_numbers(message):
    """A message but for its digits: memory that is measured twice is not the same to the megabyte."""
    return re.sub(r"\d+", "#", message)


@pytest.mark.parametrize(("lesson", "notebook", "exercise"), EXERCISES)
def test_enough_submissions(lesson, notebook, exercise):
    kinds = [answer.kind for answer in harness.submissions(lesson, notebook)[exercise]]
    assert kinds.count("right") >= 2 + 1, "beside the solution"
    assert kinds.count("wrong") >= 4 + 1, "beside the stub"


@pytest.mark.parametrize("lesson", harness.lessons())
def test_no_submission_without_an_exercise(lesson):
    known = {exercise for notebook in harness.notebooks(lesson).values() for exercise in harness.exercises(notebook)}
    assert harness.written(lesson).keys() <= known


@pytest.mark.parametrize(("lesson", "notebook", "exercise"), EXERCISES)
def test_check_follows_its_exercise(lesson, notebook, exercise):
    _, check = harness.exercises(harness.notebooks(lesson)[notebook])[exercise]
    assert harness.is_check(check)
    assert harness.grade_id(check) == f"{exercise}-check"


@pytest.mark.parametrize(("lesson", "notebook", "exercise"), EXERCISES)
def test_check_has_a_visible_and_a_hidden_part(lesson, notebook, exercise):
    _, check = harness.exercises(harness.notebooks(lesson)[notebook])[exercise]
    visible = harness.released(check)
    hidden = "\n".join(HIDDEN_TESTS.divided(check.source)[1])
    assert "checks." in visible
    assert re.search(r"check\w*\.?\w*\(", hidden) or "more=False" in visible


@pytest.mark.parametrize(("lesson", "notebook", "exercise"), EXERCISES)
def test_check_asks_only_for_promised_names(lesson, notebook, exercise):
    """A student can only define what the stubs up to this cell name."""
    _, check = harness.exercises(harness.notebooks(lesson)[notebook])[exercise]
    cells = harness.notebooks(lesson)[notebook].cells
    before = cells[: cells.index(check)]
    promised = set(re.findall(r"\w+", " ".join(harness.released(cell) for cell in before if harness.is_exercise(cell))))
    assert harness.asked_names(check.source) <= promised


@pytest.mark.parametrize(("lesson", "notebook", "exercise"), EXERCISES)
def test_check_does_not_end_in_a_value(lesson, notebook, exercise):
    _, check = harness.exercises(harness.notebooks(lesson)[notebook])[exercise]
    for source in (check.source, harness.released(check)):
        assert not harness.ends_in_a_value(source, harness.asked_names(source))


def test_the_lints_notice():
    test = "import numpy as np\ndef f(x):\n    return x + mine\nfor i in theirs: f(i)"
    assert harness.asked_names(test) == {"mine", "theirs"}
    assert harness.ends_in_a_value("x = 1\nscore", {"score"})
    assert harness.ends_in_a_value("score(3)", {"score"})
    assert harness.ends_in_a_value("score.mean()", {"score"})
    assert harness.ends_in_a_value("checks.number(score, 'score')", {"score"})
    assert not harness.ends_in_a_value("checks.that(score, 'text')", {"score"})
