"""Impact parameters of tracks, from where their particles were made and a resolution."""

from dataclasses import dataclass

import numpy as np

MM_PER_CM = 10.0


@dataclass(frozen=True)
class ImpactResolution:
    """Resolution of both impact parameters, in cm: constant ⊕ multiple scattering over pT (GeV).

    Scattering grows with the material that a track crosses: by √cosh η in the transverse plane, by (cosh η)^1.5 along
    the beam. A fraction of the tracks, ``tail_fraction``, is measured ``tail_factor`` times worse.
    """

    transverse_constant: float
    transverse_scattering: float
    longitudinal_constant: float
    longitudinal_scattering: float
    tail_fraction: float
    tail_factor: float

    def transverse(self, pt: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Resolution of dxy in cm, without the tail."""
        return np.hypot(self.transverse_constant, self.transverse_scattering / pt * np.cosh(eta) ** 0.5)

    def longitudinal(self, pt: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Resolution of dz in cm, without the tail."""
        return np.hypot(self.longitudinal_constant, self.longitudinal_scattering / pt * np.cosh(eta) ** 1.5)

    def tail(self, n_tracks: int, rng: np.random.Generator) -> np.ndarray:
        """Factors (n_tracks,) by which the resolution of each track is worse: 1, or ``tail_factor``."""
        return np.where(rng.random(n_tracks) < self.tail_fraction, self.tail_factor, 1.0)


def true_impact_parameters(vertices: np.ndarray, eta: np.ndarray, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed dxy and dz in cm of straight tracks, with respect to the collision at the origin.

    vertices: (n, 3), where each particle was made, in mm as Pythia has it. eta, phi: directions, (n,).
    dxy = −x sin φ + y cos φ and dz = z − (x cos φ + y sin φ) sinh η. Curvature is neglected.
    """
    x, y, z = vertices.T / MM_PER_CM
    return y * np.cos(phi) - x * np.sin(phi), z - (x * np.cos(phi) + y * np.sin(phi)) * np.sinh(eta)
