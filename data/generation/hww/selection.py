"""Object and event selection, with the cuts of the H→WW→ℓνℓν analyses."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..generator import anti_kt_finder
from ..jets import RADIUS
from .detector import MeasuredLepton

if TYPE_CHECKING:
    import pythia8mc

LEADING_LEPTON_PT = 25.0
TRAILING_LEPTON_PT = 13.0
LEPTON_LARGEST_ETA = 2.5
LEAST_DILEPTON_MASS = 12.0
JET_PT = 30.0
JET_LARGEST_ETA = 4.7
CLUSTERING_LEAST_PT = 15.0


def dilepton_mass(lepton1: MeasuredLepton, lepton2: MeasuredLepton) -> float:
    """Invariant mass of two massless leptons, in GeV: m² = 2 pT1 pT2 (cosh Δη − cos Δφ)."""
    angles = math.cosh(lepton1.eta - lepton2.eta) - math.cos(lepton1.phi - lepton2.phi)
    return math.sqrt(2 * lepton1.pt * lepton2.pt * angles)


def select_pair(leptons: Sequence[MeasuredLepton]) -> tuple[MeasuredLepton, MeasuredLepton] | None:
    """The two leptons of highest pT within |η| < 2.5, or None if they fail the cuts.

    Cuts: pT > 25 and 13 GeV, opposite charges, mℓℓ > 12 GeV; any flavours.
    """
    central = sorted((lepton for lepton in leptons if abs(lepton.eta) < LEPTON_LARGEST_ETA), key=lambda ell: -ell.pt)
    if len(central) < 2:
        return None
    first, second = central[:2]
    accepted = (
        first.pt > LEADING_LEPTON_PT
        and second.pt > TRAILING_LEPTON_PT
        and first.pdg_id * second.pdg_id < 0
        and dilepton_mass(first, second) > LEAST_DILEPTON_MASS
    )
    return (first, second) if accepted else None


def jet_finder() -> "pythia8mc.SlowJet":
    """Anti-kT jets with R = 0.4 from all visible particles within |η| < 4.7."""
    return anti_kt_finder(RADIUS, CLUSTERING_LEAST_PT, JET_LARGEST_ETA)
