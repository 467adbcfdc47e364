"""What the instructor is told of a submission stands in its notebook."""

import logging

import pytest
from nbformat.v4 import new_notebook

from grading.cells import incidents
from grading.cells.incidents import Incidents


@pytest.fixture
def notebook():
    """One that says something of itself."""
    return new_notebook(metadata={incidents.KEY: {"incidents": [{"cell": "a", "what": "all is fine"}], "warnings": 3}})


def test_what_happened_is_told_in_sentences_and_logged(notebook, caplog):
    note = Incidents(notebook, "alice", logging.getLogger("incidents"))
    note.begin()
    assert incidents.remarks(notebook) == []
    note("mean", "it printed more than 1 MB; the rest was cut off")
    note.unsandboxed("NOT SANDBOXED: take care")
    note.warn("NOT SANDBOXED: take care")
    assert incidents.remarks(notebook) == [
        "NOT SANDBOXED: take care",
        "cell mean: it printed more than 1 MB; the rest was cut off",
    ]
    assert notebook.metadata[incidents.KEY]["sandboxed"] is False
    assert caplog.messages == [
        "incident: alice, cell mean: it printed more than 1 MB; the rest was cut off",
        "NOT SANDBOXED: take care",
    ]


def test_a_submission_to_which_everything_happens_has_a_list_of_bounded_length(notebook):
    note = Incidents(notebook, "alice", logging.getLogger("incidents"))
    note.begin()
    for number in range(2 * incidents.MOST):
        note("-", f"{number}")
    assert len(incidents.of(notebook)) == incidents.MOST
