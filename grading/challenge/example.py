"""Make the bundled example round: its jets, what a class of example students hands in, and the course's own entries.

    python -m grading.challenge.example jets           data/challenge/ and the labels (minutes, with Pythia)
    python -m grading.challenge.example submissions    grading/challenge/example_round/submissions/ (a minute)
    python -m grading.challenge.example course         grading/challenge/example_round/course/ (minutes)

Any of the three, or several, in this order. All is seeded, so the same versions of the packages make the same files.
The three groups hand in real networks, from a cut on two quantities to a network on the constituents, trained on
``data/top_tagging/train.h5``. Mallory hands in a copy, Peggy and Trent files that are not what they should be, Victor
is late.
"""

import argparse
import os
import shutil
import sys
import tempfile

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from grading.challenge.course_entries import jet_mass, predictions
from grading.challenge.make_round import EXAMPLE, make
from grading.challenge.rounds import Places, deadline
from helpers import datasets, jets
from helpers.challenge import FOLDER
from helpers.repository import ROOT

SEED = "the example round, which hides nothing"
JETS = 4000
DEADLINE = "2026-07-01T18:00:00+02:00"
CONSTITUENTS = 40
SUBMISSIONS = EXAMPLE / "submissions"


def summary(constituents: np.ndarray) -> np.ndarray:
    """Mass, multiplicity, three widths, momentum shares of the 1, 3, 5, 10, 20 hardest constituents, (n_jets, 10)."""
    pt, x, y = jets.centre(constituents)
    x, y = jets.rotate(pt, x, y)
    share = pt / pt.sum(axis=1, keepdims=True)
    widths = [np.vecdot(share, np.hypot(x, y)), np.vecdot(share, x**2), np.vecdot(share, y**2)]
    leading = np.cumsum(share, axis=1)[:, [0, 2, 4, 9, 19]].T
    return np.stack([jet_mass(constituents), np.count_nonzero(pt, axis=1), *widths, *leading], axis=1)


def momenta(constituents: np.ndarray) -> np.ndarray:
    """Share of the momentum and position, after preprocessing, of the leading constituents, (n_jets, 120)."""
    pt, x, y = jets.centre(constituents)
    x, y = jets.rotate(pt, x, y)
    x, y = jets.flip(pt, x, y)
    share = 5 * pt / pt.sum(axis=1, keepdims=True)
    return np.concatenate([values[:, :CONSTITUENTS] for values in (share, 3 * x, 3 * y)], axis=1)


def everything(constituents: np.ndarray) -> np.ndarray:
    """Both of the above, (n_jets, 130)."""
    return np.concatenate([summary(constituents), momenta(constituents)], axis=1)


def _dense(*units: int) -> MLPClassifier:
    return MLPClassifier(units, alpha=1e-3, batch_size=256, max_iter=12, random_state=1)


NETWORKS = {
    "quarks_all-inputs": (everything, lambda: make_pipeline(StandardScaler(), _dense(128, 64))),
    "quarks_trees": (everything, lambda: HistGradientBoostingClassifier(random_state=1)),
    "quarks_momenta": (momenta, lambda: make_pipeline(StandardScaler(), _dense(128, 64))),
    "gluons_small-trees": (summary, lambda: HistGradientBoostingClassifier(max_iter=60, random_state=2)),
    "gluons_dense": (summary, lambda: make_pipeline(StandardScaler(), _dense(32, 32))),
    "leptons_straight-line": (summary, lambda: make_pipeline(StandardScaler(), LogisticRegression())),
    "leptons_two-numbers": (lambda c: summary(c)[:, :2], lambda: make_pipeline(StandardScaler(), LogisticRegression())),
}


def trained_scores() -> dict[str, np.ndarray]:
    """What each network makes of the secret jets, (n_jets,) float32."""
    constituents, labels = datasets.load_jets("top_tagging/train.h5")
    secret = datasets.load_challenge_jets()
    found = {}
    for name, (inputs, model) in NETWORKS.items():
        network = model().fit(inputs(constituents), labels)
        found[name] = network.predict_proba(inputs(secret))[:, 1].astype(np.float32)
        print(f"{name}: trained")
    return found


def hand_in(student: str, when: str, **files: np.ndarray | bytes) -> None:
    """Put files where nbgrader would collect them; an array becomes a .npy file."""
    folder = SUBMISSIONS / student / "top_tagging" / FOLDER
    folder.mkdir(parents=True)
    (folder.parent / "timestamp.txt").write_text(f"{when}.000000 UTC")
    for name, content in files.items():
        path = folder / f"{name}.npy"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            np.save(path, content)


def make_submissions() -> None:
    """Train the networks and write all files that the example class hands in."""
    scores = trained_scores()
    best, n_jets = scores["quarks_all-inputs"], len(scores["quarks_all-inputs"])
    shutil.rmtree(SUBMISSIONS, ignore_errors=True)
    groups = {
        group: {n: s for n, s in scores.items() if n.startswith(group)} for group in ("quarks", "gluons", "leptons")
    }
    hand_in("alice", "2026-06-26 14:03:11", **groups["quarks"])
    hand_in("bob", "2026-06-27 08:40:52", **{"quarks_all-inputs": best})
    hand_in("carol", "2026-06-28 19:22:05", **groups["gluons"])
    hand_in(
        "dan", "2026-06-30 21:55:40", **groups["leptons"], **{"leptons_upside-down": -scores["leptons_straight-line"]}
    )
    hand_in("mallory", "2026-07-01 09:12:30", **{"photons_my-own-idea": best**2})
    unlucky = np.where(best > 0.99, np.nan, best)
    hand_in("peggy", "2026-06-29 10:00:00", photons_diverged=unlucky, photons_half=best[: n_jets // 2])
    hand_in(
        "trent",
        "2026-06-30 10:00:00",
        photons_objects=_objects(n_jets),
        photons_huge=_announced(2_500_000_000),
        **{"photons_two_names": best},
    )
    hand_in("victor", "2026-07-01 20:45:00", **{"bosons_too-late": scores["gluons_dense"]})


def _objects(n_jets: int) -> bytes:
    """A .npy file of Python objects, which can only be read by unpickling them."""
    with tempfile.TemporaryFile() as file:
        np.save(file, np.array(["top", None] * (n_jets // 2), dtype=object), allow_pickle=True)
        file.seek(0)
        return file.read()


def _announced(n_scores: int) -> bytes:
    """The header of a .npy file of so many scores, which do not follow."""
    with tempfile.TemporaryFile() as file:
        described = {"descr": "<f4", "fortran_order": False, "shape": (n_scores,)}
        np.lib.format.write_array_header_1_0(file, described)
        file.seek(0)
        return file.read()


def make_jets(processes: int) -> None:
    """Generate the example's jets and labels."""
    from data.generation.top_tagging.fresh_jets import generate_jets

    places = Places(secret=ROOT / "secret" / "example")
    where = SUBMISSIONS.relative_to(ROOT).as_posix()
    make(SEED, JETS, deadline(DEADLINE), processes, places, generate_jets, lambda _: {}, where, example=True)
    for name in ("labels.npy", "public.npy", "round.json"):
        shutil.move(places.secret / name, EXAMPLE / name)
    shutil.rmtree(places.secret)


def make_course_entries() -> None:
    """Train the course's networks and keep their scores of the example's jets."""
    found = predictions(datasets.load_challenge_jets())
    (EXAMPLE / "course").mkdir(exist_ok=True)
    for name, scores in found.items():
        np.save(EXAMPLE / "course" / f"{name}.npy", scores.astype(np.float32))


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="example", description="Make the bundled example round of the challenge.")
    made.add_argument("parts", nargs="+", choices=["jets", "submissions", "course"])
    made.add_argument("--processes", type=int, default=os.cpu_count(), help="for the jets (default: all cores)")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Make the parts that are named, and return the exit status."""
    options = parser().parse_args(arguments)
    if "jets" in options.parts:
        make_jets(options.processes)
    if "submissions" in options.parts:
        make_submissions()
    if "course" in options.parts:
        make_course_entries()
    return 0


if __name__ == "__main__":
    sys.exit(main())
