"""Checks of the size of an event and of the length of a chunk: each mistake gets its own sentence."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

NUMBERS = {"event": "int64", "good": "bool", "x": "float32"}
LISTS = {"x": "float32", "hits": "var * float64"}


def size(tree):
    return tree.uncompressed_bytes / max(1, tree.num_entries)


def by_counting(tree):
    """Lengths of lists are read, nothing else."""
    sizes = [4, 8 * tree["nhits"].array(library="np").mean()]
    return sum(sizes)


def length(tree, memory):
    return max(1, int(memory / max(1, size(tree))))


@pytest.mark.parametrize("types", [NUMBERS, LISTS])
def test_sizes_events(types):
    checks.sizes_events(size, types)
    checks.sizes_events(size, types, n_events=0)


@pytest.mark.parametrize("types", [NUMBERS, LISTS])
def test_a_size_in_whole_bytes(types):
    checks.sizes_events(lambda tree: int(np.ceil(size(tree))), types)
    checks.sizes_events(lambda tree: round(size(tree)), types)


def test_lengths_of_lists_may_be_read():
    checks.sizes_events(by_counting, LISTS)


@pytest.mark.parametrize(
    ("function", "types", "n_events", "says"),
    [
        (lambda tree: tree.compressed_bytes / tree.num_entries, NUMBERS, 5000, "takes compressed, in the file"),
        (lambda tree: 8 * size(tree), NUMBERS, 5000, "gives [0-9.]+ bytes, but 13 are expected: these are bits"),
        (lambda tree: tree.uncompressed_bytes, NUMBERS, 5000, "all events together, not one"),
        (
            lambda tree: tree.arrays(entry_stop=100).nbytes / 100,
            LISTS,
            5000,
            "entries of the lists counted, and over all events",
        ),
        (lambda tree: 16, LISTS, 5000, "gives 16 bytes, .* are the entries of the lists counted"),
        (lambda tree: 15, NUMBERS, 5000, "gives 15 bytes, but 13 are expected"),
        (lambda tree: 12, NUMBERS, 5000, "gives 12 bytes, but 13 are expected"),
        (lambda tree: 1, NUMBERS, 5000, "5000 events with branches of int64, bool, float32 gives 1 bytes"),
        (lambda tree: tree.arrays().nbytes / 5000, NUMBERS, 5000, "event_size reads the events"),
        (lambda tree: tree["x"].array(entry_stop=1).nbytes + 9, NUMBERS, 5000, "event_size reads the events"),
        (lambda tree: size(tree) + 1, NUMBERS, 0, "should give 0 for a tree without events"),
        (lambda tree: 1 / tree.num_entries, NUMBERS, 0, "work for a tree without events .it raised ZeroDivision"),
    ],
)
def test_sizes_events_says_what_is_wrong(function, types, n_events, says):
    with pytest.raises(CheckFailed, match=says):
        checks.sizes_events(function, types, n_events)


@pytest.mark.parametrize("memory", [100_000, 2e4, 10, 1])
@pytest.mark.parametrize("types", [NUMBERS, LISTS])
def test_fits_chunks(types, memory):
    checks.fits_chunks(length, types, memory)


def test_fits_chunks_of_a_tree_without_events():
    checks.fits_chunks(length, NUMBERS, 1000, n_events=0)
    checks.fits_chunks(lambda tree, memory: np.int64(7), NUMBERS, 1000, n_events=0)


@pytest.mark.parametrize(
    ("function", "memory", "says"),
    [
        (lambda tree, memory: int(memory / size(tree)), 5, "gives 0: at least one event must be read"),
        (lambda tree, memory: memory / size(tree), 1300, "gives [0-9.]+ as a float: a number of events is an int"),
        (lambda tree, memory: int(1e6 * memory), 1300, "divide the memory by the size of an event"),
        (lambda tree, memory: int(memory / size(tree) / 2), 1300, "gives 4[0-9], but [0-9]+ to 103 events fit"),
        (
            lambda tree, memory: 1 + int(memory / size(tree)),
            36,
            "gives 3, but no more than 2 events fit, so round down",
        ),
        (lambda tree, memory: int(memory / size(tree) * 2), 1300, "gives 19[0-9], but no more than 103 events fit"),
    ],
)
def test_fits_chunks_says_what_is_wrong(function, memory, says):
    with pytest.raises(CheckFailed, match=says):
        checks.fits_chunks(function, NUMBERS, memory)
