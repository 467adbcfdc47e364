"""A check that failed, in a sentence for the student, and one that passed."""


class CheckFailed(AssertionError):
    """What a check found wrong, in a sentence for the student."""

    def _render_traceback_(self) -> list[str]:
        return [f"Check failed: {self}"]


def that(condition: bool, message: str) -> None:
    """Fail with the message unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


def passed(what: str, more: bool = True) -> None:
    """Say what the visible part of a test cell has shown: its last line.

    more: whether a hidden part asks the same of other inputs.
    """
    print(f"Passed: {what}." + (" Grading asks the same of other inputs." if more else " Grading looks at the same."))
