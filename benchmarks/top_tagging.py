"""How hard the top-tagging jets are, and how safely the reference solutions pass their bars.

    hepdl difficulty    five seeds: the table in data/top_tagging/datasheet.md
    hepdl bars          twenty seeds and shuffled labels: docs/bars.png

Each number is that of a solution notebook, executed with another seed in a process of its own.
"""

import argparse
import multiprocessing
import os
import re
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve
from tqdm import tqdm

from grading.authoring import reference
from helpers import checks, datasets, jets
from helpers.repository import ROOT

LESSON = "top_tagging"
DATASHEET = ROOT / "data" / LESSON / "datasheet.md"
FIGURE = ROOT / "docs" / "bars.png"
TABLE_BEGIN, TABLE_END = "<!-- difficulty: begin -->", "<!-- difficulty: end -->"
TABLE_SEEDS = range(1, 6)
BAR_SEEDS = range(1, 21)
SHUFFLED_SEEDS = range(1, 4)
TAGGERS = {
    "jet mass, its distance from 175 GeV": ("dnn", "jet mass", "–"),
    "DNN, four-momenta of 20 constituents": ("dnn", "network, four-momenta", "–"),
    "DNN, the reference solution": ("dnn", "your tagger", "0.972 (TopoDNN)"),
    "CNN, 40 × 40 pixels, the reference solution": ("cnn", "CNN", "0.981 (CNN), 0.9837 (ResNeXt-50)"),
    "deep set, 60 constituents": ("challenge", "deep set", "0.9819 (PFN)"),
}
BARS = {"dnn": "tagger", "cnn": "cnn"}


def parser(command: str, description: str | None) -> argparse.ArgumentParser:
    """What both commands take."""
    made = argparse.ArgumentParser(prog=command, description=description)
    made.add_argument("--processes", type=int, default=os.cpu_count(), help="(default: all cores)")
    return made


def shuffle_labels(namespace: dict) -> None:
    """Give the training and validation jets each other's labels, so that there is nothing to learn."""
    rng = np.random.default_rng(namespace["SEED"])
    for name in ("train_labels", "validation_labels"):
        namespace[name] = rng.permutation(namespace[name])


def performance(notebook: str, seed: int) -> dict[str, list[float]]:
    """AUC and background rejection at 0.3 and 0.5 of each tagger of a notebook, on the test jets."""
    namespace = reference.run(LESSON, notebook, seed)
    found = {}
    for name, scores in namespace["taggers" if notebook == "dnn" else "scores"].items():
        false_positive, true_positive, _ = roc_curve(namespace["test_labels"], scores)
        rejections = [1 / np.interp(efficiency, true_positive, false_positive) for efficiency in (0.3, 0.5)]
        found[name] = [roc_auc_score(namespace["test_labels"], scores), *rejections]
    return found


def verdict(notebook: str, seed: int, shuffled: bool) -> tuple[float, str]:
    """AUC of the graded network on the validation jets, and what the test cell says of it ("" if it passes the bar)."""
    prepare = shuffle_labels if shuffled else lambda namespace: None
    namespace = reference.run(LESSON, notebook, seed, prepare, until=BARS[notebook])
    try:
        reference.check(LESSON, notebook, f"{BARS[notebook]}-check", namespace)
        says = ""
    except checks.CheckFailed as failed:
        says = str(failed)
    constituents, labels = datasets.load_jets(f"{LESSON}/validation.h5")
    inputs = namespace["features"](constituents) if notebook == "dnn" else jets.images(constituents)
    scores = namespace["network"].predict(inputs, batch_size=1024, verbose=0)[:, -1]
    return roc_auc_score(labels, scores), says


def one_thread() -> None:
    """Each process trains on one core: several at once are faster than one on several."""
    os.environ["OMP_NUM_THREADS"] = os.environ["TF_NUM_INTRAOP_THREADS"] = "1"


def measured(measure: Callable, runs: list[tuple], processes: int) -> dict[tuple, Any]:
    """``measure(*run)`` of each run, each in a process of its own, with a progress bar."""
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(processes, mp_context=context, initializer=one_thread, max_tasks_per_child=1) as pool,
        tqdm(total=len(runs), unit=" trainings", file=sys.stderr) as progress,
    ):
        pending = {pool.submit(measure, *run): run for run in runs}
        results = {}
        for done in as_completed(pending):
            results[pending[done]] = done.result()
            progress.update()
    return results


def difficulty(processes: int) -> None:
    """Print the table of taggers, five seeds each, and put it into the datasheet."""
    runs = [(notebook, seed) for notebook in ("challenge", "cnn", "dnn") for seed in TABLE_SEEDS]
    results = measured(performance, runs, processes)
    lines = [
        "| tagger | AUC | 1/ε_B at ε_S = 0.3 | 1/ε_B at ε_S = 0.5 | published AUC on the reference set |",
        "|---|---|---|---|---|",
    ]
    for title, (notebook, name, published) in TAGGERS.items():
        areas, *rejections = zip(*(results[notebook, seed][name] for seed in TABLE_SEEDS), strict=True)
        cells = [f"{np.mean(areas):.4f} ± {np.std(areas, ddof=1):.4f}"]
        cells += [f"{np.mean(values):.0f} ± {np.std(values, ddof=1):.0f}" for values in rejections]
        lines.append(f"| {title} | {' | '.join(cells)} | {published} |")
    table = "\n".join(lines)
    print(table)
    before, begin, rest = DATASHEET.read_text("utf-8").partition(TABLE_BEGIN)
    _, end, after = rest.partition(TABLE_END)
    if not end:
        sys.exit(f"{DATASHEET} has no place for the table: it should hold {TABLE_BEGIN} and {TABLE_END}")
    DATASHEET.write_text(f"{before}{begin}\n{table}\n{end}{after}", "utf-8")


def bars(processes: int) -> None:
    """Print who passes the graded bars, and draw the AUC of every seed with the bars."""
    runs = [(notebook, seed, False) for notebook in BARS for seed in BAR_SEEDS]
    runs += [(notebook, seed, True) for notebook in BARS for seed in SHUFFLED_SEEDS]
    results = measured(verdict, runs, processes)
    figure, panels = plt.subplots(1, len(BARS), figsize=(11, 4), constrained_layout=True)
    for axes, notebook in zip(panels, BARS, strict=True):
        areas, verdicts = zip(*(results[notebook, seed, False] for seed in BAR_SEEDS), strict=True)
        blind_areas, blind_verdicts = zip(*(results[notebook, seed, True] for seed in SHUFFLED_SEEDS), strict=True)
        bar = graded_bar(notebook)
        print(
            f"{notebook}: bar {bar}; {verdicts.count('')} of {len(areas)} seeds pass, "
            f"AUC {min(areas):.4f} to {max(areas):.4f}, mean {np.mean(areas):.4f}, spread {np.std(areas, ddof=1):.4f}; "
            f"trained on shuffled labels, {blind_verdicts.count('')} of {len(blind_areas)} pass, "
            f"AUC {', '.join(f'{area:.3f}' for area in blind_areas)}"
        )
        axes.hist(areas, np.linspace(bar - 0.002, max(*areas, bar) + 0.002, 40), label=f"{len(areas)} seeds")
        axes.axvline(bar, color="C3", ls="--", label=f"bar: {bar}")
        axes.set(xlabel=f"AUC of the reference solution of {notebook!r}", ylabel="seeds")
        axes.legend(loc="upper left")
    figure.savefig(FIGURE, dpi=110)


def graded_bar(notebook: str) -> float:
    """The AUC that a test cell asks for: the number in its ``bar=…`` or ``area > …``."""
    source = reference.test_source(LESSON, notebook, f"{BARS[notebook]}-check")
    return max(map(float, re.findall(r"(?:bar=|area > )(0\.\d+)", source)))
