"""The preselection of the files: loose, so that a stricter selection has work to do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..generator import anti_kt_finder
from ..jets import RADIUS, Jet, away_from
from .detector import LARGEST_ETA as CLUSTERING_LARGEST_ETA
from .leptons import Lepton

if TYPE_CHECKING:
    import pythia8mc

JET_PT = 20.0
JET_LARGEST_ETA = 2.5
CLUSTERING_LEAST_PT = 13.0
LEAST_CANDIDATE_PT = 15.0
"""Of leptons before they are measured."""
LEAST_LEPTON_PT = 20.0
LEAST_JETS = 3


def jet_finder() -> "pythia8mc.SlowJet":
    """Anti-kT jets with R = 0.4 from all visible particles within |η| < 2.9."""
    return anti_kt_finder(RADIUS, CLUSTERING_LEAST_PT, CLUSTERING_LARGEST_ETA)


def selects_leptons(leptons: Sequence[Lepton]) -> bool:
    """Whether the hardest lepton has more than 20 GeV."""
    return len(leptons) > 0 and leptons[0].pt > LEAST_LEPTON_PT


def selects_jets(jets: Sequence[Jet], lepton: Lepton) -> bool:
    """Whether there are three jets besides the one that the lepton is in: ΔR > 0.4."""
    return len(away_from(lepton, jets)) >= LEAST_JETS
