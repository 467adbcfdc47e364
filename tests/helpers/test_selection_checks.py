"""The checks of yields, of a scan over cuts, of the choice of a cut, and of the table of all runs."""

import numpy as np
import pandas as pd
import pytest

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.event_classes import CLASSES

NAMES = np.array(["Signal", "Wjets", "Other", "TTbar", "Other", "Wjets"])
WEIGHTS = np.array([2e-4, 0.3, 0.1, 0.2, 0.05, 0.5])


def yields(factor=lambda fraction, luminosity: luminosity / fraction, of="sum", other=1.0):
    def expected(table, fraction, luminosity):
        sums = table.groupby("class")["weight"].agg(of).reindex(CLASSES, fill_value=0) * factor(fraction, luminosity)
        return {**sums.to_dict(), "Other": other * sums["Other"]}

    return expected


def test_expects_yields():
    checks.expects_yields(yields(), NAMES, WEIGHTS, 0.25)
    checks.expects_yields(lambda *given: pd.Series(yields()(*given)), NAMES[:2], WEIGHTS[:2], 1.0)


def changes(table, *more):
    table["weight"] *= 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (yields(other=0.5), "Other is scaled by half"),
        (yields(lambda f, lumi: lumi), "divide by its fraction"),
        (yields(lambda f, lumi: lumi * f), "so divide"),
        (yields(lambda f, lumi: 1 / f), "still in pb"),
        (yields(lambda f, lumi: 35_866 / f), "the luminosity is fixed"),
        (yields(lambda f, lumi: lumi * 4), "the fraction is fixed"),
        (yields(lambda f, lumi: 1, "size"), "these are numbers of simulated"),
        (yields(of="size"), "numbers of simulated events were scaled"),
        (yields(of="mean"), "these are mean weights"),
        (yields(lambda f, lumi: 7), "the yields of Signal"),
        (lambda *given: {"Signal": 1}, "lacks"),
        (lambda *given: 3.0, "should be a dictionary"),
        (changes, "changed the table"),
        (lambda table: 1, "should take a table"),
    ],
)
def test_expects_yields_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.expects_yields(wrong, NAMES, WEIGHTS, 0.5)


TABLE = {
    "is_signal": np.array([True, False, True, False, False, False, True, True]),
    "called_signal": np.array([True, True, True, True, False, True, True, False]),
    "output": np.array([0.9, 0.75, 1.0, 1.0, 0.95, 0.6, 0.75, 0.97]),
    "events": np.array([0.5, 3.0, 0.25, 4.0, 2.0, 0.7, 0.75, 0.2]),
}
CUTS = np.array([0.8, 0.5, 0.75, 1.0])


def scan(above=np.greater, called=lambda table: table["called_signal"], order=lambda cuts: cuts, **columns):
    def scanned(table, cuts):
        passes = above(table["output"].to_numpy()[:, None], order(cuts)) & called(table).to_numpy()[:, None]
        events, background = table["events"].to_numpy(), ~table["is_signal"].to_numpy()
        found = {
            "signal": (events * ~background) @ passes,
            "background": (events * background) @ passes,
            "error": np.sqrt((events**2 * background) @ passes),
            "simulated": background.astype(int) @ passes,
        }
        return pd.DataFrame(found | {name: of(events, background, passes) for name, of in columns.items()})

    return scanned


def test_scans_cuts():
    checks.scans_cuts(scan(), TABLE, CUTS)
    checks.scans_cuts(scan(), {name: values[:0] for name, values in TABLE.items()}, CUTS[:1])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (scan(np.greater_equal), "exactly at the cut"),
        (scan(lambda output, cut: (output > cut) & (output < 1)), "exactly 1 is lost"),
        (scan(np.less), "below the cuts"),
        (scan(called=lambda table: table["called_signal"] | True), "does not call signal"),
        (scan(order=np.sort), "order of growing cuts"),
        (scan(background=lambda e, b, p: e @ p), "the background holds signal"),
        (scan(signal=lambda e, b, p: (~b).astype(int) @ p), "column signal is a number of simulated"),
        (scan(background=lambda e, b, p: b.astype(int) @ p), "column background is a number of simulated"),
        (scan(error=lambda e, b, p: (e**2 * b) @ p), "lacks its square root"),
        (scan(error=lambda e, b, p: np.sqrt((e * b) @ p)), "root of the expected events"),
        (scan(error=lambda e, b, p: np.sqrt(e**2 @ p)), "that of signal and background"),
        (scan(simulated=lambda e, b, p: p.sum(axis=0)), "counts signal, too"),
        (scan(simulated=lambda e, b, p: (e * b) @ p), "number of expected events"),
        (scan(signal=lambda e, b, p: 5 * e @ p), "the column signal of the scan is wrong"),
        (lambda table, cuts: scan()(table, cuts)[:2], "a row for each cut"),
        (lambda table, cuts: scan()(table, cuts).to_dict("list"), "should return a data frame, but .* dict"),
        (lambda table, cuts: scan()(table, cuts).drop(columns="error"), "data frame with the columns"),
        (lambda table, cuts: table.insert(0, "x", 1), "changed the table"),
        (lambda table: table, "should take a table"),
    ],
)
def test_scans_cuts_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.scans_cuts(wrong, TABLE, CUTS)


SIMULATED = np.array([90, 40, 25, 20, 3])
VALIDATION = {
    "cut": np.array([0.3, 0.5, 0.7, 0.8, 0.9]),
    "merit": np.array([0.4, 0.65, 0.9, 1.1, 1.6]),
    "simulated": SIMULATED,
}
TEST = {
    "cut": VALIDATION["cut"],
    "merit": np.array([0.5, 1.35, 0.7, 0.8, 1.4]),
    "simulated": np.array([180, 70, 60, 18, 2]),
}


def choice(row=lambda v, t, least: v["merit"][v["simulated"] >= least].idxmax(), of=lambda v, t, row: {}):
    def choose(validation, test, least):
        number = row(validation, test, least)
        found = {"cut": validation["cut"][number], "validation": validation["merit"][number]}
        return {**found, "test": test["merit"][number], **of(validation, test, number)}

    return choose


def test_chooses_on_validation():
    for least in (1, 20, 30):
        checks.chooses_on_validation(choice(), VALIDATION, TEST, least)


def test_no_allowed_cut_is_an_error():
    def refuses(validation, test, least):
        raise ValueError(least)

    checks.chooses_on_validation(refuses, VALIDATION, TEST, 100)
    with pytest.raises(CheckFailed, match="should raise ValueError if no cut has enough events"):
        checks.chooses_on_validation(choice(lambda v, t, n: 0), VALIDATION, TEST, 100)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (choice(lambda v, t, n: t["merit"][t["simulated"] >= n].idxmax()), "has no say"),
        (choice(of=lambda v, t, row: {"test": t["merit"][:4].max()}), "own maximum"),
        (choice(of=lambda v, t, row: {"test": t["merit"].max()}), "the largest of all its cuts"),
        (choice(lambda v, t, n: v["merit"].idxmax()), "fewer than 20 simulated"),
        (choice(lambda v, t, n: v["merit"][v["simulated"] > n].idxmax()), "exactly 20"),
        (
            choice(lambda v, t, n: (v["merit"] + t["merit"])[v["simulated"] >= n].idxmax()),
            "has no say|validation alone",
        ),
        (choice(lambda v, t, n: 0), "the first that is allowed"),
        (choice(of=lambda v, t, row: {"cut": row}), "the number of the row"),
        (choice(of=lambda v, t, row: {"test": 1.1, "validation": 0.8}), "changed places"),
        (choice(of=lambda v, t, row: {"test": 5}), "should be those of the validation's"),
        (lambda v, t, n: 0.8, "should be a dictionary"),
        (lambda v, t, n: v.insert(0, "x", 1), "changed a scan"),
        (lambda v, t: 0.8, "should take two scans"),
    ],
)
def test_chooses_on_validation_says_what_is_wrong(wrong, says):
    test = TEST if says != "own maximum" else {**TEST, "merit": np.array([0.5, 1.35, 0.7, 0.8, 1.6])}
    if says == "exactly 20":  # where the test sample has enough events, too
        test = {**TEST, "simulated": 2 * TEST["simulated"]}
    with pytest.raises(CheckFailed, match=says):
        checks.chooses_on_validation(wrong, VALIDATION, test, 20)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (choice(lambda v, t, n: np.argmax(v["merit"][v["simulated"] >= n])), "idxmax gives the number"),
        (choice(lambda v, t, n: v["merit"][v["simulated"] >= n][::-1].idxmax()), "the first is taken, not a later one"),
        (choice(lambda v, t, n: v["cut"][v["simulated"] >= n].idxmax()), "the largest cut that is allowed"),
        (choice(lambda v, t, n: t["merit"].idxmax()), "best of all cuts of the test sample"),
        (
            choice(lambda v, t, n: v["merit"][(v["simulated"] >= n) & (t["simulated"] >= n)].idxmax()),
            "in the test sample, too",
        ),
    ],
)
def test_the_place_of_the_best_cut_among_others_says_what_is_wrong(wrong, says):
    validation = {
        "cut": np.array([0.9, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95]),
        "merit": np.array([1.6, 0.4, 0.5, 1.1, 1.1, 0.8, 0.9, 1.2]),
        "simulated": np.array([3, 90, 60, 40, 30, 26, 20, 1]),
    }
    test = {
        "cut": validation["cut"],
        "merit": np.array([0.9, 0.5, 0.65, 0.6, 0.55, 0.95, 0.8, 1.3]),
        "simulated": np.array([25, 180, 70, 15, 16, 60, 10, 2]),
    }
    with pytest.raises(CheckFailed, match=says):
        checks.chooses_on_validation(wrong, validation, test, 20)


def test_the_test_sample_does_not_say_how_many_events_are_enough():
    with pytest.raises(CheckFailed, match="looked up in the test sample"):
        checks.chooses_on_validation(
            choice(lambda v, t, n: v["merit"][t["simulated"] >= n].idxmax()), VALIDATION, TEST, 19
        )


def test_the_smallest_figure_of_merit_is_none_to_choose():
    validation = {**VALIDATION, "merit": np.array([0.4, 0.3, 0.9, 1.1, 1.6])}
    test = {**TEST, "merit": np.array([0.5, 0.2, 0.7, 0.8, 1.4])}
    with pytest.raises(CheckFailed, match="the smallest"):
        checks.chooses_on_validation(choice(lambda v, t, n: 1), validation, test, 20)


ROWS = ((1e-3, 0, 1.1, 0.9), (1e-3, 1, 1.4, 0.7), (1e-5, 0, 0.9, 1.1234567), (1e-3, 2, 1, 0.4))
RUNS = [dict(zip(("decay_rate", "seed", "validation", "test"), row, strict=True)) for row in ROWS]


def written(of="mean", spread="std", index=False, change=lambda frame: frame, result=lambda found: found, mode="w"):
    def write(path, runs):
        frame = pd.DataFrame(runs)
        change(frame).to_csv(path, index=index, mode=mode)
        groups = frame.groupby("decay_rate")["test"]
        found = groups.agg(runs="size", mean=of, spread="std")
        found["spread"] = found["spread"] if spread == "std" else spread(groups, found)
        return result(found)

    return write


def test_tabulates_runs():
    checks.tabulates_runs(written(), RUNS)
    checks.tabulates_runs(written(), RUNS[:1])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (written(mode="a"), "leaves an older table"),
        (written(index=True), "the first line of the file"),
        (written(change=lambda frame: frame[:2]), "a line for each"),
        (written(change=lambda frame: frame.round(2)), "is it rounded"),
        (written(result=lambda found: None), "should return a data frame"),
        (written(result=lambda found: found[::-1]), "in rising order"),
        (written(result=lambda found: found.assign(runs=4)), "should count the runs"),
        (written("max"), "the largest of the runs"),
        (written(result=lambda found: found.assign(mean=[0.9, 3.5 / 3])), "that of the validation"),
        (written("median"), "is a median"),
        (written("sum"), "is a sum"),
        (written("min"), "the column mean of the table is wrong"),
        (written(spread=lambda groups, found: groups.std().fillna(0)), "one run alone has no spread"),
        (written(spread=lambda groups, found: groups.std(ddof=0).where(found["runs"] > 1)), "divides by n:"),
        (written(spread=lambda groups, found: groups.sem()), "the error of the mean"),
        (written(spread=lambda groups, found: groups.var()), "is squared"),
        (written(spread=lambda groups, found: 5 * groups.std()), "the column spread of the table is wrong"),
        (lambda path: None, "should take a path and the runs"),
    ],
)
def test_tabulates_runs_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.tabulates_runs(wrong, RUNS)
