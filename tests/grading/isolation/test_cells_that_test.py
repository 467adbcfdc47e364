"""The lessons' test cells keep to what the examiner needs of them."""

import ast

import pytest

from grading.authoring import lessons
from grading.cells.roles import is_test, name_of


def cells_that_test():
    for twin in lessons.twins():
        for cell in lessons.read_twin(twin).cells:
            if is_test(cell):
                yield pytest.param(cell.source, id=f"{twin.stem}-{name_of(cell)}")


@pytest.mark.parametrize("source", list(cells_that_test()))
def test_the_value_of_the_last_line_is_never_the_students(source):
    """nbgrader reads the value of a test's last line as its points: it may only be that of a check, which has none."""
    last = ast.parse(source).body[-1]
    if isinstance(last, ast.Expr):
        called = last.value.func if isinstance(last.value, ast.Call) else None
        while isinstance(called, ast.Attribute):
            called = called.value
        assert isinstance(called, ast.Name) and (called.id == "checks" or called.id.startswith("check_"))
