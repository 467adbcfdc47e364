"""Links that lead nowhere and things from other hosts are found."""

import pytest

from book.links import broken, from_other_hosts
from book.pages import Site


@pytest.fixture
def site(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text('<h1 id="top">A</h1><a href="sub/page.html#place">b</a> <a href="#top">a</a>')
    (tmp_path / "sub/page.html").write_text(
        '<p id="place">B</p><a href="../index.html">a</a> <a href="https://numpy.org">c</a> <a href="mailto:a@b">d</a>'
    )
    return tmp_path


def test_links_that_lead_somewhere(site):
    assert broken(Site(site)) == []
    assert from_other_hosts(Site(site)) == []


@pytest.mark.parametrize(
    ("link", "complaint"),
    [
        ("sub/other.html", "index.html: sub/other.html is not there"),
        ("sub", "index.html: sub is not there"),
        ("sub/page.html#nowhere", "index.html: sub/page.html#nowhere has no such place"),
        ("#nowhere", "index.html: #nowhere has no such place"),
    ],
)
def test_links_that_lead_nowhere(site, link, complaint):
    (site / "index.html").write_text(f'<a href="{link}">x</a>')
    assert broken(Site(site)) == [complaint]


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="https://host/mathjax.js"></script>',
        '<img src="//host/pixel.gif">',
        '<link rel="stylesheet" href="http://host/style.css">',
        '<iframe src="https://host/video"></iframe>',
    ],
)
def test_what_comes_from_another_host(site, tag):
    (site / "sub/page.html").write_text(tag)
    (complaint,) = from_other_hosts(Site(site))
    assert complaint.startswith("sub/page.html loads ")
    assert "host" in complaint


@pytest.mark.parametrize("rule", ["src: url('https://host/font.woff')", "@import '//host/style.css'"])
def test_a_style_sheet_that_loads_from_another_host(site, rule):
    (site / "style.css").write_text(rule)
    assert from_other_hosts(Site(site)) == ["style.css loads from another host"]


def test_a_link_that_loads_nothing_is_none_of_them(site):
    (site / "index.html").write_text('<link rel="canonical" href="https://host/index.html">')
    assert from_other_hosts(Site(site)) == []
