"""Dishonest submissions: attacks on the grader, each an honest submission with a change.

They test this course's own grader. `hepdl attacks` has them graded by stock nbgrader and by this grader, and tells what
each gained and broke. One module a group; its first line says what the group is. All are bounded: nothing is written
outside the temporary course, nothing is sent beyond this machine, and processes that are left end by themselves after
a minute.
"""

from dataclasses import replace
from importlib import import_module

from dishonest.attack import REACHED, Attack
from dishonest.lesson import HIDDEN, LESSONS, Lesson

__all__ = ["GROUPS", "HIDDEN", "LESSONS", "REACHED", "Attack", "Lesson", "attacks"]

GROUPS = (
    "patching",
    "hooks",
    "objects",
    "frames",
    "files",
    "neighbours",
    "network",
    "resources",
    "hanging",
    "dying",
    "outliving",
    "cells",
    "metadata",
    "beside",
    "broken",
    "crossing",
    "models",
    "stores",
    "excess",
    "tables",
    "left_files",
    "endings",
)


def attacks() -> list[Attack]:
    """Every attack, group by group."""
    return [replace(attack, group=group) for group in GROUPS for attack in import_module(f"dishonest.{group}").ATTACKS]
