"""The leaderboard says what scikit-learn says, gives places as stated, and keeps the private half to itself."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from classroom import DEADLINE
from sklearn.metrics import roc_auc_score, roc_curve

from grading.challenge import leaderboard, page
from grading.challenge.board import evaluate
from grading.challenge.page import rejection
from grading.challenge.rounds import Places, Round
from grading.challenge.statistics import Estimate
from grading.challenge.submissions import Entry
from helpers.files import sha256

N = 1200
OUTPUTS = ("leaderboard.html", "leaderboard.csv", "leaderboard_roc.png")


@pytest.fixture
def round_(students) -> Round:
    rng = np.random.default_rng(1)
    labels = rng.permutation(np.arange(N) % 2).astype(np.int8)
    course = {"dnn": rng.normal(size=N) + 2.2 * labels, "jet-mass": rng.normal(size=N) + labels}
    return Round(labels, rng.permutation(np.arange(N) % 2 == 1), DEADLINE, students.folder, course, False)


@pytest.fixture
def scores(students, round_) -> dict[str, np.ndarray]:
    """Three groups, of which two have networks that cannot be told apart, and one broken file."""
    rng = np.random.default_rng(2)
    noise = rng.normal(size=N)
    made = {
        "quarks_dnn": noise + 2.8 * round_.labels,
        "quarks_cnn": noise + 0.05 * rng.normal(size=N) + 2.8 * round_.labels,
        "gluons_dnn": rng.normal(size=N) + 1.5 * round_.labels,
        "leptons_upside-down": rng.normal(size=N) - round_.labels,
    }
    for student, name in zip(("alice", "alice", "bob", "carol"), made, strict=True):
        students.scores(student, name, made[name])
    students.bytes("mallory", "quarks_best.npy", b"\x80\x04N.")
    return made


def stored(tmp_path, round_) -> Places:
    """The round on disk."""
    places = Places(tmp_path / "data", tmp_path / "secret")
    places.data.mkdir(exist_ok=True)
    (places.secret / "course").mkdir(parents=True, exist_ok=True)
    (places.data / "jets.h5").write_bytes(b"jets")
    np.save(places.secret / "labels.npy", round_.labels)
    np.save(places.secret / "public.npy", round_.public)
    for name, scores in round_.course.items():
        np.save(places.secret / "course" / f"{name}.npy", scores)
    notes = {
        "n_jets": len(round_.labels),
        "jets_sha256": sha256(places.data / "jets.h5"),
        "deadline": round_.deadline.isoformat(),
        "submissions": str(round_.submissions),
        "example": round_.is_example,
    }
    (places.secret / "round.json").write_text(json.dumps(notes))
    return places


def run(tmp_path, round_, *arguments, output="out") -> dict[str, bytes]:
    """Run the command and return the files that it writes."""
    assert leaderboard.main(["--output", str(tmp_path / output), *arguments], stored(tmp_path, round_)) == 0
    assert sorted(path.name for path in (tmp_path / output).iterdir()) == sorted(OUTPUTS)
    return {name: (tmp_path / output / name).read_bytes() for name in OUTPUTS}


def rows(files) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["leaderboard.csv"].decode())))


def at(labels, scores, efficiency) -> float:
    background, signal, _ = roc_curve(labels, scores, drop_intermediate=False)
    with np.errstate(divide="ignore"):
        return 1 / np.interp(efficiency, signal, background)


@pytest.mark.parametrize(("half", "arguments"), [("public", []), ("private", ["--reveal"]), ("public", ["--reveal"])])
def test_scores_are_those_of_scikit_learn_on_that_half(tmp_path, round_, scores, half, arguments):
    found = {
        f"{row['group']}_{row['network']}": row
        for row in rows(run(tmp_path, round_, *arguments))
        if row["half"] == half
    }
    jets = round_.public if half == "public" else ~round_.public
    everyone = scores | {f"course_{name}": values for name, values in round_.course.items()}
    assert found.keys() == everyone.keys()
    for name, values in everyone.items():
        labels, seen = round_.labels[jets], values[jets]
        row = {key: float(value) for key, value in found[name].items() if key.startswith(("auc", "rejection"))}
        assert row["auc"] == pytest.approx(roc_auc_score(labels, seen), abs=1e-5)
        assert row["rejection_at_0.5"] == pytest.approx(at(labels, seen, 0.5), rel=1e-4)
        assert row["rejection_at_0.3"] == pytest.approx(at(labels, seen, 0.3), rel=1e-4)
        for value in ("auc", "rejection_at_0.5", "rejection_at_0.3"):
            assert row[f"{value}_low"] <= row[value] <= row[f"{value}_high"]


def test_places_follow_the_area_and_the_course_takes_none(tmp_path, round_, scores, capsys):
    found = rows(run(tmp_path, round_))
    ranked = [(row["status"], row["place"], f"{row['group']}_{row['network']}") for row in found if row["half"]]
    assert {name: place for _, place, name in ranked} == {
        "quarks_dnn": "1",
        "quarks_cnn": "1",
        "course_dnn": "",
        "gluons_dnn": "3",
        "course_jet-mass": "",
        "leptons_upside-down": "4",
    }
    areas = [float(row["auc"]) for row in found if row["half"]]
    assert all(above >= below for above, below in pairwise(areas))
    assert [status for status, place, _ in ranked if not place] == ["course", "course"]
    printed = capsys.readouterr().out
    assert re.search(r"^1 +quarks +[cd]nn +0\.\d{4} +0\.\d{4} – 0\.\d{4}", printed, re.MULTILINE)
    assert "rejected    mallory: quarks_best.npy is a Python pickle" in printed


def test_nothing_of_the_private_half_reaches_the_outputs(tmp_path, round_, scores, students, capsys):
    """The outputs stay the same to the last byte, whatever the labels and the scores of the private jets are."""
    before = run(tmp_path, round_)
    said = capsys.readouterr().out
    private = ~round_.public
    labels = round_.labels.copy()
    labels[private] = 1 - labels[private]
    rng = np.random.default_rng(3)
    for values in (*scores.values(), *round_.course.values()):
        values[private] = rng.normal(size=private.sum())
    for student, name in zip(("alice", "alice", "bob", "carol"), scores, strict=True):
        students.scores(student, name, scores[name])
    other = Round(labels, round_.public, DEADLINE, students.folder, round_.course, False)
    assert run(tmp_path, other) == before
    assert capsys.readouterr().out == said
    assert run(tmp_path, other, "--reveal") != before


def test_private_scores_are_written_after_reveal_only(tmp_path, round_, scores, capsys):
    private = ~round_.public
    secret = {f"{roc_auc_score(round_.labels[private], values[private]):.4f}" for values in scores.values()}
    hidden = run(tmp_path, round_)
    text = hidden["leaderboard.html"].decode() + hidden["leaderboard.csv"].decode() + capsys.readouterr().out
    assert not [digits for digits in secret if digits in text]
    shown = run(tmp_path, round_, "--reveal")
    out = capsys.readouterr().out
    assert all(digits in shown["leaderboard.html"].decode() and digits in out for digits in secret)
    page_text = shown["leaderboard.html"].decode()
    assert page_text.index("Final scores") < page_text.index("Public scores")


class _Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(text.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_the_page_stands_alone_and_names_no_student(tmp_path, round_, scores):
    content = run(tmp_path, round_)["leaderboard.html"]
    seen = _Page(content)
    tags = [tag for tag, _ in seen.tags]
    assert content.startswith(b"<!doctype html>")
    assert dict(seen.tags)["html"] == {"lang": "en"}
    assert "Top tagging challenge: leaderboard" in seen.text
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & set(tags)
    addresses = [value for _, given in seen.tags for key, value in given.items() if key in ("src", "href", "srcset")]
    assert addresses and all(address.startswith("data:image/png;base64,") for address in addresses)
    assert not re.search(rb"https?:|url\(|@import|<!--", content)
    (image,) = (given for tag, given in seen.tags if tag == "img")
    assert re.search(
        r"ROC curves of 6 networks on the public half.*highest curve is that of quarks: [cd]nn", image["alt"]
    )
    assert not any(student in seen.text for student in ("alice", "bob", "carol", "mallory"))
    assert tags.count("tr") == 1 + 6


def test_hostile_names_are_text(tmp_path, round_, scores, students):
    students.bytes("<b>eve</b>", "<img src=x onerror=alert(1)>_dnn.npy", b"x")
    students.bytes("eve", "=HYPERLINK(1)_dnn.npy", b"x")
    students.bytes("eve", '"; drop_dnn.npy', b"x")
    files = run(tmp_path, round_)
    seen = _Page(files["leaderboard.html"])
    assert len([tag for tag, _ in seen.tags if tag == "img"]) == 1
    assert "<img src=x onerror=alert(1)>_dnn.npy" in seen.text
    names = [row["file"] for row in rows(files) if row["status"] == "rejected"]
    assert "'=HYPERLINK(1)_dnn.npy" in names
    assert '"; drop_dnn.npy' in names
    assert not any(cell.startswith(("=", "+", "@")) for row in rows(files) for cell in row.values())


def test_a_network_that_is_upside_down_is_told_so(tmp_path, round_, scores):
    remarks = {row["network"]: row["remark"] for row in rows(run(tmp_path, round_))}
    assert "do large scores mean tops?" in remarks["upside-down"]
    assert remarks["dnn"] == ""


def test_without_any_entry_the_page_says_so(tmp_path, students, round_):
    students.bytes("mallory", "quarks_best.npy", b"")
    empty = Round(round_.labels, round_.public, DEADLINE, students.folder, {}, True)
    files = run(tmp_path, empty)
    text = files["leaderboard.html"].decode()
    assert "No network has been scored yet." in text
    assert "The bundled example round." in text
    assert [row["status"] for row in rows(files)] == ["rejected"]


def test_a_missing_folder_or_round_is_answered(tmp_path, capsys, round_):
    assert leaderboard.main(["--submissions", str(tmp_path / "nowhere")], stored(tmp_path, round_)) == 1
    assert "nowhere: `nbgrader collect` makes it, or name yours with SUBMISSIONS=folder" in capsys.readouterr().err

    missing = tmp_path / "missing"
    assert leaderboard.main([], Places(missing, missing)) == 1
    assert capsys.readouterr().err.startswith(f"hepdl leaderboard: {missing} holds no round: `hepdl challenge` sets up")


def test_an_interruption_leaves_the_earlier_leaderboard(monkeypatch, tmp_path, round_, scores, students):
    before = run(tmp_path, round_)
    students.scores("dan", "photons_new", np.random.default_rng(4).random(N))

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(leaderboard, "table", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, round_)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in OUTPUTS} == before
    assert run(tmp_path, round_) != before


def test_the_same_submissions_give_the_same_bytes(tmp_path, round_, scores):
    assert run(tmp_path, round_) == run(tmp_path, round_, output="again")


def test_what_the_instructor_should_look_into_is_said(tmp_path, round_, students, capsys):
    rng = np.random.default_rng(5)
    students.scores("alice", "quarks_dnn", rng.random(N), when="2026-07-01 08:00:00 UTC")
    students.scores("mallory", "quarks_dnn", rng.random(N))
    students.scores("mallory", "photons_oracle", round_.labels + 0.1 * rng.random(N))
    run(tmp_path, round_)
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Look into this")]
    assert len(said) == 3
    assert "photons_oracle.npy is better than any published network (AUC 0.987)" in said[0]
    assert "mallory handed in for 2 groups: photons, quarks" in said[1]
    assert "quarks_dnn.npy of alice was replaced by mallory's" in said[2]


def test_a_rejection_without_background_is_shown_as_a_limit(tmp_path, round_, students, capsys):
    students.scores("mallory", "photons_oracle", round_.labels + 0.1 * np.random.default_rng(6).random(N))
    files = run(tmp_path, round_)
    limit = rejection(1 / (1 - 0.05 ** (1 / np.count_nonzero(round_.labels[round_.public] == 0))))
    assert f"&gt; {limit}</span>" in files["leaderboard.html"].decode()
    assert "no QCD jet passes" in files["leaderboard.html"].decode()
    assert f"> {limit}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1.00"),
        (1.0449, "1.04"),
        (9.996, "10.0"),
        (45.63, "45.6"),
        (99.96, "100"),
        (300.4, "300"),
        (12345, "12 300"),
        (float("inf"), "∞"),
    ],
)
def test_rejections_have_three_digits(value, text):
    assert rejection(value).replace("\N{NARROW NO-BREAK SPACE}", " ") == text


def test_intervals_are_text():
    assert page.interval(Estimate(0.5, 0.25, 0.75), "area") == "0.2500 – 0.7500"
    assert page.interval(Estimate(20, 11.1, float("inf")), "rejection") == "11.1 – ∞"


def test_a_score_of_another_half_is_never_looked_at():
    labels = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    jets = np.arange(8) < 4
    scores = np.array([0.0, 1.0, 2.0, 3.0, np.nan, np.nan, np.nan, np.nan])
    board = evaluate("public", labels, jets, [Entry("quarks", "dnn", scores)])
    assert board.rows[0].area.value == 0.75
