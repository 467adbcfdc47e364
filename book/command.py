"""The course as a site that needs no server: without answers for all, with them (`--solutions`) for instructors."""

import argparse
import sys
import tempfile
from pathlib import Path

from book import answers, links, site, slides
from book.course import BookError, Lesson, lessons
from book.pages import Site
from helpers.repository import ROOT

DEFAULTS = {False: ROOT / "build" / "book", True: ROOT / "build" / "book_instructor"}  # by whether it has answers


def make(destination: Path, with_answers: bool, root: Path = ROOT) -> int:
    """Write the site and return the number of its pages; it replaces what an earlier run wrote there.

    Raises BookError, and leaves ``destination`` as it is, where Sphinx warns, a link leads nowhere, something would be
    loaded from another host, or the public book would give an answer away.
    """
    course = lessons(root)
    with tempfile.TemporaryDirectory() as scratch, site.replacing_folder(destination) as new:
        pages, decks = Path(scratch) / "pages", Path(scratch) / "slides"
        site.write_source(pages, course, with_answers, root)
        slides.write_source(decks, course, root)
        site.build(pages, new, with_answers)
        site.build_slides(decks, new / "slides", (decks / course[0].opening.path).with_suffix(".md"))
        if found := faults(new, course, with_answers):
            raise BookError("\n".join(["the book cannot be shown", *found]))
        return len(list(new.rglob("*.html")))


def faults(folder: Path, course: list[Lesson], with_answers: bool) -> list[str]:
    """What keeps a site from being shown, each in a line."""
    written = Site(folder.resolve())
    found = links.broken(written) + links.from_other_hosts(written)
    return found if with_answers else found + answers.given_away(written, course)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="hepdl book", description=__doc__)
    made.add_argument("--solutions", action="store_true", help="the instructor's book, with answers")
    made.add_argument("--folder", type=Path, help="where to write it (build/book, or build/book_instructor)")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Make the book and return the exit status."""
    wanted = parser().parse_args(arguments)
    folder = wanted.folder or DEFAULTS[wanted.solutions]
    try:
        pages = make(folder, wanted.solutions)
    except BookError as error:
        print(f"make book: {error}.", file=sys.stderr)
        return 1
    print(f"{pages} pages. Open {folder / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
