"""Gives up hard processes that do not belong to a sample before they are showered."""

import pythia8mc

from .hard_process import Cuts, promise


class ProcessVeto(pythia8mc.UserHooks):
    """Vetoes what the cuts do not accept, and counts it.

    With ``Check:abortIfVeto = on`` a vetoed event ends ``next()`` and so counts as one try.
    """

    def __init__(self, cuts: Cuts) -> None:
        super().__init__()
        self._cuts = cuts
        self.n_vetoed = 0

    def canVetoProcessLevel(self) -> bool:  # noqa: N802
        """Pythia asks whether this hook wants to see the hard process."""
        return True

    def doVetoProcessLevel(self, process) -> bool:  # noqa: N802
        """True ends the event; W, Z, top and stop have decayed."""
        veto = not self._cuts.accept(promise(process))
        self.n_vetoed += veto
        return veto
