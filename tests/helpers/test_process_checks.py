"""The checks of the four di-Higgs processes: targets, balance, names, confusion with its fractions, and areas."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.dihiggs_events import PROCESSES

NAMES = np.array(["HH", "TTbar", "WJets", "WJets", "SingleTop", "HH", "TTbar", "HH", "WJets"])
CALLED = np.array(["HH", "HH", "WJets", "TTbar", "SingleTop", "TTbar", "TTbar", "HH", "SingleTop"])
WEIGHTS = np.array([1e-3, 83.0, 1.3, 362.0, 4.5, 2e-3, 83.0, 1.5e-3, 20.0])
OUTPUTS = np.random.default_rng(2).dirichlet(np.ones(4), 9)


def targets(processes):
    return (np.asarray(processes)[:, None] == np.array(PROCESSES)).astype(float)


def test_encodes_processes():
    for some in (NAMES, NAMES[:2], NAMES[:0]):
        checks.encodes_processes(targets, some)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda names: (names[:, None] == np.array(sorted(PROCESSES))).astype(int), "take that of PROCESSES"),
        (lambda names: targets(names)[:, :3], "a column for each of PROCESSES"),
    ],
)
def test_encodes_processes_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.encodes_processes(wrong, NAMES)


def balance(wanted=lambda count, total, n, everything, of_signal: n / 4 / total, kept=True):
    """A balance whose factors are functions of a process's events and weights, and of those of all and of HH."""

    def function(weights, processes):
        made = weights.copy() if kept else np.ones(len(weights))
        for name in PROCESSES:
            here = processes == name
            made[here] *= wanted(
                here.sum(), weights[here].sum(), len(weights), weights.sum(), np.sum(processes == "HH")
            )
        return made

    return function


def in_place(weights, processes):
    weights *= 2
    return weights


def test_balances_processes():
    for some in (slice(None), slice(0, 5), slice(4, 9)):
        checks.balances_processes(balance(), WEIGHTS[some], NAMES[some])
    checks.balances_processes(lambda *given: balance()(*given).tolist(), WEIGHTS, NAMES)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (balance(lambda c, t, n, all_t, s: 1 / t), "each process sums to 1"),
        (balance(lambda c, t, n, all_t, s: 0.25 / t), "sums to a quarter: multiply"),
        (balance(lambda c, t, n, all_t, s: n / t), "to the number of all events"),
        (balance(lambda c, t, n, all_t, s: c / t), "its own number of events"),
        (balance(lambda c, t, n, all_t, s: s / t), "to the number of HH events"),
        (balance(lambda c, t, n, all_t, s: all_t / 4 / t), "a quarter of the sum of weights"),
        (balance(lambda c, t, n, all_t, s: n / 4 / c, kept=False), "all events of a process weigh the same"),
        (balance(lambda c, t, n, all_t, s: n / 4 / c), "divided by the numbers of events"),
        (balance(lambda c, t, n, all_t, s: n / all_t), "one common factor"),
        (balance(lambda c, t, n, all_t, s: 1), "not balanced at all"),
        (balance(lambda c, t, n, all_t, s: n / 8 / t), "the weights of HH sum to 1.125, but should to 2.25"),
        (lambda weights, processes: np.sort(balance()(weights, processes)), "sum to"),
        (
            lambda weights, processes: balance()(np.where(processes == "WJets", 1.0, weights), processes),
            "the ratios of weights within a process",
        ),
        (in_place, "changed an array"),
        (lambda weights, processes: weights[:2], "one weight for each event"),
    ],
)
def test_balances_processes_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.balances_processes(wrong, WEIGHTS, NAMES)


TIED = np.array([[0.1, 0.2, 0.6, 0.1], [0.4, 0.4, 0.1, 0.1], [0.2, 0.2, 0.25, 0.35]])


def test_calls_processes():
    for some in (TIED, TIED[:1], TIED[:0], OUTPUTS):
        checks.calls_processes(lambda outputs: np.array(PROCESSES)[outputs.argmax(axis=1)], some)
        checks.calls_processes(lambda outputs: [PROCESSES[number] for number in outputs.argmax(axis=1)], some)


def zeroed(outputs):
    outputs[:] = 0
    return np.repeat("HH", len(outputs))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda outputs: outputs.argmax(axis=1), "should give names"),
        (lambda outputs: np.array(PROCESSES)[outputs.argmin(axis=1)], "the smallest output"),
        (lambda outputs: np.array(PROCESSES)[3 - outputs[:, ::-1].argmax(axis=1)], "takes the last"),
        (lambda outputs: np.array(sorted(PROCESSES))[outputs.argmax(axis=1)], "order of the alphabet"),
        (lambda outputs: np.repeat("HH", len(outputs)), "is called 'HH', not 'SingleTop'"),
        (lambda outputs: "HH", "one name for each event"),
        (lambda outputs: outputs[9], "should take the outputs of 3 events"),
        (zeroed, "changed the outputs"),
    ],
)
def test_calls_processes_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.calls_processes(wrong, TIED)


def confusion(true, called, weights, swapped=False, nothing=np.nan):
    counts = targets(true).T @ (weights[:, None] * targets(called))
    rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    with np.errstate(all="ignore"):
        fractions = [np.where(sums == 0, nothing, counts / sums) for sums in (rows, columns)]
    names = ("efficiencies", "purities")[:: -1 if swapped else 1]
    return {"counts": counts, **dict(zip(names, fractions, strict=True))}


def changed(kind, value):
    return lambda *given: {**confusion(*given), kind: value(confusion(*given))}


def test_tabulates_confusion():
    for some in (slice(None), slice(0, 2), slice(0, 0), NAMES != "TTbar"):
        checks.tabulates_confusion(confusion, NAMES[some], CALLED[some], WEIGHTS[some])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda t, c, w: confusion(c, t, w), r'"counts"\]: rows and columns have changed places: rows'),
        (lambda t, c, w: confusion(t, c, np.ones(len(w))), "counts are numbers of events"),
        (lambda t, c, w: confusion(t, c, w, swapped=True), "this is the other fraction"),
        (changed("purities", lambda made: made["efficiencies"].T), r'"purities"\] is wrong|changed places'),
        (changed("purities", lambda made: made["counts"]), r'"purities"\]: these are sums of weights'),
        (changed("efficiencies", lambda made: made["counts"] / WEIGHTS.sum()), "fractions of all events"),
        (changed("efficiencies", lambda made: 100 * made["efficiencies"]), "per cent"),
        (changed("efficiencies", lambda made: made["counts"] / made["counts"].sum(axis=1)), "goes the wrong way"),
        (changed("counts", lambda made: made["counts"][np.ix_([0, 2, 1, 3], [0, 2, 1, 3])]), "order of the alphabet"),
        (changed("counts", lambda made: made["counts"] + 1), "is wrong"),
        (changed("counts", lambda made: made["counts"][0]), "a row and a column for each of PROCESSES"),
        (changed("counts", lambda made: np.full((4, 4), "a")), "should hold numbers"),
        (changed("purities", lambda made: np.full((4, 4), np.nan)), "is wrong|is NaN where"),
        (lambda t, c, w: confusion(t, c, w)["counts"], "should be a dictionary"),
        (lambda t, c: None, "should take 9 true and called"),
    ],
)
def test_tabulates_confusion_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.tabulates_confusion(wrong, NAMES, CALLED, WEIGHTS)


def test_an_empty_column_or_row_is_not_a_number():
    def zero(*given):
        return confusion(*given, nothing=0)

    nothing_called = np.where(CALLED == "HH", "TTbar", CALLED)
    with pytest.raises(CheckFailed, match="is 0 where a column sums to 0"):
        checks.tabulates_confusion(zero, NAMES, nothing_called, WEIGHTS)
    with pytest.raises(CheckFailed, match="is 0 where a row sums to 0"):
        checks.tabulates_confusion(zero, nothing_called, NAMES, WEIGHTS)


def areas(outputs, processes, weights, nothing=np.nan, columns=(0, 1, 2, 3)):
    found = {}
    for column, name in zip(columns, PROCESSES, strict=True):
        labels = processes == name
        alone = labels.all() or not labels.any()
        found[name] = nothing if alone else roc_auc_score(labels, outputs[:, column], sample_weight=weights)
    return found


def test_measures_areas():
    for some in (slice(None), NAMES != "SingleTop", NAMES == "HH"):
        checks.measures_areas(areas, OUTPUTS[some], NAMES[some], WEIGHTS[some])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda o, p, w: areas(o, p, np.ones(len(w))), "ignores the weights"),
        (lambda o, p, w: areas(-o, p, w), "on the other side"),
        (lambda o, p, w: areas(o == o.max(axis=1, keepdims=True), p, w), "made decisions"),
        (lambda o, p, w: areas(o, p, w, columns=(0, 0, 0, 0)), "each has its own column"),
        (lambda o, p, w: areas(o, p, w, columns=(0, 2, 1, 3)), "order of the alphabet"),
        (lambda o, p, w: {**areas(o, p, w), "HH": 0.25}, "against the rest is wrong"),
        (lambda o, p, w: {**areas(o, p, w), "HH": np.nan}, "an area is NaN, though"),
        (lambda o, p, w: {**areas(o, p, w), "HH": "large"}, "the area of HH should be one number"),
        (lambda o, p, w: {"HH": 0.5}, "lacks"),
        (lambda o, p: None, "should take outputs, processes and weights of 9 events"),
    ],
)
def test_measures_areas_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.measures_areas(wrong, OUTPUTS, NAMES, WEIGHTS)


def test_an_area_against_one_other_process_is_named():
    def against_next(outputs, processes, weights):
        found = {}
        for column, name in enumerate(PROCESSES):
            some = np.isin(processes, (name, PROCESSES[(column + 1) % 4]))
            found[name] = roc_auc_score(processes[some] == name, outputs[some, column], sample_weight=weights[some])
        return found

    with pytest.raises(CheckFailed, match="against one other process"):
        checks.measures_areas(against_next, OUTPUTS, NAMES, WEIGHTS)


def test_a_process_without_events_has_no_area():
    some = NAMES != "SingleTop"
    with pytest.raises(CheckFailed, match=r"its area is np\.nan"):
        checks.measures_areas(lambda *given: areas(*given, nothing=0.5), OUTPUTS[some], NAMES[some], WEIGHTS[some])
    with pytest.raises(CheckFailed, match="of which none is SingleTop"):
        checks.measures_areas(lambda o, p, w: {}[1], OUTPUTS[some], NAMES[some], WEIGHTS[some])
