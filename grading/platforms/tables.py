"""The tables of a learning platform: Moodle's grading worksheet and Canvas's exported gradebook."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

COLUMNS = {
    "identifier": ("Identifier", "ID"),
    "name": ("Full name", "Vollständiger Name"),
    "address": ("Email address", "E-Mail-Adresse", "E-Mail"),
    "number": ("ID number", "Matrikelnummer", "ID-Nummer"),
    "login": ("Username", "Anmeldename"),
    "grade": ("Grade", "Bewertung"),
    "maximum": ("Maximum Grade", "Maximum grade", "Bestwertung"),
    "modified": ("Last modified (submission)", "Zuletzt geändert (Abgabe)"),
}
"""Moodle's, in English and German."""
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID")


class NoTable(Exception):
    """Why a file is no table of a platform, in a sentence."""


@dataclass
class Table:
    """A table, row by row as the platform wrote it. path: where; kind: Moodle or Canvas."""

    path: Path
    kind: str
    columns: list[str]
    rows: list[dict[str, str]]
    delimiter: str

    def column(self, meaning: str) -> str:
        """The name of one of Moodle's columns, "" if the table has none of this meaning."""
        return next((name for name in COLUMNS[meaning] if name in self.columns), "")

    def people(self) -> dict[str, dict[str, str]]:
        """The rows of students, by the platform's number for each; a row that has none is no student's."""
        found = {}
        for row in self.rows:
            cell = row["ID"] if self.kind == "Canvas" else row[self.column("identifier")]
            if number := re.search(r"\d+$", (cell or "").strip()):
                found[number[0]] = row
        return found

    def said_of(self, row: dict[str, str]) -> tuple[list[str], list[str]]:
        """What a row says of a student: texts that belong to one alone, and names."""
        if self.kind == "Canvas":
            return [row.get(name) or "" for name in CANVAS[2:]], [row["Student"]]
        certain = [row.get(self.column(meaning)) or "" for meaning in ("number", "login", "address")]
        return certain, [row.get(self.column("name")) or ""]

    def written(self) -> str:
        """The table as text, in the platform's own order."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, delimiter=self.delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue()


def read(path: Path) -> Table:
    """Read a table. Raises NoTable."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise NoTable(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise NoTable(f"{path} is no text in UTF-8: save it as CSV in UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, restkey="")
    columns = [name for name in rows.fieldnames or [] if name is not None]
    if set(CANVAS[:2]) <= set(columns) and set(CANVAS[2:]) & set(columns):
        kind = "Canvas"
    elif all(set(COLUMNS[meaning]) & set(columns) for meaning in ("identifier", "name", "grade")):
        kind = "Moodle"
    else:
        raise NoTable(
            f"{path} is neither Moodle's grading worksheet (Identifier, Full name, Grade) nor Canvas's exported "
            f"gradebook (Student, ID, SIS Login ID): its columns are {', '.join(columns) or 'none'}"
        )
    kept = [{name: row.get(name) or "" for name in columns} for row in rows]
    return Table(path, kind, columns, kept, delimiter)
