"""What a student wrote stays a quotation in a log."""

import logging

import traitlets.log
from nbformat.v4 import new_notebook

from grading.autograde.conversion import captured_log
from grading.cells.incidents import Incidents, of

FORGED = "x\n[WARNING] incident: alice, cell 1: cheated\x1b[2J\r\u202e"


def test_a_name_or_message_begins_no_line_of_a_log_and_commands_no_terminal():
    with captured_log() as log:
        note = Incidents(new_notebook(), f"mallory{FORGED}", traitlets.log.get_logger())
        note(FORGED, FORGED)
        logging.getLogger(traitlets.log.get_logger().name).warning("nbgrader says: %s", FORGED)
    lines = log.text.splitlines()
    assert [line for line in lines if line.startswith("[")] == lines[:2]
    assert lines[2].startswith("    | [WARNING] incident: alice")
    assert log.text.replace("\n", "").isprintable()
    assert "\n" not in of(note.notebook)[0]["what"]
