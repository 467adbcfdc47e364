"""One chunk of events: generate, measure, select."""

import math
from collections.abc import Sequence

import numpy as np

from ..generator import cross_section_before_veto, pythia_seed, start
from ..jets import Jet, measured_jets
from ..leptons import find_leptons
from ..missing_momentum import measure_met
from ..production import Chunk, Task
from . import kinematics, weights
from .detector import MET_NOISE, MeasuredLepton, measure_lepton
from .leptons import LEAST_GENERATED_PT, NON_PROMPT_ISOLATION_SURVIVAL, passes_filter
from .processes import PROCESSES
from .recoil import RecoilVeto
from .selection import JET_PT, jet_finder, select_pair
from .tau_decays import force_leptonic_tau_decays, leptonic_tau_fraction

ABSENT = -9999.0
"""Value of the branches of a jet that the event does not have."""


def simulate_chunk(task: Task) -> Chunk:
    """Simulate ``task.tries`` events of the process that the sample is named after; keep the selected ones.

    The chunk has every branch but ``XSWeight``, which needs the sample's total number of generated events, with
    ``event`` the number of the try in the sample, from 1.
    """
    process = PROCESSES[task.sample_name]
    seed = task.seed()
    veto = RecoilVeto() if process.vetoes_soft_recoil else None
    pythia = start(process, pythia_seed(seed), veto)
    force_leptonic_tau_decays(pythia)
    rng = np.random.default_rng(seed)
    both_taus_leptonic = leptonic_tau_fraction(pythia) ** 2
    finder = jet_finder()

    rows = []
    for number in range(task.index * task.tries + 1, (task.index + 1) * task.tries + 1):
        if not pythia.next() or not passes_filter(pythia.event):
            continue
        if has_tau_pair(pythia.process) and rng.random() >= both_taus_leptonic:
            continue
        if pythia.forceHadronLevel() and (row := reconstruct(pythia.event, finder, rng)):
            rows.append({"event": number, **row})

    measured = {name: np.array([row[name] for row in rows]) for name in rows[0]} if rows else _no_events()
    columns = kinematics.complete(measured)
    columns |= weights.draw(columns, rng)
    return Chunk(columns, cross_section_before_veto(pythia, veto.n_vetoed if veto else 0, task.tries))


def has_tau_pair(process) -> bool:
    """Whether the hard process made τ leptons, whose decay channels Pythia was told to restrict."""
    return any(process[i].idAbs() == 15 for i in range(process.size()))


def reconstruct(event, finder, rng: np.random.Generator) -> dict[str, float] | None:
    """What is measured of a hadron-level event, or None if it is not selected."""
    generated = find_leptons(event, LEAST_GENERATED_PT, NON_PROMPT_ISOLATION_SURVIVAL, rng)
    leptons = [measure_lepton(lepton, rng) for lepton in generated]
    pair = select_pair(leptons)
    if pair is None:
        return None
    final = [particle for particle in event.particles() if particle.isFinal()]
    met = measure_met(final, pair, MET_NOISE, rng)
    jets = measured_jets(event, finder, JET_PT, rng, leptons=pair)
    return {
        **_lepton_columns(pair),
        "PuppiMET_pt": met.pt,
        "PuppiMET_phi": met.phi,
        "has_anomalous_noise": met.has_anomalous_noise,
        **_jet_columns(jets),
    }


def _lepton_columns(pair: Sequence[MeasuredLepton]) -> dict[str, float]:
    columns = {}
    for number, lepton in enumerate(pair, start=1):
        columns |= {
            f"pt{number}": lepton.pt,
            f"eta{number}": lepton.eta,
            f"phi{number}": lepton.phi,
            f"pdgId{number}": lepton.pdg_id,
            f"is_prompt{number}": lepton.is_prompt,
            f"is_mismeasured{number}": lepton.is_mismeasured,
            f"is_matched{number}": lepton.is_matched,
        }
    return columns


def _jet_columns(jets: Sequence[Jet]) -> dict[str, float]:
    columns = {"njet": len(jets)}
    for number in (1, 2):
        jet = jets[number - 1] if len(jets) >= number else Jet(ABSENT, ABSENT, ABSENT, ABSENT)
        columns |= {
            f"jetpt{number}": jet.pt,
            f"jeteta{number}": jet.eta,
            f"jetphi{number}": jet.phi,
            f"jetmass{number}": jet.mass,
        }
    columns["jets_px"] = sum(jet.pt * math.cos(jet.phi) for jet in jets)
    columns["jets_py"] = sum(jet.pt * math.sin(jet.phi) for jet in jets)
    columns["jets_pz"] = sum(jet.pt * math.sinh(jet.eta) for jet in jets)
    columns["jets_energy"] = sum(math.hypot(jet.pt * math.cosh(jet.eta), jet.mass) for jet in jets)
    return columns


def _no_events() -> dict[str, np.ndarray]:
    """The columns of a chunk in which no event was selected, each of shape (0,)."""
    lepton = MeasuredLepton(1.0, 0.0, 0.0, 11, 1.0, True, False)
    row = {"event": 0, **_lepton_columns((lepton, lepton)), **_jet_columns(())}
    row |= {"PuppiMET_pt": 0.0, "PuppiMET_phi": 0.0, "has_anomalous_noise": False}
    return {name: np.array([value])[:0] for name, value in row.items()}
