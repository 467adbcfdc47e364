"""Names that a notebook has from its check cells alone: student's code lacks them where the checks run elsewhere."""

import re
from collections.abc import Iterable

from grading.cells.names import bound, imported, parsed
from helpers.language import english

NOT_DEFINED = re.compile(r"name '(\w{1,100})' is not defined")


class NamesOfChecks:
    """The names that only check cells bind. checks: their visible sources; others: those of all other code cells."""

    def __init__(self, checks: Iterable[str], others: Iterable[str]) -> None:
        trees = [parsed(source) for source in checks]
        own = {name for source in others for name in bound(parsed(source))}
        self.imported = {name for tree in trees for name in imported(tree)} - own
        self.defined = {name for tree in trees for name in bound(tree)} - own - self.imported

    def advice(self, said: str) -> str:
        """What an error's author should know of the name that it misses; empty if that is no name of a check's."""
        missing = NOT_DEFINED.search(said)
        name = missing[1] if missing else ""
        if name in self.imported:
            return english("`{name}` is imported by a check cell only; import it in a cell of your own", name=name)
        if name in self.defined:
            return english("`{name}` is defined by a check cell only; define it in a cell of your own", name=name)
        return ""
