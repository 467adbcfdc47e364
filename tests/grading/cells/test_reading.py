"""What JupyterLab opens is graded, whatever its format says; what it refuses is refused with what it is."""

import io
import json

import nbformat
import pytest

from grading.cells.reading import NotANotebook, ReadAsJupyterLab, read

REPAIRED = {
    "a kernel without a name to show": lambda nb: nb["metadata"].update(kernelspec={"name": "conda-env"}),
    "a kernel that is a word": lambda nb: nb["metadata"].update(kernelspec="python3"),
    "a language without a name": lambda nb: nb["metadata"].update(language_info={"version": "3.11"}),
    "a title that is a number": lambda nb: nb["metadata"].update(title=3),
    "authors that are a word": lambda nb: nb["metadata"].update(authors="me"),
    "no metadata": lambda nb: nb.update(metadata=None),
    "a minor version that is a word": lambda nb: nb.update(nbformat_minor="5"),
    "an id with a sign": lambda nb: nb["cells"][1].update(id="#VSC-00ff"),
    "an id that is empty": lambda nb: nb["cells"][1].update(id=""),
    "an id that is null": lambda nb: nb["cells"][1].update(id=None),
    "an id that is too long": lambda nb: nb["cells"][1].update(id="x" * 65),
    "no outputs": lambda nb: nb["cells"][1].pop("outputs"),
    "outputs that are null": lambda nb: nb["cells"][1].update(outputs=None),
    "an output of no kind": lambda nb: nb["cells"][1].update(outputs=[{"text": "2"}]),
    "a count that is a word": lambda nb: nb["cells"][1].update(execution_count="*"),
    "no count": lambda nb: nb["cells"][1].pop("execution_count"),
    "tags that are a word": lambda nb: nb["cells"][1]["metadata"].update(tags="hard"),
    "a tag twice": lambda nb: nb["cells"][1]["metadata"].update(tags=["hard", "hard"]),
    "collapsed that is a word": lambda nb: nb["cells"][1]["metadata"].update(collapsed="no"),
    "an attachment that is a word": lambda nb: nb["cells"][0].update(attachments={"a.png": "x"}),
    "a cell of an unknown kind": lambda nb: nb["cells"].append({"cell_type": "sql", "metadata": {}, "source": "x"}),
    "a cell that is a word": lambda nb: nb["cells"].append("x"),
    "a cell that holds half a letter": lambda nb: nb["cells"].append(
        {"cell_type": "raw", "metadata": {}, "source": "\ud83d", "id": "half"}
    ),
}
REFUSED = {
    b"": "is empty",
    b"\0" * 40: "only zeros",
    b"<!DOCTYPE html><html></html>": "page of HTML",
    b'{"cells": [\n<<<<<<< mine\n"a"\n=======\n"b"\n>>>>>>> theirs\n]}': "merge conflict",
    '{"cells": []}'.encode("utf-16"): "UTF-16",
    b'\xef\xbb\xbf{"cells": []}': "byte-order mark",
    b"PK\x03\x04\xff": "zip",
    b"%PDF-1.7 \xff": "PDF",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:1": "Git LFS",
    b'{"cells": [{"cell_type": "code", "sou': "cut short",
    b"print('hello')": "no JSON",
    b"\xe4\xf6": "no text in UTF-8",
    b"[1]": "no notebook",
    b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}': "no notebook",
    b'{"cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}": "nested too deeply",
}


def handed_in(toy, change=lambda nb: None):
    found = json.loads(nbformat.writes(toy))
    change(found)
    return json.dumps(found).encode()


@pytest.mark.parametrize("what", REPAIRED)
def test_what_jupyterlab_warns_of_is_repaired_and_named(toy, what):
    notebook, repaired = read(handed_in(toy, REPAIRED[what]))
    nbformat.validate(notebook)
    assert len(repaired) == 1
    sources = {cell.id: cell.source for cell in toy.cells}
    kept = [cell.source for cell in notebook.cells]
    assert kept[: len(sources)] == list(sources.values())
    assert [cell.metadata.get("nbgrader") for cell in notebook.cells[: len(sources)]] == [
        cell.metadata.get("nbgrader") for cell in toy.cells
    ]


def test_a_valid_notebook_is_left_as_it_is(toy):
    notebook, repaired = read(handed_in(toy))
    assert not repaired
    assert notebook == toy


@pytest.mark.parametrize("content", REFUSED, ids=REFUSED.values())
def test_what_jupyterlab_refuses_is_refused_with_what_it_is(content):
    with pytest.raises(NotANotebook, match=REFUSED[content]):
        read(content)


def test_lines_end_in_line_feeds(toy):
    toy.cells[1].source = toy.cells[1].source.replace("\n", "\r\n")
    notebook, repaired = read(handed_in(toy))
    assert "\r" not in notebook.cells[1].source
    assert not repaired


def test_an_old_notebook_is_read():
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"metadata": {}, "cells": []}]}
    old["worksheets"][0]["cells"].append({"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"})
    notebook, _ = read(json.dumps(old).encode())
    assert notebook.cells[0].source == "x = 1"


def test_the_exporter_tells_what_was_repaired(toy):
    stream = io.TextIOWrapper(io.BytesIO(handed_in(toy, REPAIRED["an id that is null"])))
    text, resources = ReadAsJupyterLab().from_file(stream)
    assert resources["repairs"] == [
        "the file was no valid notebook, though JupyterLab opens it, and was repaired: id of cell 2"
    ]
    nbformat.validate(nbformat.reads(text, 4))
