"""A lesson's page shows what a student may see, and each picture is described."""

import nbformat
import pytest
import toy_lesson
from nbformat.v4 import new_code_cell

from book.course import lessons
from book.lesson_pages import FIT_TO_SHOW, FOLDED, LEFT_OUT, NotDescribed, cells_to_show, instructor_page, student_page
from grading.cells.roles import is_exercise, is_test
from helpers.repository import ROOT


def student(tags=None):
    lesson = toy_lesson.lesson(tags)
    return student_page(lesson.released, lesson.solution)


def drawn(page):
    return [o.data["image/png"] for cell in page.cells for o in cell.get("outputs", []) if "data" in o]


def test_what_stands_above_the_first_answer_is_shown_and_no_more():
    page = student()
    assert drawn(page) == [toy_lesson.picture(1)]
    text = nbformat.writes(page)
    for secret in (toy_lesson.ANSWER, toy_lesson.HIDDEN, toy_lesson.SCHEME, toy_lesson.PRINTED):
        assert secret not in text
    assert "raise NotImplementedError" in text


def test_an_output_that_is_left_out_leaves_a_word():
    page = student()
    (place,) = (i for i, cell in enumerate(page.cells) if cell.source == LEFT_OUT)
    assert page.cells[place - 1].source == "draw(2)"


def test_a_cell_that_is_marked_is_shown():
    page = student([FIT_TO_SHOW])
    assert drawn(page) == [toy_lesson.picture(1), toy_lesson.picture(2)]
    assert LEFT_OUT not in [cell.source for cell in page.cells]


def test_pictures_are_described_by_their_captions():
    page = student([FIT_TO_SHOW])
    described = [cell.metadata.mystnb["image"]["alt"] for cell in page.cells if "mystnb" in cell.metadata]
    assert described == ["the first toy.", "the second toy, of mass 125 GeV."]


def test_a_picture_without_a_caption_is_refused():
    solution = toy_lesson.solution()
    solution.cells[2].source = "No caption."
    with pytest.raises(NotDescribed, match=r"the figure of the cell 'draw\(1\)' has no caption"):
        instructor_page(solution)
    solution.cells = solution.cells[:2]
    with pytest.raises(NotDescribed):
        instructor_page(solution)


def test_instructors_see_everything():
    solution = toy_lesson.solution()
    page = instructor_page(solution)
    assert [cell.source for cell in page.cells] == [cell.source for cell in solution.cells]
    assert len(drawn(page)) == 2
    assert toy_lesson.PRINTED in nbformat.writes(page)


def test_checks_are_folded():
    for page in (student(), instructor_page(toy_lesson.solution())):
        assert [is_test(cell) for cell in page.cells] == [
            FOLDED in cell.metadata.get("tags", []) for cell in page.cells
        ]


@pytest.fixture(scope="module")
def course():
    return lessons()


def test_the_book_shows_what_students_receive(course):
    for lesson in course:
        received = nbformat.read(ROOT / "course" / lesson.opening.path, as_version=4)
        assert [(cell.id, cell.source) for cell in lesson.released.cells] == [
            (cell.id, cell.source) for cell in received.cells
        ], lesson.opening.path


def test_few_cells_after_an_answer_are_marked_and_none_is_an_answer(course):
    for lesson in course:
        shown = [cell for cell in cells_to_show(lesson.solution) if FIT_TO_SHOW in cell.metadata.get("tags", [])]
        assert len(shown) <= 2, f"{lesson.opening.path}: mark few cells"
        assert not any(is_exercise(cell) or is_test(cell) for cell in shown), lesson.opening.path


def test_an_answer_needs_no_output():
    lesson = toy_lesson.lesson()
    lesson.solution.cells.append(new_code_cell("nothing = 0", id="nothing"))
    lesson.released.cells.append(new_code_cell("nothing = 0", id="nothing"))
    assert [cell.source for cell in student_page(lesson.released, lesson.solution).cells][-1] == "nothing = 0"
