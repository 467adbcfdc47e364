"""Values as bytes and back, for data that come from a process which is not trusted.

A payload is a JSON tree and, behind it, the raw bytes of its arrays. Nothing in it is ever executed: no pickle, no
class that the sender names, no archive. Whatever the bytes are, ``Decoder.decode`` returns a plain value or raises
Refused, in time and memory that the limits below bound.

What is not plain (a function, an iterator, an object of the student's own class) is replaced by a note of it; the
``lend`` of the encoder writes the note and the ``borrow`` of the decoder makes what stands for it.
"""

import collections
import inspect
import json
import math
import pathlib
import re
import struct
from collections.abc import Callable, ItemsView, KeysView, Mapping, ValuesView
from typing import Any

import numpy as np

from . import exceptions, figures, graphs, models, tables
from .refusal import Refused

MAX_PAYLOAD_BYTES = 512 * 2**20
MAX_TREE_BYTES = 32 * 2**20
MAX_NODES = 1_000_000
MAX_DEPTH = 40
MAX_DIGITS = 4000
MAX_LENGTH = 2**40
PACKED_FROM = 32

DTYPE = re.compile(
    r"[<>|=]?(?:b1|[iu](?:1|2|4|8)|f(?:2|4|8|16)|c(?:8|16|32)|[SU]\d{1,7}|[mM]8(?:\[\d{0,4}[a-zA-Z]{1,7}\])?)"
)
BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
Node = Any


def _collection(name: str) -> Callable:
    def write(encoder: "Encoder", value: Any, depth: int) -> Node:
        return {"is": name, "items": encoder.items(value, depth)}

    return write


def _made_by(rebuild: Callable[[Any], Any]) -> Callable:
    def read(decoder: "Decoder", node: dict, depth: int) -> Any:
        return rebuild(decoder.value(node.get("content"), depth + 1))

    return read


class Encoder:
    """Turns values into a payload and remembers which arrays, lists, dictionaries and random generators it holds.

    lend: called with a value that is not plain; returns the note that stands for it, a dictionary of JSON scalars.
    """

    def __init__(self, lend: Callable[[Any], dict]) -> None:
        self.lend = lend
        self.blobs: list[bytes] = []
        self.size = 0
        self.nodes = 0
        self.mutable: list[Any] = []

    def encode(self, value: Any) -> bytes:
        try:
            return self._encoded(value)
        except Refused:
            raise
        except Exception as error:  # of a value's own methods
            raise Refused(f"it cannot be read ({type(error).__name__})") from error

    def _encoded(self, value: Any) -> bytes:
        tree = json.dumps({"value": self.node(value), "blobs": [len(blob) for blob in self.blobs]}).encode()
        if len(tree) > MAX_TREE_BYTES:
            raise Refused(f"it is too large: it may hold {MAX_NODES} items, and arrays of {MAX_PAYLOAD_BYTES} bytes")
        return struct.pack(">I", len(tree)) + tree + b"".join(self.blobs)

    def blob(self, content: bytes) -> int:
        self.size += len(content)
        if self.size > MAX_PAYLOAD_BYTES:
            raise Refused(f"it is larger than {MAX_PAYLOAD_BYTES // 2**20} MB")
        self.blobs.append(content)
        return len(self.blobs) - 1

    def node(self, value: Any, depth: int = 0) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Refused(f"it holds more than {MAX_NODES} items: make an array of it")
        if depth > MAX_DEPTH:
            raise Refused(f"it is nested more than {MAX_DEPTH} levels deep")
        if value is None or value is True or value is False:
            return value
        if isinstance(value, np.ndarray):
            return self._array(value, depth)
        if isinstance(value, np.generic):
            return {"is": "scalar", **self._buffer(np.asarray(value))}
        for kinds, write in self._writers.items():
            if isinstance(value, kinds):
                return write(self, value, depth)
        return self._other(value, depth)

    def items(self, values: Any, depth: int) -> list[Node]:
        return [self.node(value, depth + 1) for value in values]

    def _str(self, value: str, depth: int) -> Node:
        return str.__str__(value)

    def _int(self, value: int, depth: int) -> Node:
        value = int.__index__(value)
        if abs(value) < 2**53:
            return value
        if value.bit_length() > 3 * MAX_DIGITS:
            raise Refused(f"it holds a whole number of more than {MAX_DIGITS} digits")
        return {"is": "int", "hex": hex(value)}

    def _float(self, value: float, depth: int) -> Node:
        value = float.__float__(value)
        return value if math.isfinite(value) else {"is": "float", "text": repr(value)}

    def _complex(self, value: complex, depth: int) -> Node:
        return {"is": "complex", "parts": self.items((value.real, value.imag), depth)}

    def _bytes(self, value: bytes, depth: int) -> Node:
        return {"is": "bytes", "blob": self.blob(bytes(value))}

    def _list(self, value: list, depth: int) -> Node:
        self.mutable.append(value)
        for kind, dtype in ((float, np.float64), (int, np.int64)):
            if len(value) >= PACKED_FROM and all(type(item) is kind for item in value):
                try:
                    return {"is": "numbers", **self._buffer(np.array(value, dtype))}
                except OverflowError:
                    break
        return {"is": "list", "items": self.items(value, depth)}

    def _dict(self, value: dict, depth: int) -> Node:
        self.mutable.append(value)
        return {"is": "dict", "pairs": [self.items(pair, depth) for pair in dict.items(value)]}

    def _mapping(self, value: Mapping, depth: int) -> Node:
        return self._dict({key: value[key] for key in value}, depth)

    def _range(self, value: range, depth: int) -> Node:
        return {"is": "range", "items": self.items((value.start, value.stop, value.step), depth)}

    def _path(self, value: pathlib.PurePath, depth: int) -> Node:
        return {"is": "path", "text": str(value)}

    def _ellipsis(self, value: Any, depth: int) -> Node:
        return {"is": "ellipsis"}

    def _generator(self, value: np.random.Generator, depth: int) -> Node:
        state = value.bit_generator.state
        if state.get("bit_generator") not in BIT_GENERATORS:
            raise Refused("its bit generator is none of NumPy's own")
        self.mutable.append(value)
        return {"is": "random generator", "state": self.node(state, depth + 1)}

    _writers: dict = {  # noqa: RUF012
        str: _str,
        int: _int,
        float: _float,
        complex: _complex,
        bytes | bytearray: _bytes,
        list: _list,
        tuple: _collection("tuple"),
        dict: _dict,
        set: _collection("set"),
        frozenset: _collection("frozenset"),
        range: _range,
        collections.deque: _collection("deque"),
        KeysView: _collection("keys"),
        ValuesView: _collection("values"),
        ItemsView: _collection("items"),
        pathlib.PurePath: _path,
        type(Ellipsis): _ellipsis,
        np.random.Generator: _generator,
        BaseException: lambda self, value, depth: {"is": "exception", **exceptions.described(value)},
    }

    def _other(self, value: Any, depth: int) -> Node:
        """Values of libraries that are looked at only if the library has been imported already."""
        for describe in (models.describe, tables.describe, figures.describe):
            note = describe(value)
            if note is not None:
                kind, content = note
                return {"is": kind, "content": self.node(content, depth + 1)}
        if type(value).__module__.partition(".")[0] == "uproot":
            return {"is": "lent", "note": self.lend(value)}
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if hasattr(value, "__array__") and type(value).__module__ != "__main__" and not inspect.isclass(value):
            return self._array(np.asarray(value), depth)
        return {"is": "lent", "note": self.lend(value)}

    def _array(self, value: np.ndarray, depth: int) -> Node:
        self.mutable.append(value)
        if value.dtype == object:
            items = self.items(np.asarray(value).ravel().tolist(), depth)
            return {"is": "objects", "shape": list(value.shape), "items": items}
        return {"is": "array", "fixed": not value.flags.writeable, **self._buffer(value)}

    def _buffer(self, array: np.ndarray) -> dict:
        if isinstance(array, np.ma.MaskedArray):
            array = array.data
        dtype = _dtype_text(array.dtype)
        return {"dtype": dtype, "shape": list(array.shape), "blob": self.blob(np.ascontiguousarray(array).tobytes())}


def _dtype_text(dtype: np.dtype) -> str | list:
    if dtype.names:
        return [[name, _dtype_text(dtype[name])] for name in dtype.names]
    if not DTYPE.fullmatch(dtype.str):
        raise Refused(f"its dtype {dtype} cannot cross: numbers, strings and dates can")
    return dtype.str


class Decoder:
    """Turns a payload back into values, or raises Refused.

    borrow: called with the note of something that was lent; returns what stands for it, or raises Refused.
    After decoding, ``mutable`` holds the arrays, lists, dictionaries and random generators in the encoder's order.
    """

    def __init__(self, borrow: Callable[[dict], Any]) -> None:
        self.borrow = borrow
        self.mutable: list[Any] = []
        self.nodes = 0
        self.blobs: list[memoryview] = []

    def decode(self, payload: bytes) -> Any:
        try:
            return self._decode(payload)
        except Refused:
            raise
        except Exception as error:  # of NumPy, JSON, awkward, pandas or Keras: they judge what they are given
            raise Refused(f"it is malformed ({type(error).__name__})") from error

    def _decode(self, payload: bytes) -> Any:
        view = memoryview(payload)
        if not 4 <= len(view) <= MAX_PAYLOAD_BYTES + MAX_TREE_BYTES + 4:
            raise Refused("it is too large or too small")
        (length,) = struct.unpack(">I", view[:4])
        if length > min(MAX_TREE_BYTES, len(view) - 4):
            raise Refused("its tree is longer than it may be")
        tree = json.loads(bytes(view[4 : 4 + length]))
        lengths = field(field(tree, dict), list, "blobs")
        rest = view[4 + length :]
        for size in lengths:
            if type(size) is not int or not 0 <= size <= len(rest):
                raise Refused("an array in it is cut short")
            self.blobs.append(rest[:size])
            rest = rest[size:]
        if len(rest):
            raise Refused("it is followed by bytes that belong to nothing")
        return self.value(tree.get("value"))

    def value(self, node: Node, depth: int = 0) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise Refused("it holds more, or is nested deeper, than it may")
        if node is None or type(node) in (bool, int, float, str):
            return node
        kind = field(field(node, dict), str, "is")
        read = self._readers.get(kind)
        if read is None:
            raise Refused("it is of no known kind")
        return read(self, node, depth)

    def items(self, node: dict, depth: int) -> list[Any]:
        return [self.value(item, depth + 1) for item in field(node, list, "items")]

    def _int(self, node: dict, depth: int) -> int:
        text = field(node, str, "hex")
        if len(text) > MAX_DIGITS:
            raise Refused("a whole number in it has too many digits")
        return int(text, 16)

    def _float(self, node: dict, depth: int) -> float:
        if node.get("text") not in ("nan", "inf", "-inf"):
            raise Refused("a number in it is none")
        return float(node["text"])

    def _complex(self, node: dict, depth: int) -> complex:
        real, imaginary = (self.value(part, depth + 1) for part in field(node, list, "parts"))
        return complex(real, imaginary)

    def _list(self, node: dict, depth: int) -> list:
        made: list = []
        self.mutable.append(made)
        made.extend(self.items(node, depth))
        return made

    def _numbers(self, node: dict, depth: int) -> list:
        made: list = []
        self.mutable.append(made)
        array = self._buffer(node)
        if array.dtype not in (np.float64, np.int64) or array.ndim != 1:
            raise Refused("a list of numbers in it is none")
        made.extend(array.tolist())
        return made

    def _dict(self, node: dict, depth: int) -> dict:
        made: dict = {}
        self.mutable.append(made)
        for pair in field(node, list, "pairs"):
            key, value = (self.value(part, depth + 1) for part in field(pair, list))
            made[key] = value
        return made

    def _range(self, node: dict, depth: int) -> range:
        return range(*self.items(node, depth))

    def _path(self, node: dict, depth: int) -> pathlib.Path:
        return pathlib.Path(field(node, str, "text"))

    def _array(self, node: dict, depth: int) -> np.ndarray:
        array = self._buffer(node)
        array.flags.writeable = node.get("fixed") is not True
        self.mutable.append(array)
        return array

    def _objects(self, node: dict, depth: int) -> np.ndarray:
        shape = _shape(node)
        items = field(node, list, "items")
        if math.prod(shape) != len(items):
            raise Refused("an array in it does not have the shape that it says")
        array = np.empty(len(items), dtype=object)
        made = array.reshape(shape)
        self.mutable.append(made)
        for position, item in enumerate(items):
            array[position] = self.value(item, depth + 1)
        return made

    def _generator(self, node: dict, depth: int) -> np.random.Generator:
        position = len(self.mutable)
        self.mutable.append(None)
        state = self.value(node.get("state"), depth + 1)
        name = field(state, str, "bit_generator")
        if name not in BIT_GENERATORS:
            raise Refused("a random generator in it is none of NumPy's own")
        bits = getattr(np.random, name)(0)
        bits.state = state
        self.mutable[position] = np.random.Generator(bits)
        return self.mutable[position]

    def _buffer(self, node: dict) -> np.ndarray:
        dtype, shape = _dtype(node.get("dtype")), _shape(node)
        content = self._blob(node)
        if dtype.itemsize * math.prod(shape) != len(content):
            raise Refused("an array in it does not have the size that it says")
        if not content:
            if dtype.itemsize == 0 and math.prod(shape) > MAX_NODES:
                raise Refused("an array in it has an impossible shape")
            return np.zeros(shape, dtype)
        return np.frombuffer(bytearray(content), dtype).reshape(shape)

    def _blob(self, node: dict) -> memoryview:
        position = field(node, int, "blob")
        if not 0 <= position < len(self.blobs):
            raise Refused("an array in it is missing")
        return self.blobs[position]

    _readers: dict = {  # noqa: RUF012
        "int": _int,
        "float": _float,
        "complex": _complex,
        "bytes": lambda self, node, depth: bytes(self._blob(node)),
        "list": _list,
        "numbers": _numbers,
        "tuple": lambda self, node, depth: tuple(self.items(node, depth)),
        "dict": _dict,
        "set": lambda self, node, depth: set(self.items(node, depth)),
        "frozenset": lambda self, node, depth: frozenset(self.items(node, depth)),
        "deque": lambda self, node, depth: collections.deque(self.items(node, depth)),
        "keys": lambda self, node, depth: dict.fromkeys(self.items(node, depth)).keys(),
        "values": lambda self, node, depth: dict(enumerate(self.items(node, depth))).values(),
        "items": lambda self, node, depth: dict(self.items(node, depth)).items(),
        "range": _range,
        "path": _path,
        "ellipsis": lambda self, node, depth: Ellipsis,
        "random generator": _generator,
        "scalar": lambda self, node, depth: self._buffer(node)[()],
        "array": _array,
        "objects": _objects,
        "exception": lambda self, node, depth: exceptions.rebuilt(node),
        "awkward": _made_by(tables.awkward_array),
        "frame": _made_by(tables.data_frame),
        "series": _made_by(tables.series),
        "index": _made_by(tables.index),
        "figure": _made_by(figures.rebuilt),
        "model": _made_by(models.rebuilt),
        "graph": _made_by(graphs.rebuilt),
        "lent": lambda self, node, depth: self.borrow(field(node, dict, "note")),
    }


def field(holder: Any, kind: type, name: str | None = None) -> Any:
    """An entry of a dictionary (or the thing itself) if it has exactly this type; Refused otherwise."""
    value = holder if name is None else field(holder, dict).get(name)
    if type(value) is not kind:
        raise Refused("a part of it is missing or of another type than it should be")
    return value


def _shape(node: dict) -> tuple[int, ...]:
    shape = field(node, list, "shape")
    if len(shape) > 32 or not all(type(length) is int and 0 <= length <= MAX_LENGTH for length in shape):
        raise Refused("an array in it has an impossible shape")
    return tuple(shape)


def _dtype(text: Any) -> np.dtype:
    if type(text) is list:
        if not 1 <= len(text) <= 1000:
            raise Refused("a table in it has no columns, or too many")
        columns = [field(column, list) for column in text]
        return np.dtype([(field(name, str), _dtype(field(kind, str))) for name, kind in columns])
    if not DTYPE.fullmatch(field(text, str)):
        raise Refused("an array in it is of a type that cannot cross")
    return np.dtype(text)
