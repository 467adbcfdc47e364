"""No way of releasing lets a secret of the challenge out."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from grading.authoring import release
from grading.authoring.hygiene import is_secret
from grading.authoring.hygiene import main as hygiene
from grading.authoring.release import ReleaseError
from grading.authoring.secrets import RELEASED, SecretReleased, refuse_secrets
from grading.authoring.temporary_course import CommandFailed, TemporaryCourse
from grading.challenge.make_round import make
from grading.challenge.rounds import Places
from helpers.repository import ROOT
from tests.grading.challenge.classroom import DEADLINE, fake_course, fake_jets


@pytest.fixture
def root(tmp_path) -> Path:
    """A course with a round of the challenge, and a file for students in each folder that is released."""
    root = tmp_path / "root"
    places = Places(root / "data" / "challenge", root / "secret" / "challenge")
    make("three blind mice", 300, DEADLINE, 1, places, fake_jets, fake_course)
    for folder in ("solutions", "course"):
        (root / folder / "toys").mkdir(parents=True)
        (root / folder / "toys" / "table.txt").write_text("for the students")
    return root


def labels(root: Path, name: str = "labels.npy") -> np.ndarray:
    return np.load(root / "secret" / "challenge" / name)


def test_an_honest_course_passes(root):
    refuse_secrets(root)
    (root / "course" / "toys" / "link").symlink_to("table.txt")
    (root / "course" / "toys" / "dead").symlink_to("nowhere")
    os.mkfifo(root / "course" / "toys" / "pipe")
    refuse_secrets(root)
    shutil.rmtree(root / "course")
    refuse_secrets(root)


@pytest.mark.parametrize("folder", ["solutions/toys", "course/toys", *RELEASED[2:]])
def test_a_copy_of_the_labels_is_refused_under_any_name(root, folder):
    content = (root / "secret" / "challenge" / "labels.npy").read_bytes()
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / ".image.png").write_bytes(content)
    with pytest.raises(SecretReleased, match=rf"{folder}/\.image\.png holds what is in secret/challenge/labels\.npy"):
        refuse_secrets(root)


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", "f2", "f4", "f8"])
def test_labels_as_other_numbers_are_refused(root, kind):
    np.savez(root / "course" / "toys" / "arrays.npz", x=np.ones(3), y=labels(root).astype(kind))
    with pytest.raises(SecretReleased, match=r"arrays\.npz holds what is in"):
        refuse_secrets(root)


def test_the_public_half_and_earlier_rounds_are_secret_too(root):
    public = labels(root, "public.npy")
    (root / "secret" / "challenge").rename(root / "secret" / "challenge-earlier")
    np.save(root / "course" / "toys" / "mask.npy", public)
    with pytest.raises(SecretReleased, match=r"mask\.npy holds what is in secret/challenge-earlier/public\.npy"):
        refuse_secrets(root)


@pytest.mark.parametrize("target", ["secret", "secret/challenge", "secret/challenge/labels.npy", "secret/not/there"])
def test_links_into_the_secret_folder_are_refused(root, target):
    link = root / "solutions" / "toys" / "link"
    link.symlink_to(root / target)
    with pytest.raises(SecretReleased, match="solutions/toys/link is a link into secret/"):
        refuse_secrets(root)


def test_a_released_folder_that_is_a_link_is_refused(root):
    (root / "course" / "toys" / "table.txt").unlink()
    (root / "course" / "toys").rmdir()
    (root / "course").rmdir()
    (root / "course").symlink_to("secret")
    with pytest.raises(SecretReleased, match="course is a link into secret/"):
        refuse_secrets(root)


def test_jets_with_labels_are_refused(root):
    jets = root / "data" / "challenge" / "jets.h5"
    with h5py.File(jets, "a") as file:
        file["is_signal_new"] = 1 - labels(root)
    with pytest.raises(SecretReleased, match=r"jets\.h5 holds is_signal_new beside the constituents"):
        refuse_secrets(root)


def test_jets_with_attributes_or_more_columns_are_refused(root):
    jets = root / "data" / "challenge" / "jets.h5"
    with h5py.File(jets, "a") as file:
        file["constituents"].attrs["seed"] = 1
    with pytest.raises(SecretReleased, match="holds seed beside"):
        refuse_secrets(root)
    with h5py.File(jets, "w") as file:
        file["constituents"] = np.zeros((300, 200, 5))
    with pytest.raises(SecretReleased, match=r"shape \(300, 200, 5\)"):
        refuse_secrets(root)
    jets.write_bytes(b"")
    with pytest.raises(SecretReleased, match=r"cannot be read as a file of jets"):
        refuse_secrets(root)


def test_make_course_refuses(root, tmp_path):
    (root / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())
    (root / "solutions" / "toys" / "answers.npy").write_bytes(labels(root).tobytes())
    with pytest.raises(ReleaseError, match=r"nothing is released: solutions/toys/answers\.npy holds what is in secret"):
        release.generate(tmp_path / "made", root)
    assert not (tmp_path / "made").exists()


def test_nbgraders_own_commands_refuse(tmp_path, toy_solutions):
    folder = tmp_path / "course"
    folder.mkdir()
    course = TemporaryCourse(folder, "toys", toy_solutions)
    make(
        "three blind mice",
        300,
        DEADLINE,
        1,
        Places(folder / "data/challenge", folder / "secret/challenge"),
        fake_jets,
        fake_course,
    )
    leak = folder / "solutions" / "toys" / "answers.npy"
    leak.write_bytes(labels(folder).tobytes())
    with pytest.raises(CommandFailed, match=r"answers\.npy holds what is in secret/challenge/labels\.npy: remove it"):
        course.nbgrader("generate_assignment", "toys")
    assert not (folder / "course" / "toys" / "toys.ipynb").exists()

    leak.unlink()
    course.nbgrader("generate_assignment", "toys")
    (folder / "course" / "toys" / "link").symlink_to(folder / "secret")
    with pytest.raises(CommandFailed, match="nothing is released: course/toys/link is a link into secret/"):
        course.nbgrader("release_assignment", "toys")
    assert not list((folder / "exchange").rglob("*.ipynb"))

    (folder / "course" / "toys" / "link").unlink()
    course.nbgrader("release_assignment", "toys")
    assert len(list((folder / "exchange").rglob("*.ipynb"))) == 1


def test_nothing_secret_is_committed(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    listed = subprocess.run(["git", "ls-files", "secret", "leaderboard"], capture_output=True, text=True)
    if listed.returncode == 0:
        assert listed.stdout == ""
        ignored = ["secret/challenge/labels.npy", "secret/x", "leaderboard/leaderboard.html"]
        check = subprocess.run(["git", "check-ignore", *ignored], capture_output=True, text=True)
        assert check.stdout.split() == ignored
    assert hygiene(["secret/challenge/labels.npy"]) == 1
    assert "is secret and must not be committed: git restore --staged secret/" in capsys.readouterr().err
    assert is_secret(Path("solutions/../secret/x"))
    assert not is_secret(Path("solutions/secret/x.ipynb"))


def test_the_hook_sees_secret_files():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    (hook,) = (hook for hook in repository["hooks"] if hook["id"] == "notebook-hygiene")
    assert all(re.search(hook["files"], name) for name in ("secret/challenge/labels.npy", "solutions/a/b.ipynb"))
    assert not re.search(hook["files"], "grading/challenge/example_round/labels.npy")
