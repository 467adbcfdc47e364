"""The check of a training on the stop search that went back to its best epoch. Labels: 1 is signal, 0 is background."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers.checks.areas import roc_area
from helpers.checks.failure import that
from helpers.checks.histories import curves
from helpers.checks.histories import history as is_history
from helpers.checks.network_outputs import outputs_of
from helpers.checks.stop_search_events import events, in_range_of_training
from helpers.checks.values import number, numbers

# What float32 sums lose, and Keras's own cut of very confident outputs.
LOSS_TOLERANCE = 2e-3
# A training loss is a mean over an epoch in which the network learns.
EPOCH_TOLERANCE = 0.1


def restores_best(network: Any, history: Any, best_epoch: Any, bar: float) -> float:
    """The weighted area under the ROC curve on the validation events, which must exceed the bar.

    Fails, too, unless the history is of trainings with the binary cross-entropy, with balanced weights and weighted
    accuracies, best_epoch is that of the least validation loss, counted from 1, and the network has its parameters.
    """
    is_history(history, accuracies_from="weighted_metrics")
    values = curves(history)
    that(len(values["val_loss"]) > 1, "history holds one epoch alone: no best one can be chosen")
    best = int(np.argmin(values["val_loss"])) + 1
    _names_the_best(best_epoch, best, values)
    inputs, labels, weights = events("validation")
    outputs = _outputs(network, inputs)
    _validates(outputs, labels, weights, values, best)
    _trains_with_weights(network, values, best)
    area = roc_area(labels, outputs, weights)
    that(area > 0.4, f"network calls signal background (area {area:.3f}): label 1 is signal here")
    that(
        area > bar,
        f"the weighted area under the ROC curve on the validation sample is {area:.4f}; it should exceed {bar}: is the "
        "network trained on the scaled inputs, with their own labels, for all epochs?",
    )
    return area


def _names_the_best(value: Any, best: int, history: Mapping[str, np.ndarray]) -> None:
    found = number(value, "best_epoch")
    if found == best:
        return
    last = len(history["val_loss"])
    for mistake, epoch in (
        ("count the epochs from 1, as the figure does", best - 1),
        ("this is the epoch of the best accuracy: take that of the least validation loss", _most(history)),
        ("this is the epoch of the least training loss: take that of the validation", np.argmin(history["loss"]) + 1),
        ("this is the epoch of the greatest validation loss", np.argmax(history["val_loss"]) + 1),
        ("this is the last epoch: take that of the least validation loss", last),
    ):
        that(found != epoch, f"best_epoch is {found:g}, but the validation loss is least in epoch {best}: {mistake}")
    that(False, f"best_epoch is {found:g}, but the validation loss is least in epoch {best}")


def _most(history: Mapping[str, np.ndarray]) -> int:
    return int(np.argmax(history["val_accuracy"])) + 1


def _outputs(network: Any, inputs: np.ndarray) -> np.ndarray:
    scaled = in_range_of_training(inputs)
    says = "network should be a Keras network that takes the twelve scaled inputs"
    outputs = numbers(outputs_of(network, scaled, says), "the output of network")
    return outputs.reshape(len(inputs), -1)[:, -1]


def _balanced(weights: np.ndarray, labels: np.ndarray) -> np.ndarray:
    sums = np.where(labels == 1, weights[labels == 1].sum(), weights[labels == 0].sum())
    balanced: np.ndarray = weights * np.sum(labels == 0) / sums
    return balanced


def _losses(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    losses: np.ndarray = -np.log(np.clip(np.where(labels == 1, outputs, 1 - outputs), 1e-7, 1))
    return losses


def _validates(
    outputs: np.ndarray, labels: np.ndarray, weights: np.ndarray, history: Mapping[str, np.ndarray], best: int
) -> None:
    """Fail unless loss and accuracy of the best epoch are those of the network on all validation events."""
    found, last = history["val_loss"][best - 1], history["val_loss"][-1]
    balanced = _balanced(weights, labels)
    losses = _losses(outputs, labels)

    def is_(expected: float, value: float = found, tolerance: float = LOSS_TOLERANCE) -> bool:
        return abs(value / expected - 1) < tolerance

    right = float(np.mean(balanced * losses))
    accuracy = history["val_accuracy"][best - 1]
    correct = (outputs > 0.5) == (labels == 1)
    if is_(right):
        weighted = np.average(correct, weights=balanced)
        that(
            abs(accuracy - weighted) < 2e-3 or abs(accuracy - np.mean(correct)) > 2e-3,
            f"the accuracy in history, {accuracy:.4f} in validation, ignores the event weights: compile with "
            "weighted_metrics=['accuracy'], not with metrics",
        )
        return
    that(
        found > 1e-3 * right,
        f"the validation loss is {found:.2g}: the weights in validation_data are not balanced",
    )
    of_all = np.sum(balanced * losses) / np.sum(balanced)
    for mistake, wrong in (
        ("the validation loss ignores the weights: validation_data needs inputs, labels and balanced weights",
         np.mean(losses)),
        ("the loss is the squared error: compile with loss='binary_crossentropy'",
         np.mean(balanced * (outputs - labels) ** 2)),
        ("each class of the validation weights sums to 1: balance them as balance does", of_all * 2 / len(labels)),
    ):  # fmt: skip
        that(not is_(float(wrong), tolerance=0.01), mistake)
    that(
        not is_(right, value=last),
        f"network has the parameters of the last epoch: go back to those of epoch {best}",
    )
    that(
        False,
        f"the least validation loss of history is {found:.4f}, but network as it is has {right:.4f} on all validation "
        f"events with balanced weights: give it the parameters of epoch {best}, and keep its loss, "
        "'binary_crossentropy'",
    )


def _trains_with_weights(network: Any, history: Mapping[str, np.ndarray], best: int) -> None:
    """Fail if the training loss is that of other weights than the balanced ones."""
    inputs, labels, weights = events("training")
    losses, found = _losses(_outputs(network, inputs), labels), history["loss"][best - 1]
    balanced, alone = float(np.mean(_balanced(weights, labels) * losses)), float(np.mean(losses))
    that(
        found > 1e-3 * balanced,
        f"the training loss is {found:.2g}: the weights in sample_weight are not balanced, and so small that Adam, "
        "which divides by the gradient's own size, works with its rounding",
    )
    around = history["loss"][best - 1 : best + 1]  # before and, if there is a next epoch, after the best parameters
    that(
        abs(found / alone - 1) > EPOCH_TOLERANCE / 2
        or around.min() * (1 - EPOCH_TOLERANCE) < balanced < around.max() * (1 + EPOCH_TOLERANCE),
        f"the training loss, {found:.4f}, ignores the event weights: give fit the balanced ones as sample_weight",
    )
