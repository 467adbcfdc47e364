"""What arguments of a call hold after it, so short that two processes can compare it.

The student's process is not asked whether a function changed its arguments: it is asked for a digest of what they hold
now, with a key that it learns after the call, so that only what still has their content can tell it.
"""

import hashlib
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

DIGEST_BYTES = 16
NUMBERS: tuple[Any, ...] = (bool, int, float, complex)
PLAIN = (str, bytes, pathlib.PurePath)


def digests(parts: Sequence[Any], key: bytes) -> list[bytes]:
    """A digest for each mutable part, as ``plain_data`` numbers them: arrays, lists, dictionaries, random generators.

    A part within another counts by its place among them, so that a list whose arrays change does not itself.
    """
    places = {id(part): place for place, part in enumerate(parts)}
    return [_digest(part, places, key) for part in parts]


def _digest(part: Any, places: dict[int, int], key: bytes) -> bytes:
    made = hashlib.blake2b(key=key, digest_size=DIGEST_BYTES)
    if isinstance(part, np.ndarray):
        array = np.asarray(part)
        names = array.dtype.names
        kind = [(name, array.dtype[name].str) for name in names] if names else array.dtype.str
        made.update(repr((kind, array.shape)).encode())
        if array.dtype == object:
            made.update(repr([_item(item, places) for item in array.ravel()]).encode())
        else:
            made.update(array.tobytes())
    elif isinstance(part, dict):
        made.update(repr([(_item(name, places), _item(value, places)) for name, value in part.items()]).encode())
    elif isinstance(part, list):
        made.update(repr([_item(item, places) for item in part]).encode())
    else:
        made.update(repr(part.bit_generator.state).encode())
    return made.digest()


def _item(item: Any, places: dict[int, int]) -> Any:
    """What stands for an item of a part, the same in both processes; for what is no plain data, nothing of its own."""
    if id(item) in places:
        return "part", places[id(item)]
    if isinstance(item, np.generic):
        return item.dtype.str, item.tobytes()
    if isinstance(item, tuple):
        return [_item(inner, places) for inner in item]
    if isinstance(item, int | float | complex):
        return repr(next(kind for kind in NUMBERS if isinstance(item, kind))(item))
    if item is None or isinstance(item, PLAIN):
        return repr(item)
    return "other"
