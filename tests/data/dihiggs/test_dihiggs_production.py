"""The generation of the di-Higgs events end to end, at a size of seconds."""

import awkward as ak
import numpy as np
import pytest

pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")

from data.generation.dihiggs import dataset, processes, selection, simulation
from data.generation.dihiggs.columns import JET_FIELDS, LEPTON_FIELDS, MET_COLUMNS, TRUTH
from data.generation.dihiggs.dataset import DATA_SET
from data.generation.dihiggs.hard_process import has_hard_lepton, has_jets
from data.generation.production import MASTER_SEED, Production, Sample, Task
from data.generation.veto import ProcessVeto


@pytest.mark.parametrize("name", ["HH", "WJets_100toInf"])
def test_shipped_events_come_from_this_code(name, events, manifest):
    """The first chunk's events are in the file, where the mixing put them; the weight alone needs the other chunks."""
    seeds = manifest["samples"][name]["seeds"]
    assert seeds["master_seed"] == MASTER_SEED
    chunk = DATA_SET.simulate(Task(name, 0, seeds["tries_per_chunk"]))
    assert len(chunk) > 100
    stem = processes.PROCESSES[name].file
    before = 0
    for other, about in manifest["samples"].items():
        if other == name:
            break
        before += about["n_events"] * (about["file"] == f"{stem}.root")
    places = np.argsort(dataset.order(stem, len(events[stem])))[before : before + len(chunk)]
    shipped = events[stem][places]
    made = {
        column: dataset.rounded(values, dataset.MANTISSA_BITS) if column in dataset.ROUNDED else values
        for column, values in chunk.columns.items()
    }
    for collection, fields in (("Jet", JET_FIELDS), ("Lepton", LEPTON_FIELDS)):
        counts = made[f"n{collection}"]
        assert ak.to_list(shipped[f"n{collection}"]) == counts.tolist()
        for column in fields:
            used = np.arange(made[column.name].shape[1]) < counts[:, None]
            np.testing.assert_array_equal(
                made[column.name][used], ak.to_numpy(ak.flatten(shipped[column.name])), err_msg=column.name
            )
    for column in (*MET_COLUMNS, *(TRUTH if name == "HH" else ())):
        np.testing.assert_array_equal(made[column.name], ak.to_numpy(shipped[column.name]), err_msg=column.name)


def test_weights_add_up_to_cross_section_times_efficiency(tmp_path):
    task = Task(processes.TOP_PAIR.name, 0, 200)
    chunk = simulation.simulate_chunk(task)
    chunk.save(tmp_path / "chunk.npz")
    production = Production(Sample(task.sample_name, 200, 1), [tmp_path / "chunk.npz"])
    weights = dataset.weighted_columns(processes.TOP_PAIR, production)["weight"]
    assert weights.sum() == pytest.approx(831.76e3 * len(chunk) / 200)


def test_a_file_s_samples_are_put_in_an_order_that_depends_on_its_name_only():
    first = dataset.order("WJets", 500)
    np.testing.assert_array_equal(np.sort(first), np.arange(500))
    np.testing.assert_array_equal(first, dataset.order("WJets", 500))
    assert (first != dataset.order("SingleTop", 500)).any()


def test_tags_that_are_dealt_out_keep_the_mean():
    """With weights, a jet has a medium tag as often as without."""
    rng = np.random.default_rng(1)
    flavours = np.array([0, 4, 0])
    free = np.mean([(simulation.tags(flavours, None, rng)[0] > 0.2783).any() for _ in range(10_000)])
    dealt = [simulation.tags(flavours, 0.6, rng) for _ in range(3_000)]
    tagged = np.array([(discriminants > 0.2783).any() for discriminants, _ in dealt])
    weight = np.array([factor for _, factor in dealt])
    assert tagged.mean() == pytest.approx(0.6, abs=0.04)
    assert weight.mean() == pytest.approx(1, abs=0.06)
    assert weight[tagged].sum() / len(dealt) == pytest.approx(free, abs=0.02)


def test_light_events_of_w_jets_are_prescaled_and_weigh_more():
    """After the filter on jets one event in three without c and b quarks is kept, with three times the weight."""
    process = processes.W_JETS[1]
    rng = np.random.default_rng(2)
    veto = ProcessVeto(has_hard_lepton)
    finder = selection.jet_finder()
    prescales = []
    with simulation.generator(process, 0, 5, veto, rng) as (pythia, _):
        for _ in range(400):
            if pythia.next() and has_jets(pythia.event, finder):
                kept = [simulation.filtered(pythia.event, finder, process, rng) for _ in range(30)]
                expected = 1.0 if simulation.has_heavy_quark(pythia.event) else 3.0
                assert set(kept) <= {None, expected}
                prescales.append((expected, np.mean([value is not None for value in kept])))
    light = [kept for expected, kept in prescales if expected == 3.0]
    assert len(light) > 20
    assert np.mean(light) == pytest.approx(1 / 3, abs=0.07)
    assert all(kept == 1 for expected, kept in prescales if expected == 1.0)


def test_filters_lose_few_selected_events():
    """What the filters on lepton and parton jets give up of the t-channel, looked for with looser ones: below 4 %."""
    process = processes.T_CHANNEL
    rng = np.random.default_rng(12)
    finder = selection.jet_finder()

    class Witness(ProcessVeto):
        vetoes = False

        def doVetoProcessLevel(self, process):  # noqa: N802
            self.vetoes = super().doVetoProcessLevel(process)
            return not any(p.isFinal() and p.idAbs() in (11, 13, 15) for p in process.particles())

    witness = Witness(has_hard_lepton)
    n_selected = n_lost = 0
    pythia = simulation.start(process, 3, witness)
    for _ in range(1_500):
        if not pythia.next():
            continue
        finder.analyze(pythia.event)
        if finder.sizeJet() < 3:
            continue
        gives_up = witness.vetoes or not has_jets(pythia.event, finder)
        if pythia.forceHadronLevel() and simulation.reconstruct(pythia.event, finder, process, rng):
            n_selected += 1
            n_lost += gives_up
    assert n_selected > 25
    assert n_lost <= 0.04 * n_selected + 2
