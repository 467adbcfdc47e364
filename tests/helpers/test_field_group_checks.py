"""Checks of normalisation by group: each mistake has its own sentence."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

ANGLE = {"low": -np.pi, "high": np.pi}
ENERGY = {"mean": 4.0, "width": 0.8}
ANGLES = np.linspace(-3.0, 2.5, 7)
ENERGIES = np.array([0.0, 12.0, 91.2, 800.0])


def normalise(values, group):
    if "low" in group:
        return (2 * values - group["low"] - group["high"]) / (group["high"] - group["low"])
    return (np.log1p(values) - group["mean"]) / group["width"]


def denormalise(values, group):
    if "low" in group:
        return (values * (group["high"] - group["low"]) + group["low"] + group["high"]) / 2
    return np.expm1(values * group["width"] + group["mean"])


def in_place(values, group):
    values += 1
    return values


def test_right_answers_pass():
    for values, group in ((ANGLES, ANGLE), (ENERGIES, ENERGY), (ENERGIES.astype("float32"), ENERGY)):
        checks.normalises(normalise, values, group)
        checks.restores(denormalise, values, group)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda values, group: values / (2 * np.pi), "divided by high - low"),
        (lambda values, group: (values + np.pi) / (2 * np.pi), "low becomes 0"),
        (lambda values, group: 2 * (values - values.min()) / np.ptp(values) - 1, "range is that of the values at hand"),
        (lambda values, group: -values / np.pi, "the sign is wrong"),
        (lambda values, group: values, "and others in proportion"),
        (lambda values, group: values[:2], "one value for each value"),
        (in_place, "changed the values"),
    ],
)
def test_mistakes_with_a_range(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.normalises(function, ANGLES, ANGLE)


def test_values_beyond_the_range():
    with pytest.raises(CheckFailed, match="let them lie beyond"):
        checks.normalises(
            lambda values, group: np.clip(normalise(values, group), -1, 1), np.array([0.5, 2.0]), {"low": 0, "high": 1}
        )


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda values, group: (values - 4.0) / 0.8, "the logarithm is missing"),
        (lambda values, group: (np.log(values) - 4.0) / 0.8, "has no logarithm"),
        (lambda values, group: np.log1p(values) / 0.8, "the mean is not taken away"),
        (lambda values, group: np.log1p(values), "should become"),
        (
            lambda values, group: (np.log1p(values) - np.log1p(values).mean()) / np.log1p(values).std(),
            "take those of the group",
        ),
    ],
)
def test_mistakes_with_an_energy(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.normalises(function, ENERGIES, ENERGY)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda values, group: np.exp(values * 0.8 + 4.0), "forgets to take 1 away"),
        (lambda values, group: values * 0.8 + 4.0, "leaves the logarithm"),
        (normalise, "denormalise"),
        (lambda values, group: values, "should undo normalise"),
    ],
)
def test_mistakes_of_the_inverse(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.restores(function, ENERGIES, ENERGY)


def group_of(logarithm=np.log1p, width=np.std):
    return lambda values: {"mean": logarithm(values).mean(), "width": width(logarithm(values))}


def test_groups_of_energies():
    checks.fits_energies(group_of(), ENERGIES)
    with pytest.raises(CheckFailed, match="of the values themselves"):
        checks.fits_energies(group_of(np.asarray), ENERGIES)
    with pytest.raises(CheckFailed, match="natural logarithm"):
        checks.fits_energies(group_of(lambda values: np.log10(1 + values)), ENERGIES)
    with pytest.raises(CheckFailed, match="has no logarithm"):
        checks.fits_energies(group_of(np.log), ENERGIES)
    with pytest.raises(CheckFailed, match="should be the deviation"):
        checks.fits_energies(group_of(width=np.var), ENERGIES)
    with pytest.raises(CheckFailed, match="should be 1"):
        checks.fits_energies(group_of(), np.full(5, 3.0))
