"""The generation of jets end to end, at a size of seconds."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")

from data.generation.generator import start
from data.generation.production import MASTER_SEED, Task
from data.generation.rounding import rounded
from data.generation.top_tagging import events, fresh_jets, jets, parton_jets, processes, simulation
from data.generation.top_tagging.dataset import file_sizes
from data.generation.top_tagging.fresh_jets import generate_jets
from data.generation.top_tagging.matching import holds_top, top_decays
from data.generation.top_tagging.particles import GeneratedEvent, Particles
from data.generation.top_tagging.selection import find_leading_jets, leading_constituents, select


def in_small_chunks(samples):
    """The samples in chunks of 500 tries, of which about eight jets are selected."""
    return [dataclasses.replace(sample, tries_per_chunk=500) for sample in samples]


@pytest.fixture(scope="module")
def small_chunks():
    """Fresh jets, too, are made in small chunks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fresh_jets, "samples", lambda *arguments: in_small_chunks(jets.samples(*arguments)))
        yield


def test_sizes_of_the_files():
    assert file_sizes(26) == {"train.h5": 16, "validation.h5": 5, "test.h5": 5}
    assert file_sizes(40_000) == {"train.h5": 24_000, "validation.h5": 8_000, "test.h5": 8_000}


@pytest.fixture(scope="module")
def fresh(small_chunks, tmp_path_factory):
    """Seven jets from a seed of 256 bits."""
    return generate_jets(7, 2**255 + 12345, processes=1, work=tmp_path_factory.mktemp("work"))


def test_fresh_jets_do_not_depend_on_processes_and_are_resumed(fresh, small_chunks, tmp_path):
    again = generate_jets(7, 2**255 + 12345, processes=2, work=tmp_path)
    for first, second in zip(fresh, again, strict=True):
        np.testing.assert_array_equal(first, second)

    finished = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    assert finished
    np.testing.assert_array_equal(generate_jets(7, 2**255 + 12345, processes=1, work=tmp_path)[0], fresh[0])
    assert finished == {path: path.stat().st_mtime_ns for path in finished}, "every chunk is there already"


def test_fresh_jets_are_like_the_shipped_ones(fresh):
    constituents, labels = fresh
    assert constituents.shape == (7, 200, 4)
    assert constituents.dtype == np.float32
    assert labels.dtype == np.int8
    assert sorted(labels) == [0, 0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(rounded(constituents[..., 1:]), constituents[..., 1:])


def test_another_seed_gives_other_jets_in_another_folder(fresh, small_chunks, tmp_path):
    other, _ = generate_jets(7, 2**255 + 12346, processes=1, work=tmp_path)
    leading = {tuple(jet[0]) for jet in fresh[0]}
    assert not leading & {tuple(jet[0]) for jet in other}


@pytest.mark.parametrize(
    ("n_jets", "seed", "complaint"),
    [
        (0, 5, "n_jets is 0"),
        (5, -1, "the master seed is negative"),
        (5, MASTER_SEED, "the master seed 20260101 is that of the shipped jets"),
    ],
)
def test_seeds_and_numbers_that_do_not_qualify(n_jets, seed, complaint, tmp_path):
    with pytest.raises(ValueError, match=complaint):
        generate_jets(n_jets, seed, processes=1, work=tmp_path)


def test_a_chunk_without_a_jet():
    chunk = simulation.simulate_chunk(Task("qcd", 0, 1, master_seed=1))
    assert chunk.columns["momenta"].shape == (0, 200, 3)


# ---------------------------------------------------------------- truth, clustering, selection


def test_decay_quarks_carry_the_top_mass():
    """The W's quarks have its mass, 80.4 GeV and a width of 2.1 GeV; with the third they have the top quark's.

    The W recoils against what the b quark radiates, so the last sum is exact to a few GeV only.
    """
    pythia = start(processes.TOP, seed=3)
    w_masses = []
    while len(w_masses) < 60:
        if not pythia.next():
            continue
        decays = top_decays(pythia.event)
        assert decays.shape == (2, 4, 2)
        by_direction = {(p.eta(), p.phi()): p for p in pythia.event.particles() if p.idAbs() in range(1, 7)}
        for directions in decays:
            top, *quarks = (by_direction[tuple(direction)] for direction in directions)
            assert top.idAbs() == 6
            w_masses.append((quarks[1].p() + quarks[2].p()).mCalc())
            total = quarks[0].p() + quarks[1].p() + quarks[2].p()
            assert total.mCalc() == pytest.approx(top.m(), rel=0.15)
    assert np.median(w_masses) == pytest.approx(80.4, abs=1.5)


def test_holds_top():
    """Four directions, the farthest 0.7 away; across the seam of φ as well."""
    top = np.array([[(0.1, 3.0), (0.5, 3.1), (0.1, -3.1), (-0.2, 2.4)]])
    assert holds_top(top, 0.1, 3.0, 0.8)
    assert not holds_top(top, 0.1, 3.0, 0.6)
    assert not holds_top(top, 0.1, -2.5, 0.8)
    far = np.array([[(3.0, 0.0)] * 4])
    assert not holds_top(far, 0.1, 3.0, 0.8)
    assert holds_top(np.concatenate([far, top]), 0.1, 3.0, 0.8)
    assert not holds_top(np.zeros((0, 4, 2)), 0.0, 0.0, 0.8)


def massless(pt, eta, phi):
    return pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)


def test_clustering_of_hand_made_events():
    """Event 0: a jet of 600 GeV from two particles 0.5 apart, and one of 500 GeV; 1: nothing hard; 2: one jet."""
    momenta = np.array(
        [
            massless(400.0, 0.0, 0.0),
            massless(500.0, 0.0, 3.0),
            massless(200.0, 0.5, 0.0),
            massless(100.0, 0.0, 0.0),
            massless(560.0, -1.0, -3.1),
        ]
    )
    found = find_leading_jets(momenta, np.array([0, 0, 0, 1, 2]), n_events=4)
    np.testing.assert_allclose(found.pt, [600.0, 0.0, 560.0, 0.0])
    x, y, z = momenta[[0, 2], 1:].sum(axis=0)
    np.testing.assert_allclose(found.eta, [np.arcsinh(z / 600), 0, -1.0, 0], atol=1e-12)
    np.testing.assert_allclose(found.phi, [np.arctan2(y, x), 0, -3.1, 0], atol=1e-12)
    assert [len(members) for members in found.constituents] == [2, 0, 1, 0]
    constituents = leading_constituents(found.constituents[[0, 2]])
    assert constituents.shape == (2, 200, 3)
    np.testing.assert_allclose(constituents[0, :2], momenta[[0, 2], 1:], rtol=2.0**-13, atol=1e-10)
    assert not np.any(constituents[0, 2:])


def test_selection_window():
    pts = (549.0, 551.0, 649.0, 651.0, 600.0, 600.0)
    etas = (0.0, 0.0, 0.0, 0.0, 1.99, -2.01)
    momenta = np.array([massless(pt, eta, 1.0) for pt, eta in zip(pts, etas, strict=True)])
    found = find_leading_jets(momenta, np.arange(6), n_events=6)
    np.testing.assert_array_equal(select(found, None), [False, True, True, False, True, False])
    inside, outside = np.full((1, 4, 2), (0.1, 1.2)), np.full((1, 4, 2), (0.1, 2.0))
    np.testing.assert_array_equal(
        select(found, [inside, inside, outside, inside, inside, inside]), [False, True, False, False, False, False]
    )


def test_the_200_constituents_of_largest_pt_are_kept_in_order():
    rng = np.random.default_rng(6)
    pts = rng.permutation(np.linspace(1.0, 5.0, 230))
    momenta = np.array([massless(pt, 0.0, phi) for pt, phi in zip(pts, rng.uniform(-0.3, 0.3, 230), strict=True)])
    found = find_leading_jets(momenta, np.zeros(230, int), n_events=1)
    assert len(found.constituents[0]) == 230
    stored = np.hypot(*leading_constituents(found.constituents)[0, :, :2].T.astype(float))
    assert np.all(np.diff(stored) <= 0)
    np.testing.assert_allclose(stored, np.sort(pts)[::-1][:200], rtol=2.0**-13)


def test_neutrinos_and_forward_particles_are_invisible():
    pythia = start(processes.TOP, seed=4)
    n_events = 0
    while n_events < 3:
        if pythia.next() and pythia.forceHadronLevel():
            momenta, pdg_ids, charges = events.visible_particles(pythia.event)
            n_events += 1
            assert not np.any(np.isin(np.abs(pdg_ids), (12, 14, 16)))
            assert np.all(np.abs(np.arcsinh(momenta[:, 2] / np.hypot(momenta[:, 0], momenta[:, 1]))) < 4.9)
            assert set(np.unique(charges)) <= {-1.0, 0.0, 1.0}
            assert np.all(charges[pdg_ids == 22] == 0)
            assert np.all(charges[pdg_ids == 211] == 1)


# ---------------------------------------------------------------- the filters before hadronisation


@pytest.mark.parametrize(("process", "allowed"), [(processes.TOP, 2), (processes.QCD, 0)], ids=["top", "qcd"])
def test_filters_lose_few_selected_jets(process, allowed):
    """With the filters wide open, which selected jets would they have dropped?

    The datasheet gives 3 % for top jets: more than two of ten is then less likely than 0.3 %.
    """

    class Witness(parton_jets.ShowerVeto):
        vetoes = False

        def doVetoPT(self, position, event):  # noqa: N802
            self.vetoes = super().doVetoPT(position, event)
            return False

    veto = Witness()
    pythia = start(process, seed=21, veto=veto)
    leading_jet = parton_jets.LeadingJet()
    generated, passes = [], []
    for _ in range(700):
        veto.vetoes = False
        if not pythia.next():
            continue
        jet = leading_jet(pythia.event)
        if jet is None or jet.pT() < 380:
            continue
        tops = top_decays(pythia.event)
        is_matched = not process.label or holds_top(tops, jet.eta(), jet.phi(), events.PARTON_MATCHING_RADIUS)
        is_central = abs(jet.eta()) < parton_jets.PARTON_JET_LARGEST_ETA
        if pythia.forceHadronLevel():
            generated.append(GeneratedEvent(*events.visible_particles(pythia.event), tops))
            passes.append(not veto.vetoes and parton_jets.is_in_window(jet) and is_central and is_matched)
    flow, event_numbers = simulation.measure(Particles.of(generated), np.random.default_rng(22))
    found = find_leading_jets(flow, event_numbers, len(generated))
    selected = select(found, [event.tops for event in generated] if process.label else None)
    assert selected.sum() >= 8
    assert np.sum(selected & ~np.array(passes)) <= allowed
