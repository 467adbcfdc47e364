"""A deck for each lesson, with notes for the speaker; it takes from the lesson what students see, and nothing else."""

import base64
import re

import pytest
import toy_lesson

from book import slides
from book.course import BookError
from book.lesson_pages import FIT_TO_SHOW
from helpers.repository import ROOT

SLIDE = re.compile(r"^##? ", re.MULTILINE)
NOTE = re.compile(r"```\{revealjs-notes\}\n(\d+) minutes?\.\n(.*?)\n```", re.DOTALL)
NAMES = sorted(
    path.relative_to(ROOT / "solutions").with_suffix("").as_posix() for path in ROOT.glob("solutions/*/*.ipynb")
)


@pytest.mark.parametrize("name", NAMES)
def test_each_lesson_has_a_deck_of_ten_minutes(name):
    deck = ROOT / slides.FOLDER / f"{name}.md"
    assert deck.is_file(), f"write the slides of the lesson's opening ten minutes, {deck.relative_to(ROOT)}"
    parts = SLIDE.split(deck.read_text("utf-8"))[1:]
    assert 5 <= len(parts) <= 8
    notes = [NOTE.findall(part) for part in parts]
    silent = [part.partition("\n")[0] for part, said in zip(parts, notes, strict=True) if len(said) != 1]
    assert silent == [], "these slides lack a note that begins with the time, such as '2 minutes.'"
    assert sum(int(minutes) for ((minutes, _),) in notes) == 10
    assert "?" in parts[0].partition("\n")[0], "the title is the lesson's question"
    assert any("Ask: " in words for ((_, words),) in notes)
    assert "<!-- figure: " in "".join(parts), "show a figure of the lesson"


def test_there_is_no_deck_without_a_lesson():
    decks = sorted(path.relative_to(ROOT / slides.FOLDER) for path in (ROOT / slides.FOLDER).glob("*/*"))
    assert [deck.as_posix() for deck in decks] == [f"{name}.md" for name in NAMES]


def test_a_lesson_without_a_deck_is_told_what_to_write(tmp_path):
    with pytest.raises(BookError, match=r"docs/book/slides/ex9_toys/toys\.md is not there: write the slides"):
        slides.write_source(tmp_path, [toy_lesson.lesson()], tmp_path)


@pytest.fixture
def page(tmp_path):
    return tmp_path / "toys.md"


def test_what_the_lesson_says_is_taken_from_it(page):
    text = slides.filled("# Why?\n\n<!-- title -->\n\n- <!-- sentence: It has a -->", toy_lesson.lesson(), page)
    assert "\n# Why?\n\nExercise 9: toys\n\n- It has a mass.\n" in text
    assert '<a href="../../course/ex9_toys/toys.html">' in text


def test_the_figure_is_that_of_the_lesson_with_its_description(page):
    text = slides.filled("<!-- figure: the first -->", toy_lesson.lesson(), page)
    assert "![the first toy.](toys-" in text
    (picture,) = page.parent.glob("*.png")
    assert picture.read_bytes() == base64.b64decode(toy_lesson.picture(1))


def test_a_figure_that_is_left_out_of_the_book_is_refused(page):
    with pytest.raises(BookError, match=r"0 figures that everyone may see .* 'the second'.* show-in-book"):
        slides.filled("<!-- figure: the second -->", toy_lesson.lesson(), page)
    assert "the second toy" in slides.filled("<!-- figure: the second -->", toy_lesson.lesson([FIT_TO_SHOW]), page)


@pytest.mark.parametrize("words", ["Heavy.", toy_lesson.SCHEME, "It weighs"])
def test_a_sentence_that_students_do_not_get_is_refused(page, words):
    with pytest.raises(BookError, match="0 lines of the lesson begin with"):
        slides.filled(f"<!-- sentence: {words} -->", toy_lesson.lesson(), page)


def test_a_sentence_of_a_hint_is_refused(page):
    lesson = toy_lesson.lesson()
    lesson.released.cells[0].source += "\n\n<details><summary>Hint 1</summary>\n\nLook closely.\n\n</details>"
    with pytest.raises(BookError, match="0 lines of the lesson begin with 'Look'"):
        slides.filled("<!-- sentence: Look -->", lesson, page)


def test_words_that_two_sentences_begin_with_are_refused(page):
    lesson = toy_lesson.lesson()
    lesson.released.cells[0].source += "\nIt has a spin."
    with pytest.raises(BookError, match="2 lines of the lesson begin with 'It has a'"):
        slides.filled("<!-- sentence: It has a -->", lesson, page)


@pytest.mark.parametrize("mark", ["<!-- picture: the first -->", "<!-- sentence -->", "<!-- figure -->"])
def test_a_mark_that_nobody_knows_is_refused(page, mark):
    with pytest.raises(BookError, match=r"docs/book/slides/ex9_toys/toys\.md has the mark"):
        slides.filled(mark, toy_lesson.lesson(), page)


@pytest.mark.parametrize(
    ("line", "alone"),
    [
        ("It is so, because:", "It is so, because."),
        ("(It is *small*.)", "It is *small*."),
        ("and so (here) on.)", "and so (here) on."),
    ],
)
def test_a_sentence_loses_the_ends_that_belong_to_others(page, line, alone):
    lesson = toy_lesson.lesson()
    lesson.released.cells[0].source += f"\n\n{line}"
    words = line.replace("*", "")[:6]
    assert f"\n{alone}\n" in slides.filled(f"<!-- sentence: {words} -->", lesson, page).replace("- ", "")
