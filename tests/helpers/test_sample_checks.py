"""Checks of a training sample: each mistake in merging and scaling gets its own sentence."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

KINDS = ("inputs", "weights", "labels")
SIZES = {"training": 300, "validation": 100, "test": 100}


def one_class(label):
    rng = np.random.default_rng(label)
    parts = []
    for size in SIZES.values():
        inputs = rng.normal(40, 20, (size, 3)).astype("float32")
        parts.append({"inputs": inputs, "weights": rng.random(size), "labels": np.full(size, label)})
    return parts


CLASSES = [one_class(0), one_class(1)]


def merged(shuffle=True, first=None, second=None):
    """The three samples as they should be; first, second: other parts of the classes."""
    rng, samples = np.random.default_rng(3), {}
    for part, a, b in zip(SIZES, first or CLASSES[0], second or CLASSES[1], strict=True):
        whole = {kind: np.concatenate([a[kind], b[kind]]) for kind in KINDS}
        order = rng.permutation(len(whole["labels"])) if shuffle else slice(None)
        samples[part] = {kind: values[order] for kind, values in whole.items()}
    return samples


def changed(part, **changes):
    samples = merged()
    for kind, change in changes.items():
        samples[part][kind] = change(samples[part][kind])
    return samples


def roll_a_column(inputs):
    return np.column_stack([np.roll(inputs[:, 0], 1), inputs[:, 1:]])


def test_merges_takes_what_is_merged_and_shuffled():
    checks.merges(merged(), CLASSES)
    doubles = {part: {kind: values.astype(float) for kind, values in held.items()} for part, held in merged().items()}
    checks.merges(doubles, CLASSES)


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        (merged() | {"test": None}, "test is None"),
        (merged() | {"test": {"inputs": np.zeros((200, 3))}}, "lacks"),
        (merged(shuffle=False), "training still has one class before the other"),
        (merged() | {"validation": merged()["training"]}, "validation holds 600 events, but 200 are expected: the 100"),
        (merged() | {"validation": merged()["test"]}, "validation holds events of another part"),
        (merged(second=[CLASSES[1][0], CLASSES[1][2], CLASSES[1][1]]), "validation holds events of another part"),
        (changed("test", inputs=lambda x: (x - x.mean(0)) / x.std(0)), "test was scaled already"),
        (changed("test", inputs=lambda x: 2 * x), "the inputs in test are not what they were"),
        (changed("test", inputs=lambda x: x[:, 0]), "one row for each event"),
        (changed("test", inputs=roll_a_column), "in test a row of inputs was torn apart"),
        (changed("training", weights=lambda x: x[::-1]), "in training an event has lost its weight"),
        (changed("training", labels=lambda x: 1 - x), "in training an event has lost its label"),
        (changed("training", weights=lambda x: x[1:]), "one for each row of inputs"),
    ],
)
def test_merges_says_what_is_wrong(samples, says):
    with pytest.raises(CheckFailed, match=says):
        checks.merges(samples, CLASSES)


def test_merges_sees_classes_that_keep_their_order():
    samples = merged()
    for part, sample in samples.items():
        for label in (0, 1):
            of_the_class = sample["labels"] == label
            for kind in KINDS:
                sample[kind][of_the_class] = CLASSES[label][list(SIZES).index(part)][kind]
    with pytest.raises(CheckFailed, match="training is still in the order of what was merged"):
        checks.merges(samples, CLASSES)


SAMPLE = np.random.default_rng(5).gamma(2, [20, 40, 5], (4000, 3)).astype("float32")
MEAN, DEVIATION = SAMPLE.mean(axis=0), SAMPLE.std(axis=0)


def in_place(inputs):
    inputs -= MEAN
    inputs /= DEVIATION
    return inputs


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_scales_takes_either_deviation_and_precision(ddof, dtype):
    deviation = SAMPLE.std(axis=0, ddof=ddof)
    checks.scales(lambda inputs: ((inputs - MEAN) / deviation).astype(dtype), SAMPLE)
    checks.scales(lambda inputs: ((inputs - MEAN) / deviation).tolist(), SAMPLE)


@pytest.mark.parametrize(
    ("scale", "says"),
    [
        (in_place, "scale changed the array it was given"),
        (lambda inputs: inputs - MEAN / DEVIATION, "should have mean 0"),
        (lambda inputs: (inputs - MEAN) / DEVIATION**2, "should have standard deviation 1"),
        (lambda inputs: (inputs - inputs.mean(axis=0)) / inputs.std(axis=0), "not with their own"),
        (lambda inputs: (inputs - 1.01 * MEAN) / DEVIATION, "(not with|should have mean 0)"),
        (lambda inputs: ((inputs - MEAN) / DEVIATION).T, "the shape of the result of scale"),
        (lambda inputs: None, "the result of scale is None"),
        (lambda inputs: inputs[:, 7], "scale should take inputs of the shape .4000, 3. .it raised IndexError"),
        (3, "not a function"),
    ],
)
def test_scales_says_what_is_wrong(scale, says):
    with pytest.raises(CheckFailed, match=says):
        checks.scales(scale, SAMPLE)


def test_scales_knows_a_sample_that_was_scaled_in_place():
    with pytest.raises(CheckFailed, match="scaled already"):
        checks.scales(lambda inputs: inputs, (SAMPLE - MEAN) / DEVIATION)
