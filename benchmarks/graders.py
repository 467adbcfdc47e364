"""The two graders that benchmarks compare: this repository's, and stock nbgrader with the same settings."""

from grading.authoring.temporary_course import TemporaryCourse

GRADERS = {"stock": "stock nbgrader", "this": "this grader"}
STOCK = """
for name in ("sanitize_preprocessors", "autograde_preprocessors", "pre_convert_hook"):
    c.Autograde.pop(name, None)
"""


def choose_grader(course: TemporaryCourse, grader: str) -> None:
    """Make a new course's configuration that of one of GRADERS; nbgrader's own preprocessors are those of stock."""
    if grader == "stock":
        with (course.folder / "nbgrader_config.py").open("a") as config:
            config.write(STOCK)
