"""What happened to a submission that its instructor should know: limits hit, values refused, cells altered."""

import logging

from nbformat import NotebookNode

KEY = "hepdl_grading"
MOST = 100


class Incidents:
    """The list in a notebook's metadata; each entry is also a line of the log that begins with "incident"."""

    def __init__(self, notebook: NotebookNode, student: str, log: logging.Logger) -> None:
        self.notebook, self.student, self.log = notebook, student, log

    def begin(self) -> None:
        """Drop what a submission may say of itself."""
        self.notebook.metadata[KEY] = {"incidents": []}

    def __call__(self, cell: str, what: str) -> None:
        told = self.notebook.metadata.setdefault(KEY, {"incidents": []})["incidents"]
        if len(told) < MOST:
            told.append({"cell": cell, "what": what})
            self.log.warning("incident: %s, cell %s: %s", self.student, cell, what)


def of(notebook: NotebookNode) -> list[dict[str, str]]:
    """The incidents of a graded notebook: dictionaries with the name of the cell and what happened."""
    return [dict(incident) for incident in notebook.metadata.get(KEY, {}).get("incidents", [])]
