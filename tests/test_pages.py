"""The pages of docs/ show screenshots that are there, small, and told in words."""

import re

import pytest

from helpers.repository import ROOT

DOCS = ROOT / "docs"
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
DAYS = ("student_day", "instructor_day")
MAX_BYTES = 150e3


def pictures(text: str) -> dict[str, str]:
    """The pictures of a page and what is said of each."""
    return {name: words for words, name in PICTURE.findall(text)}


@pytest.mark.parametrize("page", [*sorted(DOCS.glob("*.md")), *sorted(ROOT.glob("*.md"))], ids=lambda page: page.stem)
def test_a_page_shows_what_is_there_in_pictures_and_words(page):
    shown = pictures(page.read_text())
    missing = [name for name in shown if not (page.parent / name).is_file()]
    assert missing == [], "HEPDL_SCREENSHOTS makes those of the days: tests/hub"
    assert [name for name, words in shown.items() if len(words) < 30] == []


def test_each_screenshot_of_the_days_is_shown_and_small():
    shown = {DOCS / name for page in DAYS for name in pictures((DOCS / f"{page}.md").read_text())}
    assert shown == set((DOCS / "days").iterdir())
    assert [picture.name for picture in shown if picture.stat().st_size > MAX_BYTES] == []


@pytest.mark.parametrize("step", ["make solutions", "make course", "make test", "hepdl autograde", "nbgrader collect"])
def test_the_contributors_picture_and_its_words_name_each_step(step):
    (words,) = pictures((ROOT / "CONTRIBUTING.md").read_text()).values()
    drawn = " ".join(re.findall(r">([^<]+)</text>", (DOCS / "lesson_workflow.svg").read_text()))
    assert step in words
    assert step in drawn


@pytest.mark.parametrize("page", DAYS)
def test_each_step_says_what_to_do_when_it_fails(page):
    _, *steps = re.split(r"^## (?=\d)", (DOCS / f"{page}.md").read_text(), flags=re.MULTILINE)
    assert len(steps) >= 6
    assert [step.splitlines()[0] for step in steps if not re.search(r"^- ", step, re.MULTILINE)] == []
