"""The detector of the stop search on particles made by hand."""

from itertools import pairwise

import numpy as np
import pytest

from data.generation.impact_parameters import true_impact_parameters
from data.generation.isolation import cone_sums
from data.generation.jets import Jet, away_from
from data.generation.missing_momentum import MeasuredMet
from data.generation.stop_search import selection
from data.generation.stop_search.b_tags import Tracks, b_tag_discriminants, find_tracks
from data.generation.stop_search.dataset import significant
from data.generation.stop_search.detector import IMPACT_RESOLUTION
from data.generation.stop_search.hard_process import Cuts, Promise, promise
from data.generation.stop_search.leptons import find_leptons, find_mistaken_hadron, mistake_probability
from data.generation.stop_search.particles import Particles
from data.generation.stop_search.processes import (
    DIBOSON,
    PROCESSES,
    TOP_PAIR_HARD,
    TOP_PAIR_SOFT,
    TOP_PAIR_TAU,
    W_HARD,
    W_SOFT,
    W_TAU,
    Z_TO_NEUTRINOS,
)
from data.generation.stop_search.stops import les_houches_file
from data.generation.stop_search.weights import lepton_scale_factor, trigger_efficiency

MUON, ELECTRON, PION, PHOTON = 13, 11, 211, 22


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def particles(*rows):
    """Particles of (pT, η, φ, kind, charge), all from the collision itself."""
    pt, eta, phi, pdg_id, charge = np.array(rows, dtype=float).T
    return Particles(pt, eta, phi, pdg_id.astype(int), charge, np.zeros(len(rows)), np.zeros(len(rows)))


class TestImpactParameters:
    def test_a_track_through_the_collision_has_none(self):
        phi = np.array([0.3, -2.0])
        eta = np.array([0.7, -1.5])
        flight = np.array([[np.cos(p), np.sin(p), np.sinh(e)] for p, e in zip(phi, eta, strict=True)]) * 5.0
        np.testing.assert_allclose(true_impact_parameters(flight, eta, phi), 0, atol=1e-12)

    def test_sign_and_unit(self):
        """Made at y = 1 mm and going along x: 0.1 cm to the left of the collision; and mirrored to the right."""
        vertices = np.array([[0.0, 1.0, 2.0], [0.0, -1.0, 2.0]])
        dxy, dz = true_impact_parameters(vertices, np.zeros(2), np.zeros(2))
        np.testing.assert_allclose(dxy, [0.1, -0.1])
        np.testing.assert_allclose(dz, [0.2, 0.2])

    def test_resolution_is_constant_at_large_pt_and_grows_forward(self):
        pt, eta = np.array([1e6, 1.0, 1.0]), np.array([0.0, 0.0, 2.0])
        hard, soft, forward = IMPACT_RESOLUTION.transverse(pt, eta)
        assert hard == pytest.approx(12e-4)
        assert soft == pytest.approx(np.hypot(12e-4, 85e-4))
        assert forward == pytest.approx(np.hypot(12e-4, 85e-4 * np.sqrt(np.cosh(2.0))))
        assert IMPACT_RESOLUTION.longitudinal(pt, eta)[2] == pytest.approx(
            np.hypot(30e-4, 120e-4 * np.cosh(2.0) ** 1.5)
        )

    def test_three_in_a_hundred_are_three_times_worse(self, rng):
        factors = IMPACT_RESOLUTION.tail(20_000, rng)
        assert set(factors) == {1.0, 3.0}
        assert np.mean(factors == 3.0) == pytest.approx(0.03, abs=0.005)


class TestLeptons:
    def test_cone_sum_leaves_out_the_particle_itself_and_what_is_far(self):
        event = particles((10, 0, 3.1, MUON, -1), (2, 0.1, -3.1, PION, 1), (5, 0, 0, PION, 1), (3, 0.4, 0, PHOTON, 0))
        np.testing.assert_allclose(cone_sums(event, np.array([0, 2]), 0.3), [2, 0])

    def test_thresholds_of_both_flavours(self, rng):
        event = particles(
            (4.2, 0, 0, MUON, -1), (4.2, 0, 2, ELECTRON, -1), (8, 1, -2, ELECTRON, 1), (8, 2.6, 1, MUON, 1)
        )
        found = [[(lepton.flavour, lepton.charge) for lepton in find_leptons(event, rng)] for _ in range(200)]
        usual = [(ELECTRON, 1), (MUON, -1)]
        assert sum(leptons == usual for leptons in found) > 150

    @pytest.mark.parametrize(
        ("pt", "around", "passes"), [(10, 2, True), (10, 9, False), (60, 6, True), (60, 18, False)]
    )
    def test_isolation_is_absolute_for_soft_and_relative_for_hard_leptons(self, pt, around, passes, rng):
        event = particles((pt, 0, 0, MUON, -1), (around, 0.1, 0.1, PHOTON, 0))
        n_found = sum(len(find_leptons(event, rng)) for _ in range(200))
        assert (n_found > 180) if passes else (n_found < 20)

    def test_a_displaced_lepton_is_rejected(self, rng):
        event = particles((10, 0, 0, MUON, -1))
        far = Particles(event.pt, event.eta, event.phi, event.pdg_id, event.charge, np.array([0.05]), event.dz)
        assert find_leptons(event, rng)
        assert not find_leptons(far, rng)

    def test_a_hadron_taken_for_a_lepton_has_the_chance_of_all(self, rng):
        event = particles((6, 0, 0, PION, 1), (30, 1, 2, PION, -1), (9, 0, -2, PHOTON, 0))
        assert find_leptons(event, rng) == []
        drawn = [lepton for _ in range(300) for lepton in find_mistaken_hadron(event, rng)]
        for lepton in drawn:
            assert 0.01 < lepton.weight < 0.03
        soft = np.mean([lepton.pt < 10 for lepton in drawn])
        chances = mistake_probability(6), mistake_probability(30)
        assert soft == pytest.approx(chances[0] / sum(chances), abs=0.1)

    def test_without_charged_hadrons_nothing_is_mistaken(self, rng):
        assert find_mistaken_hadron(particles((9, 0, 0, PHOTON, 0), (9, 0, 1, MUON, 1)), rng) == []


class TestJets:
    def test_more_displaced_tracks_give_a_higher_discriminant(self):
        jet = Jet(50.0, 0.0, 0.0, 5.0)
        phi = np.array([-0.1, -0.15, -0.2])

        def discriminant(dxy):
            (value,) = b_tag_discriminants([jet], Tracks(np.zeros(3), phi, np.array(dxy), np.full(3, 0.002)))
            return value

        none, one, three = discriminant([0.0, 0, 0]), discriminant([0.04, 0, 0]), discriminant([0.04, 0.04, 0.04])
        assert none == pytest.approx(1 / (1 + np.exp(3)))
        assert none < one < 0.45 < three
        assert discriminant([-0.04, -0.04, -0.04]) == none, "tracks that cross behind the collision do not count"
        assert three == pytest.approx(1 / (1 + np.exp(3 - (0.55 + 1.3 + 0.9) * np.log(21))))

    def test_tracks_of_another_jet_do_not_count(self):
        tracks = Tracks(np.full(3, 2.0), np.full(3, -0.1), np.full(3, 0.04), np.full(3, 0.002))
        alone, with_tracks = b_tag_discriminants([Jet(50, 0, 0, 5), Jet(50, 2, 0, 5)], tracks)
        assert alone < 0.1 < 0.9 < with_tracks

    def test_neutral_and_soft_particles_leave_no_track(self, rng):
        event = particles(*[(5, 0, 0, PHOTON, 0)] * 50, *[(0.5, 0, 0, PION, 1)] * 50, *[(5, 0, 0, PION, 1)] * 500)
        assert len(find_tracks(event, rng).eta) == pytest.approx(450, abs=35)


class TestSelection:
    def test_a_second_lepton_above_20_gev_is_one_too_many(self, rng):
        hard, soft, second = (
            find_leptons(particles((pt, 0, 0, MUON, 1)), np.random.default_rng(0)) for pt in (50, 8, 40)
        )
        assert selection.selects_leptons(hard)
        assert selection.selects_leptons(hard + soft)
        assert not selection.selects_leptons(hard + second)
        assert not selection.selects_leptons([])

    @pytest.mark.parametrize(
        ("pts", "passes"), [((210,), True), ((120, 90), True), ((120, 70), False), ((105, 100), False), ((), False)]
    )
    def test_jets(self, pts, passes):
        assert selection.selects_jets([Jet(pt, 0, 0, 5) for pt in pts]) == passes

    def test_the_variables_of_an_event_by_hand(self):
        (lepton,) = find_leptons(particles((20, 0.5, 0.0, MUON, -1)), np.random.default_rng(0))
        jets = [Jet(200, 0.5, 3.0, 5), Jet(50, -1, 1.0, 5), Jet(40, 0.5, 0.3, 5)]
        jets = away_from(lepton, jets)
        row = selection.variables(lepton, MeasuredMet(300, 2 * np.pi / 3, False), jets, [0.1, 0.8])
        assert (row["Njet"], row["Jet1Pt"], row["Jet2Pt"], row["HT"]) == (2, 200, 50, 250)
        assert (row["NbLoose"], row["JetHBpt"], row["JetHBCSV"], row["JetB2pt"]) == (1, 50, 0.8, 200)
        assert row["mt"] == pytest.approx(np.sqrt(2 * lepton.pt * 300 * 1.5))
        assert row["DrJetHBLep"] == pytest.approx(np.hypot(1.5, 1.0))
        assert row["LepChg"] == -1


class TestSamples:
    @pytest.mark.parametrize(
        "samples", [(W_SOFT[0], W_HARD[0], W_TAU[0]), (TOP_PAIR_SOFT[0], TOP_PAIR_HARD[0], TOP_PAIR_TAU[0])]
    )
    @pytest.mark.parametrize("lepton_pt", [0.0, 29.999, 30.0, 400.0])
    @pytest.mark.parametrize("is_tau", [True, False])
    @pytest.mark.parametrize("met", [150.0, 200.0])
    def test_a_hard_process_belongs_to_one_of_three_samples_or_to_none(self, samples, lepton_pt, is_tau, met):
        accepted = [sample.cuts.accept(Promise(met, True, lepton_pt, is_tau)) for sample in samples]
        hard = lepton_pt >= 30
        assert accepted == [met > 150 and of_sample for of_sample in (not hard, hard and not is_tau, hard and is_tau)]

    def test_without_a_lepton_only_where_none_is_needed(self):
        promised = Promise(400.0, False, 0.0, False)
        assert [name for name in PROCESSES if PROCESSES[name].cuts.accept(promised)] == [z.name for z in Z_TO_NEUTRINOS]
        assert Cuts(needs_lepton=False).accept(promised)

    @pytest.mark.parametrize(
        "bins", [W_SOFT, W_HARD, W_TAU, TOP_PAIR_SOFT, TOP_PAIR_HARD, TOP_PAIR_TAU, Z_TO_NEUTRINOS, DIBOSON]
    )
    def test_bins_of_pthat_neither_overlap_nor_leave_a_gap(self, bins):
        settings = [dict(setting.split(" = ") for setting in sample.settings) for sample in bins]
        for lower, upper in pairwise(settings):
            assert lower["PhaseSpace:pTHatMax"] == upper["PhaseSpace:pTHatMin"]
        assert "PhaseSpace:pTHatMax" not in settings[-1]
        assert len({sample.cuts for sample in bins}) == 1

    def test_what_a_hard_process_promises(self):
        class Particle:
            def __init__(self, kind, px, py, eta=0.0, final=True):
                self.kind, self.momentum, self.rapidity, self.final = kind, (px, py), eta, final

            def idAbs(self):  # noqa: N802
                return self.kind

            def isFinal(self):  # noqa: N802
                return self.final

            def px(self):
                return self.momentum[0]

            def py(self):
                return self.momentum[1]

            def pT(self):  # noqa: N802
                return float(np.hypot(*self.momentum))

            def eta(self):
                return self.rapidity

        class Event(list):
            def particles(self):
                return self

        tau = Event([Particle(15, 100, 0), Particle(16, 50, 0), Particle(24, 150, 0, final=False)])
        assert promise(tau) == Promise(100.0, True, 35.0, True)
        assert promise(Event([*tau, Particle(13, 40, 0)])) == Promise(100.0, True, 40.0, False)
        assert promise(Event([Particle(13, 30, 0), *tau])).is_tau
        stops = Event(
            [Particle(1000022, 0, 90), Particle(1000022, 0, -50), Particle(11, 9, 0, eta=2.6), Particle(5, 8, 0)]
        )
        assert promise(stops) == Promise(40.0, True, 0.0, False)
        assert not promise(Event([Particle(12, 30, 40)])).has_lepton

    def test_the_spectrum_of_a_stop(self):
        lines = les_houches_file(550, 520).splitlines()
        assert "  1000006 550" in lines
        assert "  1000022 520" in lines
        fractions = [float(line.split()[0]) for line in lines if line.endswith(("12", "14", "16", "-1", "-3"))]
        assert sum(fractions) == pytest.approx(1)


class TestWeights:
    def test_scale_factors_as_the_datasheet_says(self):
        assert trigger_efficiency(280) == pytest.approx(0.99 * (1 - np.exp(-3.92)))
        assert lepton_scale_factor(15, 0, ELECTRON) == pytest.approx(1 - 0.08 / np.e)
        assert lepton_scale_factor(15, 2, ELECTRON) == pytest.approx(0.98 - 0.08 / np.e)
        assert lepton_scale_factor(10, 2.4, MUON) == pytest.approx(0.99 - 0.04 / np.e)

    def test_significant_digits(self):
        np.testing.assert_array_equal(significant(np.array([1.23456e-5, 9.9999e3]), 4), [1.235e-5, 1.0e4])
