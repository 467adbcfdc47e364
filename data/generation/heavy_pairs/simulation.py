"""One chunk of events: generate, measure, select."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..generator import pythia_seed, start_with_spectrum
from ..jets import measured_jets
from ..leptons import find_leptons
from ..missing_momentum import MET_NOISE, measure_met
from ..production import Chunk, Task
from . import kinematics, selection
from .b_tags import Quark, draw_tags, heavy_quarks
from .columns import MEASURED
from .processes import PROCESSES, PairProcess
from .spectrum import les_houches_file

if TYPE_CHECKING:
    import pythia8mc


def simulate_chunk(task: Task) -> Chunk:
    """Simulate ``task.tries`` pairs of the class; keep the selected ones, with all columns of the file as float32.

    Leptons are looked for before hadrons are made, as those of hadrons are taken not to be isolated: few events without
    one have to be hadronised.
    """
    seed = task.seed()
    pythia = start_generator(PROCESSES[task.sample_name], pythia_seed(seed))
    rng = np.random.default_rng(seed)
    finder = selection.jet_finder()
    rows = []
    for _ in range(task.tries):
        if not pythia.next():
            continue
        lepton = selection.select_lepton(find_leptons(pythia.event, selection.LEPTON_PT / 2, 0.0, rng), rng)
        if lepton is None:
            continue
        quarks = heavy_quarks(pythia.event)
        if pythia.forceHadronLevel() and (row := reconstruct(pythia.event, lepton, quarks, finder, rng)):
            rows.append(row)
    columns = np.array(rows, dtype=float).reshape(-1, len(MEASURED)).T
    return Chunk(kinematics.complete(dict(zip(MEASURED, columns, strict=True))))


def start_generator(process: PairProcess, seed: int) -> "pythia8mc.Pythia":
    """A generator of the class with its masses; ``seed`` as for :func:`..generator.start`."""
    pythia = start_with_spectrum(process, les_houches_file(process.masses), seed)
    for setting in process.decay_settings:
        if not pythia.readString(setting):
            raise ValueError(f"Pythia does not know the setting {setting!r}")
    return pythia


def reconstruct(
    event,
    lepton: selection.Lepton,
    quarks: Sequence[Quark],
    finder: "pythia8mc.SlowJet",
    rng: np.random.Generator,
) -> list[float] | None:
    """The measured columns of a hadron-level event, in the order of the file, or None if it is not selected."""
    jets = measured_jets(event, finder, selection.JET_PT, rng, selection.LARGEST_ETA, (lepton,))
    chosen = selection.select_jets(jets, draw_tags(jets, quarks, rng))
    if chosen is None:
        return None
    final = (particle for particle in event.particles() if particle.isFinal())
    met = measure_met(final, (lepton,), MET_NOISE, rng)
    jet_columns = [value for jet in chosen for value in (jet.pt, jet.eta, jet.phi, jet.mass)]
    return [lepton.pt, lepton.eta, lepton.phi, *jet_columns, met.pt, met.phi]
