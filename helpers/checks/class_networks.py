"""Checks of networks for five classes, and of trainings that can be repeated from their seed."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import special

from helpers.checks.dense_networks import builds_dense
from helpers.checks.event_classes import CLASSES
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.histories import curves
from helpers.checks.histories import history as is_history
from helpers.checks.mistakes import agrees
from helpers.checks.values import equal, numbers

N_INPUTS, UNITS = 17, (100, 100, 5)
LEARNING_RATE, BATCH_SIZE = 0.005, 1000
Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


def builds_from_seed(function: Callable[..., Any], seeds: Sequence[int]) -> None:
    """Fail unless ``function(seed)`` is an untrained 17-100-100-5 network of tanh and softmax, drawn from the seed.

    seeds: two different ones or more.
    """
    networks = [call(function, seed, says="build_network should take a seed") for seed in seeds]
    for network in networks:
        that(hasattr(network, "get_weights"), "build_network should return a Keras network")
        parameters = list(network.get_weights())
        builds_dense(network, parameters, N_INPUTS, UNITS, hidden="tanh", output="a softmax")
    again = call(function, seeds[0], says="build_network should take a seed")
    first, second, repeated = (_parameters(network) for network in (networks[0], networks[1], again))
    that(_apart(first, second) > 0.05, "networks of two seeds have the same first parameters: use the seed")
    that(_apart(first, repeated) == 0, "the same seed gave two different networks: set the seed in build_network")


def repeats_runs(function: Callable[..., Any], seeds: Sequence[int], decay_rate: float) -> None:
    """Fail unless ``function(seed, decay_rate, epochs, training, validation)`` is (network, history) of a training.

    The training starts from ``function``'s own network, with Adam at LEARNING_RATE / (1 + decay_rate steps) and batches
    of BATCH_SIZE, on small samples of made-up events. With two seeds the first is tried again after the second.
    """
    training, validation = (_sample(n, generator) for n, generator in ((2 * BATCH_SIZE, 1), (400, 2)))
    found = [_run(function, seeds[0], decay_rate, 1, training, validation)]
    _learns_at(found[0], decay_rate)
    if len(seeds) > 1:
        found.append(_run(function, seeds[1], decay_rate, 2, training, validation))
        that(_apart(found[0], found[1]) > 0.05, "runs of two seeds begin with the same parameters: use the seed")
        again = _run(function, seeds[0], decay_rate, 1, training, validation)
        apart = _apart(found[0], again)
        that(
            apart < 1e-4,
            f"the same seed gave another result (a parameter differs by {apart:.2g}): set all seeds in run, also that "
            "of the order of the events",
        )


def _sample(n_events: int, seed: int) -> Sample:
    """Inputs (n_events, 17), targets (n_events, 5) and weights: many W+jets, but most of the weight is on Other.

    The inputs are so small that the biases of the output decide: in the first steps their slopes stay as they are.
    """
    rng = np.random.default_rng(seed)
    numbers_of_class = rng.choice(5, n_events, p=[0.15, 0.5, 0.1, 0.1, 0.15])
    inputs = rng.normal(0, 0.03, (n_events, N_INPUTS))
    weights = np.array([0.5, 0.1, 0.5, 0.5, 3.0])[numbers_of_class] * rng.uniform(0.8, 1.2, n_events)
    return inputs, np.eye(len(CLASSES))[numbers_of_class], weights


def _run(
    function: Callable[..., Any], seed: int, decay_rate: float, epochs: int, training: Sample, validation: Sample
) -> list[np.ndarray]:
    """The parameters after a run, whose network and history have been looked at."""
    given = [tuple(array.copy() for array in sample) for sample in (training, validation)]
    says = "run should take seed, decay_rate, epochs, training and validation"
    result = call(function, seed, decay_rate, epochs, *given, says=says)
    for sample, before in zip(given, (training, validation), strict=True):
        for array, original in zip(sample, before, strict=True):
            equal(array, original, "run changed a sample that it was given")
    that(
        isinstance(result, tuple | list) and len(result) == 2 and hasattr(result[0], "get_weights"),
        "run should return two things: the network, and the dictionary of its history",
    )
    network, history = result
    that(not hasattr(history, "history"), "run returns what fit returns: its .history is the dictionary")
    parameters = _parameters(network)
    is_history(history, accuracies_from="weighted_metrics")
    history = curves(history)
    length = len(history["loss"])
    that(length == epochs, f"the history has {length} epochs, but {epochs} were asked for")
    _validates(parameters, history, validation)
    return parameters


def _parameters(network: Any) -> list[np.ndarray]:
    parameters = [numbers(array, "the parameters").astype(float) for array in network.get_weights()]
    shapes = [(N_INPUTS, 100), (100,), (100, 100), (100,), (100, 5), (5,)]
    that(
        [array.shape for array in parameters] == shapes,
        "the network should have 17 inputs and layers of 100, 100 and 5 units, as build_network makes them",
    )
    return parameters


def _apart(some: list[np.ndarray], others: list[np.ndarray]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(some, others, strict=True))


def _validates(parameters: list[np.ndarray], history: Any, validation: Sample) -> None:
    inputs, targets, weights = validation
    for matrix, bias in zip(parameters[::2], parameters[1::2], strict=True):
        values = inputs @ matrix + bias
        inputs = np.tanh(values)
    outputs = special.softmax(values, axis=1)
    losses = -np.log(np.clip((outputs * targets).sum(axis=1), 1e-7, 1))
    found, right = float(history["val_loss"][-1]), float(np.mean(weights * losses))
    that(
        abs(found / np.mean(losses) - 1) > 0.01,
        f"the validation loss, {found:.4f}, ignores the weights: validation_data needs all three of the sample",
    )
    that(
        abs(found / right - 1) < 0.01,
        f"the last validation loss is {found:.4f}, but that of the network on the validation sample is {right:.4f}: "
        "categorical cross-entropy, with the weights as they are given",
    )
    correct = outputs.argmax(axis=1) == targets.argmax(axis=1)
    accuracy, weighted = float(history["val_accuracy"][-1]), float(np.average(correct, weights=weights))
    that(
        abs(accuracy - weighted) < 2e-3,
        f"the accuracy in validation is {accuracy:.4f}, but {weighted:.4f} with weights: compile with "
        "weighted_metrics=['accuracy'], not with metrics",
    )


def _learns_at(parameters: list[np.ndarray], decay_rate: float) -> None:
    """Biases begin at 0, and Adam moves each by about the learning rate a step: those of the output tell its sum."""
    bias = parameters[-1]
    that(
        bias[-1] > 0,
        "the training ignores the weights: give fit those of the training sample as sample_weight",
    )
    steps = numbers(np.abs(bias).max() / LEARNING_RATE, "a step")
    right = 1 + 1 / (1 + decay_rate)
    if abs(steps - right) < 0.04:
        return
    moved = float(np.abs(bias).max())
    says = f"after two steps with decay rate {decay_rate:g} a bias of the output has moved by {moved:.5f}"
    for mistake, wrong in (
        (
            "the learning rate does not fall from step to step (InverseTimeDecay with decay_steps=1), or a batch has "
            "not 1000 events",
            2.0,
        ),
        ("the learning rate is 0.001, Keras's default: it should begin at 0.005", 0.2 * right),
        ("the learning rate is 0.001, Keras's default, and does not fall: it should begin at 0.005", 0.4),
        ("the rate falls exponentially: divide it by 1 + decay_rate times the steps", 1 + float(np.exp(-decay_rate))),
        ("a batch has all events: take 1000", 1.0),
    ):
        that(not agrees(steps, np.array(wrong), rtol=0.02), f"{says}: {mistake}")
    that(False, f"{says}, but Adam with a rate that falls from 0.005 gives about {right * LEARNING_RATE:.5f}")
