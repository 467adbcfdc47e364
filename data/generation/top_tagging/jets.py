"""Jets of both classes in the order of a data set: half top, mixed at random, from a master seed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from ..production import MASTER_SEED, Sample, fingerprint, merged, produce, worker_pool
from .processes import QCD, TOP
from .simulation import simulate_chunk
from .storage import BLOCK_JETS, CONSTITUENTS, with_energy

ORDER_STREAM = int.from_bytes(b"order")
"""Sets the random numbers that mix the classes apart from those of the chunks."""

Block = tuple[np.ndarray, np.ndarray]


def samples(sizes: Iterable[int], master_seed: int = MASTER_SEED) -> dict[str, Sample]:
    """What to produce for sets of so many jets, half of each top; of an odd number, QCD gets one more."""
    sizes = list(sizes)
    aims = {TOP: sum(n // 2 for n in sizes), QCD: sum(n - n // 2 for n in sizes)}
    return {
        process.name: Sample(process.name, process.tries_per_chunk, aim, master_seed) for process, aim in aims.items()
    }


class JetStream:
    """Hands out the jets of finished chunk files, each once, in the order of generation."""

    def __init__(self, chunk_files: Sequence[Path]) -> None:
        self._blocks = merged(chunk_files, BLOCK_JETS)
        self._waiting = np.zeros((0, CONSTITUENTS, 3), np.float32)

    def take(self, n_jets: int) -> np.ndarray:
        """Constituents of the next jets, (n_jets, 200, 4)."""
        while len(self._waiting) < n_jets:
            self._waiting = np.concatenate([self._waiting, next(self._blocks)["momenta"]])
        taken, self._waiting = self._waiting[:n_jets], self._waiting[n_jets:]
        return with_energy(taken)


def mixed_labels(n_jets: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (n_jets,) int8, half of them 1 (top), in random order; of an odd number, one more is 0 (QCD)."""
    return rng.permutation((np.arange(n_jets) < n_jets // 2).astype(np.int8))


def mixed_blocks(labels: np.ndarray, streams: Mapping[int, JetStream]) -> Iterator[Block]:
    """Jets in the order of their labels, as blocks (constituents, labels) of 512 jets.

    Jets of a class are independent of each other and stay in the order of generation: only the classes are mixed.
    """
    for first in range(0, len(labels), BLOCK_JETS):
        block = labels[first : first + BLOCK_JETS]
        constituents = np.empty((len(block), CONSTITUENTS, 4), np.float32)
        for label, stream in streams.items():
            constituents[block == label] = stream.take(int(np.sum(block == label)))
        yield constituents, block


def produce_streams(
    wanted: Mapping[str, Sample], work: Path, pool: ProcessPoolExecutor, processes: int
) -> dict[int, JetStream]:
    """Simulate what is not yet in the folder ``work``; the jets by label."""
    return {
        process.label: JetStream(produce(wanted[process.name], simulate_chunk, work, pool, processes))
        for process in (TOP, QCD)
    }


def order_rng(master_seed: int) -> np.random.Generator:
    """Random numbers for the order of the classes."""
    return np.random.default_rng([master_seed, ORDER_STREAM])


def generate_jets(n_jets: int, master_seed: int, processes: int, work: Path) -> Block:
    """So many fresh jets, from a master seed of the caller's own, as they would be shipped.

    n_jets: from 1; half are top jets, of an odd number QCD gets one more. The selection is that of the shipped set.
    master_seed: any integer from 0 but that of the shipped set.
    processes: worker processes; the jets do not depend on their number.
    work: folder for finished chunks, from which an interrupted call goes on; the caller removes it.

    Returns constituents (n_jets, 200, 4) float32 and labels (n_jets,) int8, in random order.
    Raises ValueError for a seed or a number of jets that does not qualify.
    """
    if n_jets < 1:
        raise ValueError(f"n_jets is {n_jets}: at least one jet is expected")
    if master_seed < 0:
        raise ValueError("the master seed is negative: an integer from 0 is expected")
    if master_seed == MASTER_SEED:
        raise ValueError(f"the master seed {MASTER_SEED} is that of the shipped jets, which everyone has: take another")
    wanted = samples([n_jets], master_seed)
    with worker_pool(processes) as pool:
        streams = produce_streams(wanted, Path(work) / fingerprint(wanted.values()), pool, processes)
    blocks = list(mixed_blocks(mixed_labels(n_jets, order_rng(master_seed)), streams))
    return np.concatenate([block for block, _ in blocks]), np.concatenate([labels for _, labels in blocks])
