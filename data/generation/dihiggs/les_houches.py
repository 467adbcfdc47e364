"""Events gg → HH as a Les Houches file (hep-ph/0609017) that Pythia showers and lets decay.

The two Higgs bosons have different PDG identifiers, 25 and 35, so that Pythia can be told how each of them decays.
"""

from pathlib import Path

import numpy as np

from .hard_scattering import Points
from .partonic import HIGGS_MASS

FIRST_HIGGS, SECOND_HIGGS = 25, 35
ALPHA_EM = 0.00781
UNKNOWN = 9.0
INCOMING, OUTGOING = -1, 1


def higgs_momenta(points: Points, energy: float, phi: np.ndarray) -> np.ndarray:
    """Four-momenta (n, 2, 4) of the two Higgs bosons in the laboratory, as (px, py, pz, E) in GeV.

    phi: azimuths (n,) of the first one, whose polar angle in the rest frame of both is that of the points.
    """
    beam = energy / 2
    pair_pz, pair_energy = (points.x1 - points.x2) * beam, (points.x1 + points.x2) * beam
    boost_z, gamma = pair_pz / points.mass, pair_energy / points.mass
    half_mass = points.mass / 2
    momentum = np.sqrt(half_mass**2 - HIGGS_MASS**2)
    pt = momentum * np.sqrt(1 - points.cos_theta**2)
    both = []
    for sign in (1, -1):
        pz = sign * momentum * points.cos_theta
        both.append(
            np.stack(
                [
                    sign * pt * np.cos(phi),
                    sign * pt * np.sin(phi),
                    gamma * pz + boost_z * half_mass,
                    gamma * half_mass + boost_z * pz,
                ],
                axis=1,
            )
        )
    return np.stack(both, axis=1)


def write(path: Path, points: Points, energy: float, cross_section: float, rng: np.random.Generator) -> None:
    """Write the points as unweighted events of proton collisions at so many GeV; cross_section: in fb."""
    momenta = higgs_momenta(points, energy, rng.uniform(-np.pi, np.pi, len(points)))
    sigma = cross_section / 1000
    lines = [
        '<LesHouchesEvents version="1.0">',
        "<init>",
        f"2212 2212 {energy / 2} {energy / 2} -1 -1 -1 -1 3 1",
        f"{sigma:.6e} 0.0 {sigma:.6e} 1",
        "</init>",
    ]
    for i, higgses in enumerate(momenta):
        e1, e2 = points.x1[i] * energy / 2, points.x2[i] * energy / 2
        lines += [
            "<event>",
            f"4 1 1.0 {points.mass[i] / 2:.8e} {ALPHA_EM} {points.alpha_s[i]:.8e}",
            _particle(21, INCOMING, (0, 0), (501, 502), (0.0, 0.0, e1, e1), 0.0),
            _particle(21, INCOMING, (0, 0), (502, 501), (0.0, 0.0, -e2, e2), 0.0),
            _particle(FIRST_HIGGS, OUTGOING, (1, 2), (0, 0), higgses[0], HIGGS_MASS),
            _particle(SECOND_HIGGS, OUTGOING, (1, 2), (0, 0), higgses[1], HIGGS_MASS),
            "</event>",
        ]
    path.write_text("\n".join([*lines, "</LesHouchesEvents>", ""]), "ascii")


def _particle(pdg_id: int, status: int, mothers: tuple, colours: tuple, momentum, mass: float) -> str:
    numbers = " ".join(f"{component:.10e}" for component in (*momentum, mass))
    return " ".join(map(str, (pdg_id, status, *mothers, *colours, numbers, "0.0", UNKNOWN)))
