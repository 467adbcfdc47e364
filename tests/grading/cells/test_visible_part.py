"""What of a check runs in the student's own kernel, too."""

import pytest

from grading.cells.visible_part import imports, to_run

CHECK = """\
import numpy as np
from helpers import checks
scores = np.ones(3)
for n, x in [(1, 2)]:
    checks.that(True, 'no')
"""


@pytest.mark.parametrize(
    ("later", "whole"),
    [
        ([], False),
        (["np.ones(3)\nchecks.that(1, '')"], False),
        (["print(scores)"], True),
        (["%matplotlib inline\nn + 1"], True),
        (["this is no Python", "x"], True),
        (["object.scores"], False),
    ],
    ids=str,
)
def test_what_a_later_cell_mentions_runs_whole(later, whole):
    assert to_run(CHECK, later) == (CHECK if whole else "")


def test_imports_run_by_themselves():
    assert imports(CHECK) == "import numpy as np\nfrom helpers import checks"


def test_names_within_functions_and_comprehensions_are_not_bound():
    assert to_run("def f():\n    inner = 1\nlist(k for k in [])", ["inner, k"]) == ""
    assert to_run("def f():\n    pass", ["f()"]) != ""


def test_what_is_no_python_does_not_run():
    assert to_run("((", []) == imports("((") == ""
