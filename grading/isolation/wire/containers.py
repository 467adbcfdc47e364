"""Lists, tuples, dictionaries, sets and their like. What is in them crosses item by item, each in a node of its own.

All their items together count against ``codec.MAX_NODES``, and how deep they are nested against ``codec.MAX_DEPTH``.
"""

import collections
from collections.abc import Callable, ItemsView, KeysView, Mapping, ValuesView
from typing import Any

import numpy as np

from . import arrays
from .codec import Decoder, Encoder, Kind, Node
from .validation import Refused, field, require_type

PACKED_FROM = 32
"""A list of at least so many numbers crosses as an array."""


class List(Kind):
    """A list: {"is": "list", "items": [node, …]}.

    A long one of floats only, or of ints of 64 bits only, is {"is": "list", "numbers": an array of one dimension}.
    """

    name, types = "list", list

    def encode(self, value: list, encoder: Encoder) -> Node:
        encoder.mutable.append(value)
        for kind, dtype in ((float, np.float64), (int, np.int64)):
            if len(value) >= PACKED_FROM and all(type(item) is kind for item in value):
                try:
                    return {"numbers": arrays.encode_buffer(np.array(value, dtype), encoder)}
                except OverflowError:
                    break
        return {"items": encoder.node_list(value)}

    def decode(self, node: dict, decoder: Decoder) -> list:
        made: list[Any] = []
        decoder.mutable.append(made)
        if "numbers" not in node:
            made.extend(decoder.value_list(node, "items"))
            return made
        array = arrays.decode_buffer(field(node, "numbers", dict), decoder)
        if array.dtype not in (np.float64, np.int64) or array.ndim != 1:
            raise Refused("a list of numbers in it is none")
        made.extend(array.tolist())
        return made


class Dictionary(Kind):
    """A dict: {"is": "dict", "pairs": [[node of a key, node of its value], …]}, in their order."""

    name = "dict"
    types: type[Mapping] = dict

    def encode(self, value: dict, encoder: Encoder) -> Node:
        encoder.mutable.append(value)
        return {"pairs": [encoder.node_list(pair) for pair in dict.items(value)]}

    def decode(self, node: dict, decoder: Decoder) -> dict:
        made: dict[Any, Any] = {}
        decoder.mutable.append(made)
        for pair in field(node, "pairs", list):
            key, value = map(decoder.value, require_type(pair, list))
            made[key] = value
        return made


class AnyMapping(Dictionary):
    """What can be read as a dictionary, such as an open archive of NumPy arrays: as one."""

    types = Mapping

    def encode(self, value: Mapping, encoder: Encoder) -> Node:
        return super().encode({key: value[key] for key in value}, encoder)


class Collection(Kind):
    """What is made of its items alone: {"is": its name, "items": [node, …]}."""

    def __init__(self, name: str, types: type, build: Callable[[list], Any]) -> None:
        self.name, self.types, self.build = name, types, build

    def encode(self, value: Any, encoder: Encoder) -> Node:
        return {"items": encoder.node_list(value)}

    def decode(self, node: dict, decoder: Decoder) -> Any:
        return self.build(decoder.value_list(node, "items"))


KINDS = (
    List(),
    Collection("tuple", tuple, tuple),
    Dictionary(),
    Collection("set", set, set),
    Collection("frozenset", frozenset, frozenset),
    Collection("deque", collections.deque, collections.deque),
    Collection("keys", KeysView, lambda keys: dict.fromkeys(keys).keys()),
    Collection("values", ValuesView, lambda values: dict(enumerate(values)).values()),
    Collection("items", ItemsView, lambda pairs: dict(pairs).items()),
)
MAPPING = AnyMapping()
