"""How safely the reference solutions of *NN metrics* pass what is graded of a training.

    hepdl bars nn_metrics    twenty seeds, and three of what must fail

*Binary* has a bar on an area, and a network that learned shuffled labels must fail it. *Multiclass* has none, but its
check of ``run`` measures two steps of a training; without a falling learning rate they must fail. Each number is that
of the solution notebook with another seed, in a process of its own.
"""

import re
from collections.abc import Sequence

import numpy as np

from benchmarks.top_tagging import BAR_SEEDS, SHUFFLED_SEEDS, measured
from grading.authoring import reference
from grading.cells.roles import name_of
from helpers import checks

LESSON, NOTEBOOK, TRAINING = "nn_metrics", "binary", "best-epoch"
SEEDS_OF_CHECK = "seeds=(4, 5)"


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


def verdict_on_run(seed: int, falls: bool) -> str:
    """What the test cell of *multiclass* says of ``run`` with this seed and another ("" if it passes).

    falls: whether the learning rate does, as the task asks. Raises ValueError if the cell has no SEEDS_OF_CHECK.
    """
    import keras

    namespace = reference.definitions(LESSON, "multiclass")
    run = namespace["run"]
    run.__globals__["keras"] = keras
    if not falls:
        namespace["run"] = lambda seed, decay_rate, *more: run(seed, 0.0, *more)
    source = reference.test_source(LESSON, "multiclass", "run-check")
    if SEEDS_OF_CHECK not in source:
        raise ValueError(f"the test cell of run should hold {SEEDS_OF_CHECK!r}")
    try:
        reference.execute(source.replace(SEEDS_OF_CHECK, f"seeds=({seed}, {seed + 100})"), namespace)
    except checks.CheckFailed as failed:
        return str(failed)
    return ""


def bars(processes: int, seeds: Sequence[int] = BAR_SEEDS, shuffled_seeds: Sequence[int] = SHUFFLED_SEEDS) -> None:
    """Print who passes the graded bar of *binary*, with the areas, and the check of ``run`` of *multiclass*."""
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
    trainings = [(seed, True) for seed in seeds] + [(seed, False) for seed in shuffled_seeds]
    of_runs = measured(verdict_on_run, trainings, processes)
    falling, constant = ([says for (_, falls), says in of_runs.items() if falls == wanted] for wanted in (True, False))
    print(
        f"multiclass: {falling.count('')} of {len(falling)} seeds pass the check of run; with a learning rate that "
        f"does not fall, {constant.count('')} of {len(constant)} pass"
    )
    for says in sorted({*verdicts, *blind_verdicts, *of_runs.values()} - {""}):
        print(says)
