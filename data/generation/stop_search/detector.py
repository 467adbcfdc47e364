"""Parametric detector: impact parameters, and how far it reaches.

Energies and momenta are in GeV, lengths in cm. There is no full simulation behind it: the parameters have the size that
CMS publishes (tracks arXiv:1405.6569).
"""

from ..impact_parameters import ImpactResolution

IMPACT_RESOLUTION = ImpactResolution(
    transverse_constant=12e-4,
    transverse_scattering=85e-4,
    longitudinal_constant=30e-4,
    longitudinal_scattering=120e-4,
    tail_fraction=0.03,
    tail_factor=3.0,
)
LARGEST_ETA = 2.9
"""Particles beyond do not enter isolation and tracks."""
