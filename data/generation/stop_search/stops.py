"""Light stops with four-body decays, as a SUSY Les Houches file for Pythia (arXiv:hep-ph/0311123)."""

STOP, NEUTRALINO = 1000006, 1000022

W_DECAYS = ((0.108, -11, 12), (0.108, -13, 14), (0.108, -15, 16), (0.338, 2, -1), (0.338, 4, -3))
"""Branching fractions and products of W⁺, to which the virtual W of the decay t̃ → b W* χ̃ is taken to go."""


def les_houches_file(stop_mass: float, neutralino_mass: float) -> str:
    """Text of a file for a stop that decays to b f f′ χ̃, with masses in GeV.

    The width is that of a prompt decay; Pythia distributes the products by phase space.
    """
    decays = [f"  {fraction} 4 {NEUTRALINO} 5 {one} {other}" for fraction, one, other in W_DECAYS]
    lines = [
        "BLOCK MODSEL",
        "  1 0",
        "BLOCK MASS",
        f"  {STOP} {stop_mass}",
        f"  {NEUTRALINO} {neutralino_mass}",
        f"DECAY {STOP} 1.0E-05",
        *decays,
        f"DECAY {NEUTRALINO} 0.0",
    ]
    return "\n".join(lines) + "\n"
