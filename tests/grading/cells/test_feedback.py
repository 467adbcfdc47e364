import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from grading.cells.feedback import HideHiddenTests

SECRET = "assert double(-1) == -2, 'negative numbers'"


def failed(cell, name="AssertionError", value="negative numbers"):
    cell.outputs = [
        new_output("stream", name="stderr", text=f"toys.py:3: UserWarning: careful\n  {SECRET}\n"),
        new_output("stream", name="stdout", text="seen by the student\n"),
        new_output("error", ename=name, evalue=value, traceback=["----> 3 " + SECRET, f"{name}: {value}"]),
    ]
    return cell


def shown(tmp_path, *cells, handed_in=(), incidents=()):
    """The cells of feedback where a notebook lies in submitted/."""
    for step, of_step in (("submitted", handed_in), ("autograded", cells)):
        (tmp_path / step / "alice" / "toys").mkdir(parents=True)
        path = tmp_path / step / "alice" / "toys" / "toys.ipynb"
        path.write_text(json.dumps(new_notebook(cells=list(of_step))))
    resources = {
        "nbgrader": {"student": "alice", "assignment": "toys", "notebook": "toys"},
        "metadata": {"path": str(path.parent)},
    }
    graded = new_notebook(cells=list(cells), metadata={"hepdl_grading": {"incidents": list(incidents)}})
    return HideHiddenTests().preprocess(graded, resources)[0].cells


def printing(text, source="print(kept)", **fields):
    return new_code_cell(
        source, id=f"c{len(source)}", outputs=[new_output("stream", name="stdout", text=text)], **fields
    )


def test_what_a_later_cell_printed_while_it_was_graded_is_not_shown(toy, cell_of, tmp_path):
    before = printing("mine", "print(1)")
    after = printing("[-1.0]  # the hidden input")
    graded = shown(tmp_path, before, cell_of(toy, "double-check"), after, handed_in=[printing("nothing yet")])
    assert "mine" in str(graded[0].outputs)
    assert "-1.0" not in str(graded[2])
    assert "nothing yet" in str(graded[2].outputs)


@pytest.mark.parametrize("name", ["HiddenInput", "CellTimeoutError", "NotRun", "ValueError"])
def test_an_error_of_a_later_cell_carries_no_hidden_input(toy, cell_of, tmp_path, name):
    after = new_code_cell("raise it", outputs=[new_output("error", ename=name, evalue="-1.0", traceback=["-1.0"])])
    *_, cell = shown(tmp_path, cell_of(toy, "double-check"), after)
    assert "-1.0" not in str(cell)
    assert ("ValueError" in str(cell)) == (name == "ValueError")
    assert "HiddenInput" not in str(cell)


def test_what_the_grader_says_of_a_later_cell_is_shown(toy, cell_of, tmp_path):
    why = "was stopped after computing for 301 s"
    after = new_code_cell("x", outputs=[new_output("error", ename="CellTimeoutError", evalue=f"the cell {why}")])
    incident = {"cell": "x", "what": f"it {why}"}
    *_, cell = shown(tmp_path, cell_of(toy, "double-check"), after, incidents=[incident])
    assert why in str(cell.outputs)


def test_a_notebook_that_is_not_there_or_is_none_shows_a_note(toy, cell_of, tmp_path):
    *_, cell = shown(tmp_path, cell_of(toy, "double-check"), printing("-1.0"), handed_in=[printing("x", "other()")])
    assert "is shown to your instructor" in str(cell.outputs)


def test_a_hidden_line_in_a_message_is_left_out(toy, cell_of, tmp_path):
    told = f"double raises an error, in the line `{SECRET}`"
    (cell,) = shown(tmp_path, failed(cell_of(toy, "double-check"), "CheckFailed", told))
    assert cell.outputs[-1].evalue == "double raises an error, in the line `…`"
    assert "negative" not in str(cell.outputs)


def feedback_for(*cells):
    notebook, _ = HideHiddenTests().preprocess(new_notebook(cells=list(cells)), {})
    return notebook.cells


def test_a_failed_test_shows_its_message_and_no_hidden_line(toy, cell_of):
    (cell,) = feedback_for(failed(cell_of(toy, "double-check")))
    assert cell.source == "assert double(2) == 4"
    assert SECRET not in str(cell.outputs)
    assert [output.traceback for output in cell.outputs if output.output_type == "error"] == [
        ["AssertionError: negative numbers"]
    ]
    assert "seen by the student" in str(cell.outputs)


def test_an_error_without_message_shows_its_name(toy, cell_of):
    (cell,) = feedback_for(failed(cell_of(toy, "double-check"), value=""))
    assert cell.outputs[-1].traceback == ["AssertionError"]


def test_what_students_wrote_stays_as_it_is(toy, cell_of):
    answer = failed(cell_of(toy, "double"), "NameError", "name 'x' is not defined")
    answer.source = "### BEGIN HIDDEN TESTS is what a student may write, too"
    written = cell_of(toy, "why")
    shown = feedback_for(answer.copy(), written.copy())
    assert shown == [answer, written]
