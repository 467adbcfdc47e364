"""The final state that is selected: one lepton, two b-tagged jets, two further jets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..generator import anti_kt_finder
from ..jets import RADIUS, Jet
from ..leptons import GeneratedLepton
from ..smearing import gaussian_response, lepton_resolution

if TYPE_CHECKING:
    import pythia8mc

LEPTON_PT = 25.0
LARGEST_ETA = 2.5
JET_PT = 30.0
CLUSTERING_LEAST_PT = 20.0
CLUSTERING_LARGEST_ETA = 2.8


@dataclass(frozen=True, slots=True)
class Lepton:
    """A measured lepton, with pT in GeV."""

    pt: float
    eta: float
    phi: float
    generated_pt: float


def select_lepton(generated: Sequence[GeneratedLepton], rng: np.random.Generator) -> Lepton | None:
    """The one lepton above 25 GeV within |η| < 2.5 as measured, or None where there is not one."""
    measured = []
    for lepton in generated:
        response = gaussian_response(lepton_resolution(lepton.pt, lepton.eta, abs(lepton.pdg_id)), rng)
        if abs(lepton.eta) < LARGEST_ETA and lepton.pt * response > LEPTON_PT:
            measured.append(Lepton(lepton.pt * response, lepton.eta, lepton.phi, lepton.pt))
    return measured[0] if len(measured) == 1 else None


def jet_finder() -> "pythia8mc.SlowJet":
    """Anti-kT jets with R = 0.4 from all visible particles within |η| < 2.8."""
    return anti_kt_finder(RADIUS, CLUSTERING_LEAST_PT, CLUSTERING_LARGEST_ETA)


def select_jets(jets: Sequence[Jet], tags: Sequence[bool]) -> tuple[Jet, Jet, Jet, Jet] | None:
    """The two hardest jets with a b tag and the two hardest of the others, or None. ``jets``: hardest first.

    A third tagged jet counts as one of the others.
    """
    tagged = [i for i, tag in enumerate(tags) if tag][:2]
    others = [jet for i, jet in enumerate(jets) if i not in tagged]
    if len(tagged) < 2 or len(others) < 2:
        return None
    return jets[tagged[0]], jets[tagged[1]], others[0], others[1]
