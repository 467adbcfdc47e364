"""The check of the figure of merit in its four forms."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.merit import FORMS

SIGNAL = np.array([8.0, 3.0, 0.0, 2.0, 0.0])
BACKGROUND = np.array([40.0, 1.0, 5.0, 0.0, 0.0])
ERROR = np.array([4.0, 0.6, 1.0, 0.0, 0.0])


def merit(form, s, b, f, error, variance=None):
    level = FORMS[::-1].index(form)
    found = b + s * (level > 0) + (f * b) ** 2 * (level > 1) + error**2 * (level > 2)
    if variance is not None:
        found = variance(level, s, b, f, error)
    with np.errstate(all="ignore"):
        return np.where(s == 0, 0, s / np.sqrt(found))


def with_(variance):
    return lambda *given: merit(*given, variance=variance)


def test_weighs_merit():
    for form in FORMS:
        checks.weighs_merit(merit, form, SIGNAL, BACKGROUND, 0.3, ERROR)


@pytest.mark.parametrize(
    ("form", "wrong", "says"),
    [
        ("total", lambda form, s, b, f, e: s / (s + b + 1e-9), "figure of merit|wrong|should be"),
        (
            "statistical",
            lambda form, s, b, f, e: np.where(s > 0, s / np.maximum(s + b, 1), 0),
            "divides by the variance",
        ),
        ("systematic", with_(lambda n, s, b, f, e: s + b + f * b), "square the systematic one"),
        ("systematic", with_(lambda n, s, b, f, e: s + b + f * b**2), "square the relative uncertainty"),
        ("systematic", with_(lambda n, s, b, f, e: s + b + f**2), "f B, not f alone"),
        ("systematic", with_(lambda n, s, b, f, e: s + b + (f * (s + b)) ** 2), "of the background alone"),
        ("total", with_(lambda n, s, b, f, e: (np.sqrt(s) + np.sqrt(b) + f * b + e) ** 2), "do not add their roots"),
        ("total", with_(lambda n, s, b, f, e: (np.sqrt(s + b) + f * b + e) ** 2), "root is taken of the sum"),
        ("total", with_(lambda n, s, b, f, e: s + b + (f * b) ** 2 + e), "the simulation is squared"),
        ("total", with_(lambda n, s, b, f, e: s + b + (0.2 * b) ** 2 + e**2), "the relative uncertainty is fixed"),
        ("total", with_(lambda n, s, b, f, e: s + b + (f * b) ** 2), "this is the figure of merit 'systematic'"),
        ("background", lambda form, s, b, f, e: merit("statistical", s, b, f, e), "np.inf"),
        ("total", with_(lambda n, s, b, f, e: 2 + s + b), "should be"),
        ("total", lambda form, s, b, f, e: s + 1, "without signal"),
        ("total", lambda form, s, b, f, e: s / np.sqrt(s + b), "it is nan for S = 0, B = 0: mind 0/0"),
        (
            "background",
            lambda form, s, b, f, e: np.where(b > 0, merit(form, s, b, f, e), 0),
            r"should be np.inf, but it is 0 for S = \d+, B = 0$",
        ),
        ("total", lambda form, s, b, f, e: 1.0, "one for each pair"),
        ("total", lambda form, s, b, f, e: s.sort(), "changed an array"),
        ("total", lambda form, s, b, f, e: [str(x) for x in s], "should be numbers"),
    ],
)
def test_weighs_merit_says_what_is_wrong(form, wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.weighs_merit(wrong, form, SIGNAL, BACKGROUND, 0.3, ERROR)
