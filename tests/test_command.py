"""`hepdl` lists its commands at once, and each has options of its own."""

import json
import subprocess
import sys

import pytest

import hepdl
from helpers.repository import ROOT

LOOK = """
import json, sys
import hepdl
print(json.dumps({name: hepdl.load(name).parser().prog for name in hepdl.COMMANDS}))
"""


def test_every_command_has_a_parser_of_its_name():
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: f"hepdl {name}" for name in hepdl.COMMANDS}


def test_the_list_of_commands_imports_nothing_large():
    look = "import sys, hepdl; hepdl.parser().format_help(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"numpy", "nbgrader", "dask", "tensorflow"} & set(done.stdout.split())


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit, match="0"):
        hepdl.main(["--help"])
    said = capsys.readouterr().out
    assert all(f"    {name}" in said for name in hepdl.COMMANDS)


def test_options_are_completed(capsys, monkeypatch):
    monkeypatch.setattr(hepdl, "COMMANDS", {"hygiene": hepdl.COMMANDS["hygiene"]})
    assert hepdl.main(["completion", "bash"]) == 0
    assert "--fix" in capsys.readouterr().out


def test_a_missing_package_is_answered(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "grading.autograde.command", raising=False)
    monkeypatch.delitem(sys.modules, "grading.autograde.clusters", raising=False)
    assert hepdl.main(["autograde", "ex4_splitting"]) == 2
    assert "hepdl autograde needs distributed, which is not installed here" in capsys.readouterr().err


def test_a_missing_folder_is_answered(capsys, monkeypatch):
    monkeypatch.setitem(hepdl.COMMANDS, "bench", hepdl.Command("benchmarks.no_such", "nothing"))
    assert hepdl.main(["bench"]) == 2
    assert "works in a clone of the repository" in capsys.readouterr().err
