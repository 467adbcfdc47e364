"""What the instructor reads of a submission that was graded comes from its notebook."""

from grading.autograde.coordinator import open_books
from grading.autograde.transfer import read_lesson, read_submission
from grading.autograde.worker import execute
from grading.isolation.box import sandbox


def test_that_there_was_no_sandbox_is_told(sandboxed_toys, monkeypatch):
    monkeypatch.setenv(sandbox.UNSANDBOXED, "1")
    sandboxed_toys.submit("alice")
    books = open_books("toys", sandboxed_toys.folder)
    with books.in_use():
        lesson = read_lesson(books.coursedir, books.config, books.unfinished)
        executed = execute(lesson, read_submission("alice", books.submitted("alice"), 10**6))
    (remark,) = executed.remarks
    assert remark.startswith("NOT SANDBOXED: HEPDL_UNSANDBOXED=1 is set; the code of alice runs in your account")
