"""The generation of the heavy pairs end to end, at a size of seconds."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")

from data.generation.heavy_pairs import processes, simulation
from data.generation.heavy_pairs.dataset import DATA_SET
from data.generation.production import MASTER_SEED, Sample, Task

FILES = (*DATA_SET.files, "manifest.json")
SAMPLES = tuple(Sample(name, tries_per_chunk=60, aim=25) for name in processes.PROCESSES)
TINY = dataclasses.replace(DATA_SET, samples=lambda size: SAMPLES)
STOP, CHARGINO, NEUTRALINO, TOP = 1000006, 1000024, 1000022, 6


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The tiny data set, made by one process."""
    return TINY.generate(tmp_path_factory.mktemp("tiny"), 100, processes=1)


def test_the_number_of_processes_changes_no_byte(tiny, tmp_path):
    assert contents(TINY.generate(tmp_path, 100, processes=2)) == contents(tiny)


def test_only_the_finished_files_remain(tiny):
    assert sorted(path.name for path in tiny.iterdir()) == sorted(FILES)


def test_files_tell_nothing_of_where_they_were_made(tiny):
    for name, content in contents(tiny).items():
        assert str(tiny.parent).encode() not in content, name
        assert b"slha" not in content.replace(b"SLHA:verbose", b""), name


@pytest.mark.parametrize("name", processes.PROCESSES)
def test_shipped_events_come_from_this_code(name, events, manifest):
    """The first chunk gives the first events of the file, bit for bit."""
    seeds = manifest["files"][f"{name}.root"]["seeds"]
    assert seeds["master_seed"] == MASTER_SEED
    chunk = DATA_SET.simulate(Task(name, 0, seeds["tries_per_chunk"]))
    assert len(chunk) > 300
    for column in DATA_SET.columns:
        np.testing.assert_array_equal(
            chunk.columns[column.name], events[name][column.name][: len(chunk)], err_msg=column.name
        )


@pytest.mark.parametrize("name", processes.PROCESSES)
def test_hard_processes_are_those_of_the_class(name):
    """Stop and antistop decay as the name says, W⁺ to a lepton and W⁻ to quarks; the masses are those asked for."""
    pythia = simulation.start_generator(processes.PROCESSES[name], seed=3)
    for _ in range(30):
        assert pythia.next()
        hard = list(pythia.process.particles())
        for side, sign in zip(name, (1, -1), strict=True):
            (stop,) = (particle for particle in hard if particle.id() == sign * STOP)
            products = {abs(hard[i].id()) for i in (stop.daughter1(), stop.daughter2())}
            assert products == ({NEUTRALINO, TOP} if side == "A" else {CHARGINO, 5})
            assert stop.m() == pytest.approx(600, abs=25)
            (boson,) = (particle for particle in hard if particle.id() == sign * 24)
            kinds = {abs(hard[i].id()) for i in (boson.daughter1(), boson.daughter2())}
            assert kinds <= ({11, 12, 13, 14} if sign == 1 else {1, 2, 3, 4, 5})
        assert all(p.m() == pytest.approx(50, abs=1) for p in hard if p.id() == NEUTRALINO)
        assert all(p.m() == pytest.approx(processes.MASSES.chargino, abs=5) for p in hard if abs(p.id()) == CHARGINO)


def test_a_chunk_in_which_nothing_is_selected_has_all_columns():
    chunk = simulation.simulate_chunk(Task("AA", 0, 1))
    assert set(chunk.columns) == {column.name for column in DATA_SET.columns}
    assert len(chunk) in (0, 1)
