"""Electrons and muons at generator level."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .geometry import delta_r
from .isolation import is_isolated, origin

ELECTRON, MUON, TAU = 11, 13, 15
DRESSING_CONE = 0.1
HADRON_DECAY_STATUS = 80


@dataclass(frozen=True, slots=True)
class GeneratedLepton:
    """A stable electron or muon; pT in GeV, of electrons with the photons they radiated within ΔR < 0.1."""

    pt: float
    eta: float
    phi: float
    pdg_id: int
    is_prompt: bool


def has_lepton(final_particles: Iterable, least_pt: float) -> bool:
    """Whether there is an electron or muon above a pT in GeV among the final particles of a Pythia event."""
    return any(p.idAbs() in (ELECTRON, MUON) and p.pT() > least_pt for p in final_particles)


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


def find_leptons(
    event, least_pt: float, heavy_flavour_survival: float, rng: np.random.Generator
) -> list[GeneratedLepton]:
    """Prompt leptons (from W, Z, γ* or τ), and those leptons from b and c hadrons that survive the isolation.

    A lepton from a b or c hadron survives with a probability; leptons from light hadrons and converted photons are
    taken as rejected. ``least_pt``: in GeV, before photons are added.
    """
    final = [particle for particle in event.particles() if particle.isFinal()]
    photons = radiated_photons(final)
    leptons = []
    for particle in final:
        if particle.idAbs() not in (ELECTRON, MUON) or particle.pT() < least_pt:
            continue
        came_from = origin(event, particle)
        if not is_isolated(came_from, heavy_flavour_survival, rng):
            continue
        pt = dressed_pt(particle, photons) if particle.idAbs() == ELECTRON else particle.pT()
        leptons.append(GeneratedLepton(pt, particle.eta(), particle.phi(), particle.id(), came_from == "prompt"))
    return leptons
