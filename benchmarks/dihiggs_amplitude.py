"""The amplitude of gg → HH against the literature: limits of its form factors, cross-sections and their parts.

Cross-sections come with the statistical error of the points drawn. The parton densities are those of NNPDF3.1 NLO, the
scale is half the mass of the pair, the top mass is 173 GeV.
"""

import argparse
import sys

import numpy as np

from data.generation.dihiggs import hard_scattering
from data.generation.dihiggs.form_factors import form_factors
from data.generation.dihiggs.gluons import NEXT_TO_LEADING_ORDER, Gluons
from data.generation.dihiggs.partonic import HIGGS_MASS, mandelstam_t

HEAVY = 20_000.0
PARTS_SOURCE = "arXiv:1608.06578"
"""A. Carvalho et al.: cross-section at 13 TeV over that of the standard model, as a polynomial in the couplings."""

PARTS_13_TEV = {"box": 2.09078, "interference": -1.37309, "triangle": 0.282307}
LITERATURE_14_TEV = 19.85
LITERATURE_14_TEV_SOURCE = "arXiv:1604.06447, PDF4LHC15 NLO"
KAPPAS = (-1.0, 0.0, 1.0, 2.45, 5.0)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dihiggs_amplitude", description=__doc__)
    parser.add_argument("--points", type=int, default=40_000, help="points in phase space an energy (default: 40000)")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (default: 1)")
    return parser


def row(what: str, ours: str, literature: str, source: str = "") -> None:
    print(f"{what:42} {ours:>18} {literature:>11}  {source}".rstrip(), flush=True)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std() / np.sqrt(len(values)))


def ratio_and_error(part: np.ndarray, whole: np.ndarray) -> tuple[float, float]:
    """Ratio of two means over the same points, with its error."""
    ratio = part.mean() / whole.mean()
    return float(ratio), float((part - ratio * whole).std() / whole.mean() / np.sqrt(len(whole)))


def limits() -> None:
    """The form factors of a heavy quark, which do not depend on the angle."""
    s_hat = np.full(3, 400.0**2)
    factors = form_factors(s_hat, mandelstam_t(s_hat, np.array([0.1, 0.5, 0.9])), HIGGS_MASS, HEAVY)
    for name, values, limit in (
        ("triangle", factors.triangle, "2/3"),
        ("box, spin 0", factors.box_spin_0, "-2/3"),
        ("box, spin 2", factors.box_spin_2, "0"),
    ):
        row(f"m_t = 20 TeV: {name}", f"{values[0].real:.5f}", limit, "hep-ph/9603205")


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    gluons, rng = Gluons(NEXT_TO_LEADING_ORDER), np.random.default_rng(options.seed)
    row("", "here", "literature")
    limits()
    for energy in (14_000.0, 13_000.0):
        at = f"{energy / 1000:.0f} TeV: "
        points = hard_scattering.draw(options.points, energy, gluons, rng)
        terms = points.terms()
        whole = points.measure * terms.total()
        total, error = mean_and_error(hard_scattering.PB_TO_FB * whole)
        is_known = energy == 14_000.0
        literature, source = (LITERATURE_14_TEV, LITERATURE_14_TEV_SOURCE) if is_known else ("", "")
        row(f"{at}σ [fb]", f"{total:.2f} ± {error:.2f}", str(literature), source)
        for name, expected in PARTS_13_TEV.items():
            ratio, error = ratio_and_error(points.measure * getattr(terms, name), whole)
            row(
                f"{at}{name} / σ",
                f"{ratio:.3f} ± {error:.3f}",
                "" if is_known else f"{expected:.3f}",
                "" if is_known else PARTS_SOURCE,
            )
        row(f"{at}mean mass of the pair [GeV]", f"{np.average(points.mass, weights=whole):.1f}", "")
        for kappa in KAPPAS:
            weights = points.measure * terms.total(kappa)
            ratio, error = ratio_and_error(weights, whole)
            parts = PARTS_13_TEV["box"] + kappa * PARTS_13_TEV["interference"] + kappa**2 * PARTS_13_TEV["triangle"]
            row(
                f"{at}σ(κλ = {kappa:g}) / σ, mean mass",
                f"{ratio:.3f} ± {error:.3f}",
                "" if is_known else f"{parts:.3f}",
                f"{np.average(points.mass, weights=weights):.1f} GeV",
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
