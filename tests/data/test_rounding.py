"""Rounding to twelve bits, on hand-made numbers."""

import numpy as np

from data.generation.rounding import rounded


def test_rounding_error_and_bits():
    """Half a unit of the last of 12 bits, 2⁻¹³, and the 11 bits below are zero; float64 gives the reference."""
    values = np.random.default_rng(1).normal(size=100_000).astype(np.float32) * 10 ** np.float32(3)
    kept = rounded(values)
    error = np.abs(kept.astype(float) - values) / np.abs(values)
    assert 0.9 * 2.0**-13 < error.max() <= 2.0**-13
    assert not np.any(kept.view(np.uint32) & 0x7FF)
    exponent = np.floor(np.log2(np.abs(values.astype(float))))
    reference = np.round(values / 2.0 ** (exponent - 12)) * 2.0 ** (exponent - 12)
    np.testing.assert_array_equal(kept, reference)


def test_rounding_keeps_zeros_signs_and_numbers_of_few_bits():
    values = np.array([0.0, -0.0, 1.0, -1.0, 1.5, -4096.0, 4097.0], np.float32)
    np.testing.assert_array_equal(rounded(values).view(np.uint32), values.view(np.uint32))


def test_ties_go_to_even():
    one, step = 1.0, 2.0**-12
    values = np.array([one + step / 2, one + 3 * step / 2], np.float32)
    np.testing.assert_array_equal(rounded(values), [one, one + 2 * step])
