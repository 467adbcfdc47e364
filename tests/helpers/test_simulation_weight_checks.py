"""Checks of event weights, compositions and balanced weights: right ones pass, and each mistake gets its sentence."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed


def event_weights(cross_section, n_generated, factors, generator):
    if n_generated <= 0 or n_generated < len(generator):
        raise ValueError
    return cross_section / n_generated * np.prod(factors, axis=1) * generator


def in_place(cross_section, n_generated, factors, generator):
    generator *= cross_section / n_generated * np.prod(factors, axis=1)
    return generator


@pytest.mark.parametrize("sizes", [(30, 3, 500), (1, 0, 1), (0, 2, 9)])
def test_weighs_simulation(sizes):
    checks.weighs_simulation(event_weights, *sizes)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x, n, f, g: event_weights(x, len(g), f, g), "divides by the number of selected events"),
        (lambda x, n, f, g: event_weights(x, n, f, np.ones(len(g))), "forgets the generator weights"),
        (lambda x, n, f, g: event_weights(x, n, f, abs(g)), "no notice of the sign"),
        (lambda x, n, f, g: event_weights(x, n, np.ones((len(g), 1)), g), "forgets the scale factors"),
        (lambda x, n, f, g: event_weights(x, n, f.sum(1, keepdims=True), g), "adds the scale factors"),
        (lambda x, n, f, g: event_weights(x, n, f.mean(1, keepdims=True), g), "takes the mean of the scale factors"),
        (lambda x, n, f, g: event_weights(x, n, f[:, :1], g), "takes the first scale factor alone"),
        (lambda x, n, f, g: event_weights(1, n, f, g), "forgets the cross-section"),
        (lambda x, n, f, g: event_weights(x * n, n, f, g), "forgets to divide by n_generated"),
        (lambda x, n, f, g: n**2 * event_weights(x, n, f, g), "multiplies by n_generated: divide"),
        (lambda x, n, f, g: event_weights(35_866 * x, n, f, g), "the weights stay in pb"),
        (lambda x, n, f, g: event_weights(7 * x, n, f, g), "the weights are wrong for 30 selected of 500"),
        (lambda x, n, f, g: event_weights(x, n, f, g)[:-1], "one weight for each selected event"),
        (lambda x, n, f, g: x / 0, "event_weights should take 30 selected"),
        (in_place, "changed an array"),
    ],
)
def test_weighs_simulation_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.weighs_simulation(wrong, 30, 3, 500)


def test_refuses_weights():
    checks.refuses_weights(event_weights, 1.0, 3, 4)
    with pytest.raises(CheckFailed, match="ValueError if 3 were generated and 4 selected"):
        checks.refuses_weights(lambda x, n, f, g: g, 1.0, 3, 4)


NAMES = np.array(["a", "b", "a", "c", "a"])
WEIGHTS = np.array([1.0, 2.0, -0.5, 4.0, 3.0])


def grouped(of, total=lambda weights: weights.sum()):
    return lambda names, weights: {str(name): of(weights[names == name]) / total(weights) for name in np.unique(names)}


def test_breaks_down():
    checks.breaks_down(grouped(np.sum), NAMES, WEIGHTS)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (grouped(len, len), "counts the events"),
        (grouped(len, lambda weights: 1), "gives numbers of events"),
        (grouped(np.sum, lambda weights: 1), "gives sums of weights"),
        (grouped(np.sum, lambda weights: weights.sum() / 100), "gives per cent"),
        (grouped(np.mean, lambda weights: 1), "gives mean weights"),
        (grouped(np.sum, len), "divides by the number of events"),
        (grouped(np.sum, lambda weights: 4.0), "divides by the largest sum"),
        (grouped(np.max), "the fractions of a, b, c are wrong"),
        (lambda names, weights: [0.2, 0.3, 0.5], "should be a dictionary"),
        (lambda names, weights: {"a": 1.0}, "lacks"),
        (lambda names, weights: weights.sort(), "changed the weights"),
    ],
)
def test_breaks_down_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.breaks_down(wrong, NAMES, WEIGHTS)


def test_needs_weights():
    def refuses(weights):
        if weights.sum() == 0:
            raise ValueError

    checks.needs_weights(refuses, "f", ("weights cancel", (np.array([1, -1]),)))
    with pytest.raises(CheckFailed, match="f should raise ValueError if there is one"):
        checks.needs_weights(refuses, "f", ("there is one", (np.array([1]),)))


LABELS = np.array([1, 0, 0, 1, 0])
POSITIVE = np.array([1e-4, 2.0, 0.5, 3e-4, 1.5])


def balanced(of_signal, of_background):
    """Weights whose classes sum to what two functions of weights and labels say."""

    def function(weights, labels):
        sums = [weights[labels == label].sum() for label in (0, 1)]
        wanted = [of_background(weights, labels), of_signal(weights, labels)]
        return weights * np.where(labels == 1, wanted[1] / sums[1], wanted[0] / sums[0])

    return function


def n_of(label):
    return lambda weights, labels: np.sum(labels == label)


def sum_of(label):
    return lambda weights, labels: weights[labels == label].sum()


def test_balances():
    checks.balances(balanced(n_of(0), n_of(0)), POSITIVE, LABELS)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (balanced(n_of(1), n_of(0)), "sums to its own number"),
        (balanced(n_of(1), n_of(1)), "to the number of signal events"),
        (balanced(lambda w, y: 5, lambda w, y: 5), "number of all events"),
        (balanced(sum_of(0), sum_of(0)), "leaves them tiny"),
        (balanced(lambda w, y: 1, lambda w, y: 1), "sum to 1"),
        (lambda w, y: w * 1, "not balanced at all"),
        (lambda w, y: w / w.mean(), "one common factor"),
        (lambda w, y: np.where(y == 1, 1.5, 1.0), "weigh the same"),
        (balanced(n_of(0), sum_of(0)), "background kept its weights"),
        (lambda w, y: balanced(n_of(0), n_of(0))(w, 1 - y)[::-1], "weights sum to|ratios"),
        (lambda w, y: np.where(y == 1, 2 * w, w) * 3, "the signal weights sum to 0.0024"),
        (lambda w, y: np.array([1, 1, 1, 2, 1.0]), "ratios of weights within a class"),
        (lambda w, y: np.multiply(w, 2, out=w), "changed an array that it was given"),
        (lambda w, y: w[:2], "one weight for each event"),
    ],
)
def test_balances_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.balances(wrong, POSITIVE, LABELS)


def test_balances_knows_classes_that_have_changed_places():
    def exchanged(w, y):
        return np.where(y == 1, 2 / w[y == 0].sum(), 2 / w[y == 1].sum()) * w

    with pytest.raises(CheckFailed, match="have changed places"):
        checks.balances(exchanged, POSITIVE, LABELS)
