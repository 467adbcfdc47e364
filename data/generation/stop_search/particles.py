"""The particles of one event that the detector sees."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..impact_parameters import true_impact_parameters


@dataclass(frozen=True, slots=True)
class Particles:
    """Arrays (n,): momenta (pT in GeV, η, φ), kinds, charges in e, and true impact parameters in cm."""

    pt: np.ndarray
    eta: np.ndarray
    phi: np.ndarray
    pdg_id: np.ndarray
    charge: np.ndarray
    dxy: np.ndarray
    dz: np.ndarray

    @classmethod
    def visible(cls, final_particles: Sequence, largest_eta: float) -> "Particles":
        """Those of a Pythia event that are visible within |η| of ``largest_eta``."""
        rows = [
            (p.pT(), p.eta(), p.phi(), p.id(), p.charge(), p.xProd(), p.yProd(), p.zProd())
            for p in final_particles
            if p.isVisible() and abs(p.eta()) < largest_eta
        ]
        table = np.array(rows, dtype=float).reshape(-1, 8)
        pt, eta, phi, pdg_id, charge = table[:, :5].T
        dxy, dz = true_impact_parameters(table[:, 5:], eta, phi)
        return cls(pt, eta, phi, pdg_id.astype(int), charge, dxy, dz)
