"""Whose points a grading changed, task by task; also where it was interrupted and went on later."""

import json
from pathlib import Path

from helpers.files import replacing

Points = dict[str, dict[str, float]]
"""The points that tests gave, by student and by the names of notebook and test, as in ``arrays/shape-check``."""


class PointsBefore:
    """A file with the points before a grading, which is there until that grading is complete."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, now: Points) -> Points:
        """The points before a grading that begins or goes on."""
        before = now | (json.loads(self._path.read_text()) if self._path.exists() else {})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self._path) as part:
            part.write_text(json.dumps(before))
        return before

    def end(self) -> None:
        """The grading is complete."""
        self._path.unlink(missing_ok=True)


def changes(before: Points, after: Points) -> dict[str, list[str]]:
    """Whose points changed, by test and change.

    >>> changes({"ann": {"ex/a": 2}, "bob": {"ex/a": 2}}, {"ann": {"ex/a": 0}, "bob": {"ex/a": 0}})
    {'ex/a 2 → 0': ['ann', 'bob']}
    """
    found: dict[str, list[str]] = {}
    for student, points in sorted(after.items()):
        for test, now in points.items():
            then = before.get(student, {}).get(test, now)
            if then != now:
                found.setdefault(f"{test} {then:g} → {now:g}", []).append(student)
    return dict(sorted(found.items()))
