"""Distances of directions, against complex numbers."""

import cmath

import numpy as np
import pytest

from data.generation.geometry import delta_phi, delta_r


def test_azimuths_are_compared_across_the_seam():
    rng = np.random.default_rng(1)
    phi1, phi2 = rng.uniform(-np.pi, np.pi, (2, 1000))
    expected = [abs(cmath.phase(cmath.rect(1, a) / cmath.rect(1, b))) for a, b in zip(phi1, phi2, strict=True)]
    np.testing.assert_allclose(delta_phi(phi1, phi2), expected, atol=1e-12)
    assert delta_phi(3.1, -3.1) == pytest.approx(2 * np.pi - 6.2)


def test_distance():
    assert delta_r(0.5, 3.0, 0.8, -3.0) == pytest.approx(np.hypot(0.3, 2 * np.pi - 6))
    np.testing.assert_allclose(delta_r(np.array([0.0, 3.0]), np.array([1.0, 0.0]), 0.0, 0.0), [1.0, 3.0])
