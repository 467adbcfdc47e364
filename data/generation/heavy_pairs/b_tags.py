"""Which jets are tagged as coming from b quarks: by what is in them, with the rates of a real tagger."""

from collections.abc import Sequence

import numpy as np

from ..geometry import delta_r
from ..jets import Jet

BOTTOM, CHARM = 5, 4
TAG_RATES = {BOTTOM: 0.78, CHARM: 0.15}
LIGHT_TAG_RATE = 0.01
"""Of the size of a medium working point (DeepJet, arXiv:2008.10519)."""
MATCHING_RADIUS = 0.3

Quark = tuple[int, float, float]
"""Flavour, η and φ."""


def heavy_quarks(parton_level_event) -> list[Quark]:
    """The b and c quarks at the end of a shower."""
    return [
        (particle.idAbs(), particle.eta(), particle.phi())
        for particle in parton_level_event.particles()
        if particle.isFinal() and particle.idAbs() in TAG_RATES
    ]


def tag_rate(jet: Jet, quarks: Sequence[Quark]) -> float:
    """Probability that a jet is tagged: by the heaviest quark within ΔR < 0.3."""
    flavours = [flavour for flavour, eta, phi in quarks if delta_r(jet.eta, jet.phi, eta, phi) < MATCHING_RADIUS]
    return TAG_RATES[max(flavours)] if flavours else LIGHT_TAG_RATE


def draw_tags(jets: Sequence[Jet], quarks: Sequence[Quark], rng: np.random.Generator) -> list[bool]:
    """Whether each jet is tagged."""
    return [rng.random() < tag_rate(jet, quarks) for jet in jets]
