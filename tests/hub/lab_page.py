"""JupyterLab of somebody's server on a hub, as a person uses it: by mouse, and by keyboard alone."""

import re

from playwright.sync_api import Locator, Page

FOCUSED = """() => {
    const inside = element => element.shadowRoot?.activeElement ? inside(element.shadowRoot.activeElement) : element
    const focused = inside(document.activeElement)
    return focused.tagName == "BODY" ? "" : focused.textContent.trim()
}"""
TABS = 80


class LabPage:
    """A browser's page in which somebody has logged in; JupyterLab is open when this is made."""

    def __init__(self, page: Page, address: str, name: str, password: str) -> None:
        self.page, self.keyboard, self.name = page, page.keyboard, name
        page.goto(address)
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(password)
        self.keyboard.press("Enter")
        page.wait_for_url("**/lab**")
        page.get_by_role("menuitem", name="Nbgrader").wait_for()
        page.locator("#jp-main-dock-panel .lm-TabBar-tab").first.wait_for()

    def choose(self, menu: str, *names: str) -> None:
        """Click through a menu."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        for name in names:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(name, exact=True).click()

    def command(self, name: str) -> None:
        """Run a command from the palette, by keyboard."""
        self.keyboard.press("Control+Shift+c")
        self.page.locator(".lm-CommandPalette-input:focus").wait_for()
        self.keyboard.type(name)
        found = self.page.locator(".lm-CommandPalette-item.lm-mod-active")
        found.filter(has_text=re.compile(name, re.IGNORECASE)).wait_for()
        self.keyboard.press("Enter")

    def press(self, text: str) -> None:
        """Go to the next thing with a text by the Tab key, and press Enter."""
        met = []
        for _ in range(TABS):
            met.append(self.page.evaluate(FOCUSED))
            if met[-1] == text:
                self.keyboard.press("Enter")
                return
            self.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {text!r} but to {list(dict.fromkeys(met))}")

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def list_of(self, which: str) -> Locator:
        """A list of assignments: released, fetched or submitted."""
        return self.page.locator(f"#{which}_assignments_list")

    def validated(self) -> str:
        """What Validate says when it is done; the window stays open."""
        self.page.locator(".jp-Dialog").get_by_text("Validation Results").wait_for()
        return self.page.locator(".jp-Dialog .jp-Dialog-body").inner_text()

    def type_into(self, cell: Locator, text: str) -> None:
        cell.locator(".cm-content").click()
        self.keyboard.press("Control+a")
        self.keyboard.insert_text(text)
