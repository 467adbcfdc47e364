"""What a site links to and loads: links within it must lead somewhere, and nothing may come from another host."""

import re
from urllib.parse import unquote, urldefrag, urlsplit

from bs4 import BeautifulSoup, Tag

from book.pages import Site

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "video": "src"}
ELSEWHERE = re.compile(r"(https?:)?//")
FROM_A_STYLE_SHEET = re.compile(r"(url\(\s*|@import\s+)['\"]?(https?:)?//")
LOADS_NOTHING = {"canonical", "license", "author"}


def broken(site: Site) -> list[str]:
    """Links of a site's pages that lead to no file or to no place in it."""
    places = {path: _places(page) for path, page in site.pages.items()}
    found = []
    for path, page in site.pages.items():
        for link in sorted({str(tag["href"]) for tag in page.find_all("a", href=True)}):
            address, place = urldefrag(link)
            if urlsplit(link).scheme or urlsplit(link).netloc:
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            if not target.is_file():
                found.append(f"{site.name(path)}: {link} is not there")
            elif place and target in places and unquote(place) not in places[target]:
                found.append(f"{site.name(path)}: {link} has no such place")
    return found


def from_other_hosts(site: Site) -> list[str]:
    """What a site's pages and style sheets would load from elsewhere."""
    found = [
        f"{site.name(path)} loads {tag.get(LOADED[tag.name])}"
        for path, page in site.pages.items()
        for tag in page.find_all(list(LOADED))
        if ELSEWHERE.match(str(tag.get(LOADED[tag.name], ""))) and not LOADS_NOTHING & set(tag.get("rel") or ())
    ]
    sheets = sorted(site.folder.rglob("*.css"))
    return found + [
        f"{site.name(sheet)} loads from another host"
        for sheet in sheets
        if FROM_A_STYLE_SHEET.search(sheet.read_text("utf-8"))
    ]


def _places(page: BeautifulSoup) -> set[str]:
    def is_named(tag: Tag) -> bool:
        return tag.has_attr("id") or tag.has_attr("name")

    return {str(tag.get("id") or tag.get("name")) for tag in page.find_all(is_named)}
