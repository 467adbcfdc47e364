"""Nobody can type a mark or a comment before formgrader has the old ones, which would take the place of the new."""

import pytest

LOADED = ("**/api/grades*", "**/api/comments*")


@pytest.fixture
def page(browser):
    page = browser.visitor(1200, 900)
    yield page
    page.context.close()


def test_a_mark_can_be_typed_when_the_old_ones_are_there_and_not_before(page, formgrader):
    late = []
    for address in LOADED:
        page.route(address, lambda answer: late.append(answer))
    page.goto(formgrader.pages["trudy"])
    while len(late) < len(LOADED):
        page.wait_for_timeout(100)
    mark, comment = page.locator("#why"), page.locator("#why-comment")
    for field, text in ((mark, "0.5"), (page.locator("#why_extra_credit"), "1"), (comment, "too early")):
        field.press_sequentially(text)
        assert field.input_value() == ""
    assert page.locator(".full-credit").last.is_disabled()

    for answer in late:
        answer.continue_()
    page.unroute_all()
    for field, text in ((mark, "0.5"), (comment, "in time")):
        with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
            field.fill(text)
            field.press("Tab")
    page.reload()
    page.locator("#why-comment:not([readonly])").wait_for()
    assert (float(mark.input_value()), comment.input_value()) == (0.5, "in time")
    assert page.locator(".full-credit").last.is_enabled()
