"""Two calorimeter layers, and the energy in them that tracks do not account for.

Towers, absorption, resolutions and thresholds are those of the ATLAS card of Delphes 3 (arXiv:1307.6346) with one
grid for both layers. Shares of K⁰S and Λ are not needed: these decay in the generator.
"""

from dataclasses import dataclass

import numpy as np

from ..smearing import log_normal
from .particles import ELECTRON, MUON, PHOTON, Particles

CENTRAL_ETA = 2.5
TOWER_ETA_EDGES = np.concatenate([np.arange(-49, -25, 2) / 10, np.arange(-25, 26) / 10, np.arange(27, 51, 2) / 10])
"""Towers are 0.1 wide in η up to |η| = 2.5 and 0.2 wide up to 4.9, where the calorimeter ends."""
TOWERS_IN_PHI = np.where(np.abs(TOWER_ETA_EDGES[:-1] + TOWER_ETA_EDGES[1:]) < 2 * CENTRAL_ETA, 36, 18)
"""Number of towers in azimuth, 10° or 20° wide, for each step in η."""

FIELD_TIMES_RADIUS = 0.3 * 2.0 * 1.15
"""In GeV: a particle of unit charge and this pT describes half a circle inside 2 T and 1.15 m."""


@dataclass(frozen=True)
class Layer:
    """One calorimeter layer.

    ``resolution``: for |η| up to each limit, (limit, a, b, c) of σ(E) = a ⊕ b √E ⊕ c E in GeV. A tower is read out
    above ``least_energy`` in GeV, and where its energy is at least ``least_significance`` standard deviations.
    """

    name: str
    resolution: tuple[tuple[float, float, float, float], ...]
    least_energy: float
    least_significance: float = 1.0

    def absorbs(self, pdg_ids: np.ndarray) -> np.ndarray:
        """Which particles end here: electrons and photons in the first layer, the others but muons in the second."""
        abs_id = np.abs(pdg_ids)
        electromagnetic = (abs_id == ELECTRON) | (abs_id == PHOTON)
        return electromagnetic if self is ECAL else ~electromagnetic & (abs_id != MUON)

    def sigma(self, energy: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Standard deviation in GeV of the energy measured in towers at η, (n,)."""
        limits, *terms = np.array(self.resolution).T
        constant, stochastic, linear = np.array(terms)[:, np.searchsorted(limits[:-1], np.abs(eta))]
        return np.sqrt(constant**2 + stochastic**2 * energy + (linear * energy) ** 2)


ECAL = Layer("electromagnetic", ((3.2, 0.0, 0.101, 0.0017), (4.9, 0.0, 0.285, 0.035)), least_energy=0.5)
HCAL = Layer(
    "hadronic",
    ((1.7, 1.59, 0.5205, 0.0302), (3.2, 0.0, 0.706, 0.05), (4.9, 0.0, 1.0, 0.0942)),
    least_energy=1.0,
)


@dataclass(frozen=True)
class Clusters:
    """Energies in GeV, directions and event numbers of what a layer measures besides tracks: arrays (n,)."""

    energy: np.ndarray
    eta: np.ndarray
    phi: np.ndarray
    event_numbers: np.ndarray


@dataclass(frozen=True)
class Towers:
    """The towers that particles hit: ``of_particle``, (n_particles,), is the index of each one's tower.

    ``event_numbers``, ``eta_bins``, ``phi_bins``: (n_towers,). ``is_hit``, (n_particles,): whether the particle gets
    as far as the calorimeter.
    """

    of_particle: np.ndarray
    is_hit: np.ndarray
    event_numbers: np.ndarray
    eta_bins: np.ndarray
    phi_bins: np.ndarray

    def total(self, values: np.ndarray) -> np.ndarray:
        """Sum of a quantity of the particles, (n_particles,), over those of each tower, (n_towers,)."""
        return np.bincount(self.of_particle, weights=values, minlength=len(self.event_numbers))


def azimuth_at_calorimeter(particles: Particles) -> tuple[np.ndarray, np.ndarray]:
    """Azimuth where particles meet the calorimeter after 1.15 m in 2 T, and which of them do: (n,) each.

    Charged particles turn by arcsin(0.345 GeV / pT); in the barrel (|η| < 1.5) those below 0.345 GeV never get there.
    Their change in η is left out.
    """
    half_turn = FIELD_TIMES_RADIUS / 2
    turn = np.arcsin(np.minimum(half_turn / particles.pt, 1.0))
    reaches = (particles.charges == 0) | (particles.pt > half_turn) | (np.abs(particles.eta) > 1.5)
    return particles.phi - particles.charges * turn, reaches


def find_towers(particles: Particles) -> Towers:
    """The towers at which particles point, at the radius of the calorimeter."""
    phi, is_hit = azimuth_at_calorimeter(particles)
    eta_bins = np.clip(np.searchsorted(TOWER_ETA_EDGES, particles.eta) - 1, 0, len(TOWERS_IN_PHI) - 1)
    steps = np.mod(phi, 2 * np.pi) / (2 * np.pi) * TOWERS_IN_PHI[eta_bins]
    phi_bins = np.minimum(steps.astype(int), TOWERS_IN_PHI[eta_bins] - 1)
    shape = (particles.event_numbers[-1] + 1, len(TOWERS_IN_PHI), TOWERS_IN_PHI.max())
    addresses = np.ravel_multi_index((particles.event_numbers, eta_bins, phi_bins), shape)
    towers, of_particle = np.unique(addresses, return_inverse=True)
    return Towers(of_particle, is_hit, *np.unravel_index(towers, shape))


def crowding(particles: Particles, towers: Towers, track_energy: np.ndarray) -> np.ndarray:
    """Energy of the tower beyond a particle's own track, over the hadronic resolution at the track's energy: (n,).

    0 for a particle without a track.
    """
    absorbed = towers.is_hit & (np.abs(particles.pdg_ids) != MUON)
    others = towers.total(particles.energy * absorbed)[towers.of_particle] - track_energy
    sigma = HCAL.sigma(track_energy, particles.eta)
    return np.divide(others, sigma, out=np.zeros_like(others), where=track_energy > 0)


def measure_excess(
    layer: Layer, particles: Particles, towers: Towers, track_energy: np.ndarray, rng: np.random.Generator
) -> Clusters:
    """What each tower of a layer measures beyond the tracks that point at it.

    A tower's energy is smeared, set to zero below the thresholds, and lowered by the measured energy of its tracks
    (``track_energy``, (n_particles,), 0 where a particle has no track). What is left is kept if it is positive and
    significant. So a charged particle's energy is counted twice in part, or lost, as its two measurements fluctuate.
    The direction is drawn uniformly within the tower.
    """
    absorbed = layer.absorbs(particles.pdg_ids) & towers.is_hit
    lower, upper = TOWER_ETA_EDGES[towers.eta_bins], TOWER_ETA_EDGES[towers.eta_bins + 1]
    centre = (lower + upper) / 2
    deposited = towers.total(particles.energy * absorbed)
    measured = np.zeros(len(deposited))
    hit = deposited > 0
    measured[hit] = log_normal(deposited[hit], layer.sigma(deposited, centre)[hit], rng)
    least = np.maximum(layer.least_energy, layer.least_significance * layer.sigma(measured, centre))
    measured[measured < least] = 0.0
    excess = np.maximum(measured - towers.total(track_energy * absorbed), 0.0)
    kept = (excess > 0) & (excess > layer.least_significance * layer.sigma(excess, centre))
    eta = rng.uniform(lower[kept], upper[kept])
    phi_bins, n_phi = towers.phi_bins[kept], TOWERS_IN_PHI[towers.eta_bins[kept]]
    phi = rng.uniform(phi_bins, phi_bins + 1) * 2 * np.pi / n_phi
    return Clusters(excess[kept], eta, phi, towers.event_numbers[kept])
