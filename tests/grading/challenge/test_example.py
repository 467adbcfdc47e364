"""`hepdl challenge && hepdl leaderboard` on the bundled example: a table, and for each file what it deserves."""

import csv
import json

import numpy as np
import pytest

from grading.challenge import leaderboard, make_round
from grading.challenge.make_round import EXAMPLE, public_half
from grading.challenge.rounds import Places, load
from helpers import datasets, jet_files
from helpers.files import sha256


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> Places:
    """The example round as `hepdl challenge` sets it up, in a secret folder of its own."""
    bundled = Places().data
    if sha256(bundled / "jets.h5") != json.loads((EXAMPLE / "round.json").read_text())["jets_sha256"]:
        pytest.skip("data/challenge holds a round of your own")
    places = Places(bundled, tmp_path_factory.mktemp("example") / "secret" / "challenge")
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("SEED", raising=False)
        assert make_round.main([], places) == 0
    return places


def test_the_example_is_small_and_whole(places, monkeypatch):
    monkeypatch.delenv("HEPDL_DATA", raising=False)
    assert datasets.path("challenge/jets.h5").stat().st_size < 2e6
    assert sum(path.stat().st_size for path in EXAMPLE.rglob("*") if path.is_file()) < 1e6
    round_ = load(places)
    assert round_.is_example
    assert round_.labels.mean() == 0.5
    assert len(round_.labels) == datasets.count_jets("challenge/jets.h5")
    seed = json.loads((EXAMPLE / "round.json").read_text())["seed"]
    np.testing.assert_array_equal(round_.public, public_half(round_.labels, seed))
    assert "nothing here is secret" in (EXAMPLE / "README.md").read_text().lower()


def test_the_jets_are_written_again_to_the_byte(places, tmp_path, monkeypatch):
    monkeypatch.delenv("HEPDL_DATA", raising=False)
    make_round.write_jets(tmp_path / "jets.h5", jet_files.load_challenge_jets())
    make_round.write_manifest(tmp_path / "manifest.json", tmp_path / "jets.h5")
    for name in ("jets.h5", "manifest.json"):
        assert (tmp_path / name).read_bytes() == (places.data / name).read_bytes(), name


def test_the_leaderboard_of_the_example(places, tmp_path, capsys):
    assert leaderboard.main(["--output", str(tmp_path)], places) == 0
    with (tmp_path / "leaderboard.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    ranked = [row for row in rows if row["status"] == "ranked"]
    areas = {f"{row['group']}_{row['network']}": float(row["auc"]) for row in rows if row["half"]}
    assert {row["group"] for row in ranked} == {"quarks", "gluons", "leptons"}
    assert {row["network"] for row in rows if row["status"] == "course"} == {"dnn", "cnn", "jet-mass"}
    # What must hold whatever the last digits are: networks beat the mass, and the mass is not bad.
    assert min(areas["course_dnn"], areas["course_cnn"]) > areas["course_jet-mass"] > 0.85
    assert max(areas["quarks_trees"], areas["quarks_all-inputs"]) > areas["leptons_two-numbers"]
    assert areas["leptons_upside-down"] < 0.15
    assert {row["file"]: row["status"] for row in rows if not row["half"]} == {
        "quarks_all-inputs.npy": "repeated",
        "photons_my-own-idea.npy": "copy",
        "photons_diverged.npy": "rejected",
        "photons_half.npy": "rejected",
        "photons_objects.npy": "rejected",
        "photons_huge.npy": "rejected",
        "photons_two_names.npy": "rejected",
        "bosons_too-late.npy": "late",
    }
    printed = capsys.readouterr().out
    assert all(f"{area:.4f}" in printed for area in areas.values())
    assert (tmp_path / "leaderboard_roc.png").read_bytes().startswith(b"\x89PNG")
