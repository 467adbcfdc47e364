"""The check of a file of outputs, weights and processes."""

from pathlib import Path

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

OUTPUTS, WEIGHTS = np.array([0.25, 0.9871234, 1e-6]), np.array([1.5e-3, 2.345678e-7, 3e-5])
NAMES = np.array(["W.root", "T2.root", "TT.root"])


def write(path, outputs, weights, names, line="{o},{w},{n}\n", start="", mode="w"):
    if not len(outputs) == len(weights) == len(names):
        raise ValueError
    with open(path, mode) as file:
        file.write(start)
        file.writelines(line.format(o=o, w=w, n=n) for o, w, n in zip(outputs, weights, names, strict=True))


def with_(**choices):
    return lambda *given: write(*given, **choices)


def test_writes_outputs():
    for n in (3, 1, 0):
        checks.writes_outputs(write, OUTPUTS[:n], WEIGHTS[:n], NAMES[:n])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda *given: None, "leaves lines of an older file"),
        (with_(mode="a"), "leaves lines of an older file"),
        (lambda path, *rest: Path(path).unlink(), "wrote no file"),
        (with_(start="output,weight,process\n"), "should have no header"),
        (lambda path, o, w, n: write(path, o[:2], w[:2], n[:2]), "2 lines, but 3 are expected"),
        (with_(line="{o} {w} {n}\n"), "separated by commas"),
        (with_(line="{o},{w},{w}\n"), "third column should be the process"),
        (with_(line="{n},{w},{n}\n"), "should be a number"),
        (with_(line="{w},{o},{n}\n"), "have changed places"),
        (with_(line="{o:.3f},{w},{n}\n"), "rounded to a few decimals"),
        (lambda path, o, w, n: write(path, o, w * 2, n), "each weight is multiplied by 2"),
        (lambda path, o, w, n: write(path, o[::-1], w, n), "outputs are in another order"),
        (lambda path, o, w, n: o.sort() or write(path, o, w, n), "changed an array"),
    ],
)
def test_writes_outputs_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.writes_outputs(wrong, OUTPUTS, WEIGHTS, NAMES)


def test_refuses_lengths():
    checks.refuses_lengths(write)
    with pytest.raises(CheckFailed, match="ValueError for lengths that differ"):
        checks.refuses_lengths(lambda *given: None)

    def late(path, *columns):
        Path(path).touch()
        raise ValueError

    with pytest.raises(CheckFailed, match="leaves a file behind"):
        checks.refuses_lengths(late)
