"""The check of a dense network before its training: its layers, activations and first parameters."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import special

from helpers.checks.failure import that
from helpers.checks.mistakes import agrees
from helpers.checks.network_outputs import outputs_of
from helpers.checks.values import numbers

Activation = Callable[[np.ndarray], np.ndarray]


def builds_dense(
    network: Any,
    first_parameters: Any,
    n_inputs: int,
    units: Sequence[int],
    hidden: str = "ReLU",
    output: str = "a sigmoid",
) -> None:
    """Fail unless a network has dense layers of these units, their activations and He's first parameters.

    hidden: "ReLU" or "tanh", of all layers but the last. output: "a sigmoid" or "a softmax". first_parameters: what
    ``network.get_weights()`` gave before any training. Those of the hidden layers must be as
    ``he_normal`` draws them: 500 of them or more in each layer tell.
    """
    that(hasattr(network, "layers"), f"network should be a Keras network, but its type is {type(network).__name__}")
    dense = [layer for layer in network.layers if type(layer).__name__ == "Dense"]
    found = [int(layer.units) for layer in dense]
    that(
        found == list(units),
        f"the dense layers of network have {_listed(found) or 'no'} units, but {_listed(units)} are expected, those of "
        "the output among them",
    )
    that(
        all(len(layer.get_weights()) == 2 for layer in dense),
        "each dense layer should have weights and a bias, for a given number of inputs: begin with keras.Input",
    )
    parameters = [[numbers(array, "the parameters").astype(float) for array in layer.get_weights()] for layer in dense]
    taken = len(parameters[0][0])
    that(taken == n_inputs, f"network takes {taken} inputs, but there are {n_inputs} variables")
    _activates(network, parameters, n_inputs, hidden, output)
    that(
        isinstance(first_parameters, list | tuple),
        "first_parameters should be the list of arrays that network.get_weights() returns, but its type is "
        f"{type(first_parameters).__name__}",
    )
    first = [numbers(array, "first_parameters").astype(float) for array in first_parameters]
    that(
        [array.shape for array in first] == [array.shape for layer in parameters for array in layer],
        "first_parameters should be the arrays of network.get_weights(), before the training",
    )
    for number in range(len(units) - 1):
        _starts_as_he(first[2 * number], first[2 * number + 1], f"hidden layer {number + 1}")


def _activates(
    network: Any, parameters: list[list[np.ndarray]], n_inputs: int, right_inner: str, right_outer: str
) -> None:
    """Fail unless the network computes what its parameters give with the two activations."""
    inputs = np.random.default_rng(3).uniform(-1, 1, (50, n_inputs))
    says = f"network should take inputs of {n_inputs} columns"
    outputs = numbers(outputs_of(network, inputs, says), "the output")
    hidden: dict[str, Activation] = {
        "ReLU": lambda x: np.maximum(x, 0),
        "no activation": lambda x: x,
        "tanh": np.tanh,
        "a sigmoid": special.expit,
    }
    last: dict[str, Activation] = {
        "a sigmoid": special.expit,
        "no activation": lambda x: x,
        "ReLU": hidden["ReLU"],
        "tanh": np.tanh,
        "a softmax": lambda x: special.softmax(x, axis=1),
    }

    def agree(inner: str, outer: str) -> bool:
        values = inputs
        for matrix, bias in parameters[:-1]:
            values = hidden[inner](values @ matrix + bias)
        matrix, bias = parameters[-1]
        return agrees(outputs, last[outer](values @ matrix + bias), rtol=1e-3, atol=1e-4)

    if agree(right_inner, right_outer):
        return
    that(
        not np.allclose(outputs, 1),
        "network gives every event the output 1: a softmax of one unit is always 1, so end in a sigmoid",
    )
    for inner in hidden:
        for outer in last:
            if agree(inner, outer):
                wrong = [f"the hidden layers have {inner}, not {right_inner}"] * (inner != right_inner)
                wrong += [f"the output has {outer}, not {right_outer}"] * (outer != right_outer)
                that(False, " and ".join(wrong))
    that(
        False,
        f"network does not compute what dense layers with {right_inner} and {right_outer} at the end do: has it other "
        "layers?",
    )


def _listed(units: Sequence[int]) -> str:
    return ", ".join(map(str, units))


def _starts_as_he(matrix: np.ndarray, bias: np.ndarray, name: str) -> None:
    """A normal distribution of standard deviation sqrt(2 / n_inputs), cut off beyond two of its widths."""
    n_inputs, n_units = matrix.shape
    he = np.sqrt(2 / n_inputs)
    ratio = matrix.std() / he
    glorot = np.sqrt(2 / (n_inputs + n_units)) / he
    says = f"the parameters of {name} are spread {ratio:.2f} times as wide as he_normal draws them"
    that(
        abs(ratio - glorot) > 0.05 or abs(ratio - 1) < 0.12,
        f"{says}: this is Glorot's width, Keras's default. Give kernel_initializer='he_normal'",
    )
    that(abs(ratio - 1) < 0.12, f"{says}: give each hidden layer kernel_initializer='he_normal'")
    that(
        np.abs(matrix).max() > 1.8 * he,
        f"the parameters of {name} have the width of he_normal, but end at {np.abs(matrix).max() / he:.2f} widths: "
        "are they drawn by he_uniform?",
    )
    that(bool(np.all(bias == 0)), f"the biases of {name} should start at 0: keep first_parameters before the training")
