"""The four classes of pairs, as Pythia generates them.

The leptonic side of a pair is the stop, whose W⁺ decays to an electron or muon; the hadronic side is the antistop,
whose W⁻ decays to quarks. A class is named after the decays of both, the leptonic side first.
"""

from dataclasses import dataclass

from ..generator import Process, parton_level_settings
from .spectrum import BOTTOM, CHARGINO, NEUTRALINO, STOP, TOP, Masses, W

COMMON_SETTINGS = parton_level_settings(13_000.0, "SLHA:verbose = 0")
MASSES = Masses(stop=600.0, chargino=370.0, neutralino=50.0)
"""A lighter chargino makes the b quarks of B harder, and the classes easier to tell apart: see the datasheet."""
DECAYS = {"A": "t̃ → t χ̃⁰, t → b W", "B": "t̃ → b χ̃⁺, χ̃⁺ → W χ̃⁰"}
PRODUCTS = {"A": (NEUTRALINO, TOP), "B": (CHARGINO, BOTTOM)}


@dataclass(frozen=True, kw_only=True)
class PairProcess(Process):
    """A class of pairs; ``share``: which part of the events of the set belongs to it.

    ``decay_settings`` are read once the generator has started, because Pythia takes the decays of the stop from the
    Les Houches file only then.
    """

    common_settings: tuple[str, ...] = COMMON_SETTINGS
    masses: Masses = MASSES
    share: float
    decay_settings: tuple[str, ...]


def _open_decays(of_stop: str, of_antistop: str) -> tuple[str, ...]:
    first, second = (" ".join(map(str, PRODUCTS[decay])) for decay in (of_stop, of_antistop))
    if of_stop == of_antistop:
        return (f"{STOP}:onIfMatch = {first}",)
    return (f"{STOP}:onPosIfMatch = {first}", f"{STOP}:onNegIfMatch = {second}")


def _pair(name: str, share: float) -> PairProcess:
    leptonic, hadronic = name
    return PairProcess(
        name=name,
        title=f"t̃ t̃*; leptonic side {DECAYS[leptonic]}; hadronic side {DECAYS[hadronic]}",
        settings=(
            "SUSY:gg2squarkantisquark = on",
            "SUSY:qqbar2squarkantisquark = on",
            f"SUSY:idA = {STOP}",
            f"SUSY:idB = {STOP}",
            f"{W}:onMode = off",
            f"{W}:onPosIfAny = 11 13",
            f"{W}:onNegIfAny = 1 2 3 4 5",
        ),
        decay_settings=(f"{STOP}:onMode = off", *_open_decays(leptonic, hadronic)),
        share=share,
        tries_per_chunk=2_500,
    )


PROCESSES = {
    process.name: process for process in (_pair("AA", 0.18), _pair("AB", 0.24), _pair("BA", 0.25), _pair("BB", 0.33))
}
