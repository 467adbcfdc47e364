"""The check of the figure of merit of a selection, in its four forms."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call_unchanged
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import plain, shape

FORMS = ("total", "systematic", "statistical", "background")


def weighs_merit(
    function: Callable[..., Any],
    form: str,
    signal: np.ndarray,
    background: np.ndarray,
    relative: float,
    simulation: np.ndarray,
) -> None:
    """Fail unless ``function(form, signal, background, relative, simulation)`` is the figure of merit of the yields.

    form: one of FORMS. signal, background, simulation: (n_cuts,), none of them negative.
    """
    says = f"figure_of_merit should take the form {form!r} and arrays of {len(signal)} yields"
    with np.errstate(all="ignore"):
        result = call_unchanged(function, "figure_of_merit", form, signal, background, relative, simulation, says=says)
    shape(result, signal.shape, f"the figure of merit {form!r}", hint="one for each pair of yields")
    found = plain(result, "the figure of merit")
    that(found.dtype.kind in "biuf", "the figure of merit should be numbers")
    found = found.astype(float)
    nothing = signal == 0
    infinite = ~nothing & (background == 0) & (form == "background")
    for wrong, says in (
        (nothing & (found != 0), f"without signal the figure of merit {form!r} should be 0, also without background"),
        (infinite & ~np.isposinf(found), "signal over the root of no background should be np.inf"),
    ):
        for row in np.flatnonzero(wrong)[:1]:
            mind = "" if np.isfinite(found[row]) else ": mind 0/0"
            where = f"for S = {signal[row]:g}, B = {background[row]:g}"
            that(False, f"{says}, but it is {found[row]:.4g} {where}{mind}")
    rest = ~nothing & ~infinite
    s, b, mc, found = (array[rest] for array in (signal, background, simulation, found))
    expected = s / np.sqrt(_variance(form, s, b, relative, mc))
    if agrees(found, expected, rtol=1e-5):
        return
    with np.errstate(all="ignore"):
        others = {other: s / np.sqrt(_variance(other, s, b, relative, mc)) for other in FORMS if other != form}
        mistakes = {
            "the figure of merit divides by the variance: take its square root": s
            / _variance(form, s, b, relative, mc),
            "uncertainties are added in quadrature: square the systematic one, f B": s
            / np.sqrt(_variance(form, s, b, 1, mc) - (form in FORMS[:2]) * (b**2 - relative * b)),
            "uncertainties are added in quadrature: square the relative uncertainty, too": s
            / np.sqrt(_variance(form, s, b, np.sqrt(relative), mc)),
            "the systematic uncertainty is a fraction of the background: f B, not f alone": s
            / np.sqrt(s + b + relative**2 + (form == "total") * mc**2),
            "the systematic uncertainty is one of the background alone, not of signal and background": s
            / np.sqrt(_variance(form, s, b, 0, mc) + (relative * (s + b)) ** 2),
            "uncertainties are added in quadrature: do not add their roots": s
            / (np.sqrt(s) + np.sqrt(b) + relative * b + (form == "total") * mc),
            "uncertainties are added in quadrature, the square root is taken of the sum": s
            / (np.sqrt(s + b) + relative * b + (form == "total") * mc),
            "the error of the simulation is squared before it is added": s / np.sqrt(s + b + (relative * b) ** 2 + mc),
            "the form 'background' has the root of B alone, not of S + B": s / np.sqrt(s + b),
            "the relative uncertainty is fixed: take the one that is given": s
            / np.sqrt(_variance(form, s, b, 0.2, mc)),
        }
    for other, values in others.items():
        same = agrees(found, values, rtol=1e-5)
        that(not same, f"this is the figure of merit {other!r}, but {form!r} was asked for")
    explained(found, mistakes, rtol=1e-5)
    worst = int(np.argmax(np.abs(found - expected)))
    that(
        False,
        f"the figure of merit {form!r} of S = {s[worst]:g}, B = {b[worst]:g}, f = {relative:g} and a simulation error "
        f"of {mc[worst]:g} should be {expected[worst]:.6g}, not {found[worst]:.6g}",
    )


def _variance(form: str, s: np.ndarray, b: np.ndarray, relative: float, simulation: np.ndarray) -> np.ndarray:
    if form == "background":
        return b
    variance: np.ndarray = s + b
    if form in ("systematic", "total"):
        variance = variance + (relative * b) ** 2
    if form == "total":
        variance = variance + simulation**2
    return variance
