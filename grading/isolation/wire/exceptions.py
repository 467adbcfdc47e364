"""Exceptions as their classes' names and message, and as exceptions that a test can catch by Python's own classes."""

import builtins
import traceback
from pathlib import Path
from typing import Any

from .codec import Decoder, Encoder, Kind, Node
from .validation import Refused, field

MAX_CHARACTERS = 2000
MAX_CLASSES = 30
MAX_NAME = 100
GRADERS = {"CheckFailed", "CannotBeChecked", "CellTimeoutError", "DeadKernelError", "TooMuchOutput", "NotRun"}
"""Names of errors by which the grader speaks; one of the student's that is called so gets another name."""


class Error(Kind):
    """An exception: {"is": "exception", "classes": [name, …], "message": its str, "line": a line of the student's}.

    The classes are its own and its bases to BaseException, at most MAX_CLASSES; the line is the first of its traceback
    outside this package. Message and line have at most MAX_CHARACTERS.
    """

    name, types = "exception", BaseException

    def encode(self, value: BaseException, encoder: Encoder) -> Node:
        try:
            message = str(value)
        except Exception:
            message = ""
        classes = [_name(kind) for kind in type(value).__mro__[:MAX_CLASSES]]
        return {"classes": classes, "message": message[:MAX_CHARACTERS], "line": _line(value)[:MAX_CHARACTERS]}

    def decode(self, node: dict, decoder: Decoder) -> Exception:
        """An exception of the nearest of Python's own classes, under the name that it had, with a ``student_line``.

        What is no Exception (SystemExit, KeyboardInterrupt), and StopIteration, which would end a loop of the test in
        silence, become a RuntimeError; that of a SystemExit has its code in ``exit_code``.
        """
        error: Any  # gets an attribute more than its class has
        names = field(node, "classes", list)
        message, line = field(node, "message", str), field(node, "line", str)
        if not 0 < len(names) <= MAX_CLASSES or not all(type(name) is str for name in names):
            raise Refused("an error in it has no name")
        if max(len(message), len(line)) > MAX_CHARACTERS:
            raise Refused("an error in it has no words")
        bases = [getattr(builtins, name, None) for name in names]
        base = next((kind for kind in bases if isinstance(kind, type) and issubclass(kind, BaseException)), None)
        if base is None or not issubclass(base, Exception) or issubclass(base, StopIteration | StopAsyncIteration):
            said_by = "the student's " if names[0] in GRADERS else ""
            error = RuntimeError(f"{said_by}{names[0]}: {message}")
            if base is SystemExit:
                error.exit_code = _code(message)
        else:
            kind = base if names[0] == base.__name__ else _named(names[0], base)
            error = _with_message(kind, message)
        error.student_line = line
        return error


def _code(message: str) -> int | str | None:
    """The code of a SystemExit, of which this is the str."""
    if message in ("", "None"):
        return None
    if message in ("False", "True"):  # as from sys.exit(not rows)
        return message == "True"
    return int(message) if message.isascii() and message.isdigit() else message


def _name(kind: type) -> str:
    """The name of a class; one that is called as a class of Python's own, and is another, gets another name."""
    name = kind.__name__[:MAX_NAME]
    return name if getattr(builtins, name, kind) is kind else f"Another{name}"[:MAX_NAME]


def _line(error: BaseException) -> str:
    try:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
        return (frames[0].line or "") if frames else ""
    except Exception:
        return ""


def _is_ours(file_name: str) -> bool:
    return Path(__file__).parents[1] in Path(file_name).parents


def _named(name: str, base: type[Exception]) -> type[Exception]:
    if not name.isidentifier() or len(name) > MAX_NAME:
        raise Refused("an error in it has a name that is none")
    if name in GRADERS:
        name = f"Students{name}"
    return type(name, (base,), {})


def _with_message(kind: type[Exception], message: str) -> Exception:
    """An instance whose str() is the message, also of classes that are made from other arguments or quote theirs."""
    if issubclass(kind, UnicodeError):
        return ValueError(message)
    error = kind(message)
    if str(error) != message:
        spoken: type[Exception] = type(kind.__name__, (kind,), {"__str__": lambda self: message})
        return spoken(message)
    return error


KINDS = (Error(),)
