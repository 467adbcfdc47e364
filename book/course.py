"""The lessons that the book shows: each as its solution, and as students get it."""

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearOutput, ClearSolutions
from traitlets.config.loader import PyFileConfigLoader

from grading.authoring import start_page
from grading.authoring.start_page import Opening, OpeningError
from helpers.repository import ROOT

CLEAR = (ClearSolutions, ClearOutput, ClearHiddenTests, ClearMarkScheme)


class BookError(Exception):
    """Why there is no book, in a sentence."""


@dataclass(frozen=True)
class Lesson:
    """A notebook of the course. released: its cells as students get them."""

    opening: Opening
    solution: NotebookNode
    released: NotebookNode


def lessons(root: Path = ROOT) -> list[Lesson]:
    """All lessons below ``root/solutions`` in their order. Raises BookError if their links do not lead through them."""
    try:
        openings = start_page.in_order(root / "solutions")
    except OpeningError as error:
        raise BookError(str(error)) from error
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    clear = [preprocessor(config=config) for preprocessor in CLEAR]
    found = []
    for opening in openings:
        solution = nbformat.read(root / "solutions" / opening.path, as_version=4)
        released = nbformat.from_dict(solution)
        for preprocessor in clear:
            released, _ = preprocessor.preprocess(released, {})
        found.append(Lesson(opening, solution, released))
    return found
