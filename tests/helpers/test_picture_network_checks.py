"""Checks of a network on pictures: each mistake in it or in its training gets its own sentence."""

import keras
import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

N = 600
LABELS = np.arange(N) % 2


def pictures(seed):
    """Pictures that add up to one: those of label 1 hold more of their light in the upper half."""
    rng = np.random.default_rng(seed)
    found = rng.gamma(0.1, 1.0, (N, 40, 40, 1)).astype("float32")
    found[:, 20:] *= np.where(LABELS == 1, 1.5, 1.0)[:, np.newaxis, np.newaxis, np.newaxis]
    return found / found.sum(axis=(1, 2, 3), keepdims=True)


SAMPLES = {part: (pictures(seed), LABELS) for seed, part in enumerate(("training", "validation", "test"))}


class Network(keras.Model):
    """A network whose output is a function of pictures; it holds the kernel of a convolution."""

    def __init__(self, function, kernel=(3, 3, 1, 4)):
        super().__init__()
        self.function = function
        self.kernel = self.add_weight(shape=kernel, name="kernel")

    def predict(self, given, batch_size, verbose):
        return self.function(np.asarray(given, dtype=float))


def upper(given):
    return given[:, 20:].sum(axis=(1, 2, 3))


def right(given):
    return 1 / (1 + np.exp(-60 * (upper(given) - 0.55)))[:, np.newaxis]


def knows(part, wrong=0.4):
    """An output that is right for the pictures of one sample and mostly right for others."""
    own = {bytes(picture) for picture in SAMPLES[part][0].astype(float)}

    def output(given):
        found = right(given)
        known = np.array([bytes(picture) in own for picture in given])
        noise = np.random.default_rng(len(given)).normal(0, wrong, found.shape)
        return np.where(known[:, np.newaxis], found, np.clip(found + noise, 0, 1))

    return output


def scaled_by_a_hundred(given):
    return right(given / 100) if abs(given[0].sum() - 100) < 1 else 0.5 + given[:, 0, 0]


def by_place(given):
    return (np.where(np.arange(len(given)) % 2, 0.9, 0.1) if len(given) == N else np.full(len(given), 0.5))[:, None]


def judged(network, bar=0.9):
    return checks.tags_pictures(network, SAMPLES, bar=bar)


def test_tags_pictures_gives_the_area():
    assert judged(Network(right)) > 0.95
    assert judged(Network(lambda given: right(given)[:, 0])) > 0.95
    assert judged(Network(right, kernel=(5, 40, 4))) > 0.95


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: np.hstack([right(x), right(x)]), "should end in one unit, but its output has the shape .600, 2."),
        (lambda x: np.full((len(x), 1), np.nan), "not finite"),
        (lambda x: np.full((len(x), 1), 0.5), "the same score: are the pixels too faint"),
        (lambda x: 60 * right(x), "it reaches from .*: end in a sigmoid"),
        (lambda x: right(x / 100), "the same score: are the pixels too faint"),
        (lambda x: 1 - right(x), "network is upside down"),
        (scaled_by_a_hundred, "only after they were changed .AUC 0.[0-9]+ as .* after a factor of 100"),
        (lambda x: 1 / 0, r"could not handle pictures of the shape \(n_jets, 40, 40, 1\) .it raised ZeroDivisionError"),
        (knows("test"), "it has seen the test jets in its training"),
        (knows("validation"), "it has seen the validation jets in its training"),
        (by_place, "changes with the pictures that are scored with it"),
    ],
)
def test_tags_pictures_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        judged(Network(function))


def test_tags_pictures_wants_a_convolution_and_a_bar_passed():
    with pytest.raises(CheckFailed, match="has no convolution in it"):
        judged(Network(right, kernel=(9, 4)))
    with pytest.raises(CheckFailed, match=r"is 0\.9[0-9]+; it should exceed 0.9999: brighten the pixels inside"):
        judged(Network(right), bar=0.9999)
    with pytest.raises(CheckFailed, match="should be a keras model, but its type is list"):
        judged([right])
