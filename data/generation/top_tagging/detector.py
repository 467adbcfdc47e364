"""Parametric, ATLAS-like detector: the energy flow of an event, made of tracks and of what calorimeters add to them.

There is no full simulation behind it. :mod:`.tracks` and :mod:`.calorimeter` say what is measured and with which
parameters.
"""

import numpy as np

from .calorimeter import ECAL, HCAL, crowding, find_towers, measure_excess
from .particles import Particles
from .tracks import is_used, measure_tracks


def measure(particles: Particles, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Momenta (m, 4) E, px, py, pz in GeV of the massless energy-flow objects, and their event numbers (m,).

    The objects are the tracks that are used and, of each calorimeter tower and layer, the energy beyond its tracks.
    Event numbers never fall.
    """
    towers = find_towers(particles)
    track_pt = measure_tracks(particles, rng)
    track_crowding = crowding(particles, towers, track_pt * np.cosh(particles.eta))
    track_pt *= is_used(track_pt, np.abs(particles.pdg_ids), track_crowding)
    track_energy = track_pt * np.cosh(particles.eta)
    layers = [measure_excess(layer, particles, towers, track_energy, rng) for layer in (ECAL, HCAL)]
    has_track = track_pt > 0
    energy = np.concatenate([track_energy[has_track], *(clusters.energy for clusters in layers)])
    eta = np.concatenate([particles.eta[has_track], *(clusters.eta for clusters in layers)])
    phi = np.concatenate([particles.phi[has_track], *(clusters.phi for clusters in layers)])
    event_numbers = np.concatenate(
        [particles.event_numbers[has_track], *(clusters.event_numbers for clusters in layers)]
    )
    order = np.argsort(event_numbers, kind="stable")
    pt = energy / np.cosh(eta)
    momenta = np.stack([energy, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
    return momenta[order], event_numbers[order]
