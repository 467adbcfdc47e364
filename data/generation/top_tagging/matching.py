"""Truth of top events: where the top quarks and the quarks they decay to go."""

import numpy as np

from ..geometry import delta_r

TOP_QUARK, W_BOSON = 6, 24


def top_decays(event) -> np.ndarray:
    """η and φ of each top quark of a Pythia event just before its decay, and of the three quarks it decays to.

    Shape (n_tops, 4, 2), in the order top quark, b (or s, d) quark, the two quarks of the W. W bosons that decay to
    leptons do not occur in this sample.
    """
    copies = [index for index, particle in enumerate(event.particles()) if particle.idAbs() == TOP_QUARK]
    tops = [event[index] for index in copies if event[index].iBotCopyId() == index]
    return np.array([[(p.eta(), p.phi()) for p in (top, *_decay_quarks(event, top))] for top in tops]).reshape(-1, 4, 2)


def _decay_quarks(event, top) -> list:
    daughters = [event[index] for index in top.daughterList()]
    (boson,) = (p for p in daughters if p.idAbs() == W_BOSON)
    (quark,) = (p for p in daughters if p.idAbs() < TOP_QUARK)
    return [quark, *(event[index] for index in event[boson.iBotCopyId()].daughterList())]


def holds_top(tops: np.ndarray, eta: float, phi: float, radius: float) -> bool:
    """Whether a top quark and its three decay quarks all lie within ΔR < ``radius`` of the direction (η, φ)."""
    return bool(np.any(np.all(delta_r(tops[..., 0], tops[..., 1], eta, phi) < radius, axis=1)))
