"""The preselection of the single-lepton search for light stops (CMS, arXiv:1805.05784), and its variables."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..generator import anti_kt_finder
from ..geometry import delta_r
from ..jets import RADIUS, Jet
from ..missing_momentum import MeasuredMet
from .b_tags import LOOSE
from .leptons import Lepton

if TYPE_CHECKING:
    import pythia8mc

JET_PT = 30.0
JET_LARGEST_ETA = 2.4
CLUSTERING_LEAST_PT = 20.0
CLUSTERING_LARGEST_ETA = 2.8
LEAST_MET = 280.0
LEAST_LEADING_JET_PT = 110.0
LEAST_HT = 200.0
SECOND_LEPTON_PT = 20.0


def jet_finder() -> "pythia8mc.SlowJet":
    """Anti-kT jets with R = 0.4 from all visible particles within |η| < 2.8."""
    return anti_kt_finder(RADIUS, CLUSTERING_LEAST_PT, CLUSTERING_LARGEST_ETA)


def selects_leptons(leptons: Sequence[Lepton]) -> bool:
    """Whether there is a lepton, and no second one above 20 GeV. ``leptons``: hardest first."""
    return len(leptons) > 0 and (len(leptons) == 1 or leptons[1].pt <= SECOND_LEPTON_PT)


def selects_jets(jets: Sequence[Jet]) -> bool:
    """Whether the leading jet has more than 110 GeV, and all together more than 200 GeV. ``jets``: hardest first."""
    return len(jets) > 0 and jets[0].pt > LEAST_LEADING_JET_PT and sum(jet.pt for jet in jets) > LEAST_HT


def variables(
    lepton: Lepton, met: MeasuredMet, jets: Sequence[Jet], discriminants: Sequence[float]
) -> dict[str, float]:
    """The 17 variables of a selected event, by the names of the table. ``jets``: hardest first, at least one."""
    by_tag = sorted(range(len(jets)), key=lambda i: -discriminants[i])
    tagged = jets[by_tag[0]]
    return {
        "LepChg": lepton.charge,
        "LepPt": lepton.pt,
        "LepEta": lepton.eta,
        "Dxy": lepton.dxy,
        "Dz": lepton.dz,
        "RelIso": lepton.relative_isolation,
        "Met": met.pt,
        "mt": math.sqrt(2 * lepton.pt * met.pt * (1 - math.cos(lepton.phi - met.phi))),
        "Njet": len(jets),
        "Jet1Pt": jets[0].pt,
        "Jet2Pt": jets[1].pt if len(jets) > 1 else 0.0,
        "HT": sum(jet.pt for jet in jets),
        "NbLoose": sum(discriminant > LOOSE for discriminant in discriminants),
        "JetHBpt": tagged.pt,
        "JetHBCSV": discriminants[by_tag[0]],
        "JetB2pt": jets[by_tag[1]].pt if len(jets) > 1 else 0.0,
        "DrJetHBLep": float(delta_r(tagged.eta, tagged.phi, lepton.eta, lepton.phi)),
    }
