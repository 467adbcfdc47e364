"""Proton-proton collisions gg → HH: points in phase space, their weights, and unweighted events."""

from dataclasses import dataclass, fields

import numpy as np

from .gluons import Gluons
from .partonic import HIGGS_MASS, TOP_MASS, Terms, differential_cross_section, mandelstam_t

LEAST_MASS, LARGEST_MASS = 2 * HIGGS_MASS, 4_000.0
MASS_SCALE = 150.0
BATCH = 5_000
PB_TO_FB = 1000.0
HEADROOM = 1.2


@dataclass(frozen=True)
class Points:
    """Arrays (n,): mass of the pair in GeV, momentum fractions of the gluons, and cos θ in the pair's rest frame.

    ``measure`` is what makes the mean of ``measure × dσ̂/dt̂`` the integral over all four, with the densities in it.
    Renormalisation and factorisation scale are half the mass of the pair.
    """

    mass: np.ndarray
    x1: np.ndarray
    x2: np.ndarray
    cos_theta: np.ndarray
    alpha_s: np.ndarray
    measure: np.ndarray

    def __len__(self) -> int:
        return len(self.mass)

    def __getitem__(self, chosen: np.ndarray | slice) -> "Points":
        return Points(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def terms(self, top_mass: float = TOP_MASS) -> Terms:
        """dσ̂/dt̂ of the points in pb/GeV², by powers of κλ."""
        s_hat = self.mass**2
        return differential_cross_section(s_hat, mandelstam_t(s_hat, self.cos_theta), self.alpha_s, top_mass)


def draw(n_points: int, energy: float, gluons: Gluons, rng: np.random.Generator) -> Points:
    """Points for collisions at so many GeV: the pair's mass like 1/(m − 100 GeV), its rapidity and cos θ uniform."""
    stretch = np.log1p((LARGEST_MASS - LEAST_MASS) / MASS_SCALE)
    above = MASS_SCALE * np.exp(stretch * rng.random(n_points))
    mass = LEAST_MASS - MASS_SCALE + above
    tau = (mass / energy) ** 2
    rapidity_range = -np.log(tau)
    rapidity = (rng.random(n_points) - 0.5) * rapidity_range
    x1, x2 = np.sqrt(tau) * np.exp(rapidity), np.sqrt(tau) * np.exp(-rapidity)
    cos_theta = 2 * rng.random(n_points) - 1
    dt_dcos = mass**2 / 2 * np.sqrt(1 - 4 * HIGGS_MASS**2 / mass**2)
    luminosity = gluons.density(x1, mass / 2) * gluons.density(x2, mass / 2)
    measure = luminosity * (2 / mass) * above * stretch * rapidity_range * 2 * dt_dcos
    return Points(mass, x1, x2, cos_theta, gluons.alpha_s(mass / 2), measure)


def unweighted(
    n_events: int, energy: float, gluons: Gluons, kappa_lambda: float, rng: np.random.Generator
) -> tuple[Points, float]:
    """So many events as nature would deal them at a self-coupling, and the cross-section in fb from all points tried.

    A point is kept with the probability of its weight over a ceiling, 1.2 times the largest of the first batch.
    """
    kept: list[Points] = []
    weights: list[np.ndarray] = []
    while sum(map(len, kept)) < n_events:
        points = draw(BATCH, energy, gluons, rng)
        weights.append(points.measure * points.terms().total(kappa_lambda))
        ceiling = HEADROOM * weights[0].max()
        kept.append(points[rng.random(BATCH) * ceiling < weights[-1]])
    columns = ([getattr(points, field.name) for points in kept] for field in fields(Points))
    return Points(*map(np.concatenate, columns))[:n_events], PB_TO_FB * float(np.mean(weights))
