"""A round of the challenge on disk: what students get in one folder, what only the instructor may know in another.

``data/generated/round/challenge/``, or ``data/challenge/`` of the example round, holds ``jets.h5`` (constituents, no
labels) and its manifest. ``secret/challenge/`` holds ``labels.npy``, ``public.npy`` (which jets give the public score),
``course/`` (the scores of the course's own networks) and ``round.json`` (seed, deadline, where the submissions are).
git ignores all but the example's jets, and no release takes what is secret.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from grading.authoring.secrets import EXAMPLE_JETS, ROUND_JETS
from helpers.files import sha256
from helpers.repository import ROOT


class RoundError(Exception):
    """Why a round cannot be made or read, in a sentence."""


@dataclass(frozen=True)
class Places:
    """The folders of a round, by default the example's: ``data`` for what students get, ``secret`` for the rest."""

    data: Path = ROOT / EXAMPLE_JETS
    secret: Path = ROOT / "secret" / "challenge"

    @classmethod
    def of_ones_own(cls) -> "Places":
        """The folders of a round that is not the example."""
        return cls(data=ROOT / ROUND_JETS)

    @classmethod
    def set_up(cls) -> "Places":
        """The folders of the round that is set up; if there is none, the example's."""
        notes = cls().notes()
        return cls() if notes is None or notes["example"] else cls.of_ones_own()

    def notes(self) -> dict | None:
        """What round.json says of the round that is set up, or None if there is none."""
        path = self.secret / "round.json"
        try:
            notes = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise RoundError(f"{path} is not valid JSON ({error}): mend it, or move {self.secret} away") from None
        lacking = {"n_jets", "jets_sha256", "deadline", "submissions", "example"} - notes.keys()
        if lacking:
            raise RoundError(f"{path} lacks {', '.join(sorted(lacking))}: mend it, or move {self.secret} away")
        return notes


@dataclass(frozen=True)
class Round:
    """What the leaderboard needs to know of a round.

    labels: (n_jets,) int8, 1 for tops. public: (n_jets,) bool, the jets of the public score. course: the scores
    (n_jets,) of the course's own networks, by name. submissions: where the students' files are.
    """

    labels: np.ndarray
    public: np.ndarray
    deadline: datetime
    submissions: Path
    course: dict[str, np.ndarray]
    is_example: bool


def deadline(text: str) -> datetime:
    """A date and time with its zone. Raises RoundError if it is not that."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RoundError(
            f"DEADLINE={text!r} is not a date and time with a time zone, such as 2026-07-01T18:00+02:00 "
            "(+02:00: two hours ahead of UTC)"
        )
    return found


def load(places: Places) -> Round:
    """The round that is set up. Raises RoundError if there is none, or if its parts do not fit together."""
    notes = places.notes()
    if notes is None:
        raise RoundError(
            f"{places.secret} holds no round: `hepdl challenge` sets up the example, "
            "`SEED=… hepdl challenge --deadline …` a round of your own"
        )
    n_jets = notes["n_jets"]
    jets = places.data / "jets.h5"
    if not jets.exists() or sha256(jets) != notes["jets_sha256"]:
        raise RoundError(
            f"{jets} and the labels in {places.secret} are not of the same round: run `hepdl challenge` again, "
            f"{'' if notes['example'] else 'with the SEED and JETS in round.json, '}or bring the right jets back"
        )
    course = {path.stem: _load(path, n_jets) for path in sorted((places.secret / "course").glob("*.npy"))}
    labels, public = _load(places.secret / "labels.npy", n_jets), _load(places.secret / "public.npy", n_jets)
    return Round(
        labels, public.astype(bool), deadline(notes["deadline"]), ROOT / notes["submissions"], course, notes["example"]
    )


def _load(path: Path, n_jets: int) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise RoundError(f"{path} cannot be read ({error}): run `hepdl challenge` again") from None
    if array.shape != (n_jets,):
        raise RoundError(f"{path} has the shape {array.shape} instead of ({n_jets},): run `hepdl challenge` again")
    return array
