"""One chunk of jets: generate, measure, cluster, select."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from ..generator import pythia_seed
from ..production import Chunk, Task
from .detector import measure
from .events import GeneratedEvent, generate
from .particles import Particles
from .processes import PROCESSES, TOP
from .selection import find_leading_jets, leading_constituents, select
from .storage import CONSTITUENTS

BATCH_EVENTS = 500


def simulate_chunk(task: Task) -> Chunk:
    """Simulate ``task.tries`` events of the process that the sample is named after; keep the selected jets.

    The chunk has one column, ``momenta``: (n_kept, 200, 3), px, py, pz of the constituents in GeV, by falling pT.
    """
    seed = task.seed()
    events = generate(PROCESSES[task.sample_name], pythia_seed(seed), task.tries)
    rng = np.random.default_rng(seed)
    needs_top = task.sample_name == TOP.name
    batches = [selected_jets(batch, needs_top, rng) for batch in _batches(events)]
    return Chunk({"momenta": np.concatenate([np.zeros((0, CONSTITUENTS, 3), np.float32), *batches])})


def _batches(events: Iterator[GeneratedEvent]) -> Iterator[list[GeneratedEvent]]:
    while batch := list(islice(events, BATCH_EVENTS)):
        yield batch


def selected_jets(events: Sequence[GeneratedEvent], needs_top: bool, rng: np.random.Generator) -> np.ndarray:
    """The constituents (n_selected, 200, 3) of those leading jets, of so many events, that pass the selection."""
    momenta, event_numbers = measure(Particles.of(events), rng)
    jets = find_leading_jets(momenta, event_numbers, len(events))
    kept = select(jets, [event.tops for event in events] if needs_top else None)
    return leading_constituents(jets.constituents[kept])
