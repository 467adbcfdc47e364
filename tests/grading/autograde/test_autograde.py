"""A class graded in parallel: the same books as nbgrader's own, and what is graded when."""

import os
import sqlite3

import pytest
from nbgrader.api import Gradebook
from toy_class import AGAIN, LATE, at_full_length

from grading.autograde import command
from grading.autograde.books import CannotGrade
from grading.autograde.coordinator import Report, grade_class, open_books


@at_full_length
def test_the_books_are_those_of_nbgrader(sandboxed_toys, tmp_path):
    """With the course's own configuration, on the machine's cores, through TLS."""
    ours = sandboxed_toys
    ours.submit("alice")
    ours.submit("bob", LATE, double="def double(x):\n    return 2 * abs(x)")
    (ours.handed_in("bob") / "notes").mkdir()
    (ours.handed_in("bob") / "notes" / "mine.txt").write_text("my own file")
    broken = ours.submit("dan")
    broken.write_text(broken.read_text()[:500])
    stock = ours.copied_to(tmp_path / "stock")

    said = stock.course.nbgrader("autograde", "toys", folder=stock.folder, may_fail=True)
    report = grade_class("toys", ours.folder)

    assert sorted(report.graded) == ["alice", "bob"], str(report)
    assert list(report.failed) == ["dan"]
    assert "toys.ipynb cannot be read as a notebook" in report.failed["dan"]
    assert ours.scores() == {"alice": 7, "bob": 3, "dan": 0}
    books, expected = ours.books(), stock.books()
    assert expected.keys() == books.keys(), said
    assert {name: books[name] for name in ("alice", "bob")} == {name: expected[name] for name in ("alice", "bob")}
    assert books["bob"][1] > 0, "bob is late"
    assert books["dan"][0] == expected["dan"][0]
    assert ours.files() == stock.files()
    assert "sanitiz" in (ours.folder / report.logs / "alice.log").read_text().lower()


def test_only_what_is_new_or_handed_in_again_is_graded(toys, grade):
    toys.submit("alice")
    toys.submit("bob", double="def double(x):\n    return 0")
    assert sorted(grade().graded) == ["alice", "bob"]
    assert toys.scores() == {"alice": 7, "bob": 3}

    untouched = toys.files()["autograded/alice/toys/toys.ipynb"]
    written = (toys.folder / "autograded/alice/toys/toys.ipynb").stat().st_mtime_ns
    toys.submit("bob", AGAIN)
    report = grade()
    assert report.graded == ["bob"]
    assert report.again == {"bob": "handed in again at 2026-01-15 11:30:00 UTC"}
    assert report.as_before == ["alice"]
    assert toys.scores() == {"alice": 7, "bob": 7}
    assert toys.files()["autograded/alice/toys/toys.ipynb"] == untouched
    assert (toys.folder / "autograded/alice/toys/toys.ipynb").stat().st_mtime_ns == written

    report = grade()
    assert (report.graded, report.complete) == ([], True)
    report = grade(force=True)
    assert report.again == dict.fromkeys(("alice", "bob"), "--force")


def test_what_is_changed_by_hand_is_graded_again(toys, grade):
    handed_in = {student: toys.submit(student, double="def double(x):\n    return 0") for student in ("alice", "bob")}
    handed_in["bob"].with_name("table.txt").write_text("1 2")
    grade()
    assert toys.scores() == {"alice": 3, "bob": 3}

    toys.submit("alice")
    report = grade()
    assert report.again == {"alice": "its files were changed after it was graded"}
    assert report.as_before == ["bob"]
    assert toys.scores() == {"alice": 7, "bob": 3}
    handed_in["bob"].with_name("table.txt").write_text("1 3")
    assert grade().again == {"bob": "its files were changed after it was graded"}
    assert sorted(grade().as_before) == ["alice", "bob"]


def test_a_score_by_hand_survives_a_new_answer_and_asks_to_be_looked_at(toys, grade):
    toys.submit("alice")
    grade()
    with toys.gradebook() as gradebook:
        by_hand = gradebook.find_grade("why", "toys", "toys", "alice")
        by_hand.manual_score, by_hand.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    toys.submit("alice", AGAIN, why="Because four is two and two.")
    grade()
    with toys.gradebook() as gradebook:
        by_hand = gradebook.find_grade("why", "toys", "toys", "alice")
        assert (by_hand.manual_score, by_hand.needs_manual_grade) == (2.5, True)


def test_graded_is_what_gradebook_and_files_agree_on(toys, grade):
    toys.submit("alice")
    grade()
    books = open_books("toys", toys.folder)
    assert books.state() == {"alice": ""}

    def change(statement: str) -> None:
        with sqlite3.connect(toys.folder / "gradebook.db") as gradebook:
            gradebook.execute(statement)

    notebook = toys.folder / "autograded/alice/toys/toys.ipynb"
    notebook.rename(notebook.with_suffix(".away"))
    assert books.state() == {"alice": "its grading had failed or was interrupted"}
    notebook.with_suffix(".away").rename(notebook)
    change("UPDATE submitted_assignment SET timestamp = '2026-01-14 00:00:00.000000'")
    assert books.state() == {"alice": "the gradebook had no complete record of it"}
    change("UPDATE submitted_assignment SET timestamp = '2026-01-15 11:00:00.250000'")
    assert books.state() == {"alice": ""}
    change("UPDATE grade SET auto_score = NULL WHERE auto_score = 4")
    assert books.state() == {"alice": "the gradebook had no complete record of it"}
    assert grade().graded == ["alice"]
    assert toys.scores() == {"alice": 7}


def spoil_json(folder):
    (folder / "toys.ipynb").write_text('{"cells": [')


def spoil_structure(folder):
    (folder / "toys.ipynb").write_text('{"cells": 3, "metadata": [], "nbformat": 4, "nbformat_minor": 5}')


def spoil_encoding(folder):
    (folder / "toys.ipynb").write_bytes(b"\xff\xfe\x00")


def spoil_depth(folder):
    (folder / "toys.ipynb").write_text('{"cells": ' + "[" * 100_000)


def spoil_time(folder):
    (folder / "timestamp.txt").write_text("yesterday")


def lose_time_and_name(folder):
    (folder / "timestamp.txt").unlink()
    rename(folder)


def make_link(folder):
    (folder / "toys.ipynb").rename(folder.parent / "elsewhere.ipynb")
    (folder / "toys.ipynb").symlink_to(folder.parent / "elsewhere.ipynb")


def make_pipe(folder):
    (folder / "toys.ipynb").unlink()
    os.mkfifo(folder / "toys.ipynb")


def rename(folder):
    (folder / "toys.ipynb").rename(folder / "toys.doc")


def fold(folder):
    (folder / "toys.ipynb").unlink()
    (folder / "toys.ipynb").mkdir()


SPOILED = {
    spoil_json: "toys.ipynb cannot be read as a notebook: it is cut short",
    spoil_structure: "toys.ipynb cannot be read as a notebook",
    spoil_encoding: "toys.ipynb cannot be read as a notebook: it is text in UTF-16",
    spoil_depth: "toys.ipynb cannot be read as a notebook: it is nested too deeply",
    spoil_time: "timestamp.txt does not hold a time",
    make_link: "it holds no notebook of toys",
    make_pipe: "it holds no notebook of toys",
    rename: "it holds no notebook of toys",
    lose_time_and_name: "it holds no notebook of toys",
    fold: "it holds no notebook of toys",
}


def test_a_sandbox_is_used_and_its_incidents_are_told(sandboxed_toys, toy_cluster):
    daemon = "import subprocess\nsubprocess.Popen(['sleep', '300'])\ndef double(x):\n    return x + x"
    sandboxed_toys.submit("alice")
    sandboxed_toys.submit("mallory", double=daemon)
    report = grade_class("toys", sandboxed_toys.folder, scheduler=toy_cluster.scheduler_address)
    assert sandboxed_toys.scores() == {"alice": 7, "mallory": 7}
    left = "cell -: 1 processes that it had started were still running, and were ended"
    assert report.remarks == {"mallory": [left]}
    assert f"remark        mallory: {left}" in str(report)


def test_what_cannot_be_graded_is_named_and_costs_nobody_else_anything(toys, grade):
    for spoil in SPOILED:
        toys.submit(spoil.__name__)
        spoil(toys.handed_in(spoil.__name__))
    toys.submit("alice")
    books = open_books("toys", toys.folder)
    report = grade()
    assert report.graded == ["alice"]
    assert not report.complete
    assert report.failed.keys() == {spoil.__name__ for spoil in SPOILED}
    for spoil, why in SPOILED.items():
        assert why in report.failed[spoil.__name__]
    assert toys.scores() == dict.fromkeys(report.failed, 0) | {"alice": 7}
    assert "is a link or no plain file" in str(report.remarks["make_link"])
    assert all(books.state()[student] for student in report.failed)

    toys.submit("spoil_json", AGAIN)
    again = grade()
    assert again.again == {"spoil_json": "its grading had failed or was interrupted"}
    assert toys.scores()["spoil_json"] == 7
    del report.failed["spoil_json"]
    assert again.failed == report.failed, "as long as it is broken, it is told"


def test_a_broken_file_handed_in_after_a_good_one_scores_nothing(toys, grade):
    toys.submit("bob", LATE)
    grade()
    assert toys.scores() == {"bob": 7}
    toys.submit("bob", "2026-01-17 09:00:00 UTC")
    spoil_json(toys.handed_in("bob"))
    assert list(grade().failed) == ["bob"]
    timestamp, penalty, cells, _ = toys.books()["bob"]
    assert (timestamp.day, penalty) == (17, 0)
    assert set(cells.values()) == {(0, False)}
    assert not (toys.folder / "autograded/bob/toys").exists()


def test_a_link_leads_nowhere(toys, grade):
    secret = toys.folder / "solutions/toys/toys.ipynb"
    toys.submit("mallory")
    (toys.handed_in("mallory") / "notes.txt").symlink_to(secret)
    (toys.handed_in("mallory") / "all").symlink_to(toys.folder / "solutions")
    report = grade()
    assert report.graded == ["mallory"]
    assert [remark.split()[0] for remark in report.remarks["mallory"]] == ["all", "notes.txt"]
    assert {path.name for path in (toys.folder / "autograded/mallory/toys").rglob("*")} == {
        "toys.ipynb",
        "timestamp.txt",
    }


def test_a_submission_that_is_too_large_is_refused(toys, grade):
    toys.submit("alice")
    with (toys.folder / "nbgrader_config.py").open("a") as config:
        config.write("\nc.CourseDirectory.max_dir_size = 1\n")
    assert "larger than 0.001 MB" in grade().failed["alice"]


def test_a_machine_that_may_not_grade_costs_nobody_a_point(toys, grade):
    toys.submit("alice")
    toys.submit("bob")
    with (toys.folder / "nbgrader_config.py").open("a") as config:
        config.write('\nc.Autograde.pre_convert_hook = "toy_execution.refuse"\n')
    with pytest.raises(CannotGrade, match="No sandbox can be made here"):
        grade()
    assert toys.scores() == {}


def test_files_beside_the_lesson_replace_those_of_the_student(toys, grade):
    (toys.folder / "solutions/toys/table.txt").write_text("3")
    toys.submit("alice", warn="def warn():\n    return 3")
    (toys.handed_in("alice") / "table.txt").write_text("4")
    grade()
    assert (toys.folder / "autograded/alice/toys/table.txt").read_text() == "3"


def only_the_due_date(toys):
    (toys.folder / "gradebook.db").unlink()
    with Gradebook(toys.database, "demo") as gradebook:
        gradebook.add_assignment("toys", duedate="2026-07-01 16:00:00 UTC")


@pytest.mark.parametrize(
    ("arrange", "sentence"),
    [
        (lambda toys: (toys.folder / "nbgrader_config.py").unlink(), "holds no nbgrader_config.py"),
        (lambda toys: (toys.folder / "gradebook.db").unlink(), "The gradebook does not know the notebooks of toys"),
        (only_the_due_date, "The gradebook does not know the notebooks of toys"),
        (lambda toys: None, "There is no submission to toys: `nbgrader collect toys` first."),
    ],
)
def test_what_is_missing_is_said_before_anything_is_started(toys, grade, arrange, sentence):
    arrange(toys)
    with pytest.raises(CannotGrade, match=sentence):
        grade()


def test_an_unknown_assignment_is_named(toys):
    with pytest.raises(CannotGrade, match=r"There is no assignment toy; .*solutions holds toys\."):
        grade_class("toy", toys.folder)


def test_two_coordinators_do_not_work_on_one_course(toys, grade):
    toys.submit("alice")
    with open_books("toys", toys.folder).in_use(), pytest.raises(CannotGrade, match="Another"):
        grade()


@pytest.fixture
def run_command(toys, monkeypatch):
    """Runs the command in the class's folder; its exit status."""

    def run(*arguments: str) -> int:
        monkeypatch.chdir(toys.folder)
        try:
            return command.main(["toys", *arguments])
        except SystemExit as end:
            return end.code

    return run


def test_the_command_says_the_same_and_exits_with_1_if_something_is_not_graded(toys, toy_cluster, run_command, capsys):
    toys.submit("alice")
    toys.submit("dan")
    spoil_json(toys.handed_in("dan"))
    assert run_command("--scheduler", toy_cluster.scheduler_address) == 1
    said = capsys.readouterr().out
    assert said.splitlines()[0] == "toys: 1 graded, 1 failed, 0 not graded, 0 were graded before."
    assert "failed        dan: toys.ipynb cannot be read as a notebook" in said


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (["--scheduler", "nowhere"], "autograde: No Dask scheduler answers at nowhere: "),
        (["--cluster", "slurm"], "autograde: There is no sbatch on this machine: run this where you submit jobs."),
        (["--workers", "0"], "hepdl autograde: error: argument --workers: 0 is no number of workers: 1 or more"),
    ],
)
def test_the_command_exits_with_2_if_it_cannot_begin(toys, run_command, monkeypatch, capsys, wrong, sentence):
    toys.submit("alice")
    monkeypatch.setenv("PATH", "")
    assert run_command(*wrong) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(sentence)


def test_a_report_names_students_by_reason_and_hides_what_a_terminal_would_obey():
    report = Report("toys", failed={"b": "broken", "a": "broken", "c": "\x1b[2Jgone"})
    report.remarks = {"m": [f"remark {number}" for number in range(7)]}
    lines = str(report).splitlines()
    assert "failed        a, b: broken" in lines
    assert r"failed        c: \x1b[2Jgone" in lines
    assert "remark        m: and 2 more, see the log" in lines
