"""Checks of a training: its history, its network, and whether the validation was of all events, with weights."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.classifiers import outputs_on, separates
from helpers.checks.failure import that
from helpers.checks.histories import curves
from helpers.checks.histories import history as is_history
from helpers.checks.network_outputs import outputs_of
from helpers.checks.parts import part_of
from helpers.checks.values import numbers

# From an endless generator TensorFlow may lose a batch that it made ahead, and an epoch then holds another one twice:
# losses of right validations were up to 1.1 % off and can be 2.1 %; with half of the steps up to 6 %, at times less.
LOSS_TOLERANCE = 0.025
SAME_PART = 0.008
# A training loss is a mean over an epoch in which the network learns: 1 to 3 % above that of the network at its end.
# Weights changed it by a fifth at least.
EPOCH_TOLERANCE = 0.1
# Dropout or a penalty raises the training loss of a right answer, perhaps to that without weights. But a training with
# weights leaves events that count less with more loss: their mean loss was 1.42 times the weighted mean, and 1.17 to
# 1.22 times after a training without weights.
HARDLY_WEIGHTED = 1.3
# Losses of a validation on arrays, in single precision. Without weights events count that no training held back: of
# outputs near 0 and 1 Keras takes the logarithm before they are rounded.
EXACT, UNWEIGHTED = 2e-4, 0.03
MORE_TRAINING = (
    'do the steps cover the training part, steps_per_epoch=part_steps("training"), and are there EPOCHS epochs or '
    "more? The network stays the same"
)


def trains(network: Any, history: Any, events: Sequence[np.ndarray], bar: float, part: str = "validation") -> None:
    """Fail unless a network was trained and validated: its area on the events of a part must exceed the bar.

    history: what ``fit(...).history`` gives. events: inputs (n_events, n_inputs) as they are in the file, labels and
    weights (n_events,). The validation loss of the last epoch, or of the best one, must be that of all validation
    events, and the training loss one with weights.
    """
    is_history(history, accuracies_from=None)
    raw, labels, weights = events
    training = part_of("training", len(labels))
    mean, deviation = (getattr(raw[training].astype(float), name)(axis=0) for name in ("mean", "std"))
    scaled = ((raw - mean) / deviation).astype("float32")
    here = part_of(part, len(labels))
    separates(network, scaled[here], raw[here], labels[here], weights[here], bar, MORE_TRAINING)
    outputs = outputs_of(network, scaled, says="network should take the scaled inputs")
    probability = numbers(outputs, "the output of network")[:, -1]
    losses = _losses(probability, labels)
    _trains_with_weights(numbers(history["loss"], "the training loss"), losses[training], weights[training])
    _validates_all_events(history, losses, weights)


def weighted_history(
    value: Any, network: Any, scale: Callable[..., Any], samples: Mapping[str, Mapping[str, Any]]
) -> None:
    """Fail unless the value is the history of a training with weights, and weighted accuracies, on the training sample.

    scale: from inputs in GeV to those of the network, which gives the probability of label 1 last. samples: inputs
    (n_events, n_inputs), labels and weights (n_events,) by "training", "validation" and "test". A network may have the
    parameters of the last epoch or of an earlier one.
    """
    is_history(value, accuracies_from="weighted_metrics")
    history = curves(value)
    probabilities, losses, weights = {}, {}, {}
    for part, sample in samples.items():
        inputs, labels, weights[part] = (np.array(sample[kind], float) for kind in ("inputs", "labels", "weights"))
        probabilities[part] = outputs_on(network, scale(inputs.copy()), inputs)[:, -1]
        losses[part] = _losses(probabilities[part], labels)
    correct = (probabilities["validation"] > 0.5) == (np.array(samples["validation"]["labels"]) == 1)
    weighted, unweighted = np.average(correct, weights=weights["validation"]), np.mean(correct)
    for epoch in (np.argmin(history["val_loss"]), -1):
        found = float(history["val_accuracy"][epoch])
        that(
            abs(found - unweighted) > 1e-5 or abs(found - weighted) < 1e-5,
            f"the accuracy in history, {found:.4f} in validation, ignores the event weights: compile with "
            "weighted_metrics=['accuracy'], not with metrics",
        )
    _trains_with_weights(history["loss"], losses["training"], weights["training"])
    _validates_on_validation(history["val_loss"], losses, weights)


def _validates_on_validation(
    found: np.ndarray, losses: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray]
) -> None:
    """Fail if no epoch has the loss of the validation sample, but one has that of another sample or without weights."""

    def there(loss: float, tolerance: float = EXACT) -> bool:
        return bool(np.any(np.abs(found / loss - 1) < tolerance))

    if there(np.mean(losses["validation"] * weights["validation"])):
        return
    says = "the validation loss in history"
    that(
        not there(np.mean(losses["validation"]), UNWEIGHTED),
        f"{says} ignores the event weights: validation_data is inputs, labels and weights",
    )
    for part in ("training", "test"):
        that(
            not there(np.mean(losses[part] * weights[part])),
            f"{says} is that of the {part} sample: watch the validation sample, as `train` does",
        )


def _losses(probability: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Binary cross-entropy of each event; probability: of label 1."""
    losses: np.ndarray = -np.log(np.clip(np.where(labels == 1, probability, 1 - probability), 1e-7, 1))
    return losses


def _trains_with_weights(found: np.ndarray, losses: np.ndarray, weights: np.ndarray) -> None:
    """Fail if the training loss of the last epoch is that of events that count alike, and the network learned so."""
    weighted, alone = np.mean(losses * weights), np.mean(losses)
    that(
        abs(found[-1] / weighted - 1) < EPOCH_TOLERANCE
        or abs(found[-1] / alone - 1) > EPOCH_TOLERANCE / 2
        or alone * np.mean(weights) / weighted > HARDLY_WEIGHTED,
        f"the last training loss, {found[-1]:.4f}, ignores the event weights: fit needs inputs, labels and weights",
    )


def _validates_all_events(history: Mapping[str, Any], losses: np.ndarray, weights: np.ndarray) -> None:
    """Fail unless the validation loss of the last epoch, or of the best, is the mean of losses x weights in validation.

    losses: binary cross-entropy of the network for each event, (n_events,). The best epoch counts, too, because its
    parameters may have been restored.
    """
    of_epochs = numbers(history["val_loss"], "the validation loss").astype(float)
    found = (of_epochs[-1], of_epochs.min())

    def is_(loss: float, tolerance: float = LOSS_TOLERANCE) -> bool:
        return any(abs(value / loss - 1) < tolerance for value in found)

    here = part_of("validation", len(losses))
    right, unit = np.mean(losses[here] * weights[here]), np.mean(weights[here])
    if is_(right) or is_(right / unit):
        return
    said = f"the last validation loss is {found[0]:.4f}"
    there = part_of("training", len(losses))
    that(
        not is_(np.mean(losses[there] * weights[there]), SAME_PART),
        f'{said}, which is that of the training part: validation_data is part_batches("validation")',
    )
    that(
        not is_(np.mean(losses[here])),
        f"{said} and ignores the event weights: validation_data needs all three arrays of a batch",
    )
    that(
        False,
        f"{said}, but over all validation events it is {right:.4f}: all their batches, with weights, "
        'validation_steps=part_steps("validation")',
    )
