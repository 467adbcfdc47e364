"""Memory is measured in a forked process: what a function keeps counts, what it only passes through does not."""

import mmap
import os
import sys
import time

import numpy as np
import pytest

from helpers import peak_memory

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all resident memory is counted")


def hold(size):
    taken = bytearray(size)
    time.sleep(1)
    return len(taken)


def test_a_hog_is_seen_in_its_size():
    assert 38e6 < peak_memory.growth(hold, (40_000_000,), (1000,)) < 46e6


@linux_only
def test_memory_that_was_freed_before_does_not_hide_a_hog():
    bytearray(32_000_000)  # the largest block after whose end the C library keeps twice as much free memory
    freed = [bytes(200_000) for _ in range(300)]
    del freed
    assert 38e6 < peak_memory.growth(hold, (40_000_000,), (1000,)) < 46e6


@linux_only
def test_the_function_waits_until_it_is_measured(monkeypatch):
    class Late(peak_memory.PeakGrowth):
        def __init__(self, processes):
            time.sleep(0.5)
            super().__init__(processes)

    monkeypatch.setattr(peak_memory, "PeakGrowth", Late)
    assert 38e6 < peak_memory.growth(hold, (40_000_000,), (1000,)) < 46e6


@linux_only
def test_memory_that_is_given_back_at_once_is_counted_once():
    def in_pieces(size):
        for _ in range(0, size, 1_000_000):
            bytearray(1_000_000)

    assert 0 <= peak_memory.growth(in_pieces, (40_000_000,), (1000,)) < 4e6


@linux_only
def test_memory_that_could_be_shared_is_counted():
    def hold_shared(size):
        taken = mmap.mmap(-1, size)
        for start in range(0, size, mmap.PAGESIZE):
            taken[start] = 1
        time.sleep(1)

    assert 38e6 < peak_memory.growth(hold_shared, (40_000_000,), (1000,)) < 46e6


@linux_only
def test_files_mapped_into_memory_are_not_counted(tmp_path):
    np.ones(5_000_000).tofile(tmp_path / "numbers")

    def summed(name):
        numbers = np.memmap(tmp_path / name, mode="r")
        time.sleep(1)
        return numbers.sum()

    assert 0 <= peak_memory.growth(summed, ("numbers",), ("numbers",)) < 4e6


def test_the_calls_change_files_and_nothing_else(tmp_path, capsys):
    kept = []

    def work(name):
        print(name)
        kept.append(name)
        (tmp_path / name).touch()

    peak_memory.growth(work, ("second",), ("first",))
    assert kept == [] and capsys.readouterr().out == ""
    assert sorted(os.listdir(tmp_path)) == ["first", "second"]


@pytest.mark.parametrize("bad_call", ["first", "second"])
def test_an_error_is_told_by_name_and_words(bad_call):
    def work(name):
        if name == bad_call:
            raise ValueError(f"12;\n{name} is bad")

    with pytest.raises(peak_memory.FunctionFailed, match=f"ValueError: 12;\n{bad_call} is bad"):
        peak_memory.growth(work, ("second",), ("first",))


def test_a_function_that_ends_its_process_has_failed():
    with pytest.raises(peak_memory.FunctionFailed, match="its process ended"):
        peak_memory.growth(os._exit, (1,), (1,))


def test_computing_for_too_long_is_a_timeout():
    def work(seconds):
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass

    with pytest.raises(TimeoutError, match="for more than 1 s"):
        peak_memory.growth(work, (100,), (0,), limit_s=1)
