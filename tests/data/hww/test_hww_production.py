"""The H→WW generation end to end, at a size of seconds."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")

from data.generation.generator import start
from data.generation.hww import processes, simulation
from data.generation.hww.leptons import passes_filter
from data.generation.hww.recoil import RecoilVeto
from data.generation.hww.selection import jet_finder
from data.generation.hww.tau_decays import force_leptonic_tau_decays, leptonic_tau_fraction


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
