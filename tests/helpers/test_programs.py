"""Programs made of the cells of a notebook."""

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers.programs import write_program


@pytest.fixture
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_cells_are_written_whole_and_once(shell, tmp_path):
    for cell in (
        "import math\n\ndef area(r):\n    return math.pi * r**2",
        "TWO = 2\ndef double(x):\n    return TWO * x\ndef half(x):\n    return x / TWO",
        "def main():\n    print(round(half(double(area(1))), 2))\n    return 3",
    ):
        shell.run_cell(cell).raise_error()
    functions = [shell.user_ns[name] for name in ("area", "double", "half", "main")]
    path = tmp_path / "program.py"
    write_program(path, "An area.", *functions)
    assert path.read_text().startswith('"""An area."""\n')
    assert path.read_text().count("TWO = 2") == 1
    ended = subprocess.run([sys.executable, path], capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == ("3.14\n", 3)


def test_a_function_of_no_cell_is_named(tmp_path):
    made = {}
    exec("def lost():\n    pass", made)
    with pytest.raises(ValueError, match="the cell that defines lost is not known: run it again"):
        write_program(tmp_path / "program.py", "", made["lost"])
    assert not list(tmp_path.iterdir())
