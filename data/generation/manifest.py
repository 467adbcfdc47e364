"""The manifest of a data set: what a program needs to verify its files and to know what they hold."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from helpers.files import sha256

NAME = "manifest.json"
LICENCE = {"licence": "CC-BY-4.0"}


def made_with_pythia() -> dict[str, str]:
    """The head of the manifest of a set that Pythia made: generator and licence."""
    return {"generator": f"Pythia {version('pythia8mc')} (pythia8mc)"} | LICENCE


def entry(path: Path, **about: object) -> dict:
    """What the manifest says of one file: checksum, size, and what else is known of it."""
    return {"sha256": sha256(path), "bytes": path.stat().st_size} | about


def write(
    path: Path, head: Mapping[str, object], files: Mapping[str, dict], columns: Mapping[str, Mapping[str, str]]
) -> None:
    """Write a manifest: what concerns the whole set, the :func:`entry` of each file, and the columns.

    columns: ``dtype``, ``unit`` (empty for a pure number) and ``description`` of each column, by its name.
    """
    content = {**head, "files": files, "columns": columns}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
