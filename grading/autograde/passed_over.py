"""What a student handed in compared with what was expected: work in other places is found, named, and graded if clear.

A notebook of the assignment that is missing, or in which nothing was answered, is looked for under other names, in
folders and in zip archives. Where exactly one other notebook has its cells and answers, that is graded in its place;
between two nobody guesses. What is found and not graded is named.
"""

import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from nbgrader.api import Gradebook, SourceCell

from grading.autograde.archives import NotUnpacked, unpacked
from grading.cells.languages import sentences
from grading.cells.quotation import visible
from grading.cells.translation import translated_stub
from helpers.language import english, languages

ENDING = ".ipynb"
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
FITS = 0.5
"""The part of a notebook's released cells that another must hold to be taken for it."""
SHOWN = 4


@dataclass(frozen=True)
class Expected:
    """A notebook of the assignment. cells: the names of those in its release.

    stubs: what to answer, by name, as it is released in each language.
    """

    file: str
    cells: frozenset[str]
    stubs: dict[str, frozenset[str]]

    def fit(self, sources: dict[str, str]) -> float:
        """The part of its cells that a notebook has."""
        return len(self.cells & sources.keys()) / max(len(self.cells), 1)

    def answers(self, sources: dict[str, str]) -> dict[str, str]:
        """What a notebook holds in place of stubs, by name."""
        return {name: sources[name] for name, stubs in self.stubs.items() if sources.get(name, "") not in {"", *stubs}}


@dataclass
class SortedOut:
    """files: what is graded, by path. told: sentences, by the expected notebook that they are about."""

    files: dict[str, bytes]
    told: dict[str, list[str]] = field(default_factory=dict)

    def tell(self, about: str, sentence: str) -> None:
        """Add a sentence."""
        self.told.setdefault(about, []).append(visible(sentence))

    def all_told(self) -> list[str]:
        """All sentences."""
        return [sentence for sentences in self.told.values() for sentence in sentences]

    def by_notebook(self) -> dict[str, list[str]]:
        """What to say with each notebook that is graded, by name: of itself, and of those that are not graded."""
        return {
            file.removesuffix(ENDING): [
                said
                for name, all_said in self.told.items()
                if name == file or name not in self.files
                for said in all_said
            ]
            for file in self.files
            if file.endswith(ENDING)
        }


def expected_notebooks(gradebook: str, assignment: str) -> list[Expected]:
    """The notebooks that a gradebook knows of an assignment."""
    found = []
    with Gradebook(gradebook) as opened:
        for notebook in opened.find_assignment(assignment).notebooks:
            answers = {cell.name for cell in notebook.solution_cells}
            cells = [cell for cell in notebook.source_cells if cell.name in answers]
            stubs = {cell.name: _in_all_languages(cell, assignment) for cell in cells}
            names = frozenset(cell.name for cell in notebook.source_cells)
            found.append(Expected(f"{notebook.name}{ENDING}", names, stubs))
    return sorted(found, key=lambda one: one.file)


def _in_all_languages(cell: SourceCell, assignment: str) -> frozenset[str]:
    is_code = cell.cell_type == "code"
    known = [{}, *(sentences(language, assignment) for language in languages())]
    return frozenset(_plain(translated_stub(cell.source, is_code, translations)) for translations in known)


def sort_out(expected: list[Expected], files: dict[str, bytes], largest: int) -> SortedOut:
    """Find in what was handed in, by path, the notebooks that are to be graded.

    largest: how many bytes archives may hold, unpacked and all together.
    """
    result = SortedOut(dict(files))
    everything, unknown = _with_archives(files, largest)
    names = {one.file for one in expected}
    found: dict[str, dict[str, dict[str, str]]] = {name: {} for name in names}
    for path, content in everything.items():
        if path in names or not _may_be_a_notebook(path):
            continue
        sources = _sources(content) or {}
        best = max(expected, key=lambda one: one.fit(sources))
        if best.fit(sources) < FITS:
            unknown.append(f"{path!r} (no notebook of this assignment)")
        elif answers := best.answers(sources):
            found[best.file][path] = answers
    incomplete = False
    for one in expected:
        handed_in = _sources(files[one.file]) if one.file in files else {}
        if handed_in is None:  # it is refused, with the reason
            _tell_of_others(result, one.file, english("is no notebook"), found[one.file])
        elif answers := one.answers(handed_in):
            different = {path: other for path, other in found[one.file].items() if other != answers}
            if different:
                said = english(
                    "{paths} with other answers than {file} was not looked at",
                    paths=_listed(different),
                    file=one.file,
                )
                result.tell(one.file, said)
        else:
            incomplete |= not _take(result, one.file, found[one.file], everything)
    if incomplete and unknown:
        result.tell("", english("not looked at: {paths}", paths=_listed(unknown)))
    return result


def _take(result: SortedOut, file: str, found: dict[str, dict[str, str]], everything: dict[str, bytes]) -> bool:
    """Put the only notebook with answers in the place of one that has none; whether there was one."""
    handed_in = file in result.files
    lacks = english("holds no answer") if handed_in else english("was not handed in")
    versions = list({json.dumps(answers, sort_keys=True): path for path, answers in found.items()}.values())
    if len(versions) == 1:
        (path,) = versions
        said = english("{file} {lacks}: {path} was graded in its place", file=file, lacks=lacks, path=repr(path))
        result.tell(file, said)
        folder = f"{PurePosixPath(path).parent}/".removeprefix("./")
        for name, content in everything.items():
            if folder and name.startswith(folder) and not _may_be_a_notebook(name):
                result.files.setdefault(name.removeprefix(folder), content)
        result.files[file] = everything[path]
        return True
    if versions:
        _tell_of_others(result, file, lacks, found)
    elif not handed_in:
        result.tell(file, english("{file} was not handed in", file=file))
    return False


def _tell_of_others(result: SortedOut, file: str, lacks: str, found: dict[str, dict[str, str]]) -> None:
    if found:
        result.tell(
            file,
            english(
                "{file} {lacks}; answers to it are in {paths}, of which none was graded: "
                "which one counts is not clear; hand it in as {file}",
                file=file,
                lacks=lacks,
                paths=_listed(found),
            ),
        )


def _listed(found: "dict[str, dict[str, str]] | list[str]") -> str:
    names = [repr(path) for path in found] if isinstance(found, dict) else found
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def _with_archives(files: dict[str, bytes], largest: int) -> tuple[dict[str, bytes], list[str]]:
    """All files, those in zip archives below the archive's path, without hidden ones; archives that stay closed."""
    found: dict[str, bytes] = {}
    closed = []
    for path, content in files.items():
        found[path] = content
        if not path.lower().endswith(ARCHIVES) or _is_hidden(path):
            continue
        try:
            inside = unpacked(content, largest)
        except NotUnpacked as why:
            closed.append(f"{path!r}, which {why}")
        else:
            found |= {f"{path}/{name}": inner for name, inner in inside.items()}
            largest -= sum(map(len, inside.values()))
    return {path: content for path, content in found.items() if not _is_hidden(path)}, closed


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(path).parts)


def _may_be_a_notebook(path: str) -> bool:
    return ENDING in PurePosixPath(path).name.lower()


def _sources(content: bytes) -> dict[str, str] | None:
    """The text of each cell that has a name of nbgrader's; of two of one name, of the last. None for no notebook."""
    try:
        notebook = json.loads(content)
        sheets = notebook.get("worksheets", [notebook])  # nbformat 3 and 4
        cells = [cell for sheet in sheets for cell in sheet["cells"] if isinstance(cell, dict)]
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return None
    found = {}
    for cell in cells:
        marks = cell["metadata"].get("nbgrader") if isinstance(cell.get("metadata"), dict) else None
        name = marks.get("grade_id") if isinstance(marks, dict) else None
        text = cell.get("source", cell.get("input", ""))
        if isinstance(name, str):
            found[name] = _plain("".join(map(str, text)) if isinstance(text, list) else str(text))
    return found


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
