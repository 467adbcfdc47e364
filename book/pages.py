"""The pages of a site, each read once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bs4 import BeautifulSoup


@dataclass(frozen=True)
class Site:
    """What lies below a folder, as it is when it is first looked at."""

    folder: Path

    @cached_property
    def pages(self) -> dict[Path, BeautifulSoup]:
        """The pages of HTML by their paths, in order."""
        paths = sorted(self.folder.rglob("*.html"))
        return {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in paths}

    def name(self, path: Path) -> str:
        """A path below the folder, for a sentence."""
        return path.relative_to(self.folder).as_posix()
