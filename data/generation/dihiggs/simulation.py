"""One chunk of events: generate, measure, select."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..generator import cross_section_before_veto, pythia_seed, start
from ..jets import Jet, measured_jets
from ..leptons import has_lepton
from ..missing_momentum import MET_NOISE, MeasuredMet, measure_met
from ..production import Chunk, Task
from ..veto import ProcessVeto
from . import les_houches, selection
from .detector import (
    LARGEST_ETA,
    WORKING_POINTS,
    draw_discriminants,
    draw_discriminants_given,
    probability_of_a_tag,
)
from .gluons import LEADING_ORDER, Gluons
from .hard_process import has_hard_lepton, has_heavy_quark, has_jets
from .hard_scattering import unweighted
from .leptons import Lepton, find_leptons
from .particles import Particles, flavour, heavy_hadrons
from .partonic import differential_cross_section, mandelstam_t
from .processes import ENERGY, PROCESSES, DihiggsProcess

if TYPE_CHECKING:
    import pythia8mc

MOST_JETS, MOST_LEPTONS = 20, 4
"""How many entries of an event are stored at most, the hardest ones."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured of a selected event; ``factor`` multiplies its weight."""

    jets: list[Jet]
    discriminants: np.ndarray
    flavours: np.ndarray
    leptons: list[Lepton]
    met: MeasuredMet
    factor: float


def simulate_chunk(task: Task) -> Chunk:
    """Simulate ``task.tries`` hard processes of the sample; keep the selected events.

    Collections are padded with 0 to (n_events, most entries); ``nJet`` and ``nLepton`` say how many there are.
    ``factor`` is the weight but for cross-section over number of generated events. Pairs of Higgs bosons have
    ``GenHH_mass``, ``GenHH_cosTheta``, and the shares of the three powers of κλ in the weight, ``share_…``.
    The chunk's cross-section is that of the hard process, before the veto and without K factor.
    """
    process = PROCESSES[task.sample_name]
    seed = task.seed()
    rng = np.random.default_rng(seed)
    veto = ProcessVeto(has_hard_lepton)
    finder = selection.jet_finder()
    measured, truths = [], []
    with generator(process, task.tries, pythia_seed(seed), veto, rng) as (pythia, cross_section):
        for _ in range(task.tries):
            if not pythia.next() or (prescale := filtered(pythia.event, finder, process, rng)) is None:
                continue
            if pythia.forceHadronLevel() and (found := reconstruct(pythia.event, finder, process, rng)):
                measured.append(replace(found, factor=found.factor * prescale))
                truths.append(higgs_pair(pythia.process) if process.kappa_lambda is not None else None)
        if cross_section is None:
            cross_section = cross_section_before_veto(pythia, veto.n_vetoed, task.tries)
    columns = measured_columns(measured)
    if process.kappa_lambda is not None:
        columns |= truth_columns(truths, process.kappa_lambda)
    return Chunk(columns, cross_section)


@contextmanager
def generator(
    process: DihiggsProcess, n_events: int, seed: int, veto: ProcessVeto, rng: np.random.Generator
) -> Iterator[tuple["pythia8mc.Pythia", float | None]]:
    """A generator of so many events; for pairs of Higgs bosons also their cross-section in pb at leading order."""
    if process.kappa_lambda is None:
        yield start(process, seed, veto), None
        return
    points, cross_section = unweighted(n_events, ENERGY, Gluons(LEADING_ORDER), process.kappa_lambda, rng)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.lhe"
        les_houches.write(path, points, ENERGY, cross_section, rng)
        yield (
            start(replace(process, settings=(*process.settings, f"Beams:LHEF = {path}")), seed, veto),
            (cross_section / 1000),
        )


def filtered(event, finder: "pythia8mc.SlowJet", process: DihiggsProcess, rng: np.random.Generator) -> float | None:
    """Whether hadrons are worth making of a showered event: None if not, else by how much its weight grows."""
    if process.needs_parton_jets and not has_jets(event, finder):
        return None
    if process.light_prescale == 1 or has_heavy_quark(event):
        return 1.0
    return float(process.light_prescale) if rng.random() * process.light_prescale < 1 else None


def reconstruct(
    event, finder: "pythia8mc.SlowJet", process: DihiggsProcess, rng: np.random.Generator
) -> Measured | None:
    """What is measured of a hadron-level event, or None if it is not selected."""
    jets = measured_jets(event, finder, selection.JET_PT, rng, selection.JET_LARGEST_ETA)
    if len(jets) < selection.LEAST_JETS:
        return None
    final = [particle for particle in event.particles() if particle.isFinal()]
    if not has_lepton(final, selection.LEAST_CANDIDATE_PT):
        return None
    leptons = find_leptons(Particles.visible(final, LARGEST_ETA), rng)
    if not selection.selects_leptons(leptons) or not selection.selects_jets(jets, leptons[0]):
        return None
    hadrons = heavy_hadrons(event)
    flavours = np.array([flavour(jet.eta, jet.phi, hadrons) for jet in jets])
    discriminants, factor = tags(flavours, process.tagged_fraction, rng)
    return Measured(jets, discriminants, flavours, leptons, measure_met(final, (), MET_NOISE, rng), factor)


def tags(flavours: np.ndarray, tagged_fraction: float | None, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Discriminants (n,) of jets of these flavours, and the weight of the event for having them.

    With a ``tagged_fraction`` so many events get a medium tag, whatever their jets are, and the others none; the weight
    is the probability of that over how often it was done.
    """
    if tagged_fraction is None:
        return draw_discriminants(flavours, rng), 1.0
    medium = WORKING_POINTS["medium"]
    is_tagged = bool(rng.random() < tagged_fraction)
    probability = probability_of_a_tag(flavours, medium)
    factor = probability / tagged_fraction if is_tagged else (1 - probability) / (1 - tagged_fraction)
    return draw_discriminants_given(is_tagged, flavours, medium, rng), factor


def higgs_pair(process) -> tuple[float, float]:
    """Mass of the pair in GeV, and cos θ of the Higgs boson that decays to bb̄, from the hard process."""
    first, second = (
        next(p.p() for p in process.particles() if p.id() == pdg_id)
        for pdg_id in (les_houches.FIRST_HIGGS, les_houches.SECOND_HIGGS)
    )
    pair = first + second
    first.bstback(pair)
    return pair.mCalc(), first.pz() / first.pAbs()


def measured_columns(events: list[Measured]) -> dict[str, np.ndarray]:
    """The columns of a chunk that has these events, maybe none."""
    jets = [[asdict(jet) for jet in event.jets] for event in events]
    leptons = [[asdict(lepton) for lepton in event.leptons] for event in events]
    columns = {
        "nJet": np.array([min(len(event.jets), MOST_JETS) for event in events], dtype=np.int32),
        "nLepton": np.array([min(len(event.leptons), MOST_LEPTONS) for event in events], dtype=np.int32),
        "Jet_btag": padded([event.discriminants for event in events], MOST_JETS),
        "Jet_hadronFlavour": padded([event.flavours for event in events], MOST_JETS),
        "MET_pt": np.array([event.met.pt for event in events], dtype=float),
        "MET_phi": np.array([event.met.phi for event in events], dtype=float),
        "factor": np.array([event.factor for event in events], dtype=float),
    }
    for field in ("pt", "eta", "phi", "mass"):
        columns[f"Jet_{field}"] = padded([[jet[field] for jet in of_event] for of_event in jets], MOST_JETS)
    for field, branch in (("pt", "pt"), ("eta", "eta"), ("phi", "phi"), ("iso", "iso"), ("pdg_id", "pdgId")):
        rows = [[lepton[field] for lepton in of_event] for of_event in leptons]
        columns[f"Lepton_{branch}"] = padded(rows, MOST_LEPTONS)
    return columns


def padded(rows: list, width: int) -> np.ndarray:
    """Rows of different lengths as (n_rows, width), filled up with 0; what is beyond is cut off."""
    table = np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        table[i, : len(row)] = row[:width]
    return table


def truth_columns(pairs: list, kappa_lambda: float) -> dict[str, np.ndarray]:
    """Mass and cos θ of the pairs (mass, cos θ), and the shares of the powers of κλ in the weight at the one given."""
    mass, cos_theta = np.array(pairs, dtype=float).reshape(-1, 2).T
    s_hat = mass**2
    terms = differential_cross_section(s_hat, mandelstam_t(s_hat, cos_theta), np.ones(len(mass)))
    shares = {f"share_{name}": values / terms.total(kappa_lambda) for name, values in vars(terms).items()}
    return {"GenHH_mass": mass, "GenHH_cosTheta": cos_theta} | shares
