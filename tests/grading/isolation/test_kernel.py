"""A kernel that cannot be started says why and leaves nothing behind."""

import tempfile
from pathlib import Path

import psutil
import pytest

from grading.isolation.box.launching import CannotStart, Program
from grading.isolation.box.limits import Limits
from grading.isolation.host.kernel import Kernel, KernelDied

pytestmark = pytest.mark.usefixtures("sandboxed")


@pytest.fixture
def nothing_stays(monkeypatch):
    """No process and no file, after the test."""
    before = psutil.Process().children(recursive=True)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", folder)
        yield
        assert list(Path(folder).iterdir()) == []
    assert set(psutil.Process().children(recursive=True)) <= set(before)


def has_ended(program: Program, settings: dict, files: dict[str, int]) -> None:
    raise CannotStart("the server has ended")


def test_where_nothing_can_be_forked_a_process_is_started_and_its_last_words_are_told(nothing_stays):
    warnings = []
    kernel = Kernel(Program("no.such.module", [], Limits()), {}, has_ended, warnings.append)
    with pytest.raises(KernelDied, match=r"the kernel died as it started: .*No module named 'no'"):
        kernel.ready()
    kernel.kill()
    assert warnings == ["a kernel was started alone: the server has ended"]
    assert not kernel.is_running()


def test_a_file_that_is_not_there_starts_nothing(nothing_stays):
    with pytest.raises(FileNotFoundError):
        Kernel(Program("no.such.module", [], Limits(), {"a": Path("/nowhere")}), {}, None, print)
