"""Parametric detector: what is measured of leptons, jets and missing transverse momentum.

Energies and momenta are in GeV. There is no full simulation behind it: the parameters have the size that CMS publishes
(muons arXiv:1804.04528, electrons arXiv:2012.06888, jets arXiv:1607.03663, MET arXiv:1903.06078).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .leptons import GeneratedLepton

MISMEASURED_FRACTION = {11: 0.04, 13: 0.025}
MISMEASURED_RESPONSE = (0.4, 0.95)
MATCHED_RESPONSE = (0.5, 2.0)

CALORIMETER_LARGEST_ETA = 5.0
MET_CONSTANT_NOISE = 15.0
MET_STOCHASTIC_NOISE = 0.5
ANOMALOUS_NOISE_FRACTION = 0.01
ANOMALOUS_NOISE_LEAST = 40.0
ANOMALOUS_NOISE_MEAN_EXCESS = 60.0


@dataclass(frozen=True, slots=True)
class MeasuredLepton:
    """A lepton as measured, with the truth that weights need."""

    pt: float
    eta: float
    phi: float
    pdg_id: int
    generated_pt: float
    is_prompt: bool
    is_mismeasured: bool

    @property
    def is_matched(self) -> bool:
        """Whether the lepton is a prompt generated one, measured within a factor of two in pT."""
        least, largest = MATCHED_RESPONSE
        return self.is_prompt and least < self.pt / self.generated_pt < largest


@dataclass(frozen=True, slots=True)
class MeasuredMet:
    """Missing transverse momentum; ``has_anomalous_noise`` where calorimeter noise faked a part of it."""

    pt: float
    phi: float
    has_anomalous_noise: bool


def lepton_resolution(pt: float, eta: float, flavour: int) -> float:
    """Relative pT resolution of an electron (11) or muon (13)."""
    if flavour == 11:
        return math.hypot(0.08 / math.sqrt(pt), 0.010 if abs(eta) < 1.479 else 0.022)
    return math.hypot(1e-4 * pt, 0.009 if abs(eta) < 1.2 else 0.015)


def measure_lepton(lepton: GeneratedLepton, rng: np.random.Generator) -> MeasuredLepton:
    """Smear pT by the resolution; a few per cent of the leptons lose part of their momentum besides.

    The loss stands for bremsstrahlung outside the cluster and for lost hits: the response is uniform in
    ``MISMEASURED_RESPONSE``. Directions are measured without error.
    """
    flavour = abs(lepton.pdg_id)
    response = 1 + lepton_resolution(lepton.pt, lepton.eta, flavour) * rng.normal()
    is_mismeasured = rng.random() < MISMEASURED_FRACTION[flavour]
    if is_mismeasured:
        response *= rng.uniform(*MISMEASURED_RESPONSE)
    return MeasuredLepton(
        pt=lepton.pt * response,
        eta=lepton.eta,
        phi=lepton.phi,
        pdg_id=lepton.pdg_id,
        generated_pt=lepton.pt,
        is_prompt=lepton.is_prompt,
        is_mismeasured=is_mismeasured,
    )


def jet_resolution(pt: float) -> float:
    """Relative pT resolution of a jet: 5 % ⊕ 80 %/√pT."""
    return math.hypot(0.05, 0.8 / math.sqrt(pt))


def measure_met(final_particles: Iterable, selected: Sequence[MeasuredLepton], rng: np.random.Generator) -> MeasuredMet:
    """MET: minus the visible momentum within |η| < 5, noise, and what is mismeasured of the two selected leptons.

    The noise of each component has σ² = 15² + 0.25 ΣET, with ΣET the scalar sum of what is visible besides the two
    leptons. It stands for pile-up, the underlying event and the resolution of the hadronic recoil. In 1 % of the
    events calorimeter noise adds 40 GeV plus an exponential of mean 60 GeV in a random direction.
    """
    met_x = met_y = sum_et = 0.0
    for particle in final_particles:
        if particle.isVisible() and abs(particle.eta()) < CALORIMETER_LARGEST_ETA:
            met_x -= particle.px()
            met_y -= particle.py()
            sum_et += particle.pT()
    for lepton in selected:
        met_x -= (lepton.pt - lepton.generated_pt) * math.cos(lepton.phi)
        met_y -= (lepton.pt - lepton.generated_pt) * math.sin(lepton.phi)
        sum_et -= lepton.generated_pt
    sigma = math.sqrt(MET_CONSTANT_NOISE**2 + MET_STOCHASTIC_NOISE**2 * max(sum_et, 0.0))
    met_x += sigma * rng.normal()
    met_y += sigma * rng.normal()
    has_anomalous_noise = rng.random() < ANOMALOUS_NOISE_FRACTION
    if has_anomalous_noise:
        size = ANOMALOUS_NOISE_LEAST + rng.exponential(ANOMALOUS_NOISE_MEAN_EXCESS)
        direction = rng.uniform(-math.pi, math.pi)
        met_x += size * math.cos(direction)
        met_y += size * math.sin(direction)
    return MeasuredMet(math.hypot(met_x, met_y), math.atan2(met_y, met_x), has_anomalous_noise)
