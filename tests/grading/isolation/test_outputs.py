"""Only what a notebook can hold is kept of what a kernel sends."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grading.isolation.host import outputs

GOOD = [
    {"output_type": "stream", "name": "stdout", "text": "a"},
    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
    {"output_type": "display_data", "data": {"image/png": "aGk="}, "metadata": {}},
    {"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {}, "execution_count": 2},
]
BAD = [
    {"output_type": "stream", "name": "other", "text": "a"},
    {"output_type": "stream", "name": "stdout", "text": 5},
    {"output_type": "error", "ename": 3, "evalue": "v", "traceback": []},
    {"output_type": "execute_result", "data": {"text/plain": ["0.5", "1"]}, "execution_count": 1},
    {"output_type": "execute_result", "data": {"text/plain": "3"}, "execution_count": "1"},
    {"output_type": "display_data", "data": "text"},
    {"output_type": "unknown"},
    "not an output",
]


def test_good_outputs_stay():
    kept, odd = outputs.sound(GOOD)
    assert (len(kept), odd) == (4, 0)
    nbformat.validate(new_notebook(cells=[new_code_cell(outputs=kept)]))


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_others_are_removed(bad):
    assert outputs.sound([bad]) == ([], 1)


def test_text_that_no_file_can_hold_is_mended():
    kept, _ = outputs.sound([{"output_type": "stream", "name": "stdout", "text": "a\ud800"}])
    assert kept[0].text == "a?"
