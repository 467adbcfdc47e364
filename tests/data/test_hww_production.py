"""The H→WW generation end to end, at a size of seconds."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")

from data.generation.hww import dataset, processes, simulation
from data.generation.hww.leptons import passes_filter
from data.generation.hww.recoil import RecoilVeto
from data.generation.hww.selection import jet_finder
from data.generation.production import MASTER_SEED, Sample, Task

FILES = (*(f"{name}.root" for name in processes.PROCESSES), "arrays.npz", "manifest.json")
TINY = {
    sample.name: sample
    for sample in (
        Sample(processes.SIGNAL.name, tries_per_chunk=150, aim=100),
        Sample(processes.DRELL_YAN_LOW_MASS.name, tries_per_chunk=2_000, aim=8),
        Sample(processes.DRELL_YAN.name, tries_per_chunk=150, aim=60),
    )
}


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The tiny data set, made by one process without interruption."""
    return dataset.generate(tmp_path_factory.mktemp("tiny"), TINY, processes=1)


def test_interruption_and_number_of_processes_change_no_byte(tiny, tmp_path, monkeypatch):
    produce = dataset.produce

    def produce_two_samples(sample, *arguments):
        if sample.name == processes.DRELL_YAN.name:
            raise KeyboardInterrupt
        return produce(sample, *arguments)

    monkeypatch.setattr(dataset, "produce", produce_two_samples)
    with pytest.raises(KeyboardInterrupt):
        dataset.generate(tmp_path, TINY, processes=2)
    assert not list((tmp_path / "hww").glob("*.root"))
    assert list((tmp_path / "hww").rglob("*.npz")), "finished chunks are kept for the next run"

    monkeypatch.undo()
    time.sleep(1.1)  # ROOT's dates count whole seconds
    assert contents(dataset.generate(tmp_path, TINY, processes=2)) == contents(tiny)


def test_only_the_finished_files_remain(tiny):
    assert sorted(path.name for path in tiny.iterdir()) == sorted(FILES)


def test_files_tell_nothing_of_where_they_were_made(tiny):
    for name, content in contents(tiny).items():
        for part in tiny.parent.parts[-2:]:
            assert part.encode() not in content, name


@pytest.mark.parametrize("name", processes.PROCESSES)
def test_shipped_events_come_from_this_code(name, events, manifest):
    """The first tries of the first chunk give the first events of the file."""
    seeds = manifest["files"][f"{name}.root"]["seeds"]
    assert seeds["master_seed"] == MASTER_SEED
    assert seeds["tries_per_chunk"] == processes.PROCESSES[name].tries_per_chunk
    task = Task(name, 0, 2_000 if name == processes.DRELL_YAN_LOW_MASS.name else 100)
    columns = simulation.simulate_chunk(task).columns
    n_events = len(columns["event"])
    assert n_events > 0
    shipped = events[name]
    for branch in ("event", "pt1", "phi2", "PuppiMET_pt", "mth", "mTOT_cut", "njet"):
        np.testing.assert_allclose(columns[branch], shipped[branch][:n_events], rtol=1e-6, err_msg=branch)


def lost_by_the_filters(process, n_tries, is_worth_hadronising):
    """Number of selected events, and of those among them that the filters before hadronisation would have dropped."""

    class Witness(RecoilVeto):
        vetoes = False

        def doVetoStep(self, *step):  # noqa: N802
            self.vetoes |= super().doVetoStep(*step)
            return False

    witness = Witness() if process.vetoes_soft_recoil else None
    pythia = processes.start_generator(process, seed=11, veto=witness)
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
    pythia = processes.start_generator(processes.DRELL_YAN, seed=1)
    assert processes.leptonic_tau_fraction(pythia) == pytest.approx(0.1782 + 0.1739, abs=0.003)  # PDG
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
        process = processes.Process("", "", (*settings, "PartonLevel:all = off"), 0.0, "", 0.0, 0)
        pythia = processes.start_generator(process, seed=5)
        for _ in range(40_000):
            pythia.next()
        return pythia.infoPython().sigmaGen()

    assert leading_order(11.5) / leading_order(10) == pytest.approx(processes.FRACTION_ABOVE_11_5_GEV, rel=0.01)


def run_command(repository, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "data.generation", *arguments],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--events", "0"), "--events: a whole number from 1 is expected, not '0'"),
        (("--events", "many"), "--events: a whole number from 1 is expected, not 'many'"),
        (("--events", "-5"), "--events"),
        (("--processes", "0"), "--processes: a whole number from 1 is expected, not '0'"),
        (("--colour", "red"), "--colour"),
    ],
)
def test_bad_arguments_get_one_sentence(repository, arguments, complaint):
    result = run_command(repository, *arguments)
    assert result.returncode == 2
    assert complaint in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_an_unwritable_output_gets_one_sentence(repository, tmp_path):
    (tmp_path / "file").write_text("")
    result = run_command(repository, "--output", str(tmp_path / "file"))
    assert result.returncode == 2
    assert result.stderr.startswith("Cannot write into ")
    assert len(result.stderr.splitlines()) == 1


def test_ctrl_c_ends_with_one_sentence(repository, tmp_path):
    arguments = "--dataset", "hww", "--events", "50000", "--processes", "1", "--output", str(tmp_path)
    command = [sys.executable, "-m", "data.generation", *arguments]
    with subprocess.Popen(command, cwd=repository, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.rglob("hww/.work/*")) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert errors.splitlines()[-1] == "Interrupted: run the same command again to go on from here."
