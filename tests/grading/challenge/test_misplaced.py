"""Scores in a wrong place are named, with the place where they belong."""

import io
import os
import zipfile

import numpy as np
import pytest
from classroom import DEADLINE, N_JETS, some_scores

from grading.challenge.misplaced import MAX_FILES, is_like
from grading.challenge.submissions import collect

PLACES = {
    "submission_prediction": "lies in a folder 'submission_prediction'",
    "Submission-Predictions": "lies in a folder",
    "submission predictions (1)": "lies in a folder",
    "submissions_predictions/deeper/submission_predictons": "lies in a folder",
    ".": "lies beside",
    "results": "lies beside",
}


@pytest.mark.parametrize("place", PLACES)
def test_scores_in_a_wrong_place_are_named_and_not_ranked(students, place):
    students.scores("alice", "quarks_dnn", some_scores(1))
    folder = students.place("bob").parent / place
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "gluons_net.npy", some_scores(2))
    entries, (file,) = collect(students.folder, N_JETS, DEADLINE)
    assert [entry.file for entry in entries] == ["quarks_dnn.npy"]
    assert (file.file, file.student, file.status) == ("gluons_net.npy", "bob", "misplaced")
    assert PLACES[place] in file.reason
    assert file.reason.endswith("put it into submission_predictions")


def test_an_archive_of_scores_is_named(students):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("submission_predictions/gluons_net.npy", b"x")
    (students.place("bob").parent / "all.zip").write_bytes(stream.getvalue())
    (students.place("bob").parent / "bad.zip").write_bytes(b"PK\x03\x04")
    _, (file,) = collect(students.folder, N_JETS, DEADLINE)
    assert (file.file, file.student) == ("all.zip", "bob")


def test_what_is_no_scores_links_and_hidden_files_are_nothing(students, tmp_path):
    np.save(tmp_path / "elsewhere.npy", some_scores(3))
    place = students.place("bob").parent
    np.save(place / "inputs.npy", np.zeros((N_JETS, 3)))
    (place / "linked.npy").symlink_to(tmp_path / "elsewhere.npy")
    os.link(tmp_path / "elsewhere.npy", place / "second.npy")
    (place / ".cache").mkdir()
    np.save(place / ".cache" / "gluons_net.npy", some_scores(2))
    assert collect(students.folder, N_JETS, DEADLINE) == ([], [])


def test_a_student_with_many_files_costs_a_look_at_some(students):
    place = students.place("bob").parent / "results"
    place.mkdir()
    for number in range(300):
        np.save(place / f"g_{number}.npy", some_scores(number))
    np.save(students.place("carol").parent / "gluons_net.npy", some_scores(2))
    _, files = collect(students.folder, N_JETS, DEADLINE)
    assert len(files) == MAX_FILES
    assert files[-1].student == "carol"


@pytest.mark.parametrize("name", ["submission_predictions", "predictions", "data", "submitted", "images"])
def test_other_names_are_not_taken_for_it(name):
    assert not is_like(name)
