"""Pythia: a process as it is generated, seeds, and how the generator is started.

The module imports without Pythia, so that settings can be read where it is not installed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pythia8mc

LARGEST_SEED = 900_000_000
ANTI_KT = -1
VISIBLE_PARTICLES = 2


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


def anti_kt_finder(radius: float, least_pt: float, largest_eta: float) -> "pythia8mc.SlowJet":
    """Anti-kT jets (arXiv:0802.1189) above a pT in GeV from the visible particles of a Pythia event within |η|."""
    import pythia8mc

    return pythia8mc.SlowJet(ANTI_KT, radius, least_pt, largest_eta, VISIBLE_PARTICLES)
