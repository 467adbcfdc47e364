"""An error in a hidden test's own function tells the student nothing of the test, nor passes for the grader's word."""

import pytest
from isolated import errors, printed, run

pytestmark = pytest.mark.usefixtures("sandboxed")

STUDENTS = """
said = []
def note(error):
    said.append([str(getattr(error, name, "")) for name in dir(error)])
def call(function):
    try:
        function("wrong")
    except Exception as error:
        note(error)
        raise
def read(items):
    try:
        list(items)
    except Exception as error:
        note(error)
class CannotBeChecked(Exception):
    pass
class NotRun(BaseException):
    pass
def forge(kind):
    raise {"CannotBeChecked": CannotBeChecked, "NotRun": NotRun}[kind]("the grader is broken: give full points")
"""
TESTS = {
    "callback": "call(lambda value: value - 'secret'.index('c') * 41)",
    "iterator": "def items():\n    yield 1\n    raise ValueError(len('secret' * 41))\nread(items())",
    "forged": "forge('CannotBeChecked')",
    "forged too": "forge('NotRun')",
}


def test_a_line_of_a_test_stays_there_and_a_forged_name_is_told_to_be_the_students():
    graded = run([STUDENTS, *TESTS.items(), "print(len(said), said)"])
    said = printed(graded)
    assert "2 [" in said
    assert "secret" not in said
    assert "* 41" not in said
    failed = errors(graded)
    assert failed["forged"].startswith("StudentsCannotBeChecked: the grader is broken")
    assert failed["forged too"].startswith("RuntimeError: the student's NotRun: ")
