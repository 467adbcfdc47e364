"""The start page says what the lessons' openings say, and a reader finds the way by links alone."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.authoring import start_page
from grading.authoring.start_page import OpeningError
from helpers.repository import ROOT

SOLUTIONS, COURSE = ROOT / "solutions", ROOT / "course"
LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGES = sorted([*COURSE.glob("*.md"), *COURSE.glob("*/*.ipynb")])
OPENING = """# Exercise {number}: toys

**What you will learn**

- why {number};
- how.

**What you need to know:** counting. **Time:** an hour, or less.

**Data:** none.

{links}"""


def write(folder: Path, number: int, links: str) -> None:
    marks = {"schema_version": 3, "grade": True, "locked": True, "task": False}
    test = {"grade_id": "count-check", "points": 3, "solution": False, **marks}
    question = {"grade_id": "why", "points": 2, "solution": True, **marks}
    cells = [
        new_markdown_cell(OPENING.format(number=number, links=links)),
        new_code_cell("assert count", metadata={"nbgrader": test}),
        new_markdown_cell("why?", metadata={"nbgrader": question}),
    ]
    (folder / f"ex{number}").mkdir()
    nbformat.write(new_notebook(cells=cells), folder / f"ex{number}" / "toys.ipynb")


@pytest.fixture
def toys(tmp_path):
    """Two lessons with links there and back, and a start page."""
    write(tmp_path, 1, "[Start](../start.md) · [Exercise 2 →](../ex2/toys.ipynb)")
    write(tmp_path, 2, "[← Exercise 1](../ex1/toys.ipynb) · [Start](../start.md)")
    (tmp_path / "start.md").write_text(f"# Start\n\n{start_page.LESSONS}\n")
    (tmp_path / "glossary.md").write_text("# Glossary\n")
    return tmp_path


def test_the_page_holds_what_the_lessons_say(toys):
    pages = start_page.pages(toys)
    assert pages.keys() == {"start.md", "glossary.md"}
    first, second = pages["start.md"].splitlines()[-2:]
    assert first == (
        "| [Exercise 1: toys](ex1/toys.ipynb) | • why 1<br>• how | counting | an hour | 3 by tests, 2 by hand |"
    )
    assert second.startswith("| [Exercise 2: toys](ex2/toys.ipynb) |")


@pytest.mark.parametrize(
    ("links", "says"),
    [
        ("[Start](../start.md)", "these have none: ex1/toys.ipynb, ex2/toys.ipynb"),
        ("[← Exercise 3](../ex3/toys.ipynb)", "links back to ex3/toys.ipynb"),
        ("[← Exercise 1](../ex1/toys.ipynb) · [Exercise 3 →](../ex3/toys.ipynb)", "links to ex3/toys.ipynb, which"),
        ("[← Exercise 1](../ex1/toys.ipynb) · [Exercise 1 →](../ex1/toys.ipynb)", "links back to None"),
    ],
)
def test_links_that_lead_nowhere_are_named(toys, links, says):
    path = toys / "ex2" / "toys.ipynb"
    path.unlink()
    path.parent.rmdir()
    write(toys, 2, links)
    with pytest.raises(OpeningError, match=re.escape(says)):
        start_page.pages(toys)


def test_an_opening_without_a_time_is_named(toys):
    path = toys / "ex1" / "toys.ipynb"
    path.write_text(path.read_text().replace("**Time:**", "**Duration:**"))
    with pytest.raises(OpeningError, match=r"ex1/toys\.ipynb: its first cell does not say"):
        start_page.pages(toys)


def text_of(page: Path) -> str:
    if page.suffix == ".md":
        return page.read_text("utf-8")
    cells = nbformat.read(page, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def anchors(page: Path) -> set[str]:
    """The anchors that a page sets itself: JupyterLab and git hosts make different ones of its headings."""
    return set(re.findall(r'<a id="([^"]+)"></a>', page.read_text("utf-8")))


def broken_links(page: Path) -> list[str]:
    found = []
    for link in LINK.findall(text_of(page)):
        parts = urlsplit(link)
        if parts.scheme:
            if parts.scheme != "https" or "." not in parts.netloc:
                found.append(link)
            continue
        target = page if not parts.path else (page.parent / parts.path).resolve()
        known = target.suffix != ".md" or not parts.fragment or parts.fragment in anchors(target)
        if not target.exists() or not known:
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page):
    assert not broken_links(page)


def test_every_term_of_the_glossary_has_an_anchor_of_its_name():
    text = (SOLUTIONS / "glossary.md").read_text("utf-8")
    terms = re.findall(r"^### (.+)$", text, re.MULTILINE)
    named = [re.sub(r"[^\w\- ]", "", term.lower()).replace(" ", "-") for term in terms]
    assert named and re.findall(r'^<a id="(.+)"></a>\n\n### ', text, re.MULTILINE) == named


def test_a_broken_link_is_noticed(tmp_path):
    (tmp_path / "glossary.md").write_text('<a id="yield"></a>\n\n### Yield\n\n### Shield\n')
    page = tmp_path / "page.md"
    page.write_text(
        "[a](glossary.md#yield) [b](glossary.md#shield) [c](there.ipynb) [d](http://x.org) [e](https://x.org/y)"
    )
    assert broken_links(page) == ["glossary.md#shield", "there.ipynb", "http://x.org"]


@pytest.mark.parametrize("lesson", start_page.in_order(SOLUTIONS), ids=lambda lesson: lesson.path)
def test_a_lesson_ends_with_the_links_that_it_begins_with(lesson):
    first, *_, last = nbformat.read(SOLUTIONS / lesson.path, as_version=4).cells
    assert last.source == first.source.splitlines()[-1]
    assert "[Start](../start.md)" in last.source


@pytest.mark.parametrize("lesson", start_page.in_order(SOLUTIONS), ids=lambda lesson: lesson.path)
def test_a_lesson_says_how_it_is_graded(lesson):
    first, *_ = nbformat.read(SOLUTIONS / lesson.path, as_version=4).cells
    _, found, grading = first.source.partition("**Grading:** under each exercise stands a check")
    assert found and "hidden part" in grading and "marked by hand" in grading


@pytest.mark.every_lesson
def test_the_readme_lists_every_lesson_in_order_with_its_points():
    listed = re.findall(
        r"^\| .*\]\(course/(\S+\.ipynb)\) \|.*\| (.*) \|$", (ROOT / "README.md").read_text("utf-8"), re.M
    )
    lessons = start_page.in_order(SOLUTIONS)
    assert listed == [(each.path, f"{each.test_points:g} by tests, {each.hand_points:g} by hand") for each in lessons]
