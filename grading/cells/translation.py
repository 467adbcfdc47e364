"""The texts of a released notebook that its reader reads, and the same notebook in another language.

A text is a paragraph of Markdown, or a docstring or a comment of an exercise's stub. All else stays as it is: code,
test cells, the cells' ids and roles. A text that has no translation stays English.
"""

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Callable, Mapping
from copy import deepcopy

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.utils import compute_checksum, is_solution

from grading.cells.languages import request
from grading.cells.roles import is_exercise

FENCE, QUOTES = "```", '"""'
TAG = re.compile(r"<[^>]*>")
Translate = Callable[[str], str]


def texts_of_page(source: str) -> list[str]:
    """The paragraphs of a page in Markdown that have words in them, in their order."""
    return [paragraph.rstrip("\n") for paragraph in _paragraphs(source) if _has_words(paragraph)]


def texts_of_cell(cell: NotebookNode) -> list[str]:
    """The texts of a cell, in their order."""
    if cell.cell_type == "markdown":
        return texts_of_page(cell.source)
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    if is_exercise(cell):
        _edited_stub(cell.source, keep)
    return found


def translated_page(source: str, sentences: Mapping[str, str]) -> str:
    """A page in Markdown with the paragraphs that are translated. sentences: translations by their English text."""
    text = source.rstrip("\n")
    return "\n\n".join(sentences.get(paragraph, paragraph) for paragraph in _paragraphs(text)) + source[len(text) :]


def translated_source(cell: NotebookNode, sentences: Mapping[str, str]) -> str:
    """The source of a cell, its texts translated."""
    is_text = cell.cell_type == "markdown"
    return translated_stub(cell.source, not is_text, sentences) if is_text or is_exercise(cell) else cell.source


def translated_stub(source: str, is_code: bool, sentences: Mapping[str, str]) -> str:
    """What a cell to answer holds in a translated notebook before anybody has answered it."""
    return (
        _edited_stub(source, lambda text: sentences.get(text, text)) if is_code else translated_page(source, sentences)
    )


def translated(notebook: NotebookNode, language: str, sentences: Mapping[str, str]) -> NotebookNode:
    """A released notebook in another language; below its first cell, a new one asks for checks in this language."""
    notebook = deepcopy(notebook)
    for cell in notebook.cells:
        cell.source = translated_source(cell, sentences)
        if is_solution(cell):
            cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    locked = {"deletable": False, "editable": False}
    notebook.cells.insert(1, new_code_cell(request(language), id="language", metadata=locked))
    return notebook


def _paragraphs(source: str) -> list[str]:
    """The pieces between empty lines; a fenced piece of code is one, whatever it holds."""
    found: list[str] = []
    for piece in source.split("\n\n"):
        if found and found[-1].count(FENCE) % 2:
            found[-1] += f"\n\n{piece}"
        else:
            found.append(piece)
    return found


def _has_words(paragraph: str) -> bool:
    return any(character.isalpha() for character in TAG.sub("", paragraph))


def _edited_stub(source: str, edit: Translate) -> str:
    """The code with its docstrings and comments edited; code that is no Python comes back unchanged."""
    try:
        documented = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, tokenize.TokenError):
        return source
    lines = source.split("\n")
    edits: dict[int, tuple[int, Callable[[], list[str]]]] = {}
    for node in documented:
        written = node.body[0]
        if ast.get_docstring(node) is not None and lines[written.lineno - 1].lstrip().startswith(QUOTES):
            edits[written.lineno - 1] = (written.end_lineno or 0), _docstring(lines, written, edit)
    for token in tokens:
        if token.type == tokenize.COMMENT:
            row, column = token.start
            edits[row - 1] = row, _comment(lines[row - 1][:column], token.string, edit)
    made, row = [], 0
    for first in sorted(edits):
        end, new = edits[first]
        made += lines[row:first] + new()
        row = end
    return "\n".join(made + lines[row:])


def _docstring(lines: list[str], written: ast.stmt, edit: Translate) -> Callable[[], list[str]]:
    whole = lines[written.lineno - 1 : written.end_lineno]
    indentation = whole[0][: len(whole[0]) - len(whole[0].lstrip())]
    text = "\n".join(whole).strip().removeprefix(QUOTES).removesuffix(QUOTES)

    def new() -> list[str]:
        first, *others = edit(inspect.cleandoc(text)).split("\n")
        body = [f"{indentation}{QUOTES}{first}", *(f"{indentation}{line}" if line else "" for line in others)]
        if len(whole) > 1 and whole[-1].strip() == QUOTES:
            return [*body, f"{indentation}{QUOTES}"]
        return [*body[:-1], body[-1] + QUOTES]

    return new


def _comment(before: str, comment: str, edit: Translate) -> Callable[[], list[str]]:
    return lambda: [f"{before}# {edit(comment.removeprefix('#').strip())}"]
