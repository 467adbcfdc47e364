"""Distances in azimuth and in the plane of pseudorapidity and azimuth, of numbers or of arrays."""

import numpy as np


def delta_phi(phi1: np.ndarray, phi2: np.ndarray) -> np.ndarray:
    """Angle between two azimuths that lie in −π … π, in 0 … π."""
    difference = np.abs(phi1 - phi2)
    return np.minimum(difference, 2 * np.pi - difference)


def delta_r(eta1: np.ndarray, phi1: np.ndarray, eta2: np.ndarray, phi2: np.ndarray) -> np.ndarray:
    """Distance √(Δη² + Δφ²) of two directions, with azimuths in −π … π."""
    return np.hypot(eta1 - eta2, delta_phi(phi1, phi2))
