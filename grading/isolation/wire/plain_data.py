"""The table of what crosses between the student's process and the examiner's, and the two functions that use it.

A value is encoded by the first kind that matches it, so that the order counts: NumPy's scalars are also Python's
numbers, a model also has the method ``__array__``, and a reference matches everything. How the bytes are laid out, and
what bounds them, is said in ``codec``; what a kind is on the wire, in its own docstring.
"""

from collections.abc import Callable
from typing import Any

from . import arrays, codec, containers, exceptions, figures, models, proxies, scalars, tables

KINDS: tuple[codec.Kind, ...] = (
    *arrays.KINDS,
    *scalars.KINDS,
    *containers.KINDS,
    *exceptions.KINDS,
    *models.KINDS,
    *tables.KINDS,
    *figures.KINDS,
    proxies.LIBRARY_REFERENCE,
    containers.MAPPING,
    arrays.ARRAY_LIKE,
    proxies.REFERENCE,
)


def encode(value: Any, export: Callable[[Any], dict]) -> tuple[bytes, list[Any]]:
    """The payload of a value, and the mutable parts of the value, numbered as ``decode`` numbers theirs.

    export: returns what refers to a part that is not plain. Raises Refused if the value may not cross.
    """
    encoder = codec.Encoder(KINDS, export)
    return encoder.encode(value), encoder.mutable


def decode(payload: bytes | bytearray, resolve: Callable[[dict], Any]) -> tuple[Any, list[Any]]:
    """The value of a payload, which may be any bytes, and its mutable parts: arrays, lists, dictionaries, generators.

    resolve: returns what stands for a part that was exported. Raises Refused if the bytes are no payload.
    """
    decoder = codec.Decoder(KINDS, resolve)
    return decoder.decode(payload), decoder.mutable
