"""A lesson is one folder and its file of answers: a toy is run, released, listed, judged and tested with no edit.

Of a repository's other files only README's table names lessons, and a test says whether it does.
"""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from helpers.repository import ROOT


def marks(name, **marks):
    """The metadata of a graded cell, as a text twin holds them."""
    plain = dict.fromkeys(("grade", "locked", "solution", "task"), False)
    return f"nbgrader={json.dumps({'grade_id': name, 'schema_version': 3, **plain, **marks})}"


TWIN = f"""# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 9: doubles
#
# **What you will learn**
#
# - what twice is;
# - why it is even;
# - how to tell.
#
# **What you need to know:** counting. **Time:** 5 minutes.
#
# **Data:** none.
#
# **Grading:** under each exercise stands a check with a visible and a hidden part. Questions are marked by hand.
#
# [Start](../start.md)

# %% {marks("double", solution=True)}
def double(number):
    \"\"\"Twice a number.\"\"\"
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION


# %% {marks("double-check", grade=True, locked=True, points=2)}
from helpers import checks

checks.that(double(2) == 4, f"twice two is 4, and not {{double(2)}}")
### BEGIN HIDDEN TESTS
checks.that(double(-1) == -2, "a number below zero has a double, too")
### END HIDDEN TESTS
checks.passed("double gives twice the number")

# %%
double(21)

# %% [markdown] {marks("why", grade=True, solution=True, points=1)}
# <!-- ### BEGIN SOLUTION -->
# Because we count twice, and whatever is counted twice can be halved.
#
# **Marking scheme.** 1 point: for that.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# Double a list.

# %% [markdown]
# [Start](../start.md)
"""
ANSWERS = """double:
  right:
    a sum: "def double(number): return number + number"
    a product: "def double(number): return number * 2"
  wrong:
    a square plus one: {says: and not 5, source: "def double(number): return number**2 + 1"}
    none at all: {says: and not None, source: "def double(number): pass"}
    another name: {says: double, source: "def twice(number): return 2 * number"}
    a square: {says: a number below zero, seen: hidden, source: "def double(number): return number**2"}
"""
ROW = "| [Exercise 9](course/ex9_toys/toys.ipynb) | double | 2 by tests, 1 by hand |"


def run(house, *arguments):
    """Run Python in the house; return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house), "GIT_CEILING_DIRECTORIES": str(house.parent)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A repository with the code and the tests of this one, and the toy as its only lesson, run and released."""
    house = tmp_path_factory.mktemp("house")
    for folder in ("helpers", "grading", "tests"):
        left_out = shutil.ignore_patterns("__pycache__", "*.yaml", "data", "example_round", "benchmarks")
        shutil.copytree(ROOT / folder, house / folder, ignore=left_out)
    for name in ("pyproject.toml", "nbgrader_config.py", "solutions/start.md", "solutions/glossary.md"):
        (house / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, house / name)
    (house / "solutions/ex9_toys").mkdir()
    (house / "solutions/ex9_toys/toys.py").write_text(TWIN)
    (house / "tests/submissions/ex9_toys.yaml").write_text(ANSWERS)
    (house / "README.md").write_text(f"| lesson | you learn to | graded points |\n|---|---|---|\n{ROW}\n")
    run(house, "-m", "grading.authoring.lessons", "ex9_toys")
    run(house, "-m", "grading.authoring.release")
    return house


def test_it_is_run_and_released(house):
    solution = nbformat.read(house / "solutions/ex9_toys/toys.ipynb", as_version=4)
    assert solution.cells[3].outputs[0].data["text/plain"] == "42"
    released = nbformat.read(house / "course/ex9_toys/toys.ipynb", as_version=4)
    assert released.cells[1].source.endswith("raise NotImplementedError")
    assert "below zero" not in released.cells[2].source


def test_it_is_listed_on_the_start_page(house):
    (row,) = [line for line in (house / "course/start.md").read_text().splitlines() if "ex9_toys" in line]
    assert row == (
        "| [Exercise 9: doubles](ex9_toys/toys.ipynb) | • what twice is<br>• why it is even<br>• how to tell | "
        "counting | 5 minutes | 2 by tests, 1 by hand |"
    )


# By what each says of the toy: one of each kind.
TESTS = (
    "solutions/ex9_toys/toys::ipynb::Cell 2",
    "test_verdict[ex9_toys/toys-double-right-the solution]",
    "test_verdict[ex9_toys/toys-double-right-a sum]",
    "test_verdict[ex9_toys/toys-double-wrong-the stub]",
    "test_verdict[ex9_toys/toys-double-wrong-a square]",
    "test_enough_submissions[ex9_toys/toys-double]",
    "test_the_course_is_what_the_solutions_give",
    "test_nothing_that_a_solution_keeps_back_is_in_the_course[toys]",
    "test_notebook_and_twin_hold_the_same_cells[toys]",
    "test_opening[toys]",
    "test_a_check_can_be_read_at_a_glance_and_says_when_it_passes[toys]",
    "test_the_readme_lists_every_lesson_in_order_with_its_points",
)


def test_it_is_tested(house):
    """By the tests that all lessons share, and its answers are judged."""
    report = run(house, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--lesson", "ex9_toys")
    for test in TESTS:
        assert f"{test} PASSED" in report, report
    assert "double                               3/3             5/5" in report, report
    assert "ex9_toys                   4 of    5    80%" in report
