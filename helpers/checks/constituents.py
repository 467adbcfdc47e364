"""Checks of what is computed from a jet's constituents: momenta, masses, and positions relative to the jet.

Constituents are arrays (n_jets, n_constituents, 4) of E, px, py, pz in GeV, with rows of zeros after the last one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, equal, numbers, plain, shape

# What sums of 200 numbers in 32 bits lose: of a momentum, of an angle, of a squared energy.
RELATIVE, ANGLE_TOLERANCE, SQUARE_TOLERANCE = 1e-4, 3e-4, 1e-5
# [GeV] Sums in 64 bits lose less of a mass, those in 32 bits more of a fast light jet's.
MASS_TOLERANCE = 0.01
N_LEADING = 30


def jet_momenta(function: Callable[..., Any], constituents: np.ndarray) -> None:
    """Fail unless ``function(constituents)`` is the transverse momentum of each jet, (n_jets,), in GeV."""
    found = numbers(_result(function, "jet_pt", constituents, (len(constituents),), "one number per jet"), "jet_pt")
    p = constituents.astype(float)
    total, pt = p.sum(axis=1), np.hypot(p[..., 1], p[..., 2])
    right = np.hypot(total[:, 1], total[:, 2])
    if agrees(found, right, RELATIVE, 1e-6):
        return
    explained(
        found,
        {
            "jet_pt is the sum of the constituents' pT, but momenta are vectors: add px and py first": pt.sum(axis=1),
            "jet_pt is that of the leading constituent: add the px and py of all constituents first": pt[:, 0],
            "jet_pt takes E and px, but px and py are at positions 1 and 2": np.hypot(total[:, 0], total[:, 1]),
            "jet_pt is the whole momentum: leave out pz, which is along the beam": np.hypot(right, total[:, 3]),
            "jet_pt is the square of the momentum: take the root": right**2,
        },
    )
    says = f"jet_pt is wrong for {_jets(constituents)}: sum px and py, then take the root of the sum of their squares"
    close(found, right, says, RELATIVE, 1e-6)


def jet_masses(function: Callable[..., Any], constituents: np.ndarray) -> None:
    """Fail unless ``function(constituents)`` is the mass of each jet, (n_jets,), in GeV, nowhere imaginary.

    Constituents in 32 bits must be summed in 64.
    """
    found = plain(_result(function, "jet_mass", constituents, (len(constituents),), "one number per jet"), "jet_mass")
    p = constituents.astype(float)
    squares, total = p**2, p.sum(axis=1)
    squared = total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(axis=1)
    imaginary = squared < 0
    if imaginary.any():
        example = f"a jet whose squared mass comes out below zero ({squared.min():.3g} GeV²)"
        values = found[imaginary].astype(float)
        that(bool(np.isfinite(values).all()), f"jet_mass is not a number for {example}: its mass should be 0")
        largest = max(values, key=abs)
        that(abs(largest) < MASS_TOLERANCE, f"the mass of {example} should be 0, but yours is {largest:.3g} GeV")
    found, right = numbers(found, "jet_mass"), np.sqrt(np.maximum(squared, 0))
    if agrees(found, right, 0, MASS_TOLERANCE):
        return
    lost = np.abs(found.astype(float) ** 2 - np.maximum(squared, 0))
    that(
        constituents.dtype != np.float32 or bool(np.any(lost > SQUARE_TOLERANCE * total[:, 0] ** 2)),
        "jet_mass is right but for rounding: add up in 64 bits, since a sum made in 32 bits has lost the digits that a "
        "light jet's mass is made of, and a change to 64 bits afterwards does not bring them back",
    )
    own = np.sqrt(np.maximum(squares[..., 0] - squares[..., 1:].sum(axis=-1), 0))
    energy, *momentum = squares.sum(axis=1).T
    transverse = total[:, 0] ** 2 - total[:, 1] ** 2 - total[:, 2] ** 2
    pz_first = 2 * total[:, 3] ** 2 - (total**2).sum(axis=1)
    squares_of_mistakes = {
        "jet_mass adds up squares of components: sum the four-momenta before you square": energy - sum(momentum),
        "jet_mass is the square of the mass: take the root": squared**2,
        "jet_mass is the size of the momentum: subtract its square from that of E": total[:, 0] ** 2 - squared,
        "jet_mass forgets pz: all three components are subtracted": transverse,
        "jet_mass adds the square of pz: all three components are subtracted": transverse + total[:, 3] ** 2,
        "jet_mass takes pz for the energy: E is at position 0": pz_first,
    }
    mistakes = {"jet_mass adds up masses of constituents: sum the four-momenta before you square": own.sum(axis=1)}
    mistakes |= {says: np.sqrt(np.maximum(square, 0)) for says, square in squares_of_mistakes.items()}
    explained(found, mistakes, atol=1e-2)
    close(found, right, f"jet_mass is wrong for {_jets(constituents)}", 0, MASS_TOLERANCE)


def constituent_momenta(function: Callable[..., Any], constituents: np.ndarray) -> None:
    """Fail unless ``function(constituents)`` is the pT of each constituent, (n_jets, n_constituents), in GeV."""
    hint = "one number per constituent of each jet"
    result = _result(function, "constituent_pt", constituents, constituents.shape[:2], hint)
    p = constituents.astype(float)
    right = np.hypot(p[..., 1], p[..., 2])
    found = plain(result, "constituent_pt")
    missing = ~np.isfinite(found[right == 0].astype(float)).all()
    that(not missing, "constituent_pt is not a number (NaN or infinity) for rows of zeros: theirs is 0")
    found = numbers(found, "constituent_pt")
    if agrees(found, right, 1e-5, 1e-6):
        return
    explained(
        found,
        {
            "constituent_pt is the whole momentum: leave out pz, which is along the beam": np.hypot(right, p[..., 3]),
            "constituent_pt takes E and px, but px and py are at positions 1 and 2": np.hypot(p[..., 0], p[..., 1]),
            "constituent_pt takes py and pz, but px and py are at positions 1 and 2": np.hypot(p[..., 2], p[..., 3]),
            "constituent_pt adds px and py: take the root of the sum of their squares": np.abs(p[..., 1])
            + np.abs(p[..., 2]),
            "constituent_pt is the square of the momentum: take the root": right**2,
        },
    )
    that(
        not agrees(np.sort(found, axis=1), np.sort(right, axis=1), 1e-5, 1e-6),
        "constituent_pt is in another order than the constituents: leave them where they stand",
    )
    says = "constituent_pt is wrong: it is the root of a constituent's own px squared plus its own py squared, in GeV"
    close(found, right, says, 1e-5, 1e-6)


def relative_columns(function: Callable[..., Any], constituents: np.ndarray) -> None:
    """Fail unless ``function(constituents)`` holds pT share, Δη and Δφ of the 30 leading constituents, (n_jets, 90).

    The axis and transverse momentum of a jet are those of the sum of all constituents given.
    """
    hint = f"one row per jet, 3 columns for each of {N_LEADING} constituents"
    result = _result(function, "relative_features", constituents, (len(constituents), 3 * N_LEADING), hint)
    found = plain(result, "relative_features").astype(float).reshape(-1, N_LEADING, 3)
    p, total = constituents[:, :N_LEADING].astype(float), constituents.sum(axis=1, dtype=float)[:, np.newaxis]
    there = np.hypot(p[..., 1], p[..., 2]) > 0
    that(
        bool(np.isfinite(found[~there]).all()),
        "relative_features has values that are not finite for missing constituents: rows of zeros have no direction",
    )
    that(bool(np.isfinite(found).all()), "relative_features has values that are not finite (NaN or infinity)")
    _in_order(found, p, total, there)
    that(
        bool(np.all(found[~there] == 0)),
        "the features of the missing constituents (rows of zeros) should all be 0",
    )
    _shares(found[..., 0], p, total, constituents)
    _delta_eta(found[..., 1], p, total, there)
    _delta_phi(found[..., 2], p, total, there)


def _in_order(found: np.ndarray, p: np.ndarray, total: np.ndarray, there: np.ndarray) -> None:
    shares = _pt(p) / _pt(total)
    that(
        agrees(found[..., 0], shares) or not agrees(found.reshape(len(p), 3, -1)[:, 0], shares),
        "the columns stand quantity by quantity, but constituent by constituent is expected: share, delta eta, delta "
        "phi of the first, then of the second, …",
    )
    that(
        agrees(found[..., 0], shares) or not any(agrees(found[..., i], shares) for i in (1, 2)),
        "the shares of pT should be in columns 0, 3, 6, …, followed by delta eta and delta phi",
    )


def _shares(found: np.ndarray, p: np.ndarray, total: np.ndarray, constituents: np.ndarray) -> None:
    pt, whole = _pt(p), _pt(total)
    columns = "columns 0, 3, 6, …:"
    if agrees(found, pt / whole, RELATIVE, 1e-6):
        return
    sums = _pt(constituents.astype(float)).sum(axis=1, keepdims=True)
    explained(
        found,
        {
            f"{columns} these are transverse momenta: divide by that of the jet": pt,
            f"{columns} these are shares of the energy: take transverse momenta": p[..., 0] / total[..., 0],
            f"{columns} you divide by the pT of the leading constituent: divide by that of the jet": pt / pt[:, :1],
            f"{columns} you divide by a sum of pT: divide by the pT of the summed momentum": pt / sums,
            f"{columns} you sum the {N_LEADING} leading constituents: divide by the pT of the whole jet": pt
            / _pt(p.sum(axis=1, keepdims=True)),
        },
        rtol=RELATIVE,
    )
    close(
        found,
        pt / whole,
        f"{columns} the shares of the jet's pT are wrong: divide by the pT of the whole jet",
        RELATIVE,
        1e-6,
    )


def _delta_eta(found: np.ndarray, p: np.ndarray, total: np.ndarray, there: np.ndarray) -> None:
    eta, axis = _eta(p), _eta(total)
    right = np.where(there, eta - axis, 0)
    columns = "columns 1, 4, 7, …:"
    if agrees(found, right, 0, ANGLE_TOLERANCE):
        return
    weighted = np.average(eta, axis=1, weights=_pt(p), keepdims=True)
    theta, axis_theta = (np.arctan2(_pt(v), v[..., 3]) for v in (p, total))
    with np.errstate(invalid="ignore", divide="ignore"):
        rapidity = np.arctanh(total[..., 3] / total[..., 0])
    explained(
        found,
        {
            f"{columns} delta eta has the wrong sign: it is the constituent's eta minus that of the jet": -right,
            f"{columns} this is eta itself: subtract that of the jet": eta * there,
            f"{columns} you subtract the eta of the leading constituent, not of the jet": (eta - eta[:, :1]) * there,
            f"{columns} you subtract a mean of the constituents' eta: the axis is the eta of their summed momentum": (
                (eta - weighted) * there
            ),
            f"{columns} you subtract the rapidity of the jet, which has E in it: take its pseudorapidity": (
                (eta - rapidity) * there
            ),
            f"{columns} this is a difference of polar angles: take pseudorapidities": (theta - axis_theta) * there,
        },
        rtol=0,
        atol=ANGLE_TOLERANCE,
    )
    says = f"{columns} delta eta is wrong: the axis is the pseudorapidity of the sum of all constituents' momenta"
    close(found, right, says, 0, ANGLE_TOLERANCE)


def _delta_phi(found: np.ndarray, p: np.ndarray, total: np.ndarray, there: np.ndarray) -> None:
    phi, axis = (np.arctan2(v[..., 2], v[..., 1]) for v in (p, total))
    plain_difference = np.where(there, phi - axis, 0)
    right = (plain_difference + np.pi) % (2 * np.pi) - np.pi
    columns = "columns 2, 5, 8, …:"
    if agrees(found, right, 0, ANGLE_TOLERANCE):
        return
    explained(
        found,
        {
            f"{columns} delta phi has the wrong sign: it is the constituent's phi minus that of the jet, and phi is "
            "atan2(py, px), not atan2(px, py)": -right,
            f"{columns} this is phi itself: subtract that of the jet": phi * there,
            f"{columns} delta phi has lost its sign: constituents lie on both sides of the jet": np.abs(right),
            f"{columns} delta phi runs from 0 to 2π: bring the difference into [-π, π)": right % (2 * np.pi),
        },
        rtol=0,
        atol=ANGLE_TOLERANCE,
    )
    wrong = np.abs(found - right) > ANGLE_TOLERANCE
    that(
        not np.all(np.abs(plain_difference[wrong]) > np.pi),
        f"{columns} delta phi is not wrapped for jets at the edge: phi = 3.1 and phi = -3.1 are neighbours, bring the "
        "difference into [-π, π)",
    )
    says = f"{columns} delta phi is wrong: the axis is the azimuth of the sum of all constituents' momenta"
    close(found, right, says, 0, ANGLE_TOLERANCE)


def _result(
    function: Callable[..., Any], name: str, constituents: np.ndarray, expected: tuple[int, ...], hint: str
) -> Any:
    """What the function returns for a copy of the constituents: of the expected shape, and the copy unchanged."""
    given = constituents.copy()
    result = call(function, given, says=f"{name} could not handle {_jets(constituents)}")
    shape(result, expected, f"{name} of {_jets(constituents)}", hint=hint)
    equal(given, constituents, f"{name} changed the array that it was given: work on new ones")
    return result


def _jets(constituents: np.ndarray) -> str:
    n_jets, n_constituents, _ = constituents.shape
    return f"{'one jet' if n_jets == 1 else f'{n_jets} jets'} of {n_constituents} constituents"


def _pt(p: np.ndarray) -> np.ndarray:
    transverse: np.ndarray = np.hypot(p[..., 1], p[..., 2])
    return transverse


def _eta(p: np.ndarray) -> np.ndarray:
    pt = _pt(p)
    eta: np.ndarray = np.arcsinh(np.divide(p[..., 3], pt, out=np.zeros_like(pt), where=pt > 0))
    return eta
