"""The cells of a submission as they may be shown: no script, no forged fields, and bounded."""

import base64
import binascii
import re
import secrets
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from grading.cells.clean_html import TooMuch, cleaned

PICTURES = ("image/png", "image/jpeg")
TEXTS = ("text/plain", "text/markdown", "text/latex")
MOST_IN_A_TEXT = 100_000
MOST_IN_A_PICTURE = 8_000_000
MOST_IN_WORDS = 1000
MOST_TEXT = 2_000_000
MOST_PICTURES = 40_000_000
MOST_OUTPUTS = 200
MOST_CELLS = 1000
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Harmless(Preprocessor):
    """Leave of each cell and output what can only be read or looked at, and of an endless one its beginning.

    Text in Markdown stays as it is, and is cleaned where it is shown (`grading.cells.shown`).
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook, changed in place."""
        left = {"text": MOST_TEXT, "pictures": MOST_PICTURES}
        nb.metadata.pop("widgets", None)
        nb.metadata.pop("title", None)
        nb.cells = [cell for place, cell in enumerate(nb.cells) if place < MOST_CELLS or "nbgrader" in cell.metadata]
        for cell in nb.cells:
            cell.source = _cut(cell.source, left)
            for name in ("tags", "alt", "transient", "magics_language"):
                cell.metadata.pop(name, None)
            if "id" in cell and not CELL_ID.fullmatch(str(cell.id)):
                cell.id = secrets.token_hex(4)
            if "attachments" in cell:
                attachments = cell.attachments if isinstance(cell.attachments, dict) else {}
                cell.attachments = NotebookNode(
                    {name: data for name, bundle in attachments.items() if (data := _pictures(bundle, left))}
                )
            if cell.cell_type == "code":
                if type(cell.get("execution_count")) is not int:
                    cell.execution_count = None
                outputs = cell.get("outputs") or []
                shown = (_output(output, left) for output in outputs[:MOST_OUTPUTS] if isinstance(output, dict))
                cell.outputs = [output for output in shown if output is not None]
        return nb, resources


def _output(output: dict, left: dict[str, int]) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return NotebookNode(output_type=kind, name=name, text=_cut(output.get("text", ""), left))
    if kind == "error":
        lines = [_cut(line, left) for line in output.get("traceback") or []]
        ename, evalue = (_cut(output.get(name, ""), left) for name in ("ename", "evalue"))
        return NotebookNode(output_type=kind, ename=ename, evalue=evalue, traceback=lines)
    if kind not in ("display_data", "execute_result"):
        return None
    bundle = output.get("data")
    data = _data(dict(bundle) if isinstance(bundle, dict) else {}, left)
    shown = NotebookNode(output_type=kind, data=NotebookNode(data), metadata=_sizes(output, data))
    if kind == "execute_result":
        count = output.get("execution_count")
        shown["execution_count"] = count if type(count) is int else None
    return shown


def _data(bundle: dict, left: dict[str, int]) -> dict[str, str]:
    data = {kind: _cut(bundle[kind], left) for kind in TEXTS if kind in bundle}
    data |= _pictures(bundle, left)
    svg = _text(bundle.get("image/svg+xml", ""))
    if svg and _fits(svg, left):
        data["image/svg+xml"] = svg  # which templates show as a picture, not as a part of the page
    html = _text(bundle.get("text/html", ""))
    if html and not set(data) & {"image/png", "image/jpeg", "image/svg+xml"}:
        try:
            data["text/html"] = cleaned(html)
        except TooMuch as reason:
            data.setdefault("text/plain", f"(an output in HTML that is not shown, because {reason})")
    if "text/latex" in data:  # a formula; Markdown knows how to show it
        data.setdefault("text/markdown", data.pop("text/latex"))
    return data or {"text/plain": "(an output of a kind that is not shown)"}


def _pictures(bundle: dict, left: dict[str, int]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in PICTURES if isinstance(bundle, dict) else ():
        text = _text(bundle.get(kind, "")).strip()
        if text and _fits(text, left) and _is_base64(text):
            found[kind] = text
    return found


def _fits(picture: str, left: dict[str, int]) -> bool:
    if len(picture) > min(MOST_IN_A_PICTURE, left["pictures"]):
        return False
    left["pictures"] -= len(picture)
    return True


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _sizes(output: dict, data: dict) -> NotebookNode:
    """Of a picture's metadata its size and the words that describe it; else a figure's own words, as its text."""
    found = NotebookNode()
    of_output = output.get("metadata", {})
    words = data.get("text/plain", "")
    for kind in PICTURES:
        said = of_output.get(kind) if isinstance(of_output, dict) else None
        if kind in data:
            said = said if isinstance(said, dict) else {}
            kept: dict[str, Any] = {
                name: said[name] for name in ("width", "height") if type(said.get(name)) in (int, float)
            }
            if isinstance(said.get("alt"), str):
                kept["alt"] = said["alt"][:MOST_IN_WORDS]
            elif words and not words.startswith("<"):  # an object's name says nothing
                kept["alt"] = words[:MOST_IN_WORDS]
            found[kind] = NotebookNode(kept)
    return found


def _text(value: object) -> str:
    if isinstance(value, list):
        value = "".join(map(str, value))
    return value if isinstance(value, str) else str(value)


def _cut(value: object, left: dict[str, int]) -> str:
    text = _text(value)
    most = min(MOST_IN_A_TEXT, left["text"])
    left["text"] -= min(len(text), most)
    return text if len(text) <= most else f"{text[:most]}\n… ({len(text) - most} characters more, which are not shown)"
