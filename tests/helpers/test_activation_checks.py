"""Checks of activation functions and their derivatives: each mistake gets its own sentence."""

import numpy as np
import pytest
from scipy import special

from helpers import checks
from helpers.checks import CheckFailed

X = np.array([[-2.0, -0.5, 0.0], [0.5, 1.0, 3.0]])
LARGE = np.array([-1000.0, 100.0, 1000.0])


def sigmoid_slope(x):
    return special.expit(x) * special.expit(-np.asarray(x))


RIGHT = {
    "relu": (lambda x: np.maximum(x, 0), lambda x: x > 0),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "sigmoid": (special.expit, sigmoid_slope),
}


def zeroed(x):
    x[x < 0] = 0
    return x


@pytest.mark.parametrize("name", RIGHT)
def test_activates(name):
    function, derivative = RIGHT[name]
    for x in (X, LARGE, X.astype("float32"), np.arange(-2, 3)):
        checks.activates(function, derivative, name, x)
        checks.activates(lambda x: np.asarray(function(x)).tolist(), derivative, name, x)


@pytest.mark.parametrize(
    ("name", "function", "says"),
    [
        ("relu", np.abs, "makes negative arguments positive"),
        ("relu", lambda x: np.minimum(x, 0), "keeps negative arguments and loses the positive ones"),
        ("relu", lambda x: x + 0, "leaves its arguments as they are"),
        ("relu", lambda x: np.where(x > 0, x, 0.01 * x), "a small slope to negative arguments"),
        ("relu", lambda x: x > 0, "relu gives 1 for positive arguments"),
        ("relu", lambda x: np.maximum(x, 0) + 1, "relu is not right"),
        ("relu", lambda x: np.max(x), r"the shape of the result of relu is \(\)"),
        ("relu", lambda x: x.astype(str), "should hold numbers"),
        ("relu", lambda x: max(x, 0), "relu could not handle an array of shape"),
        ("relu", zeroed, "relu changed the array it was given"),
        ("tanh", lambda x: 2 * special.expit(x) - 1, "its argument, too, has a factor 2"),
        ("tanh", special.expit, "tanh runs from -1 to 1"),
        ("tanh", lambda x: -np.tanh(x), "tanh is mirrored"),
        ("tanh", np.tan, "this is the tangent"),
        ("sigmoid", lambda x: special.expit(-x), "the sigmoid is mirrored"),
        ("sigmoid", np.tanh, "the sigmoid runs from 0 to 1"),
        ("sigmoid", lambda x: 2 * special.expit(x), "the sigmoid of 0 is 1/2"),
    ],
)
def test_activates_says_what_is_wrong_with_the_values(name, function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.activates(function, RIGHT[name][1], name, X.copy())


@pytest.mark.parametrize(
    ("name", "derivative", "says"),
    [
        ("relu", lambda x: x >= 0, "is 1 at 0"),
        ("relu", lambda x: np.heaviside(x, 0.5), "is 1/2 at 0"),
        ("relu", np.sign, "is -1 for negative arguments"),
        ("relu", np.ones_like, "is 1 everywhere"),
        ("relu", RIGHT["relu"][0], "relu_derivative gives relu itself"),
        ("relu", lambda x: -1 * (x > 0), "has the wrong sign"),
        ("tanh", lambda x: 1 - x**2, r"takes its argument for tanh\(x\)"),
        ("tanh", lambda x: 1 - np.tanh(x), "forgot the square"),
        ("tanh", sigmoid_slope, "is that of the sigmoid"),
        ("sigmoid", lambda x: x * (1 - x), r"takes its argument for sigmoid\(x\)"),
        ("sigmoid", RIGHT["tanh"][1], "is that of tanh"),
        ("sigmoid", lambda x: special.expit(x) * (1 - special.expit(x) ** 2), "without a square"),
    ],
)
def test_activates_says_what_is_wrong_with_the_slopes(name, derivative, says):
    with pytest.raises(CheckFailed, match=says):
        checks.activates(RIGHT[name][0], derivative, name, X)


def test_activates_bears_no_infinity_over_infinity():
    with np.errstate(all="ignore"), pytest.raises(CheckFailed, match="sigmoid is not finite for large arguments"):
        checks.activates(lambda x: np.exp(x) / (1 + np.exp(x)), sigmoid_slope, "sigmoid", LARGE)


def softmax(x):
    return special.softmax(x, axis=1)


def slopes(x):
    y = softmax(x)
    return y[:, :, None] * (np.eye(y.shape[1]) - y[:, None, :])


SCORES = np.array([[1.0, 2.0, 0.5], [0.2, 0.1, -0.4], [-1.0, 3.0, 0.2]])


def test_softens():
    for scores in (SCORES, SCORES[:2], SCORES[:1, :2], 500 * SCORES, SCORES.astype("float32")):
        checks.softens(softmax, slopes, scores)
        checks.softens(lambda x: softmax(x).tolist(), lambda x: slopes(x).tolist(), scores)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: special.softmax(x, axis=0), "by the sum over the events"),
        (special.softmax, "by the sum of the whole table"),
        (lambda x: x / x.sum(axis=1, keepdims=True), "divides each sum x by their total"),
        (np.exp, "does not divide by the sum"),
        (lambda x: np.exp(x - x.max(axis=1, keepdims=True)), "divide by the sum of each row"),
        (lambda x: softmax(-x), "softmax is mirrored"),
        (special.expit, "gives sigmoids, which do not sum to 1"),
        (lambda x: np.log(softmax(x)), "gives the logarithm of the outputs"),
        (lambda x: np.eye(3)[x.argmax(axis=1)], "gives 1 to the largest sum x"),
        (lambda x: np.exp(x) / np.exp(x).sum(axis=1), "by the sums of all rows: keep the axis"),
        (lambda x: softmax(x) + 1, "softmax is not right"),
    ],
)
def test_softens_says_what_is_wrong_with_the_outputs(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.softens(function, slopes, SCORES)


@pytest.mark.parametrize(
    ("derivative", "says"),
    [
        (lambda x: softmax(x) * (1 - softmax(x)), "a sum moves the outputs of all classes"),
        (lambda x: slopes(x) * np.eye(3), "is 0 beside the diagonal"),
        (lambda x: -slopes(x), "has the wrong sign"),
        (lambda x: np.abs(slopes(x)), "is positive beside the diagonal"),
        (lambda x: softmax(x)[:, :, None] * np.eye(3), "lacks the product of two outputs"),
        (lambda x: x[:, :, None] * (np.eye(3) - x[:, None, :]), r"takes its argument for softmax\(x\)"),
        (lambda x: slopes(x) + (1 - softmax(x)[:, :, None]) * np.eye(3), "has 1 on its diagonal"),
        (lambda x: softmax(x)[:, :, None] * (np.eye(3) + softmax(x)[:, None, :]), "has a plus between its terms"),
        (lambda x: slopes(x) + 1, "is not right, for sums of shape"),
        (lambda x: x @ x[0, 0], "softmax_derivative could not handle sums"),
    ],
)
def test_softens_says_what_is_wrong_with_the_slopes(derivative, says):
    with pytest.raises(CheckFailed, match=says):
        checks.softens(softmax, derivative, SCORES)


def test_softens_wants_any_size_of_scores():
    def overflowing(x):
        return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)

    with np.errstate(all="ignore"), pytest.raises(CheckFailed, match="softmax is not finite for large"):
        checks.softens(overflowing, slopes, 500 * SCORES)
    shifted = np.array([[1000.0, 999.0], [-1000.0, -1001.0]])
    with np.errstate(all="ignore"), pytest.raises(CheckFailed, match=r"as -1000: .* is 0, and 0 over 0 is no number"):
        checks.softens(lambda x: overflowing(x - x.max()), slopes, shifted)
    with np.errstate(all="ignore"), pytest.raises(CheckFailed, match="softmax_derivative is not finite for large"):
        checks.softens(softmax, lambda x: slopes(x) + 0 * overflowing(x)[:, :, None], 500 * SCORES)
