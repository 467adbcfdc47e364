"""nbgrader's autograding of one submission, in two halves that may run on two machines.

The first half takes a submission up to the executed notebook and needs no gradebook but the lesson's own cells; the
second half reads the scores off the outputs and writes them down. Both are nbgrader's ``Autograde`` with the
preprocessors that the configuration names: those before ``SaveAutoGrades`` are the first half, the others the second.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import traitlets.log
from nbformat.warnings import MissingIDFieldWarning
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets import Unicode
from traitlets.config import Config

from grading.cells.quotation import visible

FIRST_OF_THE_SECOND_HALF = "SaveAutoGrades"


class OneSubmission(Autograde):
    """Autograding of the only submission in the input folder. An error is raised where nbgrader would log it."""

    student = Unicode()

    def convert_notebooks(self) -> None:
        """Convert the notebooks in the order of their names. Raises ValueError unless there is one submission."""
        (notebooks,) = self.assignments.values()
        self.notebooks = sorted(notebooks)
        self.init_assignment(self.coursedir.assignment_id, self.student)
        for notebook in self.notebooks:
            self.convert_single_notebook(notebook)
        self.set_permissions(self.coursedir.assignment_id, self.student)


def halves(coursedir: CourseDirectory, config: Config) -> tuple[list, list]:
    """The preprocessors that the configuration names for autograding, up to the executed notebook and from there on."""
    steps = Autograde(coursedir=coursedir, config=config).autograde_preprocessors
    names = [step.rpartition(".")[2] if isinstance(step, str) else step.__name__ for step in steps]
    middle = names.index(FIRST_OF_THE_SECOND_HALF)
    return steps[:middle], steps[middle:]


class Log(logging.Handler):
    """What nbgrader logs, as text."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.text = ""
        self.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Append the record and a line break to ``text``; its further lines as a quotation, which is no record."""
        first, *others = self.format(record).split("\n")
        self.text += "".join(f"{line}\n" for line in [visible(first), *(f"    | {visible(line)}" for line in others)])


@contextmanager
def captured_log() -> Iterator[Log]:
    """Collect what nbgrader logs meanwhile, and keep it off the screen."""
    logger, log = traitlets.log.get_logger(), Log()
    assert isinstance(logger, logging.Logger)  # an adapter would be one that an application had set
    before = logger.level, logger.propagate, logger.handlers
    logger.propagate, logger.handlers = False, [log]
    logger.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's, at each new submission
            warnings.simplefilter("ignore", MissingIDFieldWarning)  # nbgrader's cells, in place of those taken out
            yield log
    finally:
        level, logger.propagate, logger.handlers = before
        logger.setLevel(level)
