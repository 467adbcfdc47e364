"""The check of a function that scales inputs to [-1, 1] by the range of the training sample."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged
from helpers.checks.mistakes import explained
from helpers.checks.values import close, numbers, plain, shape


def scales_to_range(function: Callable[..., Any], training: np.ndarray, inputs: np.ndarray) -> None:
    """Fail unless ``function(training, inputs)`` maps the range of each training column to [-1, 1], and inputs with it.

    training, inputs: (n_events, n_columns). A column that is constant in training becomes 0; values beyond the range
    of training come to lie beyond [-1, 1].
    """
    what = f"{len(training)} training events and {len(inputs)} others with {training.shape[1]} columns"
    with np.errstate(all="ignore"):
        found = call_unchanged(function, "scale", training, inputs, says=f"scale should take {what}")
    shape(found, inputs.shape, "the result of scale", hint="a row for each event that is to be scaled")
    low, high = training.min(axis=0).astype(float), training.max(axis=0).astype(float)
    varies = high > low
    result = plain(found, "the result of scale")
    expected = _scaled(inputs, low, high)[:, varies]
    if varies.any():
        found = numbers(result[:, varies], "the result of scale").astype(float)
        if not np.allclose(found, expected, rtol=1e-4, atol=1e-4):
            explained(found, _mistakes(training[:, varies], inputs[:, varies]), atol=1e-4)
        says = "in each column the training sample's minimum should become -1 and its maximum 1, others lie in between"
        close(found, expected, says, rtol=1e-4, atol=1e-4)
    constant = result[:, ~varies]
    that(
        constant.dtype.kind != "f" or bool(np.isfinite(constant).all()),
        "a column that is constant in training gives NaN or infinity: do not divide by its width, which is 0",
    )
    says = "a column that is constant in training should become 0"
    close(constant, np.zeros(constant.shape), says, rtol=1e-4, atol=1e-4)


def scales_frames(function: Callable[..., Any], training: np.ndarray, inputs: np.ndarray) -> None:
    """Fail unless ``function(training, table)`` does for data frames what ``scales_to_range`` asks of arrays.

    training, inputs: (n_events, n_columns). The result must be a frame with the columns and the index of the table.
    """
    import pandas as pd  # here, because other notebooks need not wait for it

    names = [f"variable_{number}" for number in range(training.shape[1])]
    rows = np.arange(len(inputs))[::-1] + 7

    def on_arrays(known: np.ndarray, others: np.ndarray) -> np.ndarray:
        frames = pd.DataFrame(known, columns=names), pd.DataFrame(others, columns=names, index=rows)
        before = [frame.copy() for frame in frames]
        found = function(*frames)
        same = all(frame.equals(copy) for frame, copy in zip(frames, before, strict=True))
        that(same, "scale changed a table that it was given: compute a new one")
        kind = type(found).__name__
        that(isinstance(found, pd.DataFrame), f"scale should return a data frame, but the type of its result is {kind}")
        that(list(found.columns) == names, "the scaled table should have the columns of the table, in their order")
        that(list(found.index) == list(rows), "the scaled table should have the index of the table that is scaled")
        values: np.ndarray = found.to_numpy()
        return values

    scales_to_range(on_arrays, training, inputs)


def _scaled(inputs: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    width = np.where(high > low, high - low, 1.0)
    return np.where(high > low, (2.0 * inputs - high - low) / width, 0.0)


def _mistakes(training: np.ndarray, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """What each known mistake makes of columns that vary in training."""
    low, high = training.min(axis=0), training.max(axis=0)
    right, both = _scaled(inputs, low, high), np.concatenate([training, inputs])
    return {
        "values beyond the range of training were cut off: keep them, beyond -1 and 1": np.clip(right, -1, 1),
        "the inputs were scaled with their own minimum and maximum: take those of the training sample": _scaled(
            inputs, inputs.min(axis=0), inputs.max(axis=0)
        ),
        "minimum and maximum were taken over both samples: take those of the training sample alone": _scaled(
            inputs, both.min(axis=0), both.max(axis=0)
        ),
        "one minimum and maximum was taken for all columns: each column has its own (axis=0)": _scaled(
            inputs, np.full_like(low, training.min()), np.full_like(high, training.max())
        ),
        "the range of training becomes [0, 1]: it should become [-1, 1]": (right + 1) / 2,
        "the scaled inputs are upside down: the maximum should become 1": -right,
        "the minimum was forgotten: it should become -1, so take it away before you divide": (
            2 * inputs / (high - low) - 1
        ),
        "the minimum was forgotten: the middle of the range, half of minimum plus maximum, should become 0": (
            (2 * inputs - high) / (high - low)
        ),
        "mean and deviation were used: minimum and maximum should become -1 and 1": (
            (inputs - training.mean(axis=0)) / training.std(axis=0)
        ),
    }
