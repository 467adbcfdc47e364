"""Solution notebooks hold nothing that depends on who ran them, and `hygiene` finds and removes what does."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from grading.authoring.hygiene import METADATA, clean, main, problems
from helpers.repository import ROOT

NOTEBOOKS = sorted(path for path in ROOT.glob("solutions/*/*.ipynb"))


def tidy() -> nbformat.NotebookNode:
    """A notebook without problems, with outputs of every kind that stays."""
    return clean(
        new_notebook(
            cells=[
                new_markdown_cell("# Weights", metadata={"nbgrader": {"grade_id": "question", "points": 1}}),
                new_code_cell(
                    "print(1)",
                    execution_count=1,
                    metadata={"tags": ["nbval-ignore-output"]},
                    outputs=[
                        new_output("stream", name="stdout", text="1\n"),
                        new_output("display_data", data={"image/png": "aGk=", "text/plain": "<Figure>"}),
                    ],
                ),
                new_code_cell("print(1)", outputs=[new_output("execute_result", data={"text/plain": "2"})]),
            ]
        )
    )


def execution_times(notebook):
    notebook.cells[1].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00.000Z"}


def stderr(notebook):
    notebook.cells[1].outputs.append(
        new_output("stream", name="stderr", text="I0000 oneDNN custom operations are on\n")
    )


def language_version(notebook):
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.7"}


def own_kernel(notebook):
    notebook.metadata["kernelspec"] = {"name": "my-venv", "display_name": "mine", "language": "python"}


def random_id(notebook):
    notebook.cells[0].id = "0f5e8d1c"


def no_id(notebook):
    del notebook.cells[0]["id"]


def old_format(notebook):
    notebook.nbformat_minor = 4


def collapsed_cell(notebook):
    notebook.cells[2].metadata["collapsed"] = True


BREAKS = {
    execution_times: "the metadata hold 'execution'",
    stderr: "wrote to stderr: I0000 oneDNN custom operations are on",
    language_version: "see language_info",
    own_kernel: "see kernelspec",
    random_id: "the id is '0f5e8d1c', but its content gives 'question'",
    no_id: "the id is None",
    old_format: "the format is 4.4",
    collapsed_cell: "the metadata hold 'collapsed'",
}


def test_there_are_solution_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_solution_notebooks_are_clean(path):
    assert problems(nbformat.read(path, as_version=4)) == []


def test_a_tidy_notebook_stays_as_it_is():
    notebook = tidy()
    before = nbformat.writes(notebook)
    assert problems(notebook) == []
    assert nbformat.writes(clean(notebook)) == before
    assert notebook.metadata == METADATA
    assert [len(cell.get("outputs", [])) for cell in notebook.cells] == [0, 2, 1]
    assert notebook.cells[0].metadata.nbgrader.points == 1


def test_ids_follow_from_the_content_and_never_repeat():
    first, second = tidy(), tidy()
    assert [cell.id for cell in first.cells] == [cell.id for cell in second.cells]
    assert first.cells[2].id == first.cells[1].id + "-2"
    nbformat.validate(first)


@pytest.mark.parametrize(("break_it", "message"), BREAKS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_each_problem_is_named_and_cleaned(break_it, message):
    notebook = tidy()
    break_it(notebook)
    (problem,) = problems(notebook)
    assert message in problem
    assert clean(notebook) is notebook
    assert nbformat.writes(notebook) == nbformat.writes(tidy())


def test_an_error_output_is_named_and_not_hidden_by_cleaning():
    notebook = tidy()
    notebook.cells[1].outputs.append(new_output("error", ename="ValueError", evalue="no events", traceback=[]))
    assert problems(clean(notebook)) == ["cell 1: ended in an error: ValueError: no events"]


def test_an_address_in_memory_is_named():
    notebook = tidy()
    notebook.cells[2].outputs[0].data["text/plain"] = "<ReadOnlyDirectory '/' at 0x7f91d3193b90>"
    (problem,) = problems(notebook)
    assert "cell 2: shows an address in memory" in problem


def test_the_command_reports_then_fixes(tmp_path, capsys):
    path = tmp_path / "weights.ipynb"
    notebook = tidy()
    stderr(notebook)
    execution_times(notebook)
    nbformat.write(notebook, path)

    assert main([str(path)]) == 1
    assert "weights.ipynb: cell 1: wrote to stderr" in capsys.readouterr().err
    assert main(["--fix", str(path)]) == 1, "pre-commit stops a commit whose files it changed"
    assert main([str(path)]) == 0
    assert path.read_text() == nbformat.writes(tidy()) + "\n"


def test_the_command_names_a_file_that_is_no_notebook(tmp_path, capsys):
    path = tmp_path / "broken.ipynb"
    path.write_text('{"cells": [')
    assert main([str(path)]) == 1
    assert "broken.ipynb: cannot be read as a notebook" in capsys.readouterr().err
