"""How safely the reference solution of *Di-Higgs: multiclassifier* passes what is graded of its training.

    hepdl bars dihiggs    twenty seeds, and three with shuffled labels, which must fail

Each number is that of the solution's own functions and training cell with another seed, in a process of its own.
"""

import re
from collections.abc import Sequence

import numpy as np

from benchmarks.top_tagging import BAR_SEEDS, SHUFFLED_SEEDS, measured
from grading.authoring import reference
from grading.cells.roles import name_of
from helpers import checks
from helpers.checks.dihiggs_events import events
from helpers.checks.process_classifiers import worth

LESSON, NOTEBOOK, TRAINING = "dihiggs", "multiclassifier", "train"


def verdict(seed: int, shuffled: bool) -> tuple[float, float, str]:
    """Accuracy and area of HH of the reference network in validation, and what its test cell says ("" if it passes)."""
    import keras

    namespace = reference.definitions(LESSON, NOTEBOOK)
    namespace["build_network"].__globals__["keras"] = keras
    namespace |= {"keras": keras, "SEED": seed, "inputs": {}, "truth": {}, "balanced": {}}
    training, _, _ = events("training")
    for part in ("training", "validation"):
        vectors, processes, weights = events(part)
        if shuffled:
            order = np.random.default_rng(seed).permutation(len(processes))
            processes, weights = processes[order], weights[order]
        namespace["inputs"][part] = namespace["scale"](training, vectors).astype(np.float32)
        namespace["truth"][part] = namespace["targets"](processes)
        namespace["balanced"][part] = namespace["balance"](weights, processes)
    (cell,) = (cell for cell in reference.code_cells(LESSON, NOTEBOOK) if name_of(cell) == TRAINING)
    reference.execute(cell.source, namespace)
    _, processes, weights = events("validation")
    outputs = namespace["network"].predict(namespace["inputs"]["validation"], batch_size=4096, verbose=0)
    found = worth(outputs, processes, weights)
    try:
        reference.check(LESSON, NOTEBOOK, f"{TRAINING}-check", namespace)
    except checks.CheckFailed as failed:
        return *found, str(failed)
    return *found, ""


def bars(processes: int, seeds: Sequence[int] = BAR_SEEDS, shuffled_seeds: Sequence[int] = SHUFFLED_SEEDS) -> None:
    """Print who passes the bars, with accuracies and areas."""
    runs = [(seed, False) for seed in seeds] + [(seed, True) for seed in shuffled_seeds]
    results = measured(verdict, runs, processes)
    source = reference.test_source(LESSON, NOTEBOOK, f"{TRAINING}-check")
    for shuffled in (False, True):
        *found, says = zip(*(result for (_, blind), result in results.items() if blind == shuffled), strict=True)
        print(f"{'shuffled labels' if shuffled else NOTEBOOK}: {says.count('')} of {len(says)} seeds pass")
        for name, values in zip(("accuracy", "area"), found, strict=True):
            (bar,) = re.findall(rf"{name}=(0\.\d+)", source)
            print(
                f"  {name}: bar {bar}; {min(values):.4f} to {max(values):.4f}, mean {np.mean(values):.4f}, "
                f"spread {np.std(values):.4f}"
            )
        for sentence in sorted({*says} - {""}):
            print(f"  {sentence}")
