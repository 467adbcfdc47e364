"""Checks of momenta, masses and positions of constituents: each mistake gets its own sentence."""

import numpy as np
import pytest

from helpers import checks, datasets
from helpers.checks import CheckFailed

JETS, _ = datasets.load_jets("top_tagging/train.h5", stop=200)
LIGHT = np.array([[[100.0, 60.0, 80.05, 0.0]]])


def transverse(p):
    return np.hypot(p[..., 1], p[..., 2])


def eta(p):
    pt = transverse(p)
    return np.arcsinh(p[..., 3] / np.where(pt > 0, pt, 1))


def phi(p):
    return np.arctan2(p[..., 2], p[..., 1])


def summed(p):
    return p.sum(axis=1, dtype=float)


def squared_mass(p):
    energy, px, py, pz = p.T
    return energy**2 - px**2 - py**2 - pz**2


def emptied(function):
    def called(p):
        result = function(p)
        p[:] = 0
        return result

    return called


@pytest.mark.parametrize("given", [JETS, JETS[:1, :10], np.zeros((2, 3, 4))], ids=["jets", "one jet", "zeros"])
def test_right_momenta_and_masses(given):
    checks.jet_momenta(lambda p: transverse(summed(p)), given)
    checks.jet_momenta(lambda p: transverse(p.sum(axis=1, dtype="float32")).tolist(), given)
    checks.jet_masses(lambda p: np.sqrt(np.maximum(squared_mass(summed(p)), 0)), given)
    checks.constituent_momenta(transverse, given)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda p: transverse(p).sum(axis=1), "jet_pt is the sum of the constituents' pT, but momenta are vectors"),
        (lambda p: transverse(p[:, 0]), "jet_pt is that of the leading constituent"),
        (lambda p: np.hypot(*summed(p)[:, :2].T), "jet_pt takes E and px"),
        (lambda p: np.linalg.norm(summed(p)[:, 1:], axis=1), "jet_pt is the whole momentum: leave out pz"),
        (lambda p: transverse(summed(p)) ** 2, "jet_pt is the square of the momentum"),
        (lambda p: transverse(summed(p[:, :5])), "jet_pt is wrong for 200 jets of 200 constituents"),
        (lambda p: transverse(summed(p))[:, None], "one number per jet"),
        (emptied(lambda p: transverse(summed(p))), "jet_pt changed the array that it was given"),
        (lambda p: p[:, 7000], "jet_pt could not handle 200 jets of 200 constituents .it raised IndexError"),
    ],
)
def test_jet_momenta_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.jet_momenta(function, JETS)


@pytest.mark.parametrize(
    ("square", "says"),
    [
        (lambda p: (p**2 * [1, -1, -1, -1]).sum(axis=(1, 2)), "jet_mass adds up squares of components"),
        (lambda p: squared_mass(summed(p)) ** 2, "jet_mass is the square of the mass: take the root"),
        (lambda p: (summed(p)[:, 1:] ** 2).sum(axis=1), "jet_mass is the size of the momentum"),
        (lambda p: squared_mass(summed(p)) + summed(p)[:, 3] ** 2, "jet_mass forgets pz"),
        (lambda p: squared_mass(summed(p)) + 2 * summed(p)[:, 3] ** 2, "jet_mass adds the square of pz"),
        (lambda p: squared_mass(np.roll(summed(p), 1, axis=1)), "jet_mass takes pz for the energy: E is at position 0"),
        (lambda p: squared_mass(summed(p[:, :20])), "jet_mass is wrong for 200 jets"),
    ],
)
def test_jet_masses_says_what_is_wrong(square, says):
    with pytest.raises(CheckFailed, match=says):
        checks.jet_masses(lambda p: np.sqrt(np.maximum(square(p.astype(float)), 0)), JETS)


FAST = np.array([[[2000, 2000, 0, 0], [5e-5, -5e-5, 0, 0]]], dtype="float32")


@pytest.mark.parametrize("bits", ["float32", "float64"])
def test_the_sum_of_four_momenta_is_made_in_64_bits(bits):
    checks.jet_masses(lambda p: np.sqrt(np.maximum(squared_mass(summed(p)), 0)), FAST)
    with pytest.raises(CheckFailed, match="right but for rounding: add up in 64 bits"):
        checks.jet_masses(lambda p: np.sqrt(np.maximum(squared_mass(p.sum(axis=1).astype(bits)), 0)), FAST)


def test_masses_of_constituents_are_not_added():
    heavy = np.array([[[5.0, 3.0, 0.0, 0.0], [13.0, 0.0, 0.0, 5.0]]])
    with pytest.raises(CheckFailed, match="jet_mass adds up masses of constituents"):
        checks.jet_masses(lambda p: np.sqrt(squared_mass(p[0]))[None].sum(axis=1), heavy)


@pytest.mark.parametrize(
    ("mass", "says"),
    [
        (lambda square: np.where(square < 0, np.nan, 0), "jet_mass is not a number for a jet whose squared mass"),
        (lambda square: np.sqrt(abs(square)), r"\(-8 GeV²\) should be 0, but yours is 2.83 GeV"),
        (lambda square: -np.sqrt(abs(square)), "should be 0, but yours is -2.83 GeV"),
        (lambda square: square[square > 0], "the shape of jet_mass of one jet of 1 constituents is .0,."),
    ],
)
def test_a_mass_is_nowhere_imaginary(mass, says):
    with pytest.raises(CheckFailed, match=says):
        checks.jet_masses(lambda p: mass(squared_mass(summed(p))), LIGHT)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda p: np.linalg.norm(p[..., 1:], axis=2), "constituent_pt is the whole momentum: leave out pz"),
        (lambda p: np.hypot(p[..., 0], p[..., 1]), "constituent_pt takes E and px"),
        (lambda p: np.hypot(p[..., 2], p[..., 3]), "constituent_pt takes py and pz"),
        (lambda p: np.abs(p[..., 1:3]).sum(axis=2), "constituent_pt adds px and py"),
        (lambda p: transverse(p) ** 2, "constituent_pt is the square of the momentum"),
        (lambda p: np.sort(transverse(p)), "constituent_pt is in another order than the constituents"),
        (lambda p: np.round(transverse(p)), "constituent_pt is wrong"),
        (lambda p: np.where(transverse(p) > 0, transverse(p), np.nan), "is not a number .* for rows of zeros"),
        (lambda p: transverse(summed(p)), "one number per constituent of each jet"),
    ],
)
def test_constituent_momenta_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.constituent_momenta(function, JETS)


def columns(share=None, delta_eta=None, delta_phi=None, missing=0.0):
    """relative_features with some of its columns made otherwise: functions of the constituents and their sum."""

    def function(constituents):
        p = constituents.astype(float)
        lead, total = p[:, :30], p.sum(axis=1)[:, None]
        difference = phi(lead) - phi(total)
        table = [
            share(p) if share else transverse(lead) / transverse(total),
            delta_eta(lead, total) if delta_eta else eta(lead) - eta(total),
            delta_phi(difference) if delta_phi else (difference + np.pi) % (2 * np.pi) - np.pi,
        ]
        there = transverse(lead)[..., None] > 0
        return np.where(there, np.stack(table, axis=2), missing).reshape(len(p), 90)

    return function


def weighted_eta(lead, total):
    return eta(lead) - np.average(eta(lead), axis=1, weights=transverse(lead), keepdims=True)


@pytest.mark.parametrize("given", [JETS, JETS[:1], JETS[:50, :30]], ids=["jets", "one jet", "30 constituents"])
def test_right_columns(given):
    checks.relative_columns(columns(), given)
    checks.relative_columns(lambda p: columns()(p).astype("float32").tolist(), given)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (columns(missing=np.nan), "not finite for missing constituents: rows of zeros have no direction"),
        (columns(missing=-1), "the missing constituents .rows of zeros. should all be 0"),
        (columns(delta_eta=lambda lead, total: np.full(lead.shape[:2], np.inf)), "values that are not finite .NaN or"),
        (lambda p: columns()(p).reshape(-1, 30, 3).swapaxes(1, 2).reshape(-1, 90), "stand quantity by quantity"),
        (
            lambda p: columns()(p).reshape(-1, 30, 3)[..., [1, 2, 0]].reshape(-1, 90),
            "the shares of pT should be in columns 0, 3, 6",
        ),
        (columns(share=lambda p: transverse(p[:, :30])), "these are transverse momenta"),
        (columns(share=lambda p: p[:, :30, 0] / p[..., 0].sum(axis=1)[:, None]), "these are shares of the energy"),
        (columns(share=lambda p: transverse(p[:, :30]) / transverse(p[:, :1])), "by the pT of the leading constituent"),
        (columns(share=lambda p: transverse(p[:, :30]) / transverse(p).sum(axis=1)[:, None]), "by a sum of pT"),
        (columns(share=lambda p: transverse(p[:, :30]) / transverse(summed(p[:, :30]))[:, None]), "you sum the 30"),
        (columns(share=lambda p: np.sqrt(transverse(p[:, :30]))), "the shares of the jet's pT are wrong"),
        (columns(delta_eta=lambda lead, total: eta(total) - eta(lead)), "delta eta has the wrong sign"),
        (columns(delta_eta=lambda lead, total: eta(lead)), "this is eta itself"),
        (columns(delta_eta=lambda lead, total: eta(lead) - eta(lead[:, :1])), "subtract the eta of the leading"),
        (columns(delta_eta=weighted_eta), "subtract a mean of the constituents' eta"),
        (
            columns(delta_eta=lambda lead, total: eta(lead) - np.arctanh(total[..., 3] / total[..., 0])),
            "subtract the rapidity of the jet",
        ),
        (
            columns(
                delta_eta=lambda lead, total: (
                    np.arctan2(transverse(lead), lead[..., 3]) - np.arctan2(transverse(total), total[..., 3])
                )
            ),
            "this is a difference of polar angles",
        ),
        (columns(delta_eta=lambda lead, total: 2 * (eta(lead) - eta(total))), "delta eta is wrong"),
        (columns(delta_phi=lambda difference: difference), "delta phi is not wrapped for jets at the edge"),
        (columns(delta_phi=lambda difference: difference % (2 * np.pi)), "delta phi runs from 0 to 2π"),
        (columns(delta_phi=lambda difference: -((difference + np.pi) % (2 * np.pi) - np.pi)), "not atan2.px, py."),
        (
            columns(delta_phi=lambda difference: np.abs((difference + np.pi) % (2 * np.pi) - np.pi)),
            "delta phi has lost its sign",
        ),
        (columns(delta_phi=np.sin), "delta phi is wrong: the axis is the azimuth of the sum"),
        (lambda p: columns()(p)[:, :60], "3 columns for each of 30 constituents"),
        (emptied(columns()), "relative_features changed the array"),
    ],
)
def test_relative_columns_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.relative_columns(function, JETS)


def test_phi_itself_is_no_delta_phi():
    def itself(p):
        table = columns()(p).reshape(-1, 30, 3)
        table[..., 2] = phi(p[:, :30].astype(float))
        return table.reshape(-1, 90)

    with pytest.raises(CheckFailed, match="this is phi itself: subtract that of the jet"):
        checks.relative_columns(itself, JETS)
