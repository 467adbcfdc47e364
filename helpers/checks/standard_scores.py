"""The check of a function that scales inputs by mean and standard deviation of the training sample."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged
from helpers.checks.mistakes import explained
from helpers.checks.values import close, numbers, shape


def standardises(function: Callable[..., Any], training: np.ndarray, inputs: np.ndarray) -> None:
    """Fail unless ``function(training, inputs)`` scales inputs by mean and deviation of each training column.

    training: (n_training, n_columns), inputs: (n_events, n_columns). A column that is constant in training becomes 0.
    """
    says = f"scale should take {len(training)} training events and {len(inputs)} others"
    with np.errstate(all="ignore"):
        found = call_unchanged(function, "scale", training, inputs, says=says)
    shape(found, inputs.shape, "the result of scale", hint="a row for each event that is to be scaled")
    mean, deviation = training.mean(axis=0), training.std(axis=0)
    varies = training.min(axis=0) < training.max(axis=0)
    result = np.asarray(found)
    that(
        result.dtype.kind != "f" or bool(np.isfinite(result[:, ~varies]).all()),
        "a column that is constant in training gives NaN or infinity: do not divide by its deviation, which is 0",
    )
    found = numbers(found, "the result of scale").astype(float)
    expected = np.where(varies, (inputs - mean) / np.where(varies, deviation, 1), 0)
    if np.allclose(found, expected, rtol=1e-4, atol=1e-4):
        return
    if varies.any():
        mistakes = {says: wrong[:, varies] for says, wrong in _mistakes(training, inputs).items()}
        explained(found[:, varies], mistakes, atol=1e-4)
    close(found[:, ~varies], 0 * found[:, ~varies], "a column that is constant in training should become 0", atol=1e-4)
    close(found, expected, "(inputs - mean) / deviation of the training columns is expected", rtol=1e-4, atol=1e-4)


def _mistakes(training: np.ndarray, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """What each known mistake makes of all columns."""

    def scaled(sample: np.ndarray, axis: int | None = 0, ddof: int = 0) -> np.ndarray:
        values: np.ndarray = (inputs - sample.mean(axis=axis)) / sample.std(axis=axis, ddof=ddof)
        return values

    low, high = training.min(axis=0), training.max(axis=0)
    mean, deviation = training.mean(axis=0), training.std(axis=0)
    with np.errstate(all="ignore"):
        return {
            "the inputs were scaled with their own mean and deviation: take those of the training sample": scaled(
                inputs
            ),
            "mean and deviation were taken over both samples: take those of the training sample alone": scaled(
                np.concatenate([training, inputs])
            ),
            "one mean and deviation was taken for all columns: each column has its own (axis=0)": scaled(
                training, None
            ),
            "the deviation divides by the number of events less one: take NumPy's own": scaled(training, ddof=1),
            "the inputs were divided by the variance: divide by the deviation": (inputs - mean) / deviation**2,
            "the mean was not subtracted": inputs / deviation,
            "the inputs were not divided by the deviation": inputs - mean,
            "the inputs were not scaled at all": inputs,
            "minimum and maximum were used: mean and deviation should become 0 and 1": (inputs - low) / (high - low),
            "minimum and maximum were used, not mean and deviation": (2 * inputs - low - high) / (high - low),
        }
