"""Checks of a network for the four di-Higgs processes: its training, and what it calls an event."""

from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any

import numpy as np

from helpers.checks.areas import roc_area
from helpers.checks.dihiggs_events import PROCESSES, balanced, events
from helpers.checks.event_classes import encodes
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.histories import curves
from helpers.checks.histories import history as is_history
from helpers.checks.network_outputs import outputs_of
from helpers.checks.values import plain, shape

# Keras averages over batches in single precision, and an accuracy may count events with two equal outputs otherwise.
LOSS_TOLERANCE, ACCURACY_TOLERANCE = 1e-3, 2e-3
# How much smaller the loss of validation events may be by chance: its error was 0.02.
GAP = 0.08


def encodes_processes(function: Callable[..., Any], processes: np.ndarray) -> None:
    """Fail unless ``function(processes)`` is (n_events, 4), with a 1 in the column of each event's process, else 0."""
    encodes(function, processes, "targets", PROCESSES, "PROCESSES")


def tells_processes(network: Any, history: Any, accuracy: float, area: float) -> tuple[float, float]:
    """Mean efficiency of the four processes and area of HH on validation events; fail unless both exceed their bars.

    history: what ``fit(...).history`` gives, with the losses of validation events with balanced weights. The area is
    that against the three other processes, with balanced weights.
    """
    that(hasattr(network, "predict"), f"network should be a Keras network, but its type is {type(network).__name__}")
    is_history(history, accuracies_from="weighted_metrics")
    training, _, _ = events("training")
    raw, processes, weights = events("validation")
    scaled = ((raw - training.mean(axis=0)) / training.std(axis=0)).astype("float32")
    outputs = _outputs(network, scaled)
    found, found_area = worth(outputs, processes, weights)
    if found <= accuracy or found_area <= area:
        _explain(network, outputs, raw, processes, weights, max(accuracy, found + 0.02))
        that(
            found > accuracy,
            f"the mean of the four efficiencies on validation events is {found:.4f}; it should exceed {accuracy}: "
            "is it trained on the scaled inputs? If so, watch the losses, and try more epochs, other batches or seeds",
        )
        that(False, f"the area of HH on validation events is {found_area:.4f}; it should exceed {area}")
    _learned_from_training(network, outputs, processes, weights)
    _validates(history, outputs, processes, weights)
    return found, found_area


def worth(outputs: np.ndarray, processes: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Mean efficiency of the four processes, and area of HH against the others with balanced weights.

    outputs: (n_events, 4). processes, weights: (n_events,).
    """
    area = roc_area(processes == "HH", outputs[:, 0], balanced(processes, weights))
    return _accuracy(outputs, processes, weights), area


def calls_processes(function: Callable[..., Any], outputs: np.ndarray) -> None:
    """Fail unless ``function(outputs)`` has the name of the largest output, the first of equal ones, for each event."""
    given = outputs.copy()
    found = call(function, given, says=f"predict_process should take the outputs of {len(outputs)} events")
    that(np.array_equal(given, outputs), "predict_process changed the outputs that it was given")
    shape(found, (len(outputs),), "the result of predict_process", hint="one name for each event")
    names = plain(found, "the result of predict_process")
    if not len(outputs):
        return
    that(names.dtype.kind == "U", "predict_process should give names, such as 'HH', not numbers")
    last = 3 - np.argmax(outputs[:, ::-1], axis=1)
    for columns, order, says in (
        (np.argmin(outputs, axis=1), PROCESSES, "predict_process takes the smallest output: take the largest"),
        (last, PROCESSES, "of equal outputs predict_process takes the last: take the first"),
        (np.argmax(outputs, axis=1), sorted(PROCESSES), "the names stand in the order of the alphabet: take PROCESSES"),
    ):
        wrong = np.array(order)[columns]
        that(not np.array_equal(names, wrong) or np.array_equal(names, _called(outputs)), says)
    for number, (name, right) in enumerate(zip(names, _called(outputs), strict=True)):
        that(name == right, f"an event with the outputs {outputs[number]} is called {str(name)!r}, not {str(right)!r}")


def _called(outputs: np.ndarray) -> np.ndarray:
    names: np.ndarray = np.array(PROCESSES)[np.argmax(outputs, axis=1)]
    return names


def _outputs(network: Any, inputs: np.ndarray) -> np.ndarray:
    says = "network should be a Keras network that takes the fifteen scaled numbers of an event"
    outputs = outputs_of(network, inputs, says)
    shape(outputs, (len(inputs), 4), "the output of network", hint="one output for each of PROCESSES")
    that(
        bool(np.isfinite(outputs).all()),
        "the output of network is not a number (NaN): its training ran away. Mend all faults first",
    )
    that(
        bool(outputs.min() >= 0) and np.allclose(outputs.sum(axis=1), 1, atol=1e-3),
        "the four outputs of an event should be probabilities that sum to 1: end in a softmax",
    )
    return outputs


def _accuracy(outputs: np.ndarray, processes: np.ndarray, weights: np.ndarray) -> float:
    right = _called(outputs) == processes
    fractions = [np.average(right[processes == name], weights=weights[processes == name]) for name in PROCESSES]
    return float(np.mean(fractions))


def _explain(
    network: Any, outputs: np.ndarray, raw: np.ndarray, processes: np.ndarray, weights: np.ndarray, better: float
) -> None:
    """Fail with the mistake that an accuracy comes from, if without it the accuracy is better."""
    that(
        bool(outputs.std(axis=0).max() > 1e-3),
        "network gives every event nearly the same outputs: has it been trained, on scaled inputs and with all faults "
        "mended?",
    )
    shares = [np.mean(_called(outputs) == name) for name in PROCESSES]
    that(
        max(shares) < 0.97,
        f"network calls nearly every event {PROCESSES[int(np.argmax(shares))]}: train on balanced weights, and on the "
        "classes mixed",
    )
    for order in permutations(range(4)):
        that(
            _accuracy(outputs[:, order], processes, weights) <= better,
            "network tells the processes apart, but its outputs stand in another order than PROCESSES: train it on the "
            "targets",
        )
    on_raw = np.nan_to_num(np.asarray(network.predict(raw, batch_size=4096, verbose=0), float), nan=0.25)
    that(
        _accuracy(on_raw, processes, weights) <= better,
        "network tells the processes apart on inputs in GeV, but not on scaled ones: train it on the scaled inputs",
    )


def _loss(outputs: np.ndarray, processes: np.ndarray, weights: np.ndarray) -> float:
    """Mean cross-entropy of outputs (n_events, 4) with these weights (n_events,)."""
    columns = (processes[:, None] == np.array(PROCESSES)).argmax(axis=1)
    losses = -np.log(np.clip(outputs[np.arange(len(outputs)), columns], 1e-7, 1))
    return float(np.average(losses, weights=weights))


def _learned_from_training(network: Any, outputs: np.ndarray, processes: np.ndarray, weights: np.ndarray) -> None:
    """Fail if the loss of validation events is clearly below that of training events, as if they had trained it.

    After training on validation events it was 0.24 below, after training on training events 0.2 above.
    """
    training, of_training, in_fb = events("training")
    scaled = ((training - training.mean(axis=0)) / training.std(axis=0)).astype("float32")
    seen = _loss(_outputs(network, scaled), of_training, balanced(of_training, in_fb))
    new = _loss(outputs, processes, balanced(processes, weights))
    that(
        new > seen - GAP,
        f"the loss of validation events, {new:.3f}, is far below that of training events, {seen:.3f}: network was "
        "trained on validation events. The training sample alone trains it",
    )


def _validates(history: Mapping[str, Any], outputs: np.ndarray, processes: np.ndarray, weights: np.ndarray) -> None:
    """Fail unless an epoch of a history has loss and accuracy of validation events with balanced weights.

    Any epoch will do: the parameters of the best one may have been restored.
    """
    losses, accuracies = (curves(history)[name] for name in ("val_loss", "val_accuracy"))
    same = balanced(processes, weights)
    right, unweighted = (
        (_loss(outputs, processes, some), float(np.average(_called(outputs) == processes, weights=some)))
        for some in (same, np.ones(len(weights)))
    )

    def there(loss: float, accuracy: float) -> bool:
        near = (np.abs(losses / loss - 1) < LOSS_TOLERANCE) & (np.abs(accuracies - accuracy) < ACCURACY_TOLERANCE)
        return bool(np.any(near))

    if there(*right):
        return
    last = f"the last validation loss is {losses[-1]:.4f}"
    that(
        not there(*unweighted),
        f"{last}, which ignores the weights: validation_data needs inputs, targets and balanced weights",
    )
    that(
        not there(right[0], unweighted[1]),
        f"the accuracy in validation, {accuracies[-1]:.4f}, ignores the weights: compile with "
        "weighted_metrics=['accuracy'], not with metrics",
    )
    that(
        False,
        f"{last}, but that of network on validation events with balanced weights is {right[0]:.4f}: validation_data is "
        "the validation sample, and history belongs to network",
    )
