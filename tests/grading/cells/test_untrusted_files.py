"""What a student handed in is read if it is a plain file of a bounded size, and nothing else is opened."""

import os
import socket

import pytest

from grading.cells.untrusted_files import NotPlain, NotRead, TooLarge, entries, read


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answer.csv"


def look(monkeypatch, then):
    """Let something happen between the look at a path and its opening."""
    lstat = os.lstat

    def looked_at(path, **options):
        seen = lstat(path, **options)
        then()
        return seen

    monkeypatch.setattr(os, "lstat", looked_at)


def test_a_plain_file_is_read_whole(path):
    path.write_bytes(b"12345")
    assert read(path, 5) == b"12345"


def test_a_file_that_is_too_large_is_not_opened(path, monkeypatch):
    path.write_bytes(b"123456")
    monkeypatch.setattr(os, "open", lambda *_, **__: pytest.fail("the file was opened"))
    with pytest.raises(TooLarge, match="has 6 bytes, and 5 are the most that are read") as told:
        read(path, 5)
    assert told.value.size == 6


def test_a_file_that_grew_after_the_look_is_not_read(path, monkeypatch):
    path.write_bytes(b"12345")
    look(monkeypatch, lambda: path.write_bytes(b"123456"))
    with pytest.raises(TooLarge):
        read(path, 5)


def test_a_file_that_grows_is_not_read_to_its_end(path, monkeypatch):
    path.write_bytes(b"12345")
    fstat = os.fstat

    def grow(descriptor):
        seen = fstat(descriptor)
        path.write_bytes(bytes(10_000))
        return seen

    monkeypatch.setattr(os, "fstat", grow)
    with pytest.raises(NotRead, match="grew while it was read"):
        read(path, 5)


@pytest.mark.parametrize("target", ["whole.csv", "missing.csv", ".", "answer.csv", "/dev/zero"])
def test_links_are_not_followed(path, target):
    (path.parent / "whole.csv").write_bytes(b"12345")
    path.symlink_to(target)
    with pytest.raises(NotPlain, match="is a link, and links are not followed"):
        read(path, 5)


def test_a_link_put_in_place_after_the_look_is_not_followed(path, monkeypatch):
    (path.parent / "whole.csv").write_bytes(b"12345")
    path.write_bytes(b"12345")

    def replace():
        path.unlink()
        path.symlink_to("whole.csv")

    look(monkeypatch, replace)
    with pytest.raises(NotRead, match="cannot be read: Too many levels of symbolic links"):
        read(path, 5)


def test_folders_pipes_and_sockets_are_not_opened(path, monkeypatch):
    path.mkdir()
    with pytest.raises(NotPlain, match="is a folder"):
        read(path, 5)
    os.mkfifo(path.parent / "pipe")
    with pytest.raises(NotPlain, match="is not a plain file"):
        read(path.parent / "pipe", 5)
    monkeypatch.chdir(path.parent)  # a socket's path may only be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(NotPlain, match="is not a plain file"):
            read(path.parent / "socket", 5)


def test_a_pipe_put_in_place_after_the_look_does_not_block(path, monkeypatch):
    path.write_bytes(b"12345")

    def replace():
        path.unlink()
        os.mkfifo(path)

    look(monkeypatch, replace)
    with pytest.raises(NotPlain, match="is not a plain file"):
        read(path, 5)


def test_a_missing_file_is_told(path):
    with pytest.raises(NotRead, match="cannot be read: No such file"):
        read(path, 5)


def test_entries_are_what_lies_below_and_no_link_is_entered(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "handed-in"
    (outside / "below").mkdir(parents=True)
    (outside / "secret.csv").touch()
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "a.csv").touch()
    (folder / "b.csv").touch()
    (folder / "link").symlink_to(outside)
    (folder / "dead").symlink_to("nowhere")
    assert [path.relative_to(folder).as_posix() for path in entries(folder)] == ["b.csv", "dead", "link", "data/a.csv"]
