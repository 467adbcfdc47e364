"""The generation of every data set end to end, at a size of seconds: an interruption and the workers change no byte.

A set's folder may have ``tiny.toml``: a size, and of which samples how many events to make from how many tries at a
time. Without, all its samples are made, in small chunks.
"""

import dataclasses
import tempfile
import time
import tomllib
from functools import partial
from pathlib import Path

import pytest

from data.generation import dataset, manifest
from data.generation.production import Sample

SMALLEST = 20
FEW_TRIES = 300


def tiny_version(name):
    """The data set with few events, and the size to ask for."""
    data_set = dataset.load(name)
    numbers = Path(__file__).parent / name / "tiny.toml"
    if numbers.exists():
        said = tomllib.loads(numbers.read_text("utf-8"))
        size = said["size"]
        samples = [Sample(sample, **few) for sample, few in said["samples"].items()]
    else:
        size = max(data_set.least_size, SMALLEST)
        samples = [
            dataclasses.replace(sample, tries_per_chunk=min(sample.tries_per_chunk, FEW_TRIES))
            for sample in data_set.samples(size)
        ]
    return dataclasses.replace(data_set, samples=lambda size: samples), size


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def simulate_until_ctrl_c(simulate, last, task):
    """As the data set does, until its last sample."""
    if task.sample_name == last:
        raise KeyboardInterrupt
    return simulate(task)


@pytest.fixture(scope="module", params=dataset.names())
def tiny(request, tmp_path_factory):
    """A tiny data set, with its size and the folder where one process made it without interruption."""
    data_set, size = tiny_version(request.param)
    if missing := data_set.missing_packages():
        pytest.skip(f"{', '.join(missing)} is not installed (make data installs it)")
    return data_set, size, data_set.generate(tmp_path_factory.mktemp("tiny"), size, processes=1)


def test_interruption_and_number_of_processes_change_no_byte(tiny, tmp_path):
    data_set, size, made = tiny
    *first, last = (sample.name for sample in data_set.samples(size))
    interrupted = dataclasses.replace(data_set, simulate=partial(simulate_until_ctrl_c, data_set.simulate, last))
    with pytest.raises(KeyboardInterrupt):
        interrupted.generate(tmp_path, size, processes=2)
    folder = tmp_path / data_set.name
    assert not [path for path in folder.iterdir() if path.is_file()]
    kept = {path.stem.rpartition("-")[0] for path in folder.rglob("*.npz")}
    assert kept == set(first), "finished chunks are kept for the next run"

    time.sleep(1.1)  # ROOT's dates count whole seconds
    assert contents(data_set.generate(tmp_path, size, processes=2)) == contents(made)


def test_only_the_finished_files_remain(tiny):
    data_set, _, made = tiny
    assert set(contents(made)) == {*data_set.files, manifest.NAME}


def test_files_tell_nothing_of_where_they_were_made(tiny):
    """Neither of the folder nor of the files in which Pythia was told masses and events."""
    made = tiny[-1]
    for name, content in contents(made).items():
        for trace in (tempfile.gettempdir(), *made.parent.parts[-2:], ".slha", ".lhe", "Beams:LHEF"):
            assert trace.encode() not in content, (name, trace)
