"""The checks of Exercises 1 to 3 pass what is right and name the mistake in what is wrong."""

import awkward as ak
import numpy as np
import pytest

from helpers import checks, datasets
from helpers.checks import CheckFailed
from helpers.checks.mistakes import explained

SIGNAL = "hww/GluGluHToWWTo2L2Nu_M125.root"
BACKGROUNDS = ["hww/DYJetsToLL_M-10to50-LO.root", "hww/DYJetsToLL_M-50-LO.root"]
TWO = ["upara", "mth"]


def read(file, branches):
    with datasets.open_root(file) as root_file:
        return root_file["Events"].arrays(list(branches), library="np")


MTW1 = read(SIGNAL, ["mtw1"])["mtw1"].astype(float)
MEAN, STD = MTW1.mean(), MTW1.std()
ARRAYS = {file: read(file, TWO) for file in (SIGNAL, *BACKGROUNDS)}
WEIGHTS = {
    file: np.prod(list(read(file, checks.WEIGHT_BRANCHES).values()), axis=0, dtype=float)
    for file in (SIGNAL, *BACKGROUNDS)
}
LOW, HIGH = (WEIGHTS[file] for file in BACKGROUNDS)
MERGED = np.concatenate([LOW, HIGH])


def fails(says):
    return pytest.raises(CheckFailed, match=says)


def test_explained_names_the_first_mistake_that_fits():
    found = np.array([2.0, 4.0])
    explained(found, {"not this one": [2, 5], "nor this one": [2, 4, 6]})
    with fails("^doubled$"):
        explained(found, {"not this one": [1, 2], "doubled": [2, 4], "too late": [2, 4]})


# Names in a file


def test_trees():
    checks.trees(["Events;1"], SIGNAL, "tree_names")
    checks.trees({"Events"}, SIGNAL, "tree_names")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "tree_names is empty, but the file holds at least one tree"),
        (["Tree"], "tree_names lacks 'Events'"),
        (["Events", "Tree"], "tree_names should not hold 'Tree'"),
        ({"Events": "TTree"}, "tree_names should be a list of names, not a dictionary"),
    ],
)
def test_trees_says_what_is_wrong(value, says):
    with fails(says):
        checks.trees(value, SIGNAL, "tree_names")


def test_branches():
    names = list(datasets.columns("hww"))
    checks.branches(names[::-1], SIGNAL, "branch_names")
    for value, says in [
        (["Events"], "holds no branch of the tree Events"),
        (names[1:], f"lacks '{names[0]}'"),
        ([*names, names[0]], "holds a name twice"),
        (dict.fromkeys(names), "not a dictionary"),
    ]:
        with fails(says):
            checks.branches(value, SIGNAL, "branch_names")


# One branch


def test_branch(capsys):
    checks.branch(MTW1.tolist(), SIGNAL, "mtw1", "mtw1")
    assert capsys.readouterr().out == ""
    checks.branch(ak.Array(MTW1), SIGNAL, "mtw1", "mtw1")
    assert "mtw1 is an awkward array, which has no .mean()" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (MTW1[1:], "one number for every event of the tree"),
        (read(SIGNAL, ["mth"])["mth"], "mtw1 holds the branch 'mth', not 'mtw1'"),
        (1000 * MTW1, "mtw1 is in MeV: leave it in GeV"),
        (MTW1 / 1000, "mtw1 is in TeV: leave it in GeV"),
        (np.trunc(MTW1), "mtw1 is rounded"),
        (MTW1[::-1], "not in the order of the file"),
        (np.where(np.arange(len(MTW1)) == 17, 0, MTW1), r"the values of the branch 'mtw1' \(found 0, .*\) at index 17"),
    ],
)
def test_branch_says_what_is_wrong(value, says):
    with fails(says):
        checks.branch(value, SIGNAL, "mtw1", "mtw1")


def test_moments():
    checks.moments(MEAN, STD, SIGNAL, "mtw1")
    checks.moments(np.float32(MEAN), MTW1.std(ddof=1), SIGNAL, "mtw1")


@pytest.mark.parametrize(
    ("mean", "std", "says"),
    [
        (STD, MEAN, "mtw1_mean and mtw1_std are exchanged"),
        (np.median(MTW1), STD, "mtw1_mean is the median"),
        (round(MEAN), STD, "mtw1_mean is near the mean: do not round it"),
        (2 * MEAN, STD, "that is not the mean of the branch mtw1 in GeV"),
        (MEAN, -STD, "a standard deviation is positive"),
        (MEAN, STD**2, "mtw1_std is the variance"),
        (MEAN, STD / len(MTW1) ** 0.5, "mtw1_std is the error of the mean"),
        (MEAN, np.hypot(MEAN, STD), "mtw1_std is the root mean square"),
        (MEAN, round(STD), "mtw1_std is near: do not round it"),
        (MEAN, 2 * STD, "that is not the standard deviation"),
    ],
)
def test_moments_says_what_is_wrong_but_not_the_answer(mean, std, says):
    with fails(says) as failure:
        checks.moments(mean, std, SIGNAL, "mtw1")
    assert f"{MEAN:.4g}" not in str(failure.value)


def test_normalised():
    checks.normalised((MTW1 - MEAN) / MTW1.std(ddof=1), MTW1, SIGNAL, "mtw1", "normalised")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (MTW1 - MEAN / STD, "only the mean was divided: write brackets around the difference"),
        (MTW1 - MEAN, "centred, but not scaled"),
        (MTW1 / STD, "scaled, but not centred"),
        ((MTW1 - MEAN) / STD**2, "divided by the variance"),
        ((MTW1 - MTW1.min()) / np.ptp(MTW1), "lies between 0 and 1"),
        ((MEAN - MTW1) / STD, "upside down"),
        (np.sort(MTW1 - MEAN) / STD, "sorted or shuffled"),
        (MTW1 + 1, "but it should be 0: subtract the mean"),
        (3 * (MTW1 - MEAN), "but it should be 1: divide by the standard deviation"),
        (np.where(np.arange(len(MTW1)) % 2, 1, -1) * 1.0, "the mean of normalised|the shape of the distribution"),
        (MTW1[1:], "every event keeps its place"),
    ],
)
def test_normalised_says_what_is_wrong(value, says):
    with fails(says):
        checks.normalised(value, MTW1, SIGNAL, "mtw1", "normalised")


def test_normalised_leaves_the_original_as_it_was():
    in_place = (MTW1 - MEAN) / MTW1.std()
    with fails("mtw1 was changed: run the cell that reads it once more"):
        checks.normalised(in_place, in_place, SIGNAL, "mtw1", "normalised")


# Several branches


def test_sample_and_samples():
    checks.sample(ARRAYS[SIGNAL], SIGNAL, TWO, "signal")
    checks.samples([ARRAYS[file] for file in BACKGROUNDS], BACKGROUNDS, TWO, "backgrounds")


def test_sample_says_what_is_wrong():
    good = ARRAYS[SIGNAL]
    for value, says in [
        ({**good, "upara": good["mth"]}, """signal\\["upara"\\] holds the branch 'mth'"""),
        ({**good, "upara": abs(good["upara"])}, "has lost its signs"),
        ({**good, "upara": good["upara"] + 1}, "does not hold that branch of"),
        ({**good, "upara": good["upara"][1:]}, "one number for every event of hww/GluGlu"),
        ({"upara": good["upara"]}, "lacks 'mth'"),
    ]:
        with fails(says):
            checks.sample(value, SIGNAL, TWO, "signal")


def test_samples_says_what_is_wrong():
    low, high = (ARRAYS[file] for file in BACKGROUNDS)
    for value, says in [
        ([high, low], "holds the files in another order"),
        ([low, low], r"backgrounds\[1\].*every event of hww/DYJetsToLL_M-50"),
        ([low], "one dictionary for each of the 2 files, not 1"),
        (low, "should be a list of 2 dictionaries"),
    ]:
        with fails(says):
            checks.samples(value, BACKGROUNDS, TWO, "backgrounds")


LOW_ROWS, HIGH_ROWS = (np.stack([ARRAYS[file][name] for name in TWO]) for file in BACKGROUNDS)
BOTH = np.concatenate([LOW_ROWS.T, HIGH_ROWS.T])


def test_columns():
    checks.columns(BOTH, BACKGROUNDS, TWO, "inputs")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (BOTH.T, "events come first here: transpose"),
        (HIGH_ROWS.T, "the events of both files belong to it"),
        ([LOW_ROWS.T, HIGH_ROWS.T], "inputs is a list of 2 arrays: join them with np.concatenate"),
        (BOTH[1:], "one row for each event and one column for each variable"),
        (np.concatenate([LOW_ROWS, HIGH_ROWS], axis=1).reshape(-1, 2), "reshape cuts one sequence of numbers"),
        (np.concatenate([LOW_ROWS.reshape(-1, 2), HIGH_ROWS.reshape(-1, 2)]), "reshape cuts one sequence of numbers"),
        (np.concatenate([HIGH_ROWS.T, LOW_ROWS.T]), "joins the files in another order than hww/DYJetsToLL_M-10to50"),
        (BOTH[:, ::-1], "sorted by name: keep the order upara, mth"),
        ((BOTH - BOTH.mean(axis=0)) / BOTH.std(axis=0), "normalised with its own mean and deviation"),
        (
            (BOTH - BOTH.mean(axis=1, keepdims=True)) / BOTH.std(axis=1, keepdims=True),
            "normalised with a mean for each event",
        ),
        (BOTH[::-1], "column 0 of inputs should be upara, event by event"),
    ],
)
def test_columns_says_what_is_wrong(value, says):
    with fails(says):
        checks.columns(value, BACKGROUNDS, TWO, "inputs")


# A function that stacks


def stacked(arrays):
    return np.stack(list(arrays.values()))


def set_to_zero(arrays):
    result = stacked(arrays)
    next(iter(arrays.values()))[:] = 0
    return result


THREE = {"m": np.array([4, 2, 3]), "a": np.array([0.5, 1.5, 2.5]), "z": np.array([True, False, True])}


def test_stacks():
    checks.stacks(stacked, THREE)
    checks.stacks(stacked, {"only": np.arange(3.0)})


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda a: list(a.values()), "to_2d returned a list of arrays: stack them"),
        (lambda a: stacked(a).T[:2], "a row for each variable: events come last here"),
        (lambda a: stacked(a).T.reshape(3, 3), "the rows mix variables: reshape cuts"),
        (lambda a: np.stack([a[name] for name in sorted(a)]), "do not sort the names"),
        (lambda a: stacked(a).astype(int), "do not make whole numbers"),
        (lambda a: stacked(a) - stacked(a).mean(axis=1, keepdims=True), "each row has lost its mean"),
        (lambda a: stacked(a)[::-1], "the rows should be the arrays of the dictionary, in its order"),
        (lambda a: stacked({"b": a["b"]}), "any number of variables and work for 3 variables .m, a, z. and 3 events"),
        (set_to_zero, "to_2d changed the array 'm' that it was given"),
    ],
)
def test_stacks_says_what_is_wrong(function, says):
    with fails(says):
        checks.stacks(function, THREE)


def test_stacks_wants_two_axes_of_one_variable():
    with fails(
        "for 1 variable .only. and 3 events is .3,., but .1, 3. is expected: one variable still makes a 2D array"
    ):
        checks.stacks(lambda arrays: arrays["only"], {"only": np.arange(3.0)})


# Weights and labels


def product(arrays, branches=checks.WEIGHT_BRANCHES):
    return np.prod([arrays[branch] for branch in branches], axis=0)


def in_place(arrays):
    weights = arrays["XSWeight"]
    weights *= product(arrays) / np.maximum(weights, 1e-9)
    return weights


@pytest.mark.parametrize("cuts", [float, int, bool])
def test_weighs(cuts):
    for n_events in (0, 1, 8):
        checks.weighs(product, n_events, cuts)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda a: product(a, checks.WEIGHT_BRANCHES[1:]), "the weight does not change with XSWeight"),
        (lambda a: product(a, checks.WEIGHT_BRANCHES[:-1]), "the weight does not change with METFilter_MC"),
        (lambda a: product(a, a), "the product of the six weight branches and of nothing else"),
        (lambda a: product(a, [*checks.WEIGHT_BRANCHES, "mll"]), "should need no other branches than the six"),
        (lambda a: product(a)[product(a) > 0], "one weight for every event of the dictionary, zeros included"),
        (in_place, "event_weights changed the array XSWeight that it was given"),
        (lambda a: np.median(list(a.values()), axis=0) if len(a) > 6 else product(a), "of nothing else"),
        (lambda a: product(a) + (np.ptp(a["SFweight2l"]) * np.ptp(a["XSWeight"]) > 0), "in a file of 8 events"),
        (
            lambda a: a["METFilter"],
            "event_weights should work in a file of 8 events .* .it raised KeyError: 'METFilter'",
        ),
    ],
)
def test_weighs_says_what_is_wrong(function, says):
    with fails(says):
        checks.weighs(function, 8)


def test_weighs_tells_of_a_list(capsys):
    checks.weighs(lambda arrays: product(arrays).tolist(), 8)
    assert "event_weights returns a list, which has no .sum()" in capsys.readouterr().out
    checks.weighs(product, 8)
    assert not capsys.readouterr().out


def test_yields():
    checks.yields(np.float32(WEIGHTS[SIGNAL].sum()), [SIGNAL], "signal_yield")
    checks.yields([LOW.sum(), HIGH.sum()], BACKGROUNDS, "yields")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([len(LOW), len(HIGH)], "yields is the number of simulated events: sum what"),
        ([LOW.mean(), HIGH.mean()], "yields is a mean weight"),
        ([HIGH.sum(), LOW.sum()], "yields is in another order than hww/DYJetsToLL_M-10to50"),
        ([np.count_nonzero(LOW), np.count_nonzero(HIGH)], "counts events whose weight is not 0"),
        ([read(file, ["XSWeight"])["XSWeight"].sum() for file in BACKGROUNDS], "of the branch XSWeight alone"),
        ([1, 2], "yields is 1, 2: that is not the sum of the weights of hww/DYJets"),
        (MERGED.sum(), "one yield for each file"),
    ],
)
def test_yields_says_what_is_wrong_but_not_the_answer(value, says):
    with fails(says) as failure:
        checks.yields(value, BACKGROUNDS, "yields")
    assert f"{LOW.sum():.4g}" not in str(failure.value) or "another order" in says


def test_mean_one():
    checks.mean_one(MERGED / MERGED.mean(), BACKGROUNDS, "weights")
    checks.mean_one(WEIGHTS[SIGNAL] / WEIGHTS[SIGNAL].mean(), [SIGNAL], "weights")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.concatenate([LOW / LOW.mean(), HIGH / HIGH.mean()]), "each background was divided by its own mean"),
        (MERGED, "but it should be 1: divide by the mean over all events"),
        (MERGED / MERGED.max(), "but it should be 1: divide by the mean over all events"),
        (MERGED / MERGED.sum(), "weights are divided by their sum"),
        (MERGED / MERGED[MERGED > 0].mean(), "divided by the mean of the weights above 0"),
        (np.concatenate([HIGH, LOW]) / MERGED.mean(), "join the files in another order than"),
        (MERGED[::-1] / MERGED.mean(), "in another order than the events of the file"),
        (np.ones(len(MERGED)), "weights are all equal"),
        ([LOW, HIGH], "weights is a list of 2 arrays"),
        (MERGED[MERGED > 0], "zeros included, the files joined"),
        (2 * np.arange(len(MERGED)) / (len(MERGED) - 1), "weights are not the event weights divided by their mean"),
    ],
)
def test_mean_one_says_what_is_wrong(value, says):
    with fails(says):
        checks.mean_one(value, BACKGROUNDS, "weights")


def test_mean_one_knows_the_cross_section():
    cross_sections = np.concatenate([read(file, ["XSWeight"])["XSWeight"] for file in BACKGROUNDS])
    with fails("hold the cross-section alone"):
        checks.mean_one(cross_sections / cross_sections.mean(), BACKGROUNDS, "weights")


def test_labels():
    checks.labels([True] * len(MERGED), BACKGROUNDS, 1, "labels")
    with fails("labels should all be 1 in this exercise .0 = signal, 1 = background., but some are 0, 2$"):
        checks.labels(np.arange(len(MERGED)) % 3, BACKGROUNDS, 1, "labels")
    with fails("one label for every event of both files"):
        checks.labels(np.ones(len(LOW)), BACKGROUNDS, 1, "labels")
