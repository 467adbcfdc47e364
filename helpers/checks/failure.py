"""A check that failed, in a sentence for the student, and one that passed."""

import textwrap
from typing import Any

from helpers.language import _

# JupyterLab breaks a line of an output that is longer than its window, and does so inside a word.
COLUMNS = 100


class CheckFailed(AssertionError):
    """What a check found wrong, in a sentence for the student."""

    def _render_traceback_(self) -> list[str]:
        return [_wrapped(_("Check failed: {sentence}", sentence=str(self)))]


def that(condition: bool, message: str, /, **values: Any) -> None:
    """Fail with the message, its placeholders such as {name} filled with the values, unless the condition holds."""
    if not condition:
        raise CheckFailed(_(message, **values))


def passed(what: str, more: bool = True) -> None:
    """Say what the visible part of a test cell has shown: its last line.

    more: whether a hidden part asks the same of other inputs.
    """
    if more:
        said = _("Passed: {what}. Grading asks the same of other inputs.", what=what)
    else:
        said = _("Passed: {what}. Grading looks at the same.", what=what)
    print(_wrapped(said))


def _wrapped(sentence: str) -> str:
    return textwrap.fill(sentence, COLUMNS, break_long_words=False, break_on_hyphens=False)
