"""What a hard process promises before it is showered, and which of them belong to a sample."""

import math
from dataclasses import dataclass

from ..leptons import ELECTRON, MUON, TAU

INVISIBLE = (12, 14, 16, 1000022)
TAU_MET_SHARE = 0.5
TAU_LEPTON_SHARE = 0.35
LEPTON_LARGEST_ETA = 2.5


@dataclass(frozen=True, slots=True)
class Promise:
    """MET in GeV, whether there is a charged lepton, and the largest pT in GeV of one within |η| < 2.5, or 0.

    A τ counts half of its momentum as missing and 35 % of it as that of a lepton. ``is_tau``: whether the lepton of
    largest pT is one.
    """

    met: float
    has_lepton: bool
    lepton_pt: float
    is_tau: bool


def promise(event) -> Promise:
    """Look at the outgoing particles of a Pythia event."""
    met_x = met_y = lepton_pt = 0.0
    has_lepton = is_tau = False
    for particle in event.particles():
        kind = particle.idAbs()
        if not particle.isFinal() or kind not in (ELECTRON, MUON, TAU, *INVISIBLE):
            continue
        missing_share = 1.0 if kind in INVISIBLE else TAU_MET_SHARE if kind == TAU else 0.0
        met_x += missing_share * particle.px()
        met_y += missing_share * particle.py()
        if kind in INVISIBLE:
            continue
        has_lepton = True
        pt = particle.pT() * (TAU_LEPTON_SHARE if kind == TAU else 1.0)
        if abs(particle.eta()) < LEPTON_LARGEST_ETA and pt > lepton_pt:
            lepton_pt, is_tau = pt, kind == TAU
    return Promise(math.hypot(met_x, met_y), has_lepton, lepton_pt, is_tau)


@dataclass(frozen=True)
class Cuts:
    """The hard processes of a sample: at least this MET, and a lepton pT in [least, below), in GeV.

    Samples of one process whose ranges of lepton pT touch do not overlap and leave no gap. ``with_tau``: whether the
    lepton of largest pT has to be a τ (True), must not be one (False), or may be any (None).
    """

    least_met: float = 0.0
    needs_lepton: bool = True
    least_lepton_pt: float = 0.0
    below_lepton_pt: float = math.inf
    with_tau: bool | None = None

    def accept(self, promised: Promise) -> bool:
        """Whether a hard process belongs to the sample."""
        return (
            promised.met >= self.least_met
            and (promised.has_lepton or not self.needs_lepton)
            and self.least_lepton_pt <= promised.lepton_pt < self.below_lepton_pt
            and self.with_tau in (None, promised.is_tau)
        )

    def accept_event(self, event) -> bool:
        """Whether the hard process of a Pythia event belongs to the sample."""
        return self.accept(promise(event))

    def text(self) -> str:
        """What the cuts say, for a reader."""
        said = [f"MET ≥ {self.least_met:g} GeV"] if self.least_met else []
        if self.needs_lepton:
            said.append("a charged lepton")
        if self.least_lepton_pt:
            said.append(f"lepton pT ≥ {self.least_lepton_pt:g} GeV")
        if self.below_lepton_pt < math.inf:
            said.append(f"lepton pT < {self.below_lepton_pt:g} GeV")
        if self.with_tau is not None:
            said.append("of a τ" if self.with_tau else "not of a τ")
        return ", ".join(said)
