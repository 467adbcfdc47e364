"""The ROC curves of a leaderboard in one figure, as a PNG and in words."""

import io
from itertools import cycle

import matplotlib.pyplot as plt
import mplhep
import numpy as np
from sklearn.metrics import roc_curve

from grading.challenge.board import EFFICIENCIES, Board, Row
from helpers.figures import SIZES

NAMED = 8
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a3e9d", "#8c510a")
DASHES = ("--", "-.", ":")
DOTS_PER_INCH = 180
PIXELS = (1080, 1296)
STYLE = {
    "figure.figsize": [side / DOTS_PER_INCH for side in PIXELS],
    "figure.dpi": DOTS_PER_INCH,
    "legend.fontsize": "x-small",
}
LOWEST_EFFICIENCY = 0.1
LONGEST = 14


def draw(board: Board) -> bytes:
    """A PNG of background rejection against signal efficiency. The best eight entries and the course's have names."""
    named = [row for row in board.rows if not row.is_course][:NAMED]
    colours, dashes = iter(COLOURS), cycle(DASHES)
    with plt.style.context([mplhep.style.ROOT, SIZES, STYLE]):
        figure, axes = plt.subplots()
        others: str | None = "other entries"
        for row in board.rows:
            efficiency, rejection = _curve(board, row)
            if row.is_course:
                axes.plot(efficiency, rejection, next(dashes), color="black", lw=1.5, label=_short(row))
            elif row in named:
                axes.plot(efficiency, rejection, color=next(colours), lw=2, label=_short(row))
            else:
                axes.plot(efficiency, rejection, color="0.7", lw=1, zorder=1, label=others)
                others = None
        axes.set(
            xlabel="signal efficiency $\\epsilon_S$",
            ylabel="background rejection $1/\\epsilon_B$",
            yscale="log",
            xlim=(LOWEST_EFFICIENCY, 1),
            ylim=(1, 2 * (board.labels == 0).sum()),
        )
        if board.rows:
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
