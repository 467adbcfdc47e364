"""NumPy's arrays, scalars and random generators.

A buffer in a node is {"dtype": …, "shape": [length, …], "blob": position}: the type as in ``numpy.dtype.str``, or for a
table a list of [name of a column, type]; the numbers in C order, exactly as many bytes as type and shape say. Types are
numbers, texts, dates and tables of these.
"""

import inspect
import math
import re
from typing import Any

import numpy as np

from .codec import MAX_NODES, Decoder, Encoder, Kind, Node
from .validation import Refused, field, require_type

MAX_LENGTH = 2**40
MAX_DIMENSIONS = 32
MAX_COLUMNS = 1000
DTYPE = re.compile(
    r"[<>|=]?(?:b1|[iu](?:1|2|4|8)|f(?:2|4|8|16)|c(?:8|16|32)|[SU]\d{1,7}|[mM]8(?:\[\d{0,4}[a-zA-Z]{1,7}\])?)"
)
BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


class Scalar(Kind):
    """One of NumPy's scalars, such as numpy.float32: {"is": "scalar"} and a buffer of the shape []."""

    name, types = "scalar", np.generic

    def encode(self, value: np.generic, encoder: Encoder) -> Node:
        return encode_buffer(np.asarray(value), encoder)

    def decode(self, node: dict, decoder: Decoder) -> np.generic | np.ndarray:
        return decode_buffer(node, decoder)[()]


class Array(Kind):
    """An array of numbers, texts or dates: {"is": "array", "fixed": whether it is read-only} and a buffer.

    An array of objects is {"is": "array", "shape": [length, …], "items": [node, …]}, in C order. Of a masked array the
    values cross, without the mask; a subclass crosses as a plain array.
    """

    name, types = "array", np.ndarray

    def encode(self, value: np.ndarray, encoder: Encoder) -> Node:
        encoder.mutable.append(value)
        if value.dtype == object:
            return {"shape": list(value.shape), "items": encoder.node_list(np.asarray(value).ravel().tolist())}
        return {"fixed": not value.flags.writeable, **encode_buffer(value, encoder)}

    def decode(self, node: dict, decoder: Decoder) -> np.ndarray:
        if "items" in node:
            return self._decode_objects(node, decoder)
        array = decode_buffer(node, decoder)
        array.flags.writeable = node.get("fixed") is not True
        decoder.mutable.append(array)
        return array

    def _decode_objects(self, node: dict, decoder: Decoder) -> np.ndarray:
        shape, items = _decode_shape(node), field(node, "items", list)
        if math.prod(shape) != len(items):
            raise Refused("an array in it does not have the shape that it says")
        flat = np.empty(len(items), dtype=object)
        array = flat.reshape(shape)
        decoder.mutable.append(array)
        for position, item in enumerate(items):
            flat[position] = decoder.value(item)
        return array


class ArrayLike(Array):
    """What a library says is an array, such as a tensor of TensorFlow: as one. Not of a class of the student's."""

    def matches(self, value: Any) -> bool:
        return hasattr(value, "__array__") and type(value).__module__ != "__main__" and not inspect.isclass(value)

    def encode(self, value: Any, encoder: Encoder) -> Node:
        return super().encode(np.asarray(value), encoder)


class RandomGenerator(Kind):
    """A numpy.random.Generator of NumPy's own bits: {"is": "random generator", "state": node of its bits' state}."""

    name, types = "random generator", np.random.Generator

    def encode(self, value: np.random.Generator, encoder: Encoder) -> Node:
        state = value.bit_generator.state
        if state.get("bit_generator") not in BIT_GENERATORS:
            raise Refused("its bit generator is none of NumPy's own")
        encoder.mutable.append(value)
        return {"state": encoder.node(state)}

    def decode(self, node: dict, decoder: Decoder) -> np.random.Generator:
        position = len(decoder.mutable)
        decoder.mutable.append(None)
        state = decoder.value(node.get("state"))
        name = field(state, "bit_generator", str)
        if name not in BIT_GENERATORS:
            raise Refused("a random generator in it is none of NumPy's own")
        bits = getattr(np.random, name)(0)
        bits.state = state
        decoder.mutable[position] = np.random.Generator(bits)
        return decoder.mutable[position]


def encode_buffer(array: np.ndarray, encoder: Encoder) -> dict[str, Any]:
    """The entries of a node that hold an array of any shape. Raises Refused if its type is one that cannot cross."""
    if isinstance(array, np.ma.MaskedArray):
        array = array.data
    dtype = _encode_dtype(array.dtype)
    content = np.ascontiguousarray(array).tobytes()
    return {"dtype": dtype, "shape": list(array.shape), "blob": encoder.blob(content)}


def decode_buffer(node: dict, decoder: Decoder) -> np.ndarray:
    """The array of a node, which can be written to. Raises Refused unless its size is what its type and shape say."""
    dtype, shape, content = _decode_dtype(node.get("dtype")), _decode_shape(node), decoder.blob(node)
    if dtype.itemsize * math.prod(shape) != len(content):
        raise Refused("an array in it does not have the size that it says")
    if not content:
        if dtype.itemsize == 0 and math.prod(shape) > MAX_NODES:
            raise Refused("an array in it has an impossible shape")
        return np.zeros(shape, dtype)
    return np.frombuffer(bytearray(content), dtype).reshape(shape)


def _encode_dtype(dtype: np.dtype) -> str | list:
    if dtype.names:
        return [[name, _encode_dtype(dtype[name])] for name in dtype.names]
    if not DTYPE.fullmatch(dtype.str):
        raise Refused(f"its dtype {dtype} cannot cross: numbers, strings and dates can")
    return dtype.str


def _decode_dtype(dtype: Any) -> np.dtype:
    if type(dtype) is list:
        if not 1 <= len(dtype) <= MAX_COLUMNS:
            raise Refused("a table in it has no columns, or too many")
        columns = [require_type(column, list) for column in dtype]
        return np.dtype([(require_type(name, str), _decode_dtype(kind)) for name, kind in columns])
    if not DTYPE.fullmatch(require_type(dtype, str)):
        raise Refused("an array in it is of a type that cannot cross")
    return np.dtype(dtype)


def _decode_shape(node: dict) -> tuple[int, ...]:
    shape = field(node, "shape", list)
    possible = all(type(length) is int and 0 <= length <= MAX_LENGTH for length in shape)
    if len(shape) > MAX_DIMENSIONS or not possible:
        raise Refused("an array in it has an impossible shape")
    return tuple(shape)


KINDS = (Scalar(), Array(), RandomGenerator())
ARRAY_LIKE = ArrayLike()
