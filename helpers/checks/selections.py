"""Checks of a cut on the signal output: yields, a scan over cuts, the choice of one cut, and the table of all runs."""

import csv
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from helpers.checks.event_classes import CLASSES
from helpers.checks.example_trees import scratch_folder
from helpers.checks.failure import that
from helpers.checks.functions import call, raises
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, dictionary, number, numbers, shape

COUNTED = ("signal", "background", "error", "simulated")


def expects_yields(function: Callable[..., Any], classes: np.ndarray, weights: np.ndarray, fraction: float) -> None:
    """Fail unless ``function(table, fraction_of_sample, luminosity)`` is {class: expected events}, 0 for an absent one.

    classes, weights (in pb): (n_events,), the columns ``class`` and ``weight`` of the table.
    """
    import pandas as pd  # here, because other notebooks need not wait for it

    table, luminosity = pd.DataFrame({"class": classes, "weight": weights}), 1200.0
    before = table.copy()
    says = f"expected_yields should take a table of {len(table)} events, a fraction and a luminosity"
    found = call(function, table, fraction, luminosity, says=says)
    that(table.equals(before), "expected_yields changed the table that it was given: the weights there stay in pb")
    if hasattr(found, "to_dict") and not isinstance(found, Mapping):
        found = found.to_dict()
    dictionary(found, CLASSES, "the result of expected_yields")
    values = np.array([number(found[name], f"the yield of {name}") for name in CLASSES])
    sums = np.array([weights[classes == name].sum() for name in CLASSES])
    counts = np.array([np.sum(classes == name) for name in CLASSES])
    expected = sums * luminosity / fraction
    if not np.allclose(values, expected, rtol=1e-6, atol=1e-9):
        other = np.where(np.array(CLASSES) == "Other", 0.5, 1.0)
        explained(
            values,
            {
                "Other is scaled by half of the factor: the whole sample was split alike, so all classes have one": (
                    expected * other
                ),
                "the yields are those of this sample alone: divide by its fraction of all simulated events": (
                    sums * luminosity
                ),
                "the yields were multiplied by the fraction: a part of the sample stands for all of it, so divide": (
                    sums * luminosity * fraction
                ),
                "the yields are still in pb: multiply by the luminosity": sums / fraction,
                "the luminosity is fixed: take the one that is given": sums * 35_866 / fraction,
                "the fraction is fixed: take the one that is given": sums * luminosity * 4,
                "these are numbers of simulated events: add up weights": counts,
                "numbers of simulated events were scaled: add up weights": counts * luminosity / fraction,
                "these are mean weights: add them up": expected / np.maximum(counts, 1),
            },
            rtol=1e-5,
        )
    close(values, expected, f"the yields of {', '.join(CLASSES)} are wrong", rtol=1e-6, atol=1e-9)


def scans_cuts(function: Callable[..., Any], table: Mapping[str, np.ndarray], cuts: np.ndarray) -> None:
    """Fail unless ``function(table, cuts)`` counts what is called signal and has an output above each cut.

    table: the columns of a data frame, (n_events,): ``is_signal`` and ``called_signal`` (bool), ``output``, ``events``
    (expected ones). cuts: (n_cuts,), in any order. The result is a frame with the columns COUNTED and a row a cut.
    """
    import pandas as pd  # here, because other notebooks need not wait for it

    frame = pd.DataFrame(dict(table))
    before = frame.copy()
    says = f"scan should take a table of {len(frame)} events and {len(cuts)} cuts"
    found = call(function, frame, cuts.copy(), says=says)
    that(frame.equals(before), "scan changed the table that it was given")
    kind = type(found).__name__
    that(isinstance(found, pd.DataFrame), f"scan should return a data frame, but the type of its result is {kind}")
    columns = list(found.columns)
    that(
        all(name in columns for name in COUNTED),
        f"the result of scan should be a data frame with the columns {', '.join(COUNTED)}, but it has "
        f"{', '.join(map(str, columns)) or 'none'}",
    )
    for name in COUNTED:
        shape(found[name], cuts.shape, f"the column {name} of the scan", hint="a row for each cut")
    values = {name: numbers(found[name], f"the column {name} of the scan").astype(float) for name in COUNTED}
    right = _scanned(table, cuts)
    for name in COUNTED:
        if not agrees(values[name], right[name], rtol=1e-6, atol=1e-9):
            explained(values[name], _mistakes_of_scan(name, table, cuts), rtol=1e-6, atol=1e-9)
        close(values[name], right[name], f"the column {name} of the scan is wrong", rtol=1e-6, atol=1e-9)


def _scanned(
    table: Mapping[str, np.ndarray],
    cuts: np.ndarray,
    above: Callable[[Any, Any], Any] = np.greater,
    everything: bool = False,
) -> dict[str, np.ndarray]:
    events, is_signal = table["events"].astype(float), table["is_signal"].astype(bool)
    called = np.ones(len(events), bool) if everything else table["called_signal"].astype(bool)
    passes = above(table["output"][:, None], cuts) & called[:, None]
    return {
        "signal": (events * is_signal) @ passes,
        "background": (events * ~is_signal) @ passes,
        "error": np.sqrt((events**2 * ~is_signal) @ passes),
        "simulated": (~is_signal).astype(float) @ passes,
    }


def _mistakes_of_scan(name: str, table: Mapping[str, np.ndarray], cuts: np.ndarray) -> dict[str, np.ndarray]:
    events, is_signal = table["events"].astype(float), table["is_signal"].astype(bool)
    passes = (table["output"][:, None] > cuts) & table["called_signal"].astype(bool)[:, None]
    right = _scanned(table, cuts)
    mistakes = {
        "an output exactly at the cut does not pass: only outputs above it do": _scanned(table, cuts, np.greater_equal),
        "an event with an output of exactly 1 is lost: there is no upper cut": _scanned(
            table, cuts, lambda output, cut: (output > cut) & (output < 1)
        ),
        "the scan takes outputs below the cuts": _scanned(table, cuts, np.less),
        "the scan counts events that the network does not call signal": _scanned(table, cuts, everything=True),
        "the rows of the scan stand in the order of growing cuts: keep that in which the cuts are given": _scanned(
            table, np.sort(cuts)
        ),
    }
    found = {sentence: values[name] for sentence, values in mistakes.items()}
    if name == "background":
        found["the background holds signal, too"] = events @ passes
    if name in ("signal", "background"):
        found[f"the column {name} is a number of simulated events: add up expected events"] = (
            is_signal if name == "signal" else ~is_signal
        ).astype(float) @ passes
    if name == "error":
        found["the error lacks its square root: it is the root of the sum of squares"] = right["error"] ** 2
        found["the error is the root of the expected events: it is the root of the sum of their squares"] = np.sqrt(
            right["background"]
        )
        found["the error is that of signal and background: that of the background is asked for"] = np.sqrt(
            events**2 @ passes
        )
    if name == "simulated":
        found["simulated counts signal, too: simulated background events are asked for"] = passes.sum(axis=0)
        found["simulated is the number of expected events: count the simulated ones"] = right["background"]
    return {sentence: values for sentence, values in found.items() if not np.allclose(values, right[name])}


def chooses_on_validation(
    function: Callable[..., Any], validation: Mapping[str, np.ndarray], test: Mapping[str, np.ndarray], least: int
) -> None:
    """Fail unless ``function(validation, test, least)`` takes the validation's best cut that is allowed, for both.

    validation, test: the columns ``cut``, ``merit`` and ``simulated``, (n_cuts,), of data frames. The result is a
    dictionary with ``cut``, ``validation`` and ``test``; where no cut has ``least`` events in validation, ValueError.
    """
    import pandas as pd  # here, because other notebooks need not wait for it

    frames = pd.DataFrame(dict(validation)), pd.DataFrame(dict(test))
    before = [frame.copy() for frame in frames]
    enough = validation["simulated"] >= least
    if not enough.any():
        raises(
            ValueError, function, *frames, least, says="choose_cut should raise ValueError if no cut has enough events"
        )
        return
    says = f"choose_cut should take two scans of {len(frames[0])} cuts and the least number of events"
    found = call(function, *frames, least, says=says)
    same = all(frame.equals(copy) for frame, copy in zip(frames, before, strict=True))
    that(same, "choose_cut changed a scan that it was given")
    dictionary(found, ("cut", "validation", "test"), "the result of choose_cut")
    values = np.array([number(found[name], f"the {name} of choose_cut") for name in ("cut", "validation", "test")])

    def at(row: int, of_test: int | None = None) -> np.ndarray:
        other = row if of_test is None else of_test
        return np.array([validation["cut"][row], validation["merit"][row], test["merit"][other]])

    def best(scan: Mapping[str, np.ndarray], allowed: np.ndarray) -> int:
        return int(np.argmax(np.where(allowed, scan["merit"], -np.inf)))

    everywhere = np.ones(len(enough), bool)
    right = best(validation, enough)
    if agrees(values, at(right), rtol=1e-9):
        return
    of_test = best(test, test["simulated"] >= least)
    in_test = "how many simulated events are enough was looked up in the test sample"
    mistakes = {
        f"{in_test}: it is validation that chooses": at(best(validation, test["simulated"] >= least)),
        f"{in_test}, too: validation alone says which cuts are allowed": at(
            best(validation, enough & (test["simulated"] >= least))
        ),
        "the cut is the best of the test sample: the test sample has no say in the choice": at(of_test),
        "the test value is the test sample's own maximum: take it at the cut that validation chose": at(right, of_test),
        "the test value is the largest of all its cuts: take it at the cut that validation chose": at(
            right, best(test, everywhere)
        ),
        f"the best cut has fewer than {least} simulated background events in validation: it is not allowed": at(
            best(validation, everywhere)
        ),
        "the cut is the best of all cuts of the test sample: it has no say in the choice": at(best(test, everywhere)),
        f"exactly {least} simulated background events are enough": at(
            best(validation, validation["simulated"] > least)
        ),
        "the cut is the one with the largest mean of both samples: validation alone chooses": at(
            best({"merit": validation["merit"] + test["merit"]}, enough)
        ),
        "the cut is the first that is allowed: take that with the largest figure of merit": at(int(np.argmax(enough))),
        "the place of the largest among the allowed rows was taken for its row: idxmax gives the number": (
            at(int(np.argmax(validation["merit"][enough])))
        ),
        "of equal figures of merit the first is taken, not a later one": at(
            len(enough) - 1 - best({"merit": validation["merit"][::-1]}, enough[::-1])
        ),
        "this is the largest cut that is allowed: take that with the largest figure of merit": at(
            best({"merit": validation["cut"]}, enough)
        ),
        "this is the allowed cut with the smallest figure of merit": at(
            best({"merit": -validation["merit"]}, enough)
        ),
        "cut is the number of the row: return the cut itself": np.array([right, *at(right)[1:]]),
        "validation and test have changed places": at(right)[[0, 2, 1]],
    }  # fmt: skip
    explained(values, {says: wrong for says, wrong in mistakes.items() if not np.allclose(wrong, at(right))}, rtol=1e-9)
    close(values, at(right), "cut, validation and test should be those of the validation's best allowed cut")


def tabulates_runs(function: Callable[..., Any], runs: list[dict[str, float]]) -> None:
    """Fail unless ``function(path, runs)`` writes a line a run, and gives mean and spread of "test" by decay rate.

    runs: dictionaries with equal keys, ``decay_rate`` and ``test`` among them. The result is a frame with the columns
    ``runs``, ``mean`` and ``spread`` (of n - 1, NaN for one run), its index the decay rates in rising order.
    """
    with scratch_folder() as folder:
        path = folder / "fom.csv"
        path.write_text("an older table\n" * 40)
        found = call(function, str(path), [dict(run) for run in runs], says="write_fom should take a path and the runs")
        lines = [line for line in csv.reader(path.read_text().splitlines()) if line]
    that(bool(lines) and lines[0] != ["an older table"], "write_fom leaves an older table in the file: write it anew")
    that(
        lines[0] == list(runs[0]),
        f"the first line of the file should be {','.join(runs[0])}, but is {','.join(lines[0])}",
    )
    that(len(lines) == len(runs) + 1, f"the file should have a line for each of {len(runs)} runs, not {len(lines) - 1}")
    written = np.array([[float(value) for value in line] for line in lines[1:]])
    expected = np.array([list(run.values()) for run in runs], dtype=float)
    close(written, expected, "a number in the file is not what it was: is it rounded?", rtol=1e-6)
    columns = list(getattr(found, "columns", []))
    that(
        all(name in columns for name in ("runs", "mean", "spread")),
        f"write_fom should return a data frame with the columns runs, mean and spread, not {columns or 'nothing'}",
    )
    rates = np.unique([run["decay_rate"] for run in runs])
    index = numbers(found.index, "the index of the table").astype(float)
    that(
        index.shape == rates.shape and np.allclose(index, rates, rtol=1e-9, atol=0),
        f"the index of the table should be the decay rates in rising order, {rates}, but it is {index}",
    )
    groups = [np.array([run["test"] for run in runs if run["decay_rate"] == rate]) for rate in rates]
    counts = np.array([len(group) for group in groups])
    close(found["runs"], counts, "the column runs should count the runs of each decay rate")
    _describes(found["mean"], "mean", np.array([group.mean() for group in groups]), _means(runs, rates))
    several = counts > 1
    spread = np.asarray(found["spread"], dtype=float)
    right = np.array([group.std(ddof=1) for group in groups if len(group) > 1])
    n = counts[several]
    _describes(
        spread[several],
        "spread",
        right,
        {
            "the spread divides by n: divide by n - 1 (ddof=1)": right * np.sqrt((n - 1) / n),
            "this is the error of the mean: the spread of the runs is asked for": right / np.sqrt(n),
            "the spread is squared: take the root": right**2,
        },
    )
    that(
        bool(np.all(np.isnan(spread[~several]))),
        "one run alone has no spread: it should be NaN (the standard deviation with n - 1)",
    )


def _means(runs: list[dict[str, float]], rates: np.ndarray) -> dict[str, np.ndarray]:
    def of(reduce: Callable[[np.ndarray], Any], key: str = "test") -> np.ndarray:
        return np.array([reduce(np.array([run[key] for run in runs if run["decay_rate"] == r])) for r in rates])

    mistakes = {"the mean is the largest of the runs: the best run was chosen because it is best": of(np.max)}
    if all("validation" in run for run in runs):
        mistakes["the mean is that of the validation: the test values are what may be quoted"] = of(
            np.mean, "validation"
        )
    mistakes["the mean is a median: take the mean"] = of(np.median)
    mistakes["the mean is a sum: divide by the number of runs"] = of(np.sum)
    return mistakes


def _describes(value: Any, name: str, right: np.ndarray, mistakes: Mapping[str, np.ndarray]) -> None:
    found = numbers(value, f"the column {name}").astype(float)
    if not agrees(found, right, rtol=1e-6):
        explained(found, mistakes, rtol=1e-6)
    close(found, right, f"the column {name} of the table is wrong", rtol=1e-6)
