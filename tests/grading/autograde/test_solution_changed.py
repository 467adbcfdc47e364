"""A solution that was corrected after its release: nobody is graded by the old test, and marks by hand stay."""

from pathlib import Path

import jupytext
import nbformat
import pytest
from toy_class import AGAIN

from grading.autograde.books import CannotGrade
from grading.autograde.coordinator import open_books
from grading.autograde.generated import generate
from grading.autograde.points import PointsBefore
from grading.cells.roles import name_of
from grading.cells.twins import TWIN_FORMAT

ABSOLUTE = "def double(x):\n    return 2 * abs(x)"


@pytest.fixture
def solution(toys) -> Path:
    return toys.folder / "solutions/toys/toys.ipynb"


def edit(solution: Path, old: str, new: str) -> None:
    """Change a text in the solution and in its twin."""
    notebook = nbformat.read(solution, as_version=4)
    assert any(old in cell.source for cell in notebook.cells)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, solution)
    jupytext.write(notebook, solution.with_suffix(".py"), fmt=TWIN_FORMAT)


def test_a_corrected_test_counts_and_it_is_told_whose_points_it_changed(toys, grade, solution):
    toys.submit("alice")
    for student in ("bob", "carol"):
        toys.submit(student, double=ABSOLUTE)
    grade()
    assert toys.scores() == {"alice": 7, "bob": 3, "carol": 3}
    edit(solution, "double(-1) == -2", "abs(double(-1)) == 2")
    with pytest.raises(CannotGrade, match=r"double-check in toys\.ipynb.*`hepdl autograde toys --regenerate`"):
        grade(force=True)
    assert toys.scores() == {"alice": 7, "bob": 3, "carol": 3}

    released = (toys.folder / "course/toys/toys.ipynb").read_bytes()
    report = grade(regenerate=True)
    assert sorted(report.graded) == ["alice", "bob", "carol"]
    assert report.points == {"toys/double-check 0 → 4": ["bob", "carol"]}
    assert "points        toys/double-check 0 → 4: bob, carol" in str(report)
    assert "nbgrader generate_feedback toys" in str(report)
    assert toys.scores() == {"alice": 7, "bob": 7, "carol": 7}
    assert (toys.folder / "course/toys/toys.ipynb").read_bytes() == released
    report = grade()
    assert (report.graded, report.points, report.release) == ([], {}, [])


def test_who_was_graded_by_an_older_test_is_graded_again(toys, grade, solution):
    """As after an interruption, and after nbgrader's own generate_assignment."""
    toys.submit("alice")
    toys.submit("bob", double=ABSOLUTE)
    grade()
    edit(solution, "double(-1) == -2", "abs(double(-1)) == 2")
    books = open_books("toys", toys.folder)
    generate(books.coursedir, books.config)
    report = grade()
    assert report.again == dict.fromkeys(("alice", "bob"), "the lesson's cells were changed after it was graded")
    assert report.points == {"toys/double-check 0 → 4": ["bob"]}
    assert grade().graded == []


def test_points_before_an_interruption_are_remembered(tmp_path):
    before = PointsBefore(tmp_path / "points" / "toys.json")
    assert before.begin({"bob": {"toys/a": 0.0}}) == {"bob": {"toys/a": 0.0}}
    later = {"bob": {"toys/a": 4.0}, "carol": {"toys/a": 2.0}}
    assert before.begin(later) == {"bob": {"toys/a": 0.0}, "carol": {"toys/a": 2.0}}
    before.end()
    assert before.begin(later) == later


def test_a_twin_that_was_edited_alone_is_named(toys, grade, solution):
    toys.submit("alice")
    twin = solution.with_suffix(".py")
    twin.write_text(twin.read_text().replace("double(-1) == -2", "double(-1) == -3"))
    with pytest.raises(CannotGrade, match=r"toys\.py: .* other cells\. `hepdl solutions toys`"):
        grade()
    twin.unlink()
    assert grade().graded == ["alice"]


def test_a_renamed_cell_is_refused_and_the_release_stays(toys, grade, solution):
    toys.submit("alice")
    grade()
    released = (toys.folder / "course/toys/toys.ipynb").read_bytes()
    notebook = nbformat.read(solution, as_version=4)
    next(cell for cell in notebook.cells if name_of(cell) == "rule").metadata.nbgrader.grade_id = "law"
    nbformat.write(notebook, solution)
    solution.with_suffix(".py").unlink()
    for regenerate in (True, False):
        with pytest.raises(CannotGrade, match=r"law in toys\.ipynb, rule in toys\.ipynb.*under their old names"):
            grade(regenerate=regenerate)
    assert (toys.folder / "course/toys/toys.ipynb").read_bytes() == released
    assert toys.scores() == {"alice": 7}


def test_a_release_with_an_older_text_is_named_and_written_anew(toys, grade, solution):
    toys.submit("alice")
    edit(solution, "# Toys", "# Toys and games")
    report = grade()
    assert report.graded == ["alice"]
    (sentence,) = report.release
    assert "course/toys/toys.ipynb is not what the solution gives now: `hepdl course`" in sentence
    (sentence,) = grade(regenerate=True).release
    assert "`nbgrader release_assignment toys --force`" in sentence
    assert "# Toys and games" in (toys.folder / "course/toys/toys.ipynb").read_text()
    assert grade().release == []


def marked(toys, name: str, score: float) -> None:
    with toys.gradebook() as gradebook:
        grade = gradebook.find_grade(name, "toys", "toys", "alice")
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def asked(toys) -> dict[str, bool]:
    """Of each cell that was marked by hand, whether it is to be looked at again."""
    with toys.gradebook() as gradebook:
        (notebook,) = gradebook.find_submission("toys", "alice").notebooks
        return {grade.name: grade.needs_manual_grade for grade in notebook.grades if grade.manual_score is not None}


def test_a_mark_by_hand_is_asked_for_again_only_where_something_changed(toys, grade, solution):
    toys.submit("alice", wait="x = 1")
    grade()
    marked(toys, "why", 2.5)
    marked(toys, "wait-check", 1)
    grade(force=True)
    assert asked(toys) == {"why": False, "wait-check": False}
    edit(solution, "double(-1) == -2", "abs(double(-1)) == 2")
    grade(regenerate=True)
    assert asked(toys) == {"why": False, "wait-check": False}

    toys.submit("alice", AGAIN, wait="x = 1", why="Because.")
    grade()
    assert asked(toys) == {"why": True, "wait-check": True}
    marked(toys, "why", 2)
    marked(toys, "wait-check", 1)
    edit(solution, "assert wait().startswith('patience')", "pass")
    edit(solution, "assert wait().endswith('rewarded')", "pass")
    grade(regenerate=True)
    assert asked(toys) == {"why": False, "wait-check": True}
