"""Errors as their names and words, and as exceptions that a test can catch by Python's own classes."""

import builtins
import traceback
from pathlib import Path
from typing import Any

from .refusal import Refused

MAX_WORDS = 2000
MAX_ANCESTORS = 30


def described(error: BaseException) -> dict[str, Any]:
    """Class names from the error's own to BaseException, its words, and the first line of its own that failed."""
    try:
        words = str(error)
    except Exception:
        words = ""
    names = [kind.__name__[:100] for kind in type(error).__mro__][:MAX_ANCESTORS]
    return {"names": names, "words": words[:MAX_WORDS], "line": _line(error)[:MAX_WORDS]}


def _line(error: BaseException) -> str:
    try:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
        return (frames[0].line or "") if frames else ""
    except Exception:
        return ""


def _is_ours(file_name: str) -> bool:
    return Path(__file__).parents[1] in Path(file_name).parents


def rebuilt(node: dict) -> Exception:
    """An exception of the nearest of Python's own classes, under the name that it had.

    What is no Exception (SystemExit, KeyboardInterrupt), and StopIteration, which would end a loop of the test in
    silence, become a RuntimeError. ``student_line`` is the line of the student's code that failed.
    """
    names, words, line = node.get("names"), node.get("words"), node.get("line")
    if type(names) is not list or not 0 < len(names) <= MAX_ANCESTORS or not all(type(n) is str for n in names):
        raise Refused("an error in it has no name")
    if type(words) is not str or type(line) is not str or max(len(words), len(line)) > MAX_WORDS:
        raise Refused("an error in it has no words")
    bases = [getattr(builtins, name, None) for name in names]
    base = next((kind for kind in bases if isinstance(kind, type) and issubclass(kind, BaseException)), None)
    if base is None or not issubclass(base, Exception) or issubclass(base, StopIteration | StopAsyncIteration):
        error = RuntimeError(f"{names[0]}: {words}")
    else:
        kind = base if names[0] == base.__name__ else _named(names[0], base)
        error = _with_words(kind, words)
    error.student_line = line
    return error


def _named(name: str, base: type) -> type:
    if not name.isidentifier() or len(name) > 100:
        raise Refused("an error in it has a name that is none")
    return type(name, (base,), {})


def _with_words(kind: type, words: str) -> Exception:
    """An instance whose str() is the words, also of classes that are made from other arguments or quote theirs."""
    if issubclass(kind, UnicodeError):
        return ValueError(words)
    error = kind(words)
    if str(error) != words:
        error = type(kind.__name__, (kind,), {"__str__": lambda self: words})(words)
    return error
