"""The partonic cross-section of gg → HH as a function of the Higgs boson's self-coupling."""

from dataclasses import dataclass

import numpy as np

from .form_factors import form_factors

HIGGS_MASS = 125.0
TOP_MASS = 173.0
FERMI_CONSTANT = 1.16637e-5
PB_PER_INVERSE_GEV2 = 0.3893794e9


@dataclass(frozen=True)
class Terms:
    """What multiplies the powers of κλ, each an array (n,): squared triangle, interference and squared boxes.

    κλ is the trilinear self-coupling over that of the standard model.
    """

    triangle: np.ndarray
    interference: np.ndarray
    box: np.ndarray

    def total(self, kappa_lambda: float = 1.0) -> np.ndarray:
        """κλ² triangle + κλ interference + box."""
        return kappa_lambda**2 * self.triangle + kappa_lambda * self.interference + self.box


def mandelstam_t(s_hat: np.ndarray, cos_theta: np.ndarray) -> np.ndarray:
    """t̂ in GeV² of the Higgs boson that leaves at an angle θ to the first gluon in their rest frame."""
    beta = np.sqrt(1 - 4 * HIGGS_MASS**2 / s_hat)
    return HIGGS_MASS**2 - s_hat / 2 * (1 - beta * cos_theta)


def differential_cross_section(
    s_hat: np.ndarray, t_hat: np.ndarray, alpha_s: np.ndarray, top_mass: float = TOP_MASS
) -> Terms:
    """dσ̂/dt̂ in pb/GeV² at ŝ and t̂ (n,) in GeV², t̂ over its full range, with α_s (n,) at the scale chosen.

    σ̂ = ∫ dt̂ G_F² α_s²/(256 (2π)³) {|C_△ F_△ + C_□ F_□|² + |C_□ G_□|²} of hep-ph/9603205, with C_□ = 1,
    C_△ = 3 κλ M²/(ŝ − M²), and a factor ½ because the two Higgs bosons are identical.
    """
    factors = form_factors(s_hat, t_hat, HIGGS_MASS, top_mass)
    coupling = 3 * HIGGS_MASS**2 / (s_hat - HIGGS_MASS**2)
    normalisation = FERMI_CONSTANT**2 * alpha_s**2 / (512 * (2 * np.pi) ** 3) * PB_PER_INVERSE_GEV2
    via_higgs = coupling * factors.triangle
    return Terms(
        triangle=normalisation * np.abs(via_higgs) ** 2,
        interference=normalisation * 2 * (via_higgs * np.conj(factors.box_spin_0)).real,
        box=normalisation * (np.abs(factors.box_spin_0) ** 2 + np.abs(factors.box_spin_2) ** 2),
    )
