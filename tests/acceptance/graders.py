"""The two graders that are compared: stock nbgrader with this repository's settings, and this repository's own."""

from grading.authoring.temporary_course import TemporaryCourse

GRADERS = {"stock": "stock nbgrader", "this": "this grader"}


def choose_grader(course: TemporaryCourse, grader: str) -> None:
    """Make a new course's configuration that of one of GRADERS."""
    if grader == "stock":
        course.grade_as_stock_nbgrader()
