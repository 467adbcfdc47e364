"""How safely the reference solutions of *NN metrics* pass what is graded of a training.

    hepdl bars nn_metrics    twenty seeds, and three of what must fail

*Binary* has a bar on an area, and a network that learned shuffled labels must fail it. *Multiclass* has none, but its
check of ``run`` measures two steps of a training; without a falling learning rate they must fail. Each number is that
of the solution notebook with another seed, in a process of its own.
"""

import numpy as np

from benchmarks.bar_seeds import graded_bar, print_areas, print_sentences, said_by_check, with_all_seeds
from grading.authoring import reference
from grading.cells.roles import name_of
from helpers import checks

LESSON, NOTEBOOK, TRAINING = "nn_metrics", "binary", "best-epoch"
CHECK = f"{TRAINING}-check"
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
    return area, said_by_check(LESSON, NOTEBOOK, CHECK, namespace)


def verdict_on_run(seed: int, constant: bool) -> str:
    """What the test cell of *multiclass* says of ``run`` with this seed and another ("" if it passes).

    constant: whether the learning rate is, against what the task asks. Raises ValueError if the cell has no
    SEEDS_OF_CHECK.
    """
    import keras

    namespace = reference.definitions(LESSON, "multiclass")
    run = namespace["run"]
    run.__globals__["keras"] = keras
    if constant:
        namespace["run"] = lambda seed, decay_rate, *more: run(seed, 0.0, *more)
    source = reference.test_source(LESSON, "multiclass", "run-check")
    if SEEDS_OF_CHECK not in source:
        raise ValueError(f"the test cell of run should hold {SEEDS_OF_CHECK!r}")
    try:
        reference.execute(source.replace(SEEDS_OF_CHECK, f"seeds=({seed}, {seed + 100})"), namespace)
    except checks.CheckFailed as failed:
        return str(failed)
    return ""


def bars(processes: int) -> None:
    """Print who passes the graded bar of *binary*, with the areas, and the check of ``run`` of *multiclass*."""
    passing, spoiled = with_all_seeds(verdict, processes)
    print_areas(NOTEBOOK, graded_bar(LESSON, NOTEBOOK, CHECK), passing, spoiled)
    falling, constant = with_all_seeds(verdict_on_run, processes)
    print(
        f"multiclass: {falling.count('')} of {len(falling)} seeds pass the check of run; with a learning rate that "
        f"does not fall, {constant.count('')} of {len(constant)} pass"
    )
    print_sentences([*falling, *constant])
