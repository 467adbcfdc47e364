"""The files that a student handed in beside the notebooks, as far as the student's cells may have them."""

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from grading.cells import times
from grading.cells.untrusted_files import NotRead, TooMany, entries, is_plain, read, require_few

MAX_FILES = 200
MAX_BYTES = 200 * 2**20
TIMESTAMP = "timestamp.txt"


def beside(graded: Path, submitted: Path, note: Callable[[str], None]) -> dict[str, Path]:
    """The plain files below the folder that is graded, by relative path; no notebook, and no link.

    nbgrader copies what a link points to. So a file counts as handed in only if no part of its path below the folder
    that was submitted is a link. ``note`` gets a sentence for each thing that is left out.
    """
    found: dict[str, Path] = {}
    size = 0
    for path in entries(graded):
        name = path.relative_to(graded)
        if not is_name(str(name)):
            note(f"{str(name)!a} has a name that is no UTF-8, and was not given to the notebook")
            continue
        if path.suffix == ".ipynb" or not is_plain(path):
            continue
        if _leads_through_a_link(submitted, name):
            note(f"{name} is a link; what it points to was not given to the notebook")
            continue
        size += path.stat().st_size
        if len(found) >= MAX_FILES or size > MAX_BYTES:
            note(f"{name} and the files after it were left out: more than {MAX_FILES} files or {MAX_BYTES // 2**20} MB")
            break
        found[name.as_posix()] = path
    return found


def remove_links(folder: Path) -> list[str]:
    """Remove from a submission what nbgrader would follow or wait for: links, pipes, sockets, devices. Their names."""
    removed = []
    for path in entries(folder):
        if not is_plain(path):
            path.unlink()
            removed.append(path.relative_to(folder).as_posix())
    return removed


def move_excess(folder: Path) -> Path | None:
    """Leave a submission its first `MAX_FILES` notebooks alone if it holds more files and folders than it may.

    nbgrader would copy each of the others. Returns where they are now, beside the submission; None if all is well.
    """
    try:
        require_few(folder, MAX_FILES + 1)
    except TooMany:
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-left-out-", dir=folder.parent))
        names = os.listdir(folder)
        kept = sorted(name for name in names if name.endswith(".ipynb"))[:MAX_FILES]
        for name in set(names).difference(kept):
            (folder / name).rename(aside / name)
        return aside
    return None


def set_odd_time_aside(folder: Path) -> str:
    """Rename a timestamp.txt that nbgrader would not read, or read otherwise; what it says is written in UTC then.

    Why and what was done, "" if nothing was.
    """
    path = folder / TIMESTAMP
    if not os.path.lexists(path):
        return ""
    aside = path.with_suffix(".odd")
    try:
        text = read(path, times.LONGEST)
        when = times.moment(text)
    except (NotRead, ValueError) as reason:
        path.rename(aside)
        return f"{TIMESTAMP} holds no time ({reason}), and is now {aside.name}"
    if _by_nbgrader(text) == when:
        return ""
    path.rename(aside)
    path.write_text(times.in_utc(when))
    return (
        f"{TIMESTAMP} said {text.decode().strip()!r} and is now {aside.name}; {times.in_utc(when)} stands in its place"
    )


def _by_nbgrader(text: bytes) -> datetime | None:
    try:
        return parse_utc(text.decode().strip())
    except (ValueError, OverflowError):
        return None


def is_name(path: str) -> bool:
    """Whether a file's path is text; Linux takes any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _leads_through_a_link(folder: Path, name: Path) -> bool:
    parts = [folder.joinpath(*name.parts[:depth]) for depth in range(1, len(name.parts) + 1)]
    return any(map(os.path.islink, parts))
