"""Which student of the gradebook is meant by a number, an address or a name."""

import unicodedata
from collections.abc import Iterable

from nbgrader.api import Gradebook


class People:
    """The students of a gradebook. A name that two of them have means nobody."""

    def __init__(self, gradebook: Gradebook) -> None:
        self._certain: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        for student in gradebook.students:
            first, last = student.first_name or "", student.last_name or ""
            for text in (student.id, student.email):
                self._add(self._certain, text, student.id)
            for text in (f"{first} {last}", f"{last}, {first}", f"{last} {first}") if first and last else ():
                self._add(self._names, text, student.id)
        self.spellings = {text: next(iter(ids)) for text, ids in self._certain.items() if len(ids) == 1}

    @staticmethod
    def _add(table: dict[str, set[str]], text: str | None, student: str) -> None:
        if plain(text):
            table.setdefault(plain(text), set()).add(student)

    def find(self, certain: Iterable[str], names: Iterable[str]) -> str | None:
        """The student whose id or address is one of the certain texts, or else whose name is one of the names."""
        for table, texts in ((self._certain, certain), (self._names, names)):
            for text in texts:
                if len(found := table.get(plain(text), set())) == 1:
                    return next(iter(found))
        return None


def plain(text: str | None) -> str:
    """A text for comparison: the same for all ways of writing an umlaut, and for capitals."""
    return unicodedata.normalize("NFC", " ".join((text or "").split())).casefold()
