"""One page holds all that a marker needs, and the release nothing of it."""

from grading.authoring import marking_schemes
from helpers.repository import ROOT


def test_a_page_holds_each_question_with_points_answer_and_scheme(toy_solutions):
    page = marking_schemes.page(toy_solutions)
    assert "toys: 3 points by hand" in page
    places = [page.index(text) for text in ("why: 3 points", "Why is twice two four?", "1 point for that.")]
    assert places == sorted(places)
    assert "BEGIN SOLUTION" not in page


def test_formulas_of_a_real_lesson_need_no_network():
    page = marking_schemes.page(ROOT / "solutions" / "nn_metrics")
    assert "<math" in page
    assert "<script" not in page
    assert "Shown as plain text" not in page


def test_the_command_writes_the_page_and_names_the_lessons_that_there_are(toy_solutions, tmp_path, capsys):
    root = tmp_path / "course"
    root.mkdir()
    toy_solutions.parent.rename(root / "solutions")
    assert marking_schemes.main(["toys"], root) == 0
    assert "1 point for that." in (root / "marking_schemes" / "toys.html").read_text()
    assert marking_schemes.main(["tops"], root) == 2
    assert "no assignment tops; there are: toys" in capsys.readouterr().err
