"""Particle-level events that may hold a selected jet: what one chunk's generator makes, before the detector."""

from collections.abc import Iterator

import numpy as np

from ..generator import start
from .matching import holds_top, top_decays
from .particles import GeneratedEvent
from .parton_jets import PARTON_JET_LARGEST_ETA, LeadingJet, ShowerVeto, is_in_window
from .processes import JetProcess

NEUTRINOS = (12, 14, 16)
LARGEST_ETA = 4.9
"""Where the calorimeter ends."""
PARTON_MATCHING_RADIUS = 1.0
"""Looser than the cut on measured jets (0.8), whose axis differs a little from that of the jet of partons."""


def generate(process: JetProcess, seed: int, tries: int) -> Iterator[GeneratedEvent]:
    """Generate so many events; yield those whose jet of partons may become a selected jet.

    The leading jet of partons (anti-kT, R = 0.8) needs a pT inside ``PARTON_JET_PT`` and |η| < 2.3; in top events it
    must besides hold a top quark and its decay quarks within ΔR < 1. This drops 3 % of the top jets that would be
    selected (10 of 338) and no QCD jet of 369. ``seed`` is one for Pythia.
    """
    veto = ShowerVeto()
    pythia = start(process, seed, veto)
    leading_jet = LeadingJet()
    for _ in range(tries):
        if not pythia.next():
            continue
        jet = leading_jet(pythia.event)
        if not is_in_window(jet) or abs(jet.eta()) > PARTON_JET_LARGEST_ETA:
            continue
        tops = top_decays(pythia.event)
        if process.label and not holds_top(tops, jet.eta(), jet.phi(), PARTON_MATCHING_RADIUS):
            continue
        if pythia.forceHadronLevel():
            yield GeneratedEvent(*visible_particles(pythia.event), tops)


def visible_particles(event) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Momenta (n, 4), PDG ids (n,) and charges (n,) of the final particles but neutrinos within |η| < 4.9."""
    final = [p for p in event.particles() if p.isFinal() and p.idAbs() not in NEUTRINOS]
    momenta = np.array([(p.px(), p.py(), p.pz(), p.e()) for p in final])
    pdg_ids, charges = np.array([p.id() for p in final]), np.array([p.charge() for p in final])
    inside = np.abs(momenta[:, 2]) < np.sinh(LARGEST_ETA) * np.hypot(momenta[:, 0], momenta[:, 1])
    return momenta[inside], pdg_ids[inside], charges[inside]
