"""What a cell is follows from its metadata, whatever a student may have written there."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.cells.roles import is_exercise, is_question, is_test, name_of


def test_the_toy_lesson_has_its_exercises_tests_and_questions(toy):
    assert [name_of(cell) for cell in toy.cells if is_exercise(cell)] == ["double", "wait", "warn"]
    assert [name_of(cell) for cell in toy.cells if is_test(cell)] == ["double-check", "wait-check", "warn-check"]
    assert [name_of(cell) for cell in toy.cells if is_question(cell)] == ["why"]


@pytest.mark.parametrize("marks", [None, "text", ["a"], {}, {"grade_id": ["a"]}, {"grade_id": 3}])
def test_a_cell_whose_metadata_hold_no_name_has_none(marks):
    assert name_of(new_code_cell("x", metadata={"nbgrader": marks})) is None
    assert name_of(new_markdown_cell("x")) is None
