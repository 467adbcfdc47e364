"""A tree of a ROOT file: the path of the file and that within it, and the tree that uproot opens there.

Only the examiner's trees cross so, to functions of the student's: the examiner opens no file that a student names.
"""

import os
import sys
from typing import Any

from .validation import field


def reference(value: Any) -> dict[str, str]:
    """{"role": "tree", "file": absolute path, "path": of the tree in it} for a tree that was read from a file.

    Nothing for anything else; what is returned replaces entries of a reference to the object (``proxies``).
    """
    uproot = sys.modules.get("uproot")
    if uproot is None or not isinstance(value, uproot.TTree):
        return {}
    return {"role": "tree", "file": os.path.abspath(value.file.file_path), "path": value.object_path}


def open_tree(reference: dict) -> Any:
    """The tree of a reference, from the file that has the same path here."""
    import uproot

    return uproot.open(field(reference, "file", str))[field(reference, "path", str)]
