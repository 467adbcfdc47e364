"""A student's day and an instructor's on a hub, in a browser: what docs/student_day.md and docs/instructor_day.md tell.

HEPDL_SCREENSHOTS=docs/days makes the pictures of these pages anew.
"""

import csv
import os
import pwd
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import system_packages
from answers import put_answers
from browser import INSTALL, Browser, executable
from formgrader_page import FormgraderPage
from lab_page import LabPage
from playwright.sync_api import Locator
from running_trial import ASSIGNMENT, BOB, COURSE, LECTURER, NOTEBOOK

from helpers.repository import ROOT

SCREENS = {"desktop": (1440, 900), "tablet": (820, 1180)}
SECONDS = 300
"""How long a page may take to change, on a machine with much else to do."""
TO_RELEASE = "ex2_arrays"
QUESTION = "why-normalise"
RIGHT = ("tree_names = file", "branch_names = tree")
# Formgrader itself scrolls to the field that Tab has led to.
TO_THE_TOP = "field => { $('html, body').finish(); field.scrollIntoView(); scrollBy(0, -150) }"
COVER = ".covered { background: #b8c4d0 !important } .covered * { visibility: hidden !important }"
whole = pytest.mark.skipif(not os.environ.get("HEPDL_TEST_ALL"), reason="make test-all plays it on a tablet, too")


@pytest.fixture(scope="module")
def browser():
    if executable() is None:
        system_packages.is_missing(f"there is no Chromium: {INSTALL}")
    with Browser() as opened:
        yield opened


@pytest.fixture
def enter(trial, browser):
    """Log in on a screen, as if for the first time."""
    opened = []

    def log_in(user: str, screen: str) -> LabPage:
        page = browser.visitor(*SCREENS[screen])
        page.set_default_timeout(1000 * SECONDS)
        opened.append(page.context)
        return LabPage(page, trial.address, user, trial.passwords[user])

    yield log_in
    for context in opened:
        context.close()


@pytest.fixture
def picture(tmp_path, screen) -> Callable:
    """Take a screenshot, with right answers covered; with HEPDL_SCREENSHOTS those of a desktop are kept."""
    kept = os.environ.get("HEPDL_SCREENSHOTS") if screen == "desktop" else None
    folder = ROOT / kept if kept else tmp_path

    def take(lab: LabPage, name: str, *secret: Locator) -> None:
        time.sleep(0.5)  # what fades in has faded in
        editors = lab.page.locator(".jp-NotebookPanel .jp-CodeCell .jp-InputArea-editor")
        for covered in (*secret, *(editors.filter(has_text=answer) for answer in RIGHT)):
            covered.evaluate_all("found => found.forEach(one => one.classList.add('covered'))")
        lab.page.screenshot(path=folder / f"{name}.png", style=COVER)

    return take


@pytest.fixture
def homes(trial):
    """The homes of student and instructor, as on the first day."""
    student, instructor = (trial.folder / "home" / user for user in (BOB, LECTURER))
    old = [student / ASSIGNMENT, student / ".local/share/jupyter/nbgrader_cache"]
    old += [home / ".jupyter/lab/workspaces" for home in (student, instructor)]
    old += [trial.folder / "exchange" / COURSE / "outbound" / TO_RELEASE]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return SimpleNamespace(student=student, instructor=instructor)


def test_fetch_validate_and_submit_by_keyboard_alone(homes, enter):
    lab = enter(BOB, "tablet")
    lab.command("assignment list")
    lab.list_of("released").get_by_text(ASSIGNMENT).wait_for()
    lab.press("Fetch")
    lab.list_of("fetched").get_by_text(ASSIGNMENT).wait_for()
    lab.press(ASSIGNMENT)
    lab.list_of("fetched").get_by_text(NOTEBOOK).wait_for()
    lab.press("Validate")
    assert "Not checked: `tree_names` is not there yet" in lab.validated()
    lab.press("Ok")
    lab.page.locator(".jp-Dialog").wait_for(state="hidden")
    lab.press("Submit")
    lab.list_of("submitted").get_by_text("UTC").wait_for()
    assert lab.list_of("submitted").get_by_text(ASSIGNMENT).is_visible()


def test_a_terminal_finds_the_programs_of_the_course(homes, enter):
    lab = enter(BOB, "desktop")
    found = homes.student / ".found"
    found.unlink(missing_ok=True)
    run_in_terminal(lab, "command -v nbgrader > ~/.found", found)
    assert found.read_text().endswith("/student/bin/nbgrader\n")


def run_in_terminal(lab: LabPage, command: str, made: Path) -> None:
    """Open a terminal, type a command, and wait until a file is there that it makes."""
    lab.choose("File", "New", "Terminal")
    lab.page.locator(".jp-Terminal:visible .xterm-screen").wait_for()
    lab.page.locator(".jp-Terminal:visible textarea").focus()
    lab.keyboard.type(f"{command}\n")
    end = time.monotonic() + SECONDS
    while not (made.exists() and made.stat().st_size):
        assert time.monotonic() < end, f"{command} does not make {made}"
        time.sleep(0.2)


@pytest.mark.parametrize("screen", ["desktop", pytest.param("tablet", marks=whole)])
def test_the_days_of_student_and_instructor(homes, enter, picture, screen):
    student = enter(BOB, screen)
    student.page.locator("h1", has_text="Deep learning").wait_for()
    picture(student, "start")
    fetch(student, picture)
    work(student, homes.student, picture)
    submit(student, picture)

    instructor = enter(LECTURER, screen)
    formgrader = FormgraderPage(instructor)
    release(instructor, formgrader, picture)
    collect_and_grade(instructor, formgrader, picture)
    mark(instructor, formgrader, picture)
    give_back(instructor, formgrader, picture)
    export(instructor, homes.instructor, picture)

    read_feedback(student, picture)


def fetch(lab: LabPage, picture) -> None:
    lab.choose("Nbgrader", "Assignment List")
    released = lab.list_of("released")
    released.get_by_text(ASSIGNMENT).wait_for()
    picture(lab, "assignments")
    released.locator(".list_item", has_text=ASSIGNMENT).get_by_role("button", name="Fetch").click()
    lab.list_of("fetched").get_by_text(ASSIGNMENT).click()
    lab.list_of("fetched").get_by_text(NOTEBOOK).wait_for()
    picture(lab, "fetched")


def work(lab: LabPage, home: Path, picture) -> None:
    put_answers(home, {"tree-names": "# tree_names: list of strings", QUESTION: "So that one step suits all weights."})
    lab.list_of("fetched").get_by_text(NOTEBOOK).click()
    notebook = lab.page.locator(".jp-NotebookPanel:visible .jp-Notebook")
    cell = notebook.locator(".jp-CodeCell", has_text="tree_names: list of strings")
    lab.type_into(cell, 'tree_names = ["mtw1"]')
    lab.choose("Run", "Run All Above Selected Cell")
    for answer, verdict in (("['mtw1']", "Check failed: tree_names lacks 'Events'"), ("file.keys()", "Passed: tree_")):
        lab.type_into(notebook.locator(".jp-CodeCell", has_text="tree_names = "), f"tree_names = {answer}")
        lab.keyboard.press("Shift+Enter")
        lab.keyboard.press("Shift+Enter")
        notebook.get_by_text(verdict).wait_for()
        picture(lab, "check" if "failed" in verdict else "passed")
    lab.page.locator(".jp-NotebookPanel-toolbar:visible").get_by_role("button", name="Validate").click()
    assert "Success!" in lab.validated()
    picture(lab, "validate")
    lab.press("Ok")
    lab.command("save notebook")
    lab.page.locator(".jp-Dialog").wait_for(state="hidden")


def submit(lab: LabPage, picture) -> None:
    lab.tab("Assignments")
    lab.list_of("fetched").get_by_role("button", name="Submit").click()
    lab.list_of("submitted").get_by_text("UTC").wait_for()
    picture(lab, "submitted")


def release(lab: LabPage, formgrader: FormgraderPage, picture) -> None:
    formgrader.row(TO_RELEASE).wait_for()
    lab.choose("View", "Appearance", "Show Left Sidebar")
    formgrader.set_due_date(TO_RELEASE, "2026-12-18T18:00", "+0100")
    picture(lab, "due_date")
    formgrader.save()
    formgrader.row(TO_RELEASE).get_by_text("2026-12-18 17:00:00 UTC").wait_for()
    formgrader.do(TO_RELEASE, "assign")
    formgrader.do(TO_RELEASE, "release")
    formgrader.row(TO_RELEASE).get_by_text("released").wait_for()
    picture(lab, "released")


def collect_and_grade(lab: LabPage, formgrader: FormgraderPage, picture) -> None:
    assert f"{BOB} {ASSIGNMENT}" in formgrader.do(ASSIGNMENT, "collect")
    formgrader.row(ASSIGNMENT).locator("td.num-submissions a").click()
    formgrader.row(BOB).wait_for()
    picture(lab, "collected")
    formgrader.do(BOB, "autograde")
    picture(lab, "autograded")


def mark(lab: LabPage, formgrader: FormgraderPage, picture) -> None:
    formgrader.go("Manual Grading", ASSIGNMENT, NOTEBOOK)
    formgrader.frame.locator(".reveal .name-hidden").first.wait_for()
    formgrader.frame.locator("#main-table tr").filter(has=formgrader.frame.get_by_text(BOB)).locator(
        "a.name-hidden"
    ).click()
    formgrader.mark(QUESTION, "1.5", "What sets the largest step?")
    formgrader.frame.locator(f"#{QUESTION}").evaluate(TO_THE_TOP)
    picture(lab, "marking", formgrader.frame.locator(".marking-scheme .rendered_html"))


def give_back(lab: LabPage, formgrader: FormgraderPage, picture) -> None:
    lab.tab("Formgrader")
    formgrader.go("Manual Grading", "Manage Assignments")
    formgrader.do(ASSIGNMENT, "generate-feedback")
    assert BOB in formgrader.do(ASSIGNMENT, "release-feedback")
    picture(lab, "feedback_released")


def export(lab: LabPage, home: Path, picture) -> None:
    grades = home / "hepdl" / "grades.csv"
    grades.unlink(missing_ok=True)
    run_in_terminal(lab, "cd ~/hepdl && nbgrader export", grades)
    picture(lab, "export")
    with grades.open() as table:
        (row,) = [row for row in csv.DictReader(table) if (row["student_id"], row["assignment"]) == (BOB, ASSIGNMENT)]
    assert float(row["score"]) == 8.5
    assert grades.stat().st_uid == pwd.getpwnam(LECTURER).pw_uid


def read_feedback(lab: LabPage, picture) -> None:
    lab.list_of("submitted").get_by_role("button", name="Fetch Feedback").click()
    lab.list_of("submitted").get_by_text("(view feedback)").last.click()
    lab.page.locator(".jp-DirListing-item", has_text=f"{NOTEBOOK}.html").dblclick()
    feedback = lab.page.frame_locator(".jp-HTMLViewer:visible iframe")
    feedback.get_by_text("8.5 of 9 points").wait_for()
    picture(lab, "feedback")
