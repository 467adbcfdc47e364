"""Checks of a training: its history, its network, and whether the validation was of all events, with weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers.checks.classifiers import outputs_on, separates
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.histories import history as is_history
from helpers.checks.values import numbers

# Keras averages a loss over batches, whose sums of weights differ.
LOSS_TOLERANCE = 0.05


def trains(
    network: Any,
    history: Any,
    scaled: np.ndarray,
    raw: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    bar: float,
) -> None:
    """Fail unless a network was trained and validated: its area on the validation events must exceed the bar.

    history: what ``fit(...).history`` gives. scaled, raw: the validation inputs (n_events, n_inputs), raw ones in GeV.
    labels, weights: (n_events,). The last validation loss of the history must be that of these events.
    """
    is_history(history, accuracies_from=None)
    separates(network, scaled, raw, labels, weights, bar)
    _validates_all_events(history, network, scaled, labels, weights)


def weighted_history(
    value: Any, network: Any, scaled: np.ndarray, raw: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> None:
    """Fail unless the value is a history with weighted accuracies, as ``fit(...).history`` gives it.

    scaled, raw: the validation inputs (n_events, n_inputs), raw ones in GeV. labels, weights: (n_events,). The network
    gives the probability of label 1 last. That the accuracy is not weighted shows in the best epoch or in the last,
    whose parameters the network may have.
    """
    is_history(value, accuracies_from="weighted_metrics")
    correct = (outputs_on(network, scaled, raw)[:, -1] > 0.5) == (labels == 1)
    weighted, unweighted = np.average(correct, weights=weights), np.mean(correct)
    accuracies = numbers(value["val_accuracy"], 'history["val_accuracy"]')
    for epoch in (np.argmin(value["val_loss"]), -1):
        found = float(accuracies[epoch])
        that(
            abs(found - unweighted) > 1e-5 or abs(found - weighted) < 1e-5,
            f"the accuracy in history, {found:.4f} in validation, ignores the event weights: compile with "
            "weighted_metrics=['accuracy'], not with metrics",
        )


def _validates_all_events(
    history: Mapping[str, Any], network: Any, inputs: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> None:
    """Fail unless the last validation loss of a history is the network's binary cross-entropy of these events.

    inputs: (n_events, n_inputs), scaled. labels, weights: (n_events,). The network gives the probability of label 1.
    """
    predict = lambda values: network.predict(values, batch_size=4096, verbose=0)  # noqa: E731
    outputs = call(predict, inputs, says="network should take the scaled inputs")
    probability = numbers(outputs, "the output of network").astype(float)[:, -1]
    probability = np.clip(np.where(labels == 1, probability, 1 - probability), 1e-7, 1)
    losses = -np.log(probability)
    loss, over_weights = np.sum(losses * weights) / len(losses), np.sum(losses * weights) / np.sum(weights)
    found = float(numbers(history["val_loss"], "the validation loss")[-1])
    if min(abs(found / loss - 1), abs(found / over_weights - 1)) < LOSS_TOLERANCE:
        return
    that(
        abs(found / np.mean(losses) - 1) > LOSS_TOLERANCE / 2,
        f"the last validation loss, {found:.4f}, ignores the event weights: validation_data needs all three arrays of "
        "a batch",
    )
    that(
        False,
        f"the last validation loss is {found:.4f}, but over all validation events it is {loss:.4f}: all their batches, "
        "with weights",
    )
