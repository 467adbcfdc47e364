"""Batches as Keras asks for them, from whatever gives them: a generator, a data set, or a PyDataset."""

from collections.abc import Iterator
from typing import Any


def stream(made: Any, n_steps: int) -> Iterator[Any]:
    """The batches of an iterable until it ends, or those of a PyDataset without end, n_steps in each epoch."""
    if not hasattr(made, "__getitem__"):
        yield from made
        return
    while True:
        if hasattr(made, "on_epoch_begin"):
            made.on_epoch_begin()
        yield from (made[step] for step in range(n_steps))
        if hasattr(made, "on_epoch_end"):
            made.on_epoch_end()
