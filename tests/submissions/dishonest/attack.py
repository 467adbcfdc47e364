"""What an attack is: a change to an honest submission, and what the honest part that is left deserves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

REACHED = "REACHED"
"""What an attack prints when it got where nobody should get; taken to pieces in the attack's own text."""


@dataclass(frozen=True)
class Attack:
    """A submission that tries to get what it does not deserve, or to do harm.

    answers: what stands in the answer cells instead of the right answers, by the name of the cell. ``@course@``,
    ``@me@``, ``@neighbour@`` and ``@port@`` are replaced by the course's folder, the student, the student graded next,
    and the port of a server on this machine that gives every answer away.
    edit: a change to the notebook beyond that. hand_in: a change to the folder that is handed in.
    earned: the answer cells that deserve their points although the attack changed them.
    risked: honest cells that the attack may cost too, because it ends or stops what they need.
    reached: the harm done if its output says REACHED.
    alone: it may harm other submissions to grade, so it gets a class of its own.
    """

    name: str
    tries: str
    answers: dict[str, str] = field(default_factory=dict)
    edit: Callable[[NotebookNode], None] | None = None
    hand_in: Callable[[Path], None] | None = None
    earned: frozenset[str] = frozenset()
    risked: frozenset[str] = frozenset()
    reached: str = ""
    alone: bool = False
    lesson: str = "counting"
    group: str = ""

    @property
    def wrong(self) -> frozenset[str]:
        """The answer cells that deserve nothing."""
        return frozenset(self.answers) - self.earned
