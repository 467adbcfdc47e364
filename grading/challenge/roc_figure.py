"""The ROC curves of a leaderboard in one figure, as a PNG and in words."""

import io
from itertools import cycle
from typing import NamedTuple

import matplotlib.pyplot as plt
import mplhep
import numpy as np
from sklearn.metrics import roc_curve

from grading.challenge.board import EFFICIENCIES, Board, Row
from helpers.figures import SIZES

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a3e9d", "#8c510a")
OTHERS = "#b3b3b3"
DASHES = ("--", "-.", ":")
DOTS_PER_INCH = 180
PIXELS = (1080, 1296)
PIXELS_ALONE = (1080, 972)
"""Without the legend."""
STYLE = {
    "figure.dpi": DOTS_PER_INCH,
    "legend.fontsize": "x-small",
}
LOWEST_EFFICIENCY = 0.1
LONGEST = 14


class Line(NamedTuple):
    """How an entry's curve is drawn, and its name; only the first of the entries without a name says what they are."""

    colour: str
    dash: str
    width: float
    name: str


def lines(board: Board) -> list[Line]:
    """The line of each row. The best eight entries and the course's have names."""
    colours, dashes = iter(COLOURS), cycle(DASHES)
    found: list[Line] = []
    for row in board.rows:
        if row.is_course:
            found.append(Line("#000000", next(dashes), 1.5, _short(row)))
        elif colour := next(colours, None):
            found.append(Line(colour, "-", 2, _short(row)))
        else:
            others = any(line.colour == OTHERS for line in found)
            found.append(Line(OTHERS, "-", 1, "" if others else "other entries"))
    return found


def draw(board: Board, legend: bool = True) -> bytes:
    """A PNG of background rejection against signal efficiency."""
    pixels = PIXELS if legend else PIXELS_ALONE
    size = {"figure.figsize": [side / DOTS_PER_INCH for side in pixels]}
    with plt.style.context([mplhep.style.ROOT, SIZES, STYLE, size]):
        figure, axes = plt.subplots()
        for row, line in zip(board.rows, lines(board), strict=True):
            order, name = 1 if line.colour == OTHERS else 2, line.name or None
            axes.plot(*_curve(board, row), line.dash, color=line.colour, lw=line.width, zorder=order, label=name)
        axes.set(
            xlabel="signal efficiency $\\epsilon_S$",
            ylabel="background rejection $1/\\epsilon_B$",
            yscale="log",
            xlim=(LOWEST_EFFICIENCY, 1),
            ylim=(1, 2 * (board.labels == 0).sum()),
        )
        if board.rows and legend:
            figure.legend(loc="outside lower center", ncols=2)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": None})
        plt.close(figure)
    return picture.getvalue()


def in_words(board: Board) -> str:
    """What the figure shows."""
    rows = [row for row in board.rows if row.area.value > 0.5]
    at = EFFICIENCIES[0]
    text = (
        f"ROC curves of {len(board.rows)} networks on the {board.half} half: background rejection, on a logarithmic "
        "axis, falls as the signal efficiency grows."
    )
    if not rows:
        return text
    best, worst = (pick(rows, key=lambda row: row.rejection[0].value) for pick in (max, min))
    ends = f"the highest curve is that of {_name(best)}, the lowest that of {_name(worst)}"
    return f"{text} At a signal efficiency of {at} {ends}."


def _name(row: Row) -> str:
    return f"{row.entry.group}: {row.entry.network}"


def _short(row: Row) -> str:
    return ": ".join(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in _name(row).split(": "))


def _curve(board: Board, row: Row) -> tuple[np.ndarray, np.ndarray]:
    background, signal, _ = roc_curve(board.labels, board.scores(row), drop_intermediate=False)
    passing = background > 0
    return signal[passing], 1 / background[passing]
