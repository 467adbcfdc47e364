"""Jets as a detector measures them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from .geometry import delta_r
from .smearing import gaussian_response, jet_resolution

if TYPE_CHECKING:
    import pythia8mc


class Direction(Protocol):
    """An object with a direction."""

    eta: float
    phi: float


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
    leptons: Sequence[Direction],
    radius: float,
    rng: np.random.Generator,
) -> list[Jet]:
    """Smeared jets above a pT in GeV, hardest first, without those within ΔR < ``radius`` of one of the leptons."""
    finder.analyze(event)
    jets = []
    for i in range(finder.sizeJet()):
        momentum = finder.p(i)
        eta, phi, pt = momentum.eta(), momentum.phi(), momentum.pT()
        if any(delta_r(eta, phi, lepton.eta, lepton.phi) < radius for lepton in leptons):
            continue
        response = max(gaussian_response(jet_resolution(pt), rng), 0.0)
        if pt * response > least_pt:
            jets.append(Jet(pt * response, eta, phi, max(momentum.mCalc(), 0.0) * response))
    return sorted(jets, key=lambda jet: -jet.pt)
