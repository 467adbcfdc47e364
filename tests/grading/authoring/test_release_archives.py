"""The archives of a release: the same from the same commit, and nothing for students that is not for them."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from grading.authoring import release_archives
from grading.authoring.release_archives import CannotArchive, archive
from helpers.repository import ROOT

SECRETS = ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS", "**Marking scheme.**")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clone") / "course"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), folder], check=True)
    return folder


@pytest.fixture(scope="module")
def written(clone, tmp_path_factory):
    return archive(clone, tmp_path_factory.mktemp("release"))


def names(path):
    with zipfile.ZipFile(path) as opened:
        return {name.partition("/")[2] for name in opened.namelist() if not name.endswith("/")}


def test_the_instructors_archive_holds_all_that_is_tracked(clone, written):
    tracked = subprocess.run(["git", "-C", clone, "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    assert names(written[1]) == set(tracked.rstrip("\0").split("\0"))


def test_the_students_archive_holds_lessons_data_and_what_runs_them(clone, written):
    held = names(written[0])
    folders = ("course", "data", "helpers", "lab")
    wanted = {str(path.relative_to(clone)) for part in folders for path in (clone / part).rglob("*") if path.is_file()}
    assert wanted - held == {name for name in wanted if name.startswith("data/generation/")}
    assert {name.partition("/")[0] for name in held} == {*release_archives.FOR_STUDENTS}


def test_no_answer_is_in_the_students_archive(written):
    with zipfile.ZipFile(written[0]) as opened:
        texts = {name: opened.read(name).decode(errors="replace") for name in opened.namelist()}
    found = [(name, secret) for name, text in texts.items() for secret in SECRETS if secret in text]
    assert len(texts) > 100
    assert not found


def test_a_student_can_import_the_helpers_and_see_the_commands(written, tmp_path):
    with zipfile.ZipFile(written[0]) as opened:
        opened.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    code = "from helpers import checks, datasets; print(len(datasets.load_arrays('hww/arrays.npz')))"
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert int(done.stdout) > 1, done.stderr
    listed = subprocess.run(["make", "help"], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert "make lab" in listed


def test_the_same_commit_gives_the_same_bytes_and_right_checksums(clone, written, tmp_path):
    again = archive(clone, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]
    for line in written[2].read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((written[0].parent / name).read_bytes()).hexdigest() == digest


def test_what_no_commit_has_is_named_and_nothing_is_written(clone, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(clone, changed)
    (changed / "course" / "mine.txt").write_text("mine")
    with pytest.raises(CannotArchive, match=r"course/mine\.txt: an archive is made of a commit"):
        archive(changed, tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_no_clone_is_told(tmp_path):
    with pytest.raises(CannotArchive, match="git status failed"):
        archive(tmp_path, tmp_path / "release")
