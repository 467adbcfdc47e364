"""The book's files: Sphinx's source, written from the lessons and pages, and the site that Sphinx makes of it."""

import contextlib
import io
import re
import shutil
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from sphinx.cmd.build import main as sphinx

from book import diagram, glossary_page, mistakes, slides
from book.course import BookError, Lesson
from book.lesson_pages import NotDescribed, instructor_page, plain, student_page
from grading.authoring import start_page
from helpers.files import replacing
from helpers.repository import ROOT

HERE = Path(__file__).resolve().parent
LESSONS, MISTAKES, DATA = ("<!-- lessons -->", "<!-- mistakes -->", "<!-- data sets -->")
DECKS = "<!-- slides -->"
# Pages that a forge shows, too, with the files that they link to.
OF_THE_REPOSITORY = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-CONTENT")
STYLE = "white-contrast"  # a theme of reveal.js
ELSEWHERE = re.compile(r"\]\((\.\./[^)#\s]+)")
WAY = re.compile(r"^\*Figure: (the way.*?)\*$", re.MULTILINE)


def write_source(folder: Path, course: list[Lesson], with_answers: bool, root: Path = ROOT) -> None:
    """Write what Sphinx reads. Raises BookError if a figure has no caption."""
    own = root / "docs" / "book"
    shutil.copytree(own, folder, ignore=shutil.ignore_patterns(slides.FOLDER.name), dirs_exist_ok=True)
    texts = start_page.pages(root / "solutions")
    terms = glossary_page.terms(texts["glossary.md"])
    used = glossary_page.users((lesson.opening, lesson.released) for lesson in course)
    texts["glossary.md"] = glossary_page.with_links_back(texts["glossary.md"], used)
    if way := WAY.search(texts["start.md"]):
        texts["start.md"] = diagram.drawn(texts["start.md"], plain(way[1]))
    for name, text in texts.items():
        _write(folder / "course" / name, text)
    for lesson in course:
        path = lesson.opening.path
        try:
            page = instructor_page(lesson.solution) if with_answers else student_page(lesson.released, lesson.solution)
        except NotDescribed as error:
            raise BookError(f"solutions/{path}: {error}") from error
        glossary_page.index_terms(page, lesson.opening.title, terms)
        page.cells[0].source += f"\n\n{_deck(path, 'Slides of the opening ten minutes')}"
        _write(folder / "course" / path, nbformat.writes(page))
        _copy_linked(page, folder / "course" / path, root / "course" / path)
    pages = mistakes.pages(course, root, with_answers)
    for name, text in pages.items():
        _write(folder / "mistakes" / f"{name}.md", text)
    sheets = sorted((root / "data").glob("*/datasheet.md"))
    shared = [path for path in sorted((root / "docs").rglob("*")) if path.is_file() and own not in path.parents]
    for file in [root / "data" / "README.md", *sheets, *shared, *(root / name for name in OF_THE_REPOSITORY)]:
        _copy(file, folder / file.relative_to(root))
    index = folder / "index.md"
    lists = {
        LESSONS: [f"course/{lesson.opening.path.removesuffix('.ipynb')}" for lesson in course],
        MISTAKES: [f"mistakes/{name}" for name in pages],
        DATA: [sheet.relative_to(root).with_suffix("").as_posix() for sheet in sheets],
    }
    text = index.read_text("utf-8")
    for mark, entries in lists.items():
        text = text.replace(mark, "\n".join(entries))
    index.write_text(text, "utf-8")
    decks = folder / "guide" / "slides.md"
    rows = [f"<li>{_deck(lesson.opening.path, lesson.opening.title, up='..')}</li>" for lesson in course]
    decks.write_text(decks.read_text("utf-8").replace(DECKS, "\n".join(["<ul>", *rows, "</ul>"])), "utf-8")


def _deck(path: str, words: str, up: str = "../..") -> str:
    """A link to a lesson's slides, which are no pages of the same Sphinx source."""
    return f'<a href="{up}/slides/{path.removesuffix(".ipynb")}.html">{escape(words)}</a>'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _copy_linked(page: NotebookNode, here: Path, original: Path) -> None:
    """Copy the files beside the course that a lesson links to."""
    for cell in page.cells:
        for link in ELSEWHERE.findall(cell.source) if cell.cell_type == "markdown" else []:
            source, target = (original.parent / link).resolve(), here.parent / link
            if source.suffix == ".py":
                _copy(source, target.resolve())


def build(source: Path, destination: Path, with_answers: bool) -> None:
    """Make the site. Raises BookError with Sphinx's warnings, each of which is an error."""
    _sphinx(source, destination, ["-b", "html", *(["-t", "instructor"] if with_answers else [])])


def build_slides(source: Path, destination: Path, first: Path) -> None:
    """Make the decks, of which ``first`` is the first one's source. Raises BookError as `build` does."""
    root = first.relative_to(source).with_suffix("").as_posix()
    _sphinx(source, destination, ["-b", "revealjs", "-D", f"root_doc={root}", "-D", f"revealjs_style_theme={STYLE}"])
    reveal = destination / "_static" / "revealjs"
    for theme in (reveal / "dist" / "theme").glob("*.css"):  # some would load fonts from another host
        if theme.stem != STYLE:
            theme.unlink()
    for unused in [reveal / "css", *(path for path in (reveal / "plugin").iterdir() if path.name != "notes")]:
        shutil.rmtree(unused)
    (destination / "_sources").rmdir()


def _sphinx(source: Path, destination: Path, builder: list[str]) -> None:
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stderr(said):
        made = Path(scratch) / "site"  # MyST-NB writes beside it, too
        options = ["-c", str(HERE), "-d", f"{scratch}/doctrees", "-W", "--keep-going", "-q", "--no-color"]
        failed = sphinx([*builder, *options, str(source), str(made)])
        if failed or said.getvalue().strip():
            raise BookError(f"Sphinx complains:\n{said.getvalue().strip()}")
        (made / ".buildinfo").unlink()
        shutil.copytree(made, destination)


@contextlib.contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Make a folder that takes the place of another in the end, which stays if the block raises."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with replacing(folder) as part:
        yield part
        shutil.rmtree(folder, ignore_errors=True)
