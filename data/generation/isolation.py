"""Which leptons pass as isolated: by what they come from in a Pythia event, or by what is measured around them."""

from typing import Literal, Protocol

import numpy as np

from .geometry import delta_r

ELECTROWEAK_BOSONS = (23, 24)

Origin = Literal["prompt", "heavy flavour", "other"]


def origin(event, lepton) -> Origin:
    """Follow a lepton's mothers up to the first hadron or electroweak boson.

    Prompt: from a W, Z or γ*, also through a τ. Heavy flavour: from a hadron with a b or c quark.
    """
    mother = lepton.mother1()
    while mother > 0:
        particle = event[mother]
        if particle.idAbs() in ELECTROWEAK_BOSONS:
            return "prompt"
        if particle.isHadron():
            return "heavy flavour" if _is_heavy_flavoured(particle.idAbs()) else "other"
        mother = particle.mother1()
    return "other"


def is_isolated(lepton_origin: Origin, heavy_flavour_survival: float, rng: np.random.Generator) -> bool:
    """Prompt leptons always, those of heavy flavour with a probability, all others never."""
    if lepton_origin == "heavy flavour":
        return rng.random() <= heavy_flavour_survival
    return lepton_origin == "prompt"


class Momenta(Protocol):
    """Particles of one event as arrays (n,): pT in GeV, η, φ."""

    pt: np.ndarray
    eta: np.ndarray
    phi: np.ndarray


def cone_sums(particles: Momenta, chosen: np.ndarray, radius: float) -> np.ndarray:
    """Sum of the pT in GeV around each chosen particle, within ΔR < ``radius`` and without itself: (n_chosen,).

    chosen: (n_chosen,) indices.
    """
    distances = delta_r(particles.eta, particles.phi, particles.eta[chosen, None], particles.phi[chosen, None])
    return (distances < radius) @ particles.pt - particles.pt[chosen]


def _is_heavy_flavoured(hadron_id: int) -> bool:
    return any(digit in "45" for digit in str(hadron_id)[-4:-1])
