"""The grader runs a notebook where it finds the data by the path by which it finds them under `make lab`."""

import pytest
from isolated import printed, run

from grading.isolation.box import sandbox

READS = """
from pathlib import Path
print(len(Path("../../data/hww/manifest.json").read_text()), sorted(Path().iterdir()))
"""


@pytest.mark.parametrize("way", ["forked", "alone", "unsandboxed"])
def test_data_two_folders_up_are_found(request, monkeypatch, way):
    if way == "unsandboxed":
        monkeypatch.setenv(sandbox.UNSANDBOXED, "1")
    else:
        request.getfixturevalue("sandboxed")
    size = len((sandbox.data_folder() / "hww" / "manifest.json").read_text())
    assert printed(run([READS], forked=way == "forked")).strip() == f"{size} []"


def test_the_data_are_those_that_the_course_uses(monkeypatch, tmp_path):
    monkeypatch.setenv("HEPDL_DATA", str(tmp_path))
    assert sandbox.data_folder() == tmp_path.resolve()
    command = sandbox.Sandbox([], sandbox.Limits()).command(["true"])
    place = command.index(sandbox.DATA)
    assert command[place - 2 : place] == ["--symlink", str(tmp_path.resolve())]
    monkeypatch.setenv("HEPDL_DATA", "")
    assert sandbox.data_folder() == (sandbox.COURSE / "data").resolve()
