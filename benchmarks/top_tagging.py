"""How hard the top-tagging jets are, and how safely the reference solutions pass their bars.

    hepdl difficulty    five seeds: the table in data/top_tagging/datasheet.md
    hepdl bars          twenty seeds and shuffled labels: docs/bars.png

Each number is that of a solution notebook, executed with another seed in a process of its own.
"""

import argparse
import os
import sys
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from benchmarks.bar_seeds import graded_bar, measured, print_areas, said_by_check, with_all_seeds
from grading.authoring import reference
from helpers import datasets, jets
from helpers.repository import ROOT

LESSON = "top_tagging"
DATASHEET = ROOT / "data" / LESSON / "datasheet.md"
FIGURE = ROOT / "docs" / "bars.png"
TABLE_BEGIN, TABLE_END = "<!-- difficulty: begin -->", "<!-- difficulty: end -->"
TABLE_SEEDS = range(1, 6)
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
    says = said_by_check(LESSON, notebook, f"{BARS[notebook]}-check", namespace)
    constituents, labels = datasets.load_jets(f"{LESSON}/validation.h5")
    inputs = namespace["features"](constituents) if notebook == "dnn" else jets.images(constituents)
    scores = namespace["network"].predict(inputs, batch_size=1024, verbose=0)[:, -1]
    return roc_auc_score(labels, scores), says


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
    """Print who passes the graded bars, and draw the area of every seed with the bars."""
    figure, panels = plt.subplots(1, len(BARS), figsize=(11, 4), constrained_layout=True)
    for axes, (notebook, network) in zip(panels, BARS.items(), strict=True):
        passing, spoiled = with_all_seeds(partial(verdict, notebook), processes)
        bar = graded_bar(LESSON, notebook, f"{network}-check")
        print_areas(notebook, bar, passing, spoiled)
        areas = [area for area, _ in passing]
        axes.hist(areas, np.linspace(bar - 0.002, max(*areas, bar) + 0.002, 40), label=f"{len(areas)} seeds")
        axes.axvline(bar, color="C3", ls="--", label=f"bar: {bar}")
        axes.set(xlabel=f"AUC of the reference solution of {notebook!r}", ylabel="seeds")
        axes.legend(loc="upper left")
    figure.savefig(FIGURE, dpi=110)
