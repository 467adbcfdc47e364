"""What a Dask worker does: run one submission with nbgrader's own preprocessors, in a scratch folder of its own.

A worker sees the submission, the lesson's cells and files, and nothing else of the course; it returns the executed
notebooks. Whatever a submission does to it becomes a sentence in the result; only trouble of the machine is raised.
"""

import errno
import os
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path

import nbformat
import psutil
from distributed import get_worker
from nbclient.exceptions import DeadKernelError
from nbgrader.api import InvalidEntry
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors.execute import UnresponsiveKernelError
from sqlalchemy.exc import OperationalError

from grading.autograde.conversion import OneSubmission, captured_log
from grading.autograde.passed_over import expected_notebooks, sort_out
from grading.autograde.transfer import Executed, Lesson, Submission
from grading.cells import incidents
from grading.cells.reading import NotANotebook

TIME_LIMIT_S = 4 * 3600
GRACE_S = 120
# So many bytes may the path of a folder have that a kernel's sockets lie below: the path of a socket has at most 107.
LONGEST_FOLDER = 107 - len("/hepdl-12345678/port-1")
# nbgrader's log and the temporary folder are the process's own, and a deadline ends all that the process has started.
ONE_AT_A_TIME = threading.Lock()
MACHINE_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE)


class MachineTrouble(Exception):
    """Why a worker cannot run submissions, whatever is in them."""


class Refused(MachineTrouble):
    """Why nbgrader's pre_convert_hook lets nothing be graded here."""


class Deadline:
    """Ends every process started inside once the time is up, and if that does not help, the worker itself."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.passed = seconds, False

    def __enter__(self) -> "Deadline":
        self._before = set(psutil.Process().children(recursive=True))
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def _watch(self) -> None:
        if self._over.wait(self.seconds):
            return
        self.passed = True
        last = time.monotonic() + GRACE_S
        while not self._over.wait(0.2):
            for process in psutil.Process().children(recursive=True):
                if process not in self._before:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
            if time.monotonic() > last:
                os._exit(1)

    def __exit__(self, *_: object) -> None:
        self._over.set()


class FirstHalf(OneSubmission):
    """Autograding up to the executed notebooks. One that fails does not keep the others from running.

    problems: why a notebook could not be run, by its name. remarks: what the instructor should know of any of them.
    """

    def start(self) -> None:
        """Convert the submission, and end what it runs after ``seconds``. Fills ``problems`` and ``remarks``."""
        self.problems: dict[str, str] = {}
        self.remarks: list[str] = []
        with Deadline(self.seconds) as self.deadline:
            super().start()

    def convert_notebooks(self) -> None:
        """Call the pre_convert_hook, and convert the notebooks that it leaves."""
        self.run_pre_convert_hook()
        super().convert_notebooks()

    def convert_single_notebook(self, notebook: str) -> None:
        """Run one notebook. Of an error, unless it is the machine's, ``problems`` keeps the sentence."""
        name = os.path.basename(notebook)
        graded = Path(self._format_dest(self.coursedir.assignment_id, self.student), name)
        try:
            super().convert_single_notebook(notebook)
        except Exception as error:
            if is_machine_trouble(error):
                raise
            self.log.info("%s could not be run", name, exc_info=True)
            self.problems[name] = reason(error, graded.exists())
        if self.deadline.passed:
            self.problems[name] = f"ran longer than the {self.seconds / 60:g} minutes that a submission may take"
        if graded.exists():
            self.remarks += incidents.remarks(nbformat.read(graded, as_version=4))


def is_machine_trouble(error: BaseException) -> bool:
    """Whether an error says something of the machine and nothing of the submission."""
    if isinstance(error, InvalidEntry):  # nbgrader's wrapping of what the lesson's database raised
        error = error.__context__
    return isinstance(error, MachineTrouble | OperationalError) or (
        isinstance(error, OSError) and error.errno in MACHINE_TROUBLE
    )


def reason(error: Exception, was_read: bool) -> str:
    """Why a notebook could not be run, to follow its name in a sentence."""
    kind = type(error).__name__
    if isinstance(error, NotANotebook):
        return f"cannot be read as a notebook: it {error}; ask for the file again"
    if not was_read:
        return f"cannot be read as a notebook ({kind}); ask for the file again"
    said = f"{kind}: {str(error).strip().partition(chr(10))[0][:200]}"
    if isinstance(error, DeadKernelError | UnresponsiveKernelError):
        return f"ended its kernel or made it deaf ({said})"
    return f"could not be run ({said})"


def scratch_folder() -> str | None:
    """Where this worker may write; Dask removes what a killed worker left there. Outside of Dask: the system's."""
    try:
        return get_worker().local_directory
    except ValueError:
        return None


@contextmanager
def temporary_files_in(folder: str | None) -> Iterator[None]:
    """Let kernels have their folders there, unless its path is too long for their sockets."""
    before = tempfile.tempdir
    if folder and len(os.fsencode(folder)) <= LONGEST_FOLDER:
        tempfile.tempdir = folder
    try:
        yield
    finally:
        tempfile.tempdir = before


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Write files, given by path below the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def execute(lesson: Lesson, submission: Submission, seconds: float = TIME_LIMIT_S) -> Executed:
    """Run the cells of a submission. Raises `MachineTrouble`, and nothing that the submission is to blame for."""
    scratch = scratch_folder()
    try:
        with (
            ONE_AT_A_TIME,
            temporary_files_in(scratch),
            tempfile.TemporaryDirectory(prefix="submission-", dir=scratch) as folder,
        ):
            return _execute_in(Path(folder).resolve(), lesson, submission, seconds)
    except SystemExit as refusal:
        raise Refused(str(refusal)) from None
    except Exception as error:
        if is_machine_trouble(error):
            raise MachineTrouble(f"{type(error).__name__}: {error}") from None
        why = f"could not be run ({type(error).__name__}: {str(error)[:200]})"
        return Executed({}, {"it": why}, [], traceback.format_exc())


def _execute_in(folder: Path, lesson: Lesson, submission: Submission, seconds: float) -> Executed:
    config = deepcopy(lesson.config)
    config.CourseDirectory.update(
        root=str(folder),
        db_url=f"sqlite:///{folder}/lesson.db",
        assignment_id=lesson.assignment,
        directory_structure="{nbgrader_step}/{student_id}/{assignment_id}",
        source_directory="source",
        submitted_directory="submitted",
        autograded_directory="autograded",
    )
    write_files({"lesson.db": lesson.gradebook}, folder)
    write_files(lesson.files, folder / "source" / lesson.assignment)
    sorted_out = sort_out(
        expected_notebooks(config.CourseDirectory.db_url, lesson.assignment),
        submission.files,
        CourseDirectory(config=config).max_dir_size * 1000,
    )
    write_files(sorted_out.files, folder / "submitted" / submission.student / lesson.assignment)
    config.RestoreRoles.told = sorted_out.by_notebook()
    converter = FirstHalf(
        coursedir=CourseDirectory(config=config),
        config=config,
        student=submission.student,
        autograde_preprocessors=lesson.preprocessors,
    )
    converter.seconds = seconds
    with captured_log() as log, suppress(NbGraderException):  # which says that there is no notebook of the lesson
        converter.start()
    executed = folder / "autograded" / submission.student / lesson.assignment
    notebooks = {path.name: path.read_bytes() for path in sorted(executed.glob("*.ipynb"))}
    return Executed(
        {name: content for name, content in notebooks.items() if name not in converter.problems},
        converter.problems,
        list(dict.fromkeys([*sorted_out.all_told(), *converter.remarks])),
        log.text,
    )
