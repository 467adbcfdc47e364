"""Single values of Python's own: numbers, texts, bytes, ranges, paths. Subclasses cross as the plain class.

True, False and None, and what is a number or a text in JSON, need no node.
"""

import math
import pathlib
from typing import Any

from .codec import Decoder, Encoder, Kind, Node
from .validation import Refused, field

MAX_DIGITS = 4000
MAX_EXACT = 2**53
"""Whole numbers below this one are the same in every reader of JSON."""


class Text(Kind):
    """A str: itself in JSON, where half a character of UTF-16 is escaped."""

    name, types = "text", str

    def encode(self, value: str, encoder: Encoder) -> Node:
        return str.__str__(value)

    def decode(self, node: dict, decoder: Decoder) -> str:
        raise Refused("a text in it is none")


class WholeNumber(Kind):
    """An int: itself below 2**53, else {"is": "int", "hex": "-0x…"} of at most MAX_DIGITS digits."""

    name, types = "int", int

    def encode(self, value: int, encoder: Encoder) -> Node:
        value = int.__index__(value)
        if abs(value) < MAX_EXACT:
            return value
        if value.bit_length() > 3 * MAX_DIGITS:
            raise Refused(f"it holds a whole number of more than {MAX_DIGITS} digits")
        return {"hex": hex(value)}

    def decode(self, node: dict, decoder: Decoder) -> int:
        text = field(node, "hex", str)
        if len(text) > MAX_DIGITS:
            raise Refused("a whole number in it has too many digits")
        return int(text, 16)


class Float(Kind):
    """A float: itself if it is finite, else {"is": "float", "text": "nan", "inf" or "-inf"}."""

    name, types = "float", float

    def encode(self, value: float, encoder: Encoder) -> Node:
        value = float.__float__(value)
        return value if math.isfinite(value) else {"text": repr(value)}

    def decode(self, node: dict, decoder: Decoder) -> float:
        if node.get("text") not in ("nan", "inf", "-inf"):
            raise Refused("a number in it is none")
        return float(node["text"])


class Complex(Kind):
    """A complex: {"is": "complex", "parts": [real part, imaginary part]}."""

    name, types = "complex", complex

    def encode(self, value: complex, encoder: Encoder) -> Node:
        return {"parts": encoder.node_list((value.real, value.imag))}

    def decode(self, node: dict, decoder: Decoder) -> complex:
        real, imaginary = decoder.value_list(node, "parts")
        return complex(real, imaginary)


class Bytes(Kind):
    """Bytes or a bytearray, as bytes: {"is": "bytes", "blob": position}."""

    name, types = "bytes", (bytes, bytearray)

    def encode(self, value: bytes | bytearray, encoder: Encoder) -> Node:
        return {"blob": encoder.blob(bytes(value))}

    def decode(self, node: dict, decoder: Decoder) -> bytes:
        return bytes(decoder.blob(node))


class Range(Kind):
    """A range: {"is": "range", "items": [start, stop, step]}, each a whole number."""

    name, types = "range", range

    def encode(self, value: range, encoder: Encoder) -> Node:
        return {"items": encoder.node_list((value.start, value.stop, value.step))}

    def decode(self, node: dict, decoder: Decoder) -> range:
        return range(*decoder.value_list(node, "items"))


class Path(Kind):
    """A path: {"is": "path", "text": …}. It need not be there, and is not looked at."""

    name, types = "path", pathlib.PurePath

    def encode(self, value: pathlib.PurePath, encoder: Encoder) -> Node:
        return {"text": str(value)}

    def decode(self, node: dict, decoder: Decoder) -> pathlib.Path:
        return pathlib.Path(field(node, "text", str))


class EllipsisItself(Kind):
    """The object ``...``: {"is": "ellipsis"}."""

    name, types = "ellipsis", type(...)

    def encode(self, value: Any, encoder: Encoder) -> Node:
        return {}

    def decode(self, node: dict, decoder: Decoder) -> Any:
        return ...


KINDS = (Text(), WholeNumber(), Float(), Complex(), Bytes(), Range(), Path(), EllipsisItself())
