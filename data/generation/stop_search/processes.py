"""The simulated samples: generator settings, which hard processes they hold, cross-sections and their sources.

Most processes are cut in samples by pTHat, W+jets and top pairs also by the lepton in the hard process, so that more
events can be generated where the signal is. No event belongs to two of them.
"""

from dataclasses import dataclass

from .. import cross_sections
from ..cross_sections import NormalisedProcess, k_factor, taken
from ..generator import parton_level_settings, pt_hat_range, pt_hat_settings
from .hard_process import Cuts

COMMON_SETTINGS = parton_level_settings(13_000.0, "SLHA:verbose = 0", "Check:abortIfVeto = on")

SOFT_BELOW = 30.0
"""GeV: where samples of soft and of hard leptons meet."""


@dataclass(frozen=True, kw_only=True)
class StopSearchProcess(NormalisedProcess):
    """A sample of a process; ``cuts`` say which hard processes it holds.

    ``stop_masses``: of stop and neutralino in GeV, for a signal.
    ``takes_hadrons_for_leptons``: whether events without a lepton, and only those, are kept with a charged hadron in
    its place.
    """

    common_settings: tuple[str, ...] = COMMON_SETTINGS
    cuts: Cuts
    stop_masses: tuple[float, float] | None = None
    takes_hadrons_for_leptons: bool = False

    @property
    def is_signal(self) -> bool:
        """Whether it is a signal."""
        return self.stop_masses is not None


W_K = k_factor(*cross_sections.W_TO_LEPTON, pythia=cross_sections.PYTHIA_W_TO_LEPTON)
Z_K = k_factor(6_077.22, "NNLO QCD + NLO EW, FEWZ, arXiv:1011.3540, γ*/Z → ℓℓ above 50 GeV", pythia=4_546.3)
TOP_PAIR_K = k_factor(*cross_sections.TOP_PAIR, pythia=508.28)
T_CHANNEL_K = k_factor(*cross_sections.T_CHANNEL, pythia=148.55)
S_CHANNEL_K = k_factor(*cross_sections.S_CHANNEL, pythia=7.196)
DIBOSON_K = k_factor(
    118.7 + 47.13 + 16.523,
    "WW at NNLO, arXiv:1408.5243; WZ and ZZ at NLO, arXiv:1105.0020",
    pythia=64.51 + 23.25 + 8.877,
)


def _stop(stop_mass: int, neutralino_mass: int, cross_section: float, share: float) -> StopSearchProcess:
    return StopSearchProcess(
        name=f"T2DegStop_{stop_mass}_{neutralino_mass}",
        title=f"t̃t̃*, t̃ → b f f′ χ̃⁰, masses of {stop_mass} and {neutralino_mass} GeV",
        settings=(
            "SUSY:gg2squarkantisquark = on",
            "SUSY:qqbar2squarkantisquark = on",
            "SUSY:idA = 1000006",
            "SUSY:idB = 1000006",
        ),
        cuts=Cuts(),
        stop_masses=(stop_mass, neutralino_mass),
        share=share,
        tries_per_chunk=3_000,
        **taken(cross_section, "NLO + NLL, arXiv:1407.5066"),
    )


W_SETTINGS = (
    "WeakBosonAndParton:qqbar2Wg = on",
    "WeakBosonAndParton:qg2Wq = on",
    "24:onMode = off",
    "24:onIfAny = 11 13 15",
)
Z_SETTINGS = ("WeakBosonAndParton:qqbar2gmZg = on", "WeakBosonAndParton:qg2gmZq = on", "23:onMode = off")
TOP_PAIR_SETTINGS = ("Top:gg2ttbar = on", "Top:qqbar2ttbar = on")

STOP_550_520 = _stop(550, 520, 0.296128, share=18.5)
STOP_550_470 = _stop(550, 470, 0.296128, share=1.8)
STOP_450_420 = _stop(450, 420, 0.948333, share=1.25)


def _in_bins(
    name: str, title: str, settings: tuple[str, ...], *bins: tuple[int, int | None, float, int], **of_all
) -> tuple[StopSearchProcess, ...]:
    """The samples of a process in bins: least and largest pTHat in GeV, share and tries per chunk of each."""
    return tuple(
        StopSearchProcess(
            name=f"{name}_{least}to{below or 'Inf'}",
            title=f"{title}, {pt_hat_range(least, below)}",
            settings=(*settings, *pt_hat_settings(least, below)),
            share=share,
            tries_per_chunk=tries,
            **of_all,
        )
        for least, below, share, tries in bins
    )


W_SOFT = _in_bins(
    "Wjets_SoftLepton",
    "W+jets, W → ℓν, soft lepton",
    W_SETTINGS,
    (180, 260, 0.42, 15_000),
    (260, 400, 20, 6_000),
    (400, 600, 26.5, 5_000),
    (600, None, 16, 5_000),
    cuts=Cuts(least_met=200.0, below_lepton_pt=SOFT_BELOW),
    **W_K,
)
W_HARD = _in_bins(
    "Wjets_HardLepton",
    "W+jets, W → ℓν, hard electron or muon",
    W_SETTINGS,
    (180, 400, 0.91, 10_000),
    (400, 600, 9, 3_000),
    (600, None, 12, 3_000),
    cuts=Cuts(least_met=200.0, least_lepton_pt=SOFT_BELOW, with_tau=False),
    **W_K,
)
W_TAU = _in_bins(
    "Wjets_HardTau",
    "W+jets, W → ℓν, hard τ",
    W_SETTINGS,
    (180, 400, 0.29, 12_000),
    (400, 600, 4, 8_000),
    (600, None, 2.8, 6_000),
    cuts=Cuts(least_met=200.0, least_lepton_pt=SOFT_BELOW, with_tau=True),
    **W_K,
)
TOP_PAIR_SOFT = _in_bins(
    "TTbar_SoftLepton",
    "tt̄, soft lepton",
    TOP_PAIR_SETTINGS,
    (120, 250, 0.08, 20_000),
    (250, 400, 3, 15_000),
    (400, 600, 5, 12_000),
    (600, None, 3.85, 10_000),
    cuts=Cuts(least_met=165.0, below_lepton_pt=SOFT_BELOW),
    **TOP_PAIR_K,
)
TOP_PAIR_HARD = _in_bins(
    "TTbar_HardLepton",
    "tt̄, hard electron or muon",
    TOP_PAIR_SETTINGS,
    (120, 400, 0.1, 20_000),
    (400, 600, 2.5, 8_000),
    (600, None, 4, 8_000),
    cuts=Cuts(least_met=165.0, least_lepton_pt=SOFT_BELOW, with_tau=False),
    **TOP_PAIR_K,
)
TOP_PAIR_TAU = _in_bins(
    "TTbar_HardTau",
    "tt̄, hard τ",
    TOP_PAIR_SETTINGS,
    (120, 400, 0.045, 20_000),
    (400, 600, 1.2, 15_000),
    (600, None, 1.2, 12_000),
    cuts=Cuts(least_met=165.0, least_lepton_pt=SOFT_BELOW, with_tau=True),
    **TOP_PAIR_K,
)
Z_TO_NEUTRINOS = _in_bins(
    "ZJetsToNuNu",
    "Z → νν + jets, a charged hadron taken for a lepton",
    (*Z_SETTINGS, "WeakZ0:gmZmode = 2", "23:onIfAny = 12 14 16"),
    (180, 400, 0.6, 2_000),
    (400, None, 1.25, 2_000),
    cuts=Cuts(least_met=180.0, needs_lepton=False),
    takes_hadrons_for_leptons=True,
    **Z_K,
)
T_CHANNEL = StopSearchProcess(
    name="SingleTop_tChannel",
    title="single top, t-channel, pTHat > 200 GeV",
    settings=("Top:qq2tq(t:W) = on", "PhaseSpace:pTHatMin = 200."),
    cuts=Cuts(least_met=150.0),
    share=0.43,
    tries_per_chunk=10_000,
    **T_CHANNEL_K,
)
S_CHANNEL = StopSearchProcess(
    name="SingleTop_sChannel",
    title="single top, s-channel, pTHat > 200 GeV",
    settings=("Top:ffbar2tqbar(s:W) = on", "PhaseSpace:pTHatMin = 200."),
    cuts=Cuts(least_met=150.0),
    share=0.085,
    tries_per_chunk=10_000,
    **S_CHANNEL_K,
)
DIBOSON = _in_bins(
    "Diboson",
    "WW, WZ and ZZ",
    ("WeakDoubleBoson:all = on",),
    (120, 300, 0.7, 15_000),
    (300, None, 3.23, 8_000),
    cuts=Cuts(least_met=150.0),
    **DIBOSON_K,
)
DRELL_YAN = StopSearchProcess(
    name="DYJetsToTauTau",
    title="γ*/Z → ττ + jets, m > 50 GeV, pTHat > 300 GeV",
    settings=(
        *Z_SETTINGS,
        "23:onIfAny = 15",
        "23:mMin = 50.",
        "PhaseSpace:mHatMin = 50.",
        "PhaseSpace:pTHatMin = 300.",
        "TauDecays:mode = 0",
    ),
    cuts=Cuts(),
    share=0.26,
    tries_per_chunk=3_000,
    **Z_K,
)

SIGNALS = (STOP_550_520, STOP_550_470, STOP_450_420)
W_JETS = (*W_SOFT, *W_HARD, *W_TAU)
TOP_PAIRS = (*TOP_PAIR_SOFT, *TOP_PAIR_HARD, *TOP_PAIR_TAU)
OTHERS = (T_CHANNEL, S_CHANNEL, *DIBOSON, DRELL_YAN)
PROCESSES = {process.name: process for process in (*SIGNALS, *W_JETS, *TOP_PAIRS, *Z_TO_NEUTRINOS, *OTHERS)}
