"""The parametric detector of the di-Higgs events: b tags, leptons, flavours and preselection, on hand-made objects."""

from types import SimpleNamespace

import numpy as np
import pytest

from data.generation.dihiggs import detector, hard_process, particles, selection
from data.generation.dihiggs.leptons import Lepton, find_leptons
from data.generation.dihiggs.particles import Particles
from data.generation.jets import Jet
from data.generation.leptons import has_lepton


def generator():
    return np.random.default_rng(5)


@pytest.mark.parametrize("point", detector.WORKING_POINTS)
@pytest.mark.parametrize("flavour", detector.LOGIT)
def test_discriminants_pass_a_working_point_as_often_as_stated(point, flavour):
    cut = detector.WORKING_POINTS[point]
    discriminants = detector.draw_discriminants(np.full(40_000, flavour), generator())
    expected = detector.tag_efficiency(flavour, cut)
    error = np.sqrt(expected * (1 - expected) / 40_000)
    assert np.mean(discriminants > cut) == pytest.approx(expected, abs=4 * error)
    assert discriminants.min() > 0
    assert discriminants.max() < 1


def test_medium_tags_take_most_b_jets_and_one_light_jet_in_a_hundred():
    efficiency = {flavour: detector.tag_efficiency(flavour, detector.WORKING_POINTS["medium"]) for flavour in (5, 4, 0)}
    assert efficiency[5] == pytest.approx(0.78, abs=0.01)
    assert efficiency[4] == pytest.approx(0.13, abs=0.01)
    assert efficiency[0] == pytest.approx(0.0125, abs=0.001)


def test_the_probability_of_a_tag_is_that_of_not_having_none():
    cut = detector.WORKING_POINTS["medium"]
    flavours = np.array([0, 4, 0])
    rng = generator()
    tagged = [np.any(detector.draw_discriminants(flavours, rng) > cut) for _ in range(20_000)]
    assert np.mean(tagged) == pytest.approx(detector.probability_of_a_tag(flavours, cut), abs=0.01)


@pytest.mark.parametrize("is_tagged", [True, False])
def test_discriminants_can_be_told_to_have_a_tag_or_none(is_tagged):
    """Given that, they are as if the others had never been drawn."""
    cut, flavours, rng = 0.2783, np.array([5, 0, 4]), generator()
    told = np.array([detector.draw_discriminants_given(is_tagged, flavours, cut, rng) for _ in range(3_000)])
    free = np.array([detector.draw_discriminants(flavours, rng) for _ in range(12_000)])
    free = free[(free > cut).any(axis=1) == is_tagged]
    assert ((told > cut).any(axis=1) == is_tagged).all()
    np.testing.assert_allclose(np.median(told, axis=0), np.median(free, axis=0), atol=0.05)


@pytest.mark.parametrize(
    ("pdg_id", "quark"),
    [
        *((hadron, 5) for hadron in (511, -521, 5122, 10511, 541)),
        *((hadron, 4) for hadron in (411, -4122, 431, 443, 20413)),
        *((other, 0) for other in (211, -321, 2212, 3122, 310, 22, 5, 21, 24)),
    ],
)
def test_the_heaviest_quark_of_a_hadron(pdg_id, quark):
    assert particles.heaviest_quark(pdg_id) == quark


def test_a_jet_with_a_b_hadron_is_a_b_jet_even_if_the_b_decayed_to_c():
    hadrons = np.array([[0.1, 0.1, 5], [0.15, 0.1, 4], [2.0, 3.1, 4]])
    assert particles.flavour(0.0, 0.0, hadrons) == 5
    assert particles.flavour(2.1, -3.1, hadrons) == 4
    assert particles.flavour(-1.0, 0.0, hadrons) == 0
    assert particles.flavour(0.0, 0.0, np.empty((0, 3))) == 0


def visible(*rows):
    pt, eta, phi, pdg_id = np.array(rows, dtype=float).T
    return Particles(pt, eta, phi, pdg_id.astype(int))


def test_leptons_carry_the_sum_around_them():
    found = find_leptons(visible((40, 0, 0, 13), (4, 0.2, 0, 211), (6, 0, 0.5, 22), (30, 1, 2, -11)), generator())
    muon, electron = found
    assert (muon.pdg_id, electron.pdg_id) == (13, -11)
    assert muon.iso * muon.pt == pytest.approx(4)
    assert electron.iso == 0
    assert muon.pt == pytest.approx(40, rel=0.1)


@pytest.mark.parametrize(
    "rows",
    [
        [(40, 2.5, 0, 13)],
        [(8, 0, 0, 11)],
        [(40, 0, 0, 211)],
        [(40, 0, 0, 13), (25, 0.1, 0, 211)],
    ],
    ids=["forward", "soft", "no lepton", "in a jet"],
)
def test_what_is_no_lepton_candidate(rows):
    assert find_leptons(visible(*rows), generator()) == []


def test_lepton_momenta_are_smeared_by_two_percent():
    rng = generator()
    ratios = [find_leptons(visible((50, 0, 0, 13)), rng)[0].pt / 50 for _ in range(3_000)]
    assert np.std(ratios) == pytest.approx(0.02, rel=0.1)
    assert np.mean(ratios) == pytest.approx(1, abs=0.002)


def lepton(pt=30.0, eta=0.0, phi=3.1):
    return Lepton(pt, eta, phi, 0.0, 11)


def jets(*directions):
    return [Jet(30.0, eta, phi, 5.0) for eta, phi in directions]


def test_preselection():
    assert selection.selects_leptons([lepton(20.5)])
    assert not selection.selects_leptons([lepton(19.5)])
    assert not selection.selects_leptons([])
    three = jets((1, 0), (-1, 0), (2, 1))
    assert selection.selects_jets(three, lepton())
    assert not selection.selects_jets(three[:2], lepton())
    assert not selection.selects_jets([*three[:2], *jets((0, -3.1))], lepton()), "the lepton's own jet, across ±π"


def particle(pdg_id, pt, eta=0.0, is_final=True):
    return SimpleNamespace(
        idAbs=lambda: abs(pdg_id), pT=lambda: pt, eta=lambda: eta, isFinal=lambda: is_final, id=lambda: pdg_id
    )


def event(*content):
    return SimpleNamespace(particles=lambda: content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([particle(-11, 16.0)], True),
        ([particle(13, 14.0)], False),
        ([particle(15, 16.0)], False),
        ([particle(15, 26.0)], True),
        ([particle(13, 40.0, eta=-2.8)], False),
        ([particle(13, 40.0, is_final=False)], False),
        ([particle(12, 80.0), particle(5, 80.0)], False),
        ([], False),
    ],
)
def test_hard_processes_that_may_give_a_lepton(content, expected):
    assert hard_process.has_hard_lepton(event(*content)) is expected


def test_heavy_quarks_are_outgoing_c_and_b():
    assert hard_process.has_heavy_quark(event(particle(1, 20.0), particle(-4, 1.0)))
    assert not hard_process.has_heavy_quark(event(particle(5, 20.0, is_final=False), particle(21, 5.0)))


def test_lepton_candidates_are_looked_for_below_the_cut():
    assert selection.LEAST_CANDIDATE_PT < selection.LEAST_LEPTON_PT / (1 + 5 * detector.LEPTON_RESOLUTION)
    assert has_lepton([particle(13, 16.0)], 15.0)
    assert not has_lepton([particle(13, 14.0), particle(211, 50.0)], 15.0)
