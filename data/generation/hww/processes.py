"""The three simulated processes: generator settings, cross-sections and their sources."""

from dataclasses import dataclass

from ..generator import Process, parton_level_settings

COMMON_SETTINGS = parton_level_settings(13_000.0)

HIGGS_PRODUCTION_PB = 48.58
"""gg→H at 13 TeV, m_H = 125 GeV, N3LO QCD + NLO EW: LHC Higgs Cross Section WG, Yellow Report 4, arXiv:1610.07922."""
BR_HIGGS_TO_WW = 0.2137
"""m_H = 125 GeV: the same report."""
BR_W_TO_LEPTON = 0.1086
"""W→ℓν, mean of e, µ, τ: Particle Data Group."""

DRELL_YAN_10_TO_50_PB = 18_610.0
DRELL_YAN_ABOVE_50_PB = 6_077.22
FRACTION_ABOVE_11_5_GEV = 0.7223
"""Share of Pythia's leading-order cross-section for 10 < m < 50 GeV that lies above 11.5 GeV (10 930 pb of 15 132 pb).

Below, no event passes the cut mℓℓ > 12 GeV, so the low-mass sample is not generated there.
"""


@dataclass(frozen=True, kw_only=True)
class DileptonProcess(Process):
    """A process with two leptons; ``cross_section`` is that of what is generated, branching included, in pb.

    ``events_per_signal_event`` sets the size of the sample in units of the size asked for. ``vetoes_soft_recoil``
    turns :mod:`.recoil` on.
    """

    common_settings: tuple[str, ...] = COMMON_SETTINGS
    cross_section: float
    cross_section_source: str
    events_per_signal_event: float
    vetoes_soft_recoil: bool = False


SIGNAL = DileptonProcess(
    name="GluGluHToWWTo2L2Nu_M125",
    title="gg→H, m_H = 125 GeV, H→WW→ℓνℓν with ℓ = e, µ",
    settings=(
        "HiggsSM:gg2H = on",
        "25:m0 = 125.",
        "SpaceShower:pTmaxMatch = 1",
        "25:onMode = off",
        "25:onIfMatch = 24 -24",
        "24:onMode = off",
        "24:onIfAny = 11 13",
    ),
    cross_section=HIGGS_PRODUCTION_PB * BR_HIGGS_TO_WW * (2 * BR_W_TO_LEPTON) ** 2,
    cross_section_source="48.58 pb (N3LO, LHC Higgs XS WG, arXiv:1610.07922) × BR(H→WW) 0.2137 × (2 × 0.1086)² (PDG)",
    events_per_signal_event=1.0,
    tries_per_chunk=4_000,
)
DRELL_YAN_LOW_MASS = DileptonProcess(
    name="DYJetsToLL_M-10to50-LO",
    title="γ*/Z→ℓℓ with ℓ = e, µ, τ and 10 < m < 50 GeV, generated above 11.5 GeV",
    settings=(
        "WeakSingleBoson:ffbar2gmZ = on",
        "23:mMin = 11.5",
        "23:mMax = 50.",
        "PhaseSpace:mHatMin = 11.5",
        "PhaseSpace:mHatMax = 50.",
        "23:onMode = off",
        "23:onIfAny = 11 13 15",
        "Check:abortIfVeto = on",
    ),
    vetoes_soft_recoil=True,
    cross_section=DRELL_YAN_10_TO_50_PB * FRACTION_ABOVE_11_5_GEV,
    cross_section_source="18610 pb for 10 < m < 50 GeV (NLO, MG5_aMC@NLO, as used in CMS analyses of 13 TeV data)"
    " × 0.7223 for m > 11.5 GeV (Pythia 8, LO)",
    events_per_signal_event=1 / 3,
    tries_per_chunk=50_000,
)
DRELL_YAN = DileptonProcess(
    name="DYJetsToLL_M-50-LO",
    title="γ*/Z→ℓℓ with ℓ = e, µ, τ and m > 50 GeV",
    settings=(
        "WeakSingleBoson:ffbar2gmZ = on",
        "23:mMin = 50.",
        "PhaseSpace:mHatMin = 50.",
        "23:onMode = off",
        "23:onIfAny = 11 13 15",
    ),
    cross_section=DRELL_YAN_ABOVE_50_PB,
    cross_section_source="6077.22 pb (NNLO QCD + NLO EW, FEWZ, as used in CMS analyses of 13 TeV data)",
    events_per_signal_event=1.0,
    tries_per_chunk=6_000,
)
BACKGROUNDS = (DRELL_YAN_LOW_MASS, DRELL_YAN)
PROCESSES = {process.name: process for process in (SIGNAL, *BACKGROUNDS)}
