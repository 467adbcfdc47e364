"""What a student's Keras network gives for inputs."""

from typing import Any

import numpy as np

from helpers.checks.functions import call
from helpers.checks.values import plain


def outputs_of(network: Any, inputs: np.ndarray, says: str, name: str = "the output of network") -> np.ndarray:
    """The outputs, float, which need not be finite; fail with the sentence ``says`` if the network cannot take inputs.

    name: what they are called where they are not plain numbers.
    """
    outputs = call(lambda values: network.predict(values, batch_size=4096, verbose=0), inputs, says=says)
    return plain(outputs, name).astype(float)
