"""What a leaderboard says: the entries' scores and places on one half of the secret jets."""

from dataclasses import dataclass

import numpy as np

from grading.challenge.statistics import Estimate, areas, rejections
from grading.challenge.submissions import Entry
from helpers.challenge import COURSE

EFFICIENCIES = (0.5, 0.3)
SEED = 20260101
WORSE_THAN_CHANCE = "puts QCD jets above tops: do large scores mean tops?"


@dataclass(frozen=True)
class Row:
    """An entry's scores. ``place`` is None for the course's own networks; ``rejection`` follows EFFICIENCIES."""

    entry: Entry
    place: int | None
    area: Estimate
    rejection: list[Estimate]
    remark: str

    @property
    def is_course(self) -> bool:
        """Whether it is the course's own entry, which takes no place from anybody."""
        return self.entry.group == COURSE


@dataclass(frozen=True)
class Board:
    """The entries by falling area, scored on the jets of one half: labels (n_jets,) and jets (n_all,) bool."""

    half: str
    labels: np.ndarray
    jets: np.ndarray
    rows: list[Row]

    def scores(self, row: Row) -> np.ndarray:
        """The scores of this half's jets, (n_jets,)."""
        return row.entry.scores[self.jets]


def evaluate(half: str, labels: np.ndarray, jets: np.ndarray, entries: list[Entry]) -> Board:
    """Score entries on some of the jets.

    labels: (n_all,), 1 for tops. jets: (n_all,) bool. No score of another jet is looked at.
    """
    labels = labels[jets]
    if not entries:
        return Board(half, labels, jets, [])
    scores = np.stack([entry.scores[jets] for entry in entries])
    ranked = areas(labels, scores)
    places = ranked.places(others=[i for i, entry in enumerate(entries) if entry.group == COURSE])
    intervals = ranked.intervals()
    rejected = rejections(labels, scores, EFFICIENCIES, np.random.default_rng(SEED))
    rows = [
        Row(
            entry,
            place,
            area,
            rejection,
            "; ".join(filter(None, [entry.remark, WORSE_THAN_CHANCE if area.high < 0.5 else ""])),
        )
        for entry, place, area, rejection in zip(entries, places, intervals, rejected, strict=True)
    ]
    return Board(half, labels, jets, sorted(rows, key=lambda row: -row.area.value))
