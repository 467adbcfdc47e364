"""Checks that tell a student in words what is wrong.

Each check returns nothing when all is well and raises CheckFailed otherwise. In a notebook a CheckFailed shows as its
sentence alone, without a traceback. Values are turned into plain NumPy arrays before they are compared, so that lists,
NumPy and awkward arrays, data frames and tensors are judged alike and an object cannot answer for itself.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np


class CheckFailed(AssertionError):
    """What a check found wrong, in a sentence for the student."""

    def _render_traceback_(self) -> list[str]:
        return [f"Check failed: {self}"]


def that(condition: bool, message: str) -> None:
    """Fail with the message unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


def number(value: Any, name: str) -> float:
    """The value as a float, or CheckFailed if it is not one finite number (of any numeric type, or an array of one)."""
    array = numbers(value, name)
    that(array.size == 1, f"{name} should be one number, but it has shape {array.shape}")
    return float(array.reshape(()))


def numbers(value: Any, name: str) -> np.ndarray:
    """The value as an array of finite numbers, or CheckFailed."""
    array = _plain(value, name)
    that(array.dtype.kind in "biuf", f"{name} should hold numbers, but its type is {_described(value, array)}")
    bad = int(np.count_nonzero(~np.isfinite(array)))
    that(bad == 0, f"{name} holds {bad} values that are not finite (NaN or infinity)")
    return array


def shape(value: Any, expected: tuple[int | None, ...], name: str, hint: str = "") -> None:
    """Fail unless the value is an array of this shape; None stands for any length.

    >>> shape(np.zeros((100, 6)), (None, 6), "events")
    >>> shape(np.zeros((100, 6)), (6, None), "events", "events come last here")
    Traceback (most recent call last):
    helpers.checks.CheckFailed: the shape of events is (100, 6), but (6, any) is expected: events come last here
    """
    found = _plain(value, name).shape
    same = len(found) == len(expected) and all(e in (None, f) for f, e in zip(found, expected, strict=True))
    lengths = ["any" if e is None else str(e) for e in expected]
    wanted = f"({', '.join(lengths)}{',' if len(lengths) == 1 else ''})"
    that(same, f"the shape of {name} is {found}, but {wanted} is expected" + (f": {hint}" if hint else ""))


def strings(value: Any, name: str) -> list[str]:
    """The value as a list of plain strings, or CheckFailed if it is not a collection of strings."""
    _present(value, name)
    that(not isinstance(value, str), f"{name} should be a list of names, not one string")
    try:
        found = list(value)
    except TypeError:
        raise CheckFailed(f"{name} should be a list of names, but its type is {type(value).__name__}") from None
    for item in found:
        kind = type(item).__name__
        that(isinstance(item, str), f"{name} should hold names (strings), but the type of an item is {kind}")
    return [str.__str__(item) for item in found]


def names(value: Any, expected: Iterable[str], name: str) -> None:
    """Fail unless the value is a collection (or the keys of a dictionary) of exactly these strings, in any order."""
    found = strings(value, name)
    expected = set(expected)
    missing, extra = sorted(expected - set(found)), sorted(set(found) - expected)
    that(not missing, f"{name} lacks {_few(missing)}")
    that(not extra, f"{name} should not hold {_few(extra)}")
    that(len(found) == len(expected), f"{name} holds a name twice")


def dictionary(value: Any, keys: Iterable[str], name: str) -> None:
    """Fail unless the value is a dictionary with exactly these keys, in any order."""
    _present(value, name)
    that(isinstance(value, Mapping), f"{name} should be a dictionary, but its type is {type(value).__name__}")
    names(value, keys, name)


def equal(value: Any, expected: Any, message: str) -> None:
    """Fail with the message unless both are arrays of the same shape and the same values."""
    value, expected = _plain(value, "a value"), _plain(expected, "the expected value")
    that(value.shape == expected.shape and bool(np.all(value == expected)), message)


def close(value: Any, expected: Any, message: str, rtol: float = 1e-5, atol: float = 0.0) -> None:
    """Fail with the message, and the numbers that differ most, unless |value - expected| <= atol + rtol |expected|.

    The default rtol is some ten times what float32 arithmetic loses.
    """
    expected = np.asarray(expected, dtype=float)
    value = _plain(value, "a value of yours")
    that(value.dtype.kind in "biuf", f"{message} (a value of yours is not a number but of dtype {value.dtype})")
    value = value.astype(float)
    that(value.shape == expected.shape, f"{message} (shape {value.shape} instead of {expected.shape})")
    bad = int(np.count_nonzero(~np.isfinite(value)))
    that(bad == 0, f"{message} ({bad} values are not finite: NaN or infinity)")
    excess = np.abs(value - expected) - (atol + rtol * np.abs(expected))
    if excess.size and excess.max() > 0:
        worst = np.unravel_index(np.argmax(excess), excess.shape)
        raise CheckFailed(f"{message} (found {value[worst]:.6g}, expected {expected[worst]:.6g})")


def same_events(value: Any, expected: Any, name: str) -> None:
    """Fail unless both hold the same values, each as often, in any order: no event lost, none doubled, none changed.

    Between floating-point numbers a relative 1e-6 is forgiven.
    """
    value, expected = _plain(value, name).ravel(), _plain(expected, "the events").ravel()
    that(len(value) == len(expected), f"{name} holds {len(value)} events instead of {len(expected)}")
    that(
        _agree(np.sort(value), np.sort(expected)),
        f"{name} does not hold the events that it was made from: some are lost, doubled or changed",
    )


def aligned(first: Any, second: Any, message: str) -> None:
    """Fail with the message unless two arrays agree entry by entry (between floats a relative 1e-6 is forgiven)."""
    first, second = numbers(first, "an array of yours"), numbers(second, "an array of yours")
    that(first.shape == second.shape and _agree(first, second), message)


def shuffled(value: Any, message: str) -> None:
    """Fail with the message if the order is still visible, in either of two correlations above 5 standard errors.

    One is that of rank and position; the other that of neighbouring ranks, which a rotation or shuffled blocks leave
    high. Over all permutations of n given ranks, equal ones among them, both have a standard deviation of 1/sqrt(n) and
    a mean of 0 but for terms of order 1/n. Values that are all the same have no order to see.
    """
    value = numbers(value, "the shuffled array").ravel()
    _, ranks = np.unique(value, return_inverse=True)
    ranks = ranks - ranks.mean()
    variance = np.sum(ranks**2)
    if variance == 0:
        return
    position = np.arange(len(value)) - (len(value) - 1) / 2
    order = ranks @ position / np.sqrt(variance * np.sum(position**2))
    neighbours = ranks[1:] @ ranks[:-1] / variance
    that(max(abs(order), abs(neighbours)) * np.sqrt(len(value)) < 5, message)


def call(function: Callable[..., Any], *arguments: Any, says: str) -> Any:
    """What the function returns; fail with the sentence ``says`` and the error's own words if it raises.

    NotImplementedError passes through: the stub has not been replaced yet.
    """
    that(callable(function), f"{says} (its type is {type(function).__name__}: not a function)")
    try:
        return function(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        raise CheckFailed(f"{says} (it raised {_told(error)})") from None


def raises(error: type[BaseException], function: Callable[..., Any], *arguments: Any, says: str) -> None:
    """Fail with the sentence ``says`` unless calling the function with the arguments raises the error."""
    try:
        function(*arguments)
    except error:
        return
    except Exception as other:
        raise CheckFailed(f"{says} (it raised {_told(other)})") from None
    raise CheckFailed(says)


def _present(value: Any, name: str) -> None:
    kind = type(value)
    that(value is not None and value is not Ellipsis, f"{name} is {value!r}: nothing has been computed or returned yet")
    that(not callable(value), f"{name} is a function, not its result: call it")
    that(not isinstance(value, Iterator), f"the type of {name} is {kind.__name__}: make a list of it")
    in_the_file = kind.__module__.partition(".")[0] == "uproot"
    that(not in_the_file, f"{name} is a piece of the file, not what it holds: read the names or the values out of it")
    that(
        kind.__module__ != "__main__" or isinstance(value, np.ndarray | list | tuple | dict | str | int | float),
        f"{name} is an object of your own class {kind.__name__}, but plain data are expected",
    )


def _plain(value: Any, name: str) -> np.ndarray:
    """The value as an array of NumPy's own class, of numbers or of strings, or CheckFailed."""
    _present(value, name)
    that(not isinstance(value, Mapping), f"{name} is a dictionary, but an array is expected")
    try:
        array = np.array(value, subok=False)
    except (ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise CheckFailed(f"{name} cannot be made an array: do its rows differ in length? ({reason})") from None
    if array.dtype.names:
        columns = _few(list(array.dtype.names))
        raise CheckFailed(f"{name} is a table with the columns {columns}: take the array of one of them")
    if array.dtype == object:
        array = _sorted_out(array)
    that(array.dtype != object, f"{name} should hold numbers or strings, but its type is {_described(value, array)}")
    return array


def _sorted_out(array: np.ndarray) -> np.ndarray:
    """An array of objects (as of a data frame with several types) as numbers or strings, if it holds nothing else."""
    for kind in (str, int | float | np.number | np.bool_):
        if array.size and all(isinstance(item, kind) for item in array.flat):
            return np.array(array.tolist())
    return array


def _agree(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether arrays of one shape hold the same values; floating-point numbers may differ by a relative 1e-6."""
    kinds = first.dtype.kind + second.dtype.kind
    if "f" in kinds and set(kinds) <= set("biuf"):
        return np.allclose(first, second, rtol=1e-6, atol=0)
    return bool(np.all(first == second))


def _told(error: Exception) -> str:
    """An error in Python's own words, with the line of the student's function that it came from, if that is known.

    The grader, which calls the function in another process, says the line in ``student_line``.
    """
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    line = getattr(error, "student_line", frames[1].line if len(frames) > 1 else "")
    return f"{words}, in the line `{line}`" if line else words


def _described(value: Any, array: np.ndarray) -> str:
    return f"{type(value).__name__} (dtype {array.dtype})"


def _few(items: list[str]) -> str:
    shown = ", ".join(repr(item) for item in items[:3])
    return shown if len(items) <= 3 else f"{shown} and {len(items) - 3} more"
