"""A late penalty follows the due date and the extensions, without grading again."""

from datetime import timedelta

from toy_class import DUE, LATE, ON_TIME

WRONG = dict.fromkeys(("double", "wait", "warn"), "x = 1")


def test_a_penalty_follows_the_due_date_and_extensions_and_nothing_else(toys, grade):
    def due(when):
        with toys.gradebook() as gradebook:
            gradebook.update_or_create_assignment("toys", duedate=when)

    def penalties():
        return {student: books[1] for student, books in toys.books().items()}

    toys.submit("alice", LATE)
    toys.submit("bob", ON_TIME)
    toys.submit("carol", LATE, **WRONG)
    grade()
    assert penalties() == {"alice": 2, "bob": 0, "carol": 0}
    with toys.gradebook() as gradebook:
        for student in ("alice", "carol"):
            by_hand = gradebook.find_grade("why", "toys", "toys", student)
            by_hand.manual_score, by_hand.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    assert grade().penalties == {}
    assert penalties() == {"alice": 2, "bob": 0, "carol": 0}

    due(DUE + timedelta(days=3))
    report = grade()
    assert report.graded == []
    assert report.penalties == {"alice": "the late penalty was 2 points, and is 0"}
    assert "due date      alice: the late penalty was 2 points, and is 0" in str(report)
    assert "`nbgrader generate_feedback toys`" in str(report)
    assert penalties() == {"alice": 0, "bob": 0, "carol": 0}
    assert grade().penalties == {}

    due(DUE + timedelta(days=1))
    assert grade().penalties == {"alice": "the late penalty was 0 points, and is 1"}
    with toys.gradebook() as gradebook:
        gradebook.grant_extension("toys", "alice", hours=6)
        assert gradebook.find_grade("why", "toys", "toys", "alice").needs_manual_grade is False
    assert grade().penalties == {"alice": "the late penalty was 1 points, and is 0"}
