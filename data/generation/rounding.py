"""Numbers with fewer bits, which compress better."""

import numpy as np

MANTISSA_BITS = 12
LARGEST_RELATIVE_ERROR = 2.0 ** -(MANTISSA_BITS + 1)
"""Of a number that is rounded to so many bits: 0.012 %."""

FLOAT32_BITS = 23


def rounded(values: np.ndarray, bits: int = MANTISSA_BITS) -> np.ndarray:
    """The nearest float32 numbers with so many bits of mantissa, ties to even; zero stays zero."""
    dropped = FLOAT32_BITS - bits
    pattern = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    last_kept = (pattern >> dropped) & 1
    nearest = pattern + (2 ** (dropped - 1) - 1) + last_kept
    return (nearest & ~np.uint32(2**dropped - 1)).view(np.float32)
