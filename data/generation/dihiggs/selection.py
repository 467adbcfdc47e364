"""The preselection of the files: loose, so that a stricter selection has work to do."""

from collections.abc import Sequence

from ..geometry import delta_r
from .jets import RADIUS, Jet
from .leptons import Lepton

LEAST_LEPTON_PT = 20.0
LEAST_JETS = 3


def selects_leptons(leptons: Sequence[Lepton]) -> bool:
    """Whether the hardest lepton has more than 20 GeV."""
    return len(leptons) > 0 and leptons[0].pt > LEAST_LEPTON_PT


def selects_jets(jets: Sequence[Jet], lepton: Lepton) -> bool:
    """Whether there are three jets besides the one that the lepton is in: ΔR > 0.4."""
    away = [jet for jet in jets if delta_r(jet.eta, jet.phi, lepton.eta, lepton.phi) > RADIUS]
    return len(away) >= LEAST_JETS
