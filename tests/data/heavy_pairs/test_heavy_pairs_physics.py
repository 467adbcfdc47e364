"""Physics of the shipped heavy pairs: edges, peaks, balance, and what tells the classes apart."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

AZIMUTHS = ("lep_phi", "b1_phi", "b2_phi", "j1_phi", "j2_phi", "met_phi", "dphi_lmet", "dphi_bb")
LEPTONIC_EDGE = np.sqrt(173.0**2 - 80.4**2)
"""Largest mass of b quark and lepton in t → b ℓ ν, 153 GeV."""


def fraction(values, low, high):
    return np.mean((values > low) & (values < high))


def test_every_value_is_a_number_in_its_range(ntuple):
    for name, values in ntuple.items():
        assert np.all(np.isfinite(values)), name
    for name in AZIMUTHS:
        assert np.all(np.abs(ntuple[name]) <= np.pi)
        assert np.max(np.abs(ntuple[name])) > 3.1
    for name in ("met_share", "b_share", "sphericity_t"):
        assert np.all((ntuple[name] >= 0) & (ntuple[name] <= 1))
    for name in ("b_asymmetry", "cos_jb"):
        assert np.all(np.abs(ntuple[name]) <= 1)


def test_selection(ntuple):
    assert np.all(ntuple["lep_pt"] > 24.9)
    for jet in ("b1", "b2", "j1", "j2"):
        assert np.all(ntuple[f"{jet}_pt"] > 29.9)
        assert np.all(ntuple[f"{jet}_mass"] >= 0)
    for name in ("lep", "b1", "b2", "j1", "j2"):
        assert np.all(np.abs(ntuple[f"{name}_eta"]) <= 2.5)
    assert np.all(ntuple["b1_pt"] >= ntuple["b2_pt"])
    assert np.all(ntuple["j1_pt"] >= ntuple["j2_pt"])


def test_lepton_and_b_quark_of_a_top_have_an_edge(events):
    """Where the leptonic side has a top, one of the two masses lies below 153 GeV; without a top there is no edge."""
    with_top = np.concatenate([events[name]["m_bl_min"] for name in ("AA", "AB")])
    without = np.concatenate([events[name]["m_bl_min"] for name in ("BA", "BB")])
    assert np.mean(with_top < 1.05 * LEPTONIC_EDGE) > 0.85
    assert np.mean(without < 1.05 * LEPTONIC_EDGE) < 0.65


def test_three_jets_of_a_top_have_its_mass(events):
    """Where the hadronic side has a top, m_bjj peaks near 173 GeV."""
    with_top = np.concatenate([events[name]["m_bjj_min"] for name in ("AA", "BA")])
    without = np.concatenate([events[name]["m_bjj_min"] for name in ("AB", "BB")])
    assert fraction(with_top, 150, 195) > 2 * fraction(without, 150, 195)
    counts, edges = np.histogram(with_top, bins=np.arange(100, 300, 10))
    assert 150 <= edges[counts.argmax()] <= 180


def test_two_jets_of_a_w_have_its_mass(ntuple):
    """A peak at 80 GeV over what comes from radiation."""
    assert fraction(ntuple["m_jj"], 65, 95) > 1.3 * fraction(ntuple["m_jj"], 110, 140)
    counts, edges = np.histogram(ntuple["m_jj"], bins=np.arange(40, 200, 10))
    assert 60 <= edges[counts.argmax()] <= 90


def test_heavy_neutralinos_leave_missing_momentum(ntuple):
    """Without them the transverse mass of lepton and MET would end at the W's."""
    assert 150 < np.median(ntuple["met_pt"]) < 350
    assert np.mean(ntuple["mt_lmet"] > 100) > 0.5


def test_azimuths_are_uniform(ntuple):
    counts, _ = np.histogram(ntuple["lep_phi"], bins=10, range=(-np.pi, np.pi))
    assert np.max(np.abs(counts / counts.mean() - 1)) < 5 / np.sqrt(counts.mean())


def test_nothing_prefers_a_direction_along_the_beam(ntuple):
    for name in ("lep", "b1", "b2", "j1", "j2"):
        eta = ntuple[f"{name}_eta"]
        assert abs(np.mean(eta)) < 5 * np.std(eta) / np.sqrt(len(eta))


def test_transverse_momenta_balance(ntuple):
    """What is seen and what is missing add up to the noise of the MET and to jets that were not chosen."""
    total = {
        axis: sum(
            ntuple[f"{name}_pt"].astype(float) * function(ntuple[f"{name}_phi"])
            for name in ("lep", "b1", "b2", "j1", "j2", "met")
        )
        for axis, function in (("x", np.cos), ("y", np.sin))
    }
    for component in total.values():
        assert abs(np.mean(component)) < 5 * np.std(component) / np.sqrt(len(component))
    assert np.median(np.hypot(*total.values())) < 0.5 * np.median(ntuple["m_eff"])
    assert np.median(np.hypot(*total.values())) < 120


def test_a_mass_tells_more_than_any_momentum(events):
    """The chargino is chosen so; a heavier one would leave less to the momenta, and more a lighter one."""

    def area(name):
        values = np.concatenate([events["AA"][name], events["BB"][name]])
        labels = np.repeat([0, 1], [len(events["AA"][name]), len(events["BB"][name])])
        area = roc_auc_score(labels, values)
        return max(area, 1 - area)

    four_vectors = list(events["AA"])[:21]
    assert 0.65 < max(area(name) for name in four_vectors) < 0.7
    assert 0.77 < area("m_bl_min") < 0.82


@pytest.mark.parametrize(("first", "second", "variable"), [("AA", "BA", "m_bl_min"), ("AA", "AB", "m_bjj_min")])
def test_each_side_shows_in_its_own_mass(first, second, variable, events):
    """The leptonic side in m_bl, the hadronic side in m_bjj."""
    values = np.concatenate([events[first][variable], events[second][variable]])
    labels = np.repeat([0, 1], [len(events[first][variable]), len(events[second][variable])])
    assert roc_auc_score(labels, values) > 0.56
