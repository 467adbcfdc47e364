"""Checks of what a student computed: plain numbers, arrays, names and dictionaries."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from helpers.checks.failure import CheckFailed, that
from helpers.language import _


def number(value: Any, name: str) -> float:
    """The value as a float, or CheckFailed if it is not one finite number (of any numeric type, or an array of one)."""
    array = numbers(value, name)
    that(array.size == 1, "{name} should be one number, but it has shape {shape}", name=name, shape=array.shape)
    return float(array.reshape(()))


def numbers(value: Any, name: str) -> np.ndarray:
    """The value as an array of finite numbers, or CheckFailed."""
    array = plain(value, name)
    kind = _described(value, array)
    that(array.dtype.kind in "biuf", "{name} should hold numbers, but its type is {type}", name=name, type=kind)
    bad = int(np.count_nonzero(~np.isfinite(array)))
    that(bad == 0, "{name} holds {bad} values that are not finite (NaN or infinity)", name=name, bad=bad)
    return array


def shape(value: Any, expected: tuple[int | None, ...], name: str, hint: str = "") -> None:
    """Fail unless the value is an array of this shape; None stands for any length.

    >>> shape(np.zeros((100, 6)), (None, 6), "events")
    >>> shape(np.zeros((6, 100)), (None, 6), "events", hint="events come first")
    Traceback (most recent call last):
        ...
    helpers.checks.failure.CheckFailed: the shape of events is (6, 100), but (any, 6) is expected: events come first
    """
    found = plain(value, name).shape
    same = len(found) == len(expected) and all(e in (None, f) for f, e in zip(found, expected, strict=True))
    lengths = [_("any") if e is None else str(e) for e in expected]
    wanted = f"({', '.join(lengths)}{',' if len(lengths) == 1 else ''})"
    said = _("the shape of {name} is {found}, but {wanted} is expected", name=name, found=found, wanted=wanted)
    that(same, said + (f": {_(hint)}" if hint else ""))


def strings(value: Any, name: str) -> list[str]:
    """The value as a list of plain strings, or CheckFailed if it is not a collection of strings."""
    _present(value, name)
    that(not isinstance(value, str), "{name} should be a list of names, not one string", name=name)
    try:
        found = list(value)
    except TypeError:
        kind = type(value).__name__
        said = _("{name} should be a list of names, but its type is {type}", name=name, type=kind)
        raise CheckFailed(said) from None
    for item in found:
        kind = type(item).__name__
        that(
            isinstance(item, str),
            "{name} should hold names (strings), but the type of an item is {type}",
            name=name,
            type=kind,
        )
    return [str.__str__(item) for item in found]


def names(value: Any, expected: Iterable[str], name: str) -> None:
    """Fail unless the value is a collection (or the keys of a dictionary) of exactly these strings, in any order."""
    found = strings(value, name)
    expected = set(expected)
    missing, extra = sorted(expected - set(found)), sorted(set(found) - expected)
    that(not missing, "{name} lacks {missing}", name=name, missing=few(missing))
    that(not extra, "{name} should not hold {extra}", name=name, extra=few(extra))
    that(len(found) == len(expected), "{name} holds a name twice", name=name)


def dictionary(value: Any, keys: Iterable[str], name: str, more: bool = False) -> None:
    """Fail unless the value is a dictionary with exactly these keys, in any order; with ``more``, others are let be."""
    _present(value, name)
    kind = type(value).__name__
    that(isinstance(value, Mapping), "{name} should be a dictionary, but its type is {type}", name=name, type=kind)
    keys = set(keys)
    found = [key for key in value if key in keys or not more]
    names(found, keys, name if " " in name else _("the dictionary {name}", name=name))


def equal(value: Any, expected: Any, message: str) -> None:
    """Fail with the message unless both are arrays of the same shape and the same values.

    Where one value is expected, an array of one is one, too.
    """
    value, expected = _of_yours(value, message), plain(expected, "the expected value")
    if expected.shape == () and value.size == 1:
        value = value.reshape(())
    that(value.shape == expected.shape and bool(np.all(value == expected)), message)


def close(value: Any, expected: Any, message: str, rtol: float = 1e-5, atol: float = 0.0) -> None:
    """Fail with the message, and the numbers that differ most and their place, unless they are close.

    Close is |value - expected| <= atol + rtol |expected|. Where one number is expected, an array of one is one, too.

    The default rtol is some ten times what float32 arithmetic loses.
    """
    expected = np.asarray(expected, dtype=float)
    value = _of_yours(value, message)
    that(
        value.dtype.kind in "biuf",
        "{message} (your value is not a number but of dtype {dtype})",
        message=message,
        dtype=value.dtype,
    )
    value = value.astype(float)
    if expected.shape == () and value.size == 1:
        value = value.reshape(())
    that(
        value.shape == expected.shape,
        "{message} (shape {found} instead of {expected})",
        message=message,
        found=value.shape,
        expected=expected.shape,
    )
    bad = int(np.count_nonzero(~np.isfinite(value)))
    that(bad == 0, "{message} ({bad} values are not finite: NaN or infinity)", message=message, bad=bad)
    excess = np.abs(value - expected) - (atol + rtol * np.abs(expected))
    if excess.size and excess.max() > 0:
        worst = np.unravel_index(np.argmax(excess), excess.shape)
        found = _(
            "{message} (found {found:.6g}, expected {expected:.6g})",
            message=message,
            found=value[worst],
            expected=expected[worst],
        )
        index = worst[0] if len(worst) == 1 else [int(i) for i in worst]
        raise CheckFailed(found + (_(" at index {index}", index=index) if worst else ""))


def _of_yours(value: Any, message: str) -> np.ndarray:
    """The value as a plain array, or CheckFailed with the message, which says what it is, and why it is none."""
    try:
        return plain(value, "your value")
    except CheckFailed as failed:
        raise CheckFailed(f"{_(message)} ({failed})") from None


def _present(value: Any, name: str) -> None:
    kind = type(value)
    if value is None or value is Ellipsis:
        raise CheckFailed(
            _("{name} is {value}: nothing has been computed or returned yet", name=name, value=repr(value))
        )
    that(not callable(value), "{name} is a function, not its result: call it", name=name)
    is_list = not isinstance(value, Iterator)
    that(is_list, "the type of {name} is {type}: make a list of it", name=name, type=kind.__name__)
    in_the_file = kind.__module__.partition(".")[0] == "uproot"
    that(
        not in_the_file,
        "{name} is a piece of the file, not what it holds: read the names or the values out of it",
        name=name,
    )
    that(
        kind.__module__ != "__main__" or isinstance(value, np.ndarray | list | tuple | dict | str | int | float),
        "{name} is an object of your own class {type}, but plain data are expected",
        name=name,
        type=kind.__name__,
    )


def plain(value: Any, name: str) -> np.ndarray:
    """The value as an array of NumPy's own class, of numbers or of strings, or CheckFailed."""
    _present(value, name)
    that(not isinstance(value, Mapping), "{name} is a dictionary, but an array is expected", name=name)
    try:
        array = np.array(value, subok=False)
    except (ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        says = "{name} cannot be made an array: do its rows differ in length? ({reason})"
        raise CheckFailed(_(says, name=name, reason=reason)) from None
    if array.dtype.names:
        columns = few(list(array.dtype.names))
        says = "{name} is a table with the columns {columns}: take the array of one of them"
        raise CheckFailed(_(says, name=name, columns=columns))
    if array.dtype == object:
        array = _sorted_out(array)
    that(
        array.dtype != object,
        "{name} should hold numbers or strings, but its type is {type}",
        name=name,
        type=_described(value, array),
    )
    return array


def _sorted_out(array: np.ndarray) -> np.ndarray:
    """An array of objects (as of a data frame with several types) as numbers or strings, if it holds nothing else."""
    for kind in (str, int | float | np.number | np.bool_):
        if array.size and all(isinstance(item, kind) for item in array.flat):
            return np.array(array.tolist())
    return array


def _described(value: Any, array: np.ndarray) -> str:
    return f"{type(value).__name__} (dtype {array.dtype})"


def few(items: list[str]) -> str:
    """At most three of the items, and how many more there are."""
    shown = ", ".join(repr(item) for item in items[:3])
    return shown if len(items) <= 3 else _("{shown} and {number} more", shown=shown, number=len(items) - 3)
