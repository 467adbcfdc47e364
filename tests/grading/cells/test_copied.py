"""What editing does to graded cells harms only its author, and only mildly."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.utils import compute_checksum, is_locked

from grading.cells.copied import kept_cells, released_name
from grading.cells.roles import name_of


@pytest.fixture
def released(toy):
    """What the gradebook knows of the toy lesson's cells."""
    return [
        SimpleNamespace(name=released_name(cell), locked=is_locked(cell), checksum=compute_checksum(cell))
        for cell in toy.cells
        if "nbgrader" in cell.metadata
    ]


def copy_of(cell: NotebookNode, source: str | None = None) -> NotebookNode:
    """What JupyterLab pastes: the same text and metadata under another id."""
    copy = nbformat.from_dict(cell)
    copy.id = new_code_cell().id
    copy.source = cell.source if source is None else source
    return copy


def kept_of(name, cells, released):
    """The one cell of this name that keeps its role."""
    return cells[kept_cells(cells, released)[name]]


def test_an_unedited_notebook_keeps_every_cell(toy, released):
    kept = kept_cells(toy.cells, released)
    assert [name_of(toy.cells[position]) for position in kept.values()] == list(kept)
    assert len(kept) == len(released)


@pytest.mark.parametrize("place", ["above its answer", "below", "at the end"])
def test_of_a_copied_test_the_first_below_its_answer_counts(toy, released, place):
    original = toy.cells[2]
    at = {"above its answer": 1, "below": 3, "at the end": len(toy.cells)}[place]
    cells = [*toy.cells[:at], copy_of(original, "double(3)"), *toy.cells[at:]]
    assert kept_of("double-check", cells, released) is original


def test_of_a_test_moved_above_its_answer_the_last_copy_counts(toy, released):
    title, answer, test = toy.cells[:3]
    copies = [copy_of(test), copy_of(test)]
    cells = [title, *copies, answer, *toy.cells[3:]]
    assert kept_of("double-check", cells, released) is copies[1]


def test_of_a_copied_answer_the_last_edited_counts_and_its_test_follows(toy, released):
    title, stub, test, *rest = toy.cells
    first, second = copy_of(stub, "def double(x): return x"), copy_of(stub, "def double(x): return 2 * x")
    second_test = copy_of(test)
    cells = [title, first, test, second, second_test, *rest, copy_of(stub)]
    assert kept_of("double", cells, released) is second
    assert kept_of("double-check", cells, released) is second_test


def test_an_untouched_copy_of_an_answer_is_not_the_answer(toy, released):
    title, stub, test, *rest = toy.cells
    edited = copy_of(stub, "def double(x): return x + x")
    cells = [title, edited, test, copy_of(stub), copy_of(test), *rest]
    assert kept_of("double", cells, released) is edited
    assert kept_of("double-check", cells, released) is test


def test_of_untouched_copies_the_first_stays(toy, released):
    cells = [*toy.cells, copy_of(toy.cells[1])]
    assert kept_of("double", cells, released) is toy.cells[1]


@pytest.mark.parametrize("edited_first", [True, False])
def test_of_a_written_answer_the_edited_copy_is_shown_to_the_grader(toy, released, cell_of, edited_first):
    stub = cell_of(toy, "why")
    edited = copy_of(stub, "Because one and one is two, twice.")
    cells = [cell for cell in toy.cells if cell is not stub] + ([edited, stub] if edited_first else [stub, edited])
    assert kept_of("why", cells, released) is edited


def test_a_split_answer_has_its_points_under_the_second_half(toy, released, cell_of):
    stub = cell_of(toy, "why")
    halves = [copy_of(stub, "One half."), copy_of(stub, "Another half.")]
    cells = [cell for cell in toy.cells if cell is not stub] + halves
    assert kept_of("why", cells, released) is halves[1]


def test_a_copy_of_a_locked_text_is_ordinary(toy, released, cell_of):
    rule = cell_of(toy, "rule")
    cells = [*toy.cells, copy_of(rule, "My own rule.")]
    assert kept_of("rule", cells, released) is rule


@pytest.mark.parametrize("metadata", [{}, {"grade_id": "double"}, {"schema_version": 4, "grade_id": "double"}, "text"])
def test_metadata_that_nbgrader_cannot_read_name_no_cell(metadata):
    cell = new_code_cell("1 + 1")
    cell.metadata["nbgrader"] = metadata
    assert released_name(cell) is None


ANSWERS = {
    "double": "def double(x):\n    return x + x",
    "wait": "def wait():\n    return 'patience ' + 'rewarded'",
    "why": "Because one and one is two, twice.",
    "warn": "import sys\ndef warn():\n    print('take care', file=sys.stderr)\n    return 3",
}
EVERYTHING = {"double-check": 4, "wait-check": 2, "why": None, "warn-check": 1}


@pytest.fixture
def answered(cell_of) -> Callable[[NotebookNode], NotebookNode]:
    """Fills right answers into the release."""

    def fill(notebook: NotebookNode) -> NotebookNode:
        notebook = nbformat.from_dict(notebook)
        for name, source in ANSWERS.items():
            cell_of(notebook, name).source = source
        return notebook

    return fill


def test_one_autograding_of_a_class_that_edits_freely(tmp_path, toy_release, answered, cell_of):
    folder = tmp_path / "course"
    course = toy_release.copied_to(folder)
    release = nbformat.read(folder / "course/toys/toys.ipynb", as_version=4)

    def without(notebook: NotebookNode, *names: str) -> list[NotebookNode]:
        return [cell for cell in notebook.cells if name_of(cell) not in names]

    honest = answered(release)

    copier = answered(release)
    test, stub = cell_of(copier, "double-check"), cell_of(release, "double")
    copier.cells.insert(1, copy_of(test))
    copier.cells += [copy_of(test, "assert double(2) == 5"), copy_of(stub), copy_of(cell_of(copier, "rule"), "Mine.")]
    copier.cells.append(copy_of(cell_of(release, "why")))

    deleter = answered(release)
    own = new_code_cell(ANSWERS["wait"])
    deleter.cells = without(deleter, "rule", "wait", "wait-check", "why")
    deleter.cells.insert(3, own)
    deleter.cells.append(new_markdown_cell("I answer here: " + ANSWERS["why"]))

    hanger = answered(release)
    cell_of(hanger, "wait").source = "import time\ndef wait():\n    while True:\n        time.sleep(0.1)"

    paster = answered(release)
    foreign = copy_of(cell_of(release, "double-check"))
    foreign.metadata.nbgrader.grade_id = "from-another-lesson"
    paster.cells.append(foreign)
    cell_of(paster, "rule").metadata["nbgrader"] = {}
    cell_of(paster, "warn").metadata.nbgrader.schema_version = 4

    students = {"honest": honest, "copier": copier, "deleter": deleter, "hanger": hanger, "paster": paster}
    for student, notebook in students.items():
        handed_in = folder / "submitted" / student / "toys"
        handed_in.mkdir(parents=True)
        nbformat.write(notebook, handed_in / "toys.ipynb")

    said = course.nbgrader("autograde", "toys", "--Execute.timeout=2")

    with Gradebook(course.database, "demo") as gradebook:
        scores = {
            student: {
                grade.name: None if grade.needs_manual_grade else grade.auto_score
                for notebook in gradebook.find_submission("toys", student).notebooks
                for grade in notebook.grades
            }
            for student in students
        }
    assert scores == {
        "honest": EVERYTHING,
        "copier": EVERYTHING,
        "deleter": EVERYTHING,
        "hanger": EVERYTHING | {"wait-check": 0},
        "paster": EVERYTHING,
    }, said

    def graded(student: str) -> NotebookNode:
        return nbformat.read(folder / "autograded" / student / "toys" / "toys.ipynb", as_version=4)

    errors = [output for output in cell_of(graded("hanger"), "wait-check").outputs if output.output_type == "error"]
    assert re.fullmatch("the cell was stopped after .* a cell may take 2 s by the clock", errors[-1].evalue)
    notebook = graded("copier")
    names = [name_of(cell) for cell in notebook.cells if name_of(cell)]
    assert len(names) == len(set(names))
    assert cell_of(notebook, "why").source == ANSWERS["why"]
    assert "BEGIN HIDDEN TESTS" not in "".join(cell.source for cell in notebook.cells if not utils.is_grade(cell))
    assert len(notebook.cells) == len(copier.cells)
