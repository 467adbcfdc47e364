"""How safely the reference solution of *NN metrics: binary* passes its bar, and that shuffled labels fail.

    hepdl bars nn_metrics    twenty seeds, and three with shuffled labels

Each number is that of the solution notebook, executed up to the training with another seed in a process of its own.
"""

import re
from collections.abc import Sequence

import numpy as np

from benchmarks.top_tagging import BAR_SEEDS, SHUFFLED_SEEDS, measured
from grading.authoring import reference
from grading.cells.roles import name_of
from helpers import checks

LESSON, NOTEBOOK, TRAINING = "nn_metrics", "binary", "best-epoch"


def verdict(seed: int, shuffled: bool) -> tuple[float, str]:
    """Weighted area of the reference network in validation, and what its test cell says ("" if it passes)."""
    namespace = reference.run(LESSON, NOTEBOOK, seed, until="network")
    training = namespace["training"]
    if shuffled:
        training["labels"] = np.random.default_rng(seed).permutation(training["labels"])
        training["weights"] = namespace["balance"](training["weights"], training["labels"])
    (cell,) = (cell for cell in reference.code_cells(LESSON, NOTEBOOK) if name_of(cell) == TRAINING)
    reference.execute(cell.source, namespace)
    outputs = namespace["network"].predict(namespace["inputs"]["validation"], batch_size=5000, verbose=0)[:, 0]
    validation = namespace["samples"]["validation"]
    area = namespace["roc_auc_score"](validation["labels"], outputs, sample_weight=validation["weights"])
    try:
        reference.check(LESSON, NOTEBOOK, f"{TRAINING}-check", namespace)
    except checks.CheckFailed as failed:
        return area, str(failed)
    return area, ""


def bars(processes: int, seeds: Sequence[int] = BAR_SEEDS, shuffled_seeds: Sequence[int] = SHUFFLED_SEEDS) -> None:
    """Print who passes the graded bar, and the areas."""
    runs = [(seed, False) for seed in seeds] + [(seed, True) for seed in shuffled_seeds]
    results = measured(verdict, runs, processes)
    areas, verdicts = zip(*(results[seed, False] for seed in seeds), strict=True)
    blind_areas, blind_verdicts = zip(*(results[seed, True] for seed in shuffled_seeds), strict=True)
    (bar,) = set(re.findall(r"bar=(0\.\d+)", reference.test_source(LESSON, NOTEBOOK, f"{TRAINING}-check")))
    print(
        f"{NOTEBOOK}: bar {bar}; {verdicts.count('')} of {len(areas)} seeds pass, area {min(areas):.4f} to "
        f"{max(areas):.4f}, mean {np.mean(areas):.4f}, spread {np.std(areas):.4f}; trained on shuffled labels, "
        f"{blind_verdicts.count('')} of {len(blind_areas)} pass, area "
        f"{', '.join(f'{area:.3f}' for area in blind_areas)}"
    )
    for says in sorted({*verdicts, *blind_verdicts} - {""}):
        print(says)
