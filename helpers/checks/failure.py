"""A check that failed, in a sentence for the student, and one that passed."""

import textwrap

# JupyterLab breaks a line of an output that is longer than its window, and does so inside a word.
COLUMNS = 100


class CheckFailed(AssertionError):
    """What a check found wrong, in a sentence for the student."""

    def _render_traceback_(self) -> list[str]:
        return [_wrapped(f"Check failed: {self}")]


def that(condition: bool, message: str) -> None:
    """Fail with the message unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


def passed(what: str, more: bool = True) -> None:
    """Say what the visible part of a test cell has shown: its last line.

    more: whether a hidden part asks the same of other inputs.
    """
    print(_wrapped(f"Passed: {what}. Grading " + ("asks the same of other inputs." if more else "looks at the same.")))


def _wrapped(sentence: str) -> str:
    return textwrap.fill(sentence, COLUMNS, break_long_words=False, break_on_hyphens=False)
