"""Cross-sections of samples: a number taken from a calculation, or Pythia's own times a K factor."""

from dataclasses import dataclass

from .generator import Process

W_TO_LEPTON = (61_526.7, "NNLO, FEWZ, arXiv:1011.3540, W → ℓν")
TOP_PAIR = (831.76, "NNLO + NNLL, Top++, arXiv:1112.5675")
T_CHANNEL = (216.99, "NLO, HATHOR, arXiv:1406.4403")
S_CHANNEL = (10.32, "NLO, HATHOR, arXiv:1406.4403")
"""Inclusive, at 13 TeV, in pb, and where each is from."""
PYTHIA_W_TO_LEPTON = 141_470.0 * 3 * 0.108


@dataclass(frozen=True, kw_only=True)
class NormalisedProcess(Process):
    """A sample whose cross-section is known.

    ``cross_section``, in pb: taken instead of Pythia's own, which else ``k_factor`` multiplies.
    ``cross_section_source``: where either is from, for a reader.
    ``share``: how many events of it there are in the set as shipped, in thousands.
    """

    share: float
    cross_section_source: str
    cross_section: float | None = None
    k_factor: float = 1.0

    def cross_section_from(self, generator_cross_section: float) -> float:
        """Cross-section in pb of what is generated, from Pythia's own for it."""
        return self.cross_section or self.k_factor * generator_cross_section


def k_factor(best: float, source: str, pythia: float) -> dict[str, float | str]:
    """K factor from the inclusive cross-sections in pb of a calculation and of Pythia, and where the former is from."""
    factor = best / pythia
    return {
        "k_factor": factor,
        "cross_section_source": f"Pythia × {factor:.3f}: {best:g} pb ({source}) over Pythia's {pythia:g} pb, inclusive",
    }


def taken(cross_section: float, source: str) -> dict[str, float | str]:
    """A cross-section in pb, and where it is from."""
    return {"cross_section": cross_section, "cross_section_source": f"{cross_section:g} pb ({source})"}
