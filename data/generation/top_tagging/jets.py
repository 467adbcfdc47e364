"""Jets of both classes in the order of a data set: half top, mixed at random, from a master seed."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from ..production import MASTER_SEED, Production, Sample
from .processes import PROCESSES, QCD, TOP
from .storage import BLOCK_JETS, CONSTITUENTS, with_energy

ORDER_STREAM = int.from_bytes(b"order")
"""Sets the random numbers that mix the classes apart from those of the chunks."""

Block = dict[str, np.ndarray]
"""Consecutive jets: ``constituents`` (n_jets, 200, 4) float32 and ``is_signal_new`` (n_jets,) int8."""


def samples(sizes: Iterable[int], master_seed: int = MASTER_SEED) -> list[Sample]:
    """What to produce for sets of so many jets, half of each top; of an odd number, QCD gets one more."""
    sizes = list(sizes)
    aims = {TOP: sum(n // 2 for n in sizes), QCD: sum(n - n // 2 for n in sizes)}
    return [Sample(process.name, process.tries_per_chunk, aim, master_seed) for process, aim in aims.items()]


class JetStream:
    """Hands out the jets of a finished sample, each once, in the order of generation."""

    def __init__(self, production: Production) -> None:
        self._blocks = production.blocks(BLOCK_JETS)
        self._waiting = np.zeros((0, CONSTITUENTS, 3), np.float32)

    def take(self, n_jets: int) -> np.ndarray:
        """Constituents of the next jets, (n_jets, 200, 4)."""
        while len(self._waiting) < n_jets:
            self._waiting = np.concatenate([self._waiting, next(self._blocks)["momenta"]])
        taken, self._waiting = self._waiting[:n_jets], self._waiting[n_jets:]
        return with_energy(taken)


def streams(productions: Mapping[str, Production]) -> dict[int, JetStream]:
    """The jets of finished samples by their label."""
    return {PROCESSES[name].label: JetStream(production) for name, production in productions.items()}


def mixed_labels(n_jets: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (n_jets,) int8, half of them 1 (top), in random order; of an odd number, one more is 0 (QCD)."""
    return rng.permutation((np.arange(n_jets) < n_jets // 2).astype(np.int8))


def mixed_blocks(labels: np.ndarray, jets: Mapping[int, JetStream]) -> Iterator[Block]:
    """Jets in the order of their labels, in blocks of 512.

    Jets of a class are independent of each other and stay in the order of generation: only the classes are mixed.
    """
    for first in range(0, len(labels), BLOCK_JETS):
        block = labels[first : first + BLOCK_JETS]
        constituents = np.empty((len(block), CONSTITUENTS, 4), np.float32)
        for label, stream in jets.items():
            constituents[block == label] = stream.take(int(np.sum(block == label)))
        yield {"constituents": constituents, "is_signal_new": block}


def order_rng(master_seed: int) -> np.random.Generator:
    """Random numbers for the order of the classes."""
    return np.random.default_rng([master_seed, ORDER_STREAM])
