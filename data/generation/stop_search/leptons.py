"""Electrons and muons as measured, with isolation and impact parameters; and charged hadrons taken for one."""

from dataclasses import dataclass, replace

import numpy as np

from ..isolation import cone_sums
from ..leptons import ELECTRON, MUON
from .detector import IMPACT_RESOLUTION
from .particles import Particles

LEAST_PT = {ELECTRON: 5.0, MUON: 3.5}
LARGEST_ETA = 2.4
PT_RESOLUTION = 0.015
ISOLATION_CONE = 0.3
ISOLATION_NOISE = (0.3, 0.9)
LARGEST_ABSOLUTE_ISOLATION = 5.0
LARGEST_RELATIVE_ISOLATION = 0.2
RELATIVE_ISOLATION_FROM_PT = 25.0
LARGEST_DXY = 0.02
LARGEST_DZ = 0.1

FIRST_HADRON_ID = 100
ELECTRON_SHARE_OF_MISTAKES = 0.2


@dataclass(frozen=True, slots=True)
class Lepton:
    """A lepton as measured: pT in GeV, relative isolation, impact parameters in cm, charge in e.

    ``weight`` is 1, or for a charged hadron the probability that it is taken for a lepton.
    """

    pt: float
    eta: float
    phi: float
    flavour: int
    charge: int
    relative_isolation: float
    dxy: float
    dz: float
    weight: float = 1.0


def find_leptons(particles: Particles, rng: np.random.Generator) -> list[Lepton]:
    """Isolated electrons above 5 GeV and muons above 3.5 GeV from near the collision, hardest first.

    Whatever made them: a W or Z, a τ, or a b or c hadron.
    """
    kinds = np.abs(particles.pdg_id)
    electrons, muons = (
        (kinds == flavour) & (particles.pt > LEAST_PT[flavour] / (1 + 5 * PT_RESOLUTION))
        for flavour in (ELECTRON, MUON)
    )
    leptons = _measured(particles, electrons | muons, kinds, rng)
    return sorted(leptons, key=lambda lepton: -lepton.pt)


def find_mistaken_hadron(particles: Particles, rng: np.random.Generator) -> list[Lepton]:
    """One of the charged hadrons that pass as leptons, if any, drawn by how likely each is.

    Its weight is the sum of the chances of all, which is small.
    """
    hadrons = (np.abs(particles.pdg_id) > FIRST_HADRON_ID) & (particles.charge != 0)
    hadrons &= particles.pt > LEAST_PT[MUON] / (1 + 5 * PT_RESOLUTION)
    flavours = np.where(rng.random(len(particles.pt)) < ELECTRON_SHARE_OF_MISTAKES, ELECTRON, MUON)
    candidates = _measured(particles, hadrons, flavours, rng)
    if not candidates:
        return []
    chances = np.array([mistake_probability(candidate.pt) for candidate in candidates])
    chosen = candidates[rng.choice(len(candidates), p=chances / chances.sum())]
    return [replace(chosen, weight=float(chances.sum()))]


def mistake_probability(pt: float) -> float:
    """Probability that an isolated charged hadron of this pT in GeV is taken for a lepton."""
    return 0.01 * min(1.0, 5.0 / pt) + 0.002


def _measured(particles: Particles, mask: np.ndarray, flavours: np.ndarray, rng: np.random.Generator) -> list[Lepton]:
    """Those of the masked particles (mask: (n,)) that pass the cuts on a lepton as measured."""
    chosen = np.flatnonzero(mask & (np.abs(particles.eta) < LARGEST_ETA))
    true_pt, eta = particles.pt[chosen], particles.eta[chosen]
    pt = true_pt * (1 + PT_RESOLUTION * rng.normal(size=len(chosen)))
    around = cone_sums(particles, chosen, ISOLATION_CONE)
    isolation = np.maximum(around + rng.normal(*ISOLATION_NOISE, len(chosen)), 0.0)
    tail = IMPACT_RESOLUTION.tail(len(chosen), rng)
    dxy = particles.dxy[chosen] + tail * IMPACT_RESOLUTION.transverse(true_pt, eta) * rng.normal(size=len(chosen))
    dz = particles.dz[chosen] + tail * IMPACT_RESOLUTION.longitudinal(true_pt, eta) * rng.normal(size=len(chosen))
    least_pt = np.where(flavours[chosen] == ELECTRON, LEAST_PT[ELECTRON], LEAST_PT[MUON])
    largest_isolation = np.where(
        pt < RELATIVE_ISOLATION_FROM_PT, LARGEST_ABSOLUTE_ISOLATION, LARGEST_RELATIVE_ISOLATION * pt
    )
    passed = (pt > least_pt) & (isolation < largest_isolation) & (np.abs(dxy) < LARGEST_DXY) & (np.abs(dz) < LARGEST_DZ)
    return [
        Lepton(
            pt=float(pt[i]),
            eta=float(eta[i]),
            phi=float(particles.phi[chosen[i]]),
            flavour=int(flavours[chosen[i]]),
            charge=int(particles.charge[chosen[i]]),
            relative_isolation=float(isolation[i] / pt[i]),
            dxy=float(dxy[i]),
            dz=float(dz[i]),
        )
        for i in np.flatnonzero(passed)
    ]
