"""Huge or malformed notebooks."""

import json
from pathlib import Path

from dishonest.attack import Attack

ANSWERS = dict.fromkeys(("window", "rapidity", "batches", "scores"), "pass")
NAME = "counting.ipynb"


def change(folder: Path, **entries) -> None:
    notebook = json.loads((folder / NAME).read_text())
    notebook.update(entries)
    (folder / NAME).write_text(json.dumps(notebook))


def empty(folder: Path) -> None:
    (folder / NAME).write_text("")


def half(folder: Path) -> None:
    text = (folder / NAME).read_text()
    (folder / NAME).write_text(text[: len(text) // 2])


def bytes_that_are_no_text(folder: Path) -> None:
    (folder / NAME).write_bytes(b"\x80\xff\x00" * 1000)


def nested(folder: Path) -> None:
    (folder / NAME).write_text('{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")


def from_the_future(folder: Path) -> None:
    change(folder, nbformat=99)


def cells_that_are_no_list(folder: Path) -> None:
    change(folder, cells={"cell_type": "code"})


def numbers_that_are_none(folder: Path) -> None:
    (folder / NAME).write_text((folder / NAME).read_text().replace('"nbformat": 4', '"nbformat": 1e999'))


def large_number(folder: Path) -> None:
    (folder / NAME).write_text(
        (folder / NAME).read_text().replace('"nbformat": 4', '"nbformat": 4, "x": ' + "9" * 10_000)
    )


def large_text(folder: Path) -> None:
    notebook = json.loads((folder / NAME).read_text())
    notebook["cells"].append({"cell_type": "markdown", "id": "large", "metadata": {}, "source": "x" * 30_000_000})
    (folder / NAME).write_text(json.dumps(notebook))


def many_cells(folder: Path) -> None:
    notebook = json.loads((folder / NAME).read_text())
    text = {"cell_type": "markdown", "metadata": {}, "source": "text"}
    notebook["cells"] += [text | {"id": f"more-{number}"} for number in range(20_000)]
    (folder / NAME).write_text(json.dumps(notebook))


def folder_of_that_name(folder: Path) -> None:
    (folder / NAME).unlink()
    (folder / NAME).mkdir()


def nothing(folder: Path) -> None:
    (folder / NAME).unlink()


NO_WINDOW = {"window": "in_window, n_in_window = [], 1"}
ALL = frozenset(ANSWERS)

ATTACKS = [
    Attack("an empty file", "A notebook of no bytes.", ANSWERS, hand_in=empty),
    Attack("half a file", "A notebook cut in the middle.", ANSWERS, hand_in=half),
    Attack("bytes that are no text", "A notebook that is not UTF-8.", ANSWERS, hand_in=bytes_that_are_no_text),
    Attack("deep nesting", "Lists in lists, 200 000 deep.", ANSWERS, hand_in=nested, alone=True),
    Attack("a format from the future", "A notebook of format 99.", ANSWERS, hand_in=from_the_future, alone=True),
    Attack(
        "cells that are no list", "A dictionary for the cells.", ANSWERS, hand_in=cells_that_are_no_list, alone=True
    ),
    Attack(
        "an infinite format", "A version number that is no number.", ANSWERS, hand_in=numbers_that_are_none, alone=True
    ),
    Attack(
        "a number of 10 000 digits", "Too long for Python.", NO_WINDOW, hand_in=large_number, risked=ALL, alone=True
    ),
    Attack("a text of 30 MB", "A cell too large to read.", NO_WINDOW, hand_in=large_text, risked=ALL, alone=True),
    Attack("20 000 cells", "More cells than anybody reads.", NO_WINDOW, hand_in=many_cells, risked=ALL, alone=True),
    Attack("a folder for a notebook", "A folder with the notebook's name.", ANSWERS, hand_in=folder_of_that_name),
    Attack("no notebook", "Hands in an empty folder.", ANSWERS, hand_in=nothing),
]
