"""The book as `make book` makes it: no answer, no broken link, nothing from elsewhere, readable by everyone."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import browser as chromium
import pytest
import system_packages

from book import command, site
from book.course import BookError, lessons
from book.lesson_pages import LEFT_OUT
from book.pages import Site
from helpers.repository import ROOT

HERE = Path(__file__).resolve().parent
DESKTOP, PROJECTOR, PHONE = (1280, 900), (1280, 720), (390, 800)
READ_BY_AXE = ["index.html", "course/start.html", "course/glossary.html", "course/ex4_splitting/splitting.html"]
READ_BY_AXE += ["mistakes/ex4_splitting/splitting.html", "guide/timetables.html", "guide/slides.html", "genindex.html"]
READ_BY_AXE += ["README.html", "CONTRIBUTING.html", "docs/instructor_day.html"]
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A site without answers; HEPDL_BOOK names one made before, so that trying again takes seconds."""
    if "HEPDL_BOOK" in os.environ:
        return Path(os.environ["HEPDL_BOOK"])
    folder = tmp_path_factory.mktemp("book") / "book"
    command.make(folder, with_answers=False)
    return folder


@pytest.fixture(scope="module")
def pages(book):
    """The pages by their names."""
    made = Site(book)
    return {made.name(path): page for path, page in made.pages.items()}


def test_every_lesson_has_its_page_and_its_mistakes(pages):
    for lesson in lessons():
        name = lesson.opening.path.removesuffix(".ipynb")
        assert lesson.opening.title in pages[f"course/{name}.html"].h1.get_text()
        assert pages[f"mistakes/{name}.html"].table


def test_an_answer_that_is_planted_stops_the_book(book):
    course = lessons()
    solution = next(lesson for lesson in course if "splitting" in lesson.opening.path).solution
    answer = next(line for cell in solution.cells for line in cell.source.split("\n") if "lengths.pop()" in line)
    page = book / "planted.html"
    page.write_text(f"<pre>{answer}</pre>")
    try:
        (found,) = command.faults(book, course, with_answers=False)
    finally:
        page.unlink()
    assert found == f"planted.html shows {answer.strip()!r} of ex4_splitting/splitting.ipynb"


def test_left_out_outputs_leave_a_word(pages):
    words = LEFT_OUT.partition("\n")[2]
    assert words in pages["course/ex5_first_network/first_network.html"].get_text()


def test_checks_are_there_and_folded(pages):
    page = pages["course/ex4_splitting/splitting.html"]
    checks = [cell for cell in page.select("div.cell.tag_hide-input") if "checks.passed" in cell.get_text()]
    assert len(checks) == 3
    assert all(cell.find("details") for cell in checks)


def test_pages_that_a_forge_shows_are_in_the_book_with_their_pictures_and_links(pages):
    for page in [*ROOT.glob("docs/*.md"), ROOT / "CONTRIBUTING.md", ROOT / "README.md"]:
        shown = pages[page.relative_to(ROOT).with_suffix(".html").as_posix()]
        assert len(shown.select("article img")) == page.read_text().count("!["), page
    assert pages["docs/hub.html"].select("article a[href='../README.html#hub-administrators']")
    assert pages["README.html"].select("article a[href='CONTRIBUTING.html']")


def test_every_picture_says_what_it_shows(pages):
    for name, page in pages.items():
        for picture in page.select("article img"):
            assert len(picture.get("alt", "")) > 20, f"{name}: {picture}"


def test_formulas_are_drawn_by_the_browser(pages):
    assert sum(len(page.find_all("math")) for page in pages.values()) > 100
    assert [
        code for page in pages.values() for code in page.find_all("code") if re.match(r"\$.*\$$", code.get_text())
    ] == []


def test_the_glossary_leads_to_lessons_and_back(pages):
    links = {link["href"] for link in pages["course/glossary.html"].select("article a[href]")}
    assert "ex4_splitting/splitting.html" in links
    links = {link["href"] for link in pages["course/ex4_splitting/splitting.html"].select("article a[href]")}
    assert "../glossary.html#random-generator" in links


def test_the_index_names_lessons(pages):
    text = pages["genindex.html"].get_text()
    assert "Overfitting" in text
    assert "in Exercise 4" in text


def test_a_warning_of_sphinx_is_an_error(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text("# A page\n\n[a link](nowhere.md)\n")
    with pytest.raises(BookError, match=r"nowhere\.md"):
        site.build(source, tmp_path / "site", with_answers=False)


def test_a_book_that_cannot_be_made_leaves_the_old_one(tmp_path):
    old = tmp_path / "book"
    old.mkdir()
    (old / "index.html").write_text("old")
    with pytest.raises(RuntimeError), site.replacing_folder(old) as new:
        new.mkdir()
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
    assert (old / "index.html").read_text() == "old"
    with site.replacing_folder(old) as new:
        new.mkdir()
        (new / "index.html").write_text("new")
    assert (old / "index.html").read_text() == "new"


def test_git_and_so_every_release_leaves_the_books_out():
    assert "/build/" in (ROOT / ".gitignore").read_text().splitlines()
    assert command.DEFAULTS == {False: ROOT / "build/book", True: ROOT / "build/book_instructor"}


@pytest.fixture(scope="module")
def browser():
    if chromium.executable() is None:
        system_packages.is_missing(f"the book is opened in Chromium: {chromium.INSTALL}")
    with chromium.Browser() as tab:
        yield tab


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The source of axe-core, as npm installs it."""
    if not shutil.which("npm"):
        system_packages.is_missing("axe-core comes by npm: apt install nodejs npm")
    folder = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "axe" / name, folder)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=300)
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


def show(tab, book, page, size=DESKTOP, theme="light"):
    tab.open(book / page, *size, phone=size is PHONE)
    tab.ask(f"document.documentElement.dataset.theme = document.documentElement.dataset.mode = '{theme}'")


def wait_for(tab, condition):
    """Whether a condition comes true within a minute."""
    end = time.monotonic() + 60
    while not (true := tab.ask(condition)) and time.monotonic() < end:
        time.sleep(0.1)
    return true


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", READ_BY_AXE)
def test_nothing_keeps_anybody_from_reading(book, browser, axe, page, theme):
    show(browser, book, page, theme=theme)
    browser.ask(axe + "; axe.run().then(found => { window.found = found }); 0")
    assert wait_for(browser, "!!window.found")
    places = "v.nodes.slice(0, 3).map(node => node.html.slice(0, 200))"
    found = json.loads(browser.ask(f"JSON.stringify(found.violations.map(v => [v.impact, v.id, {places}]))"))
    assert [violation for violation in found if violation[0] in SERIOUS] == []


@pytest.mark.parametrize("page", READ_BY_AXE)
def test_a_page_fits_on_a_phone_and_loads_nothing_from_elsewhere(book, browser, page):
    show(browser, book, page, PHONE)
    assert browser.ask("document.documentElement.scrollWidth") <= PHONE[0]
    assert [address for address in browser.requests if not address.startswith(("file:", "data:"))] == []


def test_words_are_found_without_a_server(book, browser):
    browser.open(f"{(book / 'search.html').resolve().as_uri()}?q=overfitting", *DESKTOP)
    found = wait_for(browser, "document.querySelector('#search-results').innerText.includes('Exercise 4')")
    assert found, browser.ask("document.querySelector('#search-results').innerText")


def test_dark_is_dark(book, browser):
    colours = []
    for theme in ("light", "dark"):
        show(browser, book, "index.html", theme=theme)
        colours.append(browser.ask("getComputedStyle(document.body).backgroundColor"))
    brightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours]
    assert brightness[0] > 700
    assert brightness[1] < 150


DECKS = [lesson.opening.path.removesuffix(".ipynb") for lesson in lessons()]
STICKS_OUT = """() => [...Reveal.getCurrentSlide().querySelectorAll('*:not(aside, math *)')].filter((part) => {
    const box = part.getBoundingClientRect();
    return box.width && (box.left < 0 || box.top < 0 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
}).map((part) => part.textContent.slice(0, 60) || part.outerHTML.slice(0, 60))"""


def opened(tab, book, name, size, axe=None):
    """What is wrong with the slides of a deck, by their numbers: what sticks out, and what axe-core calls serious."""
    tab.open(book / "slides" / f"{name}.html", *size, phone=size is PHONE)
    assert wait_for(tab, "!!window.Reveal && Reveal.isReady()")
    tab.ask(axe or "0")
    wrong = {}
    for number in range(tab.ask("Reveal.getTotalSlides()")):
        tab.ask(f"Reveal.slide({number})")
        found = tab.ask(STICKS_OUT)
        if axe:
            told = tab.ask("axe.run().then(all => all.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
            found += [violation for violation in told if violation[0] in SERIOUS]
        if found:
            wrong[number] = found
    return wrong


@pytest.mark.parametrize("name", DECKS)
def test_each_slide_fits_a_projector_and_a_phone_and_keeps_nobody_from_reading(book, browser, axe, name):
    assert opened(browser, book, name, PROJECTOR, axe) == {}
    assert opened(browser, book, name, PHONE) == {}
    assert browser.complaints == []
    assert [address for address in browser.requests if not address.startswith(("file:", "data:"))] == []


def test_a_slide_that_is_too_full_is_found(book, browser):
    page = book / "slides" / f"{DECKS[0]}.html"
    full = page.read_text().replace("<h2>The physics</h2>", "<h2>The physics</h2>" + "<p>Too much.</p>" * 20)
    other = page.with_name("full.html")
    other.write_text(full)
    try:
        assert list(opened(browser, book, str(Path(DECKS[0]).with_name("full")), PROJECTOR)) == [1]
    finally:
        other.unlink()


def test_slides_are_turned_by_keyboard_and_their_notes_stand_in_the_speakers_view(book, browser):
    page = browser.visitor(*PROJECTOR)
    try:
        page.goto((book / "slides" / f"{DECKS[0]}.html").resolve().as_uri())
        page.wait_for_function("Reveal.isReady()")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("Reveal.getCurrentSlide().innerText").startswith("The physics")
        with page.context.expect_page() as opening:
            page.keyboard.press("s")
        note = page.evaluate("Reveal.getSlideNotes()")
        assert re.match(r"\d minutes?\.\n", note)
        opening.value.get_by_text(note.splitlines()[1], exact=False).first.wait_for()
    finally:
        page.context.close()


def test_lessons_and_the_page_of_slides_lead_to_every_deck(pages):
    listed = [link["href"] for link in pages["guide/slides.html"].select("article a[href^='../slides/']")]
    assert listed == [f"../slides/{name}.html" for name in DECKS]
    for name in DECKS:
        assert pages[f"course/{name}.html"].select(f"article a[href='../../slides/{name}.html']"), name
