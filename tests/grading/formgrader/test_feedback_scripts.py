"""Nothing that a student handed in runs on the page of feedback, whose formulas, tables and figures show offline."""

import hostile
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from grading.cells.feedback_page import FeedbackPage

NAMES = {
    "notebook": f"</title>{hostile.tag('title')}",
    "student": "mallory",
    "score": 0,
    "max_score": 0,
    "late_penalty": 0,
}


def page(tmp_path, cells):
    notebook = new_notebook()
    notebook.cells = cells
    html, _ = FeedbackPage().from_notebook_node(notebook, {"nbgrader": NAMES, "feedback_css": ""})
    path = tmp_path / "feedback.html"
    path.write_text(html)
    return path


def commented(cell):
    cell.metadata["nbgrader"] = {
        "solution": True,
        "grade_id": f'x">{hostile.tag("grade_id")}',
        "comment": hostile.tag("comment"),
        "model_answer": hostile.tag("model"),
        "sentences": [hostile.tag("sentence")],
    }
    return cell


@pytest.mark.parametrize("with_policy", [True, False])
def test_no_script_runs_with_the_policy_nor_without(browser, tmp_path, with_policy):
    path = page(tmp_path, [*hostile.cells(), *hostile.forged(), commented(new_markdown_cell(hostile.tag("answer")))])
    if not with_policy:
        path.write_text(path.read_text().replace("Content-Security-Policy", "X"))
    browser.open(path, 1200, 900)
    assert browser.ask(hostile.REACHED) == ""
    assert [request for request in browser.requests if not request.startswith(("file:", "data:"))] == []


def test_the_policy_alone_stops_scripts(browser, tmp_path):
    path = page(tmp_path, [])
    path.write_text(
        path.read_text().replace("</main>", f"{hostile.tag('late')}<script>{hostile.reach('late')}</script></main>")
    )
    browser.open(path, 1200, 900)
    assert browser.ask(hostile.REACHED) == ""


def test_formulas_tables_figures_and_hints_show(browser, tmp_path):
    browser.open(page(tmp_path, hostile.honest()), 1200, 900)
    assert browser.ask("document.querySelectorAll('math').length") == 2
    assert browser.ask("document.querySelector('math mfrac').getBoundingClientRect().height") > 10
    assert browser.ask("[...document.images].every(image => image.naturalWidth == 1)")
    assert browser.ask("document.images.length") == 2
    assert browser.ask("document.images[1].alt") == "a drawn <peak>"
    assert browser.ask("document.querySelectorAll('td').length") == 3
    assert browser.ask("document.querySelectorAll('details').length") == 1
    assert browser.ask("getComputedStyle(document.querySelector('.highlight .mi')).color") != "rgb(27, 27, 27)"
    assert browser.complaints == []
