"""A tree of a ROOT file as the file's path and its own, and the tree that uproot opens there."""

import os
import sys
from typing import Any

from .plain_data import field


def note(value: Any) -> dict | None:
    """Where a tree that was read from a file lies; None for anything else."""
    uproot = sys.modules.get("uproot")
    if uproot is None or not isinstance(value, uproot.TTree):
        return None
    return {"role": "tree", "file": os.path.abspath(value.file.file_path), "path": value.object_path}


def opened(note: dict) -> Any:
    """The tree, of a file that has the same path here."""
    import uproot

    return uproot.open(field(note, str, "file"))[field(note, str, "path")]
