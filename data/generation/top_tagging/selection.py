"""From what the detector measures to the selected jet of an event."""

from collections.abc import Sequence
from dataclasses import dataclass

import awkward as ak
import fastjet
import numpy as np

from ..rounding import rounded
from .matching import holds_top
from .storage import CONSTITUENTS

JET_RADIUS = 0.8
JET_PT = (550.0, 650.0)
JET_LARGEST_ETA = 2.0
MATCHING_RADIUS = 0.8
CLUSTERING_LEAST_PT = 200.0


@dataclass(frozen=True)
class LeadingJets:
    """The jet of largest pT of each event: ``pt`` in GeV, ``eta``, ``phi`` of shape (n_events,).

    ``constituents`` is an awkward array of momenta, a list for each event. An event without a jet above 200 GeV has
    pT 0 and no constituents.
    """

    pt: np.ndarray
    eta: np.ndarray
    phi: np.ndarray
    constituents: ak.Array


def find_leading_jets(momenta: np.ndarray, event_numbers: np.ndarray, n_events: int) -> LeadingJets:
    """Cluster each event with anti-kT (arXiv:0802.1189), R = 0.8, and keep its leading jet.

    ``momenta``: (n, 4), E, px, py, pz in GeV; ``event_numbers``: (n,), from 0, never falling.
    """
    energy, px, py, pz = momenta.T
    flat = ak.zip({"px": px, "py": py, "pz": pz, "E": energy}, with_name="Momentum4D")
    events = ak.unflatten(flat, np.bincount(event_numbers, minlength=n_events))
    clusters = fastjet.ClusterSequence(events, fastjet.JetDefinition(fastjet.antikt_algorithm, JET_RADIUS))
    jets = clusters.inclusive_jets(CLUSTERING_LEAST_PT)
    leading = ak.argmax(jets.px**2 + jets.py**2, axis=1, keepdims=True)
    x, y, z = (_first(jets[name][leading], 0.0) for name in ("px", "py", "pz"))
    pt = np.hypot(x, y)
    members = ak.fill_none(ak.firsts(clusters.constituent_index(CLUSTERING_LEAST_PT)[leading]), [], axis=0)
    return LeadingJets(pt, np.arcsinh(z / np.where(pt > 0, pt, 1.0)), np.arctan2(y, x), events[members])


def _first(lists: ak.Array, absent: float) -> np.ndarray:
    return ak.to_numpy(ak.fill_none(ak.firsts(lists), absent))


def select(jets: LeadingJets, tops: Sequence[np.ndarray] | None) -> np.ndarray:
    """Which events' leading jets are kept, (n_events,): 550 < pT < 650 GeV and |η| < 2.

    With ``tops``, the :func:`~.matching.top_decays` of each event, the jet must besides have a top quark and its three
    decay quarks within ΔR < 0.8 of its axis.
    """
    least, largest = JET_PT
    kept = (jets.pt > least) & (jets.pt < largest) & (np.abs(jets.eta) < JET_LARGEST_ETA)
    if tops is not None:
        for event in np.flatnonzero(kept):
            kept[event] = holds_top(tops[event], jets.eta[event], jets.phi[event], MATCHING_RADIUS)
    return kept


def leading_constituents(constituents: ak.Array) -> np.ndarray:
    """The 200 constituents of largest pT of each jet, by falling pT: (n_jets, 200, 3) px, py, pz, float32.

    Components are rounded as they are stored, before the order is made, so that the stored order is exact. Jets with
    fewer constituents are filled up with zeros.
    """
    counts = ak.num(constituents)
    px, py, pz = (
        ak.unflatten(rounded(ak.to_numpy(ak.flatten(constituents[name]))), counts) for name in ("px", "py", "pz")
    )
    squared_pt = ak.values_astype(px, np.float64) ** 2 + ak.values_astype(py, np.float64) ** 2
    order = ak.argsort(squared_pt, axis=1, ascending=False)
    padded = [ak.pad_none(component[order], CONSTITUENTS, axis=1, clip=True) for component in (px, py, pz)]
    return np.stack([ak.to_numpy(ak.fill_none(component, np.float32(0))) for component in padded], axis=-1)
