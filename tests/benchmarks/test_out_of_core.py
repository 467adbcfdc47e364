"""The benchmark of Exercise 6 measures what it says: the shuffles that it compares, its tools. No timing."""

import numpy as np
import pytest
import uproot

from benchmarks import out_of_core, published_randomizer
from grading.authoring.reference import definitions


def events(path):
    return uproot.concatenate(f"{path}:Events", library="np")


def test_published_randomizer_keeps_every_event_once(big_root, tmp_path):
    paths = published_randomizer.randomize(big_root, tmp_path, 4, np.random.default_rng(1))
    parts, given = [events(path) for path in paths], events(big_root)
    order = np.concatenate([part["event"] for part in parts])
    assert sorted(order.tolist()) == list(range(3000))
    for name in given:
        assert np.array_equal(np.concatenate([part[name] for part in parts]), given[name][order])
    assert min(len(part["event"]) for part in parts) > 600


def test_floor_copies_the_file(big_root, tmp_path):
    assert out_of_core.copy_floor(big_root, tmp_path / "copy.root") == 3000
    given, copy = events(big_root), events(tmp_path / "copy.root")
    assert all(np.array_equal(copy[name], given[name]) for name in given)


@pytest.mark.parametrize("ahead", [False, True])
def test_solution_shuffles_the_file(big_root, tmp_path, ahead):
    assert out_of_core.run_solution(big_root, tmp_path / "mixed.root", ahead) == 3000
    given, mixed = events(big_root), events(tmp_path / "mixed.root")
    assert sorted(mixed["event"].tolist()) == list(range(3000))
    assert all(np.array_equal(mixed[name], given[name][mixed["event"]]) for name in given)
    # Both correlations of a random order are below 5 standard errors but once in a million times.
    assert abs(np.corrcoef(mixed["event"], np.arange(3000))[0, 1]) < 5 / np.sqrt(3000)
    assert abs(np.corrcoef(mixed["event"][1:], mixed["event"][:-1])[0, 1]) < 5 / np.sqrt(3000)


def test_hdf5_holds_what_the_tree_holds(big_root, tmp_path):
    out_of_core.write_hdf5(big_root, tmp_path / "events.h5")
    for start, stop in ((0, 3000), (17, 900)):
        root, hdf5 = (out_of_core.reader(path)[0](start, stop) for path in (big_root, tmp_path / "events.h5"))
        assert all(np.array_equal(a, b) and a.dtype == b.dtype == np.float32 for a, b in zip(root, hdf5, strict=True))


def test_read_ahead_keeps_the_order_and_raises_what_the_generator_raises():
    assert list(out_of_core.read_ahead(iter(range(50)), 3)) == list(range(50))

    def broken():
        yield 1
        raise OSError("the disk is gone")

    taken = out_of_core.read_ahead(broken(), 3)
    assert next(taken) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(taken)


def test_order_test_of_the_lesson_accepts_correct_shuffles_and_no_others():
    lesson = definitions(out_of_core.LESSON, "randomize")
    accepts, rng, number = out_of_core.accepts, np.random.default_rng(1), np.arange(5000)
    # A correct order fails once in a million times.
    assert all(accepts(rng.permutation(number)) for _ in range(500))
    for n_chunks in (2, 10, 50):
        for _ in range(100):
            assert not accepts(lesson["shuffle_within_chunks"](number, 5000 // n_chunks, rng))
    unshuffled_buckets = np.argsort(rng.integers(10, size=5000), kind="stable")
    assert not accepts(unshuffled_buckets)
