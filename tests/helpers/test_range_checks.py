"""The check of a scaling by the range of the training sample."""

import numpy as np
import pandas as pd
import pytest

from helpers import checks
from helpers.checks import CheckFailed

TRAINING = np.array([[20.0, 0.0, 3.0], [60.0, 1.0, 3.0], [30.0, 0.5, 3.0]])
INPUTS = np.array([[40.0, 1.0, 3.0], [10.0, 0.2, 5.0], [50.0, 0.1, 3.0]])


def by(low, high, bottom=-1.0, top=1.0):
    """A scaling whose ends are functions of training and inputs."""

    def scale(training, inputs):
        a, b = low(training, inputs), high(training, inputs)
        constant = training.min(axis=0) == training.max(axis=0)
        scaled = bottom + (inputs - a) / np.where(b > a, b - a, 1) * (top - bottom)
        return np.where(constant, 0, scaled)

    return scale


def low(training, inputs):
    return training.min(axis=0)


def high(training, inputs):
    return training.max(axis=0)


right = by(low, high)


def in_place(training, inputs):
    inputs[:] = right(training, inputs)
    return inputs


def test_scales_to_range():
    for inputs in (TRAINING, INPUTS, INPUTS[:1]):
        checks.scales_to_range(right, TRAINING, inputs)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda t, x: np.clip(right(t, x), -1, 1), "were cut off"),
        (by(lambda t, x: x.min(0), lambda t, x: x.max(0)), "their own minimum and maximum"),
        (by(lambda t, x: np.minimum(t.min(0), x.min(0)), lambda t, x: np.maximum(t.max(0), x.max(0))), "both samples"),
        (by(lambda t, x: np.full(3, t.min()), lambda t, x: np.full(3, t.max())), "each column has its own"),
        (by(low, high, bottom=0), r"becomes \[0, 1\]"),
        (by(low, high, bottom=1, top=-1), "upside down"),
        (lambda t, x: (x - t.mean(0)) / np.where(t.std(0) > 0, t.std(0), 1), "mean and deviation were used"),
        (lambda t, x: (2 * x - t.min(0) - t.max(0)) / (t.max(0) - t.min(0)), "do not divide by its width"),
        (lambda t, x: right(t, x) + np.array([0, 0, 1]), "constant in training should become 0"),
        (lambda t, x: 0.5 * right(t, x), "minimum should become -1"),
        (lambda t, x: right(t, x).T[:2], "a row for each event"),
        (in_place, "changed an array"),
    ],
)
def test_scales_to_range_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.scales_to_range(wrong, TRAINING, INPUTS)


def scaled_frame(training, table):
    values = by(low, high)(training.to_numpy(), table.to_numpy())
    return pd.DataFrame(values, columns=table.columns, index=table.index)


def test_scales_frames():
    checks.scales_frames(scaled_frame, TRAINING, INPUTS)


def doubled(training, table):
    table *= 2
    return table


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda training, table: scaled_frame(training, table).to_numpy(), "^scale should return a data frame"),
        (lambda training, table: scaled_frame(training, table).iloc[:, ::-1], "the columns of the table"),
        (lambda training, table: scaled_frame(training, table).reset_index(drop=True), "the index of the table"),
        (lambda training, table: scaled_frame(table, table), "scaled with their own"),
        (doubled, "changed a table"),
    ],
)
def test_scales_frames_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.scales_frames(wrong, TRAINING, INPUTS)
