"""Known mistakes: what a wrong value agrees with says what went wrong."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from helpers.checks.failure import CheckFailed, that


def explained(found: np.ndarray, mistakes: Mapping[str, Any], rtol: float = 1e-3, atol: float = 0.0) -> None:
    """Fail with the sentence of the first mistake that the values agree with; return if they agree with none.

    mistakes: from the sentences to the values that each mistake gives.
    """
    for sentence, wrong in mistakes.items():
        if agrees(found, wrong, rtol, atol):
            raise CheckFailed(sentence)


def agrees(found: np.ndarray, expected: Any, rtol: float = 1e-3, atol: float = 0.0) -> bool:
    """Whether numbers have the same shape and, within the tolerances, the same values."""
    expected = np.asarray(expected, dtype=float)
    return found.shape == expected.shape and np.allclose(found, expected, rtol=rtol, atol=atol)


def joined(value: Any, files: Iterable[str], name: str) -> None:
    """Fail if several files should have been joined, but are still a list with an array for each."""
    count = len(list(files))
    if isinstance(value, list | tuple) and len(value) == count > 1:
        that(np.ndim(value[0]) == 0, f"{name} is a list of {count} arrays: join them with np.concatenate")
