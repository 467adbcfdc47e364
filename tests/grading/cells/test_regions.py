"""The regions that students do not receive are found in a cell's source."""

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.preprocessors import ClearHiddenTests

from grading.cells.regions import HIDDEN_TESTS, SOLUTION

SOURCE = """check(1)
### BEGIN HIDDEN TESTS
check(2)
### END HIDDEN TESTS
check(3)
    ### BEGIN HIDDEN TESTS
    check(4)
    ### END HIDDEN TESTS"""


def test_what_is_outside_and_inside():
    assert HIDDEN_TESTS.divided(SOURCE) == (["check(1)", "check(3)"], ["check(2)", "    check(4)"])
    assert HIDDEN_TESTS.unmarked(SOURCE).split() == ["check(1)", "check(2)", "check(3)", "check(4)"]


@pytest.mark.parametrize("source", [SOURCE, "", "check(1)", SOURCE.partition("    ###")[0]])
def test_nbgrader_gives_students_the_same(source):
    cell = new_code_cell(source, metadata={"nbgrader": {"grade": True, "grade_id": "a", "schema_version": 3}})
    cell, _ = ClearHiddenTests().preprocess_cell(cell, {}, 0)
    assert HIDDEN_TESTS.without(source) == cell.source


def test_one_kind_of_region_is_not_taken_for_another():
    assert SOLUTION.without(SOURCE) == SOURCE
    assert SOLUTION.unmarked("### BEGIN SOLUTION\nx = 1\n### END SOLUTION") == "x = 1"
