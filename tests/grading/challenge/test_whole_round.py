"""A whole round: secret jets, the released lesson, what groups hand in through nbgrader, the leaderboard.

Three groups fill in the lesson's two functions with the lesson's own answers and hand in trained networks. Mallory
hands in a copy of another group's scores, Trent files that would run a program if they were unpickled.
"""

import contextlib
import csv
import os
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from classroom import DEADLINE
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from grading.authoring.reference import execute
from grading.authoring.temporary_course import TemporaryCourse
from grading.cells.roles import name_of
from grading.challenge import leaderboard
from grading.challenge.course_entries import jet_mass_scores
from grading.challenge.make_round import make, master_seed, public_half
from grading.challenge.rounds import Places, load
from helpers import datasets, jets
from helpers.challenge import submit
from helpers.repository import ROOT

LESSON = ROOT / "solutions" / "top_tagging"
N_JETS = 800
SEED = "a whole round"


def toy_jets(n_jets: int, seed: int, *_: object) -> tuple[np.ndarray, np.ndarray]:
    """Jets of thirty constituents about one axis (QCD) or about three (tops), and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n_jets) % 2).astype(np.int8)
    prongs = rng.normal(scale=0.25, size=(n_jets, 3, 2)) * labels[:, np.newaxis, np.newaxis]
    of_prong = rng.integers(3, size=(n_jets, 30))
    eta, phi = np.moveaxis(prongs[np.arange(n_jets)[:, np.newaxis], of_prong], -1, 0)
    eta, phi = eta + rng.normal(scale=0.15, size=eta.shape), phi + rng.normal(scale=0.15, size=phi.shape)
    pt = np.sort(rng.exponential(20, size=eta.shape), axis=1)[:, ::-1]
    constituents = np.zeros((n_jets, 200, 4), np.float32)
    momenta = [pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)]
    constituents[:, :30] = np.stack(momenta, axis=2)
    return constituents, labels


class Network:
    """A classifier with the way of predicting that a Keras model has."""

    def __init__(self, classifier, inputs: np.ndarray, labels: np.ndarray) -> None:
        self.classifier = classifier.fit(inputs.reshape(len(inputs), -1), labels)

    def predict(self, inputs: np.ndarray, **_: object) -> np.ndarray:
        return self.classifier.predict_proba(inputs.reshape(len(inputs), -1))[:, 1:].astype(np.float32)


def width(constituents: np.ndarray) -> np.ndarray:
    """The jet's width, (n_jets, 1)."""
    pt, eta, phi = jets.centre(constituents)
    return (np.vecdot(pt, np.hypot(eta, phi)) / pt.sum(axis=1))[:, np.newaxis]


def spread(constituents: np.ndarray) -> np.ndarray:
    """Width and second moments after rotation, (n_jets, 3)."""
    pt, x, y = jets.centre(constituents)
    x, y = jets.rotate(pt, x, y)
    return np.stack([width(constituents)[:, 0], np.vecdot(pt, x * x), np.vecdot(pt, y * y)], axis=1)


def answers() -> SimpleNamespace:
    """The lesson's two functions, as its solution has them."""
    cells = nbformat.read(LESSON / "challenge.ipynb", as_version=4).cells
    names = {"datasets": datasets, "jets": jets, "submit": submit, "np": np}
    for cell in cells:
        if name_of(cell) in ("predict-dnn", "predict-cnn"):
            execute(cell.source, names)
    return SimpleNamespace(dnn=names["predict_for_dnn_challenge"], cnn=names["predict_for_cnn_challenge"])


def hand_in(course: TemporaryCourse, student: str, folder: Path, when: datetime) -> None:
    """Submit a student's folder through nbgrader, as if at that time."""
    clock = f"--Exchange.timestamp_format={when:%Y-%m-%d %H:%M:%S} UTC"
    course.nbgrader("submit", "top_tagging", f"--student={student}", clock, folder=folder)


class Payload:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The round after the leaderboard has been made, hidden and revealed: its places, course and outputs."""
    if not (LESSON / "challenge.ipynb").exists():
        pytest.skip("the lesson has not been built: make solutions LESSON=top_tagging")
    folder = tmp_path_factory.mktemp("course").resolve()
    places = Places(folder / "data" / "challenge", folder / "secret" / "challenge")
    course = TemporaryCourse(folder, "top_tagging", LESSON)
    make(
        SEED,
        N_JETS,
        DEADLINE,
        1,
        places,
        toy_jets,
        lambda constituents: {"jet-mass": jet_mass_scores(constituents)},
        submissions=str(folder / "submitted"),
    )
    course.nbgrader("generate_assignment", "top_tagging")
    course.nbgrader("release_assignment", "top_tagging")

    train, labels = toy_jets(1500, 1)
    lesson, mark = answers(), folder / "payload-has-run"
    deep = Network(LogisticRegression(max_iter=500), spread(train), labels)
    shallow = Network(LogisticRegression(), width(train), labels)
    pictures = Network(DecisionTreeClassifier(max_depth=6, random_state=1), jets.images(train), labels)

    def alice():
        lesson.dnn(deep, spread, "quarks", "spread")
        lesson.dnn(shallow, width, "quarks", "width")

    def bob():
        lesson.cnn(pictures, "gluons", "tree")

    def carol():
        lesson.dnn(Network(DecisionTreeClassifier(max_depth=2), width(train), labels), width, "leptons", "coarse")

    def mallory():
        stolen = np.load(folder / "students" / "alice" / "top_tagging" / "submission_predictions" / "quarks_spread.npy")
        submit(np.log(stolen), "photons", "brilliant")

    def trent():
        scores = np.array([Payload(mark)] * N_JETS, dtype=object)
        Path("submission_predictions").mkdir()
        with open("submission_predictions/bosons_dnn.npy", "wb") as file:
            np.lib.format.write_array(file, scores, allow_pickle=True)
        Path("submission_predictions/bosons_raw.npy").write_bytes(pickle.dumps(Payload(mark)))

    moments = {alice: 48, bob: 24, carol: 1, mallory: 2, trent: 30}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HEPDL_DATA", str(folder / "data"))
        for student in moments:
            work = folder / "students" / student.__name__ / "top_tagging"
            shutil.copytree(folder / "course" / "top_tagging", work)
            with contextlib.chdir(work):
                student()
    with ThreadPoolExecutor(2) as pool:

        def submitted(student, hours):
            hand_in(course, student.__name__, folder / "students" / student.__name__, DEADLINE - timedelta(hours=hours))

        list(pool.map(submitted, moments, moments.values()))
    (handed_in,) = course.folder.glob("exchange/*/inbound/mallory+*")
    handed_in.chmod(0o755)
    (handed_in / "labels.npy").symlink_to(places.secret / "labels.npy")
    course.nbgrader("collect", "top_tagging", "--ExchangeCollect.check_owner=False")

    for output, more in (("public", []), ("revealed", ["--reveal"])):
        assert leaderboard.main(["--output", str(folder / output), *more], places) == 0
    return SimpleNamespace(folder=folder, places=places, mark=mark)


def rows(played, output: str) -> list[dict[str, str]]:
    with (played.folder / output / "leaderboard.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_link_in_the_exchange_is_not_followed(played):
    collected = played.folder / "submitted" / "mallory" / "top_tagging"
    assert (collected / "challenge.ipynb").exists() and not os.path.lexists(collected / "labels.npy")


def test_each_network_gets_its_score(played):
    round_ = load(played.places)
    secret, labels = toy_jets(N_JETS, master_seed(SEED))
    np.testing.assert_array_equal(round_.labels, labels)
    np.testing.assert_array_equal(round_.public, public_half(labels, SEED))
    found = {row["network"]: row for row in rows(played, "public") if row["half"]}
    assert set(found) == {"spread", "width", "tree", "coarse", "jet-mass"}
    public = round_.public
    mass = jet_mass_scores(secret)
    assert float(found["jet-mass"]["auc"]) == pytest.approx(roc_auc_score(labels[public], mass[public]), abs=1e-5)
    # `width` is a monotone function of one number, so its area is that number's.
    area = roc_auc_score(labels[public], width(secret)[public, 0])
    assert float(found["width"]["auc"]) == pytest.approx(area, abs=2e-5)
    assert float(found["spread"]["auc"]) > float(found["coarse"]["auc"]) > 0.6
    assert {name: row["student"] for name, row in found.items()} == {
        "spread": "alice",
        "width": "alice",
        "tree": "bob",
        "coarse": "carol",
        "jet-mass": "",
    }
    assert sorted(row["place"] for row in found.values())[:2] == ["", "1"]


def test_the_copy_and_the_broken_files_do_not_count(played):
    aside = {
        row["file"]: (row["status"], row["student"], row["remark"]) for row in rows(played, "public") if not row["half"]
    }
    assert aside.keys() == {"photons_brilliant.npy", "bosons_dnn.npy", "bosons_raw.npy"}
    status, student, reason = aside["photons_brilliant.npy"]
    assert (status, student) == ("copy", "mallory")
    assert "quarks_spread.npy" in reason
    assert aside["bosons_dnn.npy"][:2] == ("rejected", "trent")
    assert "Python objects" in aside["bosons_dnn.npy"][2]
    assert "Python pickle" in aside["bosons_raw.npy"][2]
    assert not played.mark.exists()


def test_the_private_half_is_shown_when_it_is_revealed(played):
    round_ = load(played.places)
    secret, labels = toy_jets(N_JETS, master_seed(SEED))
    private = ~round_.public
    area = roc_auc_score(labels[private], width(secret)[private, 0])
    revealed = {row["network"]: row for row in rows(played, "revealed") if row["half"] == "private"}
    assert float(revealed["width"]["auc"]) == pytest.approx(area, abs=2e-5)
    text = (played.folder / "public" / "leaderboard.html").read_text()
    assert f"{area:.4f}" in (played.folder / "revealed" / "leaderboard.html").read_text()
    assert f"{area:.4f}" not in text
    assert "Final scores" not in text


def test_students_got_the_lesson_and_no_label(played):
    labels = np.load(played.places.secret / "labels.npy")
    for released in ("course", "exchange/demo/outbound", "students"):
        content = [path.read_bytes() for path in (played.folder / released).rglob("*") if path.is_file()]
        assert content
        assert not any(labels.tobytes() in data for data in content)
        assert not any(b"load_challenge_jets()\\n" in data and b"return submit(" in data for data in content)
