"""``python -m data.generation``: what it says of arguments that do not do, and how it ends."""

import signal
import subprocess
import sys
import time

import pytest

from data.generation import __main__ as command
from data.generation import dataset
from helpers.repository import ROOT

pytestmark = pytest.mark.skipif(
    any(dataset.load(name).missing_packages() for name in dataset.names()),
    reason="the generator is not installed (make data installs it)",
)


def sentence(capsys, *arguments):
    """What the command says of arguments that it refuses with status 2, in one line."""
    with pytest.raises(SystemExit) as end:
        command.main([*arguments])
    said = capsys.readouterr()
    assert end.value.code == 2
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--events", "0"), "--events: a whole number from 1 is expected, not '0'"),
        (("--events", "many"), "--events: a whole number from 1 is expected, not 'many'"),
        (("--events", "-5"), "--events"),
        (("--processes", "0"), "--processes: a whole number from 1 is expected, not '0'"),
        (("--colour", "red"), "--colour"),
        (("--dataset", "bottom_tagging"), "bottom_tagging"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, complaint, capsys):
    assert complaint in sentence(capsys, *arguments)


def test_an_unwritable_output_gets_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert sentence(capsys, "--output", str(tmp_path / "file")).startswith("Cannot write into ")


@pytest.mark.parametrize("name", [name for name in dataset.names() if dataset.load(name).least_size > 1])
def test_a_size_below_the_least_is_refused(name, capsys):
    too_few = dataset.load(name).least_size - 1
    complaint = f"--events: {name} needs at least {too_few + 1}, not {too_few}"
    assert sentence(capsys, "--dataset", name, "--events", str(too_few)) == complaint
    assert not (ROOT / "data" / "generated" / f"{name}-{too_few}events").exists()


@pytest.mark.parametrize("name", dataset.names())
def test_a_package_that_is_not_installed_is_named(name, capsys, monkeypatch):
    monkeypatch.setattr(dataset.DataSet, "missing_packages", lambda data_set: ["pythia8mc"])
    with pytest.raises(SystemExit) as end:
        command.main(["--dataset", name])
    assert end.value.code == 1
    assert f"{name} is made with pythia8mc, which is not installed here: `make data`" in capsys.readouterr().err


def test_the_command_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "data.generation", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0
    for name in dataset.names():
        assert f"{dataset.load(name).default_size} for {name}" in " ".join(done.stdout.split())


def test_ctrl_c_ends_with_one_sentence(tmp_path):
    arguments = "--dataset", "hww", "--events", "50000", "--processes", "1", "--output", str(tmp_path)
    command_line = [sys.executable, "-m", "data.generation", *arguments]
    with subprocess.Popen(command_line, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.rglob("hww/.work/*")) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert errors.splitlines()[-1] == "Interrupted: run the same command again to go on from here."
