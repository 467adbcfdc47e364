"""Checks of what feeds a network from a file: reading, steps, batches, parts, training. Each mistake has a sentence."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

NAMES = ["ptll", "mth", "uperp"]


def read(tree, start, stop, names=tuple(NAMES)):
    arrays = tree.arrays([*names, "label", "weight"], entry_start=start, entry_stop=stop, library="np")
    return tuple(
        array.astype("float32")
        for array in (np.column_stack([arrays[name] for name in names]), arrays["label"], arrays["weight"])
    )


def read_all(tree, start, stop):
    arrays = tree.arrays(entry_start=start, entry_stop=stop, library="np")
    return np.column_stack([arrays[name] for name in NAMES]), arrays["label"].astype("f4"), arrays["weight"]


def read_everything(tree, start, stop):
    arrays = {name: tree[name].array(library="np")[start:stop].astype("f4") for name in [*NAMES, "label", "weight"]}
    return np.column_stack([arrays[name] for name in NAMES]), arrays["label"], arrays["weight"]


def read_what_is_there(tree, start, stop):
    names = [name for name in NAMES if name in tree]
    return read(tree, start, stop, names)


def test_reads_events():
    checks.reads_events(read, NAMES, (0, 3000), (900, 2100), (2999, 3000))


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda *arguments: read(*arguments)[:2], "should return three arrays"),
        (lambda *arguments: [read(*arguments)[i] for i in (0, 2, 1)], "labels and weights have changed places"),
        (lambda *arguments: (read(*arguments)[0].T, *read(*arguments)[1:]), "one row for each event"),
        (lambda tree, start, stop: read(tree, 0, stop - start), "are not those of the events, in the order of INPUTS"),
        (lambda *arguments: read(*arguments, NAMES[::-1]), "in the order of INPUTS"),
        (lambda *a: [array.astype(float) for array in read(*a)], "the dtype of the inputs is float64"),
        (read_all, "reads the branch mll, too"),
        (read_everything, "reads all events, or all before the range, and cuts afterwards: give uproot entry_start"),
        (
            lambda tree, start, stop: [array[start:] for array in read(tree, 0, stop)],
            "reads all events, or all before the range, and cuts afterwards",
        ),
        (read_what_is_there, "a tree without the branch mth should give an error"),
    ],
)
def test_reads_events_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.reads_events(function, NAMES, (900, 2100))


def steps(n_events, batch_size, keep_last):
    return -(-n_events // batch_size) if keep_last else n_events // batch_size


@pytest.mark.parametrize("case", [(1000, 64), (1024, 64), (1, 64), (0, 64)])
def test_counts_steps(case):
    checks.counts_steps(steps, *case)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda n, b, keep: n // b + n % b if keep else n // b, "the remainder is 40 events, not batches"),
        (lambda n, b, keep: n // b, "the last one kept, there are 16 steps, not 15"),
        (lambda n, b, keep: -(-n // b), "the last one dropped, there are 15 steps, not 16"),
        (lambda n, b, keep: float(steps(n, b, keep)), "gives a float: a number of steps is an int"),
    ],
)
def test_counts_steps_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.counts_steps(function, 1000, 64)


def test_one_step_too_many_where_nothing_is_left_over():
    with pytest.raises(CheckFailed, match="there are 16 steps, not 17: nothing is left over, so there is no smaller"):
        checks.counts_steps(lambda n, b, keep: n // b + keep, 1024, 64)


def cutter(
    starts=lambda n_events, length: np.arange(0, n_events, length),
    new_order=lambda rng, starts: rng.permutation(starts),
    mix=lambda rng, n: rng.permutation(n),
    once=False,
    carry=True,
):
    """A function that cuts batches, with its steps in parts that can be made wrong."""

    def batches(read, n_events, chunk_length, batch_size, rng=None, keep_last=True):
        firsts = starts(n_events, chunk_length)
        order = new_order(rng, firsts) if rng is not None else firsts
        while True:
            rest = None
            for first in order:
                chunk = read(first, min(first + chunk_length, n_events))
                mixed = np.arange(len(chunk[0])) if rng is None else mix(rng, len(chunk[0]))
                chunk = [array[mixed] for array in chunk]
                if rest is not None:
                    chunk = [np.concatenate(pair) for pair in zip(rest, chunk, strict=True)]
                n_full = len(chunk[0]) // batch_size * batch_size
                for place in range(0, n_full, batch_size):
                    yield tuple(array[place : place + batch_size] for array in chunk)
                rest = [array[n_full:] for array in chunk] if carry else None
            if keep_last and rest is not None and len(rest[0]):
                yield tuple(rest)
            if rng is not None and not once:
                order = new_order(rng, firsts)

    return batches


def by_batch(read, n_events, chunk_length, batch_size, rng=None, keep_last=True):
    starts = np.arange(0, n_events, batch_size)
    while True:
        for start in starts if rng is None else rng.permutation(starts):
            yield read(start, min(start + batch_size, n_events))


def whole(read, n_events, chunk_length, batch_size, rng=None, keep_last=True):
    yield read(0, n_events)


def beyond(read, n_events, chunk_length, batch_size, rng=None, keep_last=True):
    yield read(n_events - 1, n_events - 1 + chunk_length)


def torn(read, *arguments):
    for inputs, labels, weights in cutter()(read, *arguments):
        yield inputs, labels[::-1], weights


@pytest.mark.parametrize("options", [{}, {"shuffled": False}, {"keep_last": False}])
def test_cuts_batches(options):
    checks.cuts_batches(cutter(), 1003, 100, 16, **options)


@pytest.mark.parametrize("case", [(1, 8, 4), (64, 16, 16), (101, 100, 50), (10, 3, 1), (50, 100, 20)])
def test_cuts_few_batches(case):
    checks.cuts_batches(cutter(), *case)


def test_a_look_at_single_events_is_no_reading_batch_by_batch():
    def looks_first(read, *arguments):
        for _ in range(5):
            read(0, 1)
        yield from cutter()(read, *arguments)

    checks.cuts_batches(looks_first, 1, 8, 4)
    checks.cuts_batches(looks_first, 101, 100, 50)
    checks.cuts_batches(looks_first, 1003, 100, 16)


@pytest.mark.parametrize("case", [(1003, 100, 16), (64, 16, 16), (1, 8, 4)])
def test_batches_may_be_kept_ready(case):
    def ahead(*arguments):
        running = cutter()(*arguments)
        ready = [next(running) for _ in range(300)]
        while True:
            ready.append(next(running))
            yield ready.pop(0)

    checks.cuts_batches(ahead, *case)


def reads_twice(read, *arguments):
    def again(start, stop):
        read(start, stop)
        return read(start, stop)

    yield from cutter()(again, *arguments)


WHOLE_CHUNKS = cutter(starts=lambda n, length: np.arange(n // length) * length)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (by_batch, "read is called for each batch, 16 events at a time: read chunks of 100"),
        (whole, "1003 events were read at a time, but chunk_length is 100"),
        (reads_twice, "events were read in [0-9]+ epochs of 1003: read every event once an epoch"),
        (beyond, r"read\(1002, 1102\) was called, but 0 <= start < stop <= 1003"),
        (WHOLE_CHUNKS, "events 1000 to 1002 are never read: the last chunk is shorter"),
        (cutter(once=True), "the chunks come in the same order in every epoch"),
        (cutter(new_order=lambda rng, starts: starts), "the chunks come in the order of the file in every epoch"),
        (cutter(mix=lambda rng, n: np.arange(n)), "the events of a chunk come in the order of the file"),
        (
            cutter(mix=lambda rng, n: np.random.default_rng(n).permutation(n)),
            "of a chunk come in the same order in every",
        ),
        (cutter(new_order=lambda rng, starts: np.random.permutation(starts)), "take all chance from rng"),
        (cutter(carry=False), "holds 16 events instead of 11: the last batch of an epoch holds what is left"),
        (torn, "an event lost its label"),
        (lambda *arguments: [], "should not collect all batches in a list"),
        (lambda *arguments: 7, "a generator or a dataset, not int"),
        (lambda *arguments: iter([]), "the batches end after 0 of 63 steps"),
        (lambda *arguments: ((a, b) for a, b, _ in cutter()(*arguments)), r"a tuple \(inputs, labels, weights\)"),
        (lambda *arguments: ([x.astype(float) for x in b] for b in cutter()(*arguments)), "holds another dtype"),
    ],
)
def test_cuts_batches_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.cuts_batches(function, 1003, 100, 16)


def test_an_empty_batch_is_none():
    def with_empty_one(read, n_events, chunk_length, batch_size, rng=None, keep_last=True):
        running = cutter()(read, n_events, chunk_length, batch_size, rng, keep_last)
        while True:
            for _ in range(n_events // batch_size):
                batch = next(running)
                yield batch
            yield tuple(array[:0] for array in batch)

    with pytest.raises(CheckFailed, match="yield the rest only if something is left"):
        checks.cuts_batches(with_empty_one, 64, 16, 16)


def test_cuts_batches_in_the_order_of_the_file():
    def shuffled(read, n_events, chunk_length, batch_size, rng, keep_last):
        return cutter()(read, n_events, chunk_length, batch_size, np.random.default_rng(1), keep_last)

    with pytest.raises(CheckFailed, match="with rng=None the events should come in the order of the file"):
        checks.cuts_batches(shuffled, 1003, 100, 16, shuffled=False)


N_EVENTS, BATCH = 2000, 64
RNG = np.random.default_rng(1)
LABELS = (RNG.random(N_EVENTS) < 0.5).astype("float32")
RAW = (RNG.normal(50, 20, (N_EVENTS, 3)) + 60 * LABELS[:, None]).astype("float32")
EVENTS = RAW, LABELS, (RNG.exponential(1, N_EVENTS) * (RAW[:, 0] > 70)).astype("float32")
MEAN, DEVIATION = RAW[:1200].mean(axis=0), RAW[:1200].std(axis=0)
PARTS = {"training": (0, 1200), "validation": (1200, 1600), "test": (1600, 2000)}


def feeder(
    offset=True,
    scaled=("training", "validation", "test"),
    seeds=lambda part: 1 if part == "training" else None,
    dtype="float32",
    keep_last=True,
):
    """``part_batches`` with its steps in parts that can be made wrong."""

    def part_batches(part):
        begin, end = PARTS[part]

        def read(start, stop):
            rows = slice(begin + start, begin + stop) if offset else slice(start, stop)
            inputs = (RAW[rows] - MEAN) / DEVIATION if part in scaled else RAW[rows]
            return inputs.astype(dtype), LABELS[rows], EVENTS[2][rows]

        seed = seeds(part)
        rng = None if seed is None else np.random.default_rng(seed)
        return cutter()(read, end - begin, 300, BATCH, rng, keep_last)

    return part_batches


def part_steps(part, keep_last=True):
    return steps(PARTS[part][1] - PARTS[part][0], BATCH, keep_last)


def changed(change):
    """A right ``part_batches`` with each batch changed."""
    return lambda part: (change(*batch) for batch in feeder()(part))


class Part:
    """A part as Keras's PyDataset, whose order is drawn when an epoch begins."""

    def __init__(self, part):
        rows = slice(*PARTS[part])
        self.arrays = ((RAW[rows] - MEAN) / DEVIATION).astype("float32"), LABELS[rows], EVENTS[2][rows]
        self.rng = np.random.default_rng(1) if part == "training" else None

    def on_epoch_begin(self):
        n_events = len(self.arrays[1])
        self.order = np.arange(n_events) if self.rng is None else self.rng.permutation(n_events)

    def __getitem__(self, step):
        return [array[self.order[step * BATCH :][:BATCH]] for array in self.arrays]


def test_feeds_parts_from_an_order_drawn_when_an_epoch_begins():
    checks.feeds_parts(Part, part_steps, EVENTS, BATCH)


def test_feeds_parts():
    checks.feeds_parts(feeder(), part_steps, EVENTS, BATCH)
    checks.feeds_parts(
        lambda part: feeder(keep_last=part != "training")(part),
        lambda part: part_steps(part, keep_last=part != "training"),
        EVENTS,
        BATCH,
    )


@pytest.mark.parametrize(
    ("function", "n_steps", "says"),
    [
        (
            feeder(),
            lambda part: part_steps(part) + 2,
            r'part_steps\("training"\) is 21, but 1200 events make 19 batches',
        ),
        (
            feeder(seeds=lambda part: 1),
            part_steps,
            "the validation events come in a random order: only training events",
        ),
        (feeder(seeds=lambda part: None), part_steps, "the training events come in the same order in every epoch"),
        (feeder(offset=False), part_steps, "the validation batches hold the first events of the file"),
        (
            changed(lambda inputs, labels, weights: (inputs + 1, labels, weights)),
            part_steps,
            "the training batches do not hold the training events, scaled with the mean",
        ),
        (feeder(scaled=()), part_steps, "the training inputs are as they are in the file: they are not scaled"),
        (feeder(scaled=("training",)), part_steps, "the validation inputs are as they are in the file"),
        (
            feeder(keep_last=False),
            part_steps,
            r'part_steps\("training"\) says 19, but the training batches come in rounds of 18: the two functions',
        ),
        (
            feeder(),
            lambda part: part_steps(part, keep_last=False),
            r'part_steps\("training"\) says 18, but the training batches come in rounds of 19: the two functions',
        ),
        (
            changed(lambda *batch: [array[:32] for array in batch]),
            part_steps,
            "the training part holds 608 events instead of 1200: are there 64 in every batch but the last",
        ),
        (feeder(dtype=float), part_steps, "the training inputs are float64, but float32 is asked for"),
        (lambda part: iter([]), part_steps, "the training batches end after 0 steps of epoch 1"),
    ],
)
def test_feeds_parts_says_what_is_wrong(function, n_steps, says):
    with pytest.raises(CheckFailed, match=says):
        checks.feeds_parts(function, n_steps, EVENTS, BATCH)


SCALED = ((RAW - MEAN) / DEVIATION).astype("float32")


class Network:
    """A network that knows the labels nearly, from the mean of the inputs."""

    def predict(self, inputs, batch_size, verbose):
        return 1 / (1 + np.exp(-3 * np.asarray(inputs).mean(axis=1, keepdims=True)))


SMALL = {tuple(row) for row in SCALED[EVENTS[2] < np.median(EVENTS[2])].round(3).tolist()}


class Weighted(Network):
    """One that cares little for events of small weight."""

    def predict(self, inputs, batch_size, verbose):
        steepness = np.array([[0.3] if tuple(row) in SMALL else [3] for row in inputs.round(3).tolist()])
        return 1 / (1 + np.exp(-steepness * np.asarray(inputs).mean(axis=1, keepdims=True)))


def losses(network):
    p = network.predict(SCALED, 1, 0)[:, 0]
    return -np.log(np.where(LABELS == 1, p, 1 - p))


def loss_of(part, weighted=True, network=Network()):  # noqa: B008
    rows = slice(*PARTS[part])
    return float(np.mean((losses(network) * (EVENTS[2] if weighted else 1))[rows]))


def alike(network):
    """The history of a training without event weights."""
    return {"loss": [loss_of("training", False, network)], "val_loss": [loss_of("validation", True, network)]}


RIGHT = {"loss": [loss_of("training")], "val_loss": [loss_of("validation")]}


def test_trains_whichever_epoch_was_kept():
    checks.trains(Network(), RIGHT | {"val_loss": [*RIGHT["val_loss"], 2.0]}, EVENTS, bar=0.9)


def test_trains():
    checks.trains(Network(), RIGHT, EVENTS, bar=0.9)
    checks.trains(Network(), RIGHT, EVENTS, bar=0.9, part="test")


@pytest.mark.parametrize(
    ("history", "bar", "says"),
    [
        ({"loss": [0.3]}, 0.9, "history holds no validation loss"),
        (RIGHT, 0.9999, "it should exceed 0.9999: do the steps cover the training part"),
        (RIGHT | {"val_loss": [loss_of("validation", weighted=False)]}, 0.9, "ignores the event weights"),
        (RIGHT | {"val_loss": [1.03 * RIGHT["val_loss"][0]]}, 0.9, "but over all validation events it is"),
        (RIGHT | {"val_loss": [loss_of("training")]}, 0.9, "which is that of the training part: validation_data is"),
        (RIGHT | {"val_loss": [3 * RIGHT["val_loss"][0]]}, 0.9, "but over all validation events it is"),
    ],
)
def test_trains_says_what_is_wrong(history, bar, says):
    with pytest.raises(CheckFailed, match=says):
        checks.trains(Network(), history, EVENTS, bar)


SAMPLES = {
    part: dict(zip(("inputs", "labels", "weights"), (array[slice(*rows)] for array in EVENTS), strict=True))
    for part, rows in PARTS.items()
}


def scale(inputs):
    return (inputs - MEAN) / DEVIATION


def accuracies(name="accuracy"):
    here = slice(*PARTS["validation"])
    correct = ((Network().predict(SCALED, 1, 0)[:, 0] > 0.5) == (LABELS == 1))[here]
    return {name: [0.7], f"val_{name}": [float(np.average(correct, weights=EVENTS[2][here]))]}, float(correct.mean())


@pytest.mark.parametrize("name", ["accuracy", "acc", "binary_accuracy", "weighted_accuracy"])
def test_weighted_history(name):
    checks.weighted_history(RIGHT | accuracies(name)[0], Network(), scale, SAMPLES)


def test_weighted_history_of_any_loss():
    checks.weighted_history(accuracies()[0] | {"loss": [0.01], "val_loss": [0.01]}, Network(), scale, SAMPLES)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"accuracy": []}, r"history holds no accuracy: compile with weighted_metrics=\['accuracy'\]"),
        ({"val_accuracy": [accuracies()[1]]}, "ignores the event weights: compile with"),
        ({"val_loss": [loss_of("validation", weighted=False)]}, "the validation loss in history ignores the event"),
        ({"val_loss": [loss_of("training")]}, "the validation loss in history is that of the training sample"),
        ({"val_loss": [loss_of("test")]}, "the validation loss in history is that of the test sample"),
    ],
)
def test_weighted_history_says_what_is_wrong(changed, says):
    with pytest.raises(CheckFailed, match=says):
        checks.weighted_history(RIGHT | accuracies()[0] | changed, Network(), scale, SAMPLES)


def test_training_without_weights():
    says = "the last training loss, .*, ignores the event weights"
    with pytest.raises(CheckFailed, match=says):
        checks.trains(Network(), alike(Network()), EVENTS, bar=0.9)
    with pytest.raises(CheckFailed, match=says):
        checks.weighted_history(accuracies()[0] | alike(Network()), Network(), scale, SAMPLES)


def test_dropout_raises_the_training_loss_of_a_right_answer():
    """Perhaps to the loss that the network would have without weights."""
    checks.trains(Weighted(), alike(Weighted()), EVENTS, bar=0.9)
    checks.weighted_history(accuracies()[0] | alike(Weighted()), Weighted(), scale, SAMPLES)


def test_a_history_without_an_accuracy():
    with pytest.raises(CheckFailed, match="history holds no accuracy"):
        checks.weighted_history(RIGHT, Network(), scale, SAMPLES)
