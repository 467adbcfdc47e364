"""Values as bytes and back, for data that come from a process which is not trusted.

A payload is, like a message of Jupyter, a tree in JSON and the raw buffers that it refers to:

    4 bytes            length of the tree, big-endian, at most MAX_TREE_BYTES
    the tree           {"value": node, "blobs": [length of a buffer, …]}
    the buffers        one after the other, together at most MAX_PAYLOAD_BYTES, and nothing behind them

A node is null, true, false, a text, a finite number, or an object {"is": the name of its ``Kind``, …}. Nothing in it is
ever executed: no pickle, no class that the sender names, no archive. Whatever the bytes are, ``Decoder.decode`` returns
a plain value or raises Refused, in time and memory that the limits below bound.

The tree and the buffers are apart because they cost the receiver differently: a byte of a buffer is a byte of an array,
but a byte of a tree can become 26 bytes of Python's objects (74 in MessagePack, in which an empty list is one byte).
An array's type and shape stand in its node, and are compared with its size before anything is allocated; in a .npy file
they would be Python source to be parsed.
"""

import json
import struct
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .validation import Refused, field, require_type

MAX_PAYLOAD_BYTES = 512 * 2**20
MAX_TREE_BYTES = 32 * 2**20
MAX_NODES = 1_000_000
MAX_DEPTH = 40

LENGTH = struct.Struct(">I")
MAX_MESSAGE_BYTES = LENGTH.size + MAX_TREE_BYTES + MAX_PAYLOAD_BYTES
Node = Any
"""What ``json`` reads and writes: None, bool, int, float, str, or a dictionary."""


class Kind:
    """One kind of value, with both halves of its conversion.

    name: what stands under "is" in its nodes; two kinds may share a name if they share ``decode``. types: the class, or
    several, of the values that it encodes.
    """

    name: str
    types: Any = ()

    def matches(self, value: Any) -> bool:
        """Whether this kind can encode the value."""
        return isinstance(value, self.types)

    def encode(self, value: Any, encoder: "Encoder") -> Node:
        """The entries of the value's node beside "is"; or a number, a text or None that stands for itself.

        Raises Refused if the value may not cross.
        """
        raise NotImplementedError

    def decode(self, node: dict, decoder: "Decoder") -> Any:
        """The value of a node, of which only the kind is known to be right. Raises Refused if anything else is not."""
        raise NotImplementedError


class Composite(Kind):
    """A kind whose node is {"is": …, "content": the node of a plain value}: a dictionary of numbers, texts and arrays.

    ``parts`` and ``build`` convert between the two. types: not classes but their full names: a library that has not
    been imported made no value, and is not imported to find that out.
    """

    types: Sequence[str]

    def matches(self, value: Any) -> bool:
        """Whether the value is of one of the classes named, as far as their modules are imported."""
        for name in self.types:
            module, _, class_name = name.rpartition(".")
            kind = getattr(sys.modules.get(module), class_name, None)
            if kind is not None and isinstance(value, kind):
                return True
        return False

    def parts(self, value: Any) -> dict[str, Any]:
        """The plain content of a value. Raises Refused if it has none."""
        raise NotImplementedError

    def build(self, content: dict[str, Any]) -> Any:
        """The value of a plain content, which may be any dictionary. Raises Refused if it is not as it should be."""
        raise NotImplementedError

    def encode(self, value: Any, encoder: "Encoder") -> Node:
        """The node of ``parts``. Raises Refused if the value, or what is in it, may not cross."""
        return {"content": encoder.node(self.parts(value))}

    def decode(self, node: dict, decoder: "Decoder") -> Any:
        """What ``build`` makes. Raises Refused if the content is no dictionary, or one that ``build`` refuses."""
        return self.build(require_type(decoder.value(node.get("content")), dict))


class Encoder:
    """Turns a value into a payload; for one value only.

    kinds: the table; the first kind that matches a value encodes it. export: called with a value that is not plain;
    returns what refers to it, a dictionary of JSON's scalars and lists. After encoding, ``mutable`` holds the arrays,
    lists, dictionaries and random generators of the value, in the order in which ``Decoder.mutable`` holds theirs.
    """

    def __init__(self, kinds: Sequence[Kind], export: Callable[[Any], dict]) -> None:
        self.kinds, self.export = kinds, export
        self.mutable: list[Any] = []
        self.blobs: list[bytes] = []
        self.size = self.nodes = self.depth = 0

    def encode(self, value: Any) -> bytes:
        """The payload of a value. Raises Refused if it is too large or too deep, or cannot be read."""
        try:
            return self._payload(value)
        except Refused:
            raise
        except Exception as error:  # of a value's own methods
            raise Refused(f"it cannot be read ({type(error).__name__})") from error

    def _payload(self, value: Any) -> bytes:
        tree = json.dumps({"value": self.node(value), "blobs": [len(blob) for blob in self.blobs]}).encode()
        if len(tree) > MAX_TREE_BYTES:
            raise Refused(f"it is too large: it may hold {MAX_NODES} items, and arrays of {MAX_PAYLOAD_BYTES} bytes")
        return LENGTH.pack(len(tree)) + tree + b"".join(self.blobs)

    def node(self, value: Any) -> Node:
        """The node of a value within the one that is encoded."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Refused(f"it holds more than {MAX_NODES} items: make an array of it")
        if self.depth > MAX_DEPTH:
            raise Refused(f"it is nested more than {MAX_DEPTH} levels deep")
        if value is None or value is True or value is False:
            return value
        kind = next(kind for kind in self.kinds if kind.matches(value))
        self.depth += 1
        encoded = kind.encode(value, self)
        self.depth -= 1
        return {"is": kind.name, **encoded} if isinstance(encoded, dict) else encoded

    def node_list(self, values: Iterable[Any]) -> list[Node]:
        """The nodes of values, in order. Raises Refused as ``node`` does."""
        return [self.node(value) for value in values]

    def blob(self, content: bytes) -> int:
        """The position in "blobs" of these bytes."""
        self.size += len(content)
        if self.size > MAX_PAYLOAD_BYTES:
            raise Refused(f"it is larger than {MAX_PAYLOAD_BYTES // 2**20} MB")
        self.blobs.append(content)
        return len(self.blobs) - 1


class Decoder:
    """Turns a payload back into a value; for one payload only.

    kinds: the table. resolve: called with what refers to an exported value; returns what stands for it, or raises
    Refused. After decoding, ``mutable`` holds the arrays, lists, dictionaries and random generators of the value.
    """

    def __init__(self, kinds: Sequence[Kind], resolve: Callable[[dict], Any]) -> None:
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
        self.resolve = resolve
        self.mutable: list[Any] = []
        self.blobs: list[memoryview] = []
        self.nodes = self.depth = 0

    def decode(self, payload: bytes | bytearray) -> Any:
        """The value of a payload, which may be any bytes. Raises Refused if they are no payload."""
        try:
            return self._value_of(memoryview(payload))
        except Refused:
            raise
        except Exception as error:  # of NumPy, JSON, awkward, pandas or Keras: they judge what they are given
            raise Refused(f"it is malformed ({type(error).__name__})") from error

    def _value_of(self, view: memoryview) -> Any:
        if not LENGTH.size <= len(view) <= MAX_MESSAGE_BYTES:
            raise Refused("it is too large or too small")
        (length,) = LENGTH.unpack(view[: LENGTH.size])
        tree, rest = view[LENGTH.size : LENGTH.size + length], view[LENGTH.size + length :]
        if len(tree) < length or length > MAX_TREE_BYTES:
            raise Refused("its tree is longer than it may be")
        content = json.loads(bytes(tree))
        for size in field(content, "blobs", list):
            if type(size) is not int or not 0 <= size <= len(rest):
                raise Refused("an array in it is cut short")
            self.blobs.append(rest[:size])
            rest = rest[size:]
        if len(rest):
            raise Refused("it is followed by bytes that belong to nothing")
        return self.value(content.get("value"))

    def value(self, node: Node) -> Any:
        """The value of a node within the one that is decoded."""
        self.nodes += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise Refused("it holds more, or is nested deeper, than it may")
        if node is None or type(node) in (bool, int, float, str):
            return node
        kind = self.kinds.get(field(node, "is", str))
        if kind is None:
            raise Refused("it is of no known kind")
        self.depth += 1
        value = kind.decode(node, self)
        self.depth -= 1
        return value

    def value_list(self, node: dict, name: str) -> list[Any]:
        """The values of the list of nodes in this entry of a node."""
        return [self.value(item) for item in field(node, name, list)]

    def blob(self, node: dict) -> memoryview:
        """The bytes of the buffer whose position in "blobs" stands in a node under "blob"."""
        position = field(node, "blob", int)
        if not 0 <= position < len(self.blobs):
            raise Refused("an array in it is missing")
        return self.blobs[position]
