"""Checks of settings, of the folders named after them, and of which runs count as finished."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from helpers.checks.example_trees import scratch_folder
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call
from helpers.checks.values import dictionary

DEFAULTS = {
    "varset": 0,
    "width": 32,
    "depth": 2,
    "seed": 0,
    "epochs": 10,
    "n_events": 8000,
    "batch_size": 400,
    "learning_rate": 0.004,
}
LONGEST_NAME = 200
ALLOWED = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.=,+")
Made = Callable[..., Any]


def experiment(made: Made, /, **settings: float) -> Any:
    """An experiment with these settings and the default of all others."""
    listed = ", ".join(f"{name}={value}" for name, value in settings.items())
    keywords: Callable[[], Any] = lambda: made(**settings)  # noqa: E731
    return call(keywords, says=f"Experiment({listed}) should be possible")


def name_of(folder_name: Made, settings: Any) -> str:
    """The name that ``folder_name`` gives settings, or CheckFailed if it is none for a folder."""
    name = call(folder_name, settings, says="folder_name should take an Experiment")
    that(isinstance(name, str), f"folder_name should return a text, but its type is {type(name).__name__}")
    that(0 < len(name) <= LONGEST_NAME, f"the name has {len(name)} characters; 1 to {LONGEST_NAME} are expected")
    odd = sorted(set(name) - ALLOWED)
    that(not odd, f"the name {name!r} holds {''.join(odd)!r}: letters, digits and _ - . = are safe in every system")
    that(not name.startswith((".", "-")), f"the name {name!r} begins with {name[0]!r}: begin with a letter or a digit")
    return str(name)


def names_experiments(made: Made, folder_name: Made, *pairs: tuple[dict[str, float], dict[str, float]]) -> None:
    """Fail unless ``made`` is a frozen dataclass with DEFAULTS, and ``folder_name`` tells its settings apart.

    pairs: two settings each, which must get two names.
    """
    default = experiment(made)
    _is_frozen(default)
    name = name_of(folder_name, default)
    again = name_of(folder_name, experiment(made))
    that(again == name, f"the same settings get two names, {name} and {again}: nothing but the settings may go in")
    for setting, value in DEFAULTS.items():
        same = name_of(folder_name, experiment(made, **{setting: value}))
        that(same == name, f"{setting} should be {value} where nothing else is said")
        changed = name_of(folder_name, experiment(made, **{setting: value * 3 + 1}))
        that(changed != name, f"the name does not depend on {setting}: one run would overwrite the results of another")
    for one, other in pairs:
        names = [name_of(folder_name, experiment(made, **settings)) for settings in (one, other)]
        that(
            names[0] != names[1],
            f"{_listed(one)} and {_listed(other)} get the same name, {names[0]}: one would overwrite the other",
        )


def _listed(settings: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in settings.items())


def _is_frozen(settings: Any) -> None:
    """Fail unless the object is of a frozen dataclass. The grader's proxy holds no values, and passes."""
    if not hasattr(settings, "width"):
        return
    that(dataclasses.is_dataclass(settings), "Experiment should be a dataclass: put @dataclass(frozen=True) above it")
    try:
        settings.width = settings.width
    except dataclasses.FrozenInstanceError:
        return
    raise CheckFailed("a setting can be changed afterwards: make the dataclass frozen, @dataclass(frozen=True)")


def result_of(settings: dict[str, float], **metrics: float) -> dict[str, Any]:
    """What result.json holds of a made-up run with these settings and the default of all others."""
    return {
        "settings": DEFAULTS | settings,
        "versions": {"keras": "3"},
        "metrics": {"loss": 1.25, "area": 0.75} | metrics,
        "history": {"loss": [1.5, 1.0], "val_loss": [1.5, 1.25]},
    }


def finds_finished(function: Made, made: Made, folder_name: Made, **settings: float) -> None:
    """Fail unless ``function(settings, folder)`` is what is in result.json, or None where that is no finished run."""
    tried = experiment(made, **settings)
    name = name_of(folder_name, tried)
    right = result_of(settings)
    whole = json.dumps(right)
    of_another = json.dumps(result_of(settings | {"seed": 77}))
    states = {
        "there is no folder yet": None,
        "the folder holds a network but no result.json": {"network.keras": "half a network"},
        "result.json is empty": {"network.keras": "a network", "result.json": ""},
        "result.json is cut short": {"network.keras": "a network", "result.json": whole[: len(whole) // 2]},
        "result.json holds other settings": {"network.keras": "a network", "result.json": of_another},
    }
    for state, files in states.items():
        with scratch_folder() as folder:
            _write(folder / name, files)
            found = call(function, tried, str(folder), says=f"finished should return None where {state}")
            that(found is None, f"finished should return None where {state}, for that is no finished run")
    with scratch_folder() as folder:
        _write(folder / name, {"network.keras": "a network", "result.json": whole})
        found = call(function, tried, str(folder), says="finished should read the result.json of a finished run")
        that(found is not None, "finished returns None though result.json is whole and holds these settings")
        dictionary(found, right, "what finished returns")
        that(found == right, "finished should return all that is in result.json, as it is there")


def _write(folder: Any, files: dict[str, str] | None) -> None:
    if files is None:
        return
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
