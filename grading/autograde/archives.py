"""The files in a zip archive that a student handed in: plain ones alone, and bounded as a folder is."""

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from grading.cells.submitted_files import MAX_FILES, is_name


class NotUnpacked(Exception):
    """Why an archive is not looked into: the rest of a sentence that begins with its name."""


def unpacked(content: bytes, largest: int, most: int = MAX_FILES) -> dict[str, bytes]:
    """The files of a zip archive, by path; largest: how many bytes they may have together.

    Raises NotUnpacked if it holds more, more than ``most`` entries, links, or paths that lead out of it, or if it
    is encrypted or damaged.
    """
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > most:
                raise NotUnpacked(f"holds more than {most} files and folders")
            if sum(entry.file_size for entry in entries) > largest:
                raise NotUnpacked(f"holds more than {largest / 1e6:g} MB")
            for entry in entries:
                path = PurePosixPath(entry.filename.replace("\\", "/"))
                if path.is_absolute() or ".." in path.parts or not is_name(entry.filename) or "\0" in entry.filename:
                    raise NotUnpacked("holds a path that leads out of it")
                if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                    raise NotUnpacked("holds a link or no plain file")
                if not entry.is_dir():
                    with archive.open(entry) as file:
                        files[str(path)] = file.read(entry.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError):
        raise NotUnpacked("is damaged, or no zip archive") from None
    except RuntimeError:
        raise NotUnpacked("is encrypted") from None
    except NotImplementedError:
        raise NotUnpacked("is compressed in a way that is not known here") from None
    return files
