"""Read a file of scores that anybody may have written: bounded in size, no links, never unpickled."""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from grading.cells import untrusted_files
from grading.cells.untrusted_files import NotRead, TooLarge

MAX_HEADER = 512
KINDS = {
    b"\x80": "is a Python pickle: it could run a program and is never opened",
    b"PK": "is a zip archive, as np.savez writes: hand in what np.save writes",
    b"\x89HDF": "is an HDF5 file: hand in what np.save writes",
}
_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_NO_HEADER = "has no header of a .npy file: hand in what np.save writes"


class Rejected(Exception):
    """Why a file does not count: the rest of a sentence that begins with its name."""


def read(path: Path, n_jets: int) -> np.ndarray:
    """The scores in a .npy file of float16, float32 or float64, either byte order, as float64 of shape (n_jets,).

    Raises Rejected for anything else, and for scores that are not finite or all the same. No more than 8 bytes a jet
    and a short header are ever read.
    """
    largest = MAX_HEADER + 8 * n_jets
    try:
        content = untrusted_files.read(path, largest)
    except TooLarge as file:
        raise Rejected(
            f"is of another round, or holds no scores: it has {file.size} bytes; "
            f"scores of all jets take at most {largest}"
        ) from None
    except NotRead as why:
        raise Rejected(str(why)) from None
    if content.startswith(npy.MAGIC_PREFIX):
        dtype, shape, start = _header(content)
    else:
        what = [kind for start, kind in KINDS.items() if content.startswith(start)]
        raise Rejected(what[0] if what else _NO_HEADER if content else "is empty")
    if dtype.hasobject:
        raise Rejected("holds Python objects: reading them could run a program, so it is never done")
    if dtype.names or dtype.subdtype or dtype.kind != "f" or dtype.itemsize not in (2, 4, 8):
        kind = "a table" if dtype.names or dtype.subdtype else dtype.name
        raise Rejected(f"holds {kind}, but float32 is expected (float16 and float64 will do)")
    if len(shape) == 1 and shape != (n_jets,):
        raise Rejected(
            f"says that it holds {shape[0]} scores, but there are {n_jets} secret jets: it seems to be of another round"
        )
    if shape != (n_jets,):
        raise Rejected(f"holds an array of {len(shape)} dimensions, but ({n_jets},) is the shape that counts")
    if len(content) - start != n_jets * dtype.itemsize:
        raise Rejected(f"has {len(content) - start} bytes of scores instead of {n_jets * dtype.itemsize}: cut short?")
    scores = np.frombuffer(content, dtype, n_jets, start).astype(float)
    bad = int(np.count_nonzero(~np.isfinite(scores)))
    if bad:
        raise Rejected(f"holds {bad} scores that are not finite (NaN or infinity)")
    if np.all(scores == scores[0]):
        raise Rejected(f"holds the score {scores[0]:g} for every jet")
    return scores


def _header(content: bytes) -> tuple[np.dtype, tuple[int, ...], int]:
    """Type and shape as a .npy header gives them, and where the data begin."""
    stream = io.BytesIO(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, _, dtype = _READERS[npy.read_magic(stream)](stream, max_header_size=MAX_HEADER)
    except Exception:  # NumPy parses a Python literal here, which whoever wrote it can make fail in many ways
        raise Rejected(_NO_HEADER) from None
    return dtype, shape, stream.tell()
