"""Checks of files in a random order: each mistake in a small randomizer gets its own sentence."""

import os
import shutil
import tempfile
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from helpers import checks, peak_memory
from helpers.bucket_files import create_tree, extend, read_events
from helpers.checks import CheckFailed


def randomizer(order, trees=None, change=lambda events: events):
    """A function that writes all trees with their events in the order that ``order(n_events, rng)`` gives."""

    def randomize(input_path, output_path, memory, rng):
        with uproot.open(input_path) as source, uproot.recreate(output_path) as output:
            for name in trees or source.keys(cycle=False):
                tree = source[name]
                target = create_tree(output, name, tree)
                if tree.num_entries:
                    events = read_events(tree, 0, tree.num_entries)
                    extend(target, change(events.take(order(events.n_events, rng))))

    return randomize


def permutation(n_events, rng):
    return rng.permutation(n_events)


def sorted_branch(events):
    if "x" in events.rows.dtype.names:
        events.rows["x"].sort()
    return events


def as_ntuple(input_path, output_path, memory, rng):
    with uproot.open(input_path) as source, uproot.recreate(output_path) as output:
        for name, tree in source.items(cycle=False):
            output[name] = tree.arrays()


def as_float64(input_path, output_path, memory, rng):
    with uproot.open(input_path) as source, uproot.recreate(output_path) as output:
        for name, tree in source.items(cycle=False):
            events = tree.arrays()
            names = [key for key in events.fields if key != "njet_pt"]
            columns = {key: ak.values_astype(events[key], "float64") for key in names}
            output.mktree(name, {key: column.type.content for key, column in columns.items()}).extend(columns)


def damages_the_input(input_path, output_path, memory, rng):
    randomizer(permutation)(input_path, output_path, memory, rng)
    Path(input_path).write_bytes(b"gone")


@pytest.mark.parametrize("n_events", [0, 1, 1500])
@pytest.mark.parametrize("codec", ["ZLIB", "LZ4", "ZSTD"])
def test_randomizes(n_events, codec):
    checks.randomizes(randomizer(permutation), n_events, 100_000, codec)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda *arguments: None, "randomize wrote no output for 1500 events and 100000 bytes"),
        (randomizer(permutation, ["Events"]), "lacks the tree 'Runs', the second one of the test file"),
        (as_ntuple, "not a TTree: use create_tree and extend"),
        (as_float64, "a branch has another type in the output .*: event is double instead of int64_t"),
        (
            randomizer(lambda n, rng: rng.permutation(n)[: 1000 if n > 12 else n]),
            "1000 events instead of 1500 .*last chunk",
        ),
        (
            randomizer(lambda n, rng: rng.integers(n, size=n) if n > 12 else rng.permutation(n)),
            "some are lost, doubled",
        ),
        (randomizer(permutation, change=sorted_branch), "the branch x is in another order than the branch event"),
        (randomizer(lambda n, rng: np.arange(n)), "order of the input is still visible in the output"),
        (
            randomizer(lambda n, rng: rng.permutation(n) if n > 1000 else np.arange(n)),
            "the tree Runs of 12 entries comes out in the order of the input",
        ),
        (randomizer(lambda n, rng: np.random.permutation(n)), "take all chance from rng"),
        (randomizer(lambda n, rng: np.random.default_rng(5).permutation(n)), "another rng gives the same order"),
        (damages_the_input, "randomize changed the input file"),
    ],
)
def test_randomizes_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.randomizes(function, 1500, 100_000)


def test_a_small_tree_of_events_is_shuffled():
    with pytest.raises(CheckFailed, match="the tree Events of 20 entries comes out in the order of the input for 20"):
        checks.randomizes(randomizer(lambda n, rng: rng.permutation(n) if n < 20 else np.arange(n)), 20, 10)


def test_keeps_to_memory(monkeypatch):
    measured = []

    def measure(function, arguments, first, limit_s):
        function(*first)
        function(*arguments)
        return measured[-1]

    monkeypatch.setattr(peak_memory, "measure", measure)
    for growth in (None, 16_100_000):
        measured.append(growth)
        checks.keeps_to_memory(randomizer(permutation), memory=200_000, times=10)
    measured.append(16_300_000)
    with pytest.raises(
        CheckFailed, match=r"a file of 2 MB with 0\.2 MB of memory the process grew by 16 MB.*copies, also where"
    ):
        checks.keeps_to_memory(randomizer(permutation), memory=200_000, times=10)
    with pytest.raises(CheckFailed, match="the tree Narrow in the output of a file 10 times larger than memory holds"):
        measured[-1] = 0
        checks.keeps_to_memory(randomizer(lambda n, rng: np.arange(n // 2)), memory=200_000, times=10)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (TimeoutError("long"), "took more than 60 s of computing for a file of 2 MB: count the baskets"),
        (peak_memory.FunctionFailed("KeyError: 'x'"), "failed on a file 10 times larger than memory .KeyError: 'x'"),
    ],
)
def test_keeps_to_memory_says_what_went_wrong(monkeypatch, error, says):
    def measure(function, arguments, first, limit_s):
        raise error

    monkeypatch.setattr(peak_memory, "measure", measure)
    with pytest.raises(CheckFailed, match=says):
        checks.keeps_to_memory(randomizer(permutation), memory=200_000, times=10)


def test_memory_is_measured():
    hoarder = []

    def hoards(input_path, output_path, memory, rng):
        hoarder.append(bytearray(40_000_000 if "ordered" in str(input_path) else 1))
        randomizer(permutation)(input_path, output_path, memory, rng)

    with pytest.raises(CheckFailed, match=r"the process grew by [4-9][0-9] MB"):
        checks.keeps_to_memory(hoards, memory=200_000, times=10)


RANDOMIZE = randomizer(permutation)


def safely(before=lambda path: None, after=lambda path: None, write=RANDOMIZE):
    """A function that leaves nothing behind, but for what is done before or after it writes."""

    def randomize_safely(input_path, output_path, memory, rng):
        if os.path.exists(output_path):
            raise FileExistsError(output_path)
        before(Path(output_path))
        with tempfile.TemporaryDirectory(dir=Path(output_path).parent) as scratch:
            write(input_path, f"{scratch}/out.root", memory, rng)
            os.replace(f"{scratch}/out.root", output_path)
        after(Path(output_path))

    return randomize_safely


def test_leaves_nothing_behind():
    here, temporary = os.getcwd(), tempfile.tempdir
    checks.leaves_nothing_behind(safely())
    assert (os.getcwd(), tempfile.tempdir) == (here, temporary)


def swallows(input_path, output_path, memory, rng):
    with uproot.recreate(output_path) as output, uproot.open(input_path) as source:
        for name in ("Events", "Runs"):
            target = create_tree(output, name, source[name])
            try:
                events = read_events(source[name], 0, source[name].num_entries)
            except Exception:
                continue
            extend(target, events.take(rng.permutation(events.n_events)))


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (randomizer(permutation), "FileExistsError if the output exists"),
        (safely(before=lambda path: tempfile.mkdtemp()), "left behind in the folder for temporary files after a good"),
        (safely(after=lambda path: path.with_name("notes").touch()), "notes was left behind beside the output"),
        (safely(before=lambda path: Path("notes").touch()), "notes was left behind in the working directory"),
        (safely(write=lambda source, target, memory, rng: shutil.copy(source, target)), "still visible in the output"),
        (safely(write=swallows), "should raise an exception if a basket of the input is damaged"),
        (lambda source, target, memory: None, "take Path objects and write the output .it raised TypeError"),
    ],
)
def test_leaves_nothing_behind_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.leaves_nothing_behind(function)


def test_half_an_output_is_noticed():
    def half(input_path, output_path, memory, rng):
        if os.path.exists(output_path):
            raise FileExistsError(output_path)
        with uproot.open(input_path) as source:
            assert source.keys()
        randomizer(permutation)(input_path, output_path, memory, rng)

    with pytest.raises(CheckFailed, match=r"out\.root was left behind beside the output if the input is cut short"):
        checks.leaves_nothing_behind(half)
