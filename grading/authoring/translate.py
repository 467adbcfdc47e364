"""Bring the catalogues of a language up to date with the course, and say what lacks a translation.

    hepdl translate de                    the catalogues that there are
    hepdl translate de ex5_first_network  begin one more lesson

A catalogue (``.po``) belongs to a lesson (what its notebooks say), to the checks (what these say in all translated
lessons), to a page beside the lessons, or to the grader. A translation whose English text was changed is kept and
marked fuzzy: it counts again when a person has compared the two and taken the mark away.
"""

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from babel import Locale, UnknownLocaleError
from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from grading.authoring.start_page import TABLE_TEXTS
from grading.cells import languages
from grading.cells.regions import HIDDEN_TESTS
from grading.cells.roles import is_test
from grading.cells.translation import texts_of_cell, texts_of_page
from helpers import checks, language
from helpers.files import replacing
from helpers.repository import ROOT

CHECKS, GRADING = "checks", "grading"
CHECK_MODULES = ROOT / "helpers" / "checks"
WIDTH = 110
Texts = dict[str, str]
"""English texts, each with the file in which it stands first."""


def catalogue_path(code: str, name: str) -> Path:
    """Where a catalogue is; that of the checks is part of ``helpers``, so that students have it."""
    if name == CHECKS:
        return language.LOCALE / code / "LC_MESSAGES" / f"{CHECKS}.po"
    return languages.catalogue(code, name)


def assignments() -> list[str]:
    """All lessons' assignments."""
    return sorted({path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb")})


def begun(code: str) -> list[str]:
    """The assignments whose translation into a language has begun."""
    return [name for name in assignments() if catalogue_path(code, name).exists()]


# --- what there is to translate ------------------------------------------------------------------------------------


def texts_of_lesson(assignment: str) -> Texts:
    """What an assignment's released notebooks say, and the sentences of its hidden tests, which students do not get."""
    found: Texts = {}
    for path in sorted((ROOT / "course" / assignment).glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            found |= dict.fromkeys(texts_of_cell(cell), _name(path))
    for path, source in _tests(assignment):
        visible = set(sentences_in(HIDDEN_TESTS.without(source)))
        found |= {sentence: _name(path) for sentence in sentences_in(source) if sentence not in visible}
    return found


def texts_of_checks(chosen: Iterable[str]) -> Texts:
    """What the checks of these assignments can say: the sentences of the modules and of the visible test cells."""
    tests = [(path, HIDDEN_TESTS.without(source)) for name in chosen for path, source in _tests(name)]
    used = {getattr(checks, name).__module__.rpartition(".")[2] for _, source in tests for name in _checks_in(source)}
    found: Texts = {}
    for module in sorted(_with_imported(used | {"failure", "missing_answers"})):
        path = CHECK_MODULES / f"{module}.py"
        found |= dict.fromkeys(sentences_of_functions(path.read_text("utf-8")), _name(path))
    for path, source in tests:
        found |= dict.fromkeys(sentences_in(source), _name(path))
    return found


def texts_of_pages() -> dict[str, Texts]:
    """The paragraphs of each page beside the lessons, and on the start page what its table of lessons says."""
    found = {
        path.stem: dict.fromkeys(texts_of_page(path.read_text("utf-8")), _name(path))
        for path in sorted((ROOT / "solutions").glob("*.md"))
    }
    found["start"] |= dict.fromkeys(TABLE_TEXTS, "grading/authoring/start_page.py")
    return found


def texts_of_grading() -> Texts:
    """What the grader says to students: the words of the feedback page, and sentences on a submission."""
    found: Texts = {}
    folder = ROOT / "grading"
    for path in (*sorted(folder.rglob("*.py")), *sorted(folder.glob("cells/templates/*/*.j2"))):
        method = "python" if path.suffix == ".py" else "jinja2.ext.babel_extract"
        options = {} if path.suffix == ".py" else {"silent": "false"}
        messages = extract_from_file(method, path, keywords={"english": None, "_": None}, options=options)
        found |= {str(text): _name(path) for _, text, *_ in messages}
    return found


def all_texts(code: str) -> dict[str, Texts]:
    """By the name of each catalogue of a language, what it should translate."""
    lessons = begun(code)
    found = {name: texts_of_lesson(name) for name in lessons}
    return found | {CHECKS: texts_of_checks(lessons)} | texts_of_pages() | {GRADING: texts_of_grading()}


def sentences_in(source: str) -> Iterator[str]:
    """The strings in a piece of code that have a space in them: what checks say. Pieces of f-strings are none."""
    return _strings(ast.parse(source))


def sentences_of_functions(source: str) -> Iterator[str]:
    """The sentences in the functions and classes of a module, and whatever is given to ``_``; no docstrings."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from _strings(node)


def _strings(tree: ast.AST) -> Iterator[str]:
    nodes = list(ast.walk(tree))
    pieces = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    translated = {id(node.args[0]) for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "_"}
    for node in nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings:
            continue
        if id(node) in translated or (" " in node.value.strip() and id(node) not in pieces):
            yield node.value


def _checks_in(source: str) -> set[str]:
    """The names of ``helpers.checks`` that a test cell uses."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "checks"
    } & set(checks.__all__)


def _with_imported(modules: set[str]) -> set[str]:
    """The modules of checks, and those that they import."""
    found: set[str] = set()
    left = [name for name in modules if (CHECK_MODULES / f"{name}.py").exists()]
    while left:
        module = left.pop()
        found.add(module)
        for node in ast.walk(ast.parse((CHECK_MODULES / f"{module}.py").read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers.checks."):
                left += {str(node.module).rpartition(".")[2]} - found
    return found


def _tests(assignment: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "solutions" / assignment).glob("*.ipynb")):
        yield from ((path, cell.source) for cell in nbformat.read(path, as_version=4).cells if is_test(cell))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- the catalogues ------------------------------------------------------------------------------------------------


def updated(path: Path, code: str, texts: Mapping[str, str]) -> Catalog:
    """The catalogue of these texts, with the translations that a file has, if it is there."""
    template = Catalog(
        locale=code,
        project="Deep learning in high energy physics",
        version="",
        header_comment="# The course in another language; `hepdl translate` keeps this file up to date.",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
    )
    for text, file in texts.items():
        template.add(text, locations=[(file, 0)])
        template[text].flags.discard("python-brace-format")
    if not path.exists():
        template.creation_date = template.revision_date = datetime.now(UTC)
        template.fuzzy = False
        return template
    with path.open("rb") as stored:
        catalog = read_po(stored, locale=code)
    catalog.update(template, update_creation_date=False)
    return catalog


def write(catalog: Catalog, path: Path) -> None:
    """Write a catalogue, in one step; texts that are in the course no more are left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part, part.open("wb") as file:
        write_po(file, catalog, width=WIDTH, ignore_obsolete=True, include_previous=True, include_lineno=False)


@dataclass(frozen=True)
class State:
    """How far a catalogue is. lacking: the English texts without a translation that counts."""

    texts: int
    lacking: list[str]

    def __str__(self) -> str:
        return f"{self.texts - len(self.lacking)} of {self.texts}"


def state(code: str, name: str, texts: Iterable[str]) -> State:
    """How far a catalogue is, as it lies there."""
    path = catalogue_path(code, name)
    known = language.read(path) if path.exists() else {}
    wanted = list(texts)
    return State(len(wanted), [text for text in wanted if text not in known])


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl translate",
        description="Bring the catalogues of a language up to date, and say what lacks a translation.",
    )
    made.add_argument("language", help="its code (ISO 639-1), such as de")
    made.add_argument("assignment", nargs="*", help="a lesson whose translation is to begin, such as ex5_first_network")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Update the catalogues and return the exit status."""
    chosen = parser().parse_args(arguments)
    code = chosen.language
    try:
        Locale.parse(code)
    except (ValueError, UnknownLocaleError):
        print(f"hepdl translate: {code!r} is no code of a language; German is de.", file=sys.stderr)
        return 2
    if unknown := sorted(set(chosen.assignment) - set(assignments())):
        there = ", ".join(assignments())
        print(f"hepdl translate: there is no lesson {', '.join(unknown)}; there are {there}.", file=sys.stderr)
        return 2
    for name in set(chosen.assignment) - set(begun(code)):
        write(updated(catalogue_path(code, name), code, texts_of_lesson(name)), catalogue_path(code, name))
    for name, texts in all_texts(code).items():
        path = catalogue_path(code, name)
        write(updated(path, code, texts), path)
        now = state(code, name, texts)
        print(f"{_name(path)}: {now} translated")
    for name in sorted(set(assignments()) - set(begun(code))):
        print(f"{name}: not begun, {len(texts_of_lesson(name))} texts (hepdl translate {code} {name})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
