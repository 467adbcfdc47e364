"""Who has handed in, as the folders of a course say."""

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grading.autograde.books import Books


def test_a_folder_that_is_no_students_is_named(tmp_path):
    books = Books(CourseDirectory(root=str(tmp_path), assignment_id="ex1"), Config())
    (tmp_path / "submitted" / "anna" / "ex1").mkdir(parents=True)
    assert books.students() == ["anna"]
    (tmp_path / "submitted" / "an\nna" / "ex1").mkdir(parents=True)
    assert (books.students(), books.odd_folders()) == (["anna"], [r"an\nna"])
