"""The checks of ROC curves of several classes."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from helpers import checks
from helpers.checks import CheckFailed

CLASSES = ["AA", "BA", "AB", "BB"]
TARGETS, OUTPUTS = checks.classified(300, 4, seed=3)


def curves(targets, outputs, classes):
    if not np.all((targets.sum(axis=0) > 0) & (targets.sum(axis=0) < len(targets))):
        raise ValueError("a class is missing")
    return curves_of(targets, outputs, classes)


def curves_of(targets, outputs, classes):
    return {
        name: (*roc_curve(targets[:, n], outputs[:, n])[:2], roc_auc_score(targets[:, n], outputs[:, n]))
        for n, name in enumerate(classes)
    }


def test_draws_class_curves():
    checks.draws_class_curves(curves, TARGETS, OUTPUTS, CLASSES)
    checks.refuses_absent_classes(curves, "roc_by_class", CLASSES)
    checks.refuses_absent_classes(curves, "roc_by_class", ["s", "b"])


def changed(change):
    return lambda *given: {name: change(*parts) for name, parts in curves(*given).items()}


def called(outputs):
    return np.eye(outputs.shape[1])[outputs.argmax(axis=1)]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda t, o, c: curves(1 - t, o, c), "the labels are exchanged"),
        (lambda t, o, c: curves(t, called(o), c), "the classes that an event is called"),
        (lambda t, o, c: curves(t, o, c[::-1]), "in another order than the columns"),
        (lambda t, o, c: curves(t, np.roll(o, 1, axis=1), c), "not of the same column"),
        (changed(lambda f, t, a: (t, f, a)), "have changed places"),
        (changed(lambda f, t, a: (f, t)), "in this order"),
        (changed(lambda f, t, a: (f[:-1], t, a)), "arrays of the same length"),
        (changed(lambda f, t, a: (f[1:-1], t[1:-1], a)), "should run from 0 to 1"),
        (changed(lambda f, t, a: (f, t**2, a)), "the area under the curve is"),
        (changed(lambda f, t, a: (f, t, a + 0.1)), "against the rest is wrong"),
        (lambda t, o, c: curves(t, o, c[:3]), "lacks 'BB'"),
    ],
)
def test_draws_class_curves_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        checks.draws_class_curves(wrong, TARGETS, OUTPUTS, CLASSES)
    assert says in str(failed.value)


def test_mean_of_all_is_told():
    def wrong(*given):
        found = curves(*given)
        mean = np.mean([area for _, _, area in found.values()])
        return {name: (false, true, mean) for name, (false, true, _) in found.items()}

    with pytest.raises(CheckFailed, match="is the mean of all"):
        checks.draws_class_curves(wrong, TARGETS, OUTPUTS, CLASSES)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_refuses_absent_classes_says():
    with pytest.raises(CheckFailed, match="should raise ValueError without events of BA and BB"):
        checks.refuses_absent_classes(curves_of, "roc_by_class", CLASSES)


def area(targets, outputs, classes, side, letter="A", reduce=np.sum):
    chosen = np.array([name[side] == letter for name in classes])
    labels = targets[:, chosen].sum(axis=1)
    if labels.min() == labels.max():
        raise ValueError("one letter only")
    return roc_auc_score(labels, reduce(outputs[:, chosen], axis=1))


def of_class(targets, outputs, classes, name="AA"):
    column = classes.index(name)
    return roc_auc_score(targets[:, column], outputs[:, column])


def ends(t, o, c, side):
    rows = t[:, [c.index("AA"), c.index("BB")]].sum(axis=1) > 0
    return area(t[rows], o[rows], c, side)


def test_sums_over_sides():
    for side in (0, 1):
        checks.sums_over_sides(area, TARGETS, OUTPUTS, CLASSES, side)
    checks.refuses_absent_classes(area, "a_against_b", ["AA", "BA", "AB", "BB"], 0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda *given: 1 - area(*given), "A and B are exchanged"),
        (lambda *given: area(*given, reduce=np.max), "the largest of the outputs is taken"),
        (lambda *given: area(*given, reduce=np.prod), "the outputs are multiplied"),
        (lambda t, o, c, side: of_class(t, o, c), "with A on both sides against the rest"),
        (lambda t, o, c, side: area(t, called(o), c, side), "what an event is called"),
        (ends, "only the two classes with the same letter"),
        (
            lambda t, o, c, side: area(t, o * (np.array(c) == "AA"), c, side),
            "the output of the class with A on both sides is not all",
        ),
        (
            lambda t, o, c, side: roc_auc_score(
                t[:, c.index("AA")], o[:, [n for n, name in enumerate(c) if name[side] == "A"]].sum(axis=1)
            ),
            "sum the targets over the other side, too",
        ),
        (lambda *given: 0.5, "the area of A against B on side 0 is wrong"),
    ],
)
def test_sums_over_sides_says(wrong, says):
    with pytest.raises(CheckFailed) as failed:
        checks.sums_over_sides(wrong, TARGETS, OUTPUTS, CLASSES, 0)
    assert says in str(failed.value)


def test_a_side_is_told_from_the_place_of_columns():
    with pytest.raises(CheckFailed, match="this is the other side"):
        checks.sums_over_sides(
            lambda t, o, c, side: area(t, o, c, 1 - side), TARGETS, OUTPUTS, ["AA", "AB", "BA", "BB"], 0
        )
    with pytest.raises(CheckFailed, match="find A by the names in classes"):
        checks.sums_over_sides(
            lambda t, o, c, side: area(t, o, ["AA", "AB", "BA", "BB"], side), TARGETS, OUTPUTS, CLASSES, 0
        )
