"""Formgrader within JupyterLab, as an instructor uses it."""

from lab_page import LabPage
from playwright.sync_api import Locator


class FormgraderPage:
    def __init__(self, lab: LabPage) -> None:
        lab.choose("Nbgrader", "Formgrader")
        self.page, self.frame = lab.page, lab.page.frame_locator("iframe")
        self.window = self.frame.locator(".modal:visible")

    def go(self, *links: str) -> None:
        for link in links:
            self.frame.get_by_role("link", name=link, exact=True).first.click()

    def row(self, name: str) -> Locator:
        return self.frame.locator("tbody tr").filter(has_text=name)

    def do(self, name: str, action: str) -> str:
        """Click an action's symbol in a row, and close the window that says what was done; returns what it said."""
        self.row(name).locator(f"td.{action} a").click()
        said = self.window.inner_text()
        self.close()
        assert "Success" in said, said
        return said

    def close(self) -> None:
        self.window.get_by_role("button", name="OK").click()
        self.window.wait_for(state="hidden")

    def set_due_date(self, assignment: str, date: str, offset: str) -> None:
        """A date such as 2026-12-18T18:00 and the zone's offset from UTC, such as +0100; the window stays open."""
        self.row(assignment).locator("td.edit a").click()
        self.window.locator(".modal-duedate").fill(date)
        self.window.locator(".modal-timezone").fill(offset)

    def save(self) -> None:
        self.window.get_by_role("button", name="Save").click()
        self.window.wait_for(state="hidden")

    def mark(self, task: str, points: str, comment: str) -> None:
        """Give points and a comment, and wait until both are stored."""
        for field, text in ((f"#{task}", points), (f"#{task}-comment", comment)):
            self.frame.locator(f"{field}:not([readonly])").wait_for()
            if self.frame.locator(field).input_value() == text:
                continue
            with self.page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
                self.frame.locator(field).fill(text)
                self.frame.locator(field).press("Tab")
