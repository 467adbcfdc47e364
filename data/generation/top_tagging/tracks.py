"""Charged tracks: which particles give one, and with what momentum.

Efficiencies and resolutions are those of the ATLAS card of Delphes 3 (arXiv:1307.6346). Which tracks are used is
modelled on the particle flow of ATLAS (arXiv:1703.10485): above 40 GeV, and in the crowded core of a jet, the
calorimeter is trusted instead.
"""

import numpy as np

from ..smearing import log_normal
from .particles import ELECTRON, MUON, Particles

LEAST_PT = 0.1
LARGEST_ETA = 2.5
BARREL_ETA = 1.5
EFFICIENCY_PT_EDGES = (1.0, 100.0)
EFFICIENCIES = {
    "hadron": ((0.70, 0.95, 0.95), (0.60, 0.85, 0.85)),
    ELECTRON: ((0.73, 0.95, 0.99), (0.50, 0.83, 0.90)),
    MUON: ((0.75, 0.99, 0.99), (0.70, 0.98, 0.98)),
}
"""In the barrel (|η| < 1.5) and outside, for pT below 1 GeV, up to 100 GeV, and above."""
RESOLUTION_ETA_EDGES = (0.5, 1.5)
RESOLUTIONS = {
    "other": ((0.06, 1.3e-3), (0.10, 1.7e-3), (0.25, 3.1e-3)),
    MUON: ((0.02, 2.0e-4), (0.03, 3.0e-4), (0.06, 6.0e-4)),
}
"""Constant a, and b in 1/GeV, of σ(pT)/pT = a ⊕ b pT, for |η| below 0.5, below 1.5 and above."""

LARGEST_USED_PT = 40.0
LARGEST_CROWDING = 33.2
"""Standard deviations, for each factor of ten in pT below 40 GeV."""


def efficiency(pt: np.ndarray, eta: np.ndarray, abs_id: np.ndarray) -> np.ndarray:
    """Probability, (n,), that a charged particle of pT in GeV gives a track; 0 outside pT > 0.1 GeV and |η| < 2.5."""
    pt_bin = np.digitize(pt, EFFICIENCY_PT_EDGES)
    region = (np.abs(eta) >= BARREL_ETA).astype(int)
    tables = {kind: np.array(table)[region, pt_bin] for kind, table in EFFICIENCIES.items()}
    inside = (pt > LEAST_PT) & (np.abs(eta) < LARGEST_ETA)
    return inside * np.select([abs_id == ELECTRON, abs_id == MUON], [tables[ELECTRON], tables[MUON]], tables["hadron"])


def resolution(pt: np.ndarray, eta: np.ndarray, abs_id: np.ndarray) -> np.ndarray:
    """Relative resolution of a track's pT, (n,)."""
    region = np.digitize(np.abs(eta), RESOLUTION_ETA_EDGES)
    muon, other = (np.array(RESOLUTIONS[kind])[region] for kind in (MUON, "other"))
    constant, linear = np.where(abs_id[:, None] == MUON, muon, other).T
    return np.hypot(constant, linear * pt)


def measure_tracks(particles: Particles, rng: np.random.Generator) -> np.ndarray:
    """Measured pT in GeV of each particle's track, (n,); 0 where there is none. Directions are exact."""
    pt, eta, abs_id = particles.pt, particles.eta, np.abs(particles.pdg_ids)
    found = (particles.charges != 0) & (rng.random(len(pt)) < efficiency(pt, eta, abs_id))
    measured = np.zeros(len(pt))
    measured[found] = log_normal(pt[found], (pt * resolution(pt, eta, abs_id))[found], rng)
    return measured


def is_used(pt: np.ndarray, abs_id: np.ndarray, crowding: np.ndarray) -> np.ndarray:
    """Which tracks (n,) of measured pT in GeV enter the energy flow.

    ``crowding``, (n,): energy of other particles in the track's calorimeter tower, in standard deviations of what the
    track's particle leaves there. A track is used if that is below 33.2 log₁₀(40 GeV / pT), and never above 40 GeV.
    Muons, which calorimeters do not absorb, are always used.
    """
    with np.errstate(divide="ignore"):
        largest_crowding = LARGEST_CROWDING * np.log10(LARGEST_USED_PT / pt)
    return (pt > 0) & ((abs_id == MUON) | ((pt < LARGEST_USED_PT) & (crowding < largest_crowding)))
