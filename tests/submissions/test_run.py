"""A recorded run is compared as strictly as one in a kernel: what differs is told, cell by cell."""

import harness
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
    return harness.in_new_process(outputs_of, sources, seconds)


def judged(test, *submissions):
    """The verdicts on answers to an exercise that trains, of which the first is the notebook's own."""

    def cell(source, name, **marks):
        marks = {"grade": False, "locked": False, "task": False, "schema_version": 3, "solution": False, **marks}
        return new_code_cell(source, metadata={"nbgrader": {"grade_id": name, **marks}})

    solution = cell(submissions[0].source, "fit", solution=True)
    notebook = new_notebook(cells=[solution, cell(test, "fit-check", grade=True, locked=True, points=1)])
    return harness.in_new_process(harness._executed, notebook, {"fit": list(submissions)}).verdicts


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


def test_what_the_notebook_said_of_its_own_answer_is_the_verdict_on_it():
    test = "assert fit > 1, 'too few'\n### BEGIN HIDDEN TESTS\nassert fit < 5, 'too many'\n### END HIDDEN TESTS"
    answers = {
        number: harness.Submission("fit", str(number), f"fit = {number}", None, alone=False, trains=True)
        for number in (2, 1, 7)
    }
    verdicts = judged(test, *answers.values())
    assert [verdicts[answer].message for answer in answers.values()] == [
        "",
        "AssertionError: too few",
        "AssertionError: too many",
    ]
    assert [verdicts[answers[number]].seen for number in (1, 7)] == ["visible", "hidden"]
    assert judged(test, answers[7])[answers[7]].message == "AssertionError: too many"


def answers(count, says, sampled=True):
    names = ["the stub" if says else "the solution", *(f"{says} {number}" for number in range(1, count))]
    return [harness.Submission("fit", name, name, says, sampled=sampled) for name in names]


@pytest.mark.parametrize(("rights", "wrongs", "found"), [(3, 5, (2, 3)), (2, 2, (2, 2)), (25, 34, (4, 6))])
def test_a_sample_holds_the_solution_the_stub_and_a_few_of_each_kind(rights, wrongs, found):
    written = answers(rights, None) + answers(wrongs, "says")
    chosen = harness.sample(written, "a seed")
    assert tuple(sum(answer.right == right for answer in chosen) for right in (True, False)) == found
    assert {"the solution", "the stub"} <= {answer.name for answer in chosen}


def test_a_sample_is_the_same_for_a_seed_and_reaches_every_answer_with_others():
    written = answers(5, None) + answers(9, "says")
    assert harness.sample(written, "a seed") == harness.sample(written, "a seed")
    assert {answer for seed in range(99) for answer in harness.sample(written, str(seed))} == set(written)


def test_of_a_kind_that_is_not_sampled_all_are_tried():
    written = answers(5, None) + answers(9, "says", sampled=False)
    assert harness.sample(written, "a seed")[-9:] == written[-9:]


def test_every_answer_is_tried_where_that_is_asked_and_the_last_of_a_kind_alone(monkeypatch):
    monkeypatch.setattr(harness, "TEST_ALL", False)
    for every in (False, True):
        monkeypatch.setattr(harness, "EVERY_ANSWER", every)
        found = harness.tried("top_tagging", "challenge")["predict-dnn"]
        everything = len(harness.submissions("top_tagging", "challenge")["predict-dnn"])
        assert len(found) == everything if every else 5 <= len(found) < everything / 3
        right, wrong = ([answer.alone for answer in found if answer.right == right] for right in (True, False))
        assert right == [False] * (len(right) - 1) + [True] and wrong == [False] * (len(wrong) - 1) + [True]
