import hashlib
import json
import os

import h5py
import numpy as np
import pandas as pd
import pytest

from helpers import challenge, datasets
from helpers.challenge import ChallengeError, submit

N_JETS = 30
SCORES = np.linspace(0, 1, N_JETS)


@pytest.fixture(autouse=True)
def secret_jets(tmp_path, monkeypatch):
    """A data folder with thirty secret jets, and a working folder to hand in from."""
    folder = tmp_path / "data" / "challenge"
    folder.mkdir(parents=True)
    with h5py.File(folder / "jets.h5", "w") as file:
        file["constituents"] = np.zeros((N_JETS, 200, 4), np.float32)
    content = (folder / "jets.h5").read_bytes()
    described = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "n_jets": N_JETS}
    (folder / "manifest.json").write_text(json.dumps({"files": {"jets.h5": described}, "columns": {}}))
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HEPDL_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path / "home")


def files(folder="submission_predictions"):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


@pytest.mark.parametrize(
    "given",
    [
        SCORES,
        SCORES[:, np.newaxis],
        SCORES.astype(np.float16),
        SCORES.tolist(),
        pd.Series(SCORES),
        np.arange(N_JETS),
        SCORES - 40.0,
        SCORES[::-1][::-1],
    ],
    ids=["array", "column", "float16", "list", "pandas", "whole numbers", "negative", "strided"],
)
def test_scores_come_back_as_they_were_given(given):
    path = submit(given, "quarks-4", "Deep-Sets")
    assert path.as_posix() == "submission_predictions/quarks-4_Deep-Sets.npy"
    stored = np.load(path, allow_pickle=False)
    assert (stored.dtype, stored.shape) == (np.float32, (N_JETS,))
    np.testing.assert_allclose(stored, np.asarray(given, float).ravel(), rtol=1e-6)
    assert files() == ["quarks-4_Deep-Sets.npy"]


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (SCORES[:-1], "there are 29 scores for 30 secret jets"),
        (np.append(SCORES, 0.5), "there are 31 scores for 30 secret jets"),
        (SCORES[1:, np.newaxis], "there are 29 scores for 30 secret jets"),
        (np.stack([1 - SCORES, SCORES], axis=1), "two columns.*end the network in one sigmoid unit"),
        (SCORES[np.newaxis], r"the shape \(1, 30\), but \(30,\) is needed"),
        (np.zeros((N_JETS, 200)), r"the shape \(30, 200\)"),
        (0.5, r"the shape \(\), but"),
        (np.where(SCORES > 0.9, np.nan, SCORES), "holds 3 values that are not finite"),
        (np.where(SCORES > 0.99, np.inf, SCORES), "holds 1 values that are not finite"),
        (np.full(N_JETS, 0.5), r"all scores are the same \(0.5\)"),
        (1 + 1e-12 * SCORES, r"all scores are the same \(1\)"),
        (SCORES * 1e39, r"size 1e\+39 does not fit into float32"),
        (["top"] * N_JETS, "should hold numbers"),
        (SCORES + 1j, "should hold numbers"),
        ([[1, 2], [3]], "cannot be made an array"),
        (None, "nothing has been computed"),
        (submit, "is a function, not its result"),
        ((score for score in SCORES), "make a list of it"),
        ({"scores": SCORES}, "is a dictionary"),
    ],
)
def test_scores_that_cannot_count_are_refused(scores, sentence):
    with pytest.raises(ChallengeError, match=sentence) as refused:
        submit(scores, "quarks", "dnn")
    assert "\n" not in str(refused.value)
    assert files() == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 33,
        "../x",
        "a/b",
        "a\\b",
        "a_b",
        "a.b",
        "a b",
        "a\n",
        "Größe",
        "٣",
        "<b>",
        "~",
        ".",
        "CON",
        "nul",
        "lpt1",
    ],
)
@pytest.mark.parametrize("kind", ["group", "network"])
def test_what_cannot_be_part_of_a_file_name_is_refused(name, kind):
    names = {"group": "quarks", "network": "dnn"} | {kind: name}
    with pytest.raises(ChallengeError, match=f"the {kind}"):
        submit(SCORES, **names)
    assert files() == []


def test_the_courses_own_name_is_taken():
    with pytest.raises(ChallengeError, match="'Course' stands for the course's own networks"):
        submit(SCORES, "Course", "dnn")
    submit(SCORES, "quarks", "course")


@pytest.mark.parametrize("name", [7, None, b"quarks"])
def test_a_name_is_a_string(name):
    with pytest.raises(ChallengeError, match="the name of the group should be a string"):
        submit(SCORES, name, "dnn")


def test_the_sixth_network_of_a_group_is_refused():
    for number in range(5):
        submit(SCORES, "quarks", f"net{number}")
    with pytest.raises(ChallengeError, match=r"'quarks' has 5 other networks .*quarks_net0\.npy.* may hand in 5"):
        submit(SCORES, "quarks", "net5")
    with pytest.raises(ChallengeError, match="has 5 other networks"):
        submit(SCORES, "Quarks", "net5")
    assert len(files()) == 5
    submit(SCORES, "leptons", "net5")
    submit(1 - SCORES, "quarks", "net4")
    assert np.load("submission_predictions/quarks_net4.npy")[0] == 1
    os.remove("submission_predictions/quarks_net0.npy")
    submit(SCORES, "quarks", "net5")


def test_files_of_others_do_not_count():
    os.mkdir("submission_predictions")
    for name in [*(f"quark_{n}.npy" for n in range(9)), *(f"quarks_a_{n}.npy" for n in range(9)), "quarks_x.txt"]:
        open(f"submission_predictions/{name}", "w").close()
    submit(SCORES, "quarks", "dnn")


def test_names_that_differ_in_case_only_are_refused():
    submit(SCORES, "quarks", "dnn")
    with pytest.raises(ChallengeError, match=r"quarks_dnn\.npy differs from quarks_DNN\.npy only in upper and lower"):
        submit(SCORES, "quarks", "DNN")


def test_a_link_is_replaced_and_not_followed(tmp_path):
    precious = tmp_path / "precious.txt"
    precious.write_text("an hour of work")
    os.mkdir("submission_predictions")
    for name in ("quarks_dnn.npy", f".quarks_dnn.npy.{os.getpid()}.part"):
        os.symlink(precious, f"submission_predictions/{name}")
    path = submit(SCORES, "quarks", "dnn")
    assert precious.read_text() == "an hour of work"
    assert not path.is_symlink()
    assert files() == ["quarks_dnn.npy"]


def test_a_linked_folder_is_refused(tmp_path):
    os.symlink(tmp_path / "data", "submission_predictions")
    with pytest.raises(ChallengeError, match="submission_predictions is a link"):
        submit(SCORES, "quarks", "dnn")


def test_what_cannot_be_written_is_told():
    open("submission_predictions", "w").close()
    with pytest.raises(ChallengeError, match="submission_predictions cannot be written: File exists"):
        submit(SCORES, "quarks", "dnn")
    os.makedirs("other/quarks_dnn.npy/x")
    with pytest.raises(ChallengeError, match="other cannot be written: Is a directory"):
        submit(SCORES, "quarks", "dnn", folder="other")
    assert files("other") == ["quarks_dnn.npy"]


def test_an_interrupted_write_leaves_the_earlier_file(monkeypatch):
    path = submit(SCORES, "quarks", "dnn")
    before = path.read_bytes()

    def interrupted(file, *_, **__):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np.lib.format, "write_array", interrupted)
    with pytest.raises(KeyboardInterrupt):
        submit(1 - SCORES, "quarks", "dnn")
    assert path.read_bytes() == before
    assert files() == ["quarks_dnn.npy"]


def test_without_secret_jets_the_data_set_says_so(tmp_path):
    os.remove(tmp_path / "data/challenge/jets.h5")
    with pytest.raises(datasets.DataError, match=r"jets\.h5 is missing"):
        submit(SCORES, "quarks", "dnn")


def test_an_error_shows_as_its_sentence():
    assert ChallengeError("too many")._render_traceback_() == ["Not handed in: too many"]
    assert challenge.MAX_NETWORKS == 5
