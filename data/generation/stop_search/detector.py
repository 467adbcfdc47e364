"""Parametric detector: impact parameters, isolation, jets, b tags and the noise of the missing momentum.

Energies and momenta are in GeV, lengths in cm. There is no full simulation behind it: the parameters have the size that
CMS publishes (tracks arXiv:1405.6569, jets arXiv:1607.03663, b tags arXiv:1712.07158, MET arXiv:1903.06078).
"""

from ..impact_parameters import ImpactResolution
from ..missing_momentum import MetNoise

IMPACT_RESOLUTION = ImpactResolution(
    transverse_constant=12e-4,
    transverse_scattering=85e-4,
    longitudinal_constant=30e-4,
    longitudinal_scattering=120e-4,
    tail_fraction=0.03,
    tail_factor=3.0,
)
MET_NOISE = MetNoise(
    constant=15.0, stochastic=0.5, anomalous_fraction=0.0, anomalous_least=0.0, anomalous_mean_excess=0.0
)
LARGEST_ETA = 2.9
"""Particles beyond do not enter isolation and tracks."""
