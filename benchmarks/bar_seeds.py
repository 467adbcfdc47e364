"""A reference solution trained with many seeds, and on labels without meaning: who passes what is graded of it?"""

import multiprocessing
import os
import re
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

import numpy as np
from tqdm import tqdm

from grading.authoring import reference
from helpers import checks

SEEDS = range(1, 21)
SPOILED_SEEDS = range(1, 4)


def _one_thread() -> None:
    """Each process trains on one core: several at once are faster than one on several."""
    os.environ["OMP_NUM_THREADS"] = os.environ["TF_NUM_INTRAOP_THREADS"] = "1"


def measured(measure: Callable, runs: list[tuple], processes: int) -> dict[tuple, Any]:
    """``measure(*run)`` of each run, each in a process of its own, with a progress bar."""
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(processes, mp_context=context, initializer=_one_thread, max_tasks_per_child=1) as pool,
        tqdm(total=len(runs), unit=" trainings", file=sys.stderr) as progress,
    ):
        pending = {pool.submit(measure, *run): run for run in runs}
        results = {}
        for done in as_completed(pending):
            results[pending[done]] = done.result()
            progress.update()
    return results


def with_all_seeds(verdict: Callable, processes: int) -> tuple[list, list]:
    """``verdict(seed, spoiled)`` of each of SEEDS, which should pass; and spoiled, of SPOILED_SEEDS, which must not."""
    runs = [(seed, False) for seed in SEEDS] + [(seed, True) for seed in SPOILED_SEEDS]
    results = measured(verdict, runs, processes)
    return [results[seed, False] for seed in SEEDS], [results[seed, True] for seed in SPOILED_SEEDS]


def said_by_check(lesson: str, notebook: str, check: str, namespace: dict) -> str:
    """What a test cell says of what a namespace holds: "" if it passes."""
    try:
        reference.check(lesson, notebook, check, namespace)
    except checks.CheckFailed as failed:
        return str(failed)
    return ""


def graded_bar(lesson: str, notebook: str, check: str, name: str = "bar") -> float:
    """The number of ``name=…``, or of ``area > …``, in a test cell; the highest, where there are several."""
    source = reference.test_source(lesson, notebook, check)
    return max(map(float, re.findall(rf"\b(?:{name}=|area > )(0\.\d+)", source)))


def print_areas(title: str, bar: float, passing: list[tuple[float, str]], spoiled: list[tuple[float, str]]) -> None:
    """Print how many of the (area, what the check says) pass, and how safely; then what is said of the others."""
    (areas, verdicts), (blind_areas, blind_verdicts) = (zip(*runs, strict=True) for runs in (passing, spoiled))
    print(
        f"{title}: bar {bar}; {verdicts.count('')} of {len(areas)} seeds pass, area {min(areas):.4f} to "
        f"{max(areas):.4f}, mean {np.mean(areas):.4f}, spread {np.std(areas, ddof=1):.4f}; trained on shuffled labels, "
        f"{blind_verdicts.count('')} of {len(blind_areas)} pass, area "
        f"{', '.join(f'{area:.3f}' for area in blind_areas)}"
    )
    print_sentences([*verdicts, *blind_verdicts])


def print_sentences(verdicts: list[str]) -> None:
    """Print each sentence of a check once."""
    for says in sorted({*verdicts} - {""}):
        print(f"  {says}")
