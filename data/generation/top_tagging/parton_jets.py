"""The leading jet of partons, by which hopeless events are given up before they are hadronised."""

import pythia8mc

from ..generator import anti_kt_finder
from .selection import JET_RADIUS

JET_FINDER_LARGEST_ETA = 4.9
JET_FINDER_LEAST_PT = 200.0

PARTON_JET_PT = (450.0, 800.0)
"""Window for the leading jet of partons, in GeV; it holds what can be measured between 550 and 650 GeV."""
PARTON_JET_LARGEST_ETA = 2.3


class LeadingJet:
    """The anti-kT jet (R = 0.8) of largest pT of a Pythia event, made of all visible particles within |η| < 4.9."""

    def __init__(self) -> None:
        self._finder = anti_kt_finder(JET_RADIUS, JET_FINDER_LEAST_PT, JET_FINDER_LARGEST_ETA)

    def __call__(self, event) -> pythia8mc.Vec4 | None:
        """Its four-momentum, or None where no jet has 200 GeV."""
        self._finder.analyze(event)
        return self._finder.p(0) if self._finder.sizeJet() else None


def is_in_window(jet: pythia8mc.Vec4 | None) -> bool:
    """Whether a leading jet of partons has a pT from which a selected jet can come."""
    least, largest = PARTON_JET_PT
    return jet is not None and least < jet.pT() < largest


class ShowerVeto(pythia8mc.UserHooks):
    """Gives up an event when its shower, at a scale of 60 GeV, has no leading jet inside ``PARTON_JET_PT``.

    What follows are emissions below 60 GeV of pT, which move the leading jet's pT by a few per cent. A vetoed event
    ends ``next()`` and so counts as one try.
    """

    SCALE = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._leading_jet = LeadingJet()

    def canVetoPT(self) -> bool:  # noqa: N802
        """Pythia asks whether this hook wants to see the event at a scale of the shower."""
        return True

    def scaleVetoPT(self) -> float:  # noqa: N802
        """At which scale, in GeV."""
        return self.SCALE

    def doVetoPT(self, position: int, event) -> bool:  # noqa: N802
        """True ends the event."""
        return not is_in_window(self._leading_jet(event))
