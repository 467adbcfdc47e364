"""Scores that were handed in where nobody looks for them: beside the notebook, in a misspelt folder, in an archive."""

import os
import zipfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path, PurePosixPath

from grading.cells.untrusted_files import entries, is_plain
from grading.challenge.score_files import Rejected, read
from helpers.challenge import FOLDER

LIKE = 0.8
MAX_FILES = 200
ENDING = ".npy"
MOVE = f"put it into {FOLDER}"


def misplaced(folder: Path, n_jets: int) -> Iterator[tuple[Path, str]]:
    """Files below a folder, of each student the first `MAX_FILES`, that seem to be scores in a wrong place; why."""
    looked_at: dict[Path, int] = {}
    for path in entries(folder):
        within = path.relative_to(folder).parts
        of_student = folder / within[0]
        looked_at[of_student] = looked_at.get(of_student, 0) + 1
        if FOLDER in (folder.name, *within[:-1]) or looked_at[of_student] > MAX_FILES or not is_plain(path):
            continue
        if any(part.startswith(".") or part == "__MACOSX" for part in within):
            continue
        if (name := path.parent.name) and is_like(name) and path.parent != folder and path.suffix.lower() == ENDING:
            yield path, f"lies in a folder {name!a}: {MOVE}"
        elif path.suffix.lower() == ENDING and _are_scores(path, n_jets):
            yield path, f"lies beside the folder {FOLDER}: {MOVE}"
        elif path.suffix.lower() == ".zip" and _holds_arrays(path):
            yield path, f"is an archive, which is not opened: hand in the folder {FOLDER} itself"


def is_like(name: str) -> bool:
    """Whether a folder's name seems to mean ``FOLDER``, and is not that."""
    plain = "".join(letter for letter in name.lower() if letter.isalpha())
    return name != FOLDER and SequenceMatcher(None, plain, FOLDER.replace("_", "")).ratio() >= LIKE


def _are_scores(path: Path, n_jets: int) -> bool:
    try:
        read(path, n_jets)
    except Rejected:
        return False
    return True


def _holds_arrays(path: Path) -> bool:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file, zipfile.ZipFile(file) as archive:
            return any(PurePosixPath(name).suffix.lower() == ENDING for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
