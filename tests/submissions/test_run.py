"""A recorded run is compared as strictly as one in a kernel: what differs is told, cell by cell."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import nbformat
import pytest
import shell
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbval.plugin import NbCellError
from solution_notebooks import RecordedKernel, SolutionNotebook

FIGURE = """import matplotlib.pyplot as plt
from helpers.figures import use_style
use_style()
plt.plot([0, 1])
plt.xlabel('mass')
plt.show()"""


def outputs_of(sources, seconds):
    kernel = shell.start(seconds)
    return [kernel.run(source) for source in sources]


def recorded(*sources, seconds=120):
    """What cells show, run one after the other in a new process, as the harness runs them."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(outputs_of, sources, seconds).result()


@pytest.fixture
def compare(request, tmp_path):
    """Compares what a run showed with stored outputs, given for each cell; what nbval says of each, "" if nothing."""

    def compared(shown, stored):
        cells = [
            new_code_cell("pass", execution_count=number, outputs=outputs) for number, outputs in enumerate(stored, 1)
        ]
        nbformat.write(new_notebook(cells=cells), tmp_path / "stored.ipynb")
        notebook = SolutionNotebook.from_parent(request.session, path=tmp_path / "stored.ipynb")
        notebook.kernel = RecordedKernel(shown)
        said = []
        for item in notebook.collect():
            try:
                item.runtest()
            except NbCellError as error:
                said.append(f"{error} {error.inner_traceback}")
            else:
                said.append("")
        return said

    return compared


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def result(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def test_what_is_as_stored_passes_and_a_change_is_told(compare):
    shown = recorded("x = 2\nprint('x is', x)", "x + 1", "x;", "import os\nos.write(1, b'from C\\n');")
    assert compare(shown, [[printed("x is 2\n")], [result("3")], [], [printed("from C\n")]]) == [""] * 4
    told = compare(shown, [[printed("x is 3\n")], [result("4")], [result("2")], []])
    assert [sentence.partition(" \n")[0].split("\n")[0][:19] for sentence in told] == ["Cell outputs differ"] * 4
    assert "x is 2" in told[0] and "x is 3" in told[0]
    assert "Missing output fields" in told[2] and "Unexpected output fields" in told[3]


def test_an_error_a_warning_and_a_cell_without_end_are_told_and_later_cells_run(compare):
    shown = recorded(
        "1 / 0", "import warnings\nwarnings.warn('odd')", "while True: pass", "print('still here')", seconds=5
    )
    error, warning, endless, last = compare(shown, [[], [], [], [printed("still here\n")]])
    assert "Cell execution caused an exception" in error and "ZeroDivisionError" in error
    assert "Unexpected output fields" in warning and "stderr" in warning
    assert "CellTimeout" in endless
    assert last == ""


def test_a_figure_is_compared_by_what_it_shows(compare):
    ((figure,),) = recorded(FIGURE)
    assert "'mass'" in figure["data"]["text/plain"]
    stored = {kind: figure["data"][kind] for kind in ("text/plain",)} | {"image/png": "another picture"}
    assert compare([[figure]], [[new_output("display_data", data=stored)]]) == [""]
    stored["text/plain"] = stored["text/plain"].replace("mass", "energy")
    assert "energy" in compare([[figure]], [[new_output("display_data", data=stored)]])[0]
