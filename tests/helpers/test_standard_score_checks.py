"""The check of scaling by mean and standard deviation of the training sample."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

TRAINING = np.array([[20.0, -1.0, 3.0], [60.0, 1.0, 3.0], [40.0, -1.0, 3.0]])
INPUTS = np.array([[40.0, 1.0, 3.0], [10.0, 0.0, 5.0], [50.0, -1.0, 3.0], [25.0, 1.0, 2.0]])


def scaled(inputs, sample, axis=0, ddof=0, power=1, moved=True):
    deviation = sample.std(axis=axis, ddof=ddof)
    return (inputs - moved * sample.mean(axis=axis)) / np.where(deviation > 0, deviation, 1) ** power


def scale(training, inputs):
    return scaled(inputs, training) * (training.std(axis=0) > 0)


def test_standardises():
    for inputs in (TRAINING, INPUTS, INPUTS[:1]):
        checks.standardises(scale, TRAINING, inputs)
        checks.standardises(lambda *samples: scale(*samples).astype(np.float32).tolist(), TRAINING, inputs)
    checks.standardises(scale, TRAINING[:, 2:], INPUTS[:, 2:])


def in_place(training, inputs):
    inputs -= training.mean(axis=0)
    return inputs


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda training, inputs: scaled(inputs, inputs), "their own mean and deviation"),
        (lambda training, inputs: scaled(inputs, np.concatenate([training, inputs])), "over both samples"),
        (lambda training, inputs: scaled(inputs, training, axis=None), "each column has its own"),
        (lambda training, inputs: scaled(inputs, training, ddof=1), "the number of events less one"),
        (lambda training, inputs: scaled(inputs, training, power=2), "divided by the variance"),
        (lambda training, inputs: scaled(inputs, training, moved=False), "the mean was not subtracted"),
        (lambda training, inputs: inputs - training.mean(axis=0), "were not divided by the deviation"),
        (lambda training, inputs: inputs.copy(), "were not scaled at all"),
        (lambda training, inputs: (inputs - training.min(axis=0)) / [40, 2, 1], "become 0 and 1"),
        (lambda training, inputs: (2 * inputs - [80, 0, 6]) / [40, 2, 1], "not mean and deviation"),
        (lambda training, inputs: scaled(inputs, training), "constant in training should become 0"),
        (
            lambda training, inputs: scale(training, inputs) + np.array([0.1, 0, 0]),
            "of the training columns is expected",
        ),
        (lambda training, inputs: (inputs - training.mean(0)) / training.std(0), "do not divide by its deviation"),
        (lambda training, inputs: scale(training, inputs).T, "a row for each event"),
        (in_place, "changed an array"),
        (lambda inputs: inputs, "should take 3 training events and 4 others"),
    ],
)
def test_standardises_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.standardises(wrong, TRAINING, INPUTS)
