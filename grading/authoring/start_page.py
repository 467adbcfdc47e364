"""The pages beside the lessons; the course opens on one: its lessons in order, read off their own opening cells.

``solutions/*.md`` are the pages as they are written, with a line `LESSONS` where the table of lessons belongs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade

from grading.cells.roles import is_test
from grading.cells.translation import translated_page

LESSONS = "<!-- lessons -->"
LINK = r"\[{}\]\(\.\./([^)]+\.ipynb)\)"
NEXT, PREVIOUS = (re.compile(LINK.format(words)) for words in (r"[^\]\[]* →", r"← [^\]\[]*"))

NEEDS, TIME = "What you need to know:", "Time:"
HEAD, POINTS = "| lesson | you learn | you need | time | points |", "{tests} by tests, {hand} by hand"
TABLE_TEXTS = (NEEDS, TIME, HEAD, POINTS)
"""What the table of lessons and the openings that it is read off say, for a translation of the start page."""


class OpeningError(Exception):
    """What a lesson's opening cell lacks, in a sentence."""


@dataclass(frozen=True)
class Opening:
    """What a notebook's first cell says of it. path: below ``solutions/``. Points: by tests, and by hand."""

    path: str
    title: str
    learn: tuple[str, ...]
    needs: str
    time: str
    test_points: float
    hand_points: float
    previous: str | None
    following: str | None


def read(path: Path, name: str, sentences: Mapping[str, str] | None = None) -> Opening:
    """The opening of a notebook. Raises OpeningError if a part of it is missing.

    sentences: translations of `TABLE_TEXTS`, where the notebook may be translated.
    """
    notebook = nbformat.read(path, as_version=4)
    text = notebook.cells[0].source

    def part(what: str, pattern: str) -> str:
        found = re.search(pattern, text, re.DOTALL)
        if not found:
            raise OpeningError(f"solutions/{name}: its first cell does not say {what} (as {pattern})")
        return " ".join(found[1].split())

    needs, time = (
        f"(?:{re.escape(label)}|{re.escape((sentences or {}).get(label, label))})" for label in (NEEDS, TIME)
    )
    before, after = PREVIOUS.search(text), NEXT.search(text)
    return Opening(
        path=name,
        title=part("the title", r"\A# ([^\n]+)"),
        learn=tuple(re.findall(r"^- (.+?)[;.]?$", text, re.MULTILINE)),
        needs=part("what one needs to know", rf"\*\*{needs}\*\* (.*?)\.?\s+\*\*{time}\*\*"),
        time=part("how long it takes", rf"\*\*{time}\*\* ([^.,(]*?)[.,(]"),
        test_points=_points(notebook, by_test=True),
        hand_points=_points(notebook, by_test=False),
        previous=before[1] if before else None,
        following=after[1] if after else None,
    )


def _points(notebook: NotebookNode, by_test: bool) -> float:
    graded = [cell for cell in notebook.cells if is_grade(cell)]
    return sum(cell.metadata.nbgrader.points for cell in graded if is_test(cell) == by_test)


def in_order(solutions: Path, sentences: Mapping[str, str] | None = None) -> list[Opening]:
    """All lessons, as each one's link to the next leads through them.

    Raises OpeningError if the links do not lead once through every notebook, there and back.
    """
    paths = sorted(solutions.glob("*/*.ipynb"))
    openings = {
        name: read(path, name, sentences) for path in paths for name in [path.relative_to(solutions).as_posix()]
    }
    first = [opening for opening in openings.values() if opening.previous is None]
    if len(first) != 1:
        names = ", ".join(opening.path for opening in first) or "none"
        raise OpeningError(f"one notebook should have no link to one before it; these have none: {names}")
    order = first
    while order[-1].following is not None:
        here = order[-1]
        if here.following not in openings:
            raise OpeningError(f"solutions/{here.path} links to {here.following}, which there is not")
        following = openings[here.following]
        if following.previous != here.path or following in order:
            raise OpeningError(
                f"solutions/{here.path} links to {following.path}, which links back to {following.previous}"
            )
        order.append(following)
    if lost := sorted(openings.keys() - {opening.path for opening in order}):
        raise OpeningError(f"no link leads to {', '.join(lost)}")
    return order


def table(lessons: list[Opening], sentences: Mapping[str, str] | None = None) -> str:
    """The lessons as a table in Markdown, with links from the folder ``course``."""
    head, counted = ((sentences or {}).get(text, text) for text in (HEAD, POINTS))
    rows = [head, "|---|---|---|---|---|"]
    for lesson in lessons:
        points = counted.format(tests=f"{lesson.test_points:g}", hand=f"{lesson.hand_points:g}")
        learn = "<br>".join(f"• {point}" for point in lesson.learn)
        rows.append(f"| [{lesson.title}]({lesson.path}) | {learn} | {lesson.needs} | {lesson.time} | {points} |")
    return "\n".join(rows)


def pages(solutions: Path) -> dict[str, str]:
    """The pages beside the lessons, by file name, such as the start page and the glossary.

    Raises OpeningError if the lessons' openings or links do not make the table that one of them asks for.
    """
    return {
        name: text.replace(LESSONS, table(in_order(solutions))) if LESSONS in text else text
        for name, text in _written(solutions).items()
    }


def translated_pages(solutions: Path, course: Path, translations: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """As `pages`, in another language. course: the translated notebooks. translations: by the page's name.

    Raises OpeningError as `pages` does.
    """
    made = {}
    for name, text in _written(solutions).items():
        sentences = translations[name]
        text = translated_page(text, sentences)
        made[name] = text.replace(LESSONS, table(in_order(course, sentences), sentences)) if LESSONS in text else text
    return made


def _written(solutions: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(solutions.glob("*.md"))}
