"""Feedback says first what became of each task, in words, and folds the check's code away."""

import re
from html import unescape

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook

from grading.cells.feedback_page import FeedbackPage, Verdicts

TEST = {"schema_version": 3, "grade": True, "solution": False, "locked": True, "task": False, "points": 3}
QUESTION = {"schema_version": 3, "grade": True, "solution": True, "locked": False, "task": False, "points": 2}


def failed(name, message):
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])


@pytest.fixture
def graded(tmp_path):
    """A graded notebook of alice, as GetGrades leaves it, and nbconvert's resources."""
    source = 'says = "order"  # the code of the check'
    cells = [
        new_code_cell(source, metadata={"nbgrader": {"grade_id": "shuffle-check", **TEST, "score": 3.0}}),
        new_code_cell(
            source,
            metadata={"nbgrader": {"grade_id": "split-check", **TEST, "score": 0.0}},
            outputs=[failed("CheckFailed", "an event is <lost>")],
        ),
        new_code_cell(
            source,
            metadata={"nbgrader": {"grade_id": "scale-check", **TEST, "score": 0.0}},
            outputs=[failed("NameError", "name 'scale' is not defined")],
        ),
        new_markdown_cell("my answer", metadata={"nbgrader": {"grade_id": "why", **QUESTION, "score": 0.0}}),
        new_markdown_cell(
            "another", metadata={"nbgrader": {"grade_id": "how", **QUESTION, "score": 1.5, "comment": "**nearly**"}}
        ),
    ]
    database = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(database) as gradebook:
        gradebook.add_assignment("ex4")
        gradebook.add_notebook("splitting", "ex4")
        for name in ("why", "how"):
            gradebook.add_grade_cell(name, "splitting", "ex4", max_score=2, cell_type="markdown")
        gradebook.add_student("alice")
        gradebook.add_submission("ex4", "alice")
        gradebook.find_grade("why", "splitting", "ex4", "alice").needs_manual_grade = True
        marked = gradebook.find_grade("how", "splitting", "ex4", "alice")
        marked.manual_score, marked.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    folder = tmp_path / "autograded" / "alice" / "ex4"
    solution = new_markdown_cell(
        "<!-- ### BEGIN SOLUTION -->\nBecause of the order.\n\n"
        "**Marking scheme.** 1 point: secret.\n<!-- ### END SOLUTION -->",
        metadata={"nbgrader": {"grade_id": "why", **QUESTION}},
    )
    (tmp_path / "solutions" / "ex4").mkdir(parents=True)
    nbformat.write(new_notebook(cells=[solution]), tmp_path / "solutions" / "ex4" / "splitting.ipynb")
    names = {"notebook": "splitting", "assignment": "ex4", "student": "alice", "db_url": database}
    resources = {
        "nbgrader": {**names, "score": 4.5, "max_score": 13, "late_penalty": 0},
        "metadata": {"name": "splitting", "path": str(folder)},
    }
    return new_notebook(cells=cells), resources


def page(graded, **options):
    notebook, resources = Verdicts(**options).preprocess(*graded)
    return FeedbackPage().from_notebook_node(notebook, resources)[0]


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


def test_points_by_task_stand_at_the_top(graded):
    said = text(page(graded))
    assert "splitting: 4.5 of 13 points" in said
    assert "task result shuffle passed, 3 of 3 points split failed, 0 of 3 points" in said
    assert "why 2 points, not graded yet how 1.5 of 2 points" in said


def test_what_was_graded_in_the_place_of_a_notebook_is_said_at_the_top(graded):
    notebook, _ = graded
    sentence = "splitting.ipynb was not handed in: '<b>(1).ipynb' was graded in its place"
    notebook.metadata["hepdl_grading"] = {"told": [sentence], "incidents": []}
    html = page(graded)
    assert sentence in unescape(text(html))
    assert "<b>(1)" not in html
    assert html.index("was not handed in") < html.index("<table")


def test_points_that_wait_for_a_person_are_said_to(graded):
    assert "So far: 2 of these points are not graded yet." in text(page(graded))
    cells = graded[0].cells
    graded[0].cells = [cell for cell in cells if cell.metadata.nbgrader.grade_id != "why"]
    assert "So far" not in text(page(graded))


def test_a_cell_that_the_grader_stopped_says_why_at_the_top_and_where_it_stands(graded):
    why = "the cell was stopped after computing for 301 s: a cell may take 300 s of processor time"
    stopped, interrupted = failed("CellTimeoutError", why), new_output("stream", name="stdout", text="epoch 3")
    answer = {"schema_version": 3, "grade_id": "train", "grade": False, "solution": True, "locked": False}
    graded[0].cells += [
        new_code_cell("train()", outputs=[interrupted, stopped], metadata={"nbgrader": answer | {"task": False}}),
        new_code_cell("train()", outputs=[stopped]),
        new_code_cell("check()", outputs=[stopped], metadata={"nbgrader": {"grade_id": "c", **TEST, "score": 0.0}}),
    ]
    html = page(graded)
    assert html.count(f'<p class="sentence">{why}</p>') == 3
    said = text(html)
    assert f"train {why} your code {why}" in said[: said.index("Your answer")]
    assert "epoch 3" in said
    assert "CellTimeoutError" not in html


def test_links_that_would_lead_nowhere_are_text(graded):
    links = "[Start](../start.md), [**loss**](../glossary.md#loss), [here](#why), [docs](https://example.org/a)"
    graded[0].cells.append(new_markdown_cell(links))
    html = page(graded)
    assert "Start, <strong>loss</strong>, <a" in html
    assert ".md" not in html
    assert 'href="#why"' in html
    assert 'href="https://example.org/a"' in html


def test_the_sentence_comes_before_the_code_which_is_folded(graded):
    html = page(graded)
    section = html[html.index('id="split-check"') :]
    assert (
        section.index("an event is &lt;lost&gt;") < section.index("<details>") < section.index("the code of the check")
    )
    assert "NameError: name 'scale' is not defined" in text(html)
    assert "CheckFailed" not in html


def test_it_is_read_on_a_phone_and_shows_comments(graded):
    html = page(graded)
    assert re.search(r'<meta content="width=device-width[^>]*name="viewport"', html)
    assert "<strong>nearly</strong>" in html


def test_model_answers_are_shown_only_if_asked_for_and_without_the_marking_scheme(graded):
    assert "Because of the order." not in page(graded)
    html = page(graded, model_answers=True)
    assert "Because of the order." in html
    assert "secret" not in html
