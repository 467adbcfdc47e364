"""Checks of a student's functions: what they return and what they refuse."""

import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.failure import CheckFailed, that
from helpers.checks.values import equal
from helpers.language import _


class Ended(CheckFailed):
    """The function ended the program instead of returning. code: as in SystemExit."""

    def __init__(self, says: str, code: object) -> None:
        super().__init__(_("{says} (it ended the program)", says=says))
        self.code = code


def call(function: Callable[..., Any], *arguments: Any, says: str) -> Any:
    """What the function returns; fail with the sentence ``says`` and the error's own words if it raises.

    NotImplementedError passes through: the stub has not been replaced yet. So does CheckFailed: it speaks for itself.
    Raises Ended where the function raises SystemExit, which the grader, in another process, tells by ``exit_code``.
    """
    that(callable(function), "{says} (its type is {type}: not a function)", says=says, type=type(function).__name__)
    try:
        return function(*arguments)
    except (NotImplementedError, CheckFailed):
        raise
    except SystemExit as error:
        raise Ended(says, error.code) from None
    except Exception as error:
        if hasattr(error, "exit_code"):
            raise Ended(says, error.exit_code) from None
        raise CheckFailed(_("{says} (it raised {error})", says=says, error=_told(error))) from None


def call_unchanged(function: Callable[..., Any], name: str, *arguments: Any, says: str) -> Any:
    """What the function of this name returns for the arguments, of which it gets copies of the arrays.

    Fail if it changes one of them, and as :func:`call` does if it raises.
    """
    given = [argument.copy() if isinstance(argument, np.ndarray) else argument for argument in arguments]
    found = call(function, *given, says=says)
    for array, before in zip(given, arguments, strict=True):
        if isinstance(before, np.ndarray):
            equal(array, before, _("{name} changed an array that it was given: work on new ones", name=name))
    return found


def raises(error: type[BaseException], function: Callable[..., Any], *arguments: Any, says: str) -> None:
    """Fail with the sentence ``says`` unless calling the function with the arguments raises the error."""
    try:
        function(*arguments)
    except error:
        return
    except Exception as other:
        raise CheckFailed(_("{says} (it raised {error})", says=says, error=_told(other))) from None
    raise CheckFailed(_(says))


def _told(error: Exception) -> str:
    """An error in Python's own words, with the line of the student's function that it came from, if that is known.

    The grader, which calls the function in another process, says the line in ``student_line``.
    """
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    line = getattr(error, "student_line", frames[1].line if len(frames) > 1 else "")
    return _("{error}, in the line `{line}`", error=words, line=line) if line else words
