"""A file is replaced whole or not at all."""

import pytest

from helpers.files import replacing, sha256


def test_the_checksum_is_the_standards(tmp_path):
    """Of "abc": the example of FIPS 180-2, appendix B.1."""
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_is_replaced_when_all_is_written(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with replacing(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(error), replacing(path) as part:
        part.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_put_in_place_whole(tmp_path):
    with replacing(tmp_path / "round") as part:
        part.mkdir()
        (part / "labels").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["round", "labels"]
    with pytest.raises(ValueError), replacing(tmp_path / "other") as part:
        part.mkdir()
        raise ValueError
    assert not (tmp_path / "other").exists()
    assert len(list(tmp_path.iterdir())) == 1
