"""Electrons and muons as measured, with their isolation."""

from dataclasses import dataclass

import numpy as np

from ..isolation import cone_sums
from ..leptons import ELECTRON, MUON
from .detector import LEPTON_RESOLUTION
from .particles import Particles

LEAST_PT = 10.0
LARGEST_ETA = 2.4
ISOLATION_CONE = 0.3
LARGEST_ISOLATION = 0.4


@dataclass(frozen=True, slots=True)
class Lepton:
    """A measured lepton: pT in GeV, relative isolation, PDG identifier."""

    pt: float
    eta: float
    phi: float
    iso: float
    pdg_id: int


def find_leptons(particles: Particles, rng: np.random.Generator) -> list[Lepton]:
    """Electrons and muons above 10 GeV, |η| < 2.4, with less than 40 % of their pT around them, hardest first."""
    kinds = np.abs(particles.pdg_id)
    is_candidate = (kinds == ELECTRON) | (kinds == MUON)
    is_candidate &= (np.abs(particles.eta) < LARGEST_ETA) & (particles.pt > LEAST_PT / (1 + 5 * LEPTON_RESOLUTION))
    chosen = np.flatnonzero(is_candidate)
    pt = particles.pt[chosen] * (1 + LEPTON_RESOLUTION * rng.normal(size=len(chosen)))
    iso = np.maximum(cone_sums(particles, chosen, ISOLATION_CONE), 0.0) / pt
    leptons = [
        Lepton(
            pt=float(pt[i]),
            eta=float(particles.eta[chosen[i]]),
            phi=float(particles.phi[chosen[i]]),
            iso=float(iso[i]),
            pdg_id=int(particles.pdg_id[chosen[i]]),
        )
        for i in np.flatnonzero((pt > LEAST_PT) & (iso < LARGEST_ISOLATION))
    ]
    return sorted(leptons, key=lambda lepton: -lepton.pt)
