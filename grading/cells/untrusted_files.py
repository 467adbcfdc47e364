"""Read the files that a student handed in: plain files alone, bounded in size, and never through a link."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path


class NotRead(Exception):
    """Why a file was not read: the rest of a sentence that begins with its name."""


class NotPlain(NotRead):
    """It is a link, a folder, a pipe, a socket or a device."""


class TooLarge(NotRead):
    """It is larger than it may be. size: in bytes."""

    def __init__(self, size: int, largest: int) -> None:
        super().__init__(f"has {size} bytes, and {largest} are the most that are read")
        self.size = size


class TooMany(Exception):
    """More files and folders lie below a folder than may."""


def require_few(folder: Path, most: int) -> None:
    """Raise TooMany unless so many files and folders, or fewer, lie below a folder; look at no more of them."""
    found = 0
    for _, folders, files in os.walk(folder):
        found += len(folders) + len(files)
        if found > most:
            raise TooMany


def entries(folder: Path) -> Iterator[Path]:
    """Whatever lies below a folder, the folders themselves left out; a link to a folder is named and not entered."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        yield from (Path(place, name) for name in sorted([*files, *links]))


def is_plain(path: Path) -> bool:
    """Whether a path that exists is a plain file, with no other name and no link to one."""
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1


def read(path: Path, largest: int) -> bytes:
    """The content of a plain file of at most so many bytes. Raises NotRead: NotPlain or TooLarge if it is that."""
    return read_in(None, str(path), largest)[0]


def read_in(folder: int | None, name: str, largest: int) -> tuple[bytes, os.stat_result]:
    """As ``read``, of a file in a folder that was opened under a descriptor; also the status of what was read."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        _refuse(os.lstat(name, dir_fd=folder), largest)
        descriptor = os.open(name, flags, dir_fd=folder)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            _refuse(status, largest)
            content = file.read(largest + 1)
    except OSError as error:
        raise NotRead(f"cannot be read: {error.strerror}") from None
    if len(content) > largest:
        raise NotRead("grew while it was read")
    return content, status


def _refuse(status: os.stat_result, largest: int) -> None:
    """Raise NotPlain or TooLarge for what has this status, unless it is a plain file of at most so many bytes."""
    if stat.S_ISLNK(status.st_mode):
        raise NotPlain("is a link, and links are not followed: hand in the file itself")
    if stat.S_ISDIR(status.st_mode):
        raise NotPlain("is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise NotPlain("is not a plain file (but a pipe, socket or device)")
    if status.st_nlink > 1:
        raise NotPlain("has a second name elsewhere (a hard link): hand in a copy")
    if status.st_size > largest:
        raise TooLarge(status.st_size, largest)
