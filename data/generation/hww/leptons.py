"""Electrons and muons at generator level, and the parton-level filter that saves hadronising hopeless events."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry import delta_r
from ..isolation import is_isolated, origin

LEPTON_IDS = (11, 13)
DRESSING_CONE = 0.1
HADRON_DECAY_STATUS = 80
LEAST_GENERATED_PT = 10.0
NON_PROMPT_ISOLATION_SURVIVAL = 0.1

FILTER_LEADING_PT = 21.0
FILTER_TRAILING_PT = 11.0
LEAST_LEPTON_PT_SUM = FILTER_LEADING_PT + FILTER_TRAILING_PT
FILTER_LARGEST_ETA = {11: 2.5, 13: 2.5, 15: 2.6, 4: 3.0, 5: 3.0}


@dataclass(frozen=True, slots=True)
class GeneratedLepton:
    """A stable electron or muon; pT in GeV, of electrons with the photons they radiated within ΔR < 0.1."""

    pt: float
    eta: float
    phi: float
    pdg_id: int
    is_prompt: bool


def dressed_pt(electron, photons: Sequence) -> float:
    """The pT of an electron plus that of the radiated photons around it, in GeV."""
    return electron.pT() + sum(
        photon.pT()
        for photon in photons
        if delta_r(electron.eta(), electron.phi(), photon.eta(), photon.phi()) < DRESSING_CONE
    )


def radiated_photons(final_particles: Sequence) -> list:
    """Photons that partons and leptons radiated, as opposed to those from hadron decays."""
    return [p for p in final_particles if p.id() == 22 and p.statusAbs() < HADRON_DECAY_STATUS]


def passes_filter(event) -> bool:
    """Whether a parton-level event can still give two selected leptons.

    Candidates are e, µ (dressed), τ, and b and c quarks, which may decay to leptons; one above 21 GeV and another
    above 11 GeV are needed, for cuts at 25 and 13 GeV on measured momenta. A γ*/Z must besides have √(m² + pT²) above
    32 GeV, which the pT of its two leptons cannot exceed. ``tests/data`` checks that no selected event is lost.
    """
    boson = event[event[5].iBotCopyId()]
    if boson.idAbs() == 23 and math.hypot(boson.m(), boson.pT()) < LEAST_LEPTON_PT_SUM:
        return False
    possible = [p for p in event.particles() if p.idAbs() in FILTER_LARGEST_ETA]
    final = [p for p in possible if p.isFinal() and abs(p.eta()) < FILTER_LARGEST_ETA[p.idAbs()]]
    if len(final) < 2:
        return False
    photons = radiated_photons([p for p in event.particles() if p.isFinal()])
    candidates = [dressed_pt(p, photons) if p.idAbs() == 11 else p.pT() for p in final]
    candidates.sort(reverse=True)
    return candidates[0] > FILTER_LEADING_PT and candidates[1] > FILTER_TRAILING_PT


def find_leptons(event, rng: np.random.Generator) -> list[GeneratedLepton]:
    """Prompt leptons (from W, Z, γ* or τ), and those leptons from b and c hadrons that survive the isolation.

    A lepton from a b or c hadron survives with probability ``NON_PROMPT_ISOLATION_SURVIVAL``; leptons from light
    hadrons and converted photons are taken as rejected.
    """
    final = [particle for particle in event.particles() if particle.isFinal()]
    photons = radiated_photons(final)
    leptons = []
    for particle in final:
        if particle.idAbs() not in LEPTON_IDS or particle.pT() < LEAST_GENERATED_PT:
            continue
        came_from = origin(event, particle)
        if not is_isolated(came_from, NON_PROMPT_ISOLATION_SURVIVAL, rng):
            continue
        pt = dressed_pt(particle, photons) if particle.idAbs() == 11 else particle.pT()
        leptons.append(GeneratedLepton(pt, particle.eta(), particle.phi(), particle.id(), came_from == "prompt"))
    return leptons
