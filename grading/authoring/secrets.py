"""Nothing secret of the challenge is released: not by `make course`, and not by nbgrader's own commands."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
from nbformat import NotebookNode
from nbgrader.exchange.default import ExchangeReleaseAssignment
from nbgrader.preprocessors import NbGraderPreprocessor

EXAMPLE_JETS, ROUND_JETS = "data/challenge", "data/generated/round/challenge"
"""The folders of the jets that students get: those of the example, and those of a round of the instructor's own."""
RELEASED = ("solutions", "course", EXAMPLE_JETS, ROUND_JETS)
TYPES = ("i1", "i2", "i4", "i8", "f2", "f4", "f8")


class SecretReleased(Exception):
    """What students would receive of what they must not know, in a sentence."""


def refuse_secrets(root: Path) -> None:
    """Raise SecretReleased if students would receive a label of the challenge's secret jets, or a way to them.

    root: the folder of the course. The labels, and which jets give the public score, are looked for in any file below
    solutions/, course/ and the folders of the jets, whatever its name, as bytes of any number type; links into secret/
    are refused too.
    """
    for folder in (EXAMPLE_JETS, ROUND_JETS):
        _refuse_labelled_jets(root / folder / "jets.h5")
    known = _known_bytes(root / "secret")
    for path in _everything(root):
        name = path.relative_to(root)
        if _leads_into(path, root / "secret"):
            raise SecretReleased(f"{name} is a link into secret/: remove it")
        if known and stat.S_ISREG(path.lstat().st_mode):
            content = path.read_bytes()
            for secret, forms in known.items():
                if any(form in content for form in forms):
                    raise SecretReleased(f"{name} holds what is in {secret.relative_to(root)}: remove it")


def _refuse_labelled_jets(path: Path) -> None:
    if not path.exists():
        return
    try:
        with h5py.File(path) as file:
            more = sorted({*file, *file.attrs, *file["constituents"].attrs} - {"constituents"})
            shape = file["constituents"].shape
    except (OSError, KeyError, AttributeError) as error:
        raise SecretReleased(f"{path} cannot be read as a file of jets ({error}): make the round again") from None
    if more:
        raise SecretReleased(f"{path} holds {', '.join(more)} beside the constituents: make the round again")
    if len(shape) != 3 or shape[2] != 4:
        raise SecretReleased(f"{path} holds constituents of shape {shape} instead of (jets, constituents, 4)")


def _known_bytes(secret: Path) -> dict[Path, list[bytes]]:
    """The labels and public halves of all rounds that are kept, each as the bytes of different number types."""
    paths = [*secret.glob("*/labels.npy"), *secret.glob("*/public.npy")]
    return {path: [np.load(path, allow_pickle=False).astype(kind).tobytes() for kind in TYPES] for path in paths}


def _everything(root: Path) -> Iterator[Path]:
    """All files and links, and links to folders, below what is released, and those places themselves."""
    for released in RELEASED:
        if os.path.lexists(root / released):
            yield root / released
        for folder, below, names in os.walk(root / released):
            yield from (Path(folder) / name for name in [*below, *names])


def _leads_into(path: Path, secret: Path) -> bool:
    return path.is_symlink() and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(secret))


class RefuseSecrets(NbGraderPreprocessor):
    """Stops ``nbgrader generate_assignment`` and ``make course``."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook as it is. Raises SecretReleased if its course holds a secret of the challenge."""
        refuse_secrets(Path(resources["metadata"]["path"]).resolve().parents[1])
        return nb, resources


class ReleaseWithoutSecrets(ExchangeReleaseAssignment):
    """Stops ``nbgrader release_assignment``."""

    def copy_files(self) -> None:
        """Copy the assignment to the exchange, or end the command with a sentence that says what would be released."""
        try:
            refuse_secrets(Path(self.coursedir.root))
        except SecretReleased as error:
            self.fail(f"nothing is released: {error}")
        super().copy_files()
