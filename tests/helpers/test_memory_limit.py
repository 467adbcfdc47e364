"""Who asks for more memory than a kernel may have reads a sentence; who has no limit, or another error, does not."""

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="Windows has no limits of this kind")

CELL = """
import resource
from IPython.core.interactiveshell import InteractiveShell
from helpers.memory_limit import load_ipython_extension
megabytes = {megabytes}
if megabytes:
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, (megabytes + 100) << 20))
shell = InteractiveShell.instance(colors="nocolor")
load_ipython_extension(shell)
shell.run_cell({code!r})
print("limit now", resource.getrlimit(resource.RLIMIT_DATA)[0] >> 20)
"""


def run(code: str, megabytes: int = 0) -> str:
    command = [sys.executable, "-c", CELL.format(code=code, megabytes=megabytes)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to this limit")
def test_a_cell_that_asks_for_too_much_is_told_how_much_there_is():
    said = run("much = bytes(2 << 30)", megabytes=1024)
    assert "MemoryError" in said
    assert "A kernel may use 1.0 GB of memory here, and this cell asked for more." in said
    assert said.endswith("limit now 1024\n")  # what is kept for the sentence is kept for the next one, too


def test_without_a_limit_nothing_is_added():
    assert "A kernel may use" not in run("raise MemoryError")


def test_other_errors_are_as_ever():
    said = run("1 / 0", megabytes=1024)
    assert "ZeroDivisionError" in said
    assert "A kernel may use" not in said
