"""A page with the questions of an assignment, their model answers and marking schemes, to print or to mark beside.

    hepdl marking-schemes ex4_splitting

It is written to marking_schemes/, which git ignores and no release takes.
"""

import argparse
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from grading.cells.marking import questions
from grading.cells.shown import FILTERS
from helpers.files import replacing
from helpers.repository import ROOT

TEMPLATE = "marking_schemes.html.j2"


def page(folder: Path) -> str:
    """The page of an assignment, in HTML. folder: of its solution notebooks."""
    notebooks = {path.stem: questions(path) for path in sorted(folder.glob("*.ipynb"))}
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    environment.filters["markdown"] = FILTERS["markdown2html"]
    points = sum(question.points for asked in notebooks.values() for question in asked)
    return environment.get_template(TEMPLATE).render(assignment=folder.name, notebooks=notebooks, points=points)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl marking-schemes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("assignment", metavar="ASSIGNMENT", help="such as ex4_splitting")
    return made


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write the page, say where it is, and return the exit status."""
    assignment = parser().parse_args(arguments).assignment
    lessons = sorted({notebook.parent.name for notebook in root.glob("solutions/*/*.ipynb")})
    if assignment not in lessons:
        print(f"marking-schemes: there is no assignment {assignment}; there are: {', '.join(lessons)}", file=sys.stderr)
        return 2
    to = root / "marking_schemes" / f"{assignment}.html"
    to.parent.mkdir(exist_ok=True)
    with replacing(to) as part:
        part.write_text(page(root / "solutions" / assignment), encoding="utf-8")
    print(f"Written: {to}. It holds the answers: keep it from students.")
    return 0
