"""The check of a training's history: the dictionary of losses and accuracies that Keras keeps for each epoch."""

from collections.abc import Mapping
from typing import Any

from helpers.checks.failure import that
from helpers.checks.values import numbers


def history(value: Any, accuracies_from: str | None = "metrics") -> None:
    """Fail unless the value holds the losses, and the accuracies, of training and validation for each epoch.

    accuracies_from: the argument of ``compile`` that asks for accuracies; None where a lesson needs none.
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
    if accuracies_from is not None:
        _has_epochs(value, "accuracy", f"history holds no accuracy: compile with {accuracies_from}=['accuracy']")
    validation = ("val_loss",) if accuracies_from is None else ("val_loss", "val_accuracy")
    for name in validation:
        _has_epochs(value, name, "history holds no validation loss: give `fit` the validation part as validation_data")


def _has_epochs(value: Mapping[str, Any], name: str, says: str) -> None:
    that(name in value, says)
    that(numbers(value[name], f'history["{name}"]').size > 0, says)
