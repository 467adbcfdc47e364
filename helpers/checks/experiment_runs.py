"""Checks of a function that trains a network by its settings, and keeps the network and the numbers in a folder."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from helpers.checks.areas import mean_area
from helpers.checks.example_trees import scratch_folder
from helpers.checks.experiments import DEFAULTS, experiment, name_of, result_of
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call, raises
from helpers.checks.values import dictionary, number, numbers
from helpers.data_files import columns

N_CLASSES, N_FOUR_VECTORS = 4, 21
ONLY_ITS_OWN = (
    "run should use the first n_events training events and the columns of the varset alone: other inputs are not "
    "numbers here"
)
Made = Callable[..., Any]
Data = dict[str, tuple[np.ndarray, np.ndarray]]


def stores_run(function: Made, stored_network: Made, made: Made, folder_name: Made, **settings: float) -> None:
    """Fail unless ``function(settings, data, folder)`` trains by the settings, and keeps what the text says.

    stored_network: gives the Keras network of finished settings in a folder. The settings have two epochs or more, and
    their n_events are at most 300. In the data the validation is ever worse from the first epoch on, the inputs of
    training events beyond n_events are not numbers, and neither are those that are not in the varset.
    """
    tried = experiment(made, **settings)
    of_run = DEFAULTS | settings
    data = _data(int(of_run["varset"]), int(of_run["n_events"]))
    with scratch_folder() as folder:
        result = _run(function, tried, data, folder, ONLY_ITS_OWN)
        losses = result["history"].get("loss", []) if isinstance(result["history"], dict) else []
        that(bool(np.all(np.isfinite(losses))), f"the training loss is not a number: {ONLY_ITS_OWN}")
        name = name_of(folder_name, tried)
        written = _written(folder, name)
        that(written == _plain(result), "result.json should hold what run returns")
        _says_what_it_is(written, of_run)
        network = call(
            stored_network, tried, str(folder), says="stored_network should take settings and the folder of a run"
        )
    _is_the_best(network, written, data, int(of_run["varset"]))


def follows_settings(function: Made, stored_network: Made, made: Made, learning_rate: float, batch_size: int) -> None:
    """Fail unless a run has the learning rate and the batch size of its settings, and as many events as they say."""
    n_events = 8 * batch_size
    settings = {"varset": 0, "width": 8, "depth": 1, "epochs": 1, "n_events": n_events, "batch_size": batch_size}
    tried = experiment(made, **settings, learning_rate=learning_rate)
    rng = np.random.default_rng(3)
    training = rng.normal(0, 0.03, (n_events, len(_fields()))).astype(np.float32)
    targets = np.tile(np.eye(N_CLASSES, dtype=np.float32)[3], (n_events, 1))
    data = {"training": (training, targets), "validation": _data(0, 300)["validation"]}
    with scratch_folder() as folder:
        _run(function, tried, data, folder)
        network = call(stored_network, tried, str(folder), says="stored_network should take settings and a folder")
        _has_moved(numbers(network.get_weights()[-1], "the biases").astype(float), learning_rate, batch_size)
    few = experiment(made, **settings | {"n_events": n_events + 1})
    with scratch_folder() as folder:
        says = f"run should raise ValueError if there are {n_events} training events and n_events is {n_events + 1}"
        raises(ValueError, function, few, data, str(folder), says=says)


def _has_moved(bias: np.ndarray, learning_rate: float, batch_size: int) -> None:
    """All targets are of the last class: Adam moves its bias by about the learning rate in each of eight steps."""
    moved = float(bias[-1])
    steps = moved / learning_rate
    if abs(steps - 8) < 0.4:
        return
    says = f"after an epoch of {8 * batch_size} events in batches of {batch_size} a bias of the output is {moved:.4f}"
    n_events = 8 * batch_size
    for mistake, wrong in (
        ("the learning rate is 0.001, Keras's default: take that of the settings", 0.001 / learning_rate * 8),
        ("the batches have 32 events, Keras's default: take the batch_size of the settings", np.ceil(n_events / 32)),
        ("all events are one batch: take the batch_size of the settings", 1),
    ):
        that(abs(steps / wrong - 1) > 0.06, f"{says}: {mistake}")
    that(False, f"{says}, but Adam at the learning rate of the settings gives about {8 * learning_rate:.4f}")


def repeats_experiments(function: Made, made: Made, folder_name: Made, **settings: float) -> None:
    """Fail unless the same settings give the same numbers, whatever ran before, and another seed gives others.

    The second time the folder holds what an interrupted run has left, which must not count as a finished one.
    """
    data = _data(0, int(settings["n_events"]))
    first, other = (experiment(made, **settings, seed=seed) for seed in (4, 5))
    made_up = result_of(settings | {"seed": 4}, area=0.125)
    with scratch_folder() as folder, scratch_folder() as elsewhere:
        results = [_run(function, tried, data, folder) for tried in (first, other)]
        kept = [_written(folder, name_of(folder_name, tried)) for tried in (first, other)]
        _leave(elsewhere / name_of(folder_name, first), json.dumps(made_up)[:60])
        again = _run(function, first, data, elsewhere, "run should train again where result.json was cut short")
        that(again["metrics"]["area"] != 0.125, "run counts a result.json that was cut short as a finished run")
        _written(elsewhere, name_of(folder_name, first))
    curves = [_curve(result) for result in (*results, again)]
    apart = float(np.abs(curves[0] - curves[2]).max())
    that(
        apart < 1e-5,
        f"the same settings gave other numbers (a loss differs by {apart:.2g}): the seed must reach everything that is "
        "random, the first parameters and the order of the events",
    )
    that(
        np.abs(curves[0] - curves[1]).max() > 1e-4,
        "two seeds gave the same losses: take the seed of the settings",
    )
    that(_curve(kept[0]).tolist() == curves[0].tolist(), "a run overwrote the results of another seed")


def resumes(function: Made, made: Made, folder_name: Made, **settings: float) -> None:
    """Fail unless a finished run is not run again, and a result is written last."""
    data = _data(0, int(settings["n_events"]))
    tried = experiment(made, **settings)
    name, made_up = name_of(folder_name, tried), result_of(settings, area=0.125)
    with scratch_folder() as folder:
        _leave(folder / name, json.dumps(made_up))
        found = _run(function, tried, data, folder)
        found_area = number(found["metrics"]["area"], "the area")
        that(
            found_area == 0.125,
            "run trains again what has been run: if result.json is whole and of these settings, return what it holds",
        )
    with scratch_folder() as folder:
        (folder / name / "network.keras" / "in the way").mkdir(parents=True)
        try:
            function(tried, data, str(folder))
        except Exception:
            that(
                not (folder / name / "result.json").exists(),
                "where the network cannot be stored, result.json is written all the same: write it last, for it says "
                "that the run is finished",
            )


def _leave(folder: Path, result: str) -> None:
    folder.mkdir()
    (folder / "network.keras").write_text("half a network")
    (folder / "result.json").write_text(result)


@cache
def _fields() -> list[str]:
    return list(columns("heavy_pairs"))


def _columns_of(varset: int) -> list[int]:
    everything = list(range(len(_fields())))
    return {0: everything, 1: everything[N_FOUR_VECTORS:], 2: everything[:N_FOUR_VECTORS]}[varset]


def _data(varset: int, n_events: int) -> Data:
    """Events whose class all fields tell; but the classes of the validation are those of training, moved by one."""
    rng = np.random.default_rng(8)
    centres = rng.normal(0, 1, (N_CLASSES, len(_fields())))
    data = {}
    for part, number_of_events, move in (("training", n_events + 60, 0), ("validation", 240, 1)):
        classes = rng.permutation(np.arange(number_of_events) % N_CLASSES)
        inputs = (centres[classes] + rng.normal(0, 1, (number_of_events, len(_fields())))).astype(np.float32)
        unused = np.setdiff1d(np.arange(len(_fields())), _columns_of(varset))
        inputs[:, unused] = np.nan
        if part == "training":
            inputs[n_events:] = np.nan
        data[part] = (inputs, np.eye(N_CLASSES, dtype=np.float32)[(classes + move) % N_CLASSES])
    return data


def _run(
    function: Made, settings: Any, data: Data, folder: Path, says: str = "run should take settings, data and a folder"
) -> dict[str, Any]:
    given = {part: tuple(array.copy() for array in arrays) for part, arrays in data.items()}
    result = call(function, settings, given, str(folder), says=says)
    for part, arrays in data.items():
        for array, before in zip(given[part], arrays, strict=True):
            same = np.array_equal(np.asarray(array), before, equal_nan=True)
            that(same, "run changed the data that it was given")
    dictionary(result, ("settings", "versions", "metrics", "history"), "what run returns", more=True)
    return dict(result)


def _written(folder: Path, name: str) -> dict[str, Any]:
    found = sorted(path.name for path in folder.iterdir())
    that(name in found, f"run should make the folder {name}, but the folder of the runs holds {found or 'nothing'}")
    path = folder / name / "result.json"
    that(path.is_file(), f"the folder of a run should hold result.json, but holds {_content(folder / name)}")
    try:
        written: dict[str, Any] = json.loads(path.read_text())
    except ValueError as error:
        raise CheckFailed(f"result.json cannot be read as JSON: {error}") from None
    that((folder / name / "network.keras").is_file(), f"network.keras is missing: there is {_content(folder / name)}")
    return written


def _content(folder: Path) -> str:
    return ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"


def _plain(result: dict[str, Any]) -> Any:
    """What JSON makes of a result, with NumPy's numbers as Python's."""
    return json.loads(json.dumps(result, default=lambda value: np.asarray(value).tolist()))


def _says_what_it_is(result: dict[str, Any], settings: dict[str, float]) -> None:
    dictionary(result, ("settings", "versions", "metrics", "history"), "result.json", more=True)
    dictionary(result["settings"], settings, "settings of result.json")
    for name, value in settings.items():
        that(result["settings"][name] == value, f"result.json says {name} {result['settings'][name]}, not {value}")
    that(
        isinstance(result["versions"], dict) and isinstance(result["versions"].get("keras"), str),
        'versions should hold the version of Keras: {"keras": keras.__version__}, and others if you like',
    )
    that(
        isinstance(result["metrics"], dict) and {"loss", "area"} <= result["metrics"].keys(),
        "metrics should hold loss and area",
    )
    history = result["history"]
    that(
        isinstance(history, dict) and {"loss", "val_loss"} <= history.keys(),
        "history should hold loss and val_loss, a number an epoch: the .history of what fit returns",
    )
    length, epochs = len(history["val_loss"]), settings["epochs"]
    that(length == epochs, f"the history has {length} epochs, but the settings say {epochs}")


def _curve(result: dict[str, Any]) -> np.ndarray:
    curve: np.ndarray = numbers(result["history"]["loss"], "the training loss").astype(float)
    return curve


def _is_the_best(network: Any, result: dict[str, Any], data: Data, varset: int) -> None:
    """Fail unless the stored network is that of the least validation loss, and the metrics are its own."""
    that(hasattr(network, "predict"), "stored_network should return a Keras network: keras.models.load_model reads it")
    chosen = _columns_of(varset)
    taken = numbers(network.get_weights()[0], "the parameters").shape[0]
    that(taken == len(chosen), f"the network has {taken} inputs, but varset {varset} has {len(chosen)} fields")
    inputs, targets = data["validation"]
    outputs = numbers(network.predict(inputs[:, chosen], verbose=0), "the outputs of the network").astype(float)
    loss = float(-np.mean(np.log(np.clip((outputs * targets).sum(axis=1), 1e-7, 1))))
    losses = numbers(result["history"]["val_loss"], "the validation loss").astype(float)
    that(
        abs(loss / losses.min() - 1) < 1e-3 or abs(loss / losses[-1] - 1) > 1e-3,
        f"the network that is stored is that of the last epoch: keep that of epoch {losses.argmin() + 1}, which has "
        "the least validation loss",
    )
    that(
        abs(loss / losses.min() - 1) < 1e-3,
        f"the least validation loss of the history is {losses.min():.4f}, but the network that is stored has "
        f"{loss:.4f} on the validation events",
    )
    metrics = {name: number(result["metrics"][name], f"the {name}") for name in ("loss", "area")}
    that(
        abs(metrics["loss"] / loss - 1) < 1e-3,
        f"the loss in metrics is {metrics['loss']:.4f}, but that of the stored network on the validation events is "
        f"{loss:.4f}",
    )
    area = mean_area(targets, outputs)
    that(
        abs(metrics["area"] - area) < 1e-3,
        f"the area in metrics is {metrics['area']:.4f}, but the mean of the four areas of the stored network on the "
        f"validation events is {area:.4f}",
    )
