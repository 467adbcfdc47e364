"""What every lesson owes its reader, and its text twin."""

import re

import nbformat
import pytest

from grading.authoring import lessons
from grading.cells.roles import is_question

TWINS = [pytest.param(twin, id=twin.stem) for twin in lessons.twins()]


def notebook_of(twin):
    return nbformat.read(twin.with_suffix(".ipynb"), as_version=4)


def figures(notebook):
    """Position of each cell that shows figures, with what the figures say that they show."""
    for position, cell in enumerate(notebook.cells):
        shown = [output.data for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        if shown:
            yield position, [data["text/plain"] for data in shown]


@pytest.mark.parametrize("twin", TWINS)
def test_notebook_and_twin_hold_the_same_cells(twin):
    assert lessons.cells(notebook_of(twin)) == lessons.cells(lessons.read_twin(twin))


@pytest.mark.parametrize("twin", TWINS)
def test_every_code_cell_has_been_executed_in_order(twin):
    counts = [cell.execution_count for cell in notebook_of(twin).cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("twin", TWINS)
def test_opening(twin):
    opening = notebook_of(twin).cells[0].source
    assert opening.startswith("# ")
    assert 3 <= len(re.findall(r"^- ", opening, flags=re.MULTILINE)) <= 5
    for promise in ("**What you will learn**", "**What you need to know:**", "**Time:**", "**Data:**"):
        assert promise in opening


@pytest.mark.parametrize("twin", TWINS)
def test_figures_are_labelled_and_described(twin):
    cells = notebook_of(twin).cells
    for position, shown in figures(notebook_of(twin)):
        assert re.match(r"\*Figure: .{60}", cells[position + 1].source, flags=re.DOTALL), cells[position].source
        for axes in (line for text in shown for line in text.split("\n")[1:]):
            for label in re.findall(r"\b[xy] '(.*?)' ", axes):
                assert label, axes
                if re.search(r"m_|p_|u_", label):
                    assert "[GeV]" in label or "normalised" in label, axes
        assert all("legend" in text or "colour scale" in text for text in shown)


@pytest.mark.parametrize("twin", TWINS)
def test_questions_come_with_a_marking_scheme(twin):
    for cell in notebook_of(twin).cells:
        if is_question(cell):
            assert "**Marking scheme.**" in cell.source
            given = [int(points) for points in re.findall(r"(\d+) points?:", cell.source)]
            assert sum(given) == cell.metadata.nbgrader.points


@pytest.mark.parametrize("twin", TWINS)
def test_ends_with_an_open_task(twin):
    """Before the line of navigation."""
    sources = [cell.source for cell in notebook_of(twin).cells]
    navigation = r".*\[Start\]\(\.\./start\.md\).*"
    assert [text for text in sources if not re.fullmatch(navigation, text)][-1].startswith("## Going further")


@pytest.mark.parametrize("twin", TWINS)
def test_tensorflow_is_not_loaded_before_it_is_used(twin):
    """Its import takes seconds: the cell that imports keras also builds a network."""
    for cell in notebook_of(twin).cells:
        if cell.cell_type == "code" and "import keras" in cell.source:
            assert "keras." in cell.source.replace("import keras", "")
