"""HTML that a student wrote, made harmless by an allow-list: tags, attributes, addresses and styles that only show."""

import re

import nh3
from pygments.token import STANDARD_TYPES

MOST_CHARACTERS = 200_000
DEEPEST = 200
"""So many tags may be open at once: cleaning and reading back take a time that grows with the square of it."""


def _words(text: str) -> set[str]:
    return set(text.split())


TAGS = _words("""
    a abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table
    tbody td tfoot th thead tr tt u ul var
""")
ATTRIBUTES = {
    "*": {"style", "title", "dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "ol": {"start"},
    "table": {"border"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
}
CLASSES = {"div": {"highlight"}, "span": set(STANDARD_TYPES.values()) - {""}, "table": {"dataframe"}}
STYLES = _words("""
    background-color border border-collapse color font-family font-size font-style font-weight height padding text-align
    text-decoration vertical-align white-space width
""")
LINK = re.compile(r"#|https?://|mailto:", re.IGNORECASE)
# A picture in the text itself, or a file beside the notebook; no other address, which a browser would ask unasked.
PICTURE = re.compile(
    r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[\w+/=\s]*|(?!\S*\.\.)\w[\w ./%-]*\.(?:png|jpe?g|gif|webp)",
    re.IGNORECASE,
)
OPENING = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
UNCLOSED = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

MATHEMATICS = _words("""
    math mrow mi mo mn mtext mfrac msup msub msubsup msqrt mroot mover munder munderover mtable mtr mtd mspace
    mstyle mpadded mphantom menclose ms mfenced mmultiscripts mprescripts none
""")
OF_MATHEMATICS = _words("""
    display displaystyle stretchy mathvariant columnalign columnspacing rowspacing fence form accent accentunder
    width height depth minsize maxsize separator movablelimits linethickness lspace rspace scriptlevel
""")


class TooMuch(Exception):
    """Why a text is not shown as it was meant to be, to follow "because"."""


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value if LINK.match(value) else None
    if attribute == "src":
        return value if PICTURE.fullmatch(value) else None
    return value


_HTML = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_kept,
    allowed_classes=CLASSES,
    filter_style_properties=STYLES,
    url_schemes={"http", "https", "mailto", "data"},
)
_FORMULA = nh3.Cleaner(tags=MATHEMATICS, attributes={"*": OF_MATHEMATICS}, link_rel=None)


def cleaned(html: str) -> str:
    """HTML without script, style sheets, frames, forms, names, and addresses that a browser would ask by itself.

    Raises `TooMuch` for what would take too long.
    """
    if len(html) > MOST_CHARACTERS:
        raise TooMuch(f"it has more than {MOST_CHARACTERS} characters")
    _refuse_depth(html)
    return _HTML.clean(html)


def cleaned_formula(mathml: str) -> str:
    """MathML without anything but mathematics. Raises `TooMuch`."""
    _refuse_depth(mathml)
    return _FORMULA.clean(mathml)


def _refuse_depth(html: str) -> None:
    depth = 0
    for closing, name in OPENING.findall(html):
        if name.lower() not in UNCLOSED:
            depth += -1 if closing else 1
        if depth > DEEPEST:
            raise TooMuch(f"more than {DEEPEST} of its tags are open at once")
        depth = max(depth, 0)
