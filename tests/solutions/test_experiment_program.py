"""The program of the lesson *experiment*, run as one: its options, its errors, and what an end by force leaves."""

import ast
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from grading.authoring import reference
from grading.cells.roles import is_test
from helpers.repository import ROOT

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
GRID = ["--varset", "2", "--width", "4", "5", "--depth", "1", "--seed", "1", "2", "--epochs", "1", "--n-events", "200"]
N_POINTS = 4


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """What the reference solution writes: its first cell, its definitions and the cell that writes are run."""
    first, *rest = (cell for cell in reference.code_cells("ntuple_experiment", "experiment") if not is_test(cell))
    shell = InteractiveShell.instance()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "keras", types.ModuleType("keras"))  # its functions are defined here, not called
        for cell in (first, *rest):
            defines = all(isinstance(node, DEFINITIONS) for node in ast.parse(cell.source).body)
            if cell is first or defines or "write_program(" in cell.source:
                shell.run_cell(cell.source).raise_error()
    text = Path(shell.user_ns["program"]).read_text()
    shell.user_ns["temporary"].cleanup()
    InteractiveShell.clear_instance()
    path = tmp_path_factory.mktemp("program") / "experiment.py"
    path.write_text(text)
    return path


def environment(*folders):
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (*folders, ROOT))), "MPLBACKEND": "agg"}


def run(program, *arguments, **more):
    return subprocess.run(
        [sys.executable, program, *arguments], capture_output=True, text=True, cwd=program.parent, timeout=300, **more
    )


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """An environment in which keras is an empty module: for what ends before a network is made."""
    folder = tmp_path_factory.mktemp("quick")
    (folder / "keras.py").write_text("")
    return environment(folder)


def test_help(program, quick):
    done = run(program, "--help", env=quick)
    assert done.returncode == 0
    for name in ("varset", "width", "depth", "seed", "epochs", "n-events", "jobs", "folder", "data"):
        assert f"--{name}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--breadth", "3"], "unrecognized arguments: --breadth 3"),
        (["--varset", "7"], "argument --varset: invalid choice: 7"),
        (["--width", "wide"], "argument --width: invalid int value: 'wide'"),
        (["--data", "nowhere"], "there is no file nowhere/AA.root: the folder should hold AA.root, AB.root"),
    ],
)
def test_a_wrong_option_is_told_in_a_sentence(program, quick, arguments, says):
    done = run(program, *arguments, env=quick)
    assert done.returncode == 2
    assert says in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (program.parent / "runs").exists()


def results(folder):
    """What is in each finished run: {name: (result, time of the file)}."""
    paths = sorted(Path(folder).glob("*/result.json"))
    return {path.parent.name: (json.loads(path.read_text()), path.stat().st_mtime_ns) for path in paths}


@pytest.fixture(scope="module")
def killed(program, tmp_path_factory):
    """A folder in which a program was killed when the first of its runs was finished, and what was finished by then."""
    folder = tmp_path_factory.mktemp("killed")
    running = subprocess.Popen(
        [sys.executable, program, *GRID, "--folder", folder],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 300
    while not results(folder) and time.monotonic() < until and running.poll() is None:
        time.sleep(0.05)
    running.kill()
    running.wait()
    finished = results(folder)
    return folder, finished


@pytest.fixture(scope="module")
def resumed(program, killed):
    """The folder after the same program has been started again; an unfinished run holds half a result."""
    folder, finished = killed
    names = [path.name for path in folder.iterdir() if path.name not in finished]
    for name in names:
        (folder / name / "result.json").write_text('{"settings": {"varset"')
    done = run(program, *GRID, "--folder", folder, env=environment())
    assert done.returncode == 0, done.stderr
    assert "mean" in done.stdout
    return folder


def test_a_program_that_was_killed_goes_on_where_it_was(killed, resumed):
    _, finished = killed
    after = results(resumed)
    assert 0 < len(finished) < N_POINTS
    assert len(after) == N_POINTS
    assert {name: after[name] for name in finished} == finished
    assert all((resumed / name / "network.keras").is_file() for name in after)


def test_the_same_settings_give_the_same_numbers_in_processes_of_their_own(program, resumed, tmp_path):
    done = run(program, *GRID, "--folder", tmp_path, "--jobs", "2", env=environment())
    assert done.returncode == 0, done.stderr
    before, after = results(resumed), results(tmp_path)
    assert before.keys() == after.keys()
    for name, (result, _) in after.items():
        assert result["metrics"] == pytest.approx(before[name][0]["metrics"], rel=1e-5)
        assert result["history"]["loss"] == pytest.approx(before[name][0]["history"]["loss"], rel=1e-5)


def group_exists(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_ctrl_c_ends_a_program_and_all_its_processes(program, tmp_path):
    many = ["--varset", "2", "--width", "4", "--depth", "1", "--seed", *map(str, range(40))]
    running = subprocess.Popen(
        [sys.executable, program, *many, "--epochs", "20", "--folder", tmp_path, "--jobs", "2"],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 300
        while not results(tmp_path) and time.monotonic() < until and running.poll() is None:
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(120) != 0
        assert 0 < len(results(tmp_path)) < 10
        until = time.monotonic() + 60
        while group_exists(running.pid):
            assert time.monotonic() < until, "some of its processes are left"
            time.sleep(0.1)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
