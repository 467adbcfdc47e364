"""Checks of a loss and of a penalty: each mistake gets its own sentence."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

LABELS, OUTPUTS = np.array([1, 0, 1, 0]), np.array([0.8, 0.4, 0.3, 0.1])
CLASSES = np.eye(3)[[0, 2, 1, 1]]
SHARES = np.array([[6, 3, 1], [2, 3, 5], [4, 4, 2], [7, 2, 1]]) / 10
WEIGHTS = np.array([1.0, 3.0, 0.5, 2.0])


def terms(z, y):
    if np.ndim(z) == 1:
        z, y = np.stack([z, 1 - z], axis=1), np.stack([y, 1 - y], axis=1)
    return -z * np.log(np.clip(y, 1e-7, 1 - 1e-7))


def right(z, y, w):
    return np.mean(w * terms(z, y).sum(axis=1))


def unclipped(z, y, w):
    with np.errstate(all="ignore"):
        return np.mean(-w * np.log(np.where(z == 1, y, 1 - y)))


def clipped_elsewhere(z, y, w):
    return unclipped(z, np.clip(y, 1e-12, 1 - 1e-12), w)


def in_place(z, y, w):
    w *= 2
    return right(z, y, w / 2)


def test_measures_loss():
    for z, y in ((LABELS, OUTPUTS), (CLASSES, SHARES)):
        for w in (WEIGHTS, np.zeros(4), 1e-7 * WEIGHTS):
            checks.measures_loss(right, z, y, w)
            checks.measures_loss(lambda *given: [float(right(*given))], z, y, w)
            checks.measures_loss(right, z, y.astype("float32"), w.astype("float32"))
        checks.measures_loss(right, z[:1], y[:1], WEIGHTS[:1])
    checks.measures_loss(right, LABELS, 1.0 - LABELS, WEIGHTS)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda z, y, w: right(z, y, w) * len(z), "is the sum over the events"),
        (lambda z, y, w: right(z, y, w) * len(z) / w.sum(), "divides by the sum of the weights"),
        (lambda z, y, w: right(z, y, 1), "takes no account of the event weights"),
        (lambda z, y, w: -right(z, y, w), "is negative"),
        (lambda z, y, w: right(z, y, w) / np.log(10), "has the logarithm to base 10"),
        (lambda z, y, w: right(z, y, w) / np.log(2), "has the logarithm to base 2"),
        (lambda z, y, w: w * terms(z, y).sum(axis=1), r"array of shape \(4,\): one number is asked for"),
        (lambda z, y, w: right(y, z, w), "labels and outputs have changed places"),
        (lambda z, y, w: right(z, y, w) + 1, "is not the mean of weight times cross-entropy"),
        (lambda z, y, w: "large", "should return a number"),
        (lambda z, y, w: None, "nothing has been computed"),
        (lambda z, y, w: z @ y.T @ w[:, None, None], "could not handle 4 events"),
        (in_place, "changed the weights it was given"),
    ],
)
@pytest.mark.parametrize(("labels", "outputs"), [(LABELS, OUTPUTS), (CLASSES, SHARES)], ids=["two", "three"])
def test_measures_loss_says_what_is_wrong(function, says, labels, outputs):
    with pytest.raises(CheckFailed, match=says):
        checks.measures_loss(function, labels, outputs, WEIGHTS)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda z, y, w: np.mean(w * terms(z, y)[:, 0]), "lacks the term of the background"),
        (lambda z, y, w: np.mean(w * terms(z, y)[:, 1]), "lacks the term of the signal"),
        (lambda z, y, w: right(1 - z, y, w), "label 1 is signal here"),
    ],
)
def test_a_binary_loss_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.measures_loss(function, LABELS, OUTPUTS, WEIGHTS)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda z, y, w: np.mean(w[:, None] * terms(z, y)), "is divided by the number of classes, too"),
        (lambda z, y, w: right(z, y, w) + right(1 - z, 1 - y, w), "adds what belongs to a binary one"),
        (lambda z, y, w: (right(z, y, w) + right(1 - z, 1 - y, w)) / 3, "is the mean of the binary ones"),
    ],
)
def test_a_loss_of_three_classes_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.measures_loss(function, CLASSES, SHARES, WEIGHTS)


def test_measures_loss_says_what_is_wrong_at_the_edges():
    with pytest.raises(CheckFailed, match="is not finite where an output is 0 or 1"):
        checks.measures_loss(unclipped, LABELS, 1.0 - LABELS, WEIGHTS)
    with pytest.raises(CheckFailed, match="clip the outputs to between 1e-7 and 1 - 1e-7"):
        checks.measures_loss(clipped_elsewhere, LABELS, 1.0 - LABELS, WEIGHTS)
    with pytest.raises(CheckFailed, match="is not finite where all weights are 0"), np.errstate(invalid="ignore"):
        checks.measures_loss(lambda z, y, w: right(z, y, w) / w.sum(), LABELS, OUTPUTS, np.zeros(4))


ARRAYS = [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[4.0], [-1.0]])]


def squares(arrays):
    return np.array([np.sum(array**2) for array in arrays])


def entries(arrays):
    return np.concatenate([array.ravel() for array in arrays])


def doubled(arrays, strength):
    arrays[0] *= 2
    return strength * squares(ARRAYS).sum()


def test_penalises():
    for arrays in (ARRAYS, ARRAYS[:1], [np.zeros(3)]):
        for strength in (0.01, 3.0, 0.0):
            checks.penalises(lambda w, s: s * squares(w).sum(), arrays, strength)
            checks.penalises(lambda w, s: [s * entries(w) @ entries(w)], arrays, strength)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda w, s: squares(w).sum(), "lacks the strength"),
        (lambda w, s: s * np.abs(entries(w)).sum(), "that is the L1 penalty"),
        (lambda w, s: s * sum(np.mean(a**2) for a in w), "adds up the mean of the squares of each array"),
        (lambda w, s: s * entries(w).sum(), "adds up the weights themselves"),
        (lambda w, s: s * np.sqrt(squares(w).sum()), "takes the square root of the sum"),
        (lambda w, s: s * np.sqrt(squares(w)).sum(), "takes the root of each array's sum"),
        (lambda w, s: s / 2 * squares(w).sum(), "it has no factor 1/2"),
        (lambda w, s: s * np.mean(entries(w) ** 2), "is the mean of the squares"),
        (lambda w, s: s**2 * squares(w).sum(), "squares the strength, too"),
        (lambda w, s: squares(w).sum() / s, "divides by the strength"),
        (lambda w, s: s * squares(w)[0], "counts the first array only"),
        (lambda w, s: s * squares(w)[-1], "counts the last array only"),
        (lambda w, s: s * entries(w).sum() ** 2, "squares the sum"),
        (lambda w, s: s * squares(w), "add up over all arrays and entries"),
        (lambda w, s: s * squares(w).sum() + 1, "is not the strength times the sum of all squares"),
        (lambda w, s: s * np.array(w) ** 2, "could not handle a list of 2 arrays"),
        (doubled, "changed the weights it was given"),
    ],
)
def test_penalises_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.penalises(function, ARRAYS, 0.3)
