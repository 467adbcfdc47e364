"""The check of a network that tells the classes of the heavy pairs apart."""

from typing import Any

from helpers.checks.areas import mean_area
from helpers.checks.failure import that
from helpers.checks.network_outputs import outputs_of
from helpers.checks.values import numbers, shape
from helpers.heavy_pairs import CLASSES, load_pairs

N_FOUR_VECTORS = 21


def separates_pairs(network: Any, name: str, bar: float) -> float:
    """The mean of the four areas, each class against the rest, of a network on the validation events of ``load_pairs``.

    Fails unless it exceeds the bar. The network takes all fields, the high-level ones or the four-vectors, as its
    number of inputs tells.
    """
    that(
        hasattr(network, "predict") and hasattr(network, "get_weights"),
        f"{name} should be a Keras network, as stored_network returns it, but its type is {type(network).__name__}",
    )
    inputs, targets = load_pairs()["validation"]
    n_fields = inputs.shape[1]
    sets = {n_fields: slice(None), n_fields - N_FOUR_VECTORS: slice(N_FOUR_VECTORS, None), N_FOUR_VECTORS: slice(21)}
    taken = numbers(network.get_weights()[0], "the parameters").shape[0]
    that(
        taken in sets, f"{name} takes {taken} inputs, but the sets of variables have {', '.join(map(str, sets))} fields"
    )
    says = f"{name} should take inputs of {taken} columns"
    outputs = outputs_of(network, inputs[:, sets[taken]], says, f"the output of {name}")
    shape(outputs, (len(targets), len(CLASSES)), f"the output of {name}")
    outputs = numbers(outputs, f"the output of {name}")
    area = mean_area(targets, outputs)
    that(
        area > bar,
        f"the mean of the four areas of {name} on the validation events is {area:.4f}; it should exceed {bar}: which "
        "set of variables and which settings were better?",
    )
    return area
