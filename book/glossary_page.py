"""The glossary of the book: each term in the index, with links to all lessons that lead to it."""

import re
from collections import defaultdict
from collections.abc import Iterable

from nbformat import NotebookNode

from grading.authoring.start_page import Opening

ENTRY = re.compile(r'<a id="([^"]+)"></a>\n\n### ([^\n]+)\n\n(.*?)(?=\n<a id=|\Z)', re.DOTALL)
LINK = re.compile(r"\.\./glossary\.md#([\w-]+)")


def terms(text: str) -> dict[str, str]:
    """The terms of a glossary by the anchors that lessons link to."""
    return {anchor: term for anchor, term, _ in ENTRY.findall(text)}


def users(lessons: Iterable[tuple[Opening, NotebookNode]]) -> dict[str, list[Opening]]:
    """The lessons that link to each term, by its anchor."""
    found = defaultdict(list)
    for opening, notebook in lessons:
        for anchor in sorted(set(LINK.findall("\n".join(cell.source for cell in notebook.cells)))):
            found[anchor].append(opening)
    return found


def with_links_back(text: str, used: dict[str, list[Opening]]) -> str:
    """The glossary's page: an entry of the index for each term, and the lessons that use it below."""

    def entry(found: re.Match[str]) -> str:
        anchor, term, meaning = found.groups()
        links = ", ".join(f"[{short(lesson.title)}]({lesson.path})" for lesson in used.get(anchor, []))
        back = f"\n\n{{.links-back}}\nWhere lessons use it: {links}." if links else ""
        return f"```{{index}} {term}\n```\n\n## {term}\n\n{meaning.strip()}{back}\n"

    return ENTRY.sub(entry, text)


def index_terms(notebook: NotebookNode, title: str, terms: dict[str, str]) -> None:
    """Put an entry of the index at the first link of a lesson to each term."""
    seen: set[str] = set()
    for cell in notebook.cells:
        new = [anchor for anchor in dict.fromkeys(LINK.findall(cell.source)) if anchor in terms and anchor not in seen]
        if cell.cell_type == "markdown" and new:
            seen.update(new)
            entries = [f"```{{index}} single: {terms[anchor]}; in {short(title)}\n```\n" for anchor in new]
            cell.source = "\n".join([*entries, cell.source])


def short(title: str) -> str:
    """The name of a lesson without its subject.

    >>> short("Exercise 4: shuffle, then split")
    'Exercise 4'
    """
    return title.partition(":")[0]
