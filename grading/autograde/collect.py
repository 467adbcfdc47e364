"""Collect what students put into the exchange: plain files alone, in bounds, and one bad submission stops nobody.

nbgrader's own collection copies what a link points to, with the instructor's rights. The inbound folder can be written
by everybody, so nothing in it is believed: neither names, nor times, nor what kind of file something is.
"""

import fnmatch
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect

from grading.cells import times, untrusted_files
from grading.cells.submitted_files import MAX_FILES
from grading.cells.untrusted_files import NotRead

MAX_DEPTH = 20
TIMESTAMP = "timestamp.txt"
OF_NAME = re.compile(r"[^+]*(?:\+\d\d:?\d\d(?=\+|$))?")


class NotCollected(Exception):
    """Why a submission was not collected, in a sentence."""


@dataclass(frozen=True)
class HandedIn:
    """A folder in the inbound folder: who handed it in, and when, as its name says."""

    folder: Path
    student: str
    time: str
    when: datetime


class CollectPlainFiles(ExchangeCollect):
    """``nbgrader collect``. It ends in an error, after it has collected the others, if a submission was refused.

    nbgrader_config.py sets ``update``: what was handed in again takes the place of what was collected.
    """

    def init_src(self) -> None:
        """Find for each student the submission to collect: the last one, or the last before the deadline."""
        self.refused: list[str] = []
        inbound = Path(self.root, self.coursedir.course_id, "inbound")
        if not os.access(inbound, os.R_OK | os.X_OK):
            self.fail(f"{inbound} is no folder that can be read: has the assignment been released to this exchange?")
        deadline = self._deadline() if self.before_duedate else None
        self.src_records: list[HandedIn] = []
        of_student: dict[str, list[HandedIn]] = {}
        for found in self._handed_in(inbound):
            of_student.setdefault(found.student, []).append(found)
        for all_of_one in of_student.values():
            in_time = [found for found in all_of_one if deadline is None or found.when <= deadline]
            self.src_records.append(max(in_time or all_of_one, key=lambda found: found.when))

    def copy_files(self) -> None:
        """Copy each submission, or say why not."""
        assignment = self.coursedir.assignment_id
        self.log.info("Processing %d submissions of '%s'", len(self.src_records), assignment)
        for found in sorted(self.src_records, key=lambda found: found.student):
            try:
                self._collect(found)
            except (NotCollected, OSError) as reason:
                self._refuse(f"{str(found.folder)!r}: {reason}")
        if self.refused:
            self.fail(f"{len(self.refused)} in {self.root} not collected; the reasons stand above")

    def _deadline(self) -> datetime | None:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook, suppress(MissingEntry):
            return gradebook.find_assignment(self.coursedir.assignment_id).duedate
        return None

    def _handed_in(self, inbound: Path) -> Iterator[HandedIn]:
        wanted = self.coursedir.student_id
        for entry in sorted(os.scandir(inbound), key=lambda entry: entry.name):
            student, plus, rest = entry.name.partition(f"+{self.coursedir.assignment_id}+")
            if not plus or wanted not in ("", "*", student):
                continue
            try:
                if not entry.is_dir(follow_symlinks=False):
                    raise NotCollected("it is no folder, as `nbgrader submit` makes one, but a link or a file")
                if not student.isprintable() or student in ("", ".", ".."):
                    raise NotCollected("what stands before the first + is no student's name")
                self._require_owner(student, entry.stat(follow_symlinks=False).st_uid)
                found = HandedIn(Path(entry.path), student, *_time_in(rest))
            except NotCollected as reason:
                self._refuse(f"{entry.path!r}: {reason}")
            else:
                yield found

    def _require_owner(self, student: str, number: int) -> None:
        """Raises NotCollected if another account than the student's made a submission; root and oneself may."""
        if not self.check_owner or number in (0, os.getuid()) or (owner := _user(number)) == student:
            return
        if owner is None:
            self.log.warning("Who handed in as %s has no account here any more: number %d", student, number)
            return
        raise NotCollected(
            f"it says that it is of {student}, but {owner} made it (if your students' accounts have other names than "
            "their submissions: --ExchangeCollect.check_owner=False)"
        )

    def _refuse(self, sentence: str) -> None:
        self.refused.append(sentence)
        self.log.error("Not collected: %s", sentence)

    def _collect(self, found: HandedIn) -> None:
        assignment = self.coursedir.assignment_id
        to = Path(self.coursedir.format_path(self.coursedir.submitted_directory, found.student, assignment))
        if to.is_dir() and not self._is_newer(found, to):
            self.log.info("Nothing newer to collect: %s %s", found.student, assignment)
            return
        owner = found.folder.lstat().st_uid
        self.log.info("Collecting submission: %s %s", found.student, assignment)
        to.parent.mkdir(parents=True, exist_ok=True)
        part = Path(mkdtemp(prefix=f".{to.name}-", dir=to.parent))
        try:
            self._copy(found, owner, part)
            self.set_perms(part, *((0o660, 0o2770) if self.coursedir.groupshared else (0o644, 0o755)))
            if to.is_dir():
                shutil.rmtree(to)
            part.replace(to)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _is_newer(self, found: HandedIn, collected: Path) -> bool:
        try:
            before = times.moment(untrusted_files.read(collected / TIMESTAMP, times.LONGEST))
        except (NotRead, ValueError):
            return bool(self.update)
        return bool(self.update and found.when > before) or bool(self.before_duedate and found.when != before)

    def _copy(self, found: HandedIn, owner: int, to: Path) -> None:
        """Copy the plain files of a submission, and say which others it holds; the time is that of its name.

        Raises NotCollected if it is too large, too deep, or holds too many files.
        """
        left, n_found = self.coursedir.max_dir_size * 1000, 0
        for place, folders, files, descriptor in os.fwalk(found.folder, onerror=_raise):
            within = Path(place).relative_to(found.folder)
            folders[:], files = ([name for name in names if not self._is_ignored(name)] for names in (folders, files))
            n_found += len(folders) + len(files)
            if n_found > MAX_FILES or len(within.parts) > MAX_DEPTH:
                raise NotCollected(f"it holds more than {MAX_FILES} files and folders, or folders {MAX_DEPTH} deep")
            (to / within).mkdir(exist_ok=True)
            links = [name for name in folders if _is_link(name, descriptor)]  # which are not entered
            for name in sorted([*files, *links]):
                try:
                    content = _content(name, descriptor, owner, left)
                except untrusted_files.TooLarge:
                    raise NotCollected(f"it holds more than {self.coursedir.max_dir_size / 1000:g} MB") from None
                except NotRead as reason:
                    self.log.warning("Left out: %r in %s %s", str(within / name), found.folder, reason)
                    continue
                left -= len(content)
                (to / within / name).write_bytes(content)
        (to / TIMESTAMP).write_text(found.time)

    def _is_ignored(self, name: str) -> bool:
        return name == TIMESTAMP or any(fnmatch.fnmatch(name, pattern) for pattern in self.coursedir.ignore)


def _time_in(name: str) -> tuple[str, datetime]:
    """The time in the rest of a folder's name, as text and in UTC; a plus and a random word may follow it."""
    time = OF_NAME.match(name)[0]  # type: ignore[index]  # it matches anything
    try:
        return time, times.moment(time.encode(errors="replace"))
    except ValueError as reason:
        raise NotCollected(f"its name says no time, such as 2026-11-02 10:00:00.000000 UTC ({reason})") from None


def _content(name: str, folder: int, owner: int, largest: int) -> bytes:
    """The content of a plain file in an open folder. Raises NotRead."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise NotRead("has a name that is no UTF-8") from None
    content, status = untrusted_files.read_in(folder, name, largest)
    if status.st_uid != owner or status.st_nlink > 1:
        raise NotRead("is somebody else's file or has a second name elsewhere (a hard link): hand in a copy")
    return content


def _is_link(name: str, folder: int) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)


def _user(number: int) -> str | None:
    import pwd  # here, because Windows has none, and no exchange either

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return None


def _raise(error: OSError) -> None:
    raise NotCollected(f"{error.filename!r} in it cannot be read: {error.strerror}")
