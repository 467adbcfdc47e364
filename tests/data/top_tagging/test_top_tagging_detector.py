"""The detector of the jets: each parametrisation against its formula, on large seeded samples."""

import numpy as np
import pytest

from data.generation.top_tagging import calorimeter, detector, tracks
from data.generation.top_tagging.calorimeter import ECAL, HCAL
from data.generation.top_tagging.particles import Particles

N = 200_000
PION, PHOTON, KAON_LONG, MUON, ELECTRON = 211, 22, 130, 13, 11


def same_particles(n, pdg_id, charge, pt, eta=0.05, phi=0.02, one_event_each=True):
    """So many equal massless particles, each in an event of its own or all in one."""
    momentum = (pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), pt * np.cosh(eta))
    events = np.arange(n) if one_event_each else np.zeros(n, int)
    return Particles(np.tile(momentum, (n, 1)), np.full(n, pdg_id), np.full(n, charge), events)


def excess(layer, particles, track_energy, seed):
    towers = calorimeter.find_towers(particles)
    return calorimeter.measure_excess(layer, particles, towers, track_energy, np.random.default_rng(seed))


def binomial_tolerance(probability, n):
    """Five standard deviations."""
    return 5 * np.sqrt(probability * (1 - probability) / n)


@pytest.mark.parametrize(
    ("pdg_id", "pt", "eta", "expected"),
    [
        (PION, 0.09, 0.3, 0.0),
        (PION, 0.5, 0.3, 0.70),
        (PION, 5.0, 1.4, 0.95),
        (PION, 0.5, -1.6, 0.60),
        (PION, 5.0, 2.4, 0.85),
        (PION, 5.0, 2.6, 0.0),
        (ELECTRON, 0.5, 0.3, 0.73),
        (ELECTRON, 5.0, 0.3, 0.95),
        (ELECTRON, 0.5, 2.0, 0.50),
        (ELECTRON, 5.0, 2.0, 0.83),
        (MUON, 0.5, 0.3, 0.75),
        (MUON, 5.0, 0.3, 0.99),
        (MUON, 0.5, 2.0, 0.70),
        (MUON, 5.0, 2.0, 0.98),
    ],
)
def test_track_efficiency(pdg_id, pt, eta, expected):
    """The numbers of the card, written out again."""
    found = tracks.measure_tracks(same_particles(N, pdg_id, 1.0, pt, eta), np.random.default_rng(1)) > 0
    assert np.mean(found) == pytest.approx(expected, abs=binomial_tolerance(expected, N))


@pytest.mark.parametrize(
    ("pdg_id", "pt", "eta", "constant", "linear"),
    [
        (PION, 50.0, 0.3, 0.06, 1.3e-3),
        (PION, 60.0, -0.7, 0.10, 1.7e-3),
        (PION, 60.0, 2.0, 0.25, 3.1e-3),
        (MUON, 100.0, 0.3, 0.02, 2e-4),
        (MUON, 100.0, 1.0, 0.03, 3e-4),
        (MUON, 100.0, 2.0, 0.06, 6e-4),
    ],
)
def test_track_resolution(pdg_id, pt, eta, constant, linear):
    """Mean and width of the measured pT; 1 % is five standard deviations of a width from 170 000 log-normal numbers."""
    measured = tracks.measure_tracks(same_particles(N, pdg_id, 1.0, pt, eta), np.random.default_rng(2))
    measured = measured[measured > 0]
    expected = pt * np.sqrt(constant**2 + (linear * pt) ** 2)
    assert np.mean(measured) == pytest.approx(pt, abs=5 * expected / np.sqrt(len(measured)))
    assert np.std(measured) == pytest.approx(expected, rel=0.015)


def test_neutral_particles_give_no_track():
    assert not np.any(tracks.measure_tracks(same_particles(1000, KAON_LONG, 0.0, 10.0), np.random.default_rng(3)))


@pytest.mark.parametrize(
    ("layer", "pdg_id", "eta", "constant", "stochastic", "linear"),
    [
        (ECAL, PHOTON, 0.05, 0.0, 0.101, 0.0017),
        (ECAL, PHOTON, 3.4, 0.0, 0.285, 0.035),
        (HCAL, KAON_LONG, 0.05, 1.59, 0.5205, 0.0302),
        (HCAL, KAON_LONG, 2.0, 0.0, 0.706, 0.05),
        (HCAL, KAON_LONG, 3.4, 0.0, 1.0, 0.0942),
    ],
)
def test_calorimeter_resolution(layer, pdg_id, eta, constant, stochastic, linear):
    """At an energy far above all thresholds."""
    particles = same_particles(N, pdg_id, 0.0, 100.0, eta)
    energy = particles.energy[0]
    clusters = excess(layer, particles, np.zeros(N), seed=4)
    expected = np.sqrt(constant**2 + stochastic**2 * energy + (linear * energy) ** 2)
    assert len(clusters.energy) == N
    assert np.mean(clusters.energy) == pytest.approx(energy, abs=5 * expected / np.sqrt(N))
    assert np.std(clusters.energy) == pytest.approx(expected, rel=0.015)


@pytest.mark.parametrize(
    ("pdg_id", "in_ecal", "in_hcal"),
    [
        (PHOTON, True, False),
        (ELECTRON, True, False),
        (KAON_LONG, False, True),
        (PION, False, True),
        (MUON, False, False),
    ],
)
def test_which_layer_absorbs_what(pdg_id, in_ecal, in_hcal):
    ids = np.array([pdg_id, -pdg_id])
    assert np.all(ECAL.absorbs(ids) == in_ecal)
    assert np.all(HCAL.absorbs(ids) == in_hcal)


def test_thresholds():
    """Photons of 0.2 GeV are nearly always below 0.5 GeV, K⁰L of 2 GeV often below 1 GeV or one standard deviation."""
    assert len(excess(ECAL, same_particles(N, PHOTON, 0.0, 0.2), np.zeros(N), seed=5).energy) < 0.001 * N
    clusters = excess(HCAL, same_particles(N, KAON_LONG, 0.0, 2.0), np.zeros(N), seed=6)
    assert 0.1 * N < len(clusters.energy) < 0.7 * N
    sigma = np.sqrt(1.59**2 + 0.5205**2 * clusters.energy + (0.0302 * clusters.energy) ** 2)
    assert np.all(clusters.energy > np.maximum(1.0, sigma))


@pytest.mark.parametrize(
    ("eta", "phi", "width_eta", "width_phi"),
    [(0.05, 0.05, 0.1, np.pi / 18), (-1.93, 3.1, 0.1, np.pi / 18), (3.0, -2.0, 0.2, np.pi / 9)],
)
def test_directions_are_uniform_in_the_tower(eta, phi, width_eta, width_phi):
    """Edges of the tower around (η, φ), the mean in its middle, and a uniform distribution's standard deviation."""
    clusters = excess(ECAL, same_particles(N, PHOTON, 0.0, 50.0, eta, phi), np.zeros(N), seed=7)
    first = 2.5 if width_eta == 0.2 else 0.0
    low_eta = first + np.floor((eta - first) / width_eta) * width_eta
    low_phi = np.floor(np.mod(phi, 2 * np.pi) / width_phi) * width_phi
    for values, low, width in (
        (clusters.eta, low_eta, width_eta),
        (np.mod(clusters.phi, 2 * np.pi), low_phi, width_phi),
    ):
        assert low <= values.min() < values.max() <= low + width
        assert np.mean(values) == pytest.approx(low + width / 2, abs=5 * width / np.sqrt(12 * N))
        assert np.std(values) == pytest.approx(width / np.sqrt(12), rel=0.01)


def test_particles_of_one_tower_are_measured_together_and_those_of_two_events_apart():
    together = excess(ECAL, same_particles(100, PHOTON, 0.0, 5.0, one_event_each=False), np.zeros(100), seed=8)
    apart = excess(ECAL, same_particles(100, PHOTON, 0.0, 5.0), np.zeros(100), seed=8)
    assert len(together.energy) == 1
    assert together.energy[0] == pytest.approx(100 * 5.0 * np.cosh(0.05), rel=0.05)
    assert list(apart.event_numbers) == list(range(100))


def test_charged_particles_bend():
    """sin Δφ = 0.3 B R / (2 pT) for 2 T and 1.15 m, clockwise for positive charge; a softer one never gets out."""
    particles = Particles(
        np.array([(2.0, 0.0, 0.0, 2.0), (2.0, 0.0, 0.0, 2.0), (0.3, 0.0, 0.0, 0.4), (2.0, 0.0, 0.0, 2.0)]),
        np.array([PION, -PION, PION, PHOTON]),
        np.array([1.0, -1.0, 1.0, 0.0]),
        np.zeros(4, int),
    )
    phi, reaches = calorimeter.azimuth_at_calorimeter(particles)
    turn = np.arcsin(0.3 * 2 * 1.15 / (2 * 2.0))
    np.testing.assert_allclose(phi[[0, 1, 3]], [-turn, turn, 0.0], atol=1e-12)
    assert list(reaches) == [True, True, False, True]


def test_overlap_counts_fluctuations_twice_or_not_at_all():
    """A pion of 20 GeV with a track: what the tower measures beyond the track is kept, what it lacks is not missed.

    Without thresholds the mean excess of a difference of width σ is σ/√(2π), in the Gaussian limit; the cut at one
    standard deviation of the excess itself takes a part of it. So the sum is too large on average, by less than that.
    """
    particles = same_particles(N, PION, 1.0, 20.0)
    energy = particles.energy[0]
    track_energy = tracks.measure_tracks(particles, np.random.default_rng(9)) * np.cosh(0.05)
    clusters = excess(HCAL, particles, track_energy, seed=10)
    has_track = track_energy > 0
    excess_energy = np.zeros(N)
    excess_energy[clusters.event_numbers] = clusters.energy
    sigma = np.hypot(
        energy * np.hypot(0.06, 1.3e-3 * 20), np.sqrt(1.59**2 + 0.5205**2 * energy + (0.0302 * energy) ** 2)
    )
    assert 0.5 * sigma / np.sqrt(2 * np.pi) < np.mean(excess_energy[has_track]) < sigma / np.sqrt(2 * np.pi)
    assert np.mean(excess_energy[~has_track]) == pytest.approx(energy, rel=0.01)
    assert np.corrcoef(excess_energy[has_track], track_energy[has_track])[0, 1] < -0.2


def test_a_track_takes_its_energy_from_its_tower():
    """A photon is in another layer than the pion whose track is subtracted; a K⁰L is in the same one."""
    pion = same_particles(1, PION, 1.0, 30.0)
    for pdg_id, layer in ((PHOTON, ECAL), (KAON_LONG, HCAL)):
        both = Particles(
            np.concatenate(
                [pion.momenta, same_particles(1, pdg_id, 0.0, 100.0, phi=0.02 - np.arcsin(0.345 / 30)).momenta]
            ),
            np.array([PION, pdg_id]),
            np.array([1.0, 0.0]),
            np.zeros(2, int),
        )
        left = [excess(layer, both, np.array([30.0, 0.0]), seed).energy.sum() for seed in range(400)]
        assert np.mean(left) == pytest.approx(100 * np.cosh(0.05), rel=0.01)


def test_which_tracks_are_used():
    """Never above 40 GeV; below, up to 33.2 log₁₀(40/pT) standard deviations of other energy; muons always."""
    pt = np.array([0.0, 4.0, 4.0, 0.4, 0.4, 39.9, 41.0, 41.0, 4.0])
    crowding = np.array([0.0, 33.1, 33.3, 66.3, 66.5, -0.1, -50.0, 0.0, 1000.0])
    abs_id = np.array([PION] * 7 + [MUON] * 2)
    expected = [False, True, False, True, False, True, False, True, True]
    assert list(tracks.is_used(pt, abs_id, crowding)) == expected


def test_crowding():
    """A pion beside a photon of 50 GeV in its tower: (50 GeV)/σ(HCal at 10 GeV); alone it has none."""
    pion = same_particles(1, PION, 1.0, 10.0, phi=0.1)
    photon = same_particles(1, PHOTON, 0.0, 50.0, phi=0.1 - np.arcsin(0.345 / 10))
    ids, charges = np.array([PION, PHOTON]), np.array([1.0, 0.0])
    both = Particles(np.concatenate([pion.momenta, photon.momenta]), ids, charges, np.array([0, 0]))
    apart = Particles(both.momenta, ids, charges, np.array([0, 1]))
    energy = 10 * np.cosh(0.05)
    sigma = np.sqrt(1.59**2 + 0.5205**2 * energy + (0.0302 * energy) ** 2)
    track_energy = np.array([energy, 0.0])
    for particles, expected in ((both, 50 * np.cosh(0.05) / sigma), (apart, 0.0)):
        crowding = calorimeter.crowding(particles, calorimeter.find_towers(particles), track_energy)
        np.testing.assert_allclose(crowding, [expected, 0.0], atol=1e-9)


def test_energy_flow_objects_are_massless_and_sorted_by_event():
    rng = np.random.default_rng(11)
    n = 3000
    direction = rng.normal(size=(n, 3)) * 5
    ids = rng.choice([PION, -PION, PHOTON, KAON_LONG, MUON], n)
    charges = np.select([ids == PION, (ids == -PION) | (ids == MUON)], [1.0, -1.0], 0.0)
    momenta = np.column_stack([direction, np.linalg.norm(direction, axis=1)])
    flow, event_numbers = detector.measure(Particles(momenta, ids, charges, np.sort(rng.integers(0, 5, n))), rng)
    assert np.all(np.diff(event_numbers) >= 0)
    assert set(event_numbers) == set(range(5))
    np.testing.assert_allclose(flow[:, 0], np.linalg.norm(flow[:, 1:], axis=1), rtol=1e-12)


def test_neutral_and_charged_energy_are_both_found():
    """Isolated hadrons and photons of 10 GeV: the energy flow finds their energy within a tenth."""
    for pdg_id, charge in ((PION, 1.0), (PHOTON, 0.0), (KAON_LONG, 0.0)):
        particles = same_particles(20_000, pdg_id, charge, 10.0)
        flow, _ = detector.measure(particles, np.random.default_rng(12))
        assert flow[:, 0].sum() == pytest.approx(particles.energy.sum(), rel=0.1)
