"""Grade all submissions to an assignment in parallel, with nbgrader's own converters and gradebook.

    hepdl autograde ex3_weights_targets                         on the cores of this machine
    hepdl autograde ex3_weights_targets --cluster slurm --workers 40
    hepdl autograde ex3_weights_targets --scheduler tls://node7:8786

Run it in the course's folder after ``nbgrader collect``. It grades what is new or handed in again, ``--force`` all.
Where the solution was changed after the gradebook took it over, it stops and says so: ``--regenerate`` takes it over,
grades everybody again and lists whose points changed, test by test. Interrupt it whenever you like: the same command
goes on. At the end it lists what was graded again, what could not be graded, and what the instructor should know, each
with the reason; it exits with 1 if a submission could not be graded, with 2 if it could not begin.
"""

import argparse
import sys
from pathlib import Path

from grading.autograde.books import CannotGrade
from grading.autograde.clusters import CLUSTERS
from grading.autograde.coordinator import grade_class


def positive(text: str) -> int:
    """The number of workers that an argument means. Raises ArgumentTypeError for anything but 1, 2, …"""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of workers: 1 or more")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="hepdl autograde", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("assignment", metavar="ASSIGNMENT", help="such as ex3_weights_targets")
    made.add_argument("--force", action="store_true", help="grade again what is graded")
    made.add_argument("--regenerate", action="store_true", help="take the changed solution over, then grade all again")
    made.add_argument("--workers", type=positive, metavar="NUMBER", help="default: as many as this machine has cores")
    where = made.add_mutually_exclusive_group()
    where.add_argument("--cluster", choices=CLUSTERS, default="local", help="where to start workers; default: local")
    where.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask scheduler that has workers")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Grade, print the report, and return the exit status."""
    options = parser().parse_args(arguments)
    try:
        report = grade_class(
            options.assignment,
            Path.cwd(),
            force=options.force,
            regenerate=options.regenerate,
            cluster=options.cluster,
            scheduler=options.scheduler,
            count=options.workers,
        )
    except CannotGrade as error:
        print(f"autograde: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograde: interrupted before it began.", file=sys.stderr)
        return 2
    print(report)
    return 0 if report.complete else 1
