"""Which leptons are looked for, and the parton-level filter that saves hadronising hopeless events."""

import math

from ..leptons import dressed_pt, radiated_photons

LEAST_GENERATED_PT = 10.0
NON_PROMPT_ISOLATION_SURVIVAL = 0.1

FILTER_LEADING_PT = 21.0
FILTER_TRAILING_PT = 11.0
LEAST_LEPTON_PT_SUM = FILTER_LEADING_PT + FILTER_TRAILING_PT
FILTER_LARGEST_ETA = {11: 2.5, 13: 2.5, 15: 2.6, 4: 3.0, 5: 3.0}


def passes_filter(event) -> bool:
    """Whether a parton-level event can still give two selected leptons.

    Candidates are e, µ (dressed), τ, and b and c quarks, which may decay to leptons; one above 21 GeV and another
    above 11 GeV are needed, for cuts at 25 and 13 GeV on measured momenta. A γ*/Z must besides have √(m² + pT²) above
    32 GeV, which the pT of its two leptons cannot exceed. ``tests/data`` checks that no selected event is lost.
    """
    boson = event[event[5].iBotCopyId()]
    if boson.idAbs() == 23 and math.hypot(boson.m(), boson.pT()) < LEAST_LEPTON_PT_SUM:
        return False
    possible = [p for p in event.particles() if p.idAbs() in FILTER_LARGEST_ETA]
    final = [p for p in possible if p.isFinal() and abs(p.eta()) < FILTER_LARGEST_ETA[p.idAbs()]]
    if len(final) < 2:
        return False
    photons = radiated_photons([p for p in event.particles() if p.isFinal()])
    candidates = [dressed_pt(p, photons) if p.idAbs() == 11 else p.pT() for p in final]
    candidates.sort(reverse=True)
    return candidates[0] > FILTER_LEADING_PT and candidates[1] > FILTER_TRAILING_PT
