"""Whose a downloaded file is: Moodle and Canvas write that into its path.

Moodle: ``Anna Müller_1234_assignsubmission_file_/arrays.ipynb``, or with no folder for each student
``Anna Müller_1234_assignsubmission_file_arrays.ipynb``. Canvas: ``mulleranna_1234_98765_arrays.ipynb``, with ``LATE``
after the name where it was late, and ``arrays-1.ipynb`` where it was handed in again.
"""

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from grading.platforms.people import plain

MOODLE = re.compile(r"(?:.*/)?(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_file(?:_/|_|/)(?P<file>.+)")
CANVAS = re.compile(r"(?:.*/)?(?P<name>[^/_]+)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<file>[^/]+)")
AGAIN = re.compile(r"-\d{1,3}(?=\.[^.]+$)")


class HandedIn(NamedTuple):
    """A file that a student handed in. number: the platform's for that student; file: as the student named it."""

    name: str
    number: str
    file: str
    is_late: bool


def handed_in(path: str, expected: set[str]) -> HandedIn | None:
    """What the path of a downloaded file says, None for no path of Moodle's or Canvas's. expected: names of notebooks.

    >>> handed_in("Anna Müller_1234_assignsubmission_file_/arrays.ipynb", {"arrays.ipynb"})
    HandedIn(name='Anna Müller', number='1234', file='arrays.ipynb', is_late=False)
    >>> handed_in("mulleranna_LATE_1234_98765_arrays-2.ipynb", {"arrays.ipynb"})
    HandedIn(name='mulleranna', number='1234', file='arrays.ipynb', is_late=True)
    """
    if found := MOODLE.fullmatch(path):
        return HandedIn(found["name"], found["number"], found["file"], False)
    if found := CANVAS.fullmatch(path):
        first = AGAIN.sub("", found["file"])
        file = first if first in expected else found["file"]
        return HandedIn(found["name"], found["number"], file, bool(found["late"]))
    return None


def begins_with_one_of(path: str, students: dict[str, str]) -> tuple[str, str] | None:
    """The student with whose name or address a file or its folder begins, and the file's name without that.

    students: the names in the gradebook, by `plain` text.

    >>> begins_with_one_of("mails/Anna@uni.example_arrays.ipynb", {"anna": "anna", "anna@uni.example": "anna"})
    ('anna', 'arrays.ipynb')
    """
    *folders, file = PurePosixPath(path).parts
    for depth, folder in enumerate(folders, start=1):
        if student := students.get(plain(folder)):
            return student, "/".join([*folders[depth:], file])
    ends = [place for place, letter in enumerate(file) if letter in "_ +-"]
    for end in reversed(ends):
        if (student := students.get(plain(file[:end]))) and (rest := file[end:].lstrip("_ +-")):
            return student, rest
    return None
