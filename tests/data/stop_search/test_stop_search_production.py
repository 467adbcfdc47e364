"""The generation of the stop search end to end, at a size of seconds."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")

from data.generation.generator import cross_section_before_veto
from data.generation.isolation import origin
from data.generation.production import MASTER_SEED, Production, Sample, Task
from data.generation.stop_search import processes, selection, simulation
from data.generation.stop_search.columns import DECIMALS, VARIABLES
from data.generation.stop_search.dataset import DATA_SET, PARTS
from data.generation.stop_search.hard_process import Cuts, promise
from data.generation.stop_search.particles import Particles
from data.generation.veto import ProcessVeto


@pytest.mark.parametrize("name", [processes.STOP_550_520.name, processes.W_SOFT[2].name, processes.DRELL_YAN.name])
def test_shipped_events_come_from_this_code(name, tables, manifest):
    """The first chunk gives the first events of each table; the weight alone needs the other chunks."""
    seeds = manifest["samples"][name]["seeds"]
    assert seeds["master_seed"] == MASTER_SEED
    chunk = DATA_SET.simulate(Task(name, 0, seeds["tries_per_chunk"]))
    assert len(chunk) > 8
    kind = "sig" if processes.PROCESSES[name].is_signal else "bkg"
    for part, places in PARTS.items():
        chosen = np.isin(np.arange(len(chunk)) % 4, places)
        table = tables[part, kind]
        shipped = table[table["process"] == f"{name}.root"][: np.count_nonzero(chosen)]
        for variable in VARIABLES:
            made = np.round(chunk.columns[variable][chosen], DECIMALS.get(variable, 0))
            np.testing.assert_array_equal(made, shipped[variable], err_msg=variable)


ALL_W_JETS = dataclasses.replace(processes.W_HARD[0], settings=(*processes.W_SETTINGS, "PhaseSpace:pTHatMin = 180."))


def cross_sections(process, cuts, n_tries):
    """Cross-section in pb before the cuts, and what of it the cuts accept, with its statistical error."""
    process = dataclasses.replace(process, settings=(*process.settings, "PartonLevel:all = off"))
    veto = ProcessVeto(cuts.accept_event)
    pythia = simulation.start_generator(process, 7, veto)
    for _ in range(n_tries):
        pythia.next()
    accepted = n_tries - veto.n_vetoed
    total = cross_section_before_veto(pythia, veto.n_vetoed, n_tries)
    return total, total * accepted / n_tries, total * accepted**0.5 / n_tries


def test_the_samples_of_soft_and_hard_leptons_and_taus_make_up_the_process():
    """Neither overlap nor gap: their cross-sections add up to that of W+jets with the cut on MET alone."""
    total, whole, error = cross_sections(ALL_W_JETS, Cuts(least_met=200.0), 20_000)
    parts = [
        cross_sections(ALL_W_JETS, bins[0].cuts, 20_000)
        for bins in (processes.W_SOFT, processes.W_HARD, processes.W_TAU)
    ]
    assert sum(part for _, part, _ in parts) == pytest.approx(whole, abs=6 * error)
    for part_total, _, _ in parts:
        assert part_total == pytest.approx(total, rel=0.02), "the veto does not change the cross-section before it"


def test_bins_of_pthat_make_up_the_process():
    for samples in (processes.W_SOFT, processes.W_HARD, processes.W_TAU):
        bins = [cross_sections(process, Cuts(), 3_000)[0] for process in samples]
        assert sum(bins) == pytest.approx(cross_sections(ALL_W_JETS, Cuts(), 6_000)[0], rel=0.03)


def test_the_tables_add_up_to_cross_section_times_efficiency(tmp_path):
    """Yields of a sample in all its tables: cross-section over generated events, times scale factors."""
    name = processes.W_SOFT[2].name
    task = Task(name, 0, 400)
    chunk = simulation.simulate_chunk(task)
    chunk.save(tmp_path / "chunk.npz")
    production = Production(Sample(name, 400, 1), [tmp_path / "chunk.npz"])
    from data.generation.stop_search.dataset import table_blocks

    process = processes.PROCESSES[name]
    weights = [block["weight"].sum() for part in PARTS for block in table_blocks(process, production, part)]
    expected = process.cross_section_from(chunk.generator_cross_section) * chunk.columns["scale_factor"].sum() / 400
    assert sum(weights) == pytest.approx(expected, rel=1e-3)


def test_filters_lose_few_selected_events():
    """What the filters on MET, before the shower and before the hadrons, give up of soft W+jets: below 4 %."""

    class Witness(ProcessVeto):
        vetoes = False

        def doVetoProcessLevel(self, process):  # noqa: N802
            self.vetoes = super().doVetoProcessLevel(process)
            return promise(process).met < 150 or promise(process).lepton_pt > processes.SOFT_BELOW

    process = processes.W_SOFT[1]
    witness = Witness(process.cuts.accept_event)
    pythia = simulation.start_generator(process, 11, witness)
    rng = np.random.default_rng(12)
    finder = selection.jet_finder()
    selected = lost = 0
    for _ in range(6_000):
        if not pythia.next():
            continue
        met = promise(pythia.event).met
        if met < 220:
            continue
        if pythia.forceHadronLevel() and simulation.reconstruct(pythia.event, finder, process, rng):
            selected += 1
            lost += witness.vetoes or met < simulation.LEAST_PARTON_MET
    assert selected > 40
    assert lost <= 0.04 * selected + 3


def test_leptons_of_b_hadrons_are_displaced():
    """In top pairs, before any smearing: those of W come from the collision, those of b and c hadrons do not."""
    process = processes.TOP_PAIR_HARD[1]
    pythia = simulation.start_generator(process, 3, ProcessVeto(process.cuts.accept_event))
    displacement = {"prompt": [], "heavy flavour": []}
    while len(displacement["heavy flavour"]) < 40:
        if not pythia.next() or not pythia.forceHadronLevel():
            continue
        final = [p for p in pythia.event.particles() if p.isFinal() and p.idAbs() in (11, 13) and p.pT() > 3.5]
        particles = Particles.visible(final, 2.4)
        near = [p for p in final if abs(p.eta()) < 2.4]
        for lepton, dxy in zip(near, particles.dxy, strict=True):
            if (kind := origin(pythia.event, lepton)) in displacement:
                displacement[kind].append(abs(dxy))
    assert np.median(displacement["prompt"]) < 1e-6
    assert 0.003 < np.median(displacement["heavy flavour"]) < 0.1, "in cm"


def test_a_chunk_whose_every_try_is_vetoed_is_named(monkeypatch):
    """Its cross-section before the cuts is 0/0."""
    impossible = dataclasses.replace(ALL_W_JETS, name="impossible", cuts=Cuts(least_met=6_500.0))
    monkeypatch.setitem(processes.PROCESSES, "impossible", impossible)
    with pytest.raises(ValueError, match=r"impossible: none of 5 tries passes MET ≥ 6500 GeV.*tries_per_chunk"):
        simulation.simulate_chunk(Task("impossible", 0, 5))
