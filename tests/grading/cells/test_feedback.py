from nbformat.v4 import new_notebook, new_output

from grading.cells.feedback import HideHiddenTests

SECRET = "assert double(-1) == -2, 'negative numbers'"


def failed(cell, name="AssertionError", value="negative numbers"):
    cell.outputs = [
        new_output("stream", name="stderr", text=f"toys.py:3: UserWarning: careful\n  {SECRET}\n"),
        new_output("stream", name="stdout", text="seen by the student\n"),
        new_output("error", ename=name, evalue=value, traceback=["----> 3 " + SECRET, f"{name}: {value}"]),
    ]
    return cell


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
