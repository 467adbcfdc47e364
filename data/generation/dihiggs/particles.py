"""The visible particles of one event as arrays, and the hadrons that name a jet's flavour."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry import delta_r

LEAST_HADRON_PT = 5.0
MATCHING_RADIUS = 0.3


@dataclass(frozen=True, slots=True)
class Particles:
    """Arrays (n,): momenta (pT in GeV, η, φ) and PDG identifiers."""

    pt: np.ndarray
    eta: np.ndarray
    phi: np.ndarray
    pdg_id: np.ndarray

    @classmethod
    def visible(cls, final_particles: Sequence, largest_eta: float) -> "Particles":
        """Those of a Pythia event that are visible within |η| of ``largest_eta``."""
        rows = [
            (p.pT(), eta, p.phi(), p.id())
            for p in final_particles
            if p.isVisible() and abs(eta := p.eta()) < largest_eta
        ]
        pt, eta, phi, pdg_id = np.array(rows, dtype=float).reshape(-1, 4).T
        return cls(pt, eta, phi, pdg_id.astype(int))


def heaviest_quark(pdg_id: int) -> int:
    """The heaviest quark of a hadron, 4 or 5, or 0 if it has neither c nor b. ``pdg_id`` may be negative."""
    kind = abs(pdg_id)
    quark = kind // 1000 % 10 or kind // 100 % 10
    return quark if quark in (4, 5) else 0


def heavy_hadrons(event) -> np.ndarray:
    """Directions and heaviest quark of the b and c hadrons above 5 GeV of a Pythia event: (n, 3)."""
    rows = [
        (p.eta(), p.phi(), quark)
        for p in event.particles()
        if (quark := heaviest_quark(p.id())) and p.isHadron() and p.pT() > LEAST_HADRON_PT
    ]
    return np.array(rows, dtype=float).reshape(-1, 3)


def flavour(eta: float, phi: float, hadrons: np.ndarray) -> int:
    """5 if a b hadron lies within ΔR < 0.3 of the direction, else 4 if a c hadron does, else 0."""
    near = delta_r(hadrons[:, 0], hadrons[:, 1], eta, phi) < MATCHING_RADIUS
    return int(hadrons[near, 2].max(initial=0))
