"""Masses and decays of the heavy particles, as a SUSY Les Houches file for Pythia (arXiv:hep-ph/0311123)."""

from dataclasses import dataclass

STOP, NEUTRALINO, CHARGINO = 1000006, 1000022, 1000024
BOTTOM, TOP, W = 5, 6, 24


@dataclass(frozen=True)
class Masses:
    """Masses in GeV."""

    stop: float
    chargino: float
    neutralino: float


def les_houches_file(masses: Masses) -> str:
    """Text of a file with these masses, and both decays of the stop; it is the superpartner of the left top alone.

    Widths are small; Pythia distributes the products by phase space.
    """
    lines = [
        "BLOCK MODSEL",
        "  1 0",
        "BLOCK MASS",
        f"  {STOP} {masses.stop}",
        f"  {NEUTRALINO} {masses.neutralino}",
        f"  {CHARGINO} {masses.chargino}",
        "BLOCK STOPMIX",
        "  1 1 1.0",
        "  1 2 0.0",
        "  2 1 0.0",
        "  2 2 1.0",
        f"DECAY {STOP} 1.0",
        f"  0.5 2 {NEUTRALINO} {TOP}",
        f"  0.5 2 {CHARGINO} {BOTTOM}",
        f"DECAY {CHARGINO} 0.1",
        f"  1.0 2 {NEUTRALINO} {W}",
        f"DECAY {NEUTRALINO} 0.0",
    ]
    return "\n".join(lines) + "\n"
