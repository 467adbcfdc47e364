"""Scalar integrals of a loop of one heavy quark with two gluons and two Higgs bosons outside.

The integrals are those of Plehn, Spira and Zerwas (hep-ph/9603205, appendix A), the measure being d⁴q/(iπ²):
:func:`triangle` is C_ab and C_ac, :func:`triangle_of_two_higgs` is C_cd, :func:`box_of_adjacent_gluons` is D_bac and
D_abc, :func:`box_of_opposite_gluons` is D_acb. Masses and invariants come in units of the quark's mass: ``s = ŝ/m²``,
``rho = M²/m²`` (M: the Higgs boson's mass), and so do the integrals, C m² and D m⁴.

The triangles with a massless leg have a closed form. The others are dispersion integrals over their two-particle cut,

    I(s) = 1/π ∫₄^∞ ds′ Im I(s′)/(s′ − s − i0),

in which Im I has a closed form: the mean over the directions of the two cut quarks of what is left of the propagators.
In the quarks' velocity β, s′ = 4/(1 − β²), the integral runs from 0 to 1. That cut is the only one as long as the
invariants across it are negative and the Higgs boson is lighter than √2 m.
"""

from collections.abc import Callable

import numpy as np

N_NODES = 100
SMALL = 1e-4


def _nodes(n_nodes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes for an integral over β from 0 to 1: β, 1 − β² without cancellation, and weights.

    They crowd at both ends, for the square root in β at threshold and the logarithm in 1 − β far above it.
    """
    x, weights = np.polynomial.legendre.leggauss(n_nodes)
    x, weights = (x + 1) / 2, weights / 2
    y = x**2
    beta = 1 - (1 - y) ** 3
    return beta, (1 - y) ** 3 * (1 + beta), 3 * (1 - y) ** 2 * 2 * x * weights


BETA, ONE_MINUS_BETA_SQUARED, WEIGHTS = _nodes(N_NODES)


def arcsin_squared(s: np.ndarray) -> np.ndarray:
    """arcsin²(√s/2), continued to all real s with s + i0: complex, shape of ``s``."""
    s = np.asarray(s, dtype=float)
    quarter = s / 4
    below = np.arcsinh(np.sqrt(np.maximum(-quarter, 0))) ** 2
    between = np.arcsin(np.sqrt(np.clip(quarter, 0, 1))) ** 2
    root = np.sqrt(1 - 1 / np.maximum(quarter, 1))
    above = -((np.log((1 + root) / (1 - np.minimum(root, 1 - 1e-16))) - 1j * np.pi) ** 2) / 4
    return np.where(s < 0, -below + 0j, np.where(s <= 4, between, above))


def triangle(s: np.ndarray, rho: float = 0.0) -> np.ndarray:
    """C₀ of a massless leg, one of squared mass ``rho`` and one of squared mass ``s`` ≠ rho, complex (n,).

    C_ab for rho = 0: −2 arcsin²(√s/2)/s.
    """
    s = np.asarray(s, dtype=float)
    return -2 * (arcsin_squared(s) - arcsin_squared(rho)) / (s - rho)


def _atanh_over_root(square: np.ndarray, x: np.ndarray, y_squared: np.ndarray) -> np.ndarray:
    """artanh(r/x)/r for r = √square, x > 0 and y² = x² − r²: analytic in ``square``, which may be negative.

    The mean over all directions n of 1/((A − a·n)(B − b·n)) is this, with x = AB − a·b and y² = (A² − a²)(B² − b²).
    """
    root = np.sqrt(np.abs(square))
    is_small = root < SMALL * x
    safe = np.where(is_small, 1.0, root)
    logarithm = np.log((x + safe) / np.sqrt(y_squared)) / safe
    return np.where(
        is_small, (1 + square / (3 * x**2)) / x, np.where(square > 0, logarithm, np.arctan(safe / x) / safe)
    )


def _dispersion(cut: Callable[[np.ndarray, np.ndarray], np.ndarray], s: np.ndarray) -> np.ndarray:
    """The integral whose imaginary part over 1 − β² is ``cut(β, 1 − β²)``, at s (n,): complex (n,).

    ``cut`` takes arrays that broadcast with (n, 1). Above threshold the value at the pole is taken out of the integrand
    and integrated by hand; the principal value of ∫ 2β dβ/(β² − b²) is ln((1 − b²)/b²).
    """
    s = np.asarray(s, dtype=float)[:, None]
    pole = 1 - 4 / s
    is_above = s > 4
    velocity = np.sqrt(np.where(is_above, pole, 0.25))
    at_pole = np.where(is_above, cut(velocity, 1 - velocity**2), 0.0)
    regular = (2 * BETA * WEIGHTS * (cut(BETA, ONE_MINUS_BETA_SQUARED) - at_pole) / (BETA**2 - pole)).sum(axis=1)
    logarithm = np.where(is_above, np.log(np.abs((1 - pole) / pole)), 0.0)
    at_pole, logarithm = at_pole[:, 0], logarithm[:, 0]
    return 4 / s[:, 0] * (regular + at_pole * logarithm + 1j * np.pi * at_pole) / np.pi


def triangle_of_two_higgs(s: np.ndarray, rho: float) -> np.ndarray:
    """C₀ of two legs of squared mass ``rho`` and one of squared mass ``s`` > 4 rho, complex (n,)."""

    def cut(beta: np.ndarray, one_minus_beta_squared: np.ndarray) -> np.ndarray:
        s = 4 / one_minus_beta_squared
        energy = s / 2 - rho
        momentum_squared = (s / 2 * beta) ** 2 * (1 - 4 * rho / s)
        mean = _atanh_over_root(momentum_squared, energy, rho**2 + s - 4 * rho)
        return -np.pi * beta * mean / one_minus_beta_squared

    return _dispersion(cut, s)


def box_of_adjacent_gluons(s: np.ndarray, t: np.ndarray, rho: float) -> np.ndarray:
    """D₀ with the gluons next to each other, s = (p_a + p_b)² > 4 rho and t ≤ 0: complex (n,)."""
    t = np.asarray(t, dtype=float)[:, None]

    def cut(beta: np.ndarray, one_minus_beta_squared: np.ndarray) -> np.ndarray:
        s = 4 / one_minus_beta_squared
        x = s - 2 * rho - beta**2 * s * t / 2
        square = s * beta**2 * (s * t**2 / 4 - t * (s - 2 * rho + t) - rho**2)
        mean = _atanh_over_root(square, x, s * (rho**2 + s - 4 * rho))
        return np.pi * beta * mean / one_minus_beta_squared

    return _dispersion(cut, s)


def box_of_opposite_gluons(t: np.ndarray, u: np.ndarray, rho: float) -> np.ndarray:
    """D₀ with the gluons opposite each other, t ≤ 0 and u ≤ 0: complex (n,) with imaginary part 0."""
    u = np.asarray(u, dtype=float)[:, None]

    def cut(beta: np.ndarray, one_minus_beta_squared: np.ndarray) -> np.ndarray:
        t = 4 / one_minus_beta_squared
        y = (t - rho) ** 2 / 4 * one_minus_beta_squared
        excess = beta**2 * (rho**2 - t * u) / 2
        mean = _atanh_over_root(excess * (2 * y + excess), y + excess, y**2)
        return np.pi * beta * mean / one_minus_beta_squared

    return _dispersion(cut, t)
