"""Downloads from Moodle and Canvas, made up: who handed in what and when, and grades in the platform's own table."""

import zipfile
from datetime import datetime

import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from grading.platforms import hand_ins
from grading.platforms.export import PlatformGrades

MOODLE_HEAD = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Last modified (submission),Feedback\n"
)
MOODLE = (
    "\ufeff"
    + MOODLE_HEAD
    + 'Participant 11,Anna Müller,m-1,anna@uni.example,Submitted,,10.00,"Thursday, 15 January 2026, '
    '12:30 PM",\n'
    'Participant 12,José d\'Eça,m-2,jose@uni.example,Submitted,,10.00,"Friday, 16 January 2026, 7:00 PM","a, b"\n'
    "Participant 13,Eve Nobody,m-9,eve@uni.example,Submitted,,10.00,-,\n"
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Exercise T (77),Final Score\n"
    "    Points Possible,,,,,10,(read only)\n"
    '"Müller, Anna",11,u1,anna,S1,,\n"d\'Eça, José",12,u2,JOSE@uni.example,S1,3,\n"Student, Test",99,,test,S1,,\n'
)


@pytest.fixture
def course(toy_release, tmp_path, monkeypatch):
    """A course with two students of a roster, due on 15 January 2026, 12:00 UTC."""
    course = toy_release.copied_to(tmp_path / "course")
    monkeypatch.chdir(course.folder)
    monkeypatch.delenv("HEPDL_GRADEBOOK", raising=False)
    monkeypatch.setenv("HEPDL_COURSE_ID", "demo")
    with Gradebook(course.database, "demo") as gradebook:
        gradebook.update_or_create_assignment("toys", duedate=datetime(2026, 1, 15, 12))
        gradebook.add_student("anna", first_name="Anna", last_name="Müller", email="anna@uni.example")
        gradebook.add_student("jose", first_name="José", last_name="d'Eça", email="jose@uni.example")
    return course


@pytest.fixture
def hand(course, tmp_path, capsys):
    """Makes an archive and a table, and runs the command: its status and what it said."""

    def run(files: dict[str, str], table: str = "", *arguments: str) -> tuple[int, str]:
        with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        (tmp_path / "table.csv").write_text(table)
        tables = [str(tmp_path / "table.csv")] if table else []
        status = hand_ins.main(["toys", str(tmp_path / "submissions.zip"), *tables, *arguments])
        return status, "".join(capsys.readouterr())

    return run


def handed_in(course, student: str) -> dict[str, str]:
    folder = course.folder / "submitted" / student / "toys"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


FROM_MOODLE = {
    "Anna Müller_11_assignsubmission_file_/toys.ipynb": "of anna",
    "Anna Müller_11_assignsubmission_file_/notes/a.txt": "a note",
    "Jose dEca_12_assignsubmission_file_/toys (1).ipynb": "of jose",
}


def test_moodles_hand_ins_have_their_times(course, hand):
    status, said = hand(FROM_MOODLE, MOODLE, "--zone", "Europe/Berlin")
    assert (status, "taken         anna: notes/a.txt, toys.ipynb, 2026-01-15 11:30 UTC" in said) == (0, True)
    assert handed_in(course, "anna") == {
        "toys.ipynb": "of anna",
        "notes/a.txt": "a note",
        "timestamp.txt": "2026-01-15 11:30:00.000000 UTC",
    }
    assert handed_in(course, "jose")["timestamp.txt"] == "2026-01-16 18:00:00.000000 UTC"
    assert handed_in(course, "jose")["toys (1).ipynb"] == "of jose"


def test_a_time_without_a_zone_is_asked_for(course, hand):
    status, said = hand(FROM_MOODLE, MOODLE)
    assert (status, "name no time zone: add --zone" in said) == (2, True)
    assert not (course.folder / "submitted").exists()


def test_what_is_handed_in_again_takes_the_place_of_what_is_older_only(course, hand):
    hand(FROM_MOODLE, MOODLE, "--zone", "Europe/Berlin")
    assert "anna: the same is there already" in hand(FROM_MOODLE, MOODLE, "--zone", "Europe/Berlin")[1]
    new = {"Anna Müller_11_assignsubmission_file_/toys.ipynb": "a better one"}
    earlier, later = (
        MOODLE.replace("15 January 2026, 12:30", "14 January 2026, 12:30"),
        MOODLE.replace("12:30", "12:45"),
    )
    assert "anna: a newer one is there, of 2026-01-15 11:30 UTC" in hand(new, earlier, "--zone", "Europe/Berlin")[1]
    assert handed_in(course, "anna")["toys.ipynb"] == "of anna"
    assert "(in place of an earlier one)" in hand(new, later, "--zone", "Europe/Berlin")[1]
    assert handed_in(course, "anna") == {
        "toys.ipynb": "a better one",
        "timestamp.txt": "2026-01-15 11:45:00.000000 UTC",
    }


def test_canvas_says_who_was_late_and_not_when(course, hand):
    files = {"mulleranna_11_501_toys-1.ipynb": "of anna", "decajose_LATE_12_502_toys.ipynb": "of jose"}
    status, said = hand(files, CANVAS)
    assert status == 0
    assert handed_in(course, "anna") == {"toys.ipynb": "of anna"}
    assert "jose was late, says the platform, but not when" in said
    assert "anna was late" not in said


def test_a_time_of_the_students_own_does_not_count_and_one_of_the_instructors_stays(course, hand):
    files = {
        "decajose_LATE_12_502_toys.ipynb": "of jose",
        "decajose_LATE_12_503_timestamp.txt": "2026-01-01 10:00:00 UTC",
    }
    assert "jose: a timestamp.txt of the student's own says nothing" in hand(files, CANVAS)[1]
    assert handed_in(course, "jose") == {"toys.ipynb": "of jose"}
    (course.folder / "submitted/jose/toys/timestamp.txt").write_text("2026-01-16 10:00:00 UTC")
    hand(files, CANVAS)
    assert handed_in(course, "jose")["timestamp.txt"] == "2026-01-16 10:00:00 UTC"


def test_who_is_not_in_the_gradebook_is_named_and_nobody_is_guessed(course, hand):
    files = FROM_MOODLE | {"Eve Nobody_13_assignsubmission_file_/toys.ipynb": "of eve", "readme.txt": "hello"}
    status, said = hand(files, MOODLE, "--zone", "Europe/Berlin")
    assert status == 1
    assert "not taken     'Eve Nobody_13_assignsubmission_file_/toys.ipynb' belongs to no student" in said
    assert "'readme.txt' belongs to no student" in said
    assert sorted(path.name for path in (course.folder / "submitted").iterdir()) == ["anna", "jose"]
    status, said = hand({"mulleranna_11_501_toys.ipynb": "of anna"})
    assert (status, "give the platform's table of students, too" in said) == (1, True)
    with Gradebook(course.database, "demo") as gradebook:
        gradebook.add_student("anna2", first_name="Anna", last_name="Müller")
    status, _ = hand({"Anna Müller_14_assignsubmission_file_/toys.ipynb": "of one of two"})
    assert status == 1


def test_mails_are_filed_by_name_or_address(course, hand):
    status, _ = hand({"jose@uni.example_toys.ipynb": "of jose", "x/anna/toys.ipynb": "of anna"})
    assert status == 0
    assert handed_in(course, "jose") == {"toys.ipynb": "of jose"}
    assert handed_in(course, "anna") == {"toys.ipynb": "of anna"}


def test_what_is_no_table_or_no_archive_is_told(course, hand, tmp_path, capsys):
    status, said = hand(FROM_MOODLE, "a,b\n1,2\n")
    assert (status, "is neither Moodle's grading worksheet" in said) == (2, True)
    (tmp_path / "broken.zip").write_text("PK")
    assert hand_ins.main(["toys", str(tmp_path / "broken.zip")]) == 2
    assert "broken.zip is damaged, or no zip archive" in capsys.readouterr().err


def exported(course, table: str, **settings: str) -> str:
    (course.folder / "table.csv").write_text(table)
    config = Config(PlatformGrades={"table": "table.csv", "assignment": ["toys"], **settings})
    with Gradebook(course.database, "demo") as gradebook:
        PlatformGrades(config=config).export(gradebook)
    return (course.folder / "grades-table.csv").read_text()


@pytest.fixture
def graded(course):
    with Gradebook(course.database, "demo") as gradebook:
        for student, points in (("anna", 4), ("jose", 2)):
            entry = gradebook.update_or_create_submission("toys", student, timestamp="2026-01-15 11:00:00")
            grade = gradebook.find_grade("double-check", "toys", "toys", student)
            grade.auto_score = points
            entry.notebooks[0].late_submission_penalty = 1.5 if student == "jose" else None
        gradebook.db.commit()
    return course


def test_grades_go_back_into_moodles_worksheet(graded):
    expected = (
        MOODLE.removeprefix("\ufeff")
        .replace("Submitted,,", "Submitted,4,", 1)
        .replace("Submitted,,", "Submitted,0.5,", 1)
    )
    assert exported(graded, MOODLE) == expected


def test_grades_go_back_into_canvas(graded):
    expected = CANVAS.replace("anna,S1,,", "anna,S1,4,").replace("example,S1,3,", "example,S1,0.5,")
    assert exported(graded, CANVAS, column="Exercise T (77)") == expected
    with pytest.raises(SystemExit, match=r"one of 'Exercise T \(77\)', 'Final Score'"):
        exported(graded, CANVAS)


def test_points_that_mean_something_else_there_are_refused(graded):
    with pytest.raises(SystemExit, match=r"has 100\.00 points there and 10 here"):
        exported(graded, MOODLE.replace("10.00", "100.00"))
    with pytest.raises(SystemExit, match="has 12 points there and 10 here"):
        exported(graded, CANVAS.replace(",10,", ",12,"), column="Exercise T (77)")


def test_the_plugin_works_as_nbgraders_command(graded):
    (graded.folder / "table.csv").write_text(MOODLE)
    said = graded.nbgrader(
        "export",
        "--exporter=grading.platforms.export.PlatformGrades",
        "--PlatformGrades.table=table.csv",
        "--assignment=['toys']",
        "--to=back.csv",
    )
    assert "Submitted,4,10.00" in (graded.folder / "back.csv").read_text(), said
    assert "Not in the gradebook: Eve Nobody" in said
