"""Check of a function that stacks the arrays of a dictionary into one."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, equal, numbers, shape


def stacks(function: Callable[..., Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Fail unless ``function(arrays)`` returns a row for each array, in the order of the dictionary.

    arrays: one or more of shape (n_events,), of any type of number. They must come out of it unchanged.
    """
    given = {name: array.copy() for name, array in arrays.items()}
    n_events = len(next(iter(arrays.values())))
    case = f"for {_counted(len(arrays), 'variable')} ({_listed(list(arrays))}) and {_counted(n_events, 'event')}"
    result = call(function, given, says=f"to_2d should take any names and any number of variables and work {case}")
    for name, array in arrays.items():
        equal(given[name], array, f"to_2d changed the array {name!r} that it was given: make a new one")
    that(
        not isinstance(result, list | tuple) or not all(isinstance(row, np.ndarray) for row in result),
        "to_2d returned a list of arrays: stack them into one array",
    )
    what, expected = f"the result of to_2d {case}", np.array([array.astype(float) for array in arrays.values()])
    hint = "a row for each variable: events come last here"
    shape(result, expected.shape, what, hint="one variable still makes a 2D array" if len(arrays) == 1 else hint)
    found = numbers(result, what).astype(float)
    if not agrees(found, expected, rtol=1e-5):
        by_name = [arrays[name].astype(float) for name in sorted(arrays)]
        mistakes = {
            "the rows mix variables: reshape cuts one sequence of numbers into new rows; transpose instead": (
                expected.T.reshape(expected.shape)
            ),
            "the rows should be in the order of the dictionary: do not sort the names": by_name,
            "with branches of different types the values must survive: do not make whole numbers": np.trunc(expected),
            "each row has lost its mean: stack the arrays as they are": expected - expected.mean(axis=1, keepdims=True),
        }
        explained(found, mistakes)
    close(found, expected, f"the rows should be the arrays of the dictionary, in its order, {case}")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _listed(names: list[str]) -> str:
    return ", ".join(names if len(names) < 4 else [*names[:2], "…"])
