"""A round is made from the instructor's own seed, gives nothing away, and replaces another only when it is whole."""

import json
import os
import shutil
import stat
import subprocess
from datetime import UTC, datetime

import h5py
import numpy as np
import pytest
from classroom import DEADLINE, fake_course, fake_jets

from grading.challenge import make_round
from grading.challenge.make_round import make, master_seed, public_half, set_up_example
from grading.challenge.rounds import Places, RoundError, deadline, load
from helpers import datasets
from helpers.files import sha256
from helpers.repository import ROOT

SEED = "three blind mice"
N = 300


@pytest.fixture
def places(tmp_path) -> Places:
    return Places(tmp_path / "data" / "challenge", tmp_path / "secret" / "challenge")


def made(places, seed=SEED, n_jets=N, generate=fake_jets, course=fake_course) -> None:
    make(seed, n_jets, DEADLINE, 1, places, generate, course)


def files(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_round_comes_back_as_it_was_made(places):
    made(places)
    constituents, labels = fake_jets(N, master_seed(SEED), 1, places.secret.parent / "again")
    round_ = load(places)
    np.testing.assert_array_equal(round_.labels, labels)
    np.testing.assert_array_equal(round_.public, public_half(labels, SEED))
    np.testing.assert_array_equal(round_.course["dnn"], constituents[:, 0, 0])
    assert round_.deadline == DEADLINE
    assert round_.course.keys() == {"dnn", "jet-mass"}
    assert not round_.is_example
    assert sorted(files(places.data)) == ["jets.h5", "manifest.json"]
    assert not list(places.secret.parent.glob(".*")), "the work folder, which holds labels, stays no longer than needed"


def test_students_get_the_jets_through_the_manifest(places, monkeypatch):
    made(places)
    monkeypatch.setenv("HEPDL_DATA", str(places.data.parent))
    constituents, _ = fake_jets(N, master_seed(SEED), 1, places.secret.parent / "again")
    np.testing.assert_array_equal(datasets.load_challenge_jets(), constituents)
    assert datasets.count_jets("challenge/jets.h5") == N
    assert datasets.columns("challenge")["constituents"].unit == "GeV"


def test_what_students_get_gives_nothing_away(places):
    made(places)
    with h5py.File(places.data / "jets.h5") as file:
        assert list(file) == ["constituents"]
        assert (dict(file.attrs), dict(file["constituents"].attrs)) == ({}, {})
        assert h5py.h5g.get_objinfo(file.id, b"constituents").mtime == 0
    labels = load(places).labels
    released = b"".join(files(places.data).values())
    for form in (labels.tobytes(), labels.astype(float).tobytes(), np.packbits(labels).tobytes(), SEED.encode()):
        assert form not in released
    assert str(master_seed(SEED)).encode() not in released
    manifest = json.loads((places.data / "manifest.json").read_text())
    assert manifest.keys() == {"licence", "files", "columns"}
    assert manifest["files"]["jets.h5"].keys() == {"sha256", "bytes", "n_jets"}


def test_the_secret_folder_is_closed_to_others(places):
    made(places)
    for folder in (places.secret.parent, places.secret):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_seed_gives_the_same_files_and_another_gives_others(places, tmp_path):
    made(places)
    again, other = (Places(tmp_path / name / "data", tmp_path / name / "secret" / "c") for name in ("again", "other"))
    made(again)
    made(other, seed="three blind mice.")
    assert files(again.data) == files(places.data)
    assert files(again.secret) == files(places.secret)
    assert sha256(other.data / "jets.h5") != sha256(places.data / "jets.h5")
    assert not np.array_equal(load(other).public, load(places).public)


def test_the_seed_has_256_bits_and_is_not_the_one_of_the_public_half():
    seeds = [master_seed(f"{SEED} {number}") for number in range(64)]
    assert len(set(seeds)) == 64
    assert 2**255 < max(seeds) < 2**256


@pytest.mark.parametrize("seed", ["", "1", "1234567", "       a", "\t\n" * 8])
def test_a_seed_that_can_be_guessed_is_refused(places, seed):
    with pytest.raises(RoundError, match="SEED needs 8 characters or more: who guesses it can make the same jets"):
        made(places, seed=seed)
    assert not places.secret.exists()


def test_too_few_jets_are_refused(places):
    with pytest.raises(RoundError, match="JETS=199 is too few"):
        made(places, n_jets=199)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-07-01", "2026-07-01T18:00", "2026-07-01 18:00", "18:00+02:00"])
def test_a_deadline_needs_a_time_zone(text):
    with pytest.raises(RoundError, match=r"is not a date and time with a time zone, such as 2026-07-01T18:00\+02:00"):
        deadline(text)


@pytest.mark.parametrize("text", ["2026-07-01T18:00+02:00", "2026-07-01 16:00Z", "2026-07-01T16:00:00+00:00"])
def test_a_deadline_is_understood(text):
    assert deadline(text) == datetime(2026, 7, 1, 16, tzinfo=UTC)


def test_the_public_half_is_half_of_each_class_and_unpredictable():
    labels = np.random.default_rng(1).permutation(np.repeat([0, 1], [501, 400]))
    public = public_half(labels, SEED)
    assert (public[labels == 0].sum(), public[labels == 1].sum()) == (250, 200)
    share = np.mean([public_half(labels, f"{SEED} {number}") for number in range(400)], axis=0)
    # Each jet is public in half of the rounds; 5 standard deviations of a mean of 400.
    assert np.abs(share - 0.5).max() < 5 * 0.5 / np.sqrt(400)


@pytest.mark.parametrize("stage", ["generate", "course", "write"])
def test_an_interruption_leaves_the_earlier_round_whole_and_is_taken_up(places, stage):
    made(places, seed="the earlier round")
    before = files(places.data) | files(places.secret)

    def interrupt(*_):
        raise KeyboardInterrupt

    class Jets(list):
        """The file of jets is begun, and then what should be in it is not to be had."""

        __array__ = __getitem__ = __iter__ = interrupt

    def generate(n_jets, *arguments):
        fake_jets(n_jets, *arguments)
        return (interrupt if stage == "generate" else Jets)([None] * n_jets), None

    stages = {"generate": generate, "write": generate, "course": interrupt}
    with pytest.raises(KeyboardInterrupt):
        made(places, **{"generate" if stage == "write" else stage: stages[stage]})
    after = files(places.data) | files(places.secret)
    assert after == before
    load(places)
    assert list(places.secret.parent.glob(".challenge-*.work/chunk")), "what was generated is kept for the next run"
    made(places)
    assert not [name for name in files(places.data) if name.endswith(".part")]
    assert load(places).labels.tolist() == fake_jets(N, master_seed(SEED), 1, places.secret / "x")[1].tolist()


def test_labels_of_an_earlier_round_are_kept(places):
    made(places, seed="the earlier round")
    labels, jets = (places.secret / "labels.npy").read_bytes(), sha256(places.data / "jets.h5")
    made(places)
    kept = places.secret.parent / f"challenge-{jets[:12]}"
    assert (kept / "labels.npy").read_bytes() == labels
    assert json.loads((kept / "round.json").read_text())["seed"] == "the earlier round"
    made(places)
    assert sorted(os.listdir(places.secret.parent)) == sorted(
        ["challenge", kept.name, f"challenge-{sha256(places.data / 'jets.h5')[:12]}"]
    )


def test_jets_and_labels_of_different_rounds_are_not_scored(places):
    made(places)
    jets = (places.data / "jets.h5").read_bytes()
    made(places, seed="another round")
    (places.data / "jets.h5").write_bytes(jets)
    with pytest.raises(
        RoundError, match="are not of the same round: run `hepdl challenge` again, with the SEED and JETS"
    ):
        load(places)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("labels.npy", b"", "labels.npy cannot be read"),
        ("public.npy", b"\x80\x04N.", "public.npy cannot be read"),
        ("round.json", b"{", "is not valid JSON"),
        ("round.json", b"{}", "lacks deadline, example, jets_sha256, n_jets, submissions"),
    ],
)
def test_a_damaged_round_is_named(places, name, content, sentence):
    made(places)
    (places.secret / name).write_bytes(content)
    with pytest.raises(RoundError, match=sentence):
        load(places)


def test_without_a_round_the_command_is_named(places):
    with pytest.raises(RoundError, match="holds no round: `hepdl challenge` sets up the example"):
        load(places)


@pytest.fixture
def example(places, tmp_path):
    """An example round: the folder that is bundled, and its jets in place."""
    other = Places(places.data, tmp_path / "example")
    make(SEED, N, DEADLINE, 1, other, fake_jets, fake_course, example=True)
    return other.secret


def test_the_example_is_set_up_again_and_again(places, example):
    for _ in range(2):
        set_up_example(places, example)
        assert files(places.secret) == files(example)
        assert load(places).is_example
    assert os.listdir(places.secret.parent) == ["challenge"]


def test_a_round_of_ones_own_replaces_the_example_without_keeping_it(places, example):
    set_up_example(places, example)
    made(places, seed="the first real round")
    assert os.listdir(places.secret.parent) == ["challenge"]
    assert not load(places).is_example


def test_the_example_never_replaces_a_round_of_ones_own(places, example):
    made(places, seed="the first real round")
    before = files(places.secret)
    with pytest.raises(RoundError, match="holds a round of your own, which the example would replace"):
        set_up_example(places, example)
    assert files(places.secret) == before


def test_other_jets_than_the_examples_are_answered(places, example):
    (places.data / "jets.h5").write_bytes(b"other jets")
    with pytest.raises(RoundError, match="`git restore data/challenge` brings them back"):
        set_up_example(places, example)
    assert not places.secret.exists()


@pytest.mark.parametrize(
    ("seed", "arguments", "sentence"),
    [
        ("short", ["--deadline", "2026-07-01T18:00Z"], "SEED needs 8 characters"),
        ("", ["--deadline", "2026-07-01T18:00Z"], "SEED needs 8 characters"),
        (SEED, [], "say until when files count: DEADLINE=2026"),
        (SEED, ["--deadline", "2026-07-01"], "with a time zone"),
    ],
)
def test_the_command_says_what_is_missing(monkeypatch, capsys, places, seed, arguments, sentence):
    monkeypatch.setenv("SEED", seed)
    assert make_round.main(arguments, places) == 1
    said = capsys.readouterr().err
    assert said.startswith("hepdl challenge: ")
    assert sentence in said
    assert "Traceback" not in said


def test_a_round_of_ones_own_changes_no_file_that_git_keeps(monkeypatch, tmp_path):
    """And its folder has all data sets, for HEPDL_DATA to name."""
    root = tmp_path / "course"
    (root / "data" / "hww").mkdir(parents=True)
    (root / "data" / "hww" / "manifest.json").write_text("{}")
    shutil.copy(ROOT / ".gitignore", root)
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "start"]):
        subprocess.run([*git, *command], check=True)
    own = Places.of_ones_own()
    places = Places(*(root / path.relative_to(ROOT) for path in (own.data, own.secret)))
    made(places)
    make_round.link_other_sets(places.data.parent, root / "data")
    assert load(places).labels.shape == (N,)
    assert subprocess.run([*git, "status", "--short"], capture_output=True, text=True, check=True).stdout == ""
    monkeypatch.setenv("HEPDL_DATA", str(places.data.parent))
    assert datasets.path("challenge/jets.h5") == places.data / "jets.h5"
    assert (places.data.parent / "hww" / "manifest.json").read_text() == "{}"


def test_the_leaderboard_takes_the_jets_of_the_round_that_is_set_up(monkeypatch):
    def of(notes):
        monkeypatch.setattr(Places, "notes", lambda self: notes)
        return Places.set_up().data.relative_to(ROOT).as_posix()

    assert of(None) == of({"example": True}) == "data/challenge"
    assert of({"example": False}) == "data/generated/round/challenge"
