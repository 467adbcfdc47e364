"""The generation of the heavy pairs end to end, at a size of seconds."""

import pytest

pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")

from data.generation.heavy_pairs import processes, simulation
from data.generation.heavy_pairs.dataset import DATA_SET
from data.generation.production import Task

STOP, CHARGINO, NEUTRALINO, TOP = 1000006, 1000024, 1000022, 6


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
