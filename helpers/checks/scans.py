"""Checks of a scan of widths, depths and seeds, and of the choice that is made of it."""

import contextlib
import io
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from helpers.checks.experiments import experiment, name_of, result_of
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import explained
from helpers.checks.values import close, dictionary, number, numbers

Made = Callable[..., Any]
Shape = tuple[int, int]


def scans_shapes(
    function: Made, made: Made, folder_name: Made, widths: Sequence[int], depths: Sequence[int], seeds: Sequence[int]
) -> None:
    """Fail unless ``function(settings, widths, depths, seeds, run)`` runs every point once, and gives a row for each.

    A row is a dictionary of width, depth, seed, loss and area, or a row of a data frame with these columns.
    """
    shared: dict[str, float] = {"varset": 1, "epochs": 7}
    points = list(product(widths, depths, seeds))
    metrics: dict[tuple[int, ...], dict[str, float]] = {
        point: {"loss": 1.0 + place / 100, "area": 0.6 + place / 1000} for place, point in enumerate(points)
    }
    expected = {
        name_of(folder_name, experiment(made, **shared, width=width, depth=depth, seed=seed)): (width, depth, seed)
        for width, depth, seed in points
    }
    ran: list[str] = []

    def run(settings: Any) -> dict[str, Any]:
        ran.append(name_of(folder_name, settings))
        point = expected.get(ran[-1], points[0])
        return result_of(shared | dict(zip(("width", "depth", "seed"), point, strict=True)), **metrics[point])

    start = experiment(made, **shared)
    name = name_of(folder_name, start)
    says = "scan should take settings, widths, depths, seeds and a function run, and call run with the settings alone"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        found = call(function, start, list(widths), list(depths), list(seeds), run, says=says)
    that(name_of(folder_name, start) == name, "scan changed the settings that it was given")
    others = [other for other in ran if other not in expected]
    that(
        not others,
        f"scan ran {others[0] if others else ''}: width, depth and seed change, all other settings are as given",
    )
    missing = [point for other, point in expected.items() if other not in ran]
    that(
        not missing,
        f"{len(missing)} of {len(points)} points were not run, among them width, depth and seed {missing[:1]}",
    )
    that(len(ran) == len(points), f"scan ran {len(ran)} experiments for {len(points)} points: run each once")
    _has_rows(found, metrics)


def _has_rows(found: Any, metrics: dict[tuple[int, ...], dict[str, float]]) -> None:
    rows = found.to_dict("records") if hasattr(found, "to_dict") else found
    that(isinstance(rows, list | tuple), f"scan should return a list of rows, but its type is {type(rows).__name__}")
    that(len(rows) == len(metrics), f"scan should return {len(metrics)} rows, one for each point, not {len(rows)}")
    seen = set()
    for row in rows:
        dictionary(row, ("width", "depth", "seed", "loss", "area"), "a row of scan", more=True)
        point = tuple(int(number(row[name], name)) for name in ("width", "depth", "seed"))
        that(point in metrics, f"a row says width, depth and seed {point}, which is no point of the scan")
        for name, value in metrics[point].items():
            that(
                abs(number(row[name], name) - value) < 1e-9,
                f"the {name} of width, depth and seed {point} is {row[name]}, but its run gave {value}: is it that of "
                "another point?",
            )
        seen.add(point)
    that(len(seen) == len(metrics), "rows of scan say the same width, depth and seed: each point has one")


def judges_once(function: Made, validation: dict[Shape, np.ndarray], test: dict[Shape, np.ndarray]) -> None:
    """Fail unless ``function(validation, judge)`` takes the shape of the best mean, and asks judge for it alone, once.

    Both: {(width, depth): areas (n_seeds,)}, two seeds or more. The result is a dictionary of shape, validation, test
    (means) and spread (of test).
    """
    asked: list[Shape] = []

    def judge(shape: Any) -> np.ndarray:
        width, depth = (int(value) for value in shape)
        asked.append((width, depth))
        return test[width, depth].copy()

    given = {shape: areas.copy() for shape, areas in validation.items()}
    found = call(function, given, judge, says="choose should take the validation areas and a function judge")
    means = {shape: float(areas.mean()) for shape, areas in validation.items()}
    best = max(means, key=means.__getitem__)
    that(
        len(set(asked)) < 2,
        f"the test sample was asked about {len(set(asked))} shapes: validation chooses, test judges that one alone",
    )
    that(len(asked) > 0, "the test sample was never asked: judge gives the areas of the chosen shape")
    that(len(asked) == 1, f"the test sample was asked {len(asked)} times: keep what judge returns")
    dictionary(found, ("shape", "validation", "test", "spread"), "what choose returns")
    shape = tuple(int(value) for value in numbers(found["shape"], "the shape").reshape(-1))
    if shape != best or asked[0] != best:
        luckiest = max(validation, key=lambda shape: float(validation[shape].max()))
        medians = max(validation, key=lambda shape: float(np.median(validation[shape])))
        for mistake, wrong in (
            ("it has the best single run: compare the means over the seeds", luckiest),
            ("it is the worst: the largest mean area is the best", min(means, key=means.__getitem__)),
            ("it is the widest and deepest: compare the means", max(validation)),
            (
                "it has the smallest spread: compare the means",
                min(validation, key=lambda s: float(validation[s].std())),
            ),
            ("it has the best median: compare the means over the seeds", medians),
            ("it is the first: compare the means", next(iter(validation))),
        ):
            that(shape != wrong or wrong == best, f"{shape} was chosen, but {best} has the best mean: {mistake}")
        that(shape == best, f"{shape} was chosen, but {best} has the best mean")
        that(False, f"judge was asked about {asked[0]}, but {best} was chosen")
    _describes(found, validation[best], test[best], max(means.values()))


def _describes(found: Any, validation: np.ndarray, test: np.ndarray, mean: float) -> None:
    close(number(found["validation"], "validation"), mean, "validation should be the mean of the chosen shape's areas")
    explained(
        np.array(number(found["test"], "test")),
        {
            "test is the best of the seeds: take their mean": test.max(),
            "test is the mean of validation: judge gives the areas in test": mean,
        },
        rtol=1e-9,
    )
    close(number(found["test"], "test"), test.mean(), "test should be the mean of what judge returns")
    right, n = test.std(ddof=1), len(test)
    explained(
        np.array(number(found["spread"], "the spread")),
        {
            "the spread divides by n: divide by n - 1 (ddof=1)": test.std(),
            "this is the error of the mean: the spread of the seeds is asked for": right / np.sqrt(n),
            "this is the spread in validation: take that in test": validation.std(ddof=1),
            "this is half the range: take the standard deviation": np.ptp(test) / 2,
            "this is the range: take the standard deviation": np.ptp(test),
        },
        rtol=1e-6,
    )
    close(number(found["spread"], "the spread"), right, "the spread should be the standard deviation of the test areas")
