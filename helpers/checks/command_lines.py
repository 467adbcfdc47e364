"""Checks of a program's command line, and of the runs that it leaves behind."""

import contextlib
import io
import json
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import uproot

from helpers.checks.example_trees import scratch_folder
from helpers.checks.experiments import DEFAULTS, experiment, name_of, result_of
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import Ended, call
from helpers.checks.values import dictionary
from helpers.data_files import columns
from helpers.heavy_pairs import CLASSES

OPTIONS = {
    "varset": 0,
    "width": [32],
    "depth": [2],
    "seed": [0],
    "epochs": 10,
    "n_events": 8000,
    "jobs": 1,
    "folder": "runs",
    "data": None,
}
Made = Callable[..., Any]


def parses_options(function: Made, *cases: tuple[str, dict[str, Any]]) -> None:
    """Fail unless ``function(arguments)`` is a dictionary of OPTIONS, with what the arguments say.

    cases: a command line without the program's name, and the options that it sets.
    """
    for line, options in cases:
        found = _quietly(function, line.split())
        dictionary(found, OPTIONS, f"what parse gives for {line!r}")
        for name, value in (OPTIONS | options).items():
            got = list(found[name]) if isinstance(found[name], tuple) else found[name]
            that(
                str(got) == str(value) if name in ("folder", "data") else got == value,
                f"{name} should be {value!r} for {line!r}, but is {got!r}",
            )


def _quietly(function: Made, arguments: list[str]) -> Any:
    line = " ".join(arguments)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            return call(function, arguments, says=f"the arguments {line!r} should be taken")
        except Ended:
            last = said.getvalue().strip().rpartition("\n")[2]
            raise CheckFailed(f"the arguments {line!r} should be taken, but the program ends: {last}") from None


def refuses_options(function: Made, *lines: str) -> None:
    """Fail unless ``function(arguments)`` ends the program, or raises an error, for each of the command lines."""
    for line in lines:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                call(function, line.split(), says="parse should take a list of arguments")
            except Ended as ended:
                that(ended.code not in (0, None), f"{line!r} is an error, so the program should not end with code 0")
                continue
            except CheckFailed:
                continue
        raise CheckFailed(f"the arguments {line!r} are taken, but should end the program with an error")


def runs_experiments(
    function: Made, made: Made, folder_name: Made, widths: Sequence[int], seeds: Sequence[int], **settings: int
) -> None:
    """Fail unless ``function(arguments)`` leaves the result of every point, and does not repeat one that is there.

    settings: varset, depth, epochs and n_events of all of them. Every second point is finished beforehand. A folder of
    data with fewer events than n_events must be refused, as run refuses it.
    """
    with scratch_folder() as folder:
        points = {}
        for width, seed in product(widths, seeds):
            point = settings | {"width": width, "seed": seed}
            points[name_of(folder_name, experiment(made, **point))] = DEFAULTS | point
        made_before = list(points)[::2]
        for name in made_before:
            (folder / name).mkdir()
            (folder / name / "network.keras").write_text("a network")
            (folder / name / "result.json").write_text(json.dumps(result_of(points[name], area=0.125)))
        options = {**settings, "width": widths, "seed": seeds, "folder": folder}
        found = _quietly_run(function, _command_line(options))
        that(found == 0 and not isinstance(found, bool), f"main should return 0, not {found!r}")
        there = {path.name for path in folder.iterdir()}
        missing, extra = sorted(points.keys() - there), sorted(there - points.keys())
        if missing:
            left = f"main left no run {missing[0]} in the folder of the options"
            that(not extra, f"{left}, but {(extra or [''])[0]}: do all options reach the settings?")
            that(len(missing) < len(points) - len(made_before), f"{left}, and no other: are they written elsewhere?")
            that(False, f"{left}: is each width run with each seed?")
        that(not extra, f"main ran {(extra or [''])[0]}, which was not asked for")
        results = {name: json.loads((folder / name / "result.json").read_text()) for name in points}
    for name in made_before:
        again = results[name]["metrics"]["area"] != 0.125
        that(not again, "main ran again what was finished: run returns it at once")
    for name, asked in points.items():
        that(results[name]["settings"] == asked, f"the run {name} has other settings than its folder says")
    with scratch_folder() as folder:
        _write_few_pairs(folder)
        (folder / "runs").mkdir()
        options = {**settings, "width": widths[:1], "seed": seeds[:1], "folder": folder / "runs", "data": folder}
        with contextlib.suppress(Exception):
            _quietly_run(function, _command_line(options))
        that(
            not list(folder.glob("runs/*/result.json")),
            f"main trained on {settings['n_events']} events, but the files in the folder of --data have fewer: load "
            "the data of the options",
        )


def _write_few_pairs(folder: Path) -> None:
    """The four files of the heavy pairs with ten events each."""
    rng = np.random.default_rng(2)
    for name in CLASSES:
        with uproot.recreate(folder / f"{name}.root") as file:
            file["Events"] = {field: rng.uniform(1, 2, 10).astype(np.float32) for field in columns("heavy_pairs")}


def _command_line(options: dict[str, Any]) -> list[str]:
    arguments: list[str] = []
    for name, value in options.items():
        values = value if isinstance(value, list | tuple) else [value]
        arguments += [f"--{name.replace('_', '-')}", *map(str, values)]
    return arguments


def _quietly_run(function: Made, arguments: list[str]) -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            return call(function, arguments, says="main should run with arguments that are right")
        except Ended as ended:
            that(not ended.code, f"main ended the program ({ended.code}): does it hand its arguments to parse?")
            return 0
