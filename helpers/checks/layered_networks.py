"""Checks of a network that is built from the list of its layers' sizes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.checks.dense_networks import builds_dense
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import explained
from helpers.checks.values import close, numbers


def lists_layers(function: Callable[..., Any], n_inputs: int, n_hidden: int, width: int, n_outputs: int) -> None:
    """Fail unless the function gives the sizes of all layers: inputs, hidden layers of a width, outputs."""
    given = f"layer_sizes({n_inputs}, {n_hidden}, {width}, {n_outputs})"
    found = call(function, n_inputs, n_hidden, width, n_outputs, says=f"{given} should be a list of sizes")
    sizes = numbers(found, f"the result of {given}").astype(float)
    that(sizes.ndim == 1, f"{given} should be one list of sizes, but it has the shape {sizes.shape}")
    right = [n_inputs, *[width] * n_hidden, n_outputs]
    if sizes.tolist() != right:
        shown = ", ".join(f"{size:g}" for size in sizes[:8]) + (", …" if len(sizes) > 8 else "")
        said = f"{given} is [{shown}]"
        explained(
            sizes,
            {
                f"{said}: the inputs are missing, the list begins with them": np.array(right[1:]),
                f"{said}: the outputs are missing, the list ends with them": np.array(right[:-1]),
                f"{said}: inputs and outputs are missing": np.array(right[1:-1]),
                f"{said}: there is one hidden layer too many": np.array(
                    [n_inputs, *[width] * (n_hidden + 1), n_outputs]
                ),
                f"{said}: there is one hidden layer too few": np.array(
                    [n_inputs, *[width] * max(n_hidden - 1, 0), n_outputs]
                ),
                f"{said}: it runs from the outputs to the inputs": np.array(right[::-1]),
                f"{said}: width and number of hidden layers have changed places": np.array(
                    [n_inputs, *[n_hidden] * width, n_outputs]
                ),
            },
        )
        that(len(sizes) == len(right), f"{said}: it should have {len(right)} sizes, those of inputs and outputs too")
    close(sizes, right, f"{given} is wrong")


def builds_layers(function: Callable[..., Any], sizes: list[int], seeds: Sequence[int]) -> None:
    """Fail unless ``function(sizes, seed)`` is an untrained network of ReLU layers and a softmax, from its seed.

    seeds: two different ones. Hidden layers should have some 450 weights or more, which tell how they were drawn.
    """
    says = f"build_network should take the sizes {sizes} and a seed"
    given = list(sizes)
    networks = [call(function, given, seed, says=says) for seed in seeds]
    that(given == sizes, "build_network changed the list of sizes that it was given")
    for network in networks:
        that(hasattr(network, "get_weights"), "build_network should return a Keras network")
    builds_dense(networks[0], list(networks[0].get_weights()), sizes[0], sizes[1:], hidden="ReLU", output="a softmax")
    again = call(function, given, seeds[0], says=says)
    first, second, repeated = (_flat(network) for network in (networks[0], networks[1], again))
    that(bool(np.any(first != second)), "networks of two seeds have the same first weights: use the seed")
    that(bool(np.all(first == repeated)), "the same seed gave two different networks: set the seed in build_network")


def _flat(network: Any) -> np.ndarray:
    return np.concatenate([numbers(array, "the parameters").astype(float).ravel() for array in network.get_weights()])
