"""What a student wrote costs its own text when it would take for ever, and never the page, the class or the server."""

import re
from html import unescape

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from grading.cells import rendering, shown
from grading.cells.clean_html import TooMuch, cleaned
from grading.cells.feedback_page import FeedbackPage
from grading.cells.harmless import MOST_IN_A_TEXT, Harmless
from grading.cells.rendering import NotRendered, Page, rendered

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
NAMES = {"nbgrader": {"notebook": "toys", "student": "mallory", "score": 0, "max_score": 1, "late_penalty": 0}}
# Each takes minutes or for ever in the libraries that show it.
ENDLESS = {
    "blanks": new_markdown_cell(" " * 200_000 + "x"),
    "environments": new_markdown_cell("\\begin{a}" * 22_000),
    "short environments": new_markdown_cell("\\begin{a}" * 2_000),
    "brackets": new_markdown_cell("[" * 200_000),
    "emphasis": new_markdown_cell("*a_" * 70_000),
    "dollars": new_markdown_cell("$" * 200_000),
    "a table": new_markdown_cell("|a" * 5_000 + "\n" + "|-" * 5_000),
    "quotations": new_markdown_cell(">" * 19_000),
    "a formula": new_markdown_cell("$" + "x_{" * 600 + "}" * 600 + "$"),
    "tags": new_markdown_cell("<div>" * 3_000),
    "blanks of code": new_code_cell(" " * 200_000 + "x"),
    "deep output": new_code_cell(
        "x", outputs=[new_output("display_data", data={"text/html": "<div>" * 30_000, "text/plain": "deep"})]
    ),
    "colours": new_code_cell("x", outputs=[new_output("stream", name="stdout", text="\x1b[31m." * 400_000)]),
    "90 MB": new_code_cell("x", outputs=[new_output("stream", name="stdout", text="x" * 90_000_000)]),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_text_is_shown_plain_and_the_rest_of_the_page_as_it_is(kind):
    notebook = new_notebook(cells=[ENDLESS[kind], new_markdown_cell("**after** it")])
    html, _ = FeedbackPage().from_notebook_node(notebook, NAMES | {"feedback_css": ""})
    assert "<strong>after</strong> it" in html
    assert len(html) < 4_000_000


def bare(cell, **parts):
    """A cell with parts that nbformat does not allow."""
    cell.update(parts)
    return cell


UNDRAWABLE = {
    "no picture": new_markdown_cell("before ![a plot](attachment:plot.png) behind"),
    "an empty picture": bare(new_markdown_cell("before ![a](attachment:a.png) behind"), attachments={"a.png": {}}),
    "a picture of text": bare(
        new_markdown_cell("before ![a](attachment:a.png) behind"), attachments={"a.png": {"text/plain": "x"}}
    ),
    "a list of pictures": bare(new_markdown_cell("before ![a](attachment:a.png) behind"), attachments=["a.png"]),
    "pictures that are null": bare(new_markdown_cell("before behind"), attachments=None),
    "outputs that are null": bare(new_code_cell("before = behind"), outputs=None),
    "a word for an output": bare(new_code_cell("before = behind"), outputs=["2"]),
    "data that are a word": bare(
        new_code_cell("before = behind"), outputs=[{"output_type": "display_data", "data": "2", "metadata": {}}]
    ),
    "a traceback that is null": bare(
        new_code_cell("before = behind"), outputs=[{"output_type": "error", "traceback": None}]
    ),
}


@pytest.mark.parametrize("kind", UNDRAWABLE)
def test_what_cannot_be_drawn_costs_the_rest_of_its_cell_and_page_nothing(kind):
    notebook = new_notebook()
    notebook.cells = [UNDRAWABLE[kind], new_markdown_cell("**after** it")]
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"version_major": 2}}
    html, _ = FeedbackPage().from_notebook_node(notebook, NAMES | {"feedback_css": ""})
    for word in ("before", "behind", "<strong>after</strong> it"):
        assert word in html
    assert "Shown as plain text" not in html
    assert ("(a picture that is not in the file: " in html) == ("![" in UNDRAWABLE[kind].source)


def test_a_text_that_its_renderer_cannot_draw_is_shown_plain(monkeypatch):
    def fails(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(shown, "cleaned", fails)
    html = HTMLExporter(filters=shown.FILTERS).from_notebook_node(new_notebook(cells=[new_markdown_cell("*a* <b>")]))[0]
    assert "Shown as plain text, because it cannot be drawn (ZeroDivisionError)" in html
    assert "*a* &lt;b&gt;" in html


class Hanging(HTMLExporter):
    """Takes for ever, unless all texts are to be plain."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.filters = {"markdown2html": hang, "highlight_code": hang}


def hang(source, **_):
    while source == "hang":
        pass
    return source


def test_a_page_that_hangs_is_given_up_and_the_next_is_made(monkeypatch):
    monkeypatch.setattr(rendering, "_SERVER", rendering.Server())
    monkeypatch.setattr(rendering, "CLOCK_S", 3)
    monkeypatch.setenv("PYTHONPATH", __file__.rpartition("/")[0])
    config = Config()

    def page(source):
        return Page(Hanging, config, new_notebook(cells=[new_markdown_cell(source)]), {})

    with pytest.raises(NotRendered, match="takes more than 3 s to render"):
        rendered(page("hang"))
    monkeypatch.setattr(rendering, "CLOCK_S", 120)
    assert "honest" in rendered(page("honest"))


def test_what_is_cut_is_said_to_be():
    notebook = new_notebook(cells=[ENDLESS["90 MB"].copy()])
    shown, _ = Harmless().preprocess(notebook, {})
    text = shown.cells[0].outputs[0].text
    assert len(text) < MOST_IN_A_TEXT + 100
    assert text.endswith("characters more, which are not shown)")


def test_nested_html_is_refused_before_it_is_read():
    with pytest.raises(TooMuch, match="open at once"):
        cleaned("<div>" * 1000)
    assert cleaned("<p>one<br>" * 150).count("<br>") == 150


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<a href="files/javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<a href="#part">x</a>', '<a href="#part" rel="noopener noreferrer">x</a>'),
        ('<img src="https://example.org/seen.png">', "<img>"),
        ('<img src="/logout">', "<img>"),
        ('<img src="../alice/plot.png">', "<img>"),
        ('<img src="plot.png">', '<img src="plot.png">'),
        ('<button class="full-credit" style="position:fixed;top:0;color:red">x</button>', "x"),
        ('<b class="full-credit" style="position:fixed;color:red">x</b>', '<b style="color:red">x</b>'),
        ('<b id="notebook" name="x" data-toggle="tooltip" data-html="true">x</b>', "<b>x</b>"),
        ("<style>b{color:red}</style><b>x</b><!-- y -->", "<b>x</b>"),
        ('<form action="/x"><input name="y"></form>', ""),
        ('<base href="https://example.org"><meta http-equiv="refresh" content="0;url=/x">', ""),
    ],
)
def test_what_html_may_hold(html, left):
    assert cleaned(html) == left


@pytest.mark.parametrize(
    ("text", "alt"),
    [
        (
            ["Figure\n", "- x 'mass [GeV]' 0 to 250; y '\"events\"'"],
            "Figure\n- x 'mass [GeV]' 0 to 250; y '\"events\"'",
        ),
        ("<Figure size 560x400 with 1 Axes>", None),
    ],
)
def test_a_figure_says_in_words_what_it_shows(text, alt):
    picture = new_output("display_data", data={"image/png": PNG, "text/plain": text})
    shown, _ = Harmless().preprocess(new_notebook(cells=[new_code_cell("plot()", outputs=[picture])]), {})
    assert shown.cells[0].outputs[0].metadata["image/png"].get("alt") == alt
    html, _ = FeedbackPage().from_notebook_node(shown, NAMES | {"feedback_css": ""})
    words = re.search(r'<img[^>]*alt="([^"]*)"', html, re.DOTALL)[1]
    assert unescape(words) == (alt or "No description has been provided for this image")
