"""Checks of a classifier with label 0 for signal: its scores, its ROC curve, and how well it separates."""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.areas import roc_area
from helpers.checks.failure import that
from helpers.checks.functions import call, call_unchanged
from helpers.checks.merging import looks_scaled
from helpers.checks.mistakes import agrees
from helpers.checks.network_outputs import outputs_of
from helpers.checks.values import close, number, numbers, shape

# How far a curve may lie from the right one, and an area or a score: float32 sums lose less.
CURVE_TOLERANCE = 2e-3
AREA_TOLERANCE = 1e-3
MORE_OF_ALL = "watch the validation loss, try activations, adam, more layers or epochs"


def scores_events(function: Callable[..., Any], outputs: np.ndarray, expected: np.ndarray, source: str) -> None:
    """Fail unless ``function(outputs)`` is the expected score, (n_events,), of outputs (n_events, n_units).

    source: where they come from, as "from one unit".
    """
    count = "one event" if len(outputs) == 1 else f"{len(outputs)} events"
    found = call(function, outputs.copy(), says=f"signal_score should take the outputs {source}")
    shape(found, expected.shape, f"the score of {count} {source}", hint="one number per event")
    found = numbers(found, f"the score {source}").astype(float)
    right = np.allclose(found, expected, rtol=0, atol=1e-6)
    that(
        right or not np.allclose(found, 1 - expected, rtol=0, atol=1e-6),
        f"the score {source} is upside down: label 1 is background, and the score should be the probability of label 0",
    )
    that(
        right or not set(found.tolist()) <= {0.0, 1.0},
        f"the score {source} is a decision, 0 or 1: keep the probability, so that a cut can be put anywhere",
    )
    says = f"the score {source} should be the probability of label 0"
    close(found, expected, says, atol=1e-6)


def draws_roc(function: Callable[..., Any], scores: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> None:
    """Fail unless ``function(scores, labels, weights)`` is the ROC curve: background and signal efficiency.

    Both classes must have a sum of weights above 0. A curve may leave out points on its straight lines.
    """
    says = f"weighted_roc should take {len(scores)} scores, labels and weights"
    result = call_unchanged(function, "weighted_roc", scores, labels, weights, says=says)
    that(
        isinstance(result, tuple | list | np.ndarray) and len(result) == 2,
        "weighted_roc should return two arrays: background efficiency and signal efficiency",
    )
    background, signal = (numbers(part, "an efficiency").astype(float) for part in result)
    that(
        background.shape == signal.shape and background.ndim == 1 and background.size > 0,
        f"the two efficiencies should be 1D arrays of the same length, but have {background.shape} and {signal.shape}",
    )
    right = _curve(scores, labels, weights)
    _passes_equal_scores_together((background, signal), scores, labels, weights)
    _runs_from_tight_to_loose((background, signal), scores, labels, weights, right)
    if _apart(signal, background, right) > CURVE_TOLERANCE:
        _explain((background, signal), scores, labels, weights, right)


def _passes_equal_scores_together(
    found: tuple[np.ndarray, np.ndarray], scores: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> None:
    """Fail if the running sums were taken at the first of equal scores, in any order that sorting may leave them in."""
    for order in (np.argsort(-scores), np.argsort(-scores, kind="stable"), np.argsort(scores)[::-1]):
        first = np.append(True, np.diff(scores[order]) != 0)
        if np.all(first):
            return
        sums = [np.cumsum(np.where(labels == label, weights, 0)[order], dtype=float) for label in (1, 0)]
        for ends in ([total[-1] for total in sums], [total[first][-1] for total in sums]):
            wrong = [np.append(0, total[first] / end) for total, end in zip(sums, ends, strict=True) if end > 0]
            that(
                len(wrong) < 2 or not agrees(np.array(found), wrong, atol=CURVE_TOLERANCE),
                "the running sums are taken at the first event of equal scores: take them at the last, when all of "
                "these events have passed the cut",
            )


def _runs_from_tight_to_loose(
    found: tuple[np.ndarray, np.ndarray],
    scores: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    right: tuple[np.ndarray, np.ndarray],
) -> None:
    background, signal = found
    that(
        min(background.min(), signal.min()) >= -1e-9 and max(background.max(), signal.max()) <= 1 + 1e-6,
        "efficiencies lie between 0 and 1: divide by the sum of weights of the class",
    )
    for efficiency, other, name in ((background, signal, "background"), (signal, background, "signal")):
        that(
            not efficiency[0] > efficiency[-1] or not other[0] < other[-1],
            f"the {name} efficiency falls while the other one grows: it is one minus what it should be. Return the "
            "accepted fraction, not the rejected one",
        )
    that(
        background[0] <= background[-1] and signal[0] <= signal[-1],
        "begin with the tightest cut, (0, 0), and end with the loosest, (1, 1)",
    )
    reach = (
        f"these scores reach from {scores.min():.3g} to {scores.max():.3g}, so cut at the scores, not at fixed values"
    )
    that(
        max(background[0], signal[0]) < 1e-6
        or _apart(np.append(0, signal), np.append(0, background), right) > CURVE_TOLERANCE,
        "the curve should begin at (0, 0), as nothing passes a cut above the highest score: put a 0 in front of both "
        "efficiencies",
    )
    that(
        max(background[0], signal[0]) < 1e-6,
        f"the curve should begin at (0, 0): above the highest score nothing passes ({reach})",
    )
    all_weights = [weights[labels == label].sum() / weights.sum() for label in (1, 0)]
    that(
        not np.allclose((background[-1], signal[-1]), all_weights, rtol=0, atol=1e-6),
        "the curve should end at (1, 1): divide the weights of a class by the sum of that class, not of all events",
    )
    that(
        min(background[-1], signal[-1]) > 1 - 1e-6,
        f"the curve should end at (1, 1): below the lowest score everything passes ({reach})",
    )
    that(
        bool(np.all(np.diff(background) >= -1e-9) and np.all(np.diff(signal) >= -1e-9)),
        "from cut to cut an efficiency can only grow",
    )


def _curve(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Background and signal efficiency for all cuts."""
    from sklearn.metrics import roc_curve  # here, because notebooks without classifiers need not wait for it

    background, signal, _ = roc_curve(labels == 0, scores, sample_weight=weights, drop_intermediate=False)
    return background, signal


def _apart(found_signal: np.ndarray, found_background: np.ndarray, curve: tuple[np.ndarray, np.ndarray]) -> float:
    """How far the signal efficiencies of two curves differ, where the sum of both efficiencies is the same.

    So compared, a curve is the same whichever points are left out on its straight lines.
    """
    along = np.linspace(0, 2, 401)
    background, signal = curve
    found = np.interp(along, found_background + found_signal, found_signal)
    return float(np.max(np.abs(found - np.interp(along, background + signal, signal))))


def _explain(
    found: tuple[np.ndarray, np.ndarray],
    scores: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    right: tuple[np.ndarray, np.ndarray],
) -> None:
    """Fail with the mistake that makes a curve as wrong as the one found."""
    background, signal = found

    def would_be(curve: tuple[np.ndarray, np.ndarray]) -> bool:
        return _apart(signal, background, curve) < CURVE_TOLERANCE

    that(
        not would_be((1 - right[0][::-1], 1 - right[1][::-1])),
        "the cut runs from the lowest score up, so that the events below it are counted: sort the highest score first",
    )
    that(
        not would_be((right[1], right[0])),
        "the two efficiencies have changed places: label 0 is signal, and the background efficiency comes first",
    )
    order = np.argsort(-scores, kind="stable")
    for some_labels, some_weights, name in (
        (labels, weights, "labels and weights are"),
        (labels[order], weights, "the weights are"),
        (labels, weights[order], "the labels are"),
    ):
        sums = [np.append(0, np.cumsum(np.where(some_labels == label, some_weights, 0.0))) for label in (1, 0)]
        that(
            min(sums[0][-1], sums[1][-1]) == 0 or not would_be((sums[0] / sums[0][-1], sums[1] / sums[1][-1])),
            f"{name} in their old order, not in that of the sorted scores: index them with the same order",
        )
    n_points, n_scores = len(np.unique(np.column_stack(found), axis=0)), len(np.unique(scores))
    points = f"the curve has {n_points} different points for {n_scores} different scores"
    without_weights = _curve(scores, labels, None)
    that(
        not would_be(without_weights) and not would_be((without_weights[1], without_weights[0])),
        "the curve ignores the weights: each step should be as high as the weights say, not as the number of events",
    )
    that(
        n_points <= n_scores + 1,
        f"{points}: events of equal score pass a cut together",
    )
    that(
        n_points > n_scores,
        f"{points}: cut at each of the scores, not at fixed values",
    )
    that(False, "the curve is not the weighted one: both efficiencies are sums of weights above a cut, as fractions")


def integrates(
    function: Callable[..., Any], background: np.ndarray, signal: np.ndarray, expected: float, says: str
) -> None:
    """Fail with the sentence unless ``function(background, signal)`` is the expected area below the curve.

    background, signal: efficiencies, (n_points,), growing from 0 to 1.
    """
    found = number(call(function, background.copy(), signal.copy(), says=says), "the result of roc_area")
    that(
        abs(found - expected) < 1e-6 or abs(found - 1 + expected) > 1e-6,
        f"{says}, but the result is {found:.6g}: this is the area on the other side of the curve. The heights are the "
        "signal efficiencies, and np.trapezoid takes the heights first",
    )
    close(found, expected, says, atol=1e-6)


def separates(
    network: Any,
    scaled: np.ndarray,
    raw: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    bar: float,
    advice: str = MORE_OF_ALL,
) -> float:
    """The weighted area under the network's ROC curve on scaled inputs; fail unless it exceeds the bar.

    The network ends in one sigmoid unit, the probability of label 1, or in two softmax units. raw: the inputs before
    they were scaled, by which a network is known that was trained on them. advice: what may make the area larger.
    """
    scaled = _scaled_once(scaled, raw)
    outputs = _outputs(network, scaled)
    that(
        outputs.ndim == 2 and outputs.shape[1] in (1, 2),
        f"network should end in one or two units, but its output has the shape {outputs.shape}",
    )
    that(
        bool(np.isfinite(outputs).all()),
        "the output of network is not a number (NaN): its training ran away. Train on scaled inputs, with adam",
    )
    that(
        outputs.min() >= 0 and outputs.max() <= 1,
        f"the outputs should be probabilities in [0, 1], but they reach from {outputs.min():.3g} to "
        f"{outputs.max():.3g}: end in a sigmoid or a softmax",
    )
    that(
        outputs.shape[1] == 2 or outputs.min() < 1 - 1e-6,
        "network gives every event the output 1: a softmax of one unit is always 1, so end in a sigmoid",
    )
    if outputs.shape[1] == 2:
        sums = outputs.sum(axis=1)
        that(np.allclose(sums, 1, atol=1e-3), "two units should be a softmax, whose outputs sum to 1")
    area = roc_area(labels == 0, 1 - outputs[:, -1], weights)
    if area <= bar:
        _explain_area(area, outputs, network, scaled, raw, labels, weights)
        that(
            False,
            f"the area under the ROC curve on the validation sample is {area:.4f}; it should exceed {bar}: {advice}",
        )
    return area


def _explain_area(
    area: float,
    outputs: np.ndarray,
    network: Any,
    scaled: np.ndarray,
    raw: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
) -> None:
    """Fail with the mistake that a small area comes from, if it is one of the usual ones."""
    that(
        looks_scaled(scaled),
        "the validation inputs that `scale` returns do not have means near 0 and deviations near 1, so network cannot "
        "be judged: run the check of `scale`",
    )
    on_raw = np.nan_to_num(1 - _outputs(network, raw)[:, -1], nan=0.5)
    that(
        roc_area(labels == 0, on_raw, weights) < max(area + 0.01, 0.85),
        f"network separates the classes on inputs in GeV, but on scaled inputs its area is {area:.3f}: it was trained "
        "on raw inputs. Train it on scaled ones, as `train` does",
    )
    that(
        outputs.std() > 1e-3,
        "network gives every event nearly the same output: has it been trained, and on scaled inputs?",
    )
    that(
        area > 0.2,
        f"network calls signal background (area {area:.3f}): its output should be the probability of label 1, the "
        "background",
    )


def _scaled_once(scaled: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """The scaled inputs: a `scale` that works in place, which its own check rejects, has made them of the raw ones."""
    return raw if looks_scaled(raw) else scaled


def outputs_on(network: Any, scaled: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """The outputs of a network on scaled inputs (n_events, n_inputs), of which the raw ones are in GeV."""
    return _outputs(network, _scaled_once(scaled, raw))


def _outputs(network: Any, inputs: np.ndarray) -> np.ndarray:
    says = "network should be a Keras network that takes inputs of six columns, such as `scale` returns"
    return outputs_of(network, inputs, says)


def scores_of(value: Any, network: Any, scaled: np.ndarray, raw: np.ndarray) -> None:
    """Fail unless the value holds the network's signal scores, (n_events,), of these events in their order."""
    scaled = _scaled_once(scaled, raw)
    shape(value, (len(scaled),), "test_scores", hint="one score for each event of the test sample")
    found = numbers(value, "test_scores").astype(float)
    wanted = 1 - _outputs(network, scaled)[:, -1]

    def would_be(other: np.ndarray) -> bool:
        return bool(np.allclose(found, other, rtol=0, atol=AREA_TOLERANCE))

    if would_be(wanted):
        return
    that(
        not would_be(1 - wanted),
        "test_scores are upside down: signal events score lower than background events. Use signal_score",
    )
    on_raw = 1 - _outputs(network, raw)[:, -1]
    that(
        not would_be(on_raw) and not would_be(1 - on_raw),
        "test_scores come from test inputs that were not scaled: give network the inputs that `scale` returns",
    )
    that(
        not would_be((wanted > 0.5).astype(float)),
        "test_scores are decisions, 0 or 1: keep the probabilities, so that a cut can be put anywhere",
    )
    that(
        not np.allclose(np.sort(found), np.sort(wanted), rtol=0, atol=AREA_TOLERANCE),
        "test_scores are in another order than the test sample: score its events as they stand",
    )
    that(False, "test_scores are not the signal scores of network on the scaled test inputs, event by event")


def area_of(value: Any, scores: Any, labels: np.ndarray, weights: np.ndarray) -> None:
    """Fail unless the value is the weighted area under the ROC curve of signal scores."""
    found = number(value, "test_area")
    scores = numbers(scores, "test_scores").astype(float)
    wanted, unweighted = (roc_area(labels == 0, scores, each) for each in (weights, None))
    if abs(found - wanted) <= AREA_TOLERANCE:
        return
    that(
        abs(found - 1 + wanted) > AREA_TOLERANCE,
        "test_area is the area above the curve: label 0 is signal, whose scores are large",
    )
    that(
        abs(found - unweighted) > AREA_TOLERANCE,
        "test_area ignores the event weights: give them to weighted_roc",
    )
    says = "test_area is not the weighted area under the ROC curve of test_scores"
    close(found, wanted, says, atol=AREA_TOLERANCE, rtol=0)
