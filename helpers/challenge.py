"""The student's side of the challenge: check the scores of the secret jets and write the file that is handed in.

A file ``submission_predictions/<group>_<network>.npy`` holds one float32 score for each secret jet, in their order; the
larger it is, the more the jet looks like a top. Only the order of the scores counts, not their scale.
"""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from helpers import checks, datasets
from helpers.files import replacing

JETS = "challenge/jets.h5"
FOLDER = "submission_predictions"
MAX_NETWORKS = 5
NAME = re.compile(r"[A-Za-z0-9-]{1,32}")
FILE_NAME = re.compile(rf"({NAME.pattern})_({NAME.pattern})\.npy")
COURSE = "course"
RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d", re.IGNORECASE)


class ChallengeError(ValueError):
    """Why predictions cannot be handed in, in a sentence."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not handed in: {self}"]


def submit(scores: Any, group: str, network: str, folder: str | os.PathLike[str] = FOLDER) -> Path:
    """Write a network's scores of the secret jets as ``folder/<group>_<network>.npy`` and return the path.

    scores: numbers of shape (n_jets,) or (n_jets, 1), in the order of the secret jets, large for tops. They are stored
    as float32; scores that it cannot tell apart become equal.
    group, network: names of 1 to 32 letters (A-Z, a-z), digits and hyphens, in which upper and lower case count as the
    same. An earlier file of the same two names is replaced.
    Raises ChallengeError, and writes nothing, if the scores or names are not as said, if all scores are equal, if the
    group has five other networks in the folder, or if the folder cannot be written; helpers.datasets.DataError if there
    are no secret jets.
    """
    group, network = valid_name(group, "group"), valid_name(network, "network")
    checked = _checked(scores, datasets.count_jets(JETS))
    folder = Path(folder)
    try:
        if folder.is_symlink():
            raise ChallengeError(f"{folder} is a link: remove it, and a folder will be made in its place")
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_more_than_may_be(folder, group, network)
        return _write(checked, folder / f"{group}_{network}.npy")
    except OSError as error:
        raise ChallengeError(f"{folder} cannot be written: {error.strerror} ({error.filename})") from None


def valid_name(name: Any, kind: str) -> str:
    """The name of a group or of a network (``kind`` says which), or ChallengeError if it cannot be one."""
    if not isinstance(name, str):
        raise ChallengeError(f"the name of the {kind} should be a string, but its type is {type(name).__name__}")
    if not NAME.fullmatch(name):
        raise ChallengeError(
            f"the name of the {kind} becomes part of a file name: use 1 to 32 letters (A-Z, a-z), digits and hyphens, "
            f"not {name[:40]!r}"
        )
    if RESERVED.fullmatch(name):
        raise ChallengeError(f"Windows does not allow files called {name!r}: choose another name for the {kind}")
    if kind == "group" and name.lower() == COURSE:
        raise ChallengeError(f"{name!r} stands for the course's own networks: choose another name for the group")
    return str(name)


def _refuse_more_than_may_be(folder: Path, group: str, network: str) -> None:
    """ChallengeError if the group has five other networks in the folder, or this one in other letters."""
    wanted = f"{group}_{network}.npy"
    files = [name for name in os.listdir(folder) if FILE_NAME.fullmatch(name) and name != wanted]
    files = sorted(name for name in files if name.lower().startswith(f"{group.lower()}_"))
    for name in files:
        if name.lower() == wanted.lower():
            raise ChallengeError(
                f"{folder / name} differs from {wanted} only in upper and lower case, which some computers do not "
                "tell apart: use the same letters, or remove the file"
            )
    if len(files) >= MAX_NETWORKS:
        raise ChallengeError(
            f"group {group!r} has {len(files)} other networks in {folder} ({', '.join(files)}) and may hand in "
            f"{MAX_NETWORKS}: remove one of them, or give this network the name of the one it replaces"
        )


def _checked(scores: Any, n_jets: int) -> np.ndarray:
    """The scores as float32 of shape (n_jets,), or ChallengeError."""
    try:
        values = checks.numbers(scores, "the array of scores")
    except checks.CheckFailed as failed:
        raise ChallengeError(str(failed)) from None
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.shape == (n_jets, 2):
        raise ChallengeError(
            "the scores have two columns, one for each class, but one number a jet is needed: end the network in one "
            "sigmoid unit, the probability of a top"
        )
    if values.ndim == 1 and len(values) != n_jets:
        raise ChallengeError(
            f"there are {len(values)} scores for {n_jets} secret jets: one a jet is needed, in their order"
        )
    if values.shape != (n_jets,):
        raise ChallengeError(f"the scores have the shape {values.shape}, but ({n_jets},) is needed: one number a jet")
    with np.errstate(over="ignore", under="ignore"):
        stored = values.astype(np.float32)
    if not np.all(np.isfinite(stored)):
        largest = np.max(np.abs(values))
        raise ChallengeError(f"a score of size {largest:.3g} does not fit into float32: hand in numbers such as 0 to 1")
    if np.all(stored == stored[0]):
        raise ChallengeError(f"all scores are the same ({stored[0]:g}): they put no jet before another")
    return stored


def _write(scores: np.ndarray, path: Path) -> Path:
    """Write in one step; a link at either place is replaced, never followed."""
    with replacing(path) as part:
        part.unlink(missing_ok=True)
        with part.open("xb") as file:
            np.lib.format.write_array(file, scores, allow_pickle=False)
    return path
