"""The check of a function that writes a network's outputs, with weights and processes, as comma-separated values."""

import csv
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.example_trees import scratch_folder
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call_unchanged, raises


def writes_outputs(
    function: Callable[..., Any], outputs: np.ndarray, weights: np.ndarray, processes: np.ndarray
) -> None:
    """Fail unless ``function(path, outputs, weights, processes)`` writes a line with the three for each event.

    All arrays: (n_events,). Numbers in the file may differ by a relative 1e-5. An older file lies at the path.
    """
    with scratch_folder() as folder:
        path = folder / "val_output.csv"
        path.write_text("an older file\n" * 5)
        says = f"write_outputs should take a path and {len(outputs)} events"
        call_unchanged(function, "write_outputs", str(path), outputs, weights, processes, says=says)
        that(path.is_file(), "write_outputs wrote no file at the path that it was given")
        rows = [row for row in csv.reader(path.read_text().splitlines()) if row]
    that(
        not any(row == ["an older file"] for row in rows),
        "write_outputs leaves lines of an older file: write the file anew",
    )
    _has_the_right_rows(rows, outputs, weights, processes)


def _has_the_right_rows(rows: list[list[str]], outputs: np.ndarray, weights: np.ndarray, processes: np.ndarray) -> None:
    that(
        len(rows) != len(outputs) + 1 or _is_number(rows[0][0]),
        f"the first line, {','.join(rows[0]) if rows else ''}, holds names: the file should have no header",
    )
    that(
        len(rows) == len(outputs),
        f"the file has {len(rows)} lines, but {len(outputs)} are expected: one for each event",
    )
    if not rows:
        return
    that(
        all(len(row) == 3 for row in rows),
        f"a line should hold three values separated by commas, but one is: {','.join(rows[0])}",
    )
    columns = list(zip(*rows, strict=True))
    names = [str(name) for name in processes]
    that(
        list(map(str.strip, columns[2])) == names,
        f"the third column should be the process, but it begins with {columns[2][0]!r} instead of {names[0]!r}",
    )
    for place, (text, expected, name) in enumerate(
        zip(columns, (outputs, weights), ("output", "weight"), strict=False)
    ):
        try:
            values = np.array([float(value) for value in text])
        except ValueError:
            raise CheckFailed(f"the {name} should be a number, but the file has {text[0]!r}") from None
        other = weights if place == 0 else outputs
        that(
            np.allclose(values, expected, rtol=1e-3, atol=0) or not np.allclose(values, other, rtol=1e-3, atol=1e-12),
            "outputs and weights have changed places: a line is output, weight, process",
        )
        that(
            not np.allclose(np.sort(values), np.sort(expected), rtol=1e-5, atol=0)
            or np.allclose(values, expected, rtol=1e-5, atol=0),
            f"the {name}s are in another order than the events",
        )
        ratio = values.sum() / expected.sum()
        that(
            np.allclose(values, expected, rtol=1e-5, atol=0) or not np.allclose(values, ratio * expected, rtol=1e-5),
            f"each {name} is multiplied by {ratio:.4g}: write it as it was given",
        )
        that(
            np.allclose(values, expected, rtol=1e-5, atol=0),
            f"the {name} of an event is not what it was: is it rounded to a few decimals?",
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def refuses_lengths(function: Callable[..., Any]) -> None:
    """Fail unless outputs, weights and processes of different lengths raise ValueError, and leave no file behind."""
    three, two = np.array([0.1, 0.2, 0.3]), np.array([1e-3, 2e-3])
    names = np.array(["A.root", "B.root", "C.root"])
    for arguments in ((three, two, names), (three, three, names[:2])):
        with scratch_folder() as folder:
            path = folder / "output.csv"
            lengths = ", ".join(str(len(argument)) for argument in arguments)
            raises(
                ValueError,
                function,
                str(path),
                *arguments,
                says=f"write_outputs should raise ValueError for lengths that differ ({lengths})",
            )
            that(not path.exists(), "write_outputs leaves a file behind when the lengths differ")
