"""Cells are short enough to be read: the visible part of a check, and the code between the exercises."""

import nbformat
import pytest

from grading.cells.regions import HIDDEN_TESTS
from grading.cells.roles import is_exercise, is_test
from helpers.repository import ROOT

MOST_VISIBLE, MOST_PLAIN = 12, 15
NOTEBOOKS = [pytest.param(path, id=path.stem) for path in sorted((ROOT / "solutions").glob("*/*.ipynb"))]


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def n_lines(source):
    return len(source.strip().split("\n"))


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_check_can_be_read_at_a_glance_and_says_when_it_passes(path):
    for cell in filter(is_test, code_cells(path)):
        visible = HIDDEN_TESTS.without(cell.source).strip()
        assert n_lines(visible) <= MOST_VISIBLE, cell.metadata.nbgrader.grade_id
        assert visible.split("\n")[-1].startswith("checks.passed("), cell.metadata.nbgrader.grade_id


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_code_between_the_exercises_holds_one_idea(path):
    for cell in code_cells(path):
        if not is_test(cell) and not is_exercise(cell):
            assert n_lines(cell.source) <= MOST_PLAIN, cell.source
