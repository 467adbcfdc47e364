"""What becomes of a notebook whose kernel has ended."""

import time
from collections.abc import Callable

from grading.isolation.box.limits import Limits
from grading.isolation.host.kernel import KernelDied
from grading.isolation.host.pair import KernelPair
from helpers.language import english

MAX_RESTARTS = 3
SETTLE_S = 2


class RestartPolicy:
    """Keeps a notebook's kernels, and starts new ones, in which the cells so far run again but for the one at fault.

    start: makes a pair of kernels that may run so many seconds. cell_s: the time that a cell has, seconds. note: called
    with the name of a cell, or "-", and what happened. ``given_up`` says why no more cells are run, or is empty. Raises
    `KernelDied` if the first kernels do not start.
    """

    def __init__(
        self, start: Callable[[float], KernelPair], limits: Limits, cell_s: float, note: Callable[[str, str], None]
    ) -> None:
        self.start, self.wall_s, self.cell_s, self.note = start, limits.wall_s, cell_s, note
        self.deadline = time.monotonic() + limits.wall_s
        self.restarts = 0
        self.sources: list[str] = []
        self.given_up = ""
        self.innocent = False
        self.kernels = start(limits.wall_s)

    def remember(self, source: str) -> None:
        """Run this, too, in kernels that are started later."""
        self.sources.append(source)

    def restart(self, name: str, why: str = "") -> str:
        """Replace the kernels, or give up, because of this cell; the sentence that says why, if need be found here.

        ``innocent`` then says whether a cell before it was found to be the one at fault.
        """
        student = self.kernels.student
        silent = english("the kernel did not answer and was stopped")
        why = why or (silent if student.is_running() else student.why_it_ended())
        self.note(name, why)
        self.innocent = False
        self.restarts += 1
        pause_s = 0.0
        while not self.given_up:
            self.kernels.kill()
            if refusal := self._refusal():
                self._give_up(refusal)
                break
            try:
                self.kernels = self.start(max(1, self.deadline - time.monotonic()))
            except KernelDied as died:
                self._give_up(str(died))
                break
            culprit = self._run_again(pause_s)
            if culprit is None:
                break
            if not pause_s and len(self.sources) > 1:
                pause_s = SETTLE_S  # which of them it is shows when each has time to do it
                continue
            pause_s = 0.0
            self.restarts += 1
            self.note(name, "a cell before it had ended the kernel, and was left out")
            self.sources.remove(culprit)
            self.innocent = True
        return why

    def _refusal(self) -> str:
        if self.restarts > MAX_RESTARTS:
            return english(
                "cells of this notebook ended its kernel {times} times; the rest was not run", times=self.restarts
            )
        if time.monotonic() > self.deadline:
            return english(
                "the notebook ran longer than {minutes:.0f} minutes; the rest was not run", minutes=self.wall_s / 60
            )
        return ""

    def _give_up(self, why: str) -> None:
        self.note("-", why)
        self.given_up = why
        self.kernels.kill()

    def _run_again(self, pause_s: float) -> str | None:
        """Run the cells so far in new kernels, each with a pause after it. The source of one that ends its kernel."""
        student = self.kernels.student
        for source in self.sources:
            if student.run(source, self.cell_s) is None:
                return source
            time.sleep(pause_s)
            if pause_s and not student.is_running():
                return source
        time.sleep(SETTLE_S)
        return None if student.is_running() or not self.sources else self.sources[-1]
