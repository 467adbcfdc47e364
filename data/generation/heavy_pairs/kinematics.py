"""The high-level variables, for arrays of events (n_events,), in GeV and radians.

They are computed in double precision from the four-vectors as the file stores them, so that a reader finds the same.
"""

from collections.abc import Mapping

import numpy as np
import vector

from ..rounding import rounded

JETS = ("b1", "b2", "j1", "j2")
LARGEST_AZIMUTH = np.float32(3.14111328125)
"""The largest one below π that can be stored."""

Columns = dict[str, np.ndarray]


def complete(measured: Mapping[str, np.ndarray]) -> Columns:
    """Round what is measured as it is stored, and add the high-level variables."""
    stored = {name: _stored(name, column) for name, column in measured.items()}
    variables = high_level({name: column.astype(np.float64) for name, column in stored.items()})
    return stored | {name: _stored(name, column) for name, column in variables.items()}


def _stored(name: str, column: np.ndarray) -> np.ndarray:
    """What the file has of a column: twelve bits; azimuths, which would be rounded to beyond π, stay within."""
    values = rounded(column)
    return np.clip(values, -LARGEST_AZIMUTH, LARGEST_AZIMUTH) if "phi" in name else values


def high_level(event: Mapping[str, np.ndarray]) -> Columns:
    """The high-level variables from the four-vectors."""
    lepton = _momentum(event, "lep")
    b1, b2, j1, j2 = (_momentum(event, jet) for jet in JETS)
    met = vector.array({"pt": event["met_pt"], "phi": event["met_phi"]})
    w = j1 + j2
    sum_of_jet_pts = sum(event[f"{jet}_pt"] for jet in JETS)
    m_eff = event["lep_pt"] + event["met_pt"] + sum_of_jet_pts
    b1_is_near = lepton.deltaR(b1) < lepton.deltaR(b2)
    asymmetry = np.where(b1_is_near, 1, -1) * (event["b1_pt"] - event["b2_pt"]) / (event["b1_pt"] + event["b2_pt"])
    cosine = np.where(b1_is_near, _cosine(w, j1, b2), _cosine(w, j1, b1))
    m_bjj, m_bl = ([(system + b).mass for b in (b1, b2)] for system in (w, lepton))
    return {
        "m_jj": w.mass,
        "m_bjj_min": np.minimum(*m_bjj),
        "m_bjj_max": np.maximum(*m_bjj),
        "m_bl_min": np.minimum(*m_bl),
        "m_bl_max": np.maximum(*m_bl),
        "m_bb": (b1 + b2).mass,
        "mt_lmet": np.sqrt(2 * event["lep_pt"] * event["met_pt"] * (1 - np.cos(lepton.deltaphi(met)))),
        "m_eff": m_eff,
        "met_share": event["met_pt"] / m_eff,
        "b_share": (event["b1_pt"] + event["b2_pt"]) / sum_of_jet_pts,
        "sphericity_t": transverse_sphericity([lepton, b1, b2, j1, j2]),
        "b_asymmetry": asymmetry,
        "cos_jb": cosine,
        "dphi_lmet": met.deltaphi(lepton),
        "dphi_bb": b2.deltaphi(b1),
    }


def transverse_sphericity(momenta: list) -> np.ndarray:
    """Twice the smaller eigenvalue over the sum of both, of the tensor Σ pi pj of the transverse momenta: 0 to 1."""
    xx, yy, xy = (
        sum(first * second for first, second in pairs)
        for pairs in (
            [(p.px, p.px) for p in momenta],
            [(p.py, p.py) for p in momenta],
            [(p.px, p.py) for p in momenta],
        )
    )
    return np.maximum(1 - np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (xx + yy), 0)


def _momentum(event: Mapping[str, np.ndarray], name: str) -> vector.MomentumNumpy4D:
    mass = event.get(f"{name}_mass", np.zeros_like(event[f"{name}_pt"]))
    return vector.array(
        {"pt": event[f"{name}_pt"], "eta": event[f"{name}_eta"], "phi": event[f"{name}_phi"], "mass": mass}
    )


def _cosine(system, first, second) -> np.ndarray:
    """Cosine of the angle between two momenta in the rest frame of a system."""
    first, second = (momentum.boostCM_of_p4(system).to_3D() for momentum in (first, second))
    return np.cos(first.deltaangle(second))
