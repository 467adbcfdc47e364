"""Checks of labels and of loading samples: each mistake has its own sentence."""

import h5py
import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

SIZES = [("BB_Gen", 300), ("AA_Gen", 500), ("BB_Gen", 400)]


def loader(
    replace=False,
    order=lambda rng, n: rng.permutation(n),
    names=dict.fromkeys,
    take=None,
    dtype="float32",
    files=lambda truth, pairs: [path for path, of in pairs if of == truth],
    targets=np.eye,
):
    def load(input_files, fields, n_events, rng):
        truths = list(names(truth for _, truth in input_files))
        inputs, classes = [], []
        for number, truth in enumerate(truths):
            tables = []
            for path in files(truth, input_files):
                with h5py.File(path) as file:
                    tables.append(np.stack([file[name][:] for name in fields], axis=1))
            table = np.concatenate(tables).astype(dtype)
            wanted = n_events[truth] if isinstance(n_events, dict) else n_events
            if wanted > len(table):
                raise ValueError(f"{truth} has too few")
            inputs.append(take(table, wanted) if take else rng.choice(table, wanted, replace=replace))
            classes += [number] * wanted
        classes = np.array(classes)
        chosen = order(rng, len(classes))
        return np.concatenate(inputs)[chosen], targets(len(truths))[classes][chosen].astype(dtype)

    return load


@pytest.mark.parametrize("n_events", [200, {"AA_Gen": 500, "BB_Gen": 30}])
def test_a_right_loader_passes(n_events):
    checks.loads(loader(), SIZES, n_events)
    checks.refuses_too_many(loader())


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (loader(replace=True), "comes more than once"),
        (loader(order=lambda rng, n: np.arange(n)), "the classes come one after the other"),
        (loader(names=lambda truths: sorted(set(truths))), "follow the alphabet"),
        (loader(take=lambda table, n: table[:n]), "not drawn at random from all its files"),
        (loader(dtype="float64"), "float32 is asked for"),
        (loader(files=lambda truth, pairs: [path for path, of in pairs if of == truth][:1]), "not drawn at random"),
        (loader(targets=lambda n: 2 * np.eye(n)), "one 1 and zeros"),
        (loader(targets=lambda n: np.eye(n)[::-1]), "follow the alphabet"),
        (lambda files, fields, n, rng: loader()(files, fields, n, np.random.default_rng(1)), "draw from rng"),
        (
            lambda files, fields, n, rng: loader()(files, fields[::-1], n, rng),
            "not those of the fields, in their order",
        ),
        (lambda files, fields, n, rng: [array.T for array in loader()(files, fields, n, rng)], "events come first"),
        (lambda files, fields, n, rng: loader()(files, fields, n - 1, rng), "is expected: a row for each event"),
        (lambda files, fields, n, rng: loader()(files, fields, n, rng)[0], "two arrays"),
    ],
)
def test_each_mistake_has_its_sentence(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.loads(function, SIZES, 250)


def test_inputs_and_targets_in_different_orders():
    def load(files, fields, n_events, rng):
        inputs, targets = loader()(files, fields, n_events, rng)
        return inputs, rng.permutation(targets)

    with pytest.raises(CheckFailed, match="target of another class"):
        checks.loads(load, SIZES, 250)


def test_too_many_must_be_refused_by_name():
    def takes_less(files, fields, n_events, rng):
        return loader(replace=True)(files, fields, 5, rng)

    with pytest.raises(CheckFailed, match="should raise ValueError for 31 events"):
        checks.refuses_too_many(takes_less)

    def says_nothing(files, fields, n_events, rng):
        raise ValueError("too few")

    with pytest.raises(CheckFailed, match="say the class's name"):
        checks.refuses_too_many(says_nothing)


def right_label(classes):
    return {f"{name}_Gen": row for name, row in zip(classes, np.eye(len(classes)), strict=True)}


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda classes: right_label(sorted(classes)), "follows the alphabet"),
        (lambda classes: {f"{name}_Gen": i for i, name in enumerate(classes)}, "but a row with a 1"),
        (lambda classes: dict(zip(classes, np.eye(3), strict=True)), "lacks 'A_Gen'"),
        (lambda classes: {name: np.roll(row, 1) for name, row in right_label(classes).items()}, "in place 0"),
        (lambda classes: {name: row[:2] for name, row in right_label(classes).items()}, "one entry for each class"),
    ],
)
def test_labels(function, says):
    checks.labels_classes(right_label, ["C", "A", "B"])
    with pytest.raises(CheckFailed, match=says):
        checks.labels_classes(function, ["C", "A", "B"])
    with pytest.raises(CheckFailed, match="a class comes twice"):
        checks.refuses_classes(lambda classes: {})
