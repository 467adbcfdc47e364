"""A test's temporary files in the student's process, under the same paths.

The examiner's sandbox and the student's have each a temporary folder of their own. What lies in the examiner's is
brought to the student's before a function is called there, and what the function changed is brought back after it. All
crosses in pieces, so small that they do not count when the memory of the function is measured.

The requests, {"op": "files", "what": …}, with what comes back as their value:

    list    "paths"                what is at and below them: {path: SHA-256 of a file, or None for a folder}
    remove  "paths"
    make    "path", "folder"       an empty folder, or an empty file
    append  "path", "content"      at most CHUNK bytes
    read    "path", "start"        at most CHUNK bytes from there; none at the end
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import Any

from helpers.files import sha256

from .validation import Refused, field, require_type

MAX_FILES = 2000
MAX_BYTES = 128 * 2**20
MAX_PATH = 1000
CHUNK = 2**18
TOO_MUCH = f"it wrote more than {MAX_FILES} files, or more than {MAX_BYTES // 2**20} MB"
Listing = dict[str, str | None]


class Mirror:
    """The examiner's side. request: sends a request that ``handle`` answers in the student's process.

    root: the folder whose content is mirrored. excluded: the names of what is left out there.
    """

    def __init__(self, request: Callable[[dict], dict], root: str, excluded: Container[str]) -> None:
        self.request, self.root, self.excluded = request, root, excluded
        self.tops: list[str] = []

    def send(self) -> None:
        """Make the student's side as the examiner's."""
        present = [f"{self.root}/{name}" for name in sorted(os.listdir(self.root)) if name not in self.excluded]
        self.tops = sorted({*self.tops, *present})
        if self.tops:
            local, remote = list_files(present), self._list_remote()
            superfluous = _to_remove(remote, local)
            if superfluous:
                self._request("remove", paths=superfluous)
            for path in _to_make(remote, local):
                self._request("make", path=path, folder=local[path] is None)
                if local[path] is not None:
                    self._send_file(path)
            self.tops = present

    def fetch(self) -> None:
        """Make the examiner's side as the student's. Raises Refused if that is too much, or its list is malformed."""
        if self.tops:
            local, remote = list_files(self.tops), self._list_remote()
            remove(_to_remove(local, remote))
            left = MAX_BYTES
            for path in _to_make(local, remote):
                make(path, folder=remote[path] is None)
                if remote[path] is not None:
                    left -= self._fetch_file(path, left)

    def _send_file(self, path: str) -> None:
        with open(path, "rb") as file:
            while chunk := file.read(CHUNK):
                self._request("append", path=path, content=chunk)

    def _fetch_file(self, path: str, max_bytes: int) -> int:
        fetched = 0
        with open(path, "ab") as file:
            while chunk := require_type(self._request("read", path=path, start=fetched), bytes):
                fetched += len(chunk)
                if fetched > max_bytes or len(chunk) > CHUNK:
                    raise Refused(TOO_MUCH)
                file.write(chunk)
        return fetched

    def _request(self, what: str, **parts: Any) -> Any:
        return self.request({"op": "files", "what": what, **parts}).get("value")

    def _list_remote(self) -> Listing:
        listing = require_type(self._request("list", paths=self.tops), dict)
        if len(listing) > MAX_FILES or not all(self._is_sound(path, digest) for path, digest in listing.items()):
            raise Refused("the list of its files is malformed")
        return listing

    def _is_sound(self, path: Any, digest: Any) -> bool:
        if type(path) is not str or len(path) > MAX_PATH or "\0" in path or os.path.normpath(path) != path:
            return False
        inside = any(path == top or path.startswith(f"{top}/") for top in self.tops)
        return inside and (digest is None or type(digest) is str)


def _to_remove(present: Listing, wanted: Listing) -> list[str]:
    """What is not wanted, or is a folder and should be a file or the other way round; inner before outer."""
    return [
        path
        for path in reversed(present)
        if path not in wanted or (present[path] is None) != (wanted[path] is None)
    ]  # fmt: skip


def _to_make(present: Listing, wanted: Listing) -> list[str]:
    missing = object()
    return [path for path, digest in sorted(wanted.items()) if present.get(path, missing) != digest]


def handle(request: dict) -> Any:
    """Do in the student's process what the examiner's ``Mirror`` requests. Raises Refused if it cannot be done."""
    try:
        return _handle(field(request, "what", str), request)
    except OSError as error:
        raise Refused(f"the files of the test cannot be there: {error}") from None


def _handle(what: str, request: dict) -> Any:
    if what == "list":
        return list_files(request["paths"])
    if what == "remove":
        return remove(request["paths"])
    path = request["path"]
    if what == "make":
        return make(path, request["folder"])
    with open(path, "ab" if what == "append" else "rb") as file:
        if what == "append":
            return file.write(request["content"])
        file.seek(request["start"])
        return file.read(CHUNK)


def list_files(tops: Iterable[str]) -> Listing:
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
            found[str(path)] = None if path.is_dir() else sha256(path)
    return found


def remove(paths: Iterable[str]) -> None:
    """Remove what is at these absolute paths, folders with all in them; one that is not there is passed over."""
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
def working_in(folder: str | None, temporary: str | None) -> Iterator[None]:
    """Work in this folder, with this one for temporary files; None leaves them as they are."""
    usual, tempfile.tempdir = tempfile.tempdir, temporary if temporary is not None else tempfile.tempdir
    try:
        with contextlib.chdir(folder) if folder is not None else contextlib.nullcontext():
            yield
    finally:
        tempfile.tempdir = usual
