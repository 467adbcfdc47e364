"""Parametric detector: resolutions, and the b-tag discriminant by what a jet holds.

Energies and momenta are in GeV. There is no full simulation behind it: the parameters have the size that CMS publishes
(leptons arXiv:1804.04528 and 2012.06888, b tags arXiv:1712.07158).
"""

from math import erf, log, sqrt

import numpy as np

LEPTON_RESOLUTION = 0.02
LARGEST_ETA = 2.9
"""Particles beyond do not enter isolation and jets."""

BOTTOM, CHARM, LIGHT = 5, 4, 0
LOGIT = {BOTTOM: (2.14, 4.0), CHARM: (-3.55, 2.3), LIGHT: (-5.66, 2.1)}
"""Mean and standard deviation of ln(d/(1 − d)), Gaussian in jets of each flavour, d being the discriminant."""

WORKING_POINTS = {"loose": 0.0490, "medium": 0.2783, "tight": 0.7100}


def tag_efficiency(flavour: int, working_point: float) -> float:
    """Probability that the discriminant of a jet of this flavour lies above a working point."""
    mean, sigma = LOGIT[flavour]
    distance = (log(working_point / (1 - working_point)) - mean) / sigma
    return 0.5 * (1 - erf(distance / sqrt(2)))


def probability_of_a_tag(flavours: np.ndarray, working_point: float) -> float:
    """Probability that at least one of the jets of these flavours (n,) lies above a working point."""
    return 1 - float(np.prod([1 - tag_efficiency(int(flavour), working_point) for flavour in flavours]))


def draw_discriminants(flavours: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Discriminants (n,) of jets of these flavours (n,)."""
    mean, sigma = np.array([LOGIT[int(flavour)] for flavour in flavours]).reshape(-1, 2).T
    return 1 / (1 + np.exp(-(mean + sigma * rng.normal(size=len(flavours)))))


def draw_discriminants_given(
    is_tagged: bool, flavours: np.ndarray, working_point: float, rng: np.random.Generator
) -> np.ndarray:
    """Discriminants (n,), n ≥ 1, of which at least one lies above the working point, or none if not ``is_tagged``."""
    while True:
        discriminants = draw_discriminants(flavours, rng)
        if bool(np.any(discriminants > working_point)) is is_tagged:
            return discriminants
