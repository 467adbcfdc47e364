"""A notebook as it was handed in: read where JupyterLab opens it, and repaired where JupyterLab only warns.

What JupyterLab refuses is refused, too, with a word for what it is.
"""

import json
import warnings
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode

CELL_TYPES = ("code", "markdown", "raw")
SHOWN_REPAIRS = 5
BEGINNINGS = {
    b"\xff\xfe": "is text in UTF-16: save it as UTF-8",
    b"\xfe\xff": "is text in UTF-16: save it as UTF-8",
    b"\xef\xbb\xbf": "begins with a byte-order mark: save it as UTF-8 without one",
    b"PK\x03\x04": "is a zip archive",
    b"%PDF": "is a PDF",
    b"<": "is a page of HTML or XML, as a browser saves what it shows",
    b"version https://git-lfs": "is a pointer of Git LFS to a file that is elsewhere",
}
"""What a file is, by what it begins with."""


class NotANotebook(Exception):
    """What a file is instead of a notebook: the rest of a sentence that begins with its name."""


def read(content: bytes) -> tuple[NotebookNode, list[str]]:
    """The notebook in a file, as nbformat 4 with line feeds alone, and which of its parts had to be repaired.

    Raises NotANotebook for what JupyterLab does not open either.
    """
    try:
        found = json.loads(content.decode())
        if not isinstance(found, dict) or not isinstance(found.get("cells", found.get("worksheets")), list):
            raise NotANotebook("is JSON, but no notebook")
        repaired = _repaired(found) if found.get("nbformat") == 4 and "cells" in found else []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(json.dumps(found), as_version=4)
            nbformat.validate(notebook, relax_add_props=True)
    except UnicodeDecodeError:
        raise NotANotebook(_kind(content) or "is no text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotANotebook(_kind(content) or f"is no JSON ({error})") from None
    except RecursionError:
        raise NotANotebook("is nested too deeply") from None
    except (ValueError, AttributeError, KeyError, TypeError, IndexError, nbformat.ValidationError) as error:
        raise NotANotebook(f"has no structure of a notebook ({type(error).__name__})") from None
    for cell in notebook.cells:
        cell.source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
    return notebook, repaired


class ReadAsJupyterLab(NotebookExporter):
    """nbconvert's exporter of notebooks, which reads its own by ``read``; nbgrader's resources get the ``repairs``."""

    def from_file(
        self, file_stream: Any, resources: dict[str, Any] | None = None, **keywords: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """What the preprocessors make of the notebook. Raises NotANotebook."""
        notebook, repaired = read(file_stream.buffer.read())
        resources = {} if resources is None else resources
        resources["repairs"] = _told(repaired)
        return self.from_notebook_node(notebook, resources=resources, **keywords)


def _told(repaired: list[str]) -> list[str]:
    if not repaired:
        return []
    shown = ", ".join(repaired[:SHOWN_REPAIRS])
    more = f" and {len(repaired) - SHOWN_REPAIRS} more" if len(repaired) > SHOWN_REPAIRS else ""
    return [f"the file was no valid notebook, though JupyterLab opens it, and was repaired: {shown}{more}"]


def _kind(content: bytes) -> str:
    if not content.strip(b"\0 \r\n\t"):
        return "holds only zeros" if b"\0" in content else "is empty"
    if b"\n<<<<<<< " in content and b"\n>>>>>>> " in content:
        return "holds a merge conflict of Git"
    text = content.lstrip()
    if kind := next((kind for beginning, kind in BEGINNINGS.items() if text.startswith(beginning)), ""):
        return kind
    return "is cut short" if text.startswith(b"{") and not text.rstrip().endswith(b"}") else ""


def _repaired(found: dict) -> list[str]:
    """Bring a notebook into the form of nbformat 4, in place; which parts were changed."""
    repairs = []
    if type(found.get("nbformat_minor")) is not int or found["nbformat_minor"] < 0:
        found["nbformat_minor"] = 5
        repairs.append("nbformat_minor")
    minor = found["nbformat_minor"]
    for key in found.keys() - {"nbformat", "nbformat_minor", "metadata", "cells"}:
        if not _is_valid({key: found[key]}, minor):
            del found[key]
            repairs.append(key)
    if not isinstance(found.get("metadata"), dict):
        found["metadata"] = {}
        repairs.append("metadata")
    for key, value in list(found["metadata"].items()):
        if not _is_valid({"metadata": {key: value}}, minor):
            del found["metadata"][key]
            repairs.append(key)
    cells: list[dict] = []
    names: set[str] = set()
    for number, cell in enumerate(found["cells"], 1):
        if not isinstance(cell, dict):
            repairs.append(f"cell {number}")
            continue
        wrong: list[str] = []
        if not _is_valid({"cells": [cell]}, minor) or not _is_text(cell["source"]):
            cell, wrong = _rebuilt(cell, minor)
        if minor >= 5 and (not isinstance(cell.get("id"), str) or cell["id"] in names):
            cell["id"] = _new_name(number, names)
        names.add(cell.get("id", ""))
        cells.append(cell)
        repairs += [f"{key} of cell {number}" for key in wrong]
    found["cells"] = cells
    return repairs


def _rebuilt(cell: dict, minor: int) -> tuple[dict, list[str]]:
    """A cell of the parts of another that a cell may have, and the names of the others."""
    kind = cell.get("cell_type")
    wrong = []
    if kind not in CELL_TYPES:
        kind = "raw"
        wrong.append("cell_type")
    new: dict = {"cell_type": kind, "metadata": {}, "source": _text(cell.get("source"))}
    if new["source"] != cell.get("source") and not _is_text(cell.get("source")):
        wrong.append("source")
    if kind == "code":
        needed: dict[str, object] = {"outputs": [], "execution_count": None}
        new |= needed
        wrong += needed.keys() - cell.keys()
    if minor >= 5:
        new["id"] = "new"
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
        wrong.append("metadata")
    for key, value in metadata.items():
        if _is_valid({"cells": [new | {"metadata": {key: value}}]}, minor):
            new["metadata"][key] = value
        else:
            wrong.append(key)
    for key in cell.keys() - {"cell_type", "metadata", "source"}:
        if _is_valid({"cells": [new | {key: cell[key]}]}, minor):
            new[key] = cell[key]
        else:
            wrong.append(key)
    if new.get("id") == "new" != cell.get("id"):
        del new["id"]
    return new, sorted(wrong)


def _new_name(number: int, names: set[str]) -> str:
    return next(name for name in (f"cell-{number}{'-' * more}" for more in range(len(names) + 1)) if name not in names)


def _is_valid(part: dict, minor: int) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = {"nbformat": 4, "nbformat_minor": minor, "metadata": {}, "cells": [], **part}
            nbformat.validate(json.loads(json.dumps(whole)), relax_add_props=True)
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError, ValueError):
        return False
    return True


def _is_text(source: object) -> bool:
    try:
        if isinstance(source, list):
            source = "".join(source)
        return isinstance(source, str) and bool(source.encode() or True)
    except (TypeError, UnicodeEncodeError):
        return False


def _text(source: object) -> str:
    if isinstance(source, list):
        source = "".join(map(str, source))
    return str("" if source is None else source).encode("utf-8", "replace").decode()
