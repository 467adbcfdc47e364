"""The checks of a command line, and of what a program leaves behind."""

import argparse
import json
import shutil
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import pytest
from settings_of_experiments import Experiment, finished, folder_name

from helpers import checks
from helpers.checks import CheckFailed
from helpers.heavy_pairs import load_pairs


def parser(**changes):
    made = argparse.ArgumentParser()
    made.add_argument("--varset", type=int, default=0, choices=(0, 1, 2))
    for name, default in {"width": [32], "depth": [2], "seed": [0]}.items():
        made.add_argument(f"--{name}", type=int, nargs="+", default=default)
    for name, default in {"epochs": 10, "n-events": 8000, "jobs": 1}.items():
        made.add_argument(f"--{name}", type=int, default=default)
    made.add_argument("--folder", default="runs")
    made.add_argument("--data")
    made.set_defaults(**changes)
    return made


def parse(arguments):
    return vars(parser().parse_args(arguments))


CASES = ("", {}), ("--width 8 16 --varset 2", {"width": [8, 16], "varset": 2})


def test_parses_options():
    checks.parses_options(parse, *CASES)
    checks.parses_options(lambda a: parse(a) | {"folder": Path(parse(a)["folder"])}, *CASES)
    checks.refuses_options(parse, "--breadth 3", "--varset 7", "--width wide")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda a: vars(parser(epochs=20).parse_args(a)), "epochs should be 10 for '', but is 20"),
        (lambda a: parser().parse_args(a), "should be a dictionary"),
        (lambda a: vars(parser().parse_args(["--seed"])), "should be taken, but the program ends: "),
        (lambda a: parse(a) | {"more": 1}, "should not hold 'more'"),
        (lambda a: 1 / 0, "the arguments '' should be taken (it raised ZeroDivisionError"),
    ],
)
def test_parses_options_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        checks.parses_options(wrong, *CASES)
    assert says in str(failed.value)


def test_refuses_options_says():
    with pytest.raises(CheckFailed, match="'--breadth 3' are taken, but should end the program"):
        checks.refuses_options(lambda a: vars(parser().parse_known_args(a)[0]), "--breadth 3")
    with pytest.raises(CheckFailed, match="should not end with code 0"):
        checks.refuses_options(lambda a: exit(0), "--breadth 3")


def run(settings, folder):
    if not finished(settings, folder):
        place = Path(folder) / folder_name(settings)
        place.mkdir(exist_ok=True)
        (place / "result.json").write_text(json.dumps({"settings": asdict(settings), "metrics": {"area": 0.5}}))


def main(arguments, points=product, change=replace, result=0, prepare=lambda options: None, run=run, load=load_pairs):
    options = parse(arguments)
    prepare(options)
    if len(load(options["data"])["training"][0]) < options["n_events"]:
        raise ValueError("too few events")
    shared = Experiment(varset=options["varset"], epochs=options["epochs"], n_events=options["n_events"])
    for width, depth, seed in points(options["width"], options["depth"], options["seed"]):
        run(change(shared, width=width, depth=depth, seed=seed), options["folder"])
    return result


def runs(function):
    checks.runs_experiments(
        function, Experiment, folder_name, [4, 6], [2, 3], varset=2, depth=1, epochs=1, n_events=300
    )


def run_carelessly(settings, folder):
    run(settings, folder)
    if settings.seed == 3:
        path = Path(folder) / folder_name(settings) / "result.json"
        path.write_text(json.dumps({"settings": asdict(replace(settings, seed=2)), "metrics": {"area": 0.5}}))


def test_runs_experiments():
    runs(main)
    runs(lambda arguments: exit(main(arguments)))
    runs(lambda arguments: exit(main(arguments, result=None)))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda a: main(a, points=zip), "main left no run"),
        (lambda a: main(a, result=[1]), "main should return 0"),
        (lambda a: main(a, result=None), "main should return 0, not None"),
        (lambda a: main(a, load=lambda folder: load_pairs()), "load the data of the options"),
        (lambda a: exit(2), "main ended the program (2)"),
        (lambda a: exit("no such folder"), "main ended the program (no such folder)"),
        (lambda a: main(a, change=lambda s, **c: replace(s, varset=0, **c)), "do all options reach the settings?"),
        (lambda a: main(a) + main([*a, "--epochs", "2"]), "which was not asked for"),
        (lambda a: main(a, prepare=lambda o: shutil.rmtree(o["folder"]) or Path(o["folder"]).mkdir()), "ran again"),
        (lambda a: main(a, run=run_carelessly), "other settings than its folder"),
        (lambda a: 1 / 0, "main should run with arguments that are right (it raised ZeroDivisionError"),
    ],
)
def test_runs_experiments_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        runs(wrong)
    assert says in str(failed.value)
