"""A submission is read in bounds."""

import pytest

from grading.autograde.transfer import Unusable, read_submission
from grading.cells.submitted_files import MAX_FILES


@pytest.mark.parametrize("make", [lambda path: path.touch(), lambda path: path.mkdir()], ids=["files", "folders"])
def test_more_files_than_there_may_be_are_not_read(tmp_path, make):
    (tmp_path / "timestamp.txt").touch()
    for number in range(MAX_FILES):
        make(tmp_path / str(number))
    read_submission("alice", tmp_path, 100)
    make(tmp_path / "one more")
    with pytest.raises(Unusable, match="more than 200 files"):
        read_submission("alice", tmp_path, 100)
