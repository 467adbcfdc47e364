"""What of an answer stands in a site: the check that the public book gives nothing away."""

import base64
import hashlib
from collections.abc import Iterator

from nbformat import NotebookNode

from book.course import Lesson
from book.lesson_pages import cells_to_show
from book.pages import Site
from grading.cells.regions import HIDDEN_TESTS, MARK_SCHEME, SOLUTION
from grading.cells.roles import is_test

TELLING = 25  # characters: a shorter line may stand in any lesson


def given_away(site: Site, course: list[Lesson]) -> list[str]:
    """Where a site shows a line of an answer, hidden test or marking scheme, or an output that was to be left out.

    Lines that students get anyhow, in whatever lesson, are no secret; lines of fewer than `TELLING` characters are not
    looked for.
    """
    public = _squeezed("\n".join(_public_texts(course)))
    sources = {
        line: lesson.opening.path
        for lesson in course
        for line in _secret_lines(lesson.solution)
        if len(line) >= TELLING and line not in public
    }
    words = {line: set(line.split()[1:-1]) for line in sources}  # at its ends may be other text
    found = []
    for path, page in site.pages.items():
        text = _squeezed(page.get_text())
        present = set(text.split())
        candidates = (line for line, parts in words.items() if parts <= present)
        found += [f"{site.name(path)} shows {line!r} of {sources[line]}" for line in candidates if line in text]
    return found + _left_out_pictures(site, course)


def _public_texts(course: list[Lesson]) -> Iterator[str]:
    for lesson in course:
        yield from (cell.source for cell in lesson.released.cells)
        for cell in cells_to_show(lesson.solution):
            yield from _printed(cell)


def _left_out_pictures(site: Site, course: list[Lesson]) -> list[str]:
    shown = {picture for lesson in course for cell in cells_to_show(lesson.solution) for picture in _drawn(cell)}
    left_out = {
        picture: lesson.opening.path
        for lesson in course
        for cell in lesson.solution.cells
        for picture in _drawn(cell)
        if picture not in shown
    }
    digests = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(site.folder.rglob("*.png"))}
    return [
        f"{site.name(path)} is a figure of {left_out[digest]} that was to be left out"
        for path, digest in digests.items()
        if digest in left_out
    ]


def _secret_lines(solution: NotebookNode) -> Iterator[str]:
    """The lines that students do not get: of answers, hidden tests and marking schemes, and of outputs left out."""
    shown = [cell.id for cell in cells_to_show(solution)]
    for cell in solution.cells:
        for region in (SOLUTION, HIDDEN_TESTS, MARK_SCHEME):
            yield from map(_squeezed, region.divided(cell.source)[1])
        if cell.id not in shown and not is_test(cell):
            yield from _printed(cell)


def _printed(cell: NotebookNode) -> Iterator[str]:
    for output in cell.get("outputs", []):
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        yield from map(_squeezed, text.split("\n"))


def _drawn(cell: NotebookNode) -> Iterator[str]:
    """The digest of each picture of a cell."""
    for output in cell.get("outputs", []):
        if picture := output.get("data", {}).get("image/png"):
            yield hashlib.sha256(base64.b64decode(picture)).hexdigest()


def _squeezed(text: str) -> str:
    return " ".join(text.split())
