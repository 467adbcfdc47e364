"""The H→WW generation end to end, at a size of seconds."""

import dataclasses
import time

import numpy as np
import pytest

pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")

from data.generation.generator import start
from data.generation.hww import processes, simulation
from data.generation.hww.dataset import DATA_SET
from data.generation.hww.leptons import passes_filter
from data.generation.hww.recoil import RecoilVeto
from data.generation.hww.selection import jet_finder
from data.generation.hww.tau_decays import force_leptonic_tau_decays, leptonic_tau_fraction
from data.generation.production import MASTER_SEED, Sample, Task

FILES = (*DATA_SET.files, "manifest.json")
SAMPLES = (
    Sample(processes.SIGNAL.name, tries_per_chunk=150, aim=100),
    Sample(processes.DRELL_YAN_LOW_MASS.name, tries_per_chunk=2_000, aim=8),
    Sample(processes.DRELL_YAN.name, tries_per_chunk=150, aim=60),
)
TINY = dataclasses.replace(DATA_SET, samples=lambda size: SAMPLES)


def simulate_until_ctrl_c(task):
    """As the data set does, until the last sample."""
    if task.sample_name == processes.DRELL_YAN.name:
        raise KeyboardInterrupt
    return DATA_SET.simulate(task)


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The tiny data set, made by one process without interruption."""
    return TINY.generate(tmp_path_factory.mktemp("tiny"), 100, processes=1)


def test_interruption_and_number_of_processes_change_no_byte(tiny, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        dataclasses.replace(TINY, simulate=simulate_until_ctrl_c).generate(tmp_path, 100, processes=2)
    assert not list((tmp_path / "hww").glob("*.root"))
    assert list((tmp_path / "hww").rglob("*.npz")), "finished chunks are kept for the next run"

    time.sleep(1.1)  # ROOT's dates count whole seconds
    assert contents(TINY.generate(tmp_path, 100, processes=2)) == contents(tiny)


def test_only_the_finished_files_remain(tiny):
    assert sorted(path.name for path in tiny.iterdir()) == sorted(FILES)


def test_files_tell_nothing_of_where_they_were_made(tiny):
    for name, content in contents(tiny).items():
        for part in tiny.parent.parts[-2:]:
            assert part.encode() not in content, name


@pytest.mark.parametrize("name", processes.PROCESSES)
def test_shipped_events_come_from_this_code(name, events, manifest):
    """The first chunk gives the first events of the file, bit for bit; XSWeight alone needs the other chunks."""
    seeds = manifest["files"][f"{name}.root"]["seeds"]
    assert seeds["master_seed"] == MASTER_SEED
    assert seeds["tries_per_chunk"] == processes.PROCESSES[name].tries_per_chunk
    chunk = DATA_SET.simulate(Task(name, 0, seeds["tries_per_chunk"]))
    assert len(chunk) > 100
    for column in DATA_SET.columns:
        if column.name != "XSWeight":
            made, shipped = chunk.columns[column.name].astype(column.dtype), events[name][column.name][: len(chunk)]
            np.testing.assert_array_equal(made, shipped, err_msg=column.name)


def start_generator(process, seed, veto=None):
    """The generator of a chunk."""
    pythia = start(process, seed, veto)
    force_leptonic_tau_decays(pythia)
    return pythia


def lost_by_the_filters(process, n_tries, is_worth_hadronising):
    """Number of selected events, and of those among them that the filters before hadronisation would have dropped."""

    class Witness(RecoilVeto):
        vetoes = False

        def doVetoStep(self, *step):  # noqa: N802
            self.vetoes |= super().doVetoStep(*step)
            return False

    witness = Witness() if process.vetoes_soft_recoil else None
    pythia = start_generator(process, seed=11, veto=witness)
    rng = np.random.default_rng(12)
    finder = jet_finder()
    selected = lost = 0
    for _ in range(n_tries):
        if witness:
            witness.vetoes = False
        if not pythia.next() or not is_worth_hadronising(pythia.event):
            continue
        kept = passes_filter(pythia.event) and not (witness and witness.vetoes)
        if pythia.forceHadronLevel() and simulation.reconstruct(pythia.event, finder, rng):
            selected += 1
            lost += not kept
    return selected, lost


@pytest.mark.parametrize("process", [processes.SIGNAL, processes.DRELL_YAN], ids=lambda process: process.name)
def test_filters_lose_no_selected_event(process):
    selected, lost = lost_by_the_filters(process, 500, lambda event: True)
    assert selected > 100
    assert lost == 0


def test_filters_lose_no_selected_event_of_low_mass():
    """So few are selected that events without two leptons above 16 and 8 GeV are skipped here."""

    def has_two_leptons(event):
        pts = sorted(p.pT() for p in event.particles() if p.idAbs() in (11, 13, 15) and p.isFinal())
        return len(pts) >= 2 and pts[-1] > 16 and pts[-2] > 8

    selected, lost = lost_by_the_filters(processes.DRELL_YAN_LOW_MASS, 8_000, has_two_leptons)
    assert selected > 12
    assert lost == 0


def test_taus_decay_leptonically_with_their_branching_fraction():
    pythia = start_generator(processes.DRELL_YAN, seed=1)
    assert leptonic_tau_fraction(pythia) == pytest.approx(0.1782 + 0.1739, abs=0.003)  # PDG
    n_taus = 0
    while n_taus < 10:
        if pythia.next() and simulation.has_tau_pair(pythia.process) and pythia.forceHadronLevel():
            n_taus += 2
            final = [p for p in pythia.event.particles() if p.isFinal()]
            assert sum(p.idAbs() == 16 for p in final) >= 2
            assert sum(p.idAbs() in (12, 14) for p in final) >= 2


def test_fraction_of_the_low_mass_cross_section_that_is_generated():
    def leading_order(least_mass):
        settings = (setting.replace("11.5", str(least_mass)) for setting in processes.DRELL_YAN_LOW_MASS.settings)
        settings = (*settings, "PartonLevel:all = off")
        process = dataclasses.replace(processes.DRELL_YAN_LOW_MASS, settings=settings)
        pythia = start_generator(process, seed=5)
        for _ in range(40_000):
            pythia.next()
        return pythia.infoPython().sigmaGen()

    assert leading_order(11.5) / leading_order(10) == pytest.approx(processes.FRACTION_ABOVE_11_5_GEV, rel=0.01)
