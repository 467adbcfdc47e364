"""The checks of a scan of shapes, and of the choice that is made of it."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from settings_of_experiments import Experiment, folder_name

from helpers import checks
from helpers.checks import CheckFailed


def scan(settings, widths, depths, seeds, run, change=replace, again=False):
    rows = []
    for width, depth, seed in product(widths, depths, seeds):
        made = change(settings, width=width, depth=depth, seed=seed)
        if again:
            run(made)
        rows.append({"width": width, "depth": depth, "seed": seed, **run(made)["metrics"]})
    return rows


def scans(function):
    checks.scans_shapes(function, Experiment, folder_name, [8, 32], [1, 2], [0, 5])


def test_scans_shapes():
    scans(scan)
    scans(lambda *given: pd.DataFrame(scan(*given)))
    scans(lambda *given: scan(*given)[::-1])
    scans(lambda *given: [{**row, "batch_size": 400} for row in scan(*given)])


def test_a_row_may_say_what_the_run_says_of_its_settings():
    def told(settings, widths, depths, seeds, run):
        results = [
            run(replace(settings, width=width, depth=depth, seed=seed))
            for width, depth, seed in product(widths, depths, seeds)
        ]
        return [
            {name: result["settings"][name] for name in ("width", "depth", "seed")} | result["metrics"]
            for result in results
        ]

    scans(told)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda *g: scan(*g, change=lambda s, **c: Experiment(**c)), "all other settings are as given"),
        (lambda s, w, d, seeds, run: scan(s, w, d, seeds[:1], run), "4 of 8 points were not run"),
        (lambda *g: scan(*g, again=True), "scan ran 16 experiments for 8 points"),
        (lambda *g: scan(*g)[:-1], "should return 8 rows, one for each point, not 7"),
        (lambda *g: [{**row, "loss": 0.0} for row in scan(*g)], "but its run gave"),
        (lambda *g: scan(*g)[:1] * 8, "the same width, depth and seed"),
        (lambda *g: [{**row, "seed": 77} for row in scan(*g)], "which is no point of the scan"),
        (lambda *g: [{"area": row["area"]} for row in scan(*g)], "a row of scan lacks 'depth', 'loss', 'seed'"),
        (lambda *g: scan(*g) and 3, "a list of rows, but its type is int"),
    ],
)
def test_scans_shapes_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        scans(wrong)
    assert says in str(failed.value)


VALIDATION = {
    (8, 1): np.array([0.70, 0.80, 0.72]),
    (32, 2): np.array([0.75, 0.76, 0.77]),
    (64, 3): np.array([0.74, 0.741, 0.742]),
    (128, 3): np.array([0.73, 0.753, 0.74]),
    (128, 1): np.array([0.5, 0.779, 0.78]),
    (4, 1): np.array([0.6, 0.61, 0.62]),
}
TEST = {shape: areas[::-1] + np.array([0.01, -0.03, 0.03]) for shape, areas in VALIDATION.items()}


def choose(areas, judge, score=np.mean):
    best = max(areas, key=lambda shape: score(areas[shape]))
    return described(best, areas[best], judge(best))


def described(shape, areas, test):
    return {"shape": shape, "validation": np.mean(areas), "test": np.mean(test), "spread": np.std(test, ddof=1)}


def test_judges_once():
    checks.judges_once(choose, VALIDATION, TEST)


def best_on_test(areas, judge):
    judged = {shape: judge(shape) for shape in areas}
    return choose(judged, lambda shape: judged[shape])


def with_(**parts):
    return lambda areas, judge: choose(areas, judge) | {name: part(areas) for name, part in parts.items()}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (best_on_test, "the test sample was asked about 6 shapes"),
        (lambda areas, judge: judge((32, 2)) is None or choose(areas, judge), "the test sample was asked 2 times"),
        (lambda areas, judge: described((32, 2), areas[32, 2], areas[32, 2]), "the test sample was never asked"),
        (lambda *given: choose(*given, score=np.max), "it has the best single run"),
        (lambda *given: choose(*given, score=np.median), "it has the best median"),
        (lambda *given: choose(*given, score=lambda areas: -np.std(areas)), "it has the smallest spread"),
        (lambda *given: choose(*given, score=lambda areas: -np.mean(areas)), "it is the worst"),
        (with_(test=lambda _: TEST[32, 2].max()), "test is the best of the seeds"),
        (with_(test=lambda _: VALIDATION[32, 2].mean()), "test is the mean of validation"),
        (with_(test=lambda _: 0.1), "test should be the mean of what judge returns"),
        (with_(validation=lambda _: 0.77), "validation should be the mean of the chosen shape's areas"),
        (with_(spread=lambda _: TEST[32, 2].std()), "divide by n - 1"),
        (with_(spread=lambda _: TEST[32, 2].std(ddof=1) / np.sqrt(3)), "the error of the mean"),
        (with_(spread=lambda _: VALIDATION[32, 2].std(ddof=1)), "the spread in validation"),
        (with_(spread=lambda _: np.ptp(TEST[32, 2])), "this is the range"),
        (with_(spread=lambda _: 1.0), "should be the standard deviation of the test areas"),
        (with_(shape=lambda _: (8, 1)), "(8, 1) was chosen, but (32, 2) has the best mean"),
    ],
)
def test_judges_once_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        checks.judges_once(wrong, VALIDATION, TEST)
    assert says in str(failed.value)
