"""The check of the expected significance of selected events, with its limits and its digits."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.discoveries import significance

NAMES = np.array(["HH", "TTbar", "HH", "WJets", "SingleTop", "HH", "TTbar"])
EVENTS = np.array([3.0, 10.0, 2.0, 5.0, 4.0, 0.5, 30.0])
SOME = np.array([1, 1, 0, 0, 1, 1, 0], bool)
ALL = np.ones(7, bool)


def counts(names, events, selected):
    return events[selected & (names == "HH")].sum(), events[selected & (names != "HH")].sum()


def expected_significance(names, events, selected):
    s, b = counts(names, events, selected)
    if s == 0:
        return 0.0
    if b == 0:
        return np.inf
    return s / np.sqrt(b) if s < 1e-4 * b else np.sqrt(2 * ((s + b) * np.log1p(s / b) - s))


def test_expects_discovery():
    for selected in (ALL, SOME, NAMES == "HH", NAMES != "HH", ~ALL):
        checks.expects_discovery(expected_significance, NAMES, EVENTS, selected)
        checks.expects_discovery(lambda *given: np.array([expected_significance(*given)]), NAMES, EVENTS, selected)
    for many in (1e3, 1e7, 1e12, 1e16):
        checks.expects_discovery(expected_significance, NAMES, np.where(NAMES == "HH", EVENTS, many), ALL)


def test_the_series_and_the_formula_meet():
    below, above = significance(0.999e-3 * 1e6, 1e6), significance(1.001e-3 * 1e6, 1e6)
    assert above / below == pytest.approx(1.001 / 0.999, rel=1e-6)


def of_counts(value):
    return lambda *given: value(*counts(*given))


def in_place(names, events, selected):
    events *= 2
    return 0.0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (of_counts(lambda s, b: s / np.sqrt(b)), "this is S / √B"),
        (of_counts(lambda s, b: s / np.sqrt(s + b)), r"this is S / √\(S \+ B\)"),
        (lambda n, e, s: expected_significance(n, e, ALL), "all events were counted"),
        (lambda n, e, s: expected_significance(n, e, ~s), "the events that are not selected"),
        (lambda n, e, s: expected_significance(n, np.ones(7), s), "simulated events were counted"),
        (of_counts(lambda s, b: significance(b, s)), "have changed places"),
        (of_counts(lambda s, b: significance(s, s + b)), "those that are not HH"),
        (of_counts(lambda s, b: significance(s, b) / np.sqrt(2)), "the factor 2"),
        (of_counts(lambda s, b: significance(s, b) ** 2), "the square root is missing"),
        (of_counts(lambda s, b: significance(s, b) / np.sqrt(np.log(10))), "base 10"),
        (of_counts(lambda s, b: 7.0), "should be 0.90001, not 7"),
        (of_counts(lambda s, b: "large"), "one number"),
        (lambda n, e: 0, "should take processes, events and selected of 7 events"),
        (in_place, "changed an array"),
    ],
)
def test_expects_discovery_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.expects_discovery(wrong, NAMES, EVENTS, SOME)


def test_limits_and_digits():
    def as_typed(names, events, selected):
        s, b = counts(names, events, selected)
        return np.sqrt(2 * ((s + b) * np.log(1 + s / b) - s))

    for selected, says in ((~ALL, "without signal"), (NAMES == "HH", "it is np.inf")):
        with pytest.raises(CheckFailed, match=says):
            checks.expects_discovery(lambda *given: 1.0, NAMES, EVENTS, selected)
    with pytest.raises(CheckFailed, match="mind 0/0"):
        checks.expects_discovery(as_typed, NAMES, EVENTS, ~ALL)
    with pytest.raises(CheckFailed, match="the digits were lost"):
        checks.expects_discovery(as_typed, NAMES, np.where(NAMES == "HH", EVENTS, 1e16), ALL)
