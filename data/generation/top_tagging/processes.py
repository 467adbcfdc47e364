"""The two simulated processes, top pairs and QCD jets: generator settings and the veto that saves hopeless showers."""

from dataclasses import dataclass

import pythia8mc

ANTI_KT = -1
VISIBLE_PARTICLES = 2
JET_RADIUS = 0.8
JET_FINDER_LARGEST_ETA = 4.9
JET_FINDER_LEAST_PT = 200.0

PARTON_JET_PT = (450.0, 800.0)
"""Window for the leading jet of partons, in GeV; it holds what can be measured between 550 and 650 GeV."""
PARTON_JET_LARGEST_ETA = 2.3

COMMON_SETTINGS = (
    "Beams:eCM = 14000.",
    "PartonLevel:MPI = off",
    "HadronLevel:all = off",
    "PhaseSpace:pTHatMin = 250.",
    "PhaseSpace:pTHatMax = 800.",
    "Check:abortIfVeto = on",
    "Print:quiet = on",
    "Random:setSeed = on",
)
LARGEST_SEED = 900_000_000


@dataclass(frozen=True)
class Process:
    """A process as Pythia generates it; ``label`` is 1 for top jets and 0 for QCD jets.

    ``tries_per_chunk`` events are generated at a time.
    """

    name: str
    title: str
    label: int
    settings: tuple[str, ...]
    tries_per_chunk: int


TOP = Process(
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
QCD = Process(
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


class LeadingJet:
    """The anti-kT jet (R = 0.8) of largest pT of a Pythia event, made of all visible particles within |η| < 4.9."""

    def __init__(self) -> None:
        self._finder = pythia8mc.SlowJet(
            ANTI_KT, JET_RADIUS, JET_FINDER_LEAST_PT, JET_FINDER_LARGEST_ETA, VISIBLE_PARTICLES
        )

    def __call__(self, event) -> pythia8mc.Vec4 | None:
        """Its four-momentum, or None where no jet has 200 GeV."""
        self._finder.analyze(event)
        return self._finder.p(0) if self._finder.sizeJet() else None


def is_in_window(jet: pythia8mc.Vec4 | None) -> bool:
    """Whether a leading jet of partons has a pT from which a selected jet can come."""
    least, largest = PARTON_JET_PT
    return jet is not None and least < jet.pT() < largest


class ShowerVeto(pythia8mc.UserHooks):
    """Gives up an event when its shower, at a scale of 60 GeV, has no leading jet inside ``PARTON_JET_PT``.

    What follows are emissions below 60 GeV of pT, which move the leading jet's pT by a few per cent. A vetoed event
    ends ``next()`` and so counts as one try.
    """

    SCALE = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._leading_jet = LeadingJet()

    def canVetoPT(self) -> bool:  # noqa: N802
        """Pythia asks whether this hook wants to see the event at a scale of the shower."""
        return True

    def scaleVetoPT(self) -> float:  # noqa: N802
        """At which scale, in GeV."""
        return self.SCALE

    def doVetoPT(self, position: int, event) -> bool:  # noqa: N802
        """True ends the event."""
        return not is_in_window(self._leading_jet(event))


def start_generator(process: Process, seed: int, veto: pythia8mc.UserHooks | None = None) -> pythia8mc.Pythia:
    """A Pythia object that generates the process up to parton level; ``forceHadronLevel()`` does the rest.

    ``seed`` lies in 1 … ``LARGEST_SEED``. The caller keeps ``veto`` alive as long as the generator.
    """
    pythia = pythia8mc.Pythia("", False)
    for setting in (*COMMON_SETTINGS, f"Random:seed = {seed}", *process.settings):
        if not pythia.readString(setting):
            raise ValueError(f"Pythia does not know the setting {setting!r}")
    if veto is not None:
        pythia.setUserHooksPtr(veto)
    if not pythia.init():
        raise RuntimeError(f"Pythia cannot start {process.name}")
    return pythia
