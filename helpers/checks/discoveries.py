"""The check of the expected significance of selected events."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import plain

DIGITS = 1e-3


def expects_discovery(
    function: Callable[..., Any], processes: np.ndarray, events: np.ndarray, selected: np.ndarray
) -> None:
    """Fail unless ``function(processes, events, selected)`` is the significance of selected HH over selected others.

    All arrays: (n_events,); events: expected ones, not negative. The formula: G. Cowan et al., arXiv:1007.1727,
    equation 97. Without signal it is 0; with signal and without background infinite.
    """
    says = f"expected_significance should take processes, events and selected of {len(events)} events"
    with np.errstate(all="ignore"):
        found = call_unchanged(function, "expected_significance", processes, events, selected, says=says)
    value = plain(found, "the result of expected_significance")
    that(value.size == 1 and value.dtype.kind in "biuf", "expected_significance should give one number")
    z = float(value.reshape(()))
    is_signal = processes == "HH"
    s, b = events[selected & is_signal].sum(), events[selected & ~is_signal].sum()
    where = f"for S = {s:.4g} and B = {b:.4g}"
    if s == 0:
        that(z == 0, f"without signal the significance is 0, but {where} it is {z:g}: mind 0/0")
        return
    if b == 0:
        that(bool(np.isposinf(z)), f"with signal and without background it is np.inf, but {where} it is {z:g}")
        return
    right = significance(s, b)
    if agrees(np.array(z), right, rtol=DIGITS):
        return
    that(
        s > 1e-6 * b or (np.isfinite(z) and not agrees(np.array(z), _as_typed(s, b), rtol=0.02)),
        f"{where} the significance is {z:.4g}, but should be {right:.4g}: the digits were lost. Where S is far below B "
        "take S / √B",
    )
    all_s, all_b = events[is_signal].sum(), events[~is_signal].sum()
    explained(
        np.array(z),
        {
            "this is S / √B, which holds for S far below B: use the whole formula": s / np.sqrt(b),
            "this is S / √(S + B): use the whole formula": s / np.sqrt(s + b),
            "all events were counted: take those that are selected": significance(all_s, all_b),
            "the events that are not selected were counted": _of_rest(all_s - s, all_b - b),
            "simulated events were counted: add up how many expected ones each stands for": significance(
                np.sum(selected & is_signal), np.sum(selected & ~is_signal)
            ),
            "signal and background have changed places: HH is the signal": significance(b, s),
            "the background is all selected events: it is those that are not HH": significance(s, s + b),
            "the factor 2 under the root is missing": right / np.sqrt(2),
            "the square root is missing": right**2,
            "the logarithm is that to base 10: take the natural one": right / np.sqrt(np.log(10)),
        },
        rtol=DIGITS,
    )
    that(False, f"{where} the significance should be {right:.5g}, not {z:.5g}")


def significance(s: float, b: float) -> float:
    """The significance for s > 0 and b > 0, to many digits for all of their ratios."""
    ratio = s / b
    if ratio < 1e-3:
        return float(s / np.sqrt(b) * np.sqrt(1 - ratio / 3 + ratio**2 / 6))
    return float(np.sqrt(2 * ((s + b) * np.log1p(ratio) - s)))


def _of_rest(s: float, b: float) -> float:
    return significance(s, b) if s > 0 and b > 0 else np.nan


def _as_typed(s: float, b: float) -> float:
    """What the formula gives where it is typed in as it stands."""
    return float(np.sqrt(max(2 * ((s + b) * np.log(1 + s / b) - s), 0)))
