"""The three simulated processes: generator settings, cross-sections and their sources."""

from dataclasses import dataclass

import pythia8mc

COMMON_SETTINGS = (
    "Beams:eCM = 13000.",
    "PartonLevel:MPI = off",
    "HadronLevel:all = off",
    "Print:quiet = on",
    "Random:setSeed = on",
)
LARGEST_SEED = 900_000_000

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


@dataclass(frozen=True)
class Process:
    """A process as Pythia generates it; ``cross_section`` is that of what is generated, branching included, in pb.

    ``events_per_signal_event`` sets the size of the sample in units of the size asked for;
    ``tries_per_chunk`` events are generated at a time. ``vetoes_soft_recoil`` turns :mod:`.recoil` on.
    """

    name: str
    title: str
    settings: tuple[str, ...]
    cross_section: float
    cross_section_source: str
    events_per_signal_event: float
    tries_per_chunk: int
    vetoes_soft_recoil: bool = False


SIGNAL = Process(
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
DRELL_YAN_LOW_MASS = Process(
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
DRELL_YAN = Process(
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


def start_generator(process: Process, seed: int, veto: pythia8mc.UserHooks | None = None) -> pythia8mc.Pythia:
    """A Pythia object that generates the process up to parton level; τ leptons decay to e or µ only.

    ``seed`` lies in 1 … ``LARGEST_SEED``. Hadronisation and decays are run with ``forceHadronLevel()``. The
    caller keeps ``veto`` alive as long as the generator.
    """
    pythia = pythia8mc.Pythia("", False)
    for setting in (*COMMON_SETTINGS, f"Random:seed = {seed}", *process.settings):
        if not pythia.readString(setting):
            raise ValueError(f"Pythia does not know the setting {setting!r}")
    if veto is not None:
        pythia.setUserHooksPtr(veto)
    if not pythia.init():
        raise RuntimeError(f"Pythia cannot start {process.name}")
    force_leptonic_tau_decays(pythia)
    return pythia


def force_leptonic_tau_decays(pythia: pythia8mc.Pythia) -> None:
    """Leave open only the channels τ→eνν and τ→µνν, in their natural proportion."""
    for channel in _tau_channels(pythia):
        channel.onMode(1 if _is_leptonic(channel) else 0)


def leptonic_tau_fraction(pythia: pythia8mc.Pythia) -> float:
    """Branching fraction of τ→eνν and τ→µνν together in Pythia's particle data."""
    channels = _tau_channels(pythia)
    return sum(c.bRatio() for c in channels if _is_leptonic(c)) / sum(c.bRatio() for c in channels)


def _tau_channels(pythia: pythia8mc.Pythia) -> list:
    tau = pythia.particleData.findParticle(15)
    return [tau.channel(i) for i in range(tau.sizeChannels())]


def _is_leptonic(channel) -> bool:
    return any(abs(channel.product(i)) in (11, 13) for i in range(channel.multiplicity()))
