"""Whatever of an answer is planted in a site is found."""

import base64
from html import escape

import pytest
import toy_lesson

from book.answers import given_away
from book.lesson_pages import FIT_TO_SHOW
from book.pages import Site


@pytest.fixture
def site(tmp_path):
    (tmp_path / "course").mkdir()
    (tmp_path / "course/toys.html").write_text("<p>It has a mass.</p><pre>raise NotImplementedError</pre>")
    (tmp_path / "picture.png").write_bytes(base64.b64decode(toy_lesson.picture(1)))
    return tmp_path


def test_an_honest_site_gives_nothing_away(site):
    assert given_away(Site(site), [toy_lesson.lesson()]) == []


@pytest.mark.parametrize("secret", [toy_lesson.ANSWER, toy_lesson.HIDDEN, toy_lesson.SCHEME, toy_lesson.PRINTED])
def test_a_planted_line_is_found(site, secret):
    highlighted = "".join(f"<span>{escape(word)}</span> " for word in secret.split(" "))
    (site / "course/other.html").write_text(f"<pre>x = 1\n    {highlighted}\n</pre>")
    (found,) = given_away(Site(site), [toy_lesson.lesson()])
    assert found == f"course/other.html shows {secret!r} of ex9_toys/toys.ipynb"


def test_a_line_that_students_get_in_another_lesson_is_no_secret(site):
    other = toy_lesson.lesson()
    other.released.cells[0].source = toy_lesson.ANSWER
    (site / "course/other.html").write_text(f"<pre>{toy_lesson.ANSWER}</pre>")
    assert given_away(Site(site), [toy_lesson.lesson(), other]) == []


def test_a_planted_picture_is_found(site):
    (site / "second.png").write_bytes(base64.b64decode(toy_lesson.picture(2)))
    (found,) = given_away(Site(site), [toy_lesson.lesson()])
    assert found == "second.png is a figure of ex9_toys/toys.ipynb that was to be left out"
    assert given_away(Site(site), [toy_lesson.lesson([FIT_TO_SHOW])]) == []
