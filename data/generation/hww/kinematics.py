"""Variables computed from the measured leptons, jets and MET, for arrays of events.

Every array has shape (n_events,); momenta, energies and masses are in GeV, angles in radians. Leptons are massless. MET
is a massless vector with pz = 0. Everything is computed in double precision from the values that the file stores in
single precision, so that a reader of the file finds the same.
"""

from collections.abc import Mapping

import numpy as np

from ..geometry import delta_phi, delta_r

Columns = dict[str, np.ndarray]


def complete(measured: Mapping[str, np.ndarray]) -> Columns:
    """Round what is measured to single precision and add the variables computed from it."""
    stored = {
        name: column.astype(np.float32) if column.dtype == np.float64 and not name.startswith("jets_") else column
        for name, column in measured.items()
    }
    m = {name: column.astype(np.float64) for name, column in stored.items()}
    x1, y1, z1, e1 = _massless(m["pt1"], m["eta1"], m["phi1"])
    x2, y2, z2, e2 = _massless(m["pt2"], m["eta2"], m["phi2"])
    x, y, z, e = x1 + x2, y1 + y2, z1 + z2, e1 + e2
    ptll = np.hypot(x, y)
    met = m["PuppiMET_pt"]
    met_x, met_y = met * np.cos(m["PuppiMET_phi"]), met * np.sin(m["PuppiMET_phi"])
    recoil_x, recoil_y = -(met_x + x), -(met_y + y)
    total_x, total_y = x + met_x + m["jets_px"], y + met_y + m["jets_py"]
    return stored | {
        "ptll": ptll,
        "mll": np.sqrt(2 * m["pt1"] * m["pt2"] * (np.cosh(m["eta1"] - m["eta2"]) - np.cos(m["phi1"] - m["phi2"]))),
        "drll": delta_r(m["eta1"], m["phi1"], m["eta2"], m["phi2"]),
        "dphill": delta_phi(m["phi1"], m["phi2"]),
        "mth": transverse_mass(ptll, met, x * met_x + y * met_y),
        "mtw1": transverse_mass(m["pt1"], met, x1 * met_x + y1 * met_y),
        "mtw2": transverse_mass(m["pt2"], met, x2 * met_x + y2 * met_y),
        "uperp": np.abs(recoil_x * y - recoil_y * x) / ptll,
        "upara": (recoil_x * x + recoil_y * y) / ptll,
        "ptTOT_cut": np.hypot(total_x, total_y),
        "mTOT_cut": _mass(total_x, total_y, z + m["jets_pz"], e + met + m["jets_energy"]),
    }


def transverse_mass(pt1: np.ndarray, pt2: np.ndarray, dot_product: np.ndarray) -> np.ndarray:
    """The transverse mass mT = √(2 (pT1 pT2 − pT1·pT2)), that is √(2 pT1 pT2 (1 − cos Δφ))."""
    return np.sqrt(2 * np.maximum(pt1 * pt2 - dot_product, 0))


def _massless(pt: np.ndarray, eta: np.ndarray, phi: np.ndarray) -> tuple[np.ndarray, ...]:
    return pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), pt * np.cosh(eta)


def _mass(x: np.ndarray, y: np.ndarray, z: np.ndarray, energy: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(energy**2 - x**2 - y**2 - z**2, 0))
