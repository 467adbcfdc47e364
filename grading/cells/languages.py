"""The language of a notebook, which a cell of its own asks for, and the instructor's catalogues of translations."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from nbformat import NotebookNode

from helpers import language
from helpers.repository import ROOT

LOCALE = ROOT / "locale"
REQUEST = 'from helpers import language\n\nlanguage.use("{}")'
REQUESTED = re.compile(r'^language\.use\("([a-z]{2})"\)', re.MULTILINE)


def request(code: str) -> str:
    """The source of the cell that asks for checks in a language."""
    return REQUEST.format(code)


def language_of(notebook: NotebookNode) -> str:
    """The language that a notebook asks for in a cell of code, English if it asks for none that there is."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and (found := REQUESTED.search(cell.source)):
            return found[1] if found[1] in language.languages() else language.ENGLISH
    return language.ENGLISH


def catalogue(code: str, name: str) -> Path:
    """Where the translations of an assignment, of a page or of the grader ("grading") into a language are."""
    return LOCALE / code / "LC_MESSAGES" / f"{name}.po"


@cache
def sentences(code: str, name: str) -> Mapping[str, str]:
    """The translations of a catalogue by their English texts; none where there is no such catalogue."""
    path = catalogue(code, name)
    return language.read(path) if path.exists() else {}


def recognised(sentence: str, code: str) -> str:
    """A sentence that the grader has put together in English, in another language, as far as its catalogue knows it.

    What was filled in for a placeholder is looked up, too, and so is what follows a colon.
    """
    known = sentences(code, "grading")
    if sentence in known:
        return known[sentence]
    for english, pattern in _patterns(code):
        if (found := pattern.fullmatch(sentence)) and language.same_placeholders(english, known[english]):
            filled = {name: recognised(value, code) for name, value in found.groupdict().items()}
            return _filled(known[english], filled)
    head, colon, rest = sentence.partition(": ")
    return f"{head}: {recognised(rest, code)}" if colon else sentence


@cache
def _patterns(code: str) -> list[tuple[str, re.Pattern[str]]]:
    """The sentences with placeholders, the longest first, and what they look like when they are filled."""
    found = []
    for english in sorted(sentences(code, "grading"), key=len, reverse=True):
        if "{" in english:
            seen: set[str] = set()
            parts = [re.escape(text) + _group(name, seen) for text, name, _, _ in Formatter().parse(english)]
            found.append((english, re.compile("".join(parts), re.DOTALL)))
    return found


def _group(name: str | None, seen: set[str]) -> str:
    if name is None:
        return ""
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    return f"(?P<{name}>.+?)"


def _filled(template: str, values: Mapping[str, str]) -> str:
    """A template with texts in place of its placeholders, whatever format these ask for."""
    parts = (text + (values[name] if name else "") for text, name, _, _ in Formatter().parse(template))
    return "".join(parts)
