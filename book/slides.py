"""The slides of a lesson's opening ten minutes: a deck for each notebook, with text and figures of the lesson itself.

`docs/book/slides/<assignment>/<notebook>.md` is a deck as it is written: a question as its title, a slide for each
heading, a note for the speaker in each slide. What the lesson says already is taken from it by marks:

- `<!-- title -->` and `<!-- learn -->`: the lesson's title, and the list of what one learns in it;
- `<!-- sentence: first words -->`: the line of the lesson's text that begins with these words;
- `<!-- figure: first words -->`: the figure whose caption begins with these words, described by the caption.

All of it is what students see: the text of the released notebook, and the figures that the public book shows.
"""

import base64
import re
from itertools import pairwise
from pathlib import Path

from nbformat import NotebookNode

from book.course import BookError, Lesson
from book.lesson_pages import CAPTION, LINK, cells_to_show, plain
from book.mistakes import escaped

FOLDER = Path("docs") / "book" / "slides"
MARK = re.compile(r"<!-- (\w+)(?:: (.+?))? -->")
HINTS = re.compile(r"<details>.*?</details>", re.DOTALL)
ITEM = re.compile(r"^(- |\d+\. )")
LEARN = re.compile(r"^- .*(?:\n- .*)*", re.MULTILINE)
WAY_OUT = "Take it from the lesson as students get it, without emphasis and formula marks"


def write_source(folder: Path, course: list[Lesson], root: Path) -> None:
    """Write what Sphinx reads: a page in MyST for each deck, and its figures beside it.

    Raises BookError where a lesson has no deck, or a deck asks for what its lesson does not show.
    """
    for lesson in course:
        name = lesson.opening.path.removesuffix(".ipynb")
        deck = root / FOLDER / f"{name}.md"
        if not deck.is_file():
            raise BookError(
                f"{(FOLDER / name).as_posix()}.md is not there: write the slides of the lesson's opening ten minutes, "
                f"a question as title and five to eight slides with notes for the speaker, as in those beside it"
            )
        page = folder / f"{name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(filled(deck.read_text("utf-8"), lesson, page), "utf-8")


def filled(deck: str, lesson: Lesson, page: Path) -> str:
    """A deck with its marks replaced; its figures are written beside ``page``. Raises BookError."""

    def part(mark: re.Match[str]) -> str:
        what, words = mark.groups()
        if what == "title":
            return lesson.opening.title
        if what == "learn":
            return LINK.sub(r"\1", LEARN.findall(lesson.released.cells[0].source)[0])
        if what == "sentence" and words:
            return _sentence(lesson, words)
        if what == "figure" and words:
            return _figure(lesson, words, page)
        raise BookError(f"{_name(lesson)} has the mark {mark[0]}, which book/slides.py does not know")

    link = f'<p><a href="../../course/{lesson.opening.path.removesuffix(".ipynb")}.html">The lesson</a></p>'
    return f"---\norphan: true\n---\n\n{MARK.sub(part, deck).rstrip()}\n\n{link}\n"


def _name(lesson: Lesson) -> str:
    return f"{(FOLDER / lesson.opening.path).with_suffix('.md').as_posix()}"


def _sentence(lesson: Lesson, words: str) -> str:
    lines = {
        ITEM.sub("", line): None
        for cell in lesson.released.cells
        if cell.cell_type == "markdown"
        for line in HINTS.sub("", cell.source).split("\n")
        if line.startswith(words) or plain(ITEM.sub("", line)).startswith(words)
    }
    if len(lines) != 1:
        raise BookError(f"{_name(lesson)}: {len(lines)} lines of the lesson begin with {words!r}. {WAY_OUT}")
    return _alone(LINK.sub(r"\1", next(iter(lines))))


def _alone(sentence: str) -> str:
    """A sentence without the ends that belong to what stands around it.

    >>> _alone("Mind the edge:"), _alone("(It is *small*.)"), _alone("and so (here) on.)")
    ('Mind the edge.', 'It is *small*.', 'and so (here) on.')
    """
    if sentence.startswith("(") or sentence.count(")") > sentence.count("("):
        sentence = sentence.removeprefix("(").removesuffix(")")
    return re.sub(r"[:,;]$", ".", sentence)


def _figure(lesson: Lesson, words: str, page: Path) -> str:
    shown = {cell.id for cell in cells_to_show(lesson.solution)}
    cells = lesson.solution.cells
    found = [
        (cell, plain(caption[1]))
        for cell, below in pairwise(cells)
        if cell.id in shown and (caption := CAPTION.search(below.source)) and plain(caption[1]).startswith(words)
    ]
    if len(found) != 1:
        raise BookError(
            f"{_name(lesson)}: {len(found)} figures that everyone may see have a caption that begins with {words!r}. "
            f"{WAY_OUT}; one below an answer needs the tag show-in-book"
        )
    cell, description = found[0]
    picture = page.with_name(f"{page.stem}-{cell.id}.png")
    picture.write_bytes(base64.b64decode(_drawn(cell)))
    return f"![{escaped(description)}]({picture.name})"


def _drawn(cell: NotebookNode) -> str:
    """The picture of a cell, as PNG in base64."""
    return next(data["image/png"] for output in cell.outputs if "image/png" in (data := output.get("data", {})))
