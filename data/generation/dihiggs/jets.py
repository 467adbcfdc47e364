"""Jets as measured. A lepton is in a jet, too: whoever counts jets takes out what lies near the lepton."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..generator import anti_kt_finder
from ..smearing import gaussian_response, jet_resolution
from .detector import LARGEST_ETA as CLUSTERING_LARGEST_ETA

if TYPE_CHECKING:
    import pythia8mc

RADIUS = 0.4
LEAST_PT = 20.0
LARGEST_ETA = 2.5
CLUSTERING_LEAST_PT = 13.0


@dataclass(frozen=True, slots=True)
class Jet:
    """A measured jet, with pT and mass in GeV."""

    pt: float
    eta: float
    phi: float
    mass: float


def jet_finder() -> "pythia8mc.SlowJet":
    """Anti-kT jets with R = 0.4 from all visible particles within |η| < 2.9."""
    return anti_kt_finder(RADIUS, CLUSTERING_LEAST_PT, CLUSTERING_LARGEST_ETA)


def find_jets(event, finder: "pythia8mc.SlowJet", rng: np.random.Generator) -> list[Jet]:
    """Smeared jets with pT > 20 GeV and |η| < 2.5, hardest first."""
    finder.analyze(event)
    jets = []
    for i in range(finder.sizeJet()):
        momentum = finder.p(i)
        pt = momentum.pT()
        response = max(gaussian_response(jet_resolution(pt), rng), 0.0)
        if pt * response > LEAST_PT and abs(momentum.eta()) < LARGEST_ETA:
            jets.append(Jet(pt * response, momentum.eta(), momentum.phi(), max(momentum.mCalc(), 0.0) * response))
    return sorted(jets, key=lambda jet: -jet.pt)
