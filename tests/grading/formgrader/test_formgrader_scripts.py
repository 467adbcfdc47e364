"""Nothing that a student handed in runs in the instructor's browser, on any page of formgrader."""

import time
import urllib.parse
import urllib.request

import hostile
import pytest

NAME = urllib.parse.quote(hostile.MALLORY, safe="")
INJECTED = urllib.parse.quote('x"+(document.documentElement.dataset.reached=1)+"', safe="")
PAGES = (
    "manage_assignments",
    "manage_submissions/toys",
    "gradebook",
    "gradebook/toys",
    "gradebook/toys/toys",
    "manage_students",
    f"manage_students/{NAME}",
    f"manage_students/{NAME}/toys",
    f"manage_submissions/{INJECTED}",
    f"gradebook/{INJECTED}",
    f"gradebook/toys/{INJECTED}",
    f"manage_students/{INJECTED}",
    f"manage_students/{INJECTED}/{INJECTED}",
    "api/submissions/toys",
    "api/students",
)


def reached(browser, address):
    browser.open(address, 1200, 900)
    time.sleep(0.7)
    return browser.ask(hostile.REACHED)


@pytest.mark.parametrize("student", [hostile.MALLORY, "trudy"])
def test_a_submission_that_holds_scripts_shows_and_runs_none(browser, formgrader, student):
    assert reached(browser, formgrader.pages[student]) == ""
    assert browser.ask("document.querySelectorAll('.nbgrader_cell').length") > 5
    host = formgrader.address.removesuffix("formgrader/")
    assert [request for request in browser.requests if not request.startswith((host, "data:"))] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_runs_what_is_in_a_name(browser, formgrader, page):
    assert reached(browser, formgrader.address + page) == ""


def test_a_file_that_was_handed_in_runs_nothing(browser, formgrader):
    assert reached(browser, formgrader.pages[hostile.MALLORY] + "evil.html") in ("", None)


def test_what_is_honest_shows_and_can_be_marked(browser, formgrader):
    reached(browser, formgrader.pages["alice"])
    assert browser.ask("document.querySelectorAll('math').length") == 2
    assert browser.ask("[...document.images].every(image => image.naturalWidth == 1)")
    assert browser.complaints == []
    assert formgrader.score("alice") == 0
    browser.ask("document.querySelector('.full-credit').click()")
    time.sleep(0.7)
    assert formgrader.score("alice") == 4
