"""The check of the expected significance of a count, with an uncertain background."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import plain, shape


def weighs_significance(
    function: Callable[..., Any], signal: np.ndarray, background: np.ndarray, systematic: float | np.ndarray
) -> None:
    """Fail unless ``function(signal, background, systematic)`` is the asymptotic significance of each count.

    signal, background: (n_cuts,), not negative. systematic: the relative uncertainty of the background, a number or
    (n_cuts,). The formula: G. Cowan et al., arXiv:1007.1727, equation 97, and with the uncertain background
    G. Cowan, "Discovery sensitivity for a counting experiment with background uncertainty" (2012), equation 20.
    """
    says = f"significance should take {len(signal)} yields and the systematic uncertainty"
    with np.errstate(all="ignore"):
        found = call_unchanged(function, "significance", signal, background, systematic, says=says)
    shape(found, signal.shape, "the significance", hint="one for each pair of yields")
    found = plain(found, "the significance")
    that(found.dtype.kind in "biuf", "the significance should be numbers")
    s, b, found = signal.astype(float), background.astype(float), found.astype(float)
    f = np.broadcast_to(np.asarray(systematic, dtype=float), s.shape)
    _has_limits(found, s, b, f)
    rest = (s > 0) & (b > 0)
    s, b, f, found = (array[rest] for array in (s, b, f, found))
    right = asymptotic(s, b, f)
    if agrees(found, right, rtol=1e-4):
        return
    explained(found, _mistakes(s, b, f), rtol=1e-4)
    bad = ~np.isfinite(found)
    that(not bad.any(), f"the significance is {found[bad][0] if bad.any() else 0} for S > 0 and B > 0 with f = "
         f"{f[bad][0] if bad.any() else 0:g}: mind 0/0 where f = 0")  # fmt: skip
    worst = int(np.argmax(np.abs(found - right)))
    that(
        False,
        f"the significance of S = {s[worst]:g}, B = {b[worst]:g} and f = {f[worst]:g} should be {right[worst]:.6g}, "
        f"not {found[worst]:.6g}",
    )


def _has_limits(found: np.ndarray, s: np.ndarray, b: np.ndarray, f: np.ndarray) -> None:
    for wrong, says in (
        ((s == 0) & (found != 0), "without signal the significance should be 0, also where there is no background"),
        (
            (s > 0) & (b == 0) & ~np.isposinf(found),
            "with signal and without any background the significance should be np.inf",
        ),
    ):
        for row in np.flatnonzero(wrong)[:1]:
            mind = ": mind 0/0" if np.isnan(found[row]) else ""
            that(False, f"{says}, but for S = {s[row]:g}, B = {b[row]:g} and f = {f[row]:g} it is {found[row]:g}{mind}")


def asymptotic(s: np.ndarray, b: np.ndarray, f: np.ndarray) -> np.ndarray:
    """The significance for s > 0, b > 0 and f, arrays of one shape; f may be 0."""
    variance = np.where(f > 0, f, 1) ** 2 * b**2
    first = (s + b) * np.log1p(s * b / (b**2 + (s + b) * variance))
    second = b**2 / variance * np.log1p(variance * s / (b * (b + variance)))
    exact = (s + b) * np.log1p(s / b) - s
    found: np.ndarray = np.sqrt(2 * np.maximum(np.where(f > 0, first - second, exact), 0))
    return found


def _mistakes(s: np.ndarray, b: np.ndarray, f: np.ndarray) -> dict[str, np.ndarray]:
    right, none = asymptotic(s, b, f), asymptotic(s, b, np.zeros_like(f))
    return {
        "the significance takes no notice of the systematic uncertainty": none,
        "the systematic uncertainty is fixed: take the one that is given": asymptotic(s, b, np.full_like(f, 0.2)),
        "the significance lacks the factor 2 under the root": right / np.sqrt(2),
        "this is the square of the significance, or lacks its root: take the square root": right**2,
        "the square root goes over everything, the factor 2 with it": 2 * right / np.sqrt(2),
        "this is S over the root of its variance, which holds for small signals alone: use the whole formula": s
        / np.sqrt(b + (f * b) ** 2),
        "this is S over the root of S + B and the systematic term: use the whole formula": s
        / np.sqrt(s + b + (f * b) ** 2),
        "this is S over the root of B: use the whole formula": s / np.sqrt(b),
        "f is squared in the formula: the variance of the background is (f B)²": asymptotic(s, b, np.sqrt(f)),
        "f is relative to the background: its uncertainty is f B, not f": asymptotic(s, b, f / b),
        "the logarithm is that to base 10: take np.log": right / np.sqrt(np.log(10)),
    }
