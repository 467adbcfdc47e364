"""Score what the groups handed in and write the leaderboard.

    python -m grading.challenge.leaderboard [--submissions submitted] [--output leaderboard] [--reveal]

Writes ``leaderboard.html``, to show to the class, ``leaderboard_roc.png``, and ``leaderboard.csv``, which names the
students too, and prints the table. Scores on the private half are worked out only with ``--reveal``, when all is over.
"""

import argparse
import csv
import io
import math
import sys
from collections import defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from grading.authoring.text_table import text_table
from grading.challenge.board import EFFICIENCIES, Board, Row, evaluate
from grading.challenge.page import area, interval, rejection, render
from grading.challenge.roc_figure import draw, in_words
from grading.challenge.rounds import Places, Round, RoundError, load
from grading.challenge.statistics import Estimate
from grading.challenge.submissions import Entry, NotRanked, collect
from helpers.challenge import COURSE
from helpers.files import replacing
from helpers.repository import ROOT

BEST_PUBLISHED_AREA = 0.987
"""Of PELICAN, on the public reference set, which is about as hard."""


def score(round_: Round, entries: list[Entry], reveal: bool) -> list[Board]:
    """The leaderboard of the public half; if ``reveal``, that of the private half before it."""
    course = [Entry(COURSE, name, scores) for name, scores in round_.course.items()]
    halves = {"private": ~round_.public, "public": round_.public} if reveal else {"public": round_.public}
    return [evaluate(half, round_.labels, jets, entries + course) for half, jets in halves.items()]


def write(folder: Path, boards: list[Board], not_ranked: list[NotRanked], round_: Round) -> list[Path]:
    """Write page, table and figure, each whole or not at all; return their paths."""
    described = [(board, draw(board, legend=False), in_words(board)) for board in boards]
    is_over = datetime.now(UTC) > round_.deadline
    files = {
        "leaderboard.html": render(described, not_ranked, round_.deadline, is_over, round_.is_example).encode(),
        "leaderboard.csv": table(boards, not_ranked).encode(),
        "leaderboard_roc.png": draw(boards[0]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for name, content in files.items():
            stack.enter_context(replacing(folder / name)).write_bytes(content)
    return [folder / name for name in files]


def table(boards: list[Board], not_ranked: list[NotRanked]) -> str:
    """The leaderboard as comma-separated values, with the files that do not count at its end."""
    estimates = ["auc", *(f"rejection_at_{efficiency}" for efficiency in EFFICIENCIES)]
    numbers = [f"{name}{part}" for name in estimates for part in ("", "_low", "_high")]
    columns = ["half", "status", "place", "group", "network", *numbers, "file", "student", "handed_in", "remark"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for board in boards:
        for row in board.rows:
            values = [f"{value:.6g}" for estimate in (row.area, *row.rejection) for value in estimate]
            writer.writerow(
                {key: _inert(value) for key, value in _cells(board, row).items()}
                | dict(zip(numbers, values, strict=True))
            )
    for file in not_ranked:
        cells = {"status": file.status, "file": file.file, "student": file.student, "remark": file.reason}
        writer.writerow({key: _inert(value) for key, value in cells.items()})
    return text.getvalue()


def _cells(board: Board, row: Row) -> dict[str, str]:
    entry = row.entry
    return {
        "half": board.half,
        "status": "course" if row.is_course else "ranked",
        "place": str(row.place or ""),
        "group": entry.group,
        "network": entry.network,
        "file": "" if row.is_course else entry.file,
        "student": entry.student,
        "handed_in": f"{entry.handed_in:%Y-%m-%d %H:%M:%S}" if entry.handed_in else "",
        "remark": row.remark,
    }


def _inert(text: str) -> str:
    """The text, marked as text where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def printed(board: Board) -> str:
    """The table as text."""
    rows = []
    for row in board.rows:
        place = COURSE if row.is_course else str(row.place)
        measured = [area(row.area.value), interval(row.area, "area"), *map(_rejection, row.rejection)]
        rows.append((place, row.entry.group, row.entry.network, *measured))
    columns = ("place", "group", "network", "AUC", "95 %", *(f"1/ε_B at {at}" for at in EFFICIENCIES))
    return f"{board.half} half, {len(board.labels)} jets\n{text_table(columns, rows)}"


def _rejection(estimate: Estimate) -> str:
    if math.isinf(estimate.value):
        return f"> {rejection(estimate.low)}"
    return f"{rejection(estimate.value)} ({interval(estimate, 'rejection')})"


def notes(boards: list[Board], not_ranked: list[NotRanked]) -> list[str]:
    """What the instructor should look into, in sentences."""
    found = []
    groups = defaultdict(set)
    for row in boards[0].rows:
        if row.entry.student:
            groups[row.entry.student].add(row.entry.group.lower())
        if not row.is_course and row.area.low > BEST_PUBLISHED_AREA:
            found.append(
                f"{row.entry.file} is better than any published network (AUC {BEST_PUBLISHED_AREA}): how was it made?"
            )
    for student, names in groups.items():
        if len(names) > 1:
            found.append(f"{student} handed in for {len(names)} groups: {', '.join(sorted(names))}")
    owners = {row.entry.key: row.entry.student for row in boards[0].rows}
    for file in not_ranked:
        group, _, network = file.file.removesuffix(".npy").lower().partition("_")
        if file.status == "superseded" and owners.get((group, network)) != file.student:
            found.append(f"{file.file} of {file.student} was replaced by {owners.get((group, network))}'s: one group?")
    return found


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl leaderboard", description="Score the submissions of the challenge and write the leaderboard."
    )
    made.add_argument("--submissions", type=Path, help="folder to look for submissions in (default: the round's)")
    made.add_argument(
        "--output", type=Path, default=ROOT / "leaderboard", help="folder to write to (default: leaderboard/)"
    )
    made.add_argument("--reveal", action="store_true", help="show the scores on the private half too")
    return made


def main(arguments: list[str] | None = None, places: Places | None = None) -> int:
    """Score the round that is set up, and return the exit status."""
    options = parser().parse_args(arguments)
    try:
        round_ = load(places or Places.set_up())
        folder = options.submissions or round_.submissions
        if not folder.is_dir():
            raise RoundError(
                f"there is no folder {folder}: `nbgrader collect` makes it, or name yours with SUBMISSIONS=folder"
            )
        entries, not_ranked = collect(folder, len(round_.labels), round_.deadline)
        boards = score(round_, entries, options.reveal)
        written = write(options.output, boards, not_ranked, round_)
    except (RoundError, OSError) as error:
        print(f"hepdl leaderboard: {error}.", file=sys.stderr)
        return 1
    for board in boards:
        print(f"{printed(board)}\n")
    for file in not_ranked:
        print(f"{file.status:10s}  {file.student + ': ' if file.student else ''}{file.file} {file.reason}.")
    for note in notes(boards, not_ranked):
        print(f"Look into this: {note}")
    print("Wrote " + ", ".join(str(path) for path in written) + ".")
    return 0


if __name__ == "__main__":
    sys.exit(main())
