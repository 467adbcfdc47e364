"""Text of a student's as it may stand in a log or a list: on one line, and with nothing that a terminal obeys."""


def visible(text: str) -> str:
    r"""The text with each character that does not print as the escape that Python writes for it.

    >>> visible("one\n[INFO] two\x1b[2J")
    'one\\n[INFO] two\\x1b[2J'
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "backslashreplace").decode()
        for letter in text
    )
