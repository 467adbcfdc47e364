"""Which of the files that a class handed in count, and why the others do not.

Files are looked for in every folder ``submission_predictions`` below one folder: nbgrader's ``submitted/``, where it
collects ``<student>/<assignment>/``, or any other. A file was handed in when nbgrader's ``timestamp.txt`` beside that
folder says; without one, when the file was last written, which its author may have set. One that is not understood is
asked about: the file is rejected.

The rules, in this order:

1. A file that cannot be read as scores of the secret jets is rejected. Scores in another place are named, not ranked.
2. A file handed in after the deadline does not count.
3. Of different files for the same network of a group, the latest counts. The same scores handed in again (by another
   member) count once, from when they came first.
4. Of networks of different groups that put all jets in the same order, the one handed in first counts, with a remark;
   the others are taken for copies.
5. The first five networks of a group count, in order of time, then of name.

Group and network names that differ only in upper and lower case are the same.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from grading.cells import times, untrusted_files
from grading.cells.untrusted_files import NotRead, TooLarge
from grading.challenge.misplaced import misplaced
from grading.challenge.score_files import Rejected, read
from helpers.challenge import FILE_NAME, FOLDER, MAX_NETWORKS, ChallengeError, valid_name

MAX_FILES = 200


@dataclass(frozen=True)
class Entry:
    """A network's scores, (n_jets,), that count. ``remark``: what readers should know of it, if anything."""

    group: str
    network: str
    scores: np.ndarray
    student: str = ""
    handed_in: datetime | None = None
    remark: str = ""

    @property
    def file(self) -> str:
        """The name for tables, <group>_<network>, in the spelling that was handed in."""
        return f"{self.group}_{self.network}.npy"

    @property
    def key(self) -> tuple[str, str]:
        """What two versions of one network have in common: group and network, whatever their capitals."""
        return self.group.lower(), self.network.lower()


@dataclass(frozen=True)
class NotRanked:
    """A file that does not count. ``file`` and ``student`` are fit to print; ``status`` is a word for tables."""

    file: str
    student: str
    status: str
    reason: str


def collect(folder: Path, n_jets: int, deadline: datetime) -> tuple[list[Entry], list[NotRanked]]:
    """The entries that count, and the files that do not, each in order of time or name."""
    entries: list[Entry] = []
    aside: list[NotRanked] = []

    def reject(path: Path, reason: object) -> None:
        aside.append(NotRanked(printable(path.name), _student(path, folder), "rejected", str(reason)))

    for path in _files(folder, reject):
        try:
            entry = _entry(path, _student(path, folder), n_jets)
        except Rejected as reason:
            reject(path, reason)
            continue
        assert entry.handed_in is not None  # `_entry` fills it in
        if entry.handed_in > deadline:
            late = f"was handed in after the deadline, on {with_zone(entry.handed_in.astimezone(deadline.tzinfo))}"
            aside.append(NotRanked(entry.file, entry.student, "late", late))
        else:
            entries.append(entry)
    for path, why in misplaced(folder, n_jets):
        aside.append(NotRanked(printable(path.name), _student(path, folder), "misplaced", why))
    entries.sort(key=lambda entry: (entry.handed_in, entry.key, entry.student))
    for rule in (_one_file_a_network, _no_copies, _five_networks_a_group):
        entries, dropped = rule(entries)
        aside += dropped
    return entries, aside


def printable(name: str) -> str:
    """A name with all that could confuse a terminal or a page (control characters, broken encodings) spelled out."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= 80 else f"{text[:79]}…"


def with_zone(when: datetime) -> str:
    """A time with its zone, such as 2026-07-01 18:00 UTC+02:00."""
    zone = f"{when:%z}"
    return f"{when:%Y-%m-%d %H:%M} UTC{f'{zone[:3]}:{zone[3:5]}' if int(zone) else ''}"


def _files(folder: Path, reject: Callable[[Path, object], None]) -> Iterator[Path]:
    """All that lies in folders of the right name; folders that are links, unreadable or too full are rejected."""

    def unreadable(error: OSError) -> None:
        reject(Path(error.filename), f"is a folder that cannot be read: {error.strerror}")

    for place, below, _ in os.walk(folder, onerror=unreadable):
        below.sort()
        for path in (Path(place) / name for name in below):
            if path.name == FOLDER and path.is_symlink():
                reject(path, "is a link to a folder, and links are not followed")
        if Path(place).name == FOLDER:
            below.clear()
            names = sorted(name for name in os.listdir(place) if not name.startswith("."))
            if len(names) > MAX_FILES:
                reject(Path(place), f"holds {len(names)} files, of which the first {MAX_FILES} were looked at")
            yield from (Path(place) / name for name in names[:MAX_FILES])


def _student(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).parts
    return printable(parts[0]) if len(parts) > 1 and parts[0] != FOLDER else ""


def _entry(path: Path, student: str, n_jets: int) -> Entry:
    names = FILE_NAME.fullmatch(path.name)
    if not names:
        raise Rejected("is not called <group>_<network>.npy, with names of 1 to 32 letters, digits and hyphens")
    try:
        group, network = valid_name(names[1], "group"), valid_name(names[2], "network")
    except ChallengeError as error:
        raise Rejected(f"has a name that cannot be: {error}") from None
    return Entry(group, network, read(path, n_jets), student, _handed_in(path))


def _handed_in(path: Path) -> datetime:
    note = path.parent.parent / "timestamp.txt"
    try:
        text = untrusted_files.read(note, times.LONGEST)
    except TooLarge as why:
        raise Rejected(f"has a {note.name} that {why}: mend it or remove it") from None
    except NotRead:
        text = b""
    if not text.strip():
        return datetime.fromtimestamp(os.lstat(path).st_mtime, UTC)
    try:
        return times.moment(text).replace(tzinfo=UTC)
    except ValueError as why:
        raise Rejected(f"was handed in at a time that is not understood ({why}); mend {note.name}") from None


def _one_file_a_network(entries: list[Entry]) -> tuple[list[Entry], list[NotRanked]]:
    versions: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        versions[entry.key].append(entry)
    kept: list[Entry] = []
    dropped: list[NotRanked] = []
    for same_names in versions.values():
        latest = same_names[-1]
        counts, *again = [entry for entry in same_names if np.array_equal(entry.scores, latest.scores)]
        kept.append(counts)
        dropped += [
            NotRanked(entry.file, entry.student, "repeated", "holds the same scores as an earlier file of this network")
            for entry in again
        ]
        dropped += [
            NotRanked(entry.file, entry.student, "superseded", "was replaced by a later file of this network")
            for entry in same_names
            if not np.array_equal(entry.scores, latest.scores)
        ]
    return sorted(kept, key=lambda entry: (entry.handed_in, entry.key)), dropped


def _no_copies(entries: list[Entry]) -> tuple[list[Entry], list[NotRanked]]:
    first: dict[bytes, int] = {}
    kept: list[Entry] = []
    dropped: list[NotRanked] = []
    for entry in entries:
        order = sha256(rankdata(entry.scores, method="dense").astype(np.int64)).digest()
        if order not in first:
            first[order] = len(kept)
            kept.append(entry)
            continue
        original = kept[first[order]]
        if original.key[0] == entry.key[0]:
            kept.append(entry)
            continue
        kept[first[order]] = replace(original, remark="another group handed in the same order of jets later")
        reason = f"puts all jets in the same order as {original.file}, which was handed in before: taken for a copy"
        dropped.append(NotRanked(entry.file, entry.student, "copy", reason))
    return kept, dropped


def _five_networks_a_group(entries: list[Entry]) -> tuple[list[Entry], list[NotRanked]]:
    count: dict[str, int] = defaultdict(int)
    kept, dropped = [], []
    for entry in entries:
        count[entry.key[0]] += 1
        if count[entry.key[0]] <= MAX_NETWORKS:
            kept.append(entry)
        else:
            reason = f"is one more than the {MAX_NETWORKS} networks that a group may hand in"
            dropped.append(NotRanked(entry.file, entry.student, "surplus", reason))
    return kept, dropped
