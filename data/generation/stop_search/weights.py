"""The scale factor of an event: how much rarer or more frequent it is in data than in the simulation."""

import math

from ..leptons import ELECTRON
from .leptons import Lepton


def scale_factor(lepton: Lepton, met: float) -> float:
    """Efficiency of the MET trigger times the lepton's ratio of efficiencies in data and simulation."""
    return trigger_efficiency(met) * lepton_scale_factor(lepton.pt, lepton.eta, lepton.flavour)


def trigger_efficiency(met: float) -> float:
    """0.99 (1 − exp(−(MET/100)²/2)), for MET in GeV: 0.970 at 280, then flat."""
    return 0.99 * (1 - math.exp(-((met / 100) ** 2) / 2))


def lepton_scale_factor(pt: float, eta: float, flavour: int) -> float:
    """Ratio of the efficiencies in data and simulation, between 0.9 and 1.

    Electrons (11): 1 − 0.08 exp(−pT/15), less 0.02 for |η| > 1.479.
    Muons (13): 1 − 0.04 exp(−pT/10) − 0.01 (η/2.4)².
    """
    if flavour == ELECTRON:
        return 1 - 0.08 * math.exp(-pt / 15) - 0.02 * (abs(eta) > 1.479)
    return 1 - 0.04 * math.exp(-pt / 10) - 0.01 * (eta / 2.4) ** 2
