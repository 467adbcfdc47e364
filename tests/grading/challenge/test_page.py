"""The leaderboard in a browser: no wider than the screen, with its pictures, alone, and fit to be read."""

import re

import numpy as np
import pytest
import system_packages
from browser import INSTALL, Browser, executable
from classroom import DEADLINE

from grading.challenge.leaderboard import score, write
from grading.challenge.rounds import Round
from grading.challenge.submissions import Entry, NotRanked

SCREENS = {
    "desktop": (1280, 900, False),
    "tablet": (768, 1024, True),
    "phone": (390, 844, True),
    "watch": (320, 480, True),
}

TOO_WIDE = """[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > WIDTH + 0.5
    && getComputedStyle(e.closest("thead") || e).position != "absolute").map(e => e.outerHTML.slice(0, 80))"""
TEXTS = """[...document.querySelectorAll("body *")]
    .filter(e => e.tagName != "SUB" && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
    .map(e => { let b = e; while (b && getComputedStyle(b).backgroundColor == "rgba(0, 0, 0, 0)") b = b.parentElement;
        const s = getComputedStyle(e);
        return [e.textContent.trim().slice(0, 40), s.color,
            b ? getComputedStyle(b).backgroundColor : "rgb(255, 255, 255)",
            parseFloat(s.fontSize)] })"""


@pytest.fixture(scope="module")
def browser():
    if executable() is None:
        system_packages.is_missing(f"there is no Chromium to open the leaderboard with: {INSTALL}")
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A leaderboard with the longest names, shared places, remarks, an infinite rejection and rejected files."""
    rng = np.random.default_rng(1)
    labels = rng.permutation(np.arange(2000) % 2)
    noise = rng.normal(size=2000)
    entries = [
        Entry("W" * 32, "M" * 32, noise + 3 * labels),
        Entry("W" * 32, "n" * 32, noise + 3 * labels + 0.02 * rng.normal(size=2000), remark="another group has it too"),
        Entry("oracle", "knows", labels + 0.1 * rng.random(2000)),
        *(Entry("quarks", f"net-{n}", rng.normal(size=2000) + n / 4 * labels) for n in range(1, 9)),
        Entry("leptons", "upside-down", rng.normal(size=2000) - labels),
    ]
    rejected = [
        NotRanked("x" * 80, "mallory", "rejected", "is empty"),
        NotRanked("<b>_dnn.npy", "eve", "late", "was late"),
    ]
    course = {"dnn": noise + 2 * labels, "jet-mass": rng.normal(size=2000) + labels}
    round_ = Round(labels, np.arange(2000) % 2 == 0, DEADLINE, tmp_path_factory.getbasetemp(), course, False)
    folder = tmp_path_factory.mktemp("page")
    write(folder, score(round_, entries, reveal=True), rejected, round_)
    return folder / "leaderboard.html"


def contrast(first: str, second: str) -> float:
    """The ratio of two CSS colours' luminances as the Web Content Accessibility Guidelines 2.1 define it."""

    def luminance(colour: str) -> float:
        channels = np.array([float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]) / 255
        linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    darker, lighter = sorted([luminance(first), luminance(second)])
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_the_known_one():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_fits_the_screen(browser, page, screen):
    width, height, phone = SCREENS[screen]
    browser.open(page, width, height, phone)
    assert browser.ask("innerWidth") == width
    assert browser.ask("document.documentElement.scrollWidth") <= width
    assert browser.ask(TOO_WIDE.replace("WIDTH", str(width))) == []
    assert browser.ask("document.documentElement.scrollHeight") > height


def test_the_pictures_are_there_and_nothing_is_asked_of_others(browser, page):
    browser.open(page, 390, 844, phone=True)
    assert browser.ask("[...document.images].map(i => i.naturalWidth > 500 && i.complete)") == [True, True]
    assert browser.ask("[...document.images].every(i => i.alt.length > 80)")
    assert browser.complaints == []
    others = [address for address in browser.requests if not address.startswith("data:image/png;base64,")]
    assert others == [page.resolve().as_uri()]


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_the_legend_is_text_and_the_bars_and_the_deadline_are_explained(browser, page, screen):
    browser.open(page, *SCREENS[screen])
    items = "[...f.querySelectorAll('li')].map(item => item.textContent.trim())"
    legends = browser.ask(f"[...document.querySelectorAll('figure')].map(f => {items})")
    assert [len(names) for names in legends] == [11, 11], "eight entries, the others as one, two of the course"
    assert {"oracle: knows", "course: dnn", "other entries"} <= set(legends[0])
    said = browser.ask("document.body.textContent")
    assert len(re.findall(r"on a scale from 0\.\d{4} at its left end to \d\.\d{4} at its right end", said)) == 2
    assert "The deadline has passed: networks handed in until 2026-07-01 12:00 UTC counted." in said


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_text_is_large_and_dark_enough(browser, page, screen):
    browser.open(page, *SCREENS[screen])
    texts = browser.ask(TEXTS)
    assert len(texts) > 100
    assert {text for text, colour, ground, _ in texts if contrast(colour, ground) < 4.5} == set()
    assert {text for text, *_, size in texts if size < 11} == set()


def test_a_table_stays_a_table_for_those_who_listen(browser, page):
    browser.open(page, 390, 844, phone=True)
    roles = browser.ask(
        "[...document.querySelectorAll('table, thead, tbody, tr, th, td')].map(e => e.getAttribute('role'))"
    )
    assert set(roles) == {"table", "rowgroup", "row", "columnheader", "rowheader", "cell"}
    assert browser.ask("getComputedStyle(document.querySelector('tbody tr')).display") == "grid"
    browser.open(page, 1280, 900)
    assert browser.ask("getComputedStyle(document.querySelector('tbody tr')).display") == "table-row"


def test_the_browser_would_notice(browser, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><meta name=viewport content='width=device-width'><p style='width: 700px; color: #aaa'>wide</p>"
        "<img src='missing.png'><script>console.error('oh')</script>"
    )
    browser.open(bad, 390, 844, phone=True)
    assert browser.ask("document.documentElement.scrollWidth") > 390
    assert len(browser.ask(TOO_WIDE.replace("WIDTH", "390"))) == 1
    assert [contrast(colour, ground) < 4.5 for text, colour, ground, _ in browser.ask(TEXTS) if text == "wide"] == [
        True
    ]
    assert browser.ask("document.images[0].naturalWidth") == 0
    assert len(browser.complaints) == 2
    assert [address for address in browser.requests if address.endswith("missing.png")]
