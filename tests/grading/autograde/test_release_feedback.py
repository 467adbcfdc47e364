"""Feedback goes to those who handed in through the exchange, whoever else did not."""

import logging
from pathlib import Path

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grading.autograde.release_feedback import ReleaseWhatCanBeFetched

THROUGH_THE_EXCHANGE = {"timestamp.txt": "2026-11-02 10:00:00.000000 UTC", "submission_secret.txt": "a secret"}


def page(course: Path, student: str, **files: str) -> None:
    folder = course / "feedback" / student / "pets"
    folder.mkdir(parents=True)
    (folder / "pets.html").write_text(f"7 points for {student}")
    for name, text in files.items():
        (folder / name).write_text(text)


@pytest.fixture
def course(tmp_path):
    (tmp_path / "exchange").mkdir()
    return tmp_path / "course"


def release(course: Path, **settings: str) -> list[str]:
    """The pages that are in the exchange after a release."""
    made = CourseDirectory(root=str(course), course_id="toys", assignment_id="pets", **settings)
    config = Config(Exchange={"root": str(course.with_name("exchange"))})
    ReleaseWhatCanBeFetched(coursedir=made, authenticator=Authenticator(), config=config).start()
    return sorted(path.read_text() for path in course.with_name("exchange").glob("toys/feedback/*.html"))


def test_who_sent_a_mail_is_named_and_the_others_get_feedback(course, caplog):
    page(course, "ada [1]", **THROUGH_THE_EXCHANGE)
    page(course, "bob")
    page(course, "carol", **{"timestamp.txt": "2026-11-02 10:00:00 UTC"})
    page(course, "dan", **(THROUGH_THE_EXCHANGE | {"submission_secret.txt": "another"}))
    with caplog.at_level(logging.WARNING):
        assert release(course) == ["7 points for ada [1]", "7 points for dan"]
    for student in ("bob", "carol"):
        assert f"Not released: {course}/feedback/{student}/pets. It was not handed in through" in caplog.text
    assert "ada" not in caplog.text


def test_one_students_feedback_is_released_alone(course):
    page(course, "ada", **THROUGH_THE_EXCHANGE)
    page(course, "dan", **(THROUGH_THE_EXCHANGE | {"submission_secret.txt": "another"}))
    assert release(course, student_id="dan") == ["7 points for dan"]
