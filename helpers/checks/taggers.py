"""Checks of a network that tags jets, label 1 for top, and of the numbers of its layers."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from helpers.checks.areas import roc_area
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.network_outputs import outputs_of
from helpers.checks.values import close, number, numbers

# By how much an area may be larger on jets that were not trained on. With 8000 jets in each sample an area is uncertain
# by 0.002, and a difference by 0.003.
LUCK = 0.02


def layers(n_dense: Any, n_dropout: Any, n_parameters: Any, units: Sequence[int], dropouts: int) -> None:
    """Fail unless the numbers are those of dense layers with as many units, of which the first are the inputs."""
    n_dense, n_dropout = number(n_dense, "n_dense"), number(n_dropout, "n_dropout")
    n_parameters = number(n_parameters, "n_parameters")
    right = len(units) - 1
    that(
        n_dense == right or (n_dense, n_dropout) != (dropouts, right),
        f"n_dense is {n_dense:g} and n_dropout is {n_dropout:g}: that is the number of dropout layers and that of "
        "dense layers, the other way round",
    )
    that(n_dense != right - 1, f"n_dense is {n_dense:g}: the output layer is a dense layer, too, and counts as well")
    that(n_dense <= right, f"n_dense is {n_dense:g}: neither the input nor a dropout layer is a dense layer")
    that(n_dense == right or n_dense != dropouts, f"n_dense is {n_dense:g}: that is the number of dropout layers")
    that(n_dense == right, f"n_dense is {n_dense:g}, which is not the number of dense layers")
    that(n_dropout == dropouts or n_dropout != right, f"n_dropout is {n_dropout:g}: that is the number of dense layers")
    that(n_dropout <= dropouts, f"n_dropout is {n_dropout:g}: not every layer is a dropout layer")
    that(n_dropout == dropouts, f"n_dropout is {n_dropout:g}, which is not the number of dropout layers")
    weights, biases = sum(a * b for a, b in pairwise(units)), sum(units[1:])
    that(n_parameters != weights, f"n_parameters is {n_parameters:g}: each unit has a bias, too")
    of_one = [(a + 1) * b for a, b in pairwise(units)]
    that(n_parameters not in of_one, f"n_parameters is {n_parameters:g}: that is one layer, add up those of all layers")
    says = "n_parameters is not the number of trained parameters, weights and biases of all layers together"
    that(n_parameters == weights + biases, f"{says} (found {n_parameters:g})")


def tags(
    features: Callable[..., Any],
    network: Any,
    samples: Mapping[str, tuple[np.ndarray, np.ndarray]],
    bar: float,
) -> float:
    """The area under the ROC curve of ``network`` on the validation jets; fail unless it exceeds the bar.

    features: from constituents (n_jets, 200, 4) in GeV to inputs (n_jets, n_features). network: ends in one sigmoid
    unit. samples: constituents and labels by "training", "validation" and "test"; a network that knows the last two
    better than the jets that it should have learned from was trained on them.
    """
    import keras  # here, because notebooks without networks need not wait for it

    that(isinstance(network, keras.Model), f"network should be a keras model, but its type is {type(network).__name__}")
    areas = {}
    for part, (jets, labels) in samples.items():
        found = _scores(features, network, jets, f"the {part} jets")
        that(found.std() > 1e-3, "network gives every jet the same score: are inputs of order one, and did it train?")
        areas[part] = roc_area(labels, found)
    area = areas["validation"]
    for part, others in (
        ("test", "training"),
        ("test", "validation"),
        ("validation", "training"),
        ("validation", "test"),
    ):
        that(
            areas[part] - areas[others] < LUCK,
            f"network tags the {part} jets (AUC {areas[part]:.3f}) far better than the {others} jets "
            f"({areas[others]:.3f}): it has seen the {part} jets in its training, or their labels. Train on the "
            "training jets alone",
        )
    that(
        area > 0.4,
        f"network is upside down or not trained (AUC {area:.3f}): its output should be the probability of a top, "
        "label 1",
    )
    that(
        area > bar,
        f"the AUC on the validation jets is {area:.4f}; it should exceed {bar}: if you have not yet, give it the jet "
        "mass, turn the jets upright, train for as long as the validation loss falls",
    )
    return area


def scores_alone(features: Callable[..., Any], network: Any, jets: np.ndarray) -> None:
    """Fail unless a jet's score is the same whichever other jets are scored with it."""
    together = _scores(features, network, jets, f"{len(jets)} jets")
    order = np.random.default_rng(17).permutation(len(jets))[: len(jets) // 2]
    for chosen, says in (
        (order, "a jet's score changes with the other jets that are scored with it"),
        (order[:1], "a jet that is scored alone gets another score"),
    ):
        alone = _scores(features, network, jets[chosen], f"{len(chosen)} jets")
        says = f"{says}: compute each jet's features from that jet alone"
        close(alone, together[chosen], says, rtol=0, atol=2e-3)


def _scores(features: Callable[..., Any], network: Any, jets: np.ndarray, what: str) -> np.ndarray:
    """The score of each jet, (n_jets,)."""
    inputs = numbers(call(features, jets.copy(), says=f"features could not handle {what}"), "the result of features")
    that(
        inputs.shape[:1] == (len(jets),),
        f"the result of features has the shape {inputs.shape} for {len(jets)} jets: give one row per jet",
    )
    says = f"network could not handle the result of features, an array of the shape {inputs.shape}"
    outputs = numbers(outputs_of(network, inputs, says), "the output of network")
    that(
        outputs.shape in ((len(jets),), (len(jets), 1)),
        f"network should end in one unit, but its output has the shape {outputs.shape}",
    )
    that(
        bool(outputs.min() >= 0 and outputs.max() <= 1),
        f"the output should be a probability in [0, 1], but it reaches from {outputs.min():.3g} to "
        f"{outputs.max():.3g}: end in a sigmoid",
    )
    return outputs.ravel()
