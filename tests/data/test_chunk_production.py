"""Chunked production of any sample, with a cheap stand-in for the generator."""

import time

import numpy as np
import pytest

from data.generation.production import Chunk, Sample, Task, produce, worker_pool

SAMPLE = Sample("stand-in", tries_per_chunk=100, aim=220)


def simulate(task):
    """About half of the tries are kept; the first chunk is the last one to finish."""
    if task.index == 0:
        time.sleep(0.5)
    tries = np.random.default_rng(task.seed()).random(task.tries)
    number = np.arange(task.index * task.tries, (task.index + 1) * task.tries)
    kept = tries < 0.5
    return Chunk({"number": number[kept], "value": tries[kept]}, generator_cross_section=1.0)


def simulate_until_the_power_fails(task):
    if task.index == 2:
        raise OSError("no power")
    return simulate(task)


def columns_of(production, block_size=10**6):
    (columns,) = production.blocks(block_size)
    return columns


@pytest.fixture(scope="module")
def pool():
    with worker_pool(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def reference(tmp_path_factory, pool):
    return columns_of(produce(SAMPLE, simulate, tmp_path_factory.mktemp("reference"), pool, processes=1))


def test_as_few_whole_chunks_as_reach_the_aim(reference, tmp_path, pool):
    production = produce(SAMPLE, simulate, tmp_path, pool, processes=2)
    sizes = [len(Chunk.load(path)) for path in production.chunk_files]
    assert production.n_generated == 100 * len(sizes)
    assert production.generator_cross_section == 1.0
    assert sum(sizes) >= SAMPLE.aim > sum(sizes[:-1])
    assert len(reference["number"]) == sum(sizes)


@pytest.mark.parametrize("processes", [1, 2, 7])
def test_number_of_processes_changes_nothing(reference, tmp_path, pool, processes):
    columns = columns_of(produce(SAMPLE, simulate, tmp_path, pool, processes))
    for name, column in columns.items():
        np.testing.assert_array_equal(column, reference[name])


def test_events_are_in_generation_order_and_come_once(reference):
    assert np.all(np.diff(reference["number"]) > 0)


def test_resumes_without_repeating_finished_chunks(reference, tmp_path, pool):
    with pytest.raises(OSError, match="no power"):
        produce(SAMPLE, simulate_until_the_power_fails, tmp_path, pool, processes=1)
    finished = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    assert len(finished) == 2
    columns = columns_of(produce(SAMPLE, simulate, tmp_path, pool, processes=1))
    assert finished == {path: path.stat().st_mtime_ns for path in finished}
    np.testing.assert_array_equal(columns["value"], reference["value"])


def test_a_damaged_chunk_is_made_again(reference, tmp_path, pool):
    paths = produce(SAMPLE, simulate, tmp_path, pool, processes=2).chunk_files
    paths[1].write_bytes(paths[1].read_bytes()[:200])
    paths[2].write_bytes(b"")
    columns = columns_of(produce(SAMPLE, simulate, tmp_path, pool, processes=2))
    np.testing.assert_array_equal(columns["value"], reference["value"])


@pytest.mark.parametrize("block_size", [1, 7, 64, 10**6])
def test_blocks_hold_all_events_in_order(reference, tmp_path, pool, block_size):
    blocks = list(produce(SAMPLE, simulate, tmp_path, pool, processes=2).blocks(block_size))
    assert all(len(block["value"]) == block_size for block in blocks[:-1])
    np.testing.assert_array_equal(np.concatenate([block["value"] for block in blocks]), reference["value"])


def test_every_chunk_and_sample_has_its_own_seed():
    seeds = {
        tuple(Task(name, index, 1).seed().generate_state(2))
        for name in ("signal", "background")
        for index in range(2000)
    }
    assert len(seeds) == 4000
