"""The language in which checks speak: English, in which they are written, unless a notebook asks for another.

The translations stand in gettext's catalogues (``.po``), which are read as they are: nothing is compiled, so that no
compiled file can be missing or older than its catalogue. Reading one takes some milliseconds, and only a notebook in
another language reads any.
"""

from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.pofile import read_po

ENGLISH = "en"
LOCALE = Path(__file__).with_name("locale")

_sentences: dict[str, str] = {}


def languages() -> list[str]:
    """The languages that checks speak beside English, as their codes (ISO 639-1)."""
    return sorted(path.parents[1].name for path in LOCALE.glob("*/LC_MESSAGES/checks.po"))


def use(language: str, more: Mapping[str, str] | None = None) -> None:
    """Let checks speak a language, such as "de". more: translations beside those of the checks' own catalogue.

    Raises ValueError for a language that there is not.
    """
    known = [ENGLISH, *languages()]
    if language not in known:
        raise ValueError(f"checks do not speak {language!r}; they speak {', '.join(known)}")
    _sentences.clear()
    if language != ENGLISH:
        found = read(LOCALE / language / "LC_MESSAGES" / "checks.po") | dict(more or {})
        _sentences.update({english: text for english, text in found.items() if same_placeholders(english, text)})


def _(sentence: str, /, **values: Any) -> str:
    """A sentence in the notebook's language, its placeholders such as {name} filled with the values.

    A value that is a text of the catalogue itself, such as the name of a thing, is translated, too.
    """
    said = _sentences.get(sentence, sentence)
    if not values:
        return said
    return said.format(**{name: _sentences.get(v, v) if type(v) is str else v for name, v in values.items()})


def english(sentence: str, /, **values: Any) -> str:
    """A sentence of the grader's, filled with the values, as logs and lists have it: a student's page translates it."""
    return sentence.format(**values)


def read(catalogue: Path) -> dict[str, str]:
    """The translations in a catalogue by their English text; those that are empty or marked fuzzy are left out."""
    with catalogue.open("rb") as file:
        messages = [message for message in read_po(file) if message.id and message.string and not message.fuzzy]
    return {str(message.id): str(message.string) for message in messages}


def placeholders(sentence: str) -> list[tuple[str, str]]:
    """The placeholders of a sentence, sorted, each with its format. Raises ValueError where braces do not match.

    >>> placeholders("{part} should hold {wanted:g} events")
    [('part', ''), ('wanted', 'g')]
    """
    return sorted((name, form or "") for _, name, form, _ in Formatter().parse(sentence) if name is not None)


def same_placeholders(english: str, translation: str) -> bool:
    """Whether a translation can be filled with the values of the English sentence."""
    try:
        return placeholders(english) == placeholders(translation)
    except ValueError:
        return english.count("{") == 0 == translation.count("{")
