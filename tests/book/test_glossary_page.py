"""Terms lead to the lessons that use them, and back."""

import toy_lesson

from book import glossary_page

GLOSSARY = """# Glossary

[Start](start.md)

<a id="mass"></a>

### Mass

What a particle weighs.

<a id="spin"></a>

### Spin

How it turns.
"""


def test_terms():
    assert glossary_page.terms(GLOSSARY) == {"mass": "Mass", "spin": "Spin"}


def test_links_back():
    lesson = toy_lesson.lesson()
    used = glossary_page.users([(lesson.opening, lesson.released)])
    page = glossary_page.with_links_back(GLOSSARY, used)
    mass, spin = page.split("## Mass\n")[1].split("## Spin\n")
    assert "What a particle weighs." in mass
    assert "Where lessons use it: [Exercise 9](ex9_toys/toys.ipynb)." in mass
    assert "Where lessons use it" not in spin
    assert "```{index} Spin\n```" in page
    assert "<a id" not in page


def test_the_first_place_of_a_term_is_in_the_index():
    page = toy_lesson.lesson().released
    glossary_page.index_terms(page, "Exercise 9: toys", {"mass": "Mass"})
    entries = [cell.source.count("```{index} single: Mass; in Exercise 9\n```") for cell in page.cells]
    assert entries == [1, *[0] * (len(page.cells) - 1)]
