"""The checks of settings, of folders named after them, and of what counts as a finished run."""

import dataclasses
import itertools
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from settings_of_experiments import Experiment, finished, folder_name

from helpers import checks
from helpers.checks import CheckFailed

PAIRS = (({"width": 1, "depth": 12}, {"width": 11, "depth": 2}), ({"seed": 3, "epochs": 5}, {"seed": 5, "epochs": 3}))


def test_names_experiments():
    checks.names_experiments(Experiment, folder_name, *PAIRS)


def changed(**fields):
    made = dataclasses.make_dataclass(
        "Experiment",
        [(field.name, field.type, fields.get(field.name, field.default)) for field in dataclasses.fields(Experiment)],
        frozen=True,
    )
    return made


@dataclass
class Soft:
    varset: int = 0
    width: int = 32
    depth: int = 2
    seed: int = 0
    epochs: int = 10
    n_events: int = 8000
    batch_size: int = 400
    learning_rate: float = 0.004


@pytest.mark.parametrize(
    ("made", "name", "says"),
    [
        (Soft, folder_name, "make the dataclass frozen"),
        (changed(epochs=20), folder_name, "epochs should be 10 where nothing else is said"),
        (Experiment, lambda s: folder_name(dataclasses.replace(s, seed=0)), "the name does not depend on seed"),
        (Experiment, lambda s: "".join(map(str, asdict(s).values())), "width 1, depth 12 and width 11, depth 2 get"),
        (Experiment, lambda s: str(s), "are safe in every system"),
        (Experiment, lambda s: "_" * 201, "the name has 201 characters"),
        (Experiment, lambda s: "", "the name has 0 characters"),
        (Experiment, lambda s: "." + folder_name(s), "begins with '.'"),
        (Experiment, lambda s: 3, "should return a text, but its type is int"),
        (lambda varset=0: Experiment(varset), folder_name, "Experiment(width=32) should be possible"),
        (lambda **given: type("Plain", (), {"width": 32})(), folder_name, "should be a dataclass"),
    ],
)
def test_names_experiments_says(made, name, says):
    with pytest.raises(CheckFailed) as failed:
        checks.names_experiments(made, name, *PAIRS)
    assert says in str(failed.value)


def test_a_name_that_changes():
    count = itertools.count()

    def name(settings):
        return f"{folder_name(settings)}_{next(count)}"

    with pytest.raises(CheckFailed, match="the same settings get two names"):
        checks.names_experiments(Experiment, name)


def test_finds_finished():
    checks.finds_finished(finished, Experiment, folder_name, width=3)


def path(settings, folder):
    return Path(folder) / folder_name(settings) / "result.json"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda s, f: json.loads(path(s, f).read_text()), "should return None where there is no folder yet"),
        (lambda s, f: {} if path(s, f).parent.exists() else None, "a network but no result.json"),
        (lambda s, f: json.loads(path(s, f).read_text()) if path(s, f).exists() else None, "result.json is empty"),
        (lambda s, f: finished(s, f) or (1 if path(s, f).exists() and path(s, f).read_text() else None), "cut short"),
        (
            lambda s, f: finished(s, f) or finished(dataclasses.replace(s, seed=77), f) or _read(path(s, f)),
            "holds other settings",
        ),
        (lambda s, f: None, "returns None though result.json is whole"),
        (lambda s, f: (finished(s, f) or {}).get("metrics"), "what finished returns lacks"),
        (lambda s, f: finished(s, f) and finished(s, f) | {"history": {}}, "as it is there"),
    ],
)
def test_finds_finished_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        checks.finds_finished(wrong, Experiment, folder_name, width=3)
    assert says in str(failed.value)


def _read(file):
    try:
        return json.loads(file.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
