"""The two simulated processes, top pairs and QCD jets: generator settings."""

from dataclasses import dataclass

from ..generator import Process, parton_level_settings

COMMON_SETTINGS = parton_level_settings(
    14_000.0, "PhaseSpace:pTHatMin = 250.", "PhaseSpace:pTHatMax = 800.", "Check:abortIfVeto = on"
)


@dataclass(frozen=True, kw_only=True)
class JetProcess(Process):
    """A process whose leading jets are kept; ``label`` is 1 for top jets and 0 for QCD jets."""

    common_settings: tuple[str, ...] = COMMON_SETTINGS
    label: int


TOP = JetProcess(
    name="top",
    title="gg, qq̄ → tt̄, both W decaying to quarks",
    label=1,
    settings=(
        "Top:gg2ttbar = on",
        "Top:qqbar2ttbar = on",
        "24:onMode = off",
        "24:onIfAny = 1 2 3 4 5",
    ),
    tries_per_chunk=10_000,
)
QCD = JetProcess(
    name="qcd",
    title="QCD 2→2 scattering to gluons and the quarks u, d, s, c, b",
    label=0,
    settings=(
        "HardQCD:gg2gg = on",
        "HardQCD:gg2qqbar = on",
        "HardQCD:qg2qg = on",
        "HardQCD:qq2qq = on",
        "HardQCD:qqbar2gg = on",
        "HardQCD:qqbar2qqbarNew = on",
    ),
    tries_per_chunk=10_000,
)
PROCESSES = {process.name: process for process in (TOP, QCD)}
