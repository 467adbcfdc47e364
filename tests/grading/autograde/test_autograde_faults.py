"""Whatever ends the grading of a class, starting it again gives the books that an undisturbed run gives.

`make test-all` sets HEPDL_TEST_ALL: then the coordinator is killed ten times and the class has 200 students.
"""

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import dask
import psutil
import pytest
import sqlalchemy
from distributed import LocalCluster
from toy_class import AGAIN, ALL, LATE, ToyClass, assert_soon, at_full_length, left_behind

from grading.autograde.books import LOCK_TIMEOUT_S, CannotGrade
from grading.autograde.clusters import SETTINGS
from grading.autograde.coordinator import grade_class, open_books
from grading.autograde.transfer import read_lesson, read_submission
from grading.autograde.worker import MachineTrouble, execute

KILLS = 10
STUDENTS = 200
STRIDE = 1 if ALL else 6
NOT_DOUBLED = "def double(x):\n    return x"


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.fixture
def die_at(monkeypatch):
    """Lets the process end at the n-th step that lasts: a commit, or a folder put in another place."""

    def arrange(last: int) -> None:
        steps = iter(range(1, last + 1))

        def step(*_: object) -> None:
            if next(steps, None) is None:
                raise Killed

        def rename(source: str, target: str, move=os.rename) -> None:
            step()
            move(source, target)

        monkeypatch.setattr(os, "rename", rename)
        monkeypatch.setattr(sqlalchemy.orm.Session, "commit", commit_after(step))

    def commit_after(step, commit=sqlalchemy.orm.Session.commit):
        def stepped(session: sqlalchemy.orm.Session) -> None:
            step()
            commit(session)

        return stepped

    return arrange


def parcels(toys: ToyClass, student: str) -> tuple:
    """The books of a class, its lesson, and what a student handed in."""
    books = open_books("toys", toys.folder)
    with books.in_use():
        lesson = read_lesson(books.coursedir, books.config, books.unfinished)
    return books, lesson, read_submission(student, books.submitted(student), 10**6)


@pytest.mark.parametrize("when", [LATE, pytest.param(AGAIN, marks=at_full_length)], ids=["by force", "handed in again"])
def test_wherever_recording_ends_it_is_done_again(toys, grade, tmp_path, die_at, monkeypatch, when):
    toys.submit("alice", LATE, double=NOT_DOUBLED)
    grade()
    graded_before = toys.books(), toys.files()
    toys.submit("alice", when, wait="def wait():\n    return 'now'")
    undisturbed = toys.copied_to(tmp_path / "undisturbed")
    books, lesson, submission = parcels(undisturbed, "alice")
    executed = execute(lesson, submission)
    with books.in_use():
        books.record(submission, executed)
    assert books.state() == {"alice": ""}

    for last in range(0, 100, STRIDE):
        again = toys.copied_to(tmp_path / str(last))
        books = open_books("toys", again.folder)
        with monkeypatch.context(), books.in_use():
            die_at(last)
            try:
                books.record(submission, executed)
            except Killed:
                ended = True
            else:
                ended = False
            monkeypatch.undo()
        if not ended:
            break
        counts_as_graded = not books.state()["alice"]
        assert not counts_as_graded or (again.books(), again.files()) == graded_before, f"after {last} steps"
        with books.in_use():
            books.record(submission, executed)
        assert again.books() == undisturbed.books()
        assert again.files() == undisturbed.files()
        shutil.rmtree(again.folder)
    assert last > 5


@at_full_length
def test_the_coordinator_is_killed_at_random_moments(toys, tmp_path, toy_cluster):
    for number in range(4 * KILLS):
        slow = f"import time\ntime.sleep(0.2)\ndef double(x):\n    return {number % 2 + 1} * x"
        toys.submit(f"student-{number:02d}", LATE if number % 3 else AGAIN, double=slow)
    undisturbed = toys.copied_to(tmp_path / "undisturbed")
    grade_class("toys", undisturbed.folder, scheduler=toy_cluster.scheduler_address)

    moments, kept, killed = random.Random(), {}, 0
    for _ in range(KILLS):
        coordinator = toys.command("--scheduler", toy_cluster.scheduler_address)
        while not list(toys.folder.glob("autograded/.grading/unfinished/*/*")) and coordinator.poll() is None:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 1))
        killed += coordinator.poll() is None
        coordinator.kill()
        coordinator.communicate()
        kept |= {path: path.stat().st_mtime_ns for path in toys.folder.glob("autograded/*/toys/toys.ipynb")}
    report = grade_class("toys", toys.folder, scheduler=toy_cluster.scheduler_address)
    assert killed == KILLS
    assert report.complete
    assert toys.books() == undisturbed.books()
    assert toys.files() == undisturbed.files()
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "what was graded is not graded again"
    assert len(report.as_before) == len(kept)
    assert [path.name for path in toys.folder.glob("autograded/.grading/*")].count("unfinished") == 0


def test_an_interrupt_leaves_no_process_behind_and_says_what_is_not_graded(toys, tmp_path):
    began = tmp_path / "began"
    toys.submit("alice", double=f"import pathlib, time\npathlib.Path({str(began)!r}).touch()\ntime.sleep(300)")
    coordinator = toys.command("--workers", "1")
    while not began.exists() and coordinator.poll() is None:
        time.sleep(0.1)
    assert len(left_behind(str(toys.folder))) > 1
    os.killpg(coordinator.pid, signal.SIGINT)
    said, complaints = coordinator.communicate(timeout=120)
    assert_soon(lambda: left_behind(str(toys.folder)) == [])
    assert coordinator.returncode == 1
    assert "not graded    alice: this was interrupted" in said
    assert "Traceback" not in complaints


@pytest.fixture
def short_folder():
    """A temporary folder whose path leaves room for those of sockets."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@at_full_length
@pytest.mark.parametrize("killed", ["coordinator", "worker"])
def test_of_who_is_killed_no_process_stays_and_the_files_are_removed(sandboxed_toys, short_folder, killed):
    mark = str(random.randrange(10**9, 10**10))
    sandboxed_toys.submit("alice", double=f"import subprocess\nsubprocess.run(['sleep', '{mark}'])")
    coordinator = sandboxed_toys.command("--workers", "1", TMPDIR=str(short_folder))
    assert_soon(lambda: left_behind(mark))
    scratch = short_folder / "dask-scratch-space"
    (first,) = {socket.parent.parent for socket in scratch.glob("worker-*/hepdl-*/port-1")}
    if killed == "worker":
        children = psutil.Process(coordinator.pid).children()
        next(child for child in children if "spawn_main" in " ".join(child.cmdline())).kill()
        assert_soon(lambda: not first.exists() and left_behind(mark))
    coordinator.kill()
    coordinator.communicate()
    assert_soon(lambda: not left_behind(mark))

    sandboxed_toys.submit("alice")
    again = sandboxed_toys.command("--workers", "1", TMPDIR=str(short_folder))
    assert again.communicate(timeout=120)[0].startswith("toys: 1 graded, 0 failed, 0 not graded")
    assert sandboxed_toys.scores() == {"alice": 7}
    assert [path for path in short_folder.rglob("*") if path.suffix != ".lock"] == [scratch]


def test_a_killed_worker_costs_only_what_killed_it(toys, grade, tmp_path):
    die = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    flag = f"import os, pathlib\nflag = pathlib.Path({str(tmp_path / 'flag')!r})"
    once = f"{flag}\nif not flag.exists():\n    flag.touch()\n    os._exit(1)"
    toys.submit("alice")
    toys.submit("bob", double=f"{once}\ndef double(x):\n    return 2 * x")
    toys.submit("carol")
    expected = {"alice": 7, "bob": 7, "carol": 7}
    if ALL:
        toys.submit("dan", double=die)
        expected["dan"] = 0
    report = grade()
    assert sorted(report.graded) == ["alice", "bob", "carol"]
    died = "the worker that ran it died twice: out of memory, or killed by what it ran"
    assert report.failed == ({"dan": died} if ALL else {})
    assert toys.scores() == expected


def test_a_locked_gradebook_is_named_and_waited_for_only_so_long(toys, grade, monkeypatch):
    monkeypatch.setenv("HEPDL_GRADEBOOK", f"{toys.database}?timeout=1")
    toys.submit("alice")
    books, lesson, submission = parcels(toys, "alice")
    executed = execute(lesson, submission)
    other = sqlite3.connect(toys.folder / "gradebook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    start = time.monotonic()
    sentence = r"The gradebook sqlite:///.*gradebook.db cannot be used \(database is locked\): another program holds it"
    with pytest.raises(CannotGrade, match=sentence):
        grade()
    with books.in_use(), pytest.raises(CannotGrade, match=sentence):  # it was locked later
        books.record(submission, executed)
    assert time.monotonic() - start < 2 * LOCK_TIMEOUT_S
    assert toys.scores() == {}
    other.execute("ROLLBACK")
    assert grade().graded == ["alice"]


def test_a_full_disk_of_a_worker_costs_nobody_a_point(toys):
    toys.submit("alice")
    _, lesson, submission = parcels(toys, "alice")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(MachineTrouble, match="File too large"):
            execute(lesson, submission)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert execute(lesson, submission).notebooks.keys() == {"toys.ipynb"}


@pytest.fixture
def small_disk(tmp_path):
    """A folder with room for 300 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@at_full_length
def test_a_scratch_disk_that_is_full_is_named_and_the_score_stays(toys, grade, small_disk):
    toys.submit("alice")
    grade()
    toys.submit("alice", AGAIN, double=NOT_DOUBLED)
    (toys.handed_in("alice") / "large.bin").write_bytes(bytes(400_000))
    settings = SETTINGS | {"temporary-directory": str(small_disk)}
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
    ):
        report = grade_class("toys", toys.folder, scheduler=cluster.scheduler_address)
    assert "No space left on device" in report.not_graded["alice"]
    assert not report.complete
    assert toys.scores() == {"alice": 7}
    assert grade().again == {"alice": "handed in again at 2026-01-15 11:30:00 UTC"}
    assert toys.scores() == {"alice": 3}


def test_results_that_cannot_be_written_stop_it(toys, grade, small_disk):
    (toys.folder / "autograded").mkdir()
    toys.submit("alice")
    (toys.handed_in("alice") / "large.bin").write_bytes(bytes(400_000))
    subprocess.run(["mount", "--bind", str(small_disk), str(toys.folder / "autograded")], check=True)
    try:
        with pytest.raises(CannotGrade, match=r"Results cannot be written to .*autograded: .*No space left"):
            grade()
    finally:
        subprocess.run(["umount", "-l", str(toys.folder / "autograded")], check=True)
    assert grade().graded == ["alice"]


def test_a_submission_that_takes_too_long_is_ended(toys):
    toys.submit("alice", double="import subprocess\nsubprocess.run(['sleep', '300'])")
    _, lesson, submission = parcels(toys, "alice")
    start = time.monotonic()
    executed = execute(lesson, submission, seconds=3)
    assert executed.problems == {"toys.ipynb": "ran longer than the 0.05 minutes that a submission may take"}
    assert executed.notebooks == {}
    assert time.monotonic() - start < 60


@at_full_length
def test_a_large_class_of_which_a_tenth_is_broken(toys, grade):
    expected = {}
    for number in range(STUDENTS):
        student = f"student-{number:03d}"
        path = toys.submit(student, **({"double": NOT_DOUBLED} if number % 3 else {}))
        expected[student] = 3 if number % 3 else 7
        if number % 10 == 5:
            path.write_text(path.read_text()[: 10 * number])
            expected[student] = 0
    report = grade()
    assert len(report.failed) == STUDENTS // 10
    assert len(report.graded) == STUDENTS - len(report.failed)
    assert toys.scores() == expected
    assert grade().failed.keys() == report.failed.keys()
