"""Pythia: a process as it is generated, seeds, and how the generator is started.

The module imports without Pythia, so that settings can be read where it is not installed.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pythia8mc

LARGEST_SEED = 900_000_000
ANTI_KT = -1
VISIBLE_PARTICLES = 2
MB_TO_PB = 1e9


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process as Pythia generates it, ``tries_per_chunk`` events at a time.

    ``common_settings`` are those of all processes of the set, ``settings`` the process's own.
    """

    name: str
    title: str
    common_settings: tuple[str, ...]
    settings: tuple[str, ...]
    tries_per_chunk: int

    @property
    def pythia_settings(self) -> list[str]:
        """All settings but the seed, in the order in which Pythia reads them."""
        return [*self.common_settings, *self.settings]


def parton_level_settings(energy: float, *more: str) -> tuple[str, ...]:
    """Settings for protons that collide at so many GeV, up to parton level and without multiple interactions."""
    return (
        f"Beams:eCM = {energy:.0f}.",
        "PartonLevel:MPI = off",
        "HadronLevel:all = off",
        *more,
        "Print:quiet = on",
        "Random:setSeed = on",
    )


def pt_hat_settings(least: float, below: float | None) -> tuple[str, ...]:
    """Settings for hard processes with pTHat between two numbers of GeV; None: without an upper limit."""
    least_setting = f"PhaseSpace:pTHatMin = {least}."
    return (least_setting, f"PhaseSpace:pTHatMax = {below}.") if below else (least_setting,)


def pt_hat_range(least: float, below: float | None) -> str:
    """The same for a reader."""
    return f"{least} < pTHat < {below} GeV" if below else f"pTHat > {least} GeV"


def pythia_seed(seed: np.random.SeedSequence) -> int:
    """The seed of a chunk as Pythia wants it, 1 … ``LARGEST_SEED``."""
    return 1 + int(seed.generate_state(1)[0]) % LARGEST_SEED


def start(process: Process, seed: int, veto: "pythia8mc.UserHooks | None" = None) -> "pythia8mc.Pythia":
    """A Pythia object that generates the process up to parton level; ``forceHadronLevel()`` does the rest.

    ``seed`` lies in 1 … ``LARGEST_SEED``. The caller keeps ``veto`` alive as long as the generator.
    Raises ValueError for a setting that Pythia does not know, RuntimeError if it cannot start.
    """
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    for setting in (*process.common_settings, f"Random:seed = {seed}", *process.settings):
        if not pythia.readString(setting):
            raise ValueError(f"Pythia does not know the setting {setting!r}")
    if veto is not None:
        pythia.setUserHooksPtr(veto)
    if not pythia.init():
        raise RuntimeError(f"Pythia cannot start {process.name}")
    return pythia


def start_with_spectrum(
    process: Process, spectrum: str, seed: int, veto: "pythia8mc.UserHooks | None" = None
) -> "pythia8mc.Pythia":
    """As :func:`start`, with the masses and decays of a SUSY Les Houches file (arXiv:hep-ph/0311123) of this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spectrum.slha"
        path.write_text(spectrum)
        return start(replace(process, settings=(*process.settings, f"SLHA:file = {path}")), seed, veto)


def cross_section_before_veto(pythia: "pythia8mc.Pythia", n_vetoed: int, n_tries: int) -> float:
    """Pythia's cross-section in pb of what it was asked for, of which it gave up ``n_vetoed`` < ``n_tries`` events."""
    return pythia.infoPython().sigmaGen() * MB_TO_PB / (1 - n_vetoed / n_tries)


def anti_kt_finder(radius: float, least_pt: float, largest_eta: float) -> "pythia8mc.SlowJet":
    """Anti-kT jets (arXiv:0802.1189) above a pT in GeV from the visible particles of a Pythia event within |η|."""
    import pythia8mc

    return pythia8mc.SlowJet(ANTI_KT, radius, least_pt, largest_eta, VISIBLE_PARTICLES)
