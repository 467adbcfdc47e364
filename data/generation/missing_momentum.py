"""Missing transverse momentum (MET): what balances the visible particles, and its noise."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

CALORIMETER_LARGEST_ETA = 5.0


class Measured(Protocol):
    """An object whose pT in GeV was measured as another than the generated one."""

    pt: float
    phi: float
    generated_pt: float


@dataclass(frozen=True)
class MetNoise:
    """Noise of the MET, in GeV.

    Each component has σ² = ``constant``² + ``stochastic``² ΣET. In a fraction of the events calorimeter noise adds
    ``anomalous_least`` plus an exponential of mean ``anomalous_mean_excess`` in a random direction.
    """

    constant: float
    stochastic: float
    anomalous_fraction: float = 0.0
    anomalous_least: float = 0.0
    anomalous_mean_excess: float = 0.0


MET_NOISE = MetNoise(constant=15.0, stochastic=0.5)
"""Of the size that CMS publishes (arXiv:1903.06078)."""


@dataclass(frozen=True, slots=True)
class MeasuredMet:
    """Missing transverse momentum; ``has_anomalous_noise`` where calorimeter noise faked a part of it."""

    pt: float
    phi: float
    has_anomalous_noise: bool


def measure_met(
    final_particles: Iterable, mismeasured: Sequence[Measured], noise: MetNoise, rng: np.random.Generator
) -> MeasuredMet:
    """MET: minus the visible momentum within |η| < 5, noise, and what is mismeasured of some objects, as leptons.

    ΣET, on which the noise depends, is the scalar sum of what is visible besides these objects. The noise stands for
    pile-up, the underlying event and the resolution of the hadronic recoil.
    """
    met_x = met_y = sum_et = 0.0
    for particle in final_particles:
        if particle.isVisible() and abs(particle.eta()) < CALORIMETER_LARGEST_ETA:
            met_x -= particle.px()
            met_y -= particle.py()
            sum_et += particle.pT()
    for measured in mismeasured:
        met_x -= (measured.pt - measured.generated_pt) * math.cos(measured.phi)
        met_y -= (measured.pt - measured.generated_pt) * math.sin(measured.phi)
        sum_et -= measured.generated_pt
    sigma = math.sqrt(noise.constant**2 + noise.stochastic**2 * max(sum_et, 0.0))
    met_x += sigma * rng.normal()
    met_y += sigma * rng.normal()
    has_anomalous_noise = rng.random() < noise.anomalous_fraction
    if has_anomalous_noise:
        size = noise.anomalous_least + rng.exponential(noise.anomalous_mean_excess)
        direction = rng.uniform(-math.pi, math.pi)
        met_x += size * math.cos(direction)
        met_y += size * math.sin(direction)
    return MeasuredMet(math.hypot(met_x, met_y), math.atan2(met_y, met_x), has_anomalous_noise)
