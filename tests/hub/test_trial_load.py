"""A class of two on a hub of its own (`make test-all`): its name lets pytest play it after the shared hub ended."""

import os
import shutil
import socket

import pytest

from hub import command


@pytest.mark.skipif(not os.environ.get("HEPDL_TEST_ALL"), reason="takes minutes: make test-all")
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("npm"), reason="needs root and Node.js")
def test_two_students_come_to_the_end(open_folder, capsys):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = os.environ.get("HEPDL_HUB_TRIAL", str(open_folder / "hub"))
    assert command.main(["load", folder, "--students=2", f"--port={port}"]) == 0, capsys.readouterr()
    assert "2 of 2" in capsys.readouterr().out
