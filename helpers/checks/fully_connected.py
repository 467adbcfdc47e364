"""Checks of networks of any width and depth, and of the number of their parameters."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.dense_networks import builds_dense
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import explained
from helpers.checks.values import number


def builds_fully_connected(function: Callable[..., Any], n_inputs: int, width: int, depth: int, n_classes: int) -> None:
    """Fail unless ``function(n_inputs, width, depth, n_classes)`` is a network with depth hidden layers.

    Each hidden layer has the width, ReLU and He's first parameters, 500 of them or more; the output is a softmax.
    """
    asked = f"{n_inputs} inputs, width {width}, depth {depth} and {n_classes} classes"
    network = call(function, n_inputs, width, depth, n_classes, says=f"fully_connected should take {asked}")
    that(hasattr(network, "layers"), "fully_connected should return a Keras network")
    units = [int(layer.units) for layer in network.layers if type(layer).__name__ == "Dense"]
    that(
        units != [width] * (depth - 1) + [n_classes] or depth == 0,
        f"fully_connected makes {depth - 1} hidden layers for depth {depth}: the output does not count as one",
    )
    that(
        units != [width] * (depth + 1),
        f"fully_connected makes {width} outputs for {n_classes} classes: one for each class is expected",
    )
    that(
        units != [n_inputs] + [width] * depth + [n_classes],
        "fully_connected makes a dense layer of the inputs, too: keras.Input says how many there are",
    )
    builds_dense(network, network.get_weights(), n_inputs, (*[width] * depth, n_classes), output="a softmax")


def counts_parameters(function: Callable[..., Any], *shapes: tuple[int, int, int, int]) -> None:
    """Fail unless ``function(n_inputs, width, depth, n_classes)`` is the number of weights and biases."""
    for shape in shapes:
        n_inputs, width, depth, n_classes = shape
        asked = f"{n_inputs} inputs, width {width}, depth {depth} and {n_classes} classes"
        found = number(call(function, *shape, says=f"count_parameters should take {asked}"), "the number of parameters")
        units = np.array([n_inputs, *[width] * depth, n_classes])
        weights, biases = int(units[:-1] @ units[1:]), int(units[1:].sum())
        if found == weights + biases:
            continue
        mistakes = {
            "the biases are not counted: each neuron has one": weights,
            "the weights are counted without the biases of the output": weights + biases - n_classes,
            "the biases of the hidden layers are not counted: each neuron has one": weights + n_classes,
            "the inputs are counted as if they had biases": weights + biases + n_inputs,
            "one hidden layer too many is counted: depth counts the hidden layers, not the output": weights
            + biases
            + (width * (width + 1) if depth else (n_inputs + 1) * width + width * n_classes - n_inputs * n_classes),
            "one hidden layer too few is counted: depth counts the hidden layers, not the output": weights
            + biases
            - width * (width + 1) * (depth > 1),
            "the output layer is not counted": weights + biases - (units[-2] + 1) * n_classes,
            "the first hidden layer is not counted": weights + biases - (n_inputs + 1) * units[1],
            "these are the neurons, not their parameters": biases,
        }
        right = weights + biases
        explained(
            np.array(found),
            {f"{asked}: {says}": wrong for says, wrong in mistakes.items() if wrong != right},
            rtol=0,
        )
        that(False, f"a network with {asked} has {right} parameters, not {found:g}")
