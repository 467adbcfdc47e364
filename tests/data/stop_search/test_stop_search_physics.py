"""Physics of the shipped tables: preselection, spectra, edges, displaced leptons, b jets and yields."""

from itertools import pairwise

import numpy as np
import pytest

from data.generation.stop_search import processes

LUMINOSITY = 35_866  # in 1/pb, that of 2016 in the published scripts
W_MASS = 80.4


def mean(events, column):
    return np.average(events[column], weights=events["weight"])


def fraction(events, chosen):
    """Weighted fraction of the events that are chosen."""
    return events["weight"][chosen].sum() / events["weight"].sum()


def test_preselection(events):
    assert events["Met"].min() >= 280
    assert events["Jet1Pt"].min() >= 110
    assert events["HT"].min() >= 200
    assert events["LepPt"].min() >= 3.5
    assert events["LepEta"].abs().max() <= 2.4
    assert events["Dxy"].abs().max() <= 0.02
    assert events["Dz"].abs().max() <= 0.1
    assert set(events["LepChg"]) == {-1, 1}
    isolation = events["RelIso"] * events["LepPt"]
    assert isolation[events["LepPt"] < 25].max() < 5.1
    assert events["RelIso"][events["LepPt"] > 25].max() <= 0.2


def test_the_jets_of_an_event_fit_together(events):
    one, more = events[events["Njet"] == 1], events[events["Njet"] > 1]
    assert (one["Jet2Pt"] == 0).all()
    assert (one["JetB2pt"] == 0).all()
    np.testing.assert_allclose(one["HT"], one["Jet1Pt"], atol=0.11)
    assert (more["Jet2Pt"] >= 30).all()
    assert (more["Jet1Pt"] >= more["Jet2Pt"]).all()
    assert (more["HT"] > more["Jet1Pt"] + more["Jet2Pt"] - 0.2).all()
    two = events[events["Njet"] == 2]
    np.testing.assert_allclose(two["HT"], two["Jet1Pt"] + two["Jet2Pt"], atol=0.2)
    np.testing.assert_allclose(two["HT"], two["JetHBpt"] + two["JetB2pt"], atol=0.2)
    assert (events["HT"] > 30 * events["Njet"]).all()
    assert (events["NbLoose"] <= events["Njet"]).all()
    assert ((events["JetHBCSV"] > 0.451) <= (events["NbLoose"] > 0)).all()
    assert ((events["JetHBCSV"] < 0.449) <= (events["NbLoose"] == 0)).all()
    assert (events["DrJetHBLep"] >= 0.4).all()


def test_transverse_mass_is_bounded_by_its_legs(events):
    assert (events["mt"] <= 2 * np.sqrt((events["LepPt"] + 0.01) * (events["Met"] + 0.1)) + 0.1).all()


def test_met_falls_steeply_and_signal_reaches_further_than_w(named):
    """Twice as much MET: an order of magnitude fewer events; the recoil that stops need is harder."""
    for sample in ("Wjets", "TTbar"):
        met = named(sample)
        assert fraction(met, met["Met"] > 560) < 0.25 * fraction(met, met["Met"].between(280, 350)), sample
    assert mean(named("T2DegStop_550_520"), "Met") > mean(named("Wjets"), "Met") + 20


def test_leptons_are_softer_the_closer_the_masses(named):
    close, apart = named("T2DegStop_550_520"), named("T2DegStop_550_470")
    assert mean(close, "LepPt") < 0.7 * mean(apart, "LepPt")
    assert fraction(close, close["LepPt"] < 30) > 0.85
    assert fraction(named("Wjets"), named("Wjets")["LepPt"] < 30) < 0.6


def test_jacobian_edge_of_w(named):
    """The transverse mass of W → ℓν piles up below the W mass and breaks off there, up to the resolution of the MET."""
    w = named("Wjets_HardLepton")
    edge = fraction(w, w["mt"].between(W_MASS - 25, W_MASS))
    assert edge > 2.5 * fraction(w, w["mt"].between(W_MASS + 20, W_MASS + 45))
    assert fraction(w, w["mt"] > 130) < 0.1
    signal = named("T2DegStop_550_470")
    assert fraction(signal, signal["mt"] > 130) > 2 * fraction(w, w["mt"] > 130)


def test_top_pairs_have_b_jets(named):
    top, w = named("TTbar"), named("Wjets")
    assert fraction(top, top["NbLoose"] > 0) > 0.8
    assert fraction(w, w["NbLoose"] > 0) < 0.5
    assert mean(top, "JetHBCSV") > mean(w, "JetHBCSV") + 0.25
    assert mean(top, "Njet") > mean(w, "Njet") + 0.5


def test_b_quarks_of_compressed_stops_are_too_soft_for_jets(named):
    close, apart = named("T2DegStop_550_520"), named("T2DegStop_550_470")
    assert fraction(close, close["NbLoose"] > 0) < fraction(apart, apart["NbLoose"] > 0) - 0.1


def test_leptons_of_w_come_from_the_collision(named):
    """Their impact parameters are the resolution: 12 µm ⊕ 85 µm GeV/pT, √cosh η larger forward, 3 % three times."""
    w = named("Wjets_HardLepton")
    w = w[w["LepPt"] > 30]
    resolution = np.hypot(12e-4, 85e-4 / w["LepPt"] * np.cosh(w["LepEta"]) ** 0.5)
    pull = w["Dxy"] / resolution
    core = np.diff(np.percentile(pull, [15.87, 84.13]))[0] / 2
    assert 0.97 < core < 1.25, "leptons from τ decays add to the resolution"
    assert abs(np.mean(pull[np.abs(pull) < 5])) < 0.1


def test_leptons_of_tau_decays_are_displaced(named):
    """They come from a decay after 87 µm times p/m on average: far beyond the resolution more often than those of W."""

    def displaced(events):
        resolution = np.hypot(12e-4, 85e-4 / events["LepPt"] * np.cosh(events["LepEta"]) ** 0.5)
        return fraction(events, np.abs(events["Dxy"]) > 4 * resolution)

    assert displaced(named("DYJetsToTauTau")) > 2 * displaced(named("Wjets_HardLepton"))


def test_yields_are_cross_section_times_efficiency(named, manifest):
    for name, about in manifest["samples"].items():
        events = named(name)
        efficiency = len(events) / about["n_generated"]
        mean_scale_factor = events["weight"].mean() * about["n_generated"] / about["cross_section_pb"]
        expected = about["cross_section_pb"] * efficiency * mean_scale_factor
        assert events["weight"].sum() == pytest.approx(expected, rel=1e-3)
        assert about["sum_of_weights_pb"] == pytest.approx(events["weight"].sum(), rel=1e-3), name
        if not name.startswith("ZJetsToNuNu"):
            assert 0.9 < mean_scale_factor < 0.99, name


def test_yields_are_of_the_known_size(named):
    """In 2016: σ × ε in fb of a prototype in one sample a process, written apart, times this set's K factors."""
    leading_order = {"Wjets": (2450, 1.342), "TTbar": (477, 1.636), "Single": (27.4, 1.461), "Diboson": (25.6, 1.887)}
    expected = {name: sigma * k_factor * LUMINOSITY / 1000 for name, (sigma, k_factor) in leading_order.items()}
    expected |= {"T2DegStop_550_520": 307, "T2DegStop_550_470": 346, "T2DegStop_450_420": 776}
    for name, n_events in expected.items():
        assert LUMINOSITY * named(name)["weight"].sum() == pytest.approx(n_events, rel=0.2), name


def test_events_weigh_less_where_the_signal_is(named):
    """The harder the recoil, the lighter the events; the lightest of all are those with a soft lepton as well."""
    w_jets, top_pairs = (
        (processes.W_SOFT, processes.W_HARD, processes.W_TAU),
        (processes.TOP_PAIR_SOFT, processes.TOP_PAIR_HARD, processes.TOP_PAIR_TAU),
    )
    for bins in (*w_jets, *top_pairs):
        weights = [named(sample.name)["weight"] for sample in bins]
        for softer, harder in pairwise(weights):
            assert harder.max() < 0.7 * softer.min()
    for soft, hard, _ in (w_jets, top_pairs):
        assert named(soft[-1].name)["weight"].max() < 0.7 * named(hard[-1].name)["weight"].min()


def test_soft_leptons_of_hard_processes_with_a_hard_one_are_those_of_taus(named):
    """Which is why hard τ are a sample of their own: elsewhere a heavy event could pass for signal."""
    for process in ("Wjets", "TTbar"):
        lepton, tau = named(f"{process}_HardLepton"), named(f"{process}_HardTau")
        assert fraction(lepton, lepton["LepPt"] < 25) < 0.06
        assert fraction(tau, tau["LepPt"] < 25) > 3 * fraction(lepton, lepton["LepPt"] < 25)


def test_samples_apart_join_without_a_step(named):
    """The spectra of lepton pT and MET run on where one sample of W+jets ends and the next one begins."""
    w = named("Wjets")
    below, above = (w["weight"][w["LepPt"].between(*bounds)] for bounds in ((26, 30), (30, 34)))
    assert above.sum() == pytest.approx(below.sum(), rel=0.25)
    edges = np.arange(280, 520, 40)
    yields = np.histogram(w["Met"], bins=edges, weights=w["weight"])[0]
    steps = yields[1:] / yields[:-1]
    assert np.all((steps > 0.4) & (steps < 0.8))


def test_hadrons_taken_for_leptons_weigh_little(named):
    z = named("ZJetsToNuNu")
    assert 20 < LUMINOSITY * z["weight"].sum() < 2_000
    assert z["weight"].std() > 0.1 * z["weight"].mean(), "each with the chance that it is taken for a lepton"
