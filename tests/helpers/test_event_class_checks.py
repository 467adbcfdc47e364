"""The checks of classes: names, one-hot targets, the balance by square roots and the 5 x 5 confusion matrix."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.event_classes import CLASSES

NAMES = np.array(["Other", "Signal", "TTbar", "Z2nu", "Wjets", "Wjets", "Signal", "Other"])
WEIGHTS = np.array([0.3, 2e-3, 0.5, 0.02, 3.0, 1.5, 1e-3, 0.1])
PREDICTED = np.array(["Wjets", "Signal", "TTbar", "Signal", "TTbar", "Wjets", "Z2nu", "Other"])


def class_of(process):
    return {"T2": "Signal", "Wj": "Wjets"}.get(process[:2], "Other")


def test_names_classes():
    checks.names_classes(class_of, {"T2.root": "Signal", "Wjets.root": "Wjets", "WW.root": "Other"})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda process: None, "is None"),
        (lambda process: "signal", "one of the names in CLASSES"),
        (lambda process: 0, "one of the names in CLASSES"),
        (lambda process: "Wjets", "should be 'Other', not 'Wjets'"),
        (lambda process: process[100], "should take the name of a process"),
    ],
)
def test_names_classes_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.names_classes(wrong, {"WW.root": "Other"})


def one_hot(classes):
    return (np.asarray(classes)[:, None] == np.array(CLASSES)).astype(float)


def test_encodes():
    for some in (NAMES, NAMES[:3], NAMES[:0]):
        checks.encodes(one_hot, some)
        checks.encodes(lambda classes: one_hot(classes).astype(bool).tolist() if len(classes) else one_hot([]), some)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda classes: one_hot(classes)[:, np.argsort(CLASSES)], "order of the alphabet"),
        (lambda classes: 1 - one_hot(classes), "has 0 where 1"),
        (lambda classes: 2 * one_hot(classes) - 1, "has 1 and -1"),
        (lambda classes: one_hot(classes)[:, :4], "a column for each of CLASSES"),
        (lambda classes: one_hot(classes)[::-1], "a 1 in the column of its class"),
        (lambda classes: one_hot(np.sort(classes)) if classes.sort() is None else None, "changed the classes"),
        (lambda classes: [][1], "should take 8 classes"),
    ],
)
def test_encodes_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.encodes(wrong, NAMES)


def balance(of=lambda n, w, n_signal, w_signal, n_all: n_signal * np.sqrt(w / w_signal) / w):
    """A balance whose factors are functions of a class's events and weights, and of those of signal and of all."""

    def sqrt_balance(weights, classes):
        signal = classes == "Signal"
        given = [(np.sum(classes == name), weights[classes == name].sum()) for name in classes]
        factors = [of(n, w, signal.sum(), weights[signal].sum(), len(weights)) for n, w in given]
        return weights * np.array(factors)

    return sqrt_balance


def test_balances_by_root():
    checks.balances_by_root(balance(), WEIGHTS, NAMES)
    checks.balances_by_root(balance(), WEIGHTS[1:3], NAMES[1:3])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (balance(lambda n, w, ns, ws, m: ns / w), "all classes sum to the number of signal"),
        (balance(lambda n, w, ns, ws, m: ns / ws), "without its square root"),
        (balance(lambda n, w, ns, ws, m: ns * np.sqrt(ws / w) / w), "upside down"),
        (balance(lambda n, w, ns, ws, m: ns * np.sqrt(n / ns) / w), "that of numbers of events"),
        (balance(lambda n, w, ns, ws, m: n / np.sqrt(w * ws)), "the same for all"),
        (balance(lambda n, w, ns, ws, m: m / np.sqrt(w * ws)), "number of all events"),
        (balance(lambda n, w, ns, ws, m: 1 / np.sqrt(w * ws)), "lack N_signal"),
        (balance(lambda n, w, ns, ws, m: ns * np.sqrt(w / ws)), "divide by W_c first"),
        (balance(lambda n, w, ns, ws, m: 1), "not balanced at all"),
        (lambda weights, classes: balance()(weights, classes) / weights * _means(weights, classes), "weigh the same"),
        (balance(lambda n, w, ns, ws, m: 7.0), "the class .* sums to"),
        (lambda weights, classes: _even(balance()(weights, classes), classes), "within a class have changed"),
        (lambda weights, classes: weights[:3], "one weight for each event"),
        (lambda weights, classes: weights.sort(), "changed an array"),
    ],
)
def test_balances_by_root_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.balances_by_root(wrong, WEIGHTS, NAMES)


def _means(weights, classes):
    return np.array([weights[classes == name].mean() for name in classes])


def _even(weights, classes):
    """The sums of the classes as they are, other ratios within Wjets."""
    new = weights.copy()
    new[classes == "Wjets"] = weights[classes == "Wjets"].sum() * np.array([0.9, 0.1])
    return new


def confusion(turn=lambda sums: sums / sums.sum(axis=1, keepdims=True), order=CLASSES, weigh=lambda weights: weights):
    def confuse(classes, predicted, weights):
        some = weigh(weights)
        return turn(np.array([[some[(classes == t) & (predicted == p)].sum() for p in order] for t in order]))

    return confuse


def test_fills_class_matrix():
    checks.fills_class_matrix(confusion(), NAMES, PREDICTED, WEIGHTS)


def by_row(sums):
    return sums / sums.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (confusion(weigh=np.ones_like), "ignores the weights"),
        (confusion(lambda sums: sums, weigh=np.ones_like), "numbers of events"),
        (confusion(lambda sums: sums), "holds sums of weights"),
        (confusion(lambda sums: by_row(sums).T), "rows and columns have changed places: rows"),
        (confusion(lambda sums: sums / np.maximum(sums.sum(axis=0, keepdims=True), 1e-9)), "the columns sum to 1"),
        (confusion(lambda sums: by_row(sums.T)), "and the columns are true"),
        (confusion(lambda sums: sums / sums.sum(axis=1)), "keepdims=True"),
        (confusion(lambda sums: sums / sums.sum()), "all entries add up to 1"),
        (confusion(order=sorted(CLASSES)), "order of the alphabet"),
        (confusion(lambda sums: by_row(sums) ** 2), "the confusion matrix is wrong"),
        (confusion(lambda sums: sums[:4]), "a row and a column"),
        (lambda classes, predicted, weights: weights.sort(), "changed an array"),
        (lambda classes, predicted: None, "should take 8 true and predicted"),
    ],
)
def test_fills_class_matrix_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.fills_class_matrix(wrong, NAMES, PREDICTED, WEIGHTS)
