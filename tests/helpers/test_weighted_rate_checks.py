"""Checks of confusion matrix, rates, accuracy and area with weights."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from helpers import checks
from helpers.checks import CheckFailed

LABELS = np.array([1, 0, 1, 0, 0, 1, 0, 1, 0])
OUTPUTS = np.array([0.9, 0.2, 0.3, 0.4, 0.7, 0.6, 0.1, 0.4, 0.45])
WEIGHTS = np.array([2.0, 1.0, 3.0, 5.0, 1.5, 4.0, 0.5, 1.0, 0.8])
GIVEN = LABELS, OUTPUTS, WEIGHTS


def sums(labels, outputs, weights, cut, above=np.greater):
    return np.array([[weights[(labels == t) & (above(outputs, cut) == p)].sum() for p in (0, 1)] for t in (0, 1)])


def matrix(labels, outputs, weights, cut, above=np.greater):
    table = sums(labels, outputs, weights, cut, above)
    return table / table.sum(axis=1, keepdims=True)


def ones(weights):
    return np.ones(len(weights))


def reordering(labels, outputs, weights, *more):
    weights.sort()


def test_fills_confusion_matrix():
    for cut in (0.4, 0.5, 0.65):
        checks.fills_confusion_matrix(matrix, *GIVEN, cut)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda y, x, w, c: matrix(y, x, w, c, np.greater_equal), "exactly at the cut"),
        (lambda y, x, w, c: matrix(y, x, ones(w), c), "ignores the weights"),
        (lambda y, x, w, c: sums(y, x, ones(w), c), "holds numbers of events"),
        (sums, "holds sums of weights"),
        (lambda y, x, w, c: matrix(y, x, w, c).T, "rows and columns have changed places: rows are"),
        (lambda y, x, w, c: sums(y, x, w, c) / sums(y, x, w, c).sum(0), "the columns sum to 1"),
        (lambda y, x, w, c: (sums(y, x, w, c) / sums(y, x, w, c).sum(0)).T, "and the columns sum to 1"),
        (lambda y, x, w, c: sums(y, x, w, c) / w.sum(), "all four add up to 1"),
        (lambda y, x, w, c: matrix(y, x, w, c)[::-1, ::-1], "signal comes first"),
        (lambda y, x, w, c: matrix(y, x, w, c)[:, ::-1], "the columns are exchanged"),
        (lambda y, x, w, c: matrix(y, x, w, c)[::-1], "the rows are exchanged"),
        (lambda y, x, w, c: matrix(y, x, w, 0.5), "0.5 is not the cut"),
        (lambda y, x, w, c: 100 * matrix(y, x, w, c), "in per cent"),
        (lambda y, x, w, c: matrix(y, x, w, c) + 0.01, "the confusion matrix is wrong"),
        (lambda y, x, w, c: matrix(y, x, w, c).ravel(), "rows are true, columns predicted"),
        (reordering, "changed an array"),
    ],
)
def test_fills_confusion_matrix_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.fills_confusion_matrix(wrong, *GIVEN, 0.4)


CUTS = np.array([0.65, 0.25, 0.4])


def rates(labels, outputs, weights, cuts, above=np.greater):
    tables = np.array([matrix(labels, outputs, weights, cut, above) for cut in cuts])
    return tables[:, 1, 1], tables[:, 0, 1]


def passing(labels, outputs, weights, cuts):
    tables = np.array([sums(labels, outputs, weights, cut) for cut in cuts])
    return np.array([tables[:, 1, 1], tables[:, 0, 1]])


def test_draws_rates():
    checks.draws_rates(rates, *GIVEN, CUTS)
    checks.draws_rates(rates, *GIVEN, np.array([1.0, -1.0]))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda y, x, w, c: rates(y, x, w, c, np.greater_equal), "exactly at the cut"),
        (lambda y, x, w, c: rates(y, x, ones(w), c), "ignores the weights"),
        (lambda y, x, w, c: rates(y, x, w, c)[::-1], "the two rates have changed places"),
        (lambda y, x, w, c: 1 - np.array(rates(y, x, w, c)), "what lies below the cuts"),
        (passing, "gives sums of weights"),
        (lambda y, x, w, c: passing(y, x, w, c) / w.sum(), "not by those of all events"),
        (lambda y, x, w, c: passing(y, x, w, c) / passing(y, x, w, c).sum(0), "not by the weights that pass"),
        (lambda y, x, w, c: rates(y, x, w, np.sort(c)), "another order than the cuts"),
        (lambda y, x, w, c: np.array(rates(y, x, w, c))[:, ::-1], "in the opposite order"),
        (lambda y, x, w, c: (rates(y, x, w, c)[0], 1 - rates(y, x, w, c)[1]), "background's rejection"),
        (lambda y, x, w, c: np.array(rates(y, x, w, c)) / 2, "the rates are wrong"),
        (lambda y, x, w, c: 0.5, "two arrays"),
        (lambda y, x, w, c: (0.5, 0.5), "one for each cut"),
        (lambda y, x, w, c: c.sort() or rates(y, x, w, c), "changed an array"),
    ],
)
def test_draws_rates_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.draws_rates(wrong, *GIVEN, CUTS.copy())


def accuracy(labels, outputs, weights, cut, above=np.greater):
    return np.average(above(outputs, cut) == (labels == 1), weights=weights)


def test_counts_right():
    checks.counts_right(accuracy, *GIVEN, 0.4)
    checks.counts_right(accuracy, *(values[:1] for values in GIVEN), 0.95)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda y, x, w, c: accuracy(y, x, w, c, np.greater_equal), "exactly at the cut"),
        (lambda y, x, w, c: accuracy(y, x, ones(w), c), "ignores the weights"),
        (lambda y, x, w, c: w.sum() * accuracy(y, x, w, c), "is a sum of weights"),
        (lambda y, x, w, c: w.mean() * accuracy(y, x, w, c), "not by the number of events"),
        (lambda y, x, w, c: 1 - accuracy(y, x, w, c), "the fraction that is wrong"),
        (lambda y, x, w, c: accuracy(y, x, w, 0.5), "0.5 is not the cut"),
        (lambda y, x, w, c: 100 * accuracy(y, x, w, c), "in per cent"),
        (lambda y, x, w, c: np.trace(matrix(y, x, w, c)) / 2, "mean of both classes' fractions"),
        (lambda y, x, w, c: np.average(y[x > c], weights=w[x > c]), "above the cut that are signal"),
        (lambda y, x, w, c: 0.123, "the accuracy is wrong"),
    ],
)
def test_counts_right_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.counts_right(wrong, *GIVEN, 0.4)


def area(labels, outputs, weights):
    return roc_auc_score(labels, outputs, sample_weight=weights)


def test_measures_area():
    for outputs in (OUTPUTS, OUTPUTS.round(), 5 * OUTPUTS - 3):
        checks.measures_area(area, LABELS, outputs, WEIGHTS)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda y, x, w: area(y, x, ones(w)), "ignores the weights"),
        (lambda y, x, w: area(1 - y, x, w), "the area above the curve"),
        (lambda y, x, w: 2 * area(y, x, w) - 1, "twice the area minus 1"),
        (lambda y, x, w: area(y, x > 0.5, w), "made decisions"),
        (lambda y, x, w: area(y, x + 1e-9 * y, w), "a pair with equal outputs counts one half"),
        (lambda y, x, w: area(y, x - 1e-9 * y, w), "so a pair with equal outputs counts one half"),
        (lambda y, x, w: 0.123, "the area under the weighted ROC curve is wrong"),
    ],
)
def test_measures_area_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.measures_area(wrong, *GIVEN)
