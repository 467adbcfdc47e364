"""The b-tag discriminant of a jet, from the significances of its tracks' impact parameters (arXiv:1712.07158)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry import delta_r
from ..jets import RADIUS, Jet
from .detector import IMPACT_RESOLUTION
from .particles import Particles

TRACK_LEAST_PT = 1.0
TRACK_LARGEST_ETA = 2.5
TRACK_LARGEST_DXY = 0.3
TRACK_EFFICIENCY = 0.9
NO_TRACK = 0.0
OFFSET = -3.0
SIGNIFICANCE_SLOPES = (0.55, 1.3, 0.9)
LOOSE = 0.45


@dataclass(frozen=True, slots=True)
class Tracks:
    """Arrays (n,) of measured tracks: direction, transverse impact parameter in cm and its resolution."""

    eta: np.ndarray
    phi: np.ndarray
    dxy: np.ndarray
    resolution: np.ndarray


def find_tracks(particles: Particles, rng: np.random.Generator) -> Tracks:
    """Charged particles above 1 GeV as measured; one in ten is not found, nor is any with |dxy| from 3 mm."""
    chosen = (particles.charge != 0) & (particles.pt > TRACK_LEAST_PT) & (np.abs(particles.eta) < TRACK_LARGEST_ETA)
    eta, phi = particles.eta[chosen], particles.phi[chosen]
    resolution = IMPACT_RESOLUTION.transverse(particles.pt[chosen], eta)
    dxy = particles.dxy[chosen] + rng.normal(size=len(eta)) * resolution * IMPACT_RESOLUTION.tail(len(eta), rng)
    found = (np.abs(dxy) < TRACK_LARGEST_DXY) & (rng.random(len(eta)) < TRACK_EFFICIENCY)
    return Tracks(eta[found], phi[found], dxy[found], resolution[found])


def b_tag_discriminants(jets: Sequence[Jet], tracks: Tracks) -> list[float]:
    """Discriminant of each jet, 0 to 1, higher for jets with displaced tracks.

    A track's significance |dxy|/σ counts positive where it crosses the jet's axis in front of the collision. The
    logistic function of −3 + 0.55 ln(1 + s₁) + 1.3 ln(1 + s₂) + 0.9 ln(1 + s₃), with the three largest.
    """
    discriminants = []
    for jet in jets:
        inside = delta_r(tracks.eta, tracks.phi, jet.eta, jet.phi) < RADIUS
        # the point of closest approach lies at dxy (−sin φ, cos φ); its projection on the axis has the track's sign
        side = np.sign(tracks.dxy[inside] * np.sin(jet.phi - tracks.phi[inside]))
        significances = np.abs(tracks.dxy[inside]) / tracks.resolution[inside] * side
        largest = np.sort(np.concatenate([np.maximum(significances, 0.0), np.full(3, NO_TRACK)]))[:-4:-1]
        exponent = OFFSET + sum(slope * math.log1p(s) for slope, s in zip(SIGNIFICANCE_SLOPES, largest, strict=True))
        discriminants.append(1 / (1 + math.exp(-exponent)))
    return discriminants
