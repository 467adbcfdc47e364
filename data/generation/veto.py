"""Gives up hard processes before they are showered."""

from collections.abc import Callable

import pythia8mc


class ProcessVeto(pythia8mc.UserHooks):
    """Vetoes the hard processes that are not accepted, once W, Z, Higgs, top and stop have decayed, and counts them.

    ``accepts``: asked of a Pythia event. With ``Check:abortIfVeto = on`` a vetoed event ends ``next()`` and so counts
    as one try.
    """

    def __init__(self, accepts: Callable[..., bool]) -> None:
        super().__init__()
        self._accepts = accepts
        self.n_vetoed = 0

    def canVetoProcessLevel(self) -> bool:  # noqa: N802
        """Pythia asks whether this hook wants to see the hard process."""
        return True

    def doVetoProcessLevel(self, process) -> bool:  # noqa: N802
        """True ends the event."""
        veto = not self._accepts(process)
        self.n_vetoed += veto
        return veto
