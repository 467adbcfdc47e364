"""Gives up hard processes without a charged lepton that could be selected, before they are showered."""

import pythia8mc

from .hard_process import has_lepton


class LeptonVeto(pythia8mc.UserHooks):
    """Vetoes hard processes without such a lepton, and counts them.

    With ``Check:abortIfVeto = on`` a vetoed event ends ``next()`` and so counts as one try.
    """

    def __init__(self) -> None:
        super().__init__()
        self.n_vetoed = 0

    def canVetoProcessLevel(self) -> bool:  # noqa: N802
        """Pythia asks whether this hook wants to see the hard process."""
        return True

    def doVetoProcessLevel(self, process) -> bool:  # noqa: N802
        """True ends the event; W, Higgs bosons and tops have decayed."""
        veto = not has_lepton(process)
        self.n_vetoed += veto
        return veto
