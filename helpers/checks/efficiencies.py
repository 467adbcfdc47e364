"""Checks of a tagger's rates at a cut, and of its background rejection. Labels: 1 is top, 0 is QCD."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call
from helpers.checks.values import close, number, shape


def rates(
    true_positive_rate: Callable[..., Any],
    false_positive_rate: Callable[..., Any],
    scores: np.ndarray,
    labels: np.ndarray,
    cut: float,
) -> None:
    """Fail unless both functions of (scores, labels, cut) give the fraction of their jets above the cut.

    scores: (n_jets,), none of them at the cut. labels: (n_jets,), of both classes.
    """
    passing = {label: int(np.sum((scores > cut) & (labels == label))) for label in (1, 0)}
    total = {label: int(np.sum(labels == label)) for label in (1, 0)}
    what = f"{total[1]} top jets ({passing[1]} above the cut) and {total[0]} QCD jets ({passing[0]} above)"
    for function, name, own in (
        (true_positive_rate, "true_positive_rate", 1),
        (false_positive_rate, "false_positive_rate", 0),
    ):
        mine, theirs = ("top", "QCD") if own else ("QCD", "top")
        says = f"{name} could not handle {what}"
        found = number(call(function, scores.copy(), labels.copy(), cut, says=says), name)
        right = passing[own] / total[own]
        if abs(found - right) < 1e-6:
            continue
        for mistake, above, of in (
            ("accept the jets above the cut, not those below", total[own] - passing[own], total[own]),
            (
                f"this is the rate of the {theirs} jets, labels are 1 for top and 0 for QCD",
                passing[1 - own],
                total[1 - own],
            ),
            (f"divide by all {mine} jets, not by the jets that pass", passing[own], sum(passing.values())),
            (f"divide by the {mine} jets, not by the jets of both kinds", passing[own], sum(total.values())),
            (f"divide by the {mine} jets, not by the {theirs} jets", passing[own], total[1 - own]),
            (f"this is the number of jets above the cut: divide by that of all {mine} jets", passing[own], 1),
            ("a rate is a fraction from 0 to 1, not per cent", 100 * passing[own], total[own]),
        ):
            that(not of or abs(found - above / of) > 1e-6, f"{name} is wrong for {what}: {mistake}")
        if labels.dtype.kind in "iu":
            picked = scores[labels if own else ~labels]
            that(
                abs(found - np.mean(picked > cut)) > 1e-6,
                f"{name} is wrong for {what}: choose the jets with labels == {own}, since labels or ~labels in "
                "brackets are places if they are whole numbers",
            )
        close(found, right, f"{name} is wrong for {what}: count those above the cut {cut:g}, no other", atol=1e-6)


def rejects(function: Callable[..., Any], scores: np.ndarray, labels: np.ndarray, signal_efficiency: float) -> None:
    """Fail unless ``function(scores, labels, signal_efficiency)`` is the background rejection.

    The cut may keep one top jet more or fewer than asked for, and one QCD jet more or fewer may pass it.
    """
    tops, qcd = np.sort(scores[labels == 1])[::-1], scores[labels == 0]
    what = f"{len(tops)} tops and {len(qcd)} QCD jets, at a signal efficiency of {signal_efficiency:.2g}"
    found = _number_or_infinity(function, scores, labels, signal_efficiency, what)
    wanted = signal_efficiency * len(tops)
    tightest, loosest = (tops[int(np.clip(k, 0, len(tops) - 1))] for k in (np.floor(wanted) - 2, np.ceil(wanted) + 1))
    if not np.any(qcd > loosest):
        says = f"for {what}, no QCD jet passes: the rejection should be np.inf, but yours is {found:.5g}"
        that(bool(np.isposinf(found)), says)
        return
    that(not 0 <= found < 1, f"the rejection is {found:.4g}, but it is ONE OVER the false positive rate: at least 1")
    fewest, most_passing = int(np.sum(qcd > tightest)) - 1, int(np.sum(qcd > loosest)) + 1
    least, most = len(qcd) / most_passing, len(qcd) / fewest if fewest > 0 else np.inf
    if least - 1e-9 <= found <= most + 1e-9:
        return
    hint = _mistake(found, scores, labels, signal_efficiency) or (
        "take the cut from the tops alone, to within one jet, and divide by all QCD jets"
    )
    raise CheckFailed(
        f"for {what}, the rejection is {found:.5g}, but it should lie between {least:.5g} and {most:.5g}: {hint}"
    )


def _number_or_infinity(
    function: Callable[..., Any], scores: np.ndarray, labels: np.ndarray, signal_efficiency: float, what: str
) -> float:
    says = f"background_rejection could not handle {what}"
    found = call(function, scores.copy(), labels.copy(), signal_efficiency, says=says)
    if isinstance(found, np.ndarray) and found.size == 1:
        found = found.reshape(())
    shape(found, (), "the result of background_rejection", hint="one number")
    kind = np.asarray(found).dtype
    that(kind.kind in "iuf", f"background_rejection should give a number, but its type is {kind}")
    that(not np.isnan(found), f"background_rejection is not a number (NaN) for {what}")
    return float(found)


def _mistake(found: float, scores: np.ndarray, labels: np.ndarray, efficiency: float) -> str | None:
    """What a wrong rejection agrees with, in a sentence; None if with nothing known."""
    tops, qcd = scores[labels == 1], scores[labels == 0]

    def n_above(chosen: np.ndarray, others: np.ndarray = qcd, keep: float = efficiency) -> int:
        return max(int(np.sum(others > np.quantile(chosen, 1 - keep))), 1)

    n_passing, n_tops_passing = n_above(tops), n_above(tops, tops)
    in_order = n_above(scores[: len(tops)], scores[len(tops) :])
    candidates = {
        f"your cut keeps {1 - efficiency:.2g} of the tops, not {efficiency:.2g}: the fraction {1 - efficiency:.2g} of "
        "them must lie below it": n_above(tops, keep=1 - efficiency),
        "you took the cut from the jets of both kinds: take it from the tops": n_above(scores),
        "you took the cut from the QCD jets, or one over the signal efficiency: take it from the tops": n_above(qcd),
        "accept the jets above the cut, not those below": len(qcd) - n_passing,
        "the labels say which jets are tops, not their places": in_order,
    }
    values = {sentence: len(qcd) / max(n, 1) for sentence, n in candidates.items()}
    values |= {
        "divide the QCD jets that pass by all QCD jets, not by the tops": len(tops) / n_passing,
        "divide the QCD jets that pass by all QCD jets, not by the jets of both kinds": len(scores) / n_passing,
        "divide by all QCD jets, not by the jets that pass": (n_passing + n_tops_passing) / n_passing,
    }
    nearest = min(values, key=lambda sentence: abs(values[sentence] / found - 1))
    return nearest if np.isclose(found, values[nearest], rtol=3e-3) else None
