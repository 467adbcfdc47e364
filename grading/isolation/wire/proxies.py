"""Functions, iterators and other objects: they stay where they are, and a proxy stands for them on the other side.

The side that has an object exports it under a number; a *reference* says which number, and how the proxy is to look.
What the proxy does is done by requests to the side that has the object (``peer``).
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from .codec import Decoder, Encoder, Kind, Node
from .validation import Refused, field

MAX_EXPORTED = 100_000
MAX_NAME = 100
DATASET_METHODS = ("__len__", "__getitem__", "__iter__", "on_epoch_begin", "on_epoch_end")
"""The methods that a proxy of an object may have: those of a data set such as Keras takes."""


class Reference(Kind):
    """Whatever is not plain: {"is": "reference", "reference": see ``References.export``}."""

    name = "reference"

    def matches(self, value: Any) -> bool:
        """Always true: what no other kind has taken stays where it is."""
        return True

    def encode(self, value: Any, encoder: Encoder) -> Node:
        """A node with the connection's reference to the value. Raises Refused if it may not be exported."""
        return {"reference": encoder.export(value)}

    def decode(self, node: dict, decoder: Decoder) -> Any:
        """The proxy for the reference, or this side's own object. Raises Refused if there is none."""
        return decoder.resolve(field(node, "reference", dict))


class LibraryReference(Reference):
    """uproot's objects, which are pieces of a file: never read as the mapping or the array that they also are."""

    def matches(self, value: Any) -> bool:
        """Whether its class is one of uproot's."""
        return type(value).__module__.partition(".")[0] == "uproot"


REFERENCE, LIBRARY_REFERENCE = Reference(), LibraryReference()


class Remote(Protocol):
    """What a proxy asks of the side that has its object."""

    def call(self, number: int, arguments: tuple, keywords: dict) -> Any:
        """What an exported function returns for these arguments."""

    def items(self, number: int) -> Iterator:
        """The items of an exported iterable, one request each."""

    def method(self, number: int, name: str) -> "FunctionProxy":
        """A method of an exported object, to be called as a function."""


class References:
    """The objects that one side has exported, and its proxies of the other side's.

    remote: the other side, as its proxies use it. Numbers count exported objects from 0, one for each object.
    most: how many may be exported.
    """

    def __init__(self, remote: Remote, most: int = MAX_EXPORTED) -> None:
        self.remote, self.most = remote, most
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.proxies: dict[int, Any] = {}

    def export(self, value: Any) -> dict[str, Any]:
        """A reference: {"role", "number", "name", "class", "module"}.

        role: "original" for what the other side exported, and then there is only its number; "iterator", "function", or
        "object". name: of a function. class and module: those of the object. Raises Refused for a module, and after
        as many objects as may cross.
        """
        if isinstance(value, FunctionProxy | ObjectProxy) and value._remote is self.remote:
            return {"role": "original", "number": value._number}
        if inspect.ismodule(value):
            raise Refused("it is a module, and not what the task asks for")
        number = self.numbers.get(id(value))
        if number is None:
            if len(self.objects) >= self.most:
                raise Refused(f"more than {self.most} functions and iterators crossed in one test")
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        kind = type(value)
        role = "iterator" if hasattr(kind, "__next__") else "function" if callable(value) else "object"
        name = getattr(value, "__name__", "") if role == "function" else ""
        return {
            "role": role,
            "number": number,
            "name": name[:MAX_NAME] if isinstance(name, str) else "",
            "class": kind.__name__[:MAX_NAME],
            "module": str(kind.__module__)[:MAX_NAME],
        }

    def resolve(self, reference: dict) -> Any:
        """Our own object, or the proxy of one of the other side's: always the same one for the same number."""
        number = field(reference, "number", int)
        if field(reference, "role", str) == "original":
            return self.exported(number)
        if number not in self.proxies:
            self.proxies[number] = self._proxy(number, reference)
        return self.proxies[number]

    def exported(self, number: int) -> Any:
        """The object with this number. Raises Refused if there is none."""
        if not 0 <= number < len(self.objects):
            raise Refused("it was never exported")
        return self.objects[number]

    def _proxy(self, number: int, reference: dict) -> Any:
        role, name, kind, module = (field(reference, part, str) for part in ("role", "name", "class", "module"))
        if not kind.isidentifier():
            raise Refused("its class has a name that is none")
        if role == "function":
            return FunctionProxy(self.remote, number, name if name.isidentifier() else "function")
        if role == "iterator":
            return _iterator_proxy(kind, self.remote.items(number))
        if role == "object":
            offered = field(reference, "methods", list) if "methods" in reference else []
            methods = {name: _method(name) for name in DATASET_METHODS if name in offered}
            return type(kind, (ObjectProxy,), {"__module__": module, **methods})(self.remote, number)
        raise Refused("it is of no known kind")


class FunctionProxy:
    """A function of the other process."""

    def __init__(self, remote: Remote, number: int, name: str) -> None:
        self._remote, self._number, self.__name__ = remote, number, name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """What the function returns or raises there."""
        __tracebackhide__ = True
        return self._remote.call(self._number, arguments, keywords)

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


class ObjectProxy:
    """An object of a class of the other process: its class's name, and those of DATASET_METHODS that it offers."""

    def __init__(self, remote: Remote, number: int) -> None:
        self._remote, self._number = remote, number

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"an object of the class {type(self).__name__} cannot be checked: it is no plain data")

    def __repr__(self) -> str:
        return f"<an object of the class {type(self).__name__}>"


def _method(name: str) -> Callable:
    def method(self: ObjectProxy, *arguments: Any) -> Any:
        __tracebackhide__ = True
        return self._remote.method(self._number, name)(*arguments)

    return method


def _iterator_proxy(kind: str, items: Iterator) -> Iterator:
    """The items, as a generator if they come from one, otherwise as an iterator of a class of this name."""
    if kind == "generator":
        return items
    methods = {"__iter__": lambda self: self, "__next__": lambda self: next(items), "__module__": "builtins"}
    return type(kind, (), methods)()
