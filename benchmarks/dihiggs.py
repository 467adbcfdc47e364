"""How safely the reference solution of *Di-Higgs: multiclassifier* passes what is graded of its training.

    hepdl bars dihiggs    twenty seeds, and three with shuffled labels, which must fail

Each number is that of the solution's own functions and training cell with another seed, in a process of its own.
"""

import numpy as np

from benchmarks.bar_seeds import graded_bar, print_sentences, said_by_check, with_all_seeds
from grading.authoring import reference
from grading.cells.roles import name_of
from helpers.checks.dihiggs_events import events
from helpers.checks.process_classifiers import worth

LESSON, NOTEBOOK, TRAINING = "dihiggs", "multiclassifier", "train"
CHECK = f"{TRAINING}-check"


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
    return *found, said_by_check(LESSON, NOTEBOOK, CHECK, namespace)


def bars(processes: int) -> None:
    """Print who passes the bars, with accuracies and areas."""
    passing, spoiled = with_all_seeds(verdict, processes)
    for title, runs in ((NOTEBOOK, passing), ("shuffled labels", spoiled)):
        *found, says = zip(*runs, strict=True)
        print(f"{title}: {says.count('')} of {len(says)} seeds pass")
        for name, values in zip(("accuracy", "area"), found, strict=True):
            print(
                f"  {name}: bar {graded_bar(LESSON, NOTEBOOK, CHECK, name)}; {min(values):.4f} to {max(values):.4f}, "
                f"mean {np.mean(values):.4f}, spread {np.std(values, ddof=1):.4f}"
            )
        print_sentences(says)
