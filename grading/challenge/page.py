"""The leaderboard as a page that needs nothing but itself: no script, no address, no font or picture from elsewhere."""

import base64
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grading.challenge.board import EFFICIENCIES, Board
from grading.challenge.roc_figure import PIXELS_ALONE, lines
from grading.challenge.statistics import CONFIDENCE, REPLICATES, SAME_PLACE, Estimate
from grading.challenge.submissions import NotRanked, with_zone

TEMPLATE = "leaderboard.html.jinja"
DASHES = {"-": "none", "--": "8 4", "-.": "8 3 2 3", ":": "2 3"}
"""The stroke-dasharray of SVG that looks like a line of the figure."""


def render(
    boards: Sequence[tuple[Board, bytes, str]],
    not_ranked: list[NotRanked],
    until: datetime,
    is_over: bool,
    is_example: bool,
) -> str:
    """The page. boards: each with the PNG of its ROC curves and a description of it. Students' names do not appear.

    is_over: whether the deadline has passed.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(area=area, rejection=rejection, interval=interval)
    return environment.get_template(TEMPLATE).render(
        boards=[
            {
                "half": board.half,
                "labels": board.labels,
                "rows": board.rows,
                "scale": _scale(board),
                "legend": [(line, DASHES[line.dash]) for line in lines(board) if line.name],
                "picture": base64.b64encode(picture).decode(),
                "in_words": in_words,
            }
            for board, picture, in_words in boards
        ],
        pixels=PIXELS_ALONE,
        not_ranked=sorted({(row.file, row.status, row.reason) for row in not_ranked}),
        until=with_zone(until),
        is_over=is_over,
        is_example=is_example,
        efficiencies=EFFICIENCIES,
        replicates=REPLICATES,
        percent=round(100 * CONFIDENCE),
        same_place=SAME_PLACE,
    )


def area(value: float) -> str:
    """An area under a curve as text, such as 0.9712."""
    return f"{value:.4f}"


def rejection(value: float) -> str:
    """A rejection as text with three digits, such as 87.4 or 1 230."""
    if value == float("inf"):
        return "∞"
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.{decimals}f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def interval(estimate: Estimate, show: str) -> str:
    """The interval of an estimate as text; ``show`` is ``"area"`` or ``"rejection"``."""
    text = {"area": area, "rejection": rejection}[show]
    return f"{text(estimate.low)} – {text(estimate.high)}"


def _scale(board: Board) -> tuple[float, float]:
    """Lowest and highest area that the bars of the intervals have room for; entries worse than chance get none."""
    shown = [row.area for row in board.rows if row.area.value > 0.5]
    return min((area.low for area in shown), default=0), max((area.high for area in shown), default=1)
