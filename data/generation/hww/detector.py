"""Parametric detector: what is measured of leptons and jets, and how noisy the missing transverse momentum is.

Energies and momenta are in GeV. There is no full simulation behind it: the parameters have the size that CMS publishes
(muons arXiv:1804.04528, electrons arXiv:2012.06888, jets arXiv:1607.03663, MET arXiv:1903.06078).
"""

from dataclasses import dataclass, replace

import numpy as np

from .. import missing_momentum
from ..leptons import GeneratedLepton
from ..smearing import gaussian_response, lepton_resolution

MISMEASURED_FRACTION = {11: 0.04, 13: 0.025}
MISMEASURED_RESPONSE = (0.4, 0.95)
MATCHED_RESPONSE = (0.5, 2.0)

MET_NOISE = replace(
    missing_momentum.MET_NOISE, anomalous_fraction=0.01, anomalous_least=40.0, anomalous_mean_excess=60.0
)


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


def measure_lepton(lepton: GeneratedLepton, rng: np.random.Generator) -> MeasuredLepton:
    """Smear pT by the resolution; a few per cent of the leptons lose part of their momentum besides.

    The loss stands for bremsstrahlung outside the cluster and for lost hits: the response is uniform in
    ``MISMEASURED_RESPONSE``. Directions are measured without error.
    """
    flavour = abs(lepton.pdg_id)
    response = gaussian_response(lepton_resolution(lepton.pt, lepton.eta, flavour), rng)
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
