"""What happened to a submission that its instructor should know: limits hit, values refused, cells altered."""

import logging

from nbformat import NotebookNode

from grading.cells.quotation import visible

KEY = "hepdl_grading"
MOST = 100
CROWDED = "computed at once; they gave way to others"
WAITED = ("it took too long", "by the clock", "did not answer", "does not answer")
"""Parts of what is said of a submission that was slow, whether by its own fault or not."""


class Incidents:
    """The list in a notebook's metadata; each entry is also a line of the log that begins with "incident"."""

    def __init__(self, notebook: NotebookNode, student: str, log: logging.Logger) -> None:
        self.notebook, self.student, self.log = notebook, student, log

    def begin(self) -> None:
        """Drop what a submission may say of itself."""
        self.notebook.metadata[KEY] = {"incidents": []}

    def __call__(self, cell: str, what: str) -> None:
        """Add what happened in a cell, "-" if it was in none; of more than `MOST` in a notebook the first stay."""
        cell, what = visible(cell), visible(what)
        entries = self._list("incidents")
        if len(entries) < MOST:
            entries.append({"cell": cell, "what": what})
            self.log.warning("incident: %s, cell %s: %s", visible(self.student), cell, what)

    def warn(self, sentence: str) -> None:
        """Add what the instructor should know of the machine that ran the submission."""
        entries = self._list("warnings")
        if sentence not in entries and len(entries) < MOST:
            entries.append(sentence)
            self.log.warning("%s", sentence)

    def tell(self, sentence: str) -> None:
        """Add what student and instructor should know of what was handed in."""
        sentence = visible(sentence)
        self._list("told").append(sentence)
        self.log.warning("%s: %s", visible(self.student), sentence)

    def unsandboxed(self, sentence: str) -> None:
        """Add that the submission ran without a sandbox."""
        self.notebook.metadata.setdefault(KEY, {})["sandboxed"] = False
        self.warn(sentence)

    def _list(self, name: str) -> list:
        return self.notebook.metadata.setdefault(KEY, {}).setdefault(name, [])


def of(notebook: NotebookNode) -> list[dict[str, str]]:
    """The incidents of a graded notebook: dictionaries with the name of the cell and what happened."""
    return [dict(incident) for incident in notebook.metadata.get(KEY, {}).get("incidents", [])]


def told(notebook: NotebookNode) -> list[str]:
    """What the student should know, too, of what was handed in."""
    return list(notebook.metadata.get(KEY, {}).get("told", []))


def crowded(remarks: list[str]) -> bool:
    """Whether a submission kept others on its machine from computing, as far as its remarks tell."""
    return any(CROWDED in remark for remark in remarks)


def waited(remarks: list[str]) -> bool:
    """Whether a submission may have lost points because it had to wait, as far as its remarks tell."""
    return any(words in remark for remark in remarks for words in WAITED)


def remarks(notebook: NotebookNode) -> list[str]:
    """What was told of a graded notebook, its warnings and incidents, as sentences for the instructor."""
    warnings = list(notebook.metadata.get(KEY, {}).get("warnings", []))
    return told(notebook) + warnings + [f"cell {incident['cell']}: {incident['what']}" for incident in of(notebook)]
