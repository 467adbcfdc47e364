"""The simulated samples: generator settings, cross-sections and their sources, and which samples make up a file.

Several samples make up single top (its two channels) and W+jets (ranges of pTHat). No event belongs to two of them.
Pairs of Higgs bosons come at three self-couplings, a file each.
"""

from dataclasses import dataclass

from .. import cross_sections
from ..cross_sections import NormalisedProcess, k_factor, taken
from ..generator import parton_level_settings, pt_hat_range, pt_hat_settings
from .partonic import HIGGS_MASS

ENERGY = 13_000.0
COMMON_SETTINGS = parton_level_settings(ENERGY, "Check:abortIfVeto = on")
HIGGS_WIDTH = 0.00407

NNLO_PAIR_FB = 31.05
LO_PAIR_FB = 19.1
"""Of our amplitude at κλ = 1 (±0.1)."""
BRANCHING_TO_BOTTOM, BRANCHING_TO_W = 0.5824, 0.2137
BRANCHING = 2 * BRANCHING_TO_BOTTOM * BRANCHING_TO_W


@dataclass(frozen=True, kw_only=True)
class DihiggsProcess(NormalisedProcess):
    """A sample of a process.

    ``file``: stem of the file that it goes into.
    ``kappa_lambda``: the self-coupling, over that of the standard model, of pairs from our own amplitude; None for what
    Pythia generates itself.
    ``needs_parton_jets``: whether events with fewer than four jets of partons and leptons are given up.
    ``light_prescale``: of how many events without a c or b quark one is kept, with as many times the weight.
    ``tagged_fraction``: how many events are given a jet with a b tag; the weight says how probable that was. None
    leaves it to chance.
    """

    common_settings: tuple[str, ...] = COMMON_SETTINGS
    file: str
    kappa_lambda: float | None = None
    needs_parton_jets: bool = False
    light_prescale: int = 1
    tagged_fraction: float | None = None


def _higgs_pairs(name: str, kappa_lambda: float, share: float, **cross_section) -> DihiggsProcess:
    return DihiggsProcess(
        name=name,
        title=f"gg → HH at κλ = {kappa_lambda:g}, one H → bb̄, the other H → WW, leading order with the full top mass",
        settings=(
            "Beams:frameType = 4",
            "Higgs:useBSM = on",
            f"25:m0 = {HIGGS_MASS}",
            "25:onMode = off",
            "25:onIfMatch = 5 -5",
            f"35:m0 = {HIGGS_MASS}",
            f"35:mWidth = {HIGGS_WIDTH}",
            "35:doForceWidth = on",
            "35:onMode = off",
            "35:onIfMatch = 24 -24",
        ),
        file=name,
        share=share,
        kappa_lambda=kappa_lambda,
        tries_per_chunk=4_000,
        **cross_section,
    )


_BRANCHING_SOURCE = f"2 × {BRANCHING_TO_BOTTOM} (H → bb̄) × {BRANCHING_TO_W} (H → WW, arXiv:1610.07922)"
HIGGS_PAIR = _higgs_pairs(
    "HH",
    1.0,
    9.9,
    cross_section=NNLO_PAIR_FB / 1000 * BRANCHING,
    cross_section_source=f"{NNLO_PAIR_FB} fb (NNLO with the top mass, arXiv:1803.02463) × {_BRANCHING_SOURCE}",
)
OTHER_HIGGS_PAIRS = tuple(
    _higgs_pairs(
        name,
        kappa_lambda,
        1.5,
        k_factor=NNLO_PAIR_FB / LO_PAIR_FB * BRANCHING,
        cross_section_source=(
            f"leading order at this κλ × {NNLO_PAIR_FB} fb (NNLO at κλ = 1) / {LO_PAIR_FB} fb (leading order there) × "
            f"{_BRANCHING_SOURCE}"
        ),
    )
    for name, kappa_lambda in (("HH_kappa2p45", 2.45), ("HH_kappa5", 5.0))
)
"""Where HH, weighted to another self-coupling, has less than a third of its number of events left in effect."""

TOP_PAIR = DihiggsProcess(
    name="TTbar",
    title="tt̄",
    settings=("Top:gg2ttbar = on", "Top:qqbar2ttbar = on"),
    file="TTbar",
    share=8.0,
    tries_per_chunk=5_000,
    **taken(*cross_sections.TOP_PAIR),
)
T_CHANNEL = DihiggsProcess(
    name="SingleTop_tChannel",
    title="single top, t-channel",
    settings=("Top:qq2tq(t:W) = on", "PhaseSpace:pTHatMin = 0."),
    file="SingleTop",
    share=7.0,
    needs_parton_jets=True,
    tries_per_chunk=12_000,
    **taken(*cross_sections.T_CHANNEL),
)
S_CHANNEL = DihiggsProcess(
    name="SingleTop_sChannel",
    title="single top, s-channel",
    settings=("Top:ffbar2tqbar(s:W) = on",),
    file="SingleTop",
    share=2.7,
    needs_parton_jets=True,
    tries_per_chunk=8_000,
    **taken(*cross_sections.S_CHANNEL),
)


def _w_jets(least: int, below: int | None, share: float, tries: int) -> DihiggsProcess:
    return DihiggsProcess(
        name=f"WJets_{least}to{below or 'Inf'}",
        title=f"W+jets, W → ℓν, {pt_hat_range(least, below)}",
        settings=(
            "WeakBosonAndParton:qqbar2Wg = on",
            "WeakBosonAndParton:qg2Wq = on",
            "24:onMode = off",
            "24:onIfAny = 11 13 15",
            *pt_hat_settings(least, below),
        ),
        file="WJets",
        share=share,
        needs_parton_jets=True,
        light_prescale=3,
        tagged_fraction=0.6,
        tries_per_chunk=tries,
        **k_factor(*cross_sections.W_TO_LEPTON, pythia=cross_sections.PYTHIA_W_TO_LEPTON),
    )


W_JETS = (
    _w_jets(50, 100, 2.4, 20_000),
    _w_jets(100, None, 13.0, 10_000),
)
PROCESSES = {
    process.name: process for process in (HIGGS_PAIR, TOP_PAIR, T_CHANNEL, S_CHANNEL, *W_JETS, *OTHER_HIGGS_PAIRS)
}
FILES = tuple(dict.fromkeys(process.file for process in PROCESSES.values()))
HIGGS_PAIR_FILES = tuple(process.file for process in (HIGGS_PAIR, *OTHER_HIGGS_PAIRS))
