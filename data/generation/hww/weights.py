"""The six factors of an event's weight.

``XSWeight`` is a constant of the file. The others depend on what was measured, and three of them are 0 or 1: an event
with a badly measured, unmatched or non-prompt lepton, or with calorimeter noise, gets weight 0. No factor is negative.
"""

from collections.abc import Mapping

import numpy as np

LEPTON_CUT = "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW"
LEPTON_SCALE_FACTOR = "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW"
WEIGHT_BRANCHES = ("XSWeight", "SFweight2l", LEPTON_SCALE_FACTOR, LEPTON_CUT, "GenLepMatch2l", "METFilter_MC")

PILE_UP_SIMULATED = 25.0
PILE_UP_IN_DATA = 25.5
TIGHT_IF_MISMEASURED = 0.1
TIGHT_IF_NON_PROMPT = 0.3
NOISE_FILTER_EFFICIENCY = 0.95
NOISE_FILTER_MISTAKE = 0.002
PB_TO_FB = 1000.0


def draw(columns: Mapping[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """All weight branches but ``XSWeight``, each of shape (n_events,)."""
    scale_factor = tight = 1.0
    for i in (1, 2):
        pt, eta = columns[f"pt{i}"].astype(np.float64), columns[f"eta{i}"].astype(np.float64)
        flavour = np.abs(columns[f"pdgId{i}"])
        scale_factor *= lepton_scale_factor(pt, eta, flavour)
        efficiency = np.select(
            [~columns[f"is_prompt{i}"], columns[f"is_mismeasured{i}"]],
            [TIGHT_IF_NON_PROMPT, TIGHT_IF_MISMEASURED],
            tight_efficiency(pt, flavour),
        )
        tight *= rng.random(len(pt)) < efficiency
    pt1, pt2 = columns["pt1"].astype(np.float64), columns["pt2"].astype(np.float64)
    noisy = columns["has_anomalous_noise"]
    removed = rng.random(len(noisy)) < np.where(noisy, NOISE_FILTER_EFFICIENCY, NOISE_FILTER_MISTAKE)
    return {
        "SFweight2l": trigger_efficiency(pt1, pt2) * pile_up_weight(rng, len(noisy)),
        LEPTON_SCALE_FACTOR: scale_factor,
        LEPTON_CUT: tight,
        "GenLepMatch2l": columns["is_matched1"] & columns["is_matched2"],
        "METFilter_MC": ~removed,
    }


def cross_section_weight(cross_section: float, n_generated: int) -> float:
    """Weight in fb that makes the sum over the generated events the cross-section (in pb): the yield in 1 fb⁻¹."""
    return cross_section / n_generated * PB_TO_FB


def lepton_scale_factor(pt: np.ndarray, eta: np.ndarray, flavour: np.ndarray) -> np.ndarray:
    """Ratio of the lepton efficiencies in data and simulation, between 0.93 and 1.01.

    Electrons: 1.01 − 0.05 exp(−(pT − 13)/20), less 0.03 in the endcaps (|η| > 1.479).
    Muons: 0.995 − 0.03 exp(−(pT − 13)/15) − 0.01 (η/2.5)².
    """
    electron = 1.01 - 0.05 * np.exp(-(pt - 13) / 20) - 0.03 * (np.abs(eta) > 1.479)
    muon = 0.995 - 0.03 * np.exp(-(pt - 13) / 15) - 0.01 * (eta / 2.5) ** 2
    return np.where(flavour == 11, electron, muon)


def tight_efficiency(pt: np.ndarray, flavour: np.ndarray) -> np.ndarray:
    """Probability that a well measured prompt lepton passes the tight cut.

    Electrons: 0.92 − 0.30 exp(−(pT − 13)/12); muons: 0.96 − 0.12 exp(−(pT − 13)/12).
    """
    turn_on = np.exp(-(pt - 13) / 12)
    return np.where(flavour == 11, 0.92 - 0.30 * turn_on, 0.96 - 0.12 * turn_on)


def trigger_efficiency(pt1: np.ndarray, pt2: np.ndarray) -> np.ndarray:
    """0.98 / (1 + exp(−(pT1 − 20)/3)) / (1 + exp(−(pT2 − 8)/3)), a dilepton trigger with thresholds at 20 and 8 GeV."""
    return 0.98 / (1 + np.exp(-(pt1 - 20) / 3)) / (1 + np.exp(-(pt2 - 8) / 3))


def pile_up_weight(rng: np.random.Generator, n_events: int) -> np.ndarray:
    """Ratio of two Poisson probabilities for a number of vertices drawn with mean 25, where data have 25.5; mean 1."""
    n_vertices = rng.poisson(PILE_UP_SIMULATED, n_events)
    return np.exp(PILE_UP_SIMULATED - PILE_UP_IN_DATA) * (PILE_UP_IN_DATA / PILE_UP_SIMULATED) ** n_vertices


def event_weights(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Product of the six weight branches, shape (n_events,), in double precision."""
    return np.prod([columns[name] for name in WEIGHT_BRANCHES], axis=0, dtype=np.float64)
