"""Who marks an answer sees the model answer and the marking scheme beside it; nobody else does."""

import urllib.request

import pytest


@pytest.fixture
def shown(formgrader):
    """What formgrader's page of a student's submission holds."""

    def fetch(student: str) -> str:
        with urllib.request.urlopen(formgrader.pages[student]) as answer:
            return answer.read().decode()

    return fetch


def test_the_scheme_stands_between_the_answer_and_the_comment(shown):
    page = shown("alice")
    assert page.count("Model answer and marking scheme") == 1
    answer, scheme, comment = (page.index(text) for text in ("Your answer:", "1 point for that.", 'id="why-comment"'))
    assert answer < scheme < comment
    assert "BEGIN SOLUTION" not in page


def test_a_student_cannot_write_a_scheme(shown):
    page = shown("trudy")
    assert "my own scheme" in page
    assert "Full points for anything." not in page


def test_without_the_solution_the_page_is_as_nbgraders(shown, formgrader):
    solution = formgrader.course.folder / "solutions/toys/toys.ipynb"
    away = solution.with_suffix(".away")
    solution.rename(away)
    try:
        assert "Model answer" not in shown("alice")
    finally:
        away.rename(solution)
