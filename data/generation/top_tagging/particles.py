"""The stable particles of one event, and of many events at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

ELECTRON, MUON, PHOTON = 11, 13, 22


@dataclass(frozen=True, slots=True)
class GeneratedEvent:
    """A hadron-level event.

    ``momenta``: (n_particles, 4), px, py, pz, E in GeV, of the final particles that a detector can see. ``pdg_ids``,
    ``charges`` (in units of e): (n_particles,). ``tops``: (n_tops, 4, 2), η and φ of each top quark and of the three
    quarks that it decays to; n_tops is 0 for QCD.
    """

    momenta: np.ndarray
    pdg_ids: np.ndarray
    charges: np.ndarray
    tops: np.ndarray


@dataclass(frozen=True)
class Particles:
    """Arrays over the particles of all events, those of an event together.

    ``momenta``: (n, 4), px, py, pz, E in GeV, within |η| < 4.9. ``pdg_ids``: (n,). ``charges``: (n,), in units of e.
    ``event_numbers``: (n,), from 0, never falling.
    """

    momenta: np.ndarray
    pdg_ids: np.ndarray
    charges: np.ndarray
    event_numbers: np.ndarray

    @classmethod
    def of(cls, events: Sequence[GeneratedEvent]) -> "Particles":
        """Put the particles of a list of events together."""
        return cls(
            np.concatenate([event.momenta for event in events]),
            np.concatenate([event.pdg_ids for event in events]),
            np.concatenate([event.charges for event in events]),
            np.repeat(np.arange(len(events)), [len(event.pdg_ids) for event in events]),
        )

    @cached_property
    def pt(self) -> np.ndarray:
        """Transverse momentum in GeV."""
        return np.hypot(self.momenta[:, 0], self.momenta[:, 1])

    @cached_property
    def eta(self) -> np.ndarray:
        """Pseudorapidity."""
        return np.arcsinh(self.momenta[:, 2] / self.pt)

    @cached_property
    def phi(self) -> np.ndarray:
        """Azimuth, −π to π."""
        return np.arctan2(self.momenta[:, 1], self.momenta[:, 0])

    @cached_property
    def energy(self) -> np.ndarray:
        """Energy in GeV."""
        return self.momenta[:, 3]
