"""Checks of a training: its history, its network, and whether the validation was of all events, with weights."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.classifiers import outputs_on, separates
from helpers.checks.failure import that
from helpers.checks.histories import history as is_history
from helpers.checks.network_outputs import outputs_of
from helpers.checks.parts import part_of
from helpers.checks.values import numbers

# Keras averages a loss over batches, whose sums of weights differ, and of an endless generator it may lose a batch that
# was made ahead: losses of right trainings were 1.2 % off.
LOSS_TOLERANCE = 0.05
# Farther than this from the loss of the validation part, and nearer to that of another one, it is that of the other.
FAR, NEAR = 0.025, 0.02
MORE_TRAINING = (
    'do the steps cover the training part, steps_per_epoch=part_steps("training"), and are there EPOCHS epochs or '
    "more? The network stays the same"
)


def trains(network: Any, history: Any, events: Sequence[np.ndarray], bar: float, part: str = "validation") -> None:
    """Fail unless a network was trained and validated: its area on the events of a part must exceed the bar.

    history: what ``fit(...).history`` gives. events: inputs (n_events, n_inputs) as they are in the file, labels and
    weights (n_events,). The last validation loss of the history must be that of all validation events, to 5 %.
    """
    is_history(history, accuracies_from=None)
    raw, labels, weights = events
    training = raw[part_of("training", len(labels))].astype(float)
    scaled = ((raw - training.mean(axis=0)) / training.std(axis=0)).astype("float32")
    here = part_of(part, len(labels))
    separates(network, scaled[here], raw[here], labels[here], weights[here], bar, MORE_TRAINING)
    _validates_all_events(history, network, (scaled, labels, weights))


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


def _validates_all_events(history: Mapping[str, Any], network: Any, events: Sequence[np.ndarray]) -> None:
    """Fail unless the last validation loss of a history is the network's binary cross-entropy of the validation events.

    events: scaled inputs (n_events, n_inputs), labels and weights (n_events,). The network gives the probability of
    label 1.
    """
    labels, weights = events[1:]
    outputs = outputs_of(network, events[0], says="network should take the scaled inputs")
    probability = numbers(outputs, "the output of network")[:, -1]
    losses = -np.log(np.clip(np.where(labels == 1, probability, 1 - probability), 1e-7, 1))
    here, there = (part_of(part, len(labels)) for part in ("validation", "training"))
    loss, of_training = (np.mean(losses[part] * weights[part]) for part in (here, there))
    found = float(numbers(history["val_loss"], "the validation loss")[-1])
    said = f"the last validation loss is {found:.4f}"
    that(
        abs(found / loss - 1) < FAR or abs(found / of_training - 1) > NEAR,
        f'{said}, which is that of the training part: validation_data is part_batches("validation")',
    )
    if min(abs(found / loss - 1), abs(found / loss * np.mean(weights[here]) - 1)) < LOSS_TOLERANCE:
        return
    that(
        abs(found / np.mean(losses[here]) - 1) > LOSS_TOLERANCE / 2,
        f"{said} and ignores the event weights: validation_data needs all three arrays of a batch",
    )
    that(
        False,
        f"{said}, but over all validation events it is {loss:.4f}: all their batches, with weights, "
        'validation_steps=part_steps("validation")',
    )
