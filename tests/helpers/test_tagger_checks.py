"""Checks of taggers: rates, background rejection, layers, history, and what a network was trained on."""

import keras
import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

RNG = np.random.default_rng(1)
SCORES = np.array([0.9, 0.8, 0.7, 0.2, 0.75, 0.6, 0.4, 0.3, 0.1, 0.05])
LABELS = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])


def fraction(label):
    return lambda scores, labels, cut: np.mean(scores[labels == label] > cut)


def test_rates():
    for cut in (0.5, 0.78, -1, 2):
        checks.rates(fraction(1), fraction(0), SCORES, LABELS, cut)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda label: lambda s, y, cut: np.mean(s[y == label] < cut), "accept the jets above the cut"),
        (lambda label: fraction(1 - label), "this is the rate of the QCD jets"),
        (lambda label: lambda s, y, cut: np.mean(y[s > cut] == label), "divide by all top jets, not by the jets that"),
        (lambda label: lambda s, y, cut: np.mean((s > cut) & (y == label)), "not by the jets of both kinds"),
        (lambda label: lambda s, y, cut: np.sum(s[y == label] > cut) / np.sum(y != label), "not by the QCD jets"),
        (lambda label: lambda s, y, cut: np.sum(s[y == label] > cut), "this is the number of jets above the cut"),
        (lambda label: lambda s, y, cut: 100 * np.mean(s[y == label] > cut), "not per cent"),
        (lambda label: lambda s, y, cut: np.mean(s[y if label else ~y] > cut), "choose the jets with labels == 1"),
        (lambda label: lambda s, y, cut: np.mean(s[y == label] > 0.65), "count those above the cut 0.5, no other"),
        (lambda label: lambda s, y, cut: 0.123, r"wrong for 4 top jets \(3 above the cut\) and 6 QCD jets \(2 above\)"),
    ],
)
def test_rates_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.rates(wrong(1), wrong(0), SCORES, LABELS, 0.5)
    with pytest.raises(CheckFailed, match="false_positive_rate is wrong"):
        checks.rates(fraction(1), wrong(0), SCORES, LABELS, 0.5)


MANY_LABELS = (RNG.random(20_000) < 0.1).astype("int8")
MANY_SCORES = RNG.normal(1.5 * MANY_LABELS, 1)


def rejection(scores, labels, efficiency, cut_from=1, divide_by=lambda labels, passing: np.sum(labels == 0)):
    cut = np.quantile(scores[labels == 1] if cut_from == 1 else scores[labels <= cut_from], 1 - efficiency)
    passing = np.sum(scores[labels == 0] > cut)
    return divide_by(labels, passing) / passing if passing else np.inf


def test_rejects():
    for efficiency in (0.3, 0.5, 0.9):
        checks.rejects(rejection, MANY_SCORES, MANY_LABELS, efficiency)
        checks.rejects(lambda *given: np.array([rejection(*given)]), MANY_SCORES, MANY_LABELS, efficiency)
    checks.rejects(rejection, MANY_SCORES + 20 * MANY_LABELS, MANY_LABELS, 0.5)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda s, y, e: 1 / rejection(s, y, e), "ONE OVER the false positive rate"),
        (
            lambda s, y, e: rejection(s, y, 1 - e),
            "your cut keeps 0.7 of the tops, not 0.3: the fraction 0.7 of them must lie below it",
        ),
        (
            lambda s, y, e: 1 / np.mean(s[y == 0] > np.quantile(s, 1 - e)),
            "you took the cut from the jets of both kinds",
        ),
        (lambda s, y, e: rejection(s, y, e, cut_from=0), "you took the cut from the QCD jets"),
        (lambda s, y, e: 1 / (1 - 1 / rejection(s, y, e)), "accept the jets above the cut"),
        (
            lambda s, y, e: rejection(s, np.sort(y)[::-1], e),
            "the labels say which jets are tops, not their places",
        ),
        (lambda s, y, e: rejection(s, y, e, divide_by=lambda y, n: np.sum(y == 1)), "by all QCD jets, not by the tops"),
        (lambda s, y, e: rejection(s, y, e, divide_by=lambda y, n: len(y)), "not by the jets of both kinds"),
        (
            lambda s, y, e: rejection(s, y, e, divide_by=lambda y, n: n + round(e * np.sum(y))),
            "not by the jets that pass",
        ),
        (lambda s, y, e: 1.5 * rejection(s, y, e), "take the cut from the tops alone, to within one jet"),
        (lambda s, y, e: np.nan, "is not a number .NaN."),
        (lambda s, y, e: "46", "should give a number"),
        (lambda s, y, e: (46, 3), "one number"),
    ],
)
def test_rejects_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.rejects(function, MANY_SCORES, MANY_LABELS, 0.3)


def test_a_rejection_is_infinite_if_nothing_passes():
    with pytest.raises(CheckFailed, match=r"no QCD jet passes: the rejection should be np.inf, but yours is 1e\+09"):
        checks.rejects(lambda s, y, e: 1e9, MANY_SCORES + 20 * MANY_LABELS, MANY_LABELS, 0.5)


UNITS = (80, 20, 1)


def test_layers():
    checks.layers(2, np.int64(1), 81 * 20 + 21, units=UNITS, dropouts=1)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ((1, 2, 1641), "n_dense is 1 and n_dropout is 2: that is the number of dropout layers and that of dense"),
        ((1, 1, 1641), "n_dense is 1: the output layer is a dense layer, too"),
        ((3, 1, 1641), "n_dense is 3: neither the input nor a dropout layer"),
        ((0, 1, 1641), "n_dense is 0, which is not the number of dense layers"),
        ((2, 2, 1641), "n_dropout is 2: that is the number of dense layers"),
        ((2, 3, 1641), "n_dropout is 3: not every layer"),
        ((2, 0.2, 1641), "n_dropout is 0.2, which is not the number"),
        ((2, 1, 1620), "n_parameters is 1620: each unit has a bias, too"),
        ((2, 1, 21), "that is one layer"),
        ((2, 1, 1640), "weights and biases of all layers together .found 1640."),
    ],
)
def test_layers_says_what_is_wrong(numbers, says):
    with pytest.raises(CheckFailed, match=says):
        checks.layers(*numbers, units=UNITS, dropouts=1)


def test_the_number_of_dropout_layers_is_not_that_of_dense_layers():
    with pytest.raises(CheckFailed, match="n_dense is 2: that is the number of dropout layers"):
        checks.layers(2, 2, 41401, units=(80, 200, 100, 50, 1), dropouts=2)


class Network(keras.Model):
    """A network whose output is its input, or a function of it."""

    def __init__(self, function=lambda inputs: inputs):
        super().__init__()
        self.function = function

    def predict(self, inputs, **options):
        return self.function(np.asarray(inputs))


def sample(seed, distance=3):
    """Jets whose first energy is a score between 0 and 1, with an area of some 0.98 (0.92 at a distance of 2)."""
    rng = np.random.default_rng(seed)
    labels = np.arange(2000) % 2
    jets = np.zeros((2000, 3, 4))
    jets[:, 0, 0] = 1 / (1 + np.exp(-rng.normal(distance * (labels - 0.5), 1)))
    jets[:, 0, 1] = labels
    return jets, labels


SAMPLES = {part: sample(seed) for seed, part in enumerate(("training", "validation", "test"))}


def energies(jets):
    return jets[:, 0, :1]


def judged(features=energies, network=None, bar=0.95, samples=SAMPLES):
    return checks.tags(features, network or Network(), samples, bar)


def test_tags_gives_the_area_on_the_validation_jets():
    assert 0.97 < judged() < 0.99
    assert judged(network=Network(lambda inputs: inputs[:, 0])) == judged()


@pytest.mark.parametrize(
    ("features", "function", "says"),
    [
        (lambda jets: jets[1:, 0, :1], None, "give one row per jet"),
        (lambda jets: np.full((len(jets), 1), np.nan), None, "the result of features holds 2000 values"),
        (lambda jets: jets[7], None, "give one row per jet"),
        (lambda jets: jets[:, 5], None, "features could not handle the training jets"),
        (energies, lambda x: np.hstack([1 - x, x]), "should end in one unit"),
        (energies, lambda x: 10 * x, "end in a sigmoid"),
        (energies, lambda x: np.full_like(x, np.nan), "the output of network holds 2000 values"),
        (energies, lambda x: x @ x, "network could not handle the result of features"),
        (energies, np.ones_like, "gives every jet the same score"),
        (energies, lambda x: 1 - x, "upside down or not trained .AUC 0.0"),
        (energies, lambda x: x.round(1) / 2 + 0.5 * RNG.random(x.shape), "exceed 0.95: if you have not yet, give it"),
    ],
)
def test_tags_says_what_is_wrong(features, function, says):
    with pytest.raises(CheckFailed, match=says):
        judged(features, Network(function) if function else None)


def test_tags_takes_a_keras_network_only():
    with pytest.raises(CheckFailed, match="should be a keras model, but its type is object"):
        judged(network=object())


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_network_that_has_seen_other_jets_is_known(part):
    samples = {name: sample(seed, distance=2) for seed, name in enumerate(SAMPLES)}
    assert judged(bar=0.9, samples=samples) < 0.94
    jets, labels = samples[part]
    jets[:, 0, 0] = 0.9 * labels
    with pytest.raises(CheckFailed, match=f"it has seen the {part} jets in its training, or their labels"):
        judged(bar=0.5, samples=samples)


def test_scores_alone():
    jets, _ = SAMPLES["validation"]
    checks.scores_alone(energies, Network(), jets)
    with pytest.raises(CheckFailed, match="changes with the other jets that are scored with it: compute each jet's"):
        checks.scores_alone(lambda given: energies(given) * len(given) / 2000, Network(), jets)
    with pytest.raises(CheckFailed, match="a jet that is scored alone gets another score"):
        checks.scores_alone(lambda given: energies(given) * (len(given) > 1), Network(), jets)
