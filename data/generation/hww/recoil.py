"""Gives up Drell-Yan events of low mass before they are fully showered, where the pair recoils against too little.

Most low-mass pairs are too soft to be selected: pT1 + pT2 cannot exceed √(m² + pT²) of the pair, whatever its decay.
"""

import math

import pythia8mc

from .leptons import LEAST_LEPTON_PT_SUM

SHARE_OF_NEEDED_PT = 0.3


class RecoilVeto(pythia8mc.UserHooks):
    """Vetoes an event whose pair has less than 30 % of the pT that it needs after the first, hardest emission.

    Later emissions are softer; ``tests/data`` checks that no selected event is lost. With ``Check:abortIfVeto = on``
    a vetoed event ends ``next()`` and so counts as one try.
    """

    def __init__(self) -> None:
        super().__init__()
        self.n_vetoed = 0

    def canVetoStep(self) -> bool:  # noqa: N802
        """Pythia asks whether this hook wants to see the shower's steps."""
        return True

    def numberVetoStep(self) -> int:  # noqa: N802
        """Only the first step is of interest."""
        return 1

    def doVetoStep(self, stage: int, n_initial: int, n_final: int, event) -> bool:  # noqa: N802
        """True ends the event; only the first emission, one from the initial state, may lead to it."""
        if (n_initial, n_final) != (1, 0):
            return False
        pair = event[event[5].iBotCopyId()]
        needed = math.sqrt(max(LEAST_LEPTON_PT_SUM**2 - pair.m() ** 2, 0.0))
        veto = pair.pT() < SHARE_OF_NEEDED_PT * needed
        self.n_vetoed += veto
        return veto
