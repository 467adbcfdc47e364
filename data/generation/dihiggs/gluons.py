"""The density of gluons in the proton and the strong coupling, from the sets that come with Pythia."""

from dataclasses import dataclass

import numpy as np

GLUON, PROTON = 21, 2212
N_FLAVOURS = 5


@dataclass(frozen=True)
class PartonDensities:
    """A set by its number in Pythia (``PDF:pSet``), with the strong coupling that it was fitted with.

    ``alpha_s_order``: of its running, 1 for one loop and 2 for two.
    """

    name: str
    pythia_set: int
    alpha_s_of_z_mass: float
    alpha_s_order: int


LEADING_ORDER = PartonDensities("NNPDF2.3 QCD+QED LO", 13, 0.130, 1)
NEXT_TO_LEADING_ORDER = PartonDensities("NNPDF3.1 QCD NLO", 19, 0.118, 2)


class Gluons:
    """What a proton offers to gg → HH. It keeps a Pythia alive, because the density belongs to one."""

    def __init__(self, densities: PartonDensities) -> None:
        import pythia8mc

        self._pythia = pythia8mc.Pythia("", False)
        for setting in ("Print:quiet = on", f"PDF:pSet = {densities.pythia_set}", "ProcessLevel:all = off"):
            if not self._pythia.readString(setting):
                raise ValueError(f"Pythia does not know the setting {setting!r}")
        if not self._pythia.init():
            raise RuntimeError(f"Pythia cannot start with the parton densities {densities.name}")
        self._density = self._pythia.getPDFPtr(PROTON)
        self._coupling = pythia8mc.AlphaStrong()
        self._coupling.init(densities.alpha_s_of_z_mass, densities.alpha_s_order, N_FLAVOURS, False)

    def density(self, x: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Gluon density x g(x, scale²) at momentum fractions x and scales in GeV, each (n,)."""
        pairs = zip(x.tolist(), scale.tolist(), strict=True)
        return np.array([self._density.xf(GLUON, fraction, mu**2) for fraction, mu in pairs])

    def alpha_s(self, scale: np.ndarray) -> np.ndarray:
        """α_s at scales in GeV (n,)."""
        return np.array([self._coupling.alphaS(mu**2) for mu in scale.tolist()])
