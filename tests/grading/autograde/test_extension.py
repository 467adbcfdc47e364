"""More time for a student: before the first grading and after it, with the penalty that follows from it."""

import pytest
from toy_class import LATE

from grading.autograde import extension


@pytest.fixture
def extend(toys, monkeypatch, capsys):
    """Runs the command on the toy lesson; what it printed, and its status if it is not 0."""
    monkeypatch.chdir(toys.folder)
    monkeypatch.setenv("HEPDL_GRADEBOOK", toys.database)

    def run(*arguments):
        status = extension.main(["toys", *arguments])
        said = "".join(capsys.readouterr())
        return (status, said) if status else said

    return run


def penalty(toys, student):
    return toys.books()[student][1]


def test_an_extension_before_grading_counts(toys, grade, extend):
    toys.submit("alice", LATE)
    toys.submit("bob", LATE)
    assert extend() == "Nobody has an extension for toys.\n"
    assert extend("alice", "--days", "1.25") == "alice has until 2026-01-16 18:00 UTC (1.25 days more).\n"
    report = grade()
    assert (sorted(report.graded), report.again) == (["alice", "bob"], {})
    assert (penalty(toys, "alice"), penalty(toys, "bob")) == (0, 2)
    assert extend() == "alice: until 2026-01-16 18:00 UTC (1.25 days)\n"


def test_an_extension_after_grading_takes_the_penalty_back_and_gives_it(toys, grade, extend):
    toys.submit("bob", LATE)
    grade()
    said = extend("bob", "--until", "2026-01-16T19:00+01:00")
    assert "bob has until 2026-01-16 18:00 UTC (1.25 days more)." in said
    assert "The late penalty was 2 points, and is 0" in said
    assert "`nbgrader generate_feedback toys`" in said
    assert penalty(toys, "bob") == 0
    assert "The late penalty was 0 points, and is 1" in extend("bob", "--days", "1")
    said = extend("bob", "--remove")
    assert "as all others" in said
    assert penalty(toys, "bob") == 2
    assert grade().graded == []


def test_who_has_not_handed_in_may_have_an_extension(toys, grade, extend):
    with toys.gradebook() as gradebook:
        gradebook.add_student("carol")
    extend("carol", "--days", "2")
    toys.submit("carol", LATE)
    assert grade().graded == ["carol"]
    assert penalty(toys, "carol") == 0


def test_a_student_whom_nobody_knows_is_no_new_one(toys, extend):
    with toys.gradebook() as gradebook:
        gradebook.add_student("caroline")
    status, said = extend("carolin", "--days", "2")
    assert (status, "no student carolin" in said, "did you mean caroline?" in said) == (2, True, True)
    assert "nbgrader db student add zoe" in extend("zoe", "--days", "2")[1]
    with toys.gradebook() as gradebook:
        assert [student.id for student in gradebook.students] == ["caroline"]


def test_without_a_due_date_there_is_none(toys, extend):
    toys.submit("alice")
    with toys.gradebook() as gradebook:
        gradebook.update_or_create_assignment("toys", duedate=None)
    status, said = extend("alice", "--days", "2")
    assert (status, "toys has no due date" in said) == (2, True)


def test_an_extension_that_ends_before_the_due_date_is_none(toys, extend):
    toys.submit("alice")
    status, said = extend("alice", "--until", "2026-01-15T12:00+02:00")
    assert (status, "would end at 2026-01-15 10:00 UTC" in said) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("alice", "--days", "-1"), "-1 days are no extension"),
        (("alice", "--days", "soon"), "no number of days"),
        (("alice", "--days", "nan"), "no number of days"),
        (("alice", "--until", "2026-01-20 18:00"), "names no time zone"),
        (("alice", "--until", "monday"), "is no date and time"),
        (("alice",), "--days, --until or --remove"),
        (("--days", "2"), "takes a student"),
    ],
)
def test_what_is_no_extension_is_told(capsys, arguments, told):
    with pytest.raises(SystemExit):
        extension.main(["toys", *arguments])
    assert told in capsys.readouterr().err
