"""Make the solution notebooks from their text twins: synchronise, format, execute, clean, store.

    python -m grading.authoring.lessons                    every lesson
    python -m grading.authoring.lessons ex4_splitting      one

A notebook and its twin (``.py``, percent format) hold the same cells. Where they differ, the one edited last wins.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from grading.authoring.hygiene import clean
from grading.cells.twins import TWIN_FORMAT, cells
from helpers.files import replacing
from helpers.repository import ROOT

SOLUTIONS = ROOT / "solutions"
TWIN_METADATA = {"cell_metadata_filter": "nbgrader,tags,-all", "notebook_metadata_filter": "kernelspec,-all"}
CELL_TIMEOUT_S = 1500  # by the clock, on a machine that may be busy


def twins(lesson: str = "*") -> list[Path]:
    """Paths of the text twins of a lesson, or of all of them."""
    return sorted(SOLUTIONS.glob(f"{lesson}/*.py"))


def read_twin(twin: Path) -> NotebookNode:
    """The notebook that a text twin describes, without outputs."""
    return clean(jupytext.read(twin, fmt=TWIN_FORMAT))


def write_twin(notebook: NotebookNode, twin: Path) -> None:
    """Write the text twin of a notebook."""
    copy = nbformat.from_dict(notebook)
    copy.metadata["jupytext"] = dict(TWIN_METADATA)
    twin.write_text(jupytext.writes(copy, fmt=TWIN_FORMAT))


def synchronise(twin: Path) -> NotebookNode:
    """The notebook to execute, formatted: the twin's or, if that was edited last, the notebook's. The twin follows."""
    path = twin.with_suffix(".ipynb")
    notebook_is_newer = path.exists() and path.stat().st_mtime > twin.stat().st_mtime
    notebook = formatted(nbformat.read(path, as_version=4) if notebook_is_newer else read_twin(twin), path)
    if cells(notebook) != cells(read_twin(twin)):
        write_twin(notebook, twin)
    return notebook


def formatted(notebook: NotebookNode, path: Path) -> NotebookNode:
    """The notebook with its code in the style that ``make lint`` asks for."""
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(path), "-"]
    text = subprocess.run(ruff, input=nbformat.writes(notebook), capture_output=True, text=True, check=True).stdout
    return clean(nbformat.reads(text, as_version=4))


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run all cells in a fresh kernel, in the folder where a student would run them, and clean what it leaves."""
    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],  # no word on unencrypted connections, which do not leave the machine
    ).execute()
    return clean(notebook)


def store(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook in one step, so that an interruption leaves the old one whole."""
    with replacing(path) as part:
        nbformat.write(notebook, part)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl solutions", description="Synchronise, execute and store the solution notebooks."
    )
    made.add_argument("lesson", nargs="?", default="*", help="an assignment, such as ex4_splitting (default: all)")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Make the notebooks and return the exit status."""
    chosen = twins(parser().parse_args(arguments).lesson)
    if not chosen:
        print(
            f"no such lesson; there are: {', '.join(sorted({twin.parent.name for twin in twins()}))}", file=sys.stderr
        )
        return 2
    for twin in chosen:
        name = twin.relative_to(SOLUTIONS).with_suffix("")
        print(f"{name} ... ", end="", flush=True)
        start = time.monotonic()
        try:
            notebook = execute(synchronise(twin), twin.parent)
        except CellExecutionError as error:
            print(f"failed; the stored notebook is unchanged\n{error}", file=sys.stderr)
            return 1
        store(notebook, twin.with_suffix(".ipynb"))
        print(f"{time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
