"""Checks of functions that normalise the values of a field by its group, and back."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, dictionary, equal, number, numbers, shape

Group = Mapping[str, float]


def fits_energies(function: Callable[..., Any], training: np.ndarray) -> None:
    """Fail unless ``function(training)`` gives {"mean": …, "width": …} of ln(1 + value), and width 1 for equal values.

    training: (n_events,) in GeV, from 0.
    """
    given = training.copy()
    with np.errstate(all="ignore"):
        found = call(function, given, says=f"energy_group should take {len(training)} values")
    equal(given, training, "energy_group changed the values that it was given")
    dictionary(found, ("mean", "width"), "what energy_group returns")
    for name in ("mean", "width"):
        value = np.asarray(found[name])
        finite = value.dtype.kind in "biuf" and bool(np.isfinite(value).all())
        that(
            finite or value.dtype.kind not in "f",
            f"the {name} is {found[name]}: a value of 0 has no logarithm, so take ln(1 + value), as np.log1p does",
        )
    mean, width = (number(found[name], f"the {name} of energy_group") for name in ("mean", "width"))
    logarithms = np.log1p(training.astype(float))
    expected = logarithms.mean(), logarithms.std()
    plain = training.astype(float)
    explained(
        np.array([mean, width]),
        {
            "these are mean and deviation of the values themselves: take those of ln(1 + value)": (
                plain.mean(),
                plain.std(),
            ),
            "these are mean and deviation of ln(value), but a value of 0 has no logarithm: take ln(1 + value)": (
                np.log(plain[plain > 0]).mean(),
                np.log(plain[plain > 0]).std(),
            ),
            "these are mean and deviation of log10: the natural logarithm is asked for": np.array(expected)
            / np.log(10),
        }
        if expected[1] > 0
        else {},
    )
    close(mean, expected[0], "the mean of energy_group should be that of ln(1 + value)", rtol=1e-4, atol=1e-6)
    if len(np.unique(training)) == 1:
        close(width, 1.0, "where all values are equal the width should be 1, or normalise divides by 0", rtol=1e-4)
        return
    # With n - 1 in the place of n the deviation is larger by 1/2n.
    tolerance = 1e-4 + 1 / len(training)
    close(width, expected[1], "the width of energy_group should be the deviation of ln(1 + value)", rtol=tolerance)


def normalises(function: Callable[..., Any], values: np.ndarray, group: Group) -> None:
    """Fail unless ``function(values, group)`` maps low … high to -1 … 1, or ln(1 + value) to (… - mean) / width."""
    found = _result(function, values, group, "normalise")
    expected = _normalised(values.astype(float), group)
    if agrees(found, expected, rtol=1e-4, atol=1e-5):
        return
    explained(found, _mistakes(values.astype(float), group), atol=1e-4)
    wanted = (
        f"{group['low']:g} should become -1 and {group['high']:g} become 1, and others in proportion"
        if "low" in group
        else "an energy should become (ln(1 + energy) - mean) / width"
    )
    close(found, expected, f"normalise for the group {_said(group)}: {wanted}", rtol=1e-4, atol=1e-5)


def restores(function: Callable[..., Any], values: np.ndarray, group: Group) -> None:
    """Fail unless ``function(normalised values, group)`` gives the values back."""
    normalised = _normalised(values.astype(float), group)
    found = _result(function, normalised.astype(values.dtype), group, "denormalise")
    if not agrees(found, values, rtol=2e-3, atol=1e-3):
        explained(
            found,
            {
                "denormalise normalises once more: it should undo what normalise does": _normalised(
                    np.maximum(normalised, -0.999) if "mean" in group else normalised, group
                ),
                "denormalise forgets to take 1 away again: the inverse of np.log1p is np.expm1": np.asarray(values)
                + 1.0,
                "denormalise leaves the logarithm: the inverse of np.log1p is np.expm1": np.log1p(np.abs(values)),
            },
            atol=1e-3,
        )
    close(found, values, f"denormalise for the group {_said(group)} should undo normalise", rtol=2e-3, atol=1e-3)


def _result(function: Callable[..., Any], values: np.ndarray, group: Group, name: str) -> np.ndarray:
    given, of = values.copy(), dict(group)
    with np.errstate(all="ignore"):
        found = call(function, given, of, says=f"{name} should take {len(values)} values and the group {_said(group)}")
    equal(given, values, f"{name} changed the values that it was given: compute new ones")
    that(of == dict(group), f"{name} changed the group that it was given")
    shape(found, values.shape, f"the result of {name}", hint="one value for each value")
    result = np.asarray(found)
    if result.dtype.kind == "f" and not np.isfinite(result).all() and "mean" in group:
        that(False, f"{name} gives values that are not finite: an energy of 0 has no logarithm, so take ln(1 + energy)")
    return numbers(found, f"the result of {name}").astype(float)


def _normalised(values: np.ndarray, group: Group) -> np.ndarray:
    if "low" in group:
        shifted: np.ndarray = (2 * values - group["low"] - group["high"]) / (group["high"] - group["low"])
        return shifted
    scaled: np.ndarray = (np.log1p(values) - group["mean"]) / group["width"]
    return scaled


def _mistakes(values: np.ndarray, group: Group) -> dict[str, Any]:
    if "mean" in group:
        logarithms = np.log1p(values)
        width = logarithms.std() or 1.0
        return {
            "mean and width are those of the values at hand: take those of the group, from training events": (
                logarithms - logarithms.mean()
            )
            / width,
            "the logarithm is missing: an energy becomes (ln(1 + energy) - mean) / width": (values - group["mean"])
            / group["width"],
            "the mean is not taken away": logarithms / group["width"],
        }
    low, high = group["low"], group["high"]
    spread = np.ptp(values) or 1.0
    expected = _normalised(values, group)
    return {
        "the range is that of the values at hand: take low and high of the group": 2 * (values - values.min()) / spread
        - 1,
        "low becomes 0: the result should run from -1 to 1": (values - low) / (high - low),
        "the values are divided by high - low, so that they end at half of what is asked for": values / (high - low),
        "values beyond the range are cut off: let them lie beyond -1 and 1": np.clip(expected, -1, 1),
        "the sign is wrong: low should become -1": -expected,
    }


def _said(group: Group) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in group.items())
