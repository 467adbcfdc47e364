"""What is done with the course besides working on it: each task is a sub-command with options."""

import argparse
import importlib
import os
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import NamedTuple

import shtab

from helpers.repository import ROOT


class Command(NamedTuple):
    """A module with ``parser()`` and ``main(arguments)``, and what it does in a line."""

    module: str
    summary: str


COMMANDS = {
    "data": Command("data.generation.__main__", "generate the data sets, at any size"),
    "big-file": Command("helpers.big_file", "write a large ROOT file to practise on in Exercise 6"),
    "solutions": Command("grading.authoring.lessons", "run the solution notebooks and store their outputs"),
    "course": Command("grading.authoring.release", "regenerate course/, what a student receives, from solutions/"),
    "translate": Command("grading.authoring.translate", "bring a language's catalogues up to date, say what they lack"),
    "release-archive": Command("grading.authoring.release_archives", "write what students and instructors download"),
    "hygiene": Command("grading.authoring.hygiene", "find traces of who ran a notebook, and what must stay secret"),
    "book": Command("book.command", "make the site of the course, or with --solutions the instructor's"),
    "demo-class": Command("grading.authoring.demonstration", "grade a class of example submissions, release to grades"),
    "autograde": Command("grading.autograde.command", "grade what was collected, in parallel"),
    "hand-ins": Command("grading.platforms.hand_ins", "take hand-ins from Moodle, Canvas or mails"),
    "extension": Command("grading.autograde.extension", "give a student more time, before or after grading"),
    "marking-schemes": Command("grading.authoring.marking_schemes", "write a page of an assignment's marking schemes"),
    "challenge": Command("grading.challenge.make_round", "make the challenge's secret jets, or set up the example"),
    "leaderboard": Command("grading.challenge.leaderboard", "score what groups handed in to the challenge"),
    "hub": Command("hub.command", "try the course on a JupyterHub, write what one needs, check it, put load on it"),
    "attacks": Command("tests.acceptance.attacks", "grade dishonest submissions by stock nbgrader and by this grader"),
    "fairness": Command("tests.acceptance.fairness", "compare the points of right answers with stock nbgrader's"),
    "bench": Command("benchmarks.__main__", "measure each claim of speed against its reference (about an hour)"),
    "difficulty": Command("benchmarks.difficulty", "train the top taggers with five seeds and write down how they do"),
    "bars": Command(
        "benchmarks.bars", "train a lesson's networks with twenty seeds and show that they pass the graded bars"
    ),
}
NOT_INSTALLED = {"benchmarks", "tests"}  # they run from the repository


def load(name: str) -> ModuleType:
    """The module of a sub-command; some take a second or two to import.

    Raises ``ModuleNotFoundError`` where the folder or a package that it needs is not there.
    """
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module(COMMANDS[name].module)


def parser(with_options: Iterable[str] = ()) -> argparse.ArgumentParser:
    """The parser of ``hepdl``; the sub-commands named are imported, and have their options."""
    top = argparse.ArgumentParser(
        prog="hepdl",
        description=__doc__,
        epilog="`hepdl COMMAND --help` tells a command's options.",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=18, width=110),
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        try:
            parents = [load(name).parser()] if name in with_options else []
        except ModuleNotFoundError:
            parents = []
        commands.add_parser(name, help=command.summary, parents=parents, add_help=not parents)
    completion = commands.add_parser("completion", help="print what makes the shell complete commands and options")
    completion.add_argument("shell", choices=shtab.SUPPORTED_SHELLS)
    return top


def missing(name: str, module: str) -> str:
    """What to say where a module that a sub-command needs is not there."""
    if module.partition(".")[0] in NOT_INSTALLED:
        return f"hepdl {name} works in a clone of the repository, and there is none in {ROOT}."
    return f"hepdl {name} needs {module}, which is not installed here: `make environment` installs all packages."


def main(arguments: list[str] | None = None) -> int:
    """Run a sub-command with the arguments that follow its name; the status to exit with."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name not in COMMANDS:
        options = parser().parse_args([name, *rest])
        print(shtab.complete(parser(COMMANDS), shell=options.shell))
        return 0
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    try:
        module = load(name)
    except ModuleNotFoundError as error:
        print(missing(name, str(error.name)), file=sys.stderr)
        return 2
    status: int = module.main(rest)
    return status


if __name__ == "__main__":
    sys.exit(main())
