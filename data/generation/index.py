"""The page ``data/README.md``: which data sets there are, from the first lines of their datasheets.

python -m data.generation.index
"""

import re
from pathlib import Path

from helpers.files import replacing
from helpers.repository import ROOT

from . import manifest

DATA = ROOT / "data"
TITLE = "# Datasheet: "
HEAD = """<!-- Written by `python -m data.generation.index` from the first lines of each datasheet: edit those. -->
# Data sets

Each folder holds one data set: its files, a `manifest.json` for programs (checksums, sizes, columns with their units),
and a `datasheet.md` for readers: how it was made, what it holds, and what it is not. `helpers.datasets` opens the files
and verifies them. `data/generation/` makes them: `make data` all of them, `python -m data.generation --help` says more.

| data set | holds |
|---|---|
"""


def page(data: Path = DATA) -> str:
    """The index of the data sets in a folder. Raises ValueError for a datasheet that does not begin as it should."""
    folders = sorted(path.parent for path in data.glob(f"*/{manifest.NAME}"))
    return HEAD + "".join(
        f"| [`{folder.name}`]({folder.name}/datasheet.md) | {_summary(folder)} |\n" for folder in folders
    )


def _summary(folder: Path) -> str:
    path = folder / "datasheet.md"
    title, _, text = path.read_text("utf-8").partition("\n")
    found = re.match(r"\s*(\S.*?\.)\s", text, re.DOTALL)
    if not title.startswith(TITLE) or found is None:
        raise ValueError(f"{path} does not begin with a line {TITLE + '…'!r} and a sentence: they go into the index")
    return f"**{title.removeprefix(TITLE)}.** {' '.join(found[1].split())}"


def main() -> None:
    """Write the page."""
    with replacing(DATA / "README.md") as part:
        part.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
