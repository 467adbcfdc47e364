"""Make the secret jets of a round of the challenge.

    SEED='words of your own' python -m grading.challenge.make_round --deadline 2026-07-01T18:00+02:00 [--jets 20000]
    python -m grading.challenge.make_round

The first makes a round: the jets' constituents go to ``data/generated/round/challenge/``, for the students; their
labels and all else that they must not know to ``secret/challenge/``. git ignores both. The folder ``round`` has links
to the other data sets, so that ``HEPDL_DATA`` can name it. The second sets up the bundled example round, whose jets
are the committed ``data/challenge/`` and whose labels are no secret.

An interrupted run is taken up by running it again, and until the end the earlier round stays as it was. Then its labels
move to ``secret/challenge-…``, unless they are the example's.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np

from data.generation import manifest, writers
from data.generation.top_tagging.storage import LAYOUT
from grading.challenge.rounds import Places, RoundError, deadline
from helpers.files import replacing, sha256
from helpers.repository import ROOT

EXAMPLE = ROOT / "grading" / "challenge" / "example_round"
JETS = 20_000
FEWEST_JETS = 200
SHORTEST_SEED = 8
SEED_ADVICE = (
    "who guesses it can make the same jets and with them the labels. Take several words that nobody would try, "
    "and tell nobody"
)

Generate = Callable[[int, int, int, Path], tuple[np.ndarray, np.ndarray]]
Course = Callable[[np.ndarray], dict[str, np.ndarray]]


def master_seed(seed: str) -> int:
    """The 256-bit seed of the jets that a text stands for. Raises RoundError if it is too short to be secret."""
    if len(seed.strip()) < SHORTEST_SEED:
        raise RoundError(f"SEED needs {SHORTEST_SEED} characters or more: {SEED_ADVICE}")
    return _number("jets", seed)


def public_half(labels: np.ndarray, seed: str) -> np.ndarray:
    """Which jets give the public score, (n_jets,) bool: half of each class, drawn at random from the seed."""
    rng = np.random.default_rng(_number("public half", seed))
    public = np.zeros(len(labels), bool)
    for label in (0, 1):
        jets = rng.permutation(np.flatnonzero(labels == label))
        public[jets[: len(jets) // 2]] = True
    return public


def _number(purpose: str, seed: str) -> int:
    return int.from_bytes(hashlib.sha256(f"challenge, {purpose}: {seed}".encode()).digest())


def make(
    seed: str,
    n_jets: int,
    until: datetime,
    processes: int,
    places: Places,
    generate: Generate,
    course: Course,
    submissions: str = "submitted",
    example: bool = False,
) -> None:
    """Make a round of the instructor's own; see the head of this module. ``submissions`` is relative to the repository.

    generate: as data.generation.top_tagging.fresh_jets' generate_jets. course: the scores of the course's networks, by
    name.
    """
    number = master_seed(seed)
    if n_jets < FEWEST_JETS:
        raise RoundError(
            f"JETS={n_jets} is too few to tell networks apart: take {FEWEST_JETS} or more, or leave it out"
        )
    work = places.secret.parent / f".{places.secret.name}-{number % 2**64:016x}-{n_jets}.work"
    places.secret.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    places.data.mkdir(parents=True, exist_ok=True)
    constituents, labels = generate(n_jets, number, processes, work)

    with (
        replacing(places.data / "manifest.json") as description,
        replacing(places.data / "jets.h5") as jets,
        staged_secret(places) as staged,
    ):
        write_jets(jets, constituents)
        write_manifest(description, jets)
        _save(staged / "labels.npy", labels.astype(np.int8))
        _save(staged / "public.npy", public_half(labels, seed))
        for name, scores in course(constituents).items():
            _save(staged / "course" / f"{name}.npy", scores.astype(np.float32))
        notes = {
            "seed": seed,
            "n_jets": n_jets,
            "jets_sha256": sha256(jets),
            "deadline": until.isoformat(),
            "submissions": submissions,
            "example": example,
        }
        (staged / "round.json").write_text(json.dumps(notes, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    shutil.rmtree(work, ignore_errors=True)


def write_jets(path: Path, constituents: np.ndarray) -> None:
    """Write the constituents (n_jets, 200, 4) and nothing else, in the layout of the other sets of jets."""
    layout = {"constituents": LAYOUT["constituents"]}
    writers.write_hdf5(path, len(constituents), layout, [{"constituents": constituents}])


def write_manifest(path: Path, jets: Path) -> None:
    """Describe ``jets``, which will be called jets.h5, as helpers.datasets wants it described."""
    with h5py.File(jets) as file:
        n_jets = len(file["constituents"])
    columns = {
        "constituents": {
            "unit": "GeV",
            "description": "E, PX, PY, PZ of the leading constituents, by falling pT; zeros where there are fewer",
            "dtype": "float32",
        }
    }
    manifest.write(path, manifest.LICENCE, {"jets.h5": manifest.entry(jets, n_jets=n_jets)}, columns)


def link_other_sets(folder: Path, data: Path = ROOT / "data") -> None:
    """Let a folder that holds sets of its own have all data sets, by relative links, so that HEPDL_DATA can name it."""
    for manifest_file in data.glob("*/manifest.json"):
        link = folder / manifest_file.parent.name
        if not os.path.lexists(link):
            link.symlink_to(os.path.relpath(manifest_file.parent, folder))


def set_up_example(places: Places, example: Path = EXAMPLE) -> None:
    """Copy the labels of the example round to where those of a round are kept.

    Raises RoundError if that would replace a round of the instructor's own, or if the jets are not the example's.
    """
    earlier = places.notes()
    if earlier and not earlier["example"]:
        raise RoundError(
            f"{places.secret} holds a round of your own, which the example would replace. Move that folder away first, "
            "or make another round of your own with SEED=… and --deadline"
        )
    wanted = json.loads((example / "round.json").read_text())["jets_sha256"]
    jets = places.data / "jets.h5"
    if not jets.exists() or sha256(jets) != wanted:
        raise RoundError(
            f"{jets} does not hold the jets of the example round: `git restore data/challenge` brings them back. "
            "For a round of your own, give SEED=… and --deadline"
        )
    with staged_secret(places) as staged:
        for name in ("labels.npy", "public.npy", "round.json"):
            shutil.copyfile(example / name, staged / name)
        for path in sorted((example / "course").glob("*.npy")):
            shutil.copyfile(path, staged / "course" / path.name)


@contextmanager
def staged_secret(places: Places) -> Iterator[Path]:
    """A new secret folder with an empty ``course/``, which takes the place of the earlier one when the block ends.

    That one's labels are kept beside it if they are of a round of the instructor's own.
    """
    earlier = places.notes()
    old = places.secret.with_name(f"{places.secret.name}-{earlier['jets_sha256'][:12] if earlier else 'unknown'}")
    with replacing(places.secret) as staged:
        staged.mkdir(mode=0o700, parents=True)
        (staged / "course").mkdir()
        yield staged
        if places.secret.exists():
            shutil.rmtree(old, ignore_errors=True)
            os.rename(places.secret, old)
    if earlier and earlier["example"]:
        shutil.rmtree(old)


def _save(path: Path, array: np.ndarray) -> None:
    np.save(path, array, allow_pickle=False)


def parser() -> argparse.ArgumentParser:
    """What the command takes beside SEED, which is in the environment."""
    made = argparse.ArgumentParser(
        prog="hepdl challenge", description="Make a round of the challenge, or set up the example round."
    )
    made.add_argument("--jets", type=int, default=JETS, help="secret jets to make (default: %(default)s)")
    made.add_argument("--deadline", help="date, time and time zone until which files count")
    made.add_argument("--processes", type=int, default=os.cpu_count(), help="worker processes (default: all cores)")
    return made


def _make(seed: str, options: argparse.Namespace, places: Places) -> None:
    master_seed(seed)
    if not options.deadline:
        raise RoundError("say until when files count: DEADLINE=2026-07-01T18:00+02:00, with a time zone")
    until = deadline(options.deadline)
    if until < datetime.now(UTC):
        print(f"Note: the deadline, {until.isoformat()}, has passed; all files will be late.", file=sys.stderr)
    if importlib.util.find_spec("pythia8mc") is None:
        raise RoundError(
            "Pythia 8 (the package pythia8mc) is not installed here: `hepdl challenge` uses the .venv that has it"
        )
    from data.generation.top_tagging.fresh_jets import generate_jets
    from grading.challenge.course_entries import predictions

    make(seed, options.jets, until, options.processes, places, generate_jets, predictions)
    link_other_sets(places.data.parent)
    print(f"Students get {places.data} with the course in place of data/challenge. The labels are in {places.secret}.")
    print(f"To work and to grade with these jets, set HEPDL_DATA={places.data.parent}.")
    print(f"Keep SEED={seed!r} secret: {SEED_ADVICE}. It is written down in {places.secret / 'round.json'}.")


def main(arguments: list[str] | None = None, places: Places | None = None) -> int:
    """Make a round of one's own or set up the example, and return the exit status."""
    options, seed = parser().parse_args(arguments), os.environ.get("SEED", "")
    own = bool(seed or options.deadline)
    places = places or (Places.of_ones_own() if own else Places())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if own:
            _make(seed, options, places)
        else:
            set_up_example(places)
            print("The example round is set up; `hepdl leaderboard` scores it.")
    except RoundError as error:
        print(f"hepdl challenge: {error}.", file=sys.stderr)
        return 1
    except BrokenProcessPool:
        print(
            "hepdl challenge: a worker process died, perhaps for lack of memory: run it again to go on.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: run the same command again to go on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
