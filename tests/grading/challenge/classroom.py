"""A class that hands in score files, in the layout in which nbgrader collects them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

N_JETS = 40
DEADLINE = datetime(2026, 7, 1, 12, tzinfo=UTC)


class Class:
    """A folder ``submitted/`` that students hand in to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, student: str, when: str = "2026-07-01 10:00:00.123456 UTC") -> Path:
        """The student's folder for score files, with nbgrader's note of when it was handed in."""
        place = self.folder / student / "top_tagging" / "submission_predictions"
        place.mkdir(parents=True, exist_ok=True)
        (place.parent / "timestamp.txt").write_text(when)
        return place

    def scores(self, student: str, name: str, scores: np.ndarray, when: str = "2026-07-01 10:00:00.123456 UTC") -> Path:
        """Hand in scores as ``name``.npy."""
        path = self.place(student, when) / f"{name}.npy"
        np.save(path, scores)
        return path

    def bytes(self, student: str, name: str, content: bytes) -> Path:
        """Hand in a file of any content."""
        path = self.place(student) / name
        path.write_bytes(content)
        return path


def some_scores(seed: int, n_jets: int = N_JETS) -> np.ndarray:
    """Random float32 scores."""
    return np.random.default_rng(seed).random(n_jets).astype(np.float32)


def fake_jets(n_jets: int, seed: int, processes: int, work: Path) -> tuple[np.ndarray, np.ndarray]:
    """What data.generation.top_tagging.fresh_jets' generate_jets gives, without physics: tops have more energy."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "chunk").write_text("made")
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n_jets) % 2).astype(np.int8)
    constituents = rng.exponential(size=(n_jets, 200, 4)).astype(np.float32)
    constituents[:, 0, 0] += labels
    return constituents, labels


def fake_course(constituents: np.ndarray) -> dict[str, np.ndarray]:
    """What the course's own entries give, without training."""
    return {"dnn": constituents[:, 0, 0], "jet-mass": constituents[:, 0, 0] + constituents[:, 1, 0]}
