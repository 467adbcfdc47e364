"""What a solution notebook may hold: its outputs, and nothing that depends on who ran it, when, or with which version.

The first command says what is wrong, the second puts it right, but for a cell that ended in an error or shows an
address in memory: that takes a change to the cell. A file below secret/ is wrong whatever it holds: it must not be
committed.

    python -m grading.authoring.hygiene solutions/*/*.ipynb
    python -m grading.authoring.hygiene --fix solutions/*/*.ipynb
"""

import argparse
import hashlib
import itertools
import json
import os
import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grading.cells.roles import is_test, name_of
from helpers.repository import ROOT

SECRET = ROOT / "secret"
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
CELL_METADATA = ("nbgrader", "tags", "jupyter")
FOLDED = {"source_hidden": True}
ADDRESS = re.compile(r"\bat 0x[0-9a-f]+")


def clean(notebook: NotebookNode) -> NotebookNode:
    """Clean a notebook in place and return it. Outputs stay, except what was written to stderr."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell, name in zip(notebook.cells, cell_ids(notebook), strict=True):
        cell.id = name
        cell.metadata = NotebookNode({key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)})
        cell.metadata.pop("jupyter", None)
        if is_test(cell):
            cell.metadata["jupyter"] = dict(FOLDED)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_stderr(output)]
    return notebook


def problems(notebook: NotebookNode) -> list[str]:
    """What `clean` would change in a notebook, and the outputs that only another run can mend: a sentence for each."""
    found = []
    if notebook.metadata != METADATA:
        extra = sorted(set(notebook.metadata) - set(METADATA))
        found.append(f"the notebook's metadata are not {json.dumps(METADATA)}; see {', '.join(extra) or 'kernelspec'}")
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        found.append(f"the format is {notebook.nbformat}.{notebook.nbformat_minor}, but 4.5 is expected")
    for number, (cell, name) in enumerate(zip(notebook.cells, cell_ids(notebook), strict=True)):
        if cell.get("id") != name:
            found.append(f"cell {number}: the id is {cell.get('id')!r}, but its content gives {name!r}")
        for key in cell.metadata:
            if key not in CELL_METADATA or not cell.metadata[key]:
                found.append(f"cell {number}: the metadata hold {key!r}")
        if cell.metadata.get("jupyter", {}) != (FOLDED if is_test(cell) else {}):
            found.append(f"cell {number}: a test cell, and no other, is folded (jupyter: {json.dumps(FOLDED)})")
        for output in cell.get("outputs", []):
            if _is_stderr(output):
                found.append(f"cell {number}: wrote to stderr: {_first_line(output.text)}")
            if output.output_type == "error":
                found.append(f"cell {number}: ended in an error: {output.ename}: {_first_line(output.evalue)}")
            if address := ADDRESS.search(output.get("text", "") + output.get("data", {}).get("text/plain", "")):
                found.append(
                    f"cell {number}: shows an address in memory, which is another in every run: {address.group()}"
                )
    return found


def cell_ids(notebook: NotebookNode) -> list[str]:
    """The id of each cell: its nbgrader name, or else a hash of its source, numbered where that repeats."""
    ids: list[str] = []
    for cell in notebook.cells:
        name = name_of(cell) or hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        names = itertools.chain([name], (f"{name}-{count}" for count in itertools.count(2)))
        ids.append(next(candidate for candidate in names if candidate not in ids))
    return ids


def _is_stderr(output: NotebookNode) -> bool:
    return output.output_type == "stream" and output.name == "stderr"


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0]


def is_secret(path: Path) -> bool:
    """Whether a file lies below the repository's folder secret/."""
    return Path(os.path.abspath(path)).is_relative_to(SECRET)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="hepdl hygiene", description=__doc__.splitlines()[0])
    made.add_argument("--fix", action="store_true", help="clean the notebooks instead of only reporting")
    made.add_argument("notebooks", nargs="+", type=Path, metavar="file")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Report what is wrong, or put it right, and return the exit status."""
    options = parser().parse_args(arguments)
    failed = False
    for path in options.notebooks:
        if is_secret(path):
            print(f"{path}: is secret and must not be committed: git restore --staged {path}", file=sys.stderr)
            failed = True
            continue
        try:
            notebook = nbformat.read(path, as_version=4)
        except (OSError, nbformat.reader.NotJSONError) as error:
            print(f"{path}: cannot be read as a notebook: {error}", file=sys.stderr)
            failed = True
            continue
        found = problems(notebook)
        if found and options.fix:
            nbformat.write(clean(notebook), path)
            print(f"{path}: cleaned", file=sys.stderr)
        for problem in found:
            print(f"{path}: {problem}", file=sys.stderr)
        failed = failed or bool(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
