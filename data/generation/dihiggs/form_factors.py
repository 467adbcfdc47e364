"""Form factors of gg → HH at leading order, with the full dependence on the mass of the quark in the loop.

T. Plehn, M. Spira and P. M. Zerwas, hep-ph/9603205, appendix A1: F_△ of the triangle diagram, in which a virtual Higgs
boson decays to two, and F_□ and G_□ of the boxes, for gluons with total spin 0 and 2 along the beam.
"""

from dataclasses import dataclass

import numpy as np

from .loop_integrals import box_of_adjacent_gluons, box_of_opposite_gluons, triangle, triangle_of_two_higgs

LEAST_PT_SQUARED = 1e-4
"""In units of ŝ. G_□ vanishes as pT²: below, where its formula goes to 0/0, it is less than 10⁻³ and set to 0."""


@dataclass(frozen=True)
class FormFactors:
    """Complex arrays (n,). For m → ∞: F_△ → 2/3, F_□ → −2/3 and G_□ → 0."""

    triangle: np.ndarray
    box_spin_0: np.ndarray
    box_spin_2: np.ndarray


def form_factors(s_hat: np.ndarray, t_hat: np.ndarray, higgs_mass: float, quark_mass: float) -> FormFactors:
    """Form factors at ŝ and t̂ (n,) in GeV², for masses in GeV; the Higgs boson has to be lighter than √2 quark masses.

    The names are those of the paper: S, T, U and ρ are ŝ, t̂, û and M² over m², T₁ = T − ρ, U₁ = U − ρ.
    """
    s, t = np.asarray(s_hat) / quark_mass**2, np.asarray(t_hat) / quark_mass**2
    rho = (higgs_mass / quark_mass) ** 2
    u = 2 * rho - s - t
    t1, u1 = t - rho, u - rho
    pt_squared = t * u - rho**2  # times m⁴/ŝ

    c_ab, c_cd = triangle(s), triangle_of_two_higgs(s, rho)
    c_ac, c_bc = triangle(t, rho), triangle(u, rho)
    d_bac, d_abc = box_of_adjacent_gluons(s, t, rho), box_of_adjacent_gluons(s, u, rho)
    d_acb = box_of_opposite_gluons(t, u, rho)
    boxes = d_abc + d_bac + d_acb

    f_triangle = 2 / s * (2 + (4 - s) * c_ab)
    f_box = (
        4 * s
        + 8 * s * c_ab
        - 2 * s * (s + 2 * rho - 8) * boxes
        + (2 * rho - 8) * (2 * t1 * c_ac + 2 * u1 * c_bc - pt_squared * d_acb)
    ) / s**2
    spin_2 = (
        (t**2 + rho**2 - 8 * t) * (s * c_ab + 2 * t1 * c_ac - s * t * d_bac)
        + (u**2 + rho**2 - 8 * u) * (s * c_ab + 2 * u1 * c_bc - s * u * d_abc)
        - (t**2 + u**2 - 2 * rho**2) * (t + u - 8) * c_cd
        - 2 * (t + u - 8) * pt_squared * boxes
    )
    has_pt = pt_squared > LEAST_PT_SQUARED * s**2
    g_box = np.where(has_pt, spin_2 / (s * np.where(has_pt, pt_squared, 1.0)), 0.0)
    return FormFactors(f_triangle, f_box, g_box)
