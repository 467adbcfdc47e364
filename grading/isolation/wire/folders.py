"""A test's temporary files in the student's process, under the same paths.

The examiner's sandbox and the student's have each a temporary folder of their own. What lies in the examiner's is
brought to the student's before a function is called there, and what the function changed is brought back after it. All
crosses in pieces, so small that they do not count when the memory of the function is measured.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import Any

from .plain_data import field
from .refusal import Refused

MAX_FILES = 2000
MAX_BYTES = 128 * 2**20
MAX_PATH = 1000
PIECE = 2**18
TOO_MUCH = f"it wrote more than {MAX_FILES} files, or more than {MAX_BYTES // 2**20} MB"
Listing = dict[str, bytes | None]


def listing(tops: Iterable[str]) -> Listing:
    """What there is at and below these paths, outer before inner: a file's digest, None for a folder.

    Links and devices are left out. Raises Refused if it is too much.
    """
    found: Listing = {}
    size = 0
    for top in map(Path, tops):
        for path in (top, *sorted(top.rglob("*"))):
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                continue
            size += path.stat().st_size
            if len(found) >= MAX_FILES or size > MAX_BYTES:
                raise Refused(TOO_MUCH)
            found[str(path)] = None if path.is_dir() else _digest(path)
    return found


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


class Mirror:
    """The examiner's side. ask: sends a request that ``answer`` answers in the student's process.

    root: the folder whose content is mirrored. but: the names of what is left out there.
    """

    def __init__(self, ask: Callable[[dict], Any], root: str, but: Container[str]) -> None:
        self.ask, self.root, self.but = ask, root, but
        self.tops: list[str] = []

    def send(self) -> None:
        """Make the student's side as ours."""
        present = [f"{self.root}/{name}" for name in sorted(os.listdir(self.root)) if name not in self.but]
        self.tops = sorted({*self.tops, *present})
        if self.tops:
            ours, theirs = listing(present), self._theirs()
            gone = _to_remove(theirs, ours)
            if gone:
                self._ask("remove", paths=gone)
            for path in _to_make(theirs, ours):
                self._ask("make", path=path, folder=ours[path] is None)
                if ours[path] is not None:
                    self._send_file(path)
            self.tops = present

    def fetch(self) -> None:
        """Make our side as the student's."""
        if self.tops:
            ours, theirs = listing(self.tops), self._theirs()
            remove(_to_remove(ours, theirs))
            left = MAX_BYTES
            for path in _to_make(ours, theirs):
                make(path, folder=theirs[path] is None)
                if theirs[path] is not None:
                    left -= self._fetch_file(path, left)

    def _send_file(self, path: str) -> None:
        with open(path, "rb") as file:
            while piece := file.read(PIECE):
                self._ask("append", path=path, content=piece)

    def _fetch_file(self, path: str, most: int) -> int:
        fetched = 0
        with open(path, "ab") as file:
            while piece := field(self._ask("read", path=path, start=fetched), bytes):
                fetched += len(piece)
                if fetched > most or len(piece) > PIECE:
                    raise Refused(TOO_MUCH)
                file.write(piece)
        return fetched

    def _ask(self, what: str, **parts: Any) -> Any:
        return self.ask({"op": "files", "what": what, **parts}).get("value")

    def _theirs(self) -> Listing:
        said = field(self._ask("list", paths=self.tops), dict)
        if len(said) > MAX_FILES or not all(self._is_sound(path, digest) for path, digest in said.items()):
            raise Refused("the list of its files is malformed")
        return said

    def _is_sound(self, path: Any, digest: Any) -> bool:
        if type(path) is not str or len(path) > MAX_PATH or "\0" in path or os.path.normpath(path) != path:
            return False
        inside = any(path == top or path.startswith(f"{top}/") for top in self.tops)
        return inside and (digest is None or type(digest) is bytes)


def _to_remove(now: Listing, wanted: Listing) -> list[str]:
    """What is not wanted, or is a folder and should be a file or the other way round; inner before outer."""
    return [
        path
        for path in reversed(now)
        if path not in wanted or (now[path] is None) != (wanted[path] is None)
    ]  # fmt: skip


def _to_make(now: Listing, wanted: Listing) -> list[str]:
    missing = object()
    return [path for path, digest in sorted(wanted.items()) if now.get(path, missing) != digest]


def answer(request: dict) -> Any:
    """Do in the student's process what the examiner's ``Mirror`` asks for."""
    try:
        return _done(request["what"], request)
    except OSError as error:
        raise Refused(f"the files of the test cannot be there: {error}") from None


def _done(what: str, request: dict) -> Any:
    if what == "list":
        return listing(request["paths"])
    if what == "remove":
        return remove(request["paths"])
    path = request["path"]
    if what == "make":
        return make(path, request["folder"])
    with open(path, "ab" if what == "append" else "rb") as file:
        if what == "append":
            return file.write(request["content"])
        file.seek(request["start"])
        return file.read(PIECE)


def remove(paths: Iterable[str]) -> None:
    for path in paths:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            Path(path).unlink(missing_ok=True)


def make(path: str, folder: bool) -> None:
    """An empty folder or file. An older file is not written over: a program may have mapped it into memory."""
    os.makedirs(path if folder else os.path.dirname(path), exist_ok=True)
    if not folder:
        Path(path).unlink(missing_ok=True)
        Path(path).touch()


@contextlib.contextmanager
def place(folder: Any, temporary: Any) -> Iterator[None]:
    """Work in this folder, with this one for temporary files; None leaves them as they are."""
    usual, tempfile.tempdir = tempfile.tempdir, temporary if temporary is not None else tempfile.tempdir
    try:
        with contextlib.chdir(folder) if folder is not None else contextlib.nullcontext():
            yield
    finally:
        tempfile.tempdir = usual
