"""The check of a training's history: the dictionary of losses and accuracies that Keras keeps for each epoch."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.values import numbers
from helpers.metric_names import accuracy_name


def history(value: Any, accuracies_from: str | None = "metrics") -> None:
    """Fail unless the value holds the losses, and the accuracies, of training and validation for each epoch.

    accuracies_from: the argument of ``compile`` that asks for accuracies, under any of the names that Keras has for
    them; None where a lesson needs none.
    """
    that(
        isinstance(value, Mapping) or not hasattr(value, "history"),
        "history is the object that `fit` returns: keep the dictionary in it, `.history`",
    )
    that(
        isinstance(value, Mapping),
        f"history should be the dictionary `fit(...).history`, but its type is {type(value).__name__}",
    )
    _has_epochs(value, "loss", "history holds no epoch: keep the `.history` of `fit`")
    names = ["val_loss"]
    if accuracies_from is not None:
        accuracy = accuracy_name(value) or "accuracy"
        _has_epochs(value, accuracy, f"history holds no accuracy: compile with {accuracies_from}=['accuracy']")
        names.append(f"val_{accuracy}")
    for name in names:
        _has_epochs(value, name, "history holds no validation loss: give `fit` the validation part as validation_data")


def curves(value: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Losses and accuracies, (n_epochs,), of a history with both; the accuracy by that name, however it is spelled."""
    keys = {"loss": "loss", "accuracy": accuracy_name(value) or "accuracy"}
    keys |= {f"val_{name}": f"val_{key}" for name, key in keys.items()}
    return {name: numbers(value[key], f'history["{key}"]').astype(float) for name, key in keys.items()}


def _has_epochs(value: Mapping[str, Any], name: str, says: str) -> None:
    that(name in value, says)
    that(numbers(value[name], f'history["{name}"]').size > 0, says)
