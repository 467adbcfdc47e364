"""Resolutions, and random numbers for what a detector measures of a momentum or an energy."""

import math

import numpy as np


def gaussian_response(resolution: float, rng: np.random.Generator) -> float:
    """Measured over true value: a Gaussian number of mean 1 and this width. It can be negative."""
    return 1 + resolution * rng.normal()


def log_normal(mean: np.ndarray, sigma: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Log-normal numbers, never negative, of the given mean (> 0) and standard deviation: arrays (n,)."""
    width = np.sqrt(np.log1p((sigma / mean) ** 2))
    return mean * np.exp(width * rng.normal(size=len(mean)) - width**2 / 2)


def jet_resolution(pt: float) -> float:
    """Relative pT resolution of a jet, with pT in GeV: 5 % ⊕ 80 %/√pT (the size of arXiv:1607.03663)."""
    return math.hypot(0.05, 0.8 / math.sqrt(pt))


def lepton_resolution(pt: float, eta: float, flavour: int) -> float:
    """Relative pT resolution of an electron (11) or muon (13), with pT in GeV.

    Of the size of arXiv:2012.06888 and arXiv:1804.04528.
    """
    if flavour == 11:
        return math.hypot(0.08 / math.sqrt(pt), 0.010 if abs(eta) < 1.479 else 0.022)
    return math.hypot(1e-4 * pt, 0.009 if abs(eta) < 1.2 else 0.015)
