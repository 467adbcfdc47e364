"""The check of the expected significance of a count with an uncertain background."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.significance import asymptotic

SIGNAL = np.array([8.0, 3.0, 30.0, 0.0, 2.0, 0.0])
BACKGROUND = np.array([40.0, 1.0, 5.0, 5.0, 0.0, 0.0])


def significance(turn=lambda z, s, b, f: z, of=lambda f, b: f):
    """The significance of what ``of`` makes of f, turned into another number where there is signal and background."""

    def found(signal, background, systematic):
        f = np.broadcast_to(np.asarray(systematic, float), signal.shape)
        values = np.where(signal > 0, np.inf, 0.0)
        both = (signal > 0) & (background > 0)
        s, b, f = signal[both], background[both], f[both]
        values[both] = turn(asymptotic(s, b, of(f, b)), s, b, f)
        return values

    return found


def test_the_formula_has_the_limits_of_a_small_signal_and_of_a_known_background():
    s, b = np.array([0.01, 1.0]), np.array([1e4, 2e5])
    assert asymptotic(s, b, np.array([0.1, 0.02])) == pytest.approx(s / np.sqrt(b + np.array([1e6, 1.6e7])), rel=1e-3)
    assert asymptotic(SIGNAL[:3], BACKGROUND[:3], np.full(3, 1e-4)) == pytest.approx(
        asymptotic(SIGNAL[:3], BACKGROUND[:3], np.zeros(3)), rel=1e-4
    )


def test_weighs_significance():
    for systematic in (0.3, 0, np.array([0.1, 0.0, 0.3, 0.2, 0.0, 0.1])):
        checks.weighs_significance(significance(), SIGNAL, BACKGROUND, systematic)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (significance(of=lambda f, b: 0 * f), "takes no notice"),
        (significance(of=lambda f, b: np.full_like(f, 0.2)), "is fixed"),
        (significance(lambda z, s, b, f: z / np.sqrt(2)), "lacks the factor 2"),
        (significance(lambda z, s, b, f: z**2), "square of the significance"),
        (significance(lambda z, s, b, f: 2 * z / np.sqrt(2)), "goes over everything"),
        (significance(lambda z, s, b, f: s / np.sqrt(b + (f * b) ** 2)), "holds for small signals"),
        (significance(lambda z, s, b, f: s / np.sqrt(s + b + (f * b) ** 2)), r"S over the root of S \+ B"),
        (significance(lambda z, s, b, f: s / np.sqrt(b)), "S over the root of B: use"),
        (significance(of=lambda f, b: np.sqrt(f)), "f is squared"),
        (significance(of=lambda f, b: f / b), "relative to the background"),
        (significance(lambda z, s, b, f: z / np.sqrt(np.log(10))), "base 10"),
        (significance(lambda z, s, b, f: np.nan * z), "mind 0/0 where f = 0"),
        (significance(lambda z, s, b, f: z + 1), "should be .*, not"),
        (lambda s, b, f: significance()(s, b, f) + 1, "without signal .* for S = 0, B = .* it is 1$"),
        (
            lambda s, b, f: np.where((s == 0) & (b == 0), np.nan, significance()(s, b, f)),
            "B = 0 .* it is nan: mind 0/0",
        ),
        (
            lambda s, b, f: np.nan_to_num(significance()(s, b, f), posinf=0),
            "without any background .* B = 0 .* it is 0$",
        ),
        (lambda s, b, f: 1.0, "one for each pair"),
        (lambda s, b, f: s.sort(), "changed an array"),
        (lambda s, b, f: [str(x) for x in s], "should be numbers"),
        (lambda s, b: s, "should take 6 yields"),
    ],
)
def test_weighs_significance_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.weighs_significance(wrong, SIGNAL, BACKGROUND, 0.3)
