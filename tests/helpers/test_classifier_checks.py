"""Checks of classifiers: each mistake in scores, curves, areas and networks gets its own sentence."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from helpers import checks
from helpers.checks import CheckFailed

RNG = np.random.default_rng(1)
LABELS = np.arange(600) % 2
SCORES = RNG.beta(3 - LABELS, 2 + LABELS)
WEIGHTS = RNG.exponential(1 + 5 * LABELS)

OUTPUTS = np.array([[0.1], [0.75], [0.5]])
EXPECTED = np.array([0.9, 0.25, 0.5])


def test_scores_events():
    checks.scores_events(lambda outputs: 1 - outputs[:, -1], OUTPUTS, EXPECTED, "from one unit")
    checks.scores_events(lambda outputs: [1 - row[-1] for row in outputs], OUTPUTS, EXPECTED, "from one unit")


@pytest.mark.parametrize(
    ("score", "says"),
    [
        (lambda outputs: outputs[:, 0], "the score from one unit is upside down"),
        (lambda outputs: 1 - outputs, "one number per event"),
        (lambda outputs: (outputs[:, 0] < 0.5).astype(int), "is a decision, 0 or 1"),
        (lambda outputs: 2 - outputs[:, 0], "should be the probability of label 0"),
        (lambda outputs: outputs[:, 1], "should take the outputs from one unit .it raised IndexError"),
    ],
)
def test_scores_events_says_what_is_wrong(score, says):
    with pytest.raises(CheckFailed, match=says):
        checks.scores_events(score, OUTPUTS, EXPECTED, "from one unit")


def curve(scores, labels, weights):
    return roc_curve(labels == 0, scores, sample_weight=weights)[:2]


def at_cuts(cuts):
    def roc(scores, labels, weights):
        efficiencies = []
        for label in (1, 0):
            passing = [weights[(labels == label) & (scores > cut)].sum() for cut in cuts]
            efficiencies.append(np.array(passing) / weights[labels == label].sum())
        return efficiencies

    return roc


def one_by_one(scores, labels, weights):
    order = np.argsort(-scores, kind="stable")
    sums = [np.append(0, np.cumsum(np.where(labels == label, weights, 0)[order])) for label in (1, 0)]
    return sums[0] / sums[0][-1], sums[1] / sums[1][-1]


def sorts_in_place(scores, labels, weights):
    result = curve(scores, labels, weights)
    scores.sort()
    return result


@pytest.mark.parametrize("decimals", [1, 16])
def test_draws_roc_takes_any_choice_of_points(decimals):
    scores = SCORES.round(decimals)
    checks.draws_roc(curve, scores, LABELS, WEIGHTS)
    checks.draws_roc(lambda *events: np.array(curve(*events)), scores, LABELS, WEIGHTS)
    every = lambda s, y, w: roc_curve(y == 0, s, sample_weight=w, drop_intermediate=False)[:2]  # noqa: E731
    checks.draws_roc(every, scores, LABELS, WEIGHTS)
    checks.draws_roc(at_cuts(np.r_[2, np.unique(scores)[::-1], -1]), scores, LABELS, WEIGHTS)


@pytest.mark.parametrize(
    ("roc", "says"),
    [
        (sorts_in_place, "changed an array that it was given"),
        (lambda s, y, w: 0.9, "should return two arrays"),
        (lambda s, y, w: (np.ones(3), np.ones(4)), "1D arrays of the same length"),
        (lambda s, y, w: [200 * x for x in curve(s, y, w)], "efficiencies lie between 0 and 1"),
        (lambda s, y, w: (1 - curve(s, y, w)[0], curve(s, y, w)[1]), "the background efficiency falls while the other"),
        (lambda s, y, w: (curve(s, y, w)[0], 1 - curve(s, y, w)[1]), "the signal efficiency falls while the other"),
        (lambda s, y, w: [x[::-1] for x in curve(s, y, w)], "begin with the tightest cut"),
        (lambda s, y, w: [x[1:] for x in curve(s, y, w)], "put a 0 in front of both efficiencies"),
        (
            lambda s, y, w: [x * w[y == k].sum() / w.sum() for x, k in zip(curve(s, y, w), (1, 0), strict=True)],
            "by the sum of that class, not of all events",
        ),
        (at_cuts(np.linspace(1, 0.2, 900)), "below the lowest score everything passes .these scores reach from 0.0"),
        (lambda s, y, w: [np.r_[0, 0.9, 0.8, 1], np.r_[0, 0.1, 0.2, 1]], "an efficiency can only grow"),
        (lambda s, y, w: curve(s, y, w)[::-1], "have changed places: label 0 is signal"),
        (lambda s, y, w: curve(s, 1 - y, w), "have changed places"),
        (lambda s, y, w: curve(-s, y, w), "the cut runs from the lowest score up"),
        (lambda s, y, w: one_by_one(np.arange(len(s), 0, -1), y, w), "labels and weights are in their old order"),
        (lambda s, y, w: one_by_one(np.arange(len(s), 0, -1), y[np.argsort(-s)], w), "the weights are in their old"),
        (lambda s, y, w: one_by_one(np.arange(len(s), 0, -1), y, w[np.argsort(-s)]), "the labels are in their old"),
        (lambda s, y, w: curve(s, y, None), "ignores the weights"),
        (at_cuts(np.linspace(1, 0, 100)), "has [0-9]+ different points for 600 different scores: cut at each"),
        (lambda s, y, w: curve(s, y, w**2), "the curve is not the weighted one"),
        (lambda s, y: None, "should take 600 scores, labels and weights .it raised TypeError"),
    ],
)
def test_draws_roc_says_what_is_wrong(roc, says):
    with pytest.raises(CheckFailed, match=says):
        checks.draws_roc(roc, SCORES, LABELS, WEIGHTS)


def test_draws_roc_lets_equal_scores_pass_together():
    checks.draws_roc(one_by_one, SCORES, LABELS, WEIGHTS)
    with pytest.raises(
        CheckFailed, match="601 different points for 11 different scores: events of equal score pass a cut"
    ):
        checks.draws_roc(one_by_one, SCORES.round(1), LABELS, WEIGHTS)


def at_the_first_of_equals(scores, labels, weights):
    order = np.argsort(-scores)
    first = np.append(True, np.diff(scores[order]) != 0)
    sums = [np.cumsum(np.where(labels == label, weights, 0)[order]) for label in (1, 0)]
    return [np.append(0, total[first]) / total[-1] for total in sums]


def test_draws_roc_knows_sums_at_the_first_of_equal_scores():
    with pytest.raises(CheckFailed, match="taken at the first event of equal scores: take them at the last"):
        checks.draws_roc(at_the_first_of_equals, SCORES.round(1), LABELS, WEIGHTS)


def test_integrates():
    x, y = np.array([0, 0, 1.0]), np.array([0, 1, 1.0])
    checks.integrates(lambda x, y: np.trapezoid(y, x), x, y, 1, "the area should be 1")
    with pytest.raises(CheckFailed, match="the area should be 1, but the result is 0: this is the area on the other"):
        checks.integrates(np.trapezoid, x, y, 1, "the area should be 1")
    with pytest.raises(CheckFailed, match="the result of roc_area is None: nothing"):
        checks.integrates(lambda x, y: None, x, y, 1, "the area should be 1")
    with pytest.raises(CheckFailed, match=r"the area should be 1 \(found 0\.3, expected 1"):
        checks.integrates(lambda x, y: 0.3, x, y, 1, "the area should be 1")


class Network:
    """A network whose output is a function of the inputs, which are in one column."""

    def __init__(self, function):
        self.function = function

    def predict(self, inputs, batch_size, verbose):
        return self.function(np.asarray(inputs)[:, 0])


RAW = np.random.default_rng(2).normal(100 + 60 * LABELS, 30)[:, None]
SCALED = (RAW - RAW.mean(axis=0)) / RAW.std(axis=0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def one_unit(x):
    return sigmoid(x)[:, None]


def judged(network, scaled=SCALED):
    return checks.separates(network, scaled, RAW, LABELS, WEIGHTS, bar=0.9)


def test_separates_gives_the_area():
    area = roc_auc_score(LABELS == 0, -RAW[:, 0], sample_weight=WEIGHTS)
    assert area > 0.9
    assert judged(Network(one_unit)) == pytest.approx(area)
    assert judged(Network(lambda x: np.column_stack([sigmoid(-x), sigmoid(x)]))) == pytest.approx(area)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (sigmoid, "should end in one or two units, but its output has the shape .600,"),
        (lambda x: np.ones((len(x), 3)) / 3, "one or two units"),
        (lambda x: np.full((len(x), 1), np.nan), "not a number .NaN.: its training ran away"),
        (lambda x: x[:, None], "should be probabilities"),
        (lambda x: np.full((len(x), 1), 1 - 6e-8), "a softmax of one unit is always 1"),
        (lambda x: np.column_stack([sigmoid(x), sigmoid(x)]), "whose outputs sum to 1"),
        (lambda x: one_unit(np.where(x > 20, (x - 130) / 40, np.sin(9 * x))), "it was trained on raw inputs"),
        (lambda x: one_unit(np.where(x > 20, (x - 130) / 40, x + 2 * np.sin(9 * x))), "it was trained on raw inputs"),
        (lambda x: np.full((len(x), 1), 0.4), "nearly the same output"),
        (lambda x: one_unit(-x), "network calls signal background"),
        (lambda x: one_unit(np.sin(9 * x)), "on the validation sample is 0.[0-9]{4}; it should exceed 0.9"),
        (lambda x: 1 / 0, "should be a Keras network .* .it raised ZeroDivisionError"),
    ],
)
def test_separates_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        judged(Network(function))


def test_separates_knows_inputs_that_are_not_scaled():
    with pytest.raises(CheckFailed, match="run the check of `scale`"):
        judged(Network(lambda x: one_unit(np.sin(x))), scaled=RAW)


def test_inputs_that_were_scaled_in_place_cost_nothing_here():
    """The check of `scale` says so; what follows from it is judged for itself."""
    scaled_again = (SCALED - RAW.mean(axis=0)) / RAW.std(axis=0)
    checks.separates(Network(one_unit), scaled_again, SCALED, LABELS, WEIGHTS, bar=0.9)
    checks.scores_of(RIGHT, Network(one_unit), scaled_again, SCALED)


RIGHT = 1 - sigmoid(SCALED[:, 0])


def test_scores_of():
    checks.scores_of(RIGHT, Network(one_unit), SCALED, RAW)
    checks.scores_of(RIGHT.tolist(), Network(one_unit), SCALED, RAW)


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        (RIGHT[1:], "one score for each event"),
        (1 - RIGHT, "upside down"),
        (1 - sigmoid(RAW[:, 0] / 50), "inputs that were not scaled"),
        ((RIGHT > 0.5).astype(float), "are decisions, 0 or 1"),
        (RIGHT[::-1], "in another order"),
        (RIGHT**2, "are not the signal scores of network"),
    ],
)
def test_scores_of_says_what_is_wrong(scores, says):
    def both(x):
        return one_unit(x / 50 if np.abs(x).max() > 20 else x)

    with pytest.raises(CheckFailed, match=says):
        checks.scores_of(scores, Network(both), SCALED, RAW)


def test_area_of():
    area = roc_auc_score(LABELS == 0, SCORES, sample_weight=WEIGHTS)
    checks.area_of(area, SCORES, LABELS, WEIGHTS)
    checks.area_of(np.float32(area), SCORES, LABELS, WEIGHTS)
    unweighted = roc_auc_score(LABELS == 0, SCORES)
    for value, says in ((1 - area, "above the curve"), (unweighted, "ignores the event weights"), (0.5, "is not the")):
        with pytest.raises(CheckFailed, match=says):
            checks.area_of(value, SCORES, LABELS, WEIGHTS)
