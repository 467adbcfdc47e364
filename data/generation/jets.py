"""Jets as a detector measures them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from .geometry import delta_r
from .smearing import gaussian_response, jet_resolution

if TYPE_CHECKING:
    import pythia8mc

RADIUS = 0.4
"""Of the anti-kT jets, and within which a lepton is taken to be the jet."""


class Direction(Protocol):
    """An object with a direction."""

    @property
    def eta(self) -> float:
        """Pseudorapidity."""

    @property
    def phi(self) -> float:
        """Azimuth."""


@dataclass(frozen=True, slots=True)
class Jet:
    """A measured jet, with pT and mass in GeV."""

    pt: float
    eta: float
    phi: float
    mass: float


def measured_jets(
    event,
    finder: "pythia8mc.SlowJet",
    least_pt: float,
    rng: np.random.Generator,
    largest_eta: float = math.inf,
    leptons: Sequence[Direction] = (),
) -> list[Jet]:
    """Smeared jets above a pT in GeV within |η|, hardest first, without those that are one of the leptons.

    Without ``leptons`` the jets that these make stay among them: see :func:`away_from`.
    """
    finder.analyze(event)
    jets = []
    for i in range(finder.sizeJet()):
        momentum = finder.p(i)
        eta, phi, pt = momentum.eta(), momentum.phi(), momentum.pT()
        if any(delta_r(eta, phi, lepton.eta, lepton.phi) < RADIUS for lepton in leptons):
            continue
        response = max(gaussian_response(jet_resolution(pt), rng), 0.0)
        if pt * response > least_pt and abs(eta) < largest_eta:
            jets.append(Jet(pt * response, eta, phi, max(momentum.mCalc(), 0.0) * response))
    return sorted(jets, key=lambda jet: -jet.pt)


def away_from(lepton: Direction, jets: Iterable[Jet]) -> list[Jet]:
    """The jets that are not the lepton: ΔR > 0.4."""
    return [jet for jet in jets if delta_r(jet.eta, jet.phi, lepton.eta, lepton.phi) > RADIUS]
