"""What everything uses that reads data of a process which is not trusted: one error and two checks."""

from typing import Any, TypeVar

T = TypeVar("T")


class Refused(ValueError):
    """Why a value cannot cross, as the end of a sentence that begins with the value's name and "cannot be checked:"."""


def require_type(value: Any, kind: type[T]) -> T:
    """The value, if it is of exactly this type and not of a subclass. Raises Refused otherwise."""
    if type(value) is not kind:
        raise Refused("a part of it is missing or of another type than it should be")
    return value


def field(node: Any, name: str, kind: type[T]) -> T:
    """The entry of a dictionary, if it is there and of exactly this type. Raises Refused otherwise."""
    return require_type(require_type(node, dict).get(name), kind)
