"""The way through the course is drawn as the start page describes it."""

from bs4 import BeautifulSoup

from book import diagram

CHART = """flowchart LR
    subgraph data [From a file]
        a[Exercise 1<br>uproot] --> b[Exercise 2]
    end
    b --> c[Networks]
    b --> d[Jets & more] --> e[Challenge]
    c --> e
"""


def test_a_chart_is_read():
    chart = diagram.read(CHART)
    assert chart.labels["a"] == ["Exercise 1", "uproot"]
    assert set(chart.arrows) == {("a", "b"), ("b", "c"), ("b", "d"), ("d", "e"), ("c", "e")}
    assert chart.groups == [("From a file", ["a", "b"])]


def test_what_comes_after_stands_further_right_and_nothing_on_something_else():
    chart = diagram.read(CHART)
    places = diagram.places(chart)
    assert all(places[start][0] < places[end][0] for start, end in chart.arrows)
    assert len(set(places.values())) == len(places)


def test_the_drawing_says_everything():
    drawing = BeautifulSoup(diagram.svg(CHART, "the <way>"), "html.parser").svg
    assert drawing["role"] == "img"
    assert drawing["aria-label"] == "the <way>"
    assert [text.get_text() for text in drawing.find_all("text")] == [
        *("From a file", "Exercise 1", "uproot", "Exercise 2", "Networks", "Jets & more", "Challenge")
    ]
    assert len(drawing.find_all("path", attrs={"marker-end": True})) == 5


def test_a_page_keeps_its_text():
    page = diagram.drawn(f"before\n\n```mermaid\n{CHART}```\n\nafter", "the way")
    assert page.startswith("before\n\n```{raw} html\n<div")
    assert page.endswith("</div>\n```\n\nafter")
    assert "mermaid" not in page
