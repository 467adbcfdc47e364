"""Fresh jets for whoever needs some, as the secret jets of the challenge."""

from pathlib import Path

import numpy as np

from ..production import MASTER_SEED, produce, worker_pool
from .dataset import DATA_SET
from .jets import mixed_blocks, mixed_labels, order_rng, samples, streams


def generate_jets(n_jets: int, master_seed: int, processes: int, work: Path) -> tuple[np.ndarray, np.ndarray]:
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
    chunks = Path(work) / DATA_SET.fingerprint(wanted)
    with worker_pool(processes) as pool:
        productions = {sample.name: produce(sample, DATA_SET.simulate, chunks, pool, processes) for sample in wanted}
    labels = mixed_labels(n_jets, order_rng(master_seed))
    blocks = mixed_blocks(labels, streams(productions))
    return np.concatenate([block["constituents"] for block in blocks]), labels
