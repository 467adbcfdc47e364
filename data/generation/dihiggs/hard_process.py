"""What is asked of an event before hadrons are made: a charged lepton, jets; and whether it has heavy quarks.

The thresholds lie below those of the preselection, so that few events are lost that would have passed it.
"""

from typing import TYPE_CHECKING

from ..leptons import ELECTRON, MUON, TAU

if TYPE_CHECKING:
    import pythia8mc

LEAST_LEPTON_PT = {ELECTRON: 15.0, MUON: 15.0, TAU: 25.0}
LARGEST_ETA = 2.7
LEAST_JETS = 4
LEAST_JET_PT = 15.0
HEAVY_QUARKS = (4, 5)


def has_hard_lepton(event) -> bool:
    """Whether an outgoing electron or muon above 15 GeV, or a τ above 25 GeV, lies within |η| < 2.7."""
    for particle in event.particles():
        least_pt = LEAST_LEPTON_PT.get(particle.idAbs())
        if least_pt and particle.isFinal() and particle.pT() > least_pt and abs(particle.eta()) < LARGEST_ETA:
            return True
    return False


def has_jets(event, finder: "pythia8mc.SlowJet") -> bool:
    """Whether there are four jets of partons and leptons above 15 GeV: the lepton is one of them."""
    finder.analyze(event)
    return finder.sizeJet() >= LEAST_JETS and finder.pT(LEAST_JETS - 1) > LEAST_JET_PT


def has_heavy_quark(event) -> bool:
    """Whether there is an outgoing c or b quark."""
    return any(particle.isFinal() and particle.idAbs() in HEAVY_QUARKS for particle in event.particles())
