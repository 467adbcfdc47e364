"""Which leptons pass as isolated, by what they come from in a Pythia event."""

from typing import Literal

import numpy as np

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


def _is_heavy_flavoured(hadron_id: int) -> bool:
    return any(digit in "45" for digit in str(hadron_id)[-4:-1])
