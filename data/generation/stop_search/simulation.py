"""One chunk of events: generate, measure, select."""

from typing import TYPE_CHECKING

import numpy as np

from ..generator import cross_section_before_veto, pythia_seed, start, start_with_spectrum
from ..jets import away_from, measured_jets
from ..leptons import has_lepton
from ..missing_momentum import MET_NOISE, measure_met
from ..production import Chunk, Task
from ..veto import ProcessVeto
from . import selection
from .b_tags import b_tag_discriminants, find_tracks
from .columns import VARIABLES
from .detector import LARGEST_ETA
from .hard_process import promise
from .leptons import find_leptons, find_mistaken_hadron
from .particles import Particles
from .processes import PROCESSES, StopSearchProcess
from .stops import les_houches_file
from .weights import scale_factor

if TYPE_CHECKING:
    import pythia8mc

LEAST_PARTON_MET = 240.0
LEAST_CANDIDATE_PT = 3.0


def simulate_chunk(task: Task) -> Chunk:
    """Simulate ``task.tries`` hard processes of the sample; keep the selected events.

    The chunk has the 17 variables and ``scale_factor``, all float64. Its cross-section is that before the cuts on the
    hard process. Raises ValueError if no hard process passes them: the cross-section is then unknown.
    """
    process = PROCESSES[task.sample_name]
    seed = task.seed()
    veto = ProcessVeto(process.cuts.accept_event)
    pythia = start_generator(process, pythia_seed(seed), veto)
    rng = np.random.default_rng(seed)
    finder = selection.jet_finder()
    rows = []
    for _ in range(task.tries):
        if not pythia.next() or promise(pythia.event).met < LEAST_PARTON_MET:
            continue
        if pythia.forceHadronLevel() and (row := reconstruct(pythia.event, finder, process, rng)):
            rows.append(row)
    columns = {name: np.array([row[name] for row in rows], dtype=float) for name in (*VARIABLES, "scale_factor")}
    if veto.n_vetoed == task.tries:
        cuts = process.cuts.text()
        raise ValueError(f"{process.name}: none of {task.tries} tries passes {cuts}; raise tries_per_chunk")
    return Chunk(columns, cross_section_before_veto(pythia, veto.n_vetoed, task.tries))


def start_generator(process: StopSearchProcess, seed: int, veto: ProcessVeto) -> "pythia8mc.Pythia":
    """A generator of the process, for a stop with its masses and decays; ``seed`` as for :func:`..generator.start`."""
    if process.stop_masses is None:
        return start(process, seed, veto)
    return start_with_spectrum(process, les_houches_file(*process.stop_masses), seed, veto)


def reconstruct(
    event, finder: "pythia8mc.SlowJet", process: StopSearchProcess, rng: np.random.Generator
) -> dict[str, float] | None:
    """What is measured of a hadron-level event, or None if it is not selected.

    The noise of the MET stands for all that is mismeasured. The scale factor has the weight of the lepton in it.
    """
    final = [particle for particle in event.particles() if particle.isFinal()]
    if not process.takes_hadrons_for_leptons and not has_lepton(final, LEAST_CANDIDATE_PT):
        return None
    met = measure_met(final, (), MET_NOISE, rng)
    if met.pt < selection.LEAST_MET:
        return None
    jets = measured_jets(event, finder, selection.JET_PT, rng, selection.JET_LARGEST_ETA)
    if not selection.selects_jets(jets):
        return None
    particles = Particles.visible(final, LARGEST_ETA)
    leptons = find_leptons(particles, rng)
    if process.takes_hadrons_for_leptons:
        leptons = [] if leptons else find_mistaken_hadron(particles, rng)
    if not selection.selects_leptons(leptons):
        return None
    jets = away_from(leptons[0], jets)
    if not selection.selects_jets(jets):
        return None
    discriminants = b_tag_discriminants(jets, find_tracks(particles, rng))
    return selection.variables(leptons[0], met, jets, discriminants) | {
        "scale_factor": scale_factor(leptons[0], met.pt) * leptons[0].weight
    }
