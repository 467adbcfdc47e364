"""Give feedback back through the exchange to those who can fetch it there, and name the others."""

import glob
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

NEEDED = ("submission_secret.txt", "timestamp.txt")
"""What `nbgrader submit` puts into a submission, by which a student finds the feedback to it."""


class ReleaseWhatCanBeFetched(ExchangeReleaseFeedback):
    """``nbgrader release_feedback``. A submission that did not come through the exchange stops no other."""

    src_path: str

    def copy_files(self) -> None:
        """Release the feedback to each submission, or say where it lies."""
        folders = sorted(map(Path, glob.glob(self.src_path)))
        apart = [folder for folder in folders if not all((folder / name).is_file() for name in NEEDED)]
        for folder in folders:
            if folder not in apart:
                self.src_path = glob.escape(str(folder))
                super().copy_files()
        for folder in apart:
            self.log.warning(
                "Not released: %s. It was not handed in through the exchange, where it could be fetched: "
                "send the pages in that folder by mail.",
                folder,
            )
