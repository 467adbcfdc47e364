"""What happens in the examiner to an argument that a function of the student's has changed in its own process."""

import hashlib
import secrets
from typing import Any

import numpy as np


def invalidate(changed: Any) -> None:
    """Make it visible that the student's function changed an argument, without letting it choose to what.

    changed: an array, a list, a dictionary or a random generator of the test; it is altered in place. A test that
    compares sees a change; one that goes on to use the argument as its reference cannot be satisfied. A read-only array
    stays as it is.
    """
    if isinstance(changed, np.random.Generator):
        bits = changed.bit_generator
        bits.state = type(bits)(list(hashlib.sha256(repr(bits.state).encode()).digest())).state
    elif not isinstance(changed, np.ndarray):
        changed.clear()
    elif changed.flags.writeable:
        if changed.dtype.kind in "fc":
            changed[...] = np.nan
        elif changed.dtype.kind == "b":
            changed[...] = ~changed
        elif changed.dtype.kind in "iu":
            other = np.frombuffer(secrets.token_bytes(changed.size), "u1").reshape(changed.shape)
            changed += other.astype(changed.dtype) | 1
        elif changed.dtype.kind in "SU":
            changed[...] = secrets.token_hex(8)
        else:
            changed[...] = np.zeros((), changed.dtype)
