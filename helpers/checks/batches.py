"""Checks of a function that counts the steps of an epoch, and of one that cuts endless batches from chunks."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers.checks.events import same_events
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call
from helpers.checks.streams import stream
from helpers.checks.values import equal, number, numbers

N_INPUTS = 3
# From so many chunks on it can be told whether their order is random.
ENOUGH_CHUNKS = 8
# A correlation above it: of 8 numbers in two random orders once in ten thousand times, and each epoch is a new try.
SAME_ORDER = 0.95
# Far more batches than a thread keeps ready: tf.data's was seen 63 ahead.
AHEAD = 2000


def counts_steps(function: Callable[..., Any], n_events: int, batch_size: int) -> None:
    """Fail unless ``function(n_events, batch_size, keep_last)`` is the number of batches, an int, kept and dropped."""
    kept, dropped = -(-n_events // batch_size), n_events // batch_size
    for keep_last, verb, expected in ((True, "kept", kept), (False, "dropped", dropped)):
        where = f"for {n_events} events in batches of {batch_size}, the last one {verb},"
        steps = call(function, n_events, batch_size, keep_last, says=f"steps_per_epoch should work {where}")
        value = number(steps, f"steps_per_epoch {where}")
        rest = n_events % batch_size
        hint = f": the remainder is {rest} events, not batches" if value == dropped + rest else ""
        if not rest and value == expected + 1:
            hint = ": nothing is left over, so there is no smaller batch"
        that(value == expected, f"{where} there are {expected} steps, not {value:g}{hint}")
        that(
            np.asarray(steps).dtype.kind in "iu", f"steps_per_epoch {where} gives a float: a number of steps is an int"
        )


class _Source:
    """Events made on request: input j of event i is i + j / 8, its label i modulo 2, its weight i + 1.

    calls: (start, stop) of each request. fault: what was wrong with one, in a sentence.
    """

    def __init__(self, n_events: int, chunk_length: int) -> None:
        self.n_events, self.chunk_length = n_events, chunk_length
        self.calls: list[tuple[int, int]] = []
        self.fault = ""

    def read(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Inputs, labels and weights, all float32, of events start to before stop."""
        if not 0 <= start < stop <= self.n_events:
            self.fault = f"read({start}, {stop}) was called, but 0 <= start < stop <= {self.n_events} is asked for"
        elif stop - start > self.chunk_length:
            self.fault = f"{stop - start} events were read at a time, but chunk_length is {self.chunk_length}"
        self.calls.append((int(start), int(stop)))
        event = np.arange(max(start, 0), min(stop, self.n_events), dtype="float32")
        return event[:, None] + np.arange(N_INPUTS, dtype="float32") / 8, event % 2, event + 1

    @property
    def n_read(self) -> int:
        """How many events were given, in all calls together."""
        return sum(stop - start for start, stop in self.calls)

    def most(self, n_epochs: int) -> float:
        """How many events may be read for so many epochs: half as many again, and a few chunks of the next."""
        return 1.5 * n_epochs * self.n_events + 2 * self.chunk_length

    def explain(self, batch_size: int) -> None:
        """Fail with the mistake in how the chunks were read, if there is one."""
        that(not self.fault, self.fault)
        short = [stop - start for start, stop in self.calls if stop - start <= batch_size]
        that(
            2 * sum(short) <= self.n_read or min(self.n_events, self.chunk_length) < 2 * batch_size,
            f"read is called for each batch, {max(short, default=0)} events at a time: read chunks of "
            f"{self.chunk_length}, and cut several batches from each",
        )

    def explain_lost(self) -> None:
        """Fail if the end of the file was never read."""
        end = max((stop for _, stop in self.calls), default=0)
        that(
            end == self.n_events,
            f"events {end} to {self.n_events - 1} are never read: the last chunk is shorter than the others, but it "
            "belongs to the epoch, too",
        )


class _Case:
    """One way to call the student's function, and what must come of it."""

    def __init__(
        self, function: Callable[..., Any], n_events: int, chunk_length: int, batch_size: int, keep_last: bool
    ):
        self.function, self.n_events = function, n_events
        self.chunk_length, self.batch_size, self.keep_last = chunk_length, batch_size, keep_last
        self.n_steps = -(-n_events // batch_size) if keep_last else n_events // batch_size

    def start(self, seed: int | None) -> tuple[_Source, Iterator[Any]]:
        """A new source, and the stream of batches from it."""
        source = _Source(self.n_events, self.chunk_length)
        return source, self._stream(source, seed)

    def _stream(self, source: _Source, seed: int | None) -> Iterator[Any]:
        rng = None if seed is None else np.random.default_rng(seed)
        arguments = source.read, self.n_events, self.chunk_length, self.batch_size, rng, self.keep_last
        made = call(self.function, *arguments, says="batches should take all its arguments")
        that(
            not isinstance(made, tuple | list | dict),
            "batches should not collect all batches in a list: yield one after the other",
        )
        if hasattr(made, "__getitem__"):
            length, right = len(made), self.n_steps
            that(length == right, f"the length of the dataset is {length}, but an epoch has {right} batches")
        else:
            iterable = hasattr(made, "__iter__")
            that(iterable, f"batches should return a generator or a dataset, not {type(made).__name__}")
        yield from stream(made, self.n_steps)

    def epoch(self, source: _Source, running: Iterator[Any], epoch: int) -> np.ndarray:
        """The numbers of the events of an epoch, in their order, after a look at each batch."""
        where = (
            f"epoch {epoch} of {self.n_events} events in chunks of {self.chunk_length}, batches of {self.batch_size}"
        )
        taken = [self._batch(source, running, step, where) for step in range(self.n_steps)]
        source.explain(self.batch_size)
        inputs, labels, weights = (
            numbers(np.concatenate(arrays), "an array of a batch") for arrays in zip(*taken, strict=True)
        )
        same_type = {inputs.dtype, labels.dtype, weights.dtype} == {np.dtype("float32")}
        that(same_type, "read gives float32, but a batch holds another dtype")
        event: np.ndarray = inputs[:, 0].astype(int)
        equal(inputs, event[:, None] + np.arange(N_INPUTS) / 8, "an event's inputs were torn apart")
        equal(labels, event % 2, "an event lost its label: inputs, labels and weights need one common order")
        equal(weights, event + 1, "an event lost its weight: inputs, labels and weights need one common order")
        that(len(set(event.tolist())) == len(event), f"an event comes twice in {where}")
        if self.keep_last:
            same_events(event, np.arange(self.n_events), where)
        return event

    def _batch(self, source: _Source, running: Iterator[Any], step: int, where: str) -> list[np.ndarray]:
        try:
            batch = next(running)
        except StopIteration:
            raise CheckFailed(
                f"the batches end after {step} of {self.n_steps} steps of {where}: they must go on for ever"
            ) from None
        that(not source.fault, source.fault)
        is_three = isinstance(batch, tuple | list) and len(batch) == 3
        that(is_three, f"a batch should be a tuple (inputs, labels, weights) in {where}")
        shapes = [np.shape(array) for array in batch]
        last = step == self.n_steps - 1 and self.keep_last
        wanted = self.n_events - step * self.batch_size if last else self.batch_size
        found = shapes[0][0] if shapes[0] else 0
        if found != wanted:
            that(
                found > 0,
                f"batch {step + 1} of {self.n_steps} in {where} is empty: yield the rest only if something is left",
            )
            source.explain(self.batch_size)
            if last:
                source.explain_lost()
            why = (
                "the last batch of an epoch holds what is left; were events left out before it, or carried over from "
                "an epoch to the next?"
                if last
                else "join what is left of a chunk with the next one"
            )
            that(
                False, f"batch {step + 1} of {self.n_steps} in {where} holds {found} events instead of {wanted}: {why}"
            )
        expected = [(wanted, N_INPUTS), (wanted,), (wanted,)]
        that(
            shapes == expected,
            f"the arrays of a batch have the shapes {shapes} instead of {expected}: inputs, labels, weights",
        )
        return [np.array(array) for array in batch]


def cuts_batches(
    function: Callable[..., Any],
    n_events: int,
    chunk_length: int,
    batch_size: int,
    keep_last: bool = True,
    shuffled: bool = True,
) -> None:
    """Fail unless ``function(read, n_events, chunk_length, batch_size, rng, keep_last)`` gives endless batches.

    Each is (inputs, labels, weights); every event comes once an epoch, or but for the last batch if that is dropped.
    shuffled: with an rng, so that each epoch has a new order of chunks, and of the events in each, which shows from
    8 chunks on; otherwise rng is None, and the order is that of the file.
    """
    case = _Case(function, n_events, chunk_length, batch_size, keep_last)
    source, running = case.start(seed=1 if shuffled else None)
    orders = [case.epoch(source, running, epoch) for epoch in (1, 2, 3)]
    n_epochs = 3
    if source.n_read > source.most(n_epochs):  # a thread such as tf.data's may be hundreds of batches ahead
        n_epochs += AHEAD // max(1, case.n_steps)
        for epoch in range(4, n_epochs + 1):
            case.epoch(source, running, epoch)
    _reads_once_an_epoch(source, n_epochs)
    if not shuffled:
        for order in orders:
            equal(order, np.arange(len(order)), "with rng=None the events should come in the order of the file")
        return
    if n_events < ENOUGH_CHUNKS * chunk_length:
        return
    _are_random(orders, n_events, chunk_length, batch_size)
    again, other = (case.epoch(*case.start(seed), 1) for seed in (1, 2))
    equal(again, orders[0], "the same state of rng should give the same order: take all chance from rng")
    that(not np.array_equal(other, orders[0]), "another rng gives the same order: draw from rng")
    if not keep_last:
        seen = np.concatenate(orders + [case.epoch(source, running, epoch) for epoch in (4, 5, 6)])
        never = n_events - len(set(seen.tolist()))
        source.explain_lost()
        that(never == 0, f"{never} events were dropped in each of six epochs: leave out other events each time")


def _reads_once_an_epoch(source: _Source, n_epochs: int) -> None:
    said = f"{source.n_read} events were read in {n_epochs} epochs of {source.n_events}"
    that(source.n_read <= source.most(n_epochs), f"{said}: read every event once an epoch")
    that(
        source.n_read >= n_epochs * source.n_events - 2 * source.chunk_length,
        f"{said}, so they are kept in memory from one epoch to the next: read the chunks again, or a large file will "
        "not fit",
    )
    few = 2 * n_epochs * -(-source.n_events // source.chunk_length) + 10
    that(
        len(source.calls) <= few,
        f"read was called {len(source.calls)} times in {n_epochs} epochs of {source.n_events} events in chunks of "
        f"{source.chunk_length}: read chunks as long as possible, and cut several batches from each",
    )


def _are_random(orders: list[np.ndarray], n_events: int, chunk_length: int, batch_size: int) -> None:
    first, second, third = orders
    that(not np.array_equal(first, second), "epoch 2 has the order of epoch 1: shuffle anew")
    neighbours = np.mean(np.diff(first) == 1)
    that(neighbours < 0.2, "the events of a chunk come in the order of the file: shuffle them")
    # The span of a batch out of a whole chunk is nearly the length of the chunk.
    spans = [np.ptp(first[start : start + batch_size]) for start in range(0, len(first) - batch_size, batch_size)]
    that(
        np.median(spans) > 2.5 * batch_size or batch_size > chunk_length / 4,
        "the events of a batch are neighbours in the file: shuffle the whole chunk, not each batch",
    )
    in_file = [np.corrcoef(order, np.arange(len(order)))[0, 1] for order in orders]
    that(
        min(in_file) < SAME_ORDER,
        "the chunks come in the order of the file in every epoch: read them in a random order",
    )
    that(
        min(_alike(first, second, n_events), _alike(second, third, n_events)) < SAME_ORDER,
        "the chunks come in the same order in every epoch: draw their order anew for each epoch, not once for all",
    )
    beginning = [order[order < 0.8 * chunk_length].tolist() for order in (first, second)]
    that(beginning[0] != beginning[1], "the events of a chunk come in the same order in every epoch: shuffle anew")


def _alike(first: np.ndarray, second: np.ndarray, n_events: int) -> float:
    """Correlation of the places that the events have in two epochs; near 1 if the chunks come in the same order."""
    places = np.full((2, n_events), np.nan)
    for row, order in enumerate((first, second)):
        places[row, order] = np.arange(len(order))
    return float(np.corrcoef(places[:, np.isfinite(places).all(axis=0)])[0, 1])
