"""Checks of what was read out of the tree Events of a ROOT file: names, branches, and arrays made of branches.

A file is named as for ``datasets.path``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers import datasets
from helpers.checks.failure import that
from helpers.checks.mistakes import agrees, explained, joined
from helpers.checks.values import close, dictionary, names, number, numbers, shape, strings

TREE = "Events"


def trees(value: Any, file: str, name: str) -> None:
    """Fail unless the value is a list of the names of all trees in a file, with or without the cycle number."""
    found = sorted({item.partition(";")[0] for item in strings(value, name)})
    that(not isinstance(value, Mapping), f"{name} should be a list of names, not a dictionary")
    that(len(found) > 0, f"{name} is empty, but the file holds at least one tree: look at file.keys()")
    with datasets.open_root(file) as root_file:
        kinds = root_file.classnames(cycle=False)
    names(found, [key for key, kind in kinds.items() if kind == "TTree"], name)


def branches(value: Any, file: str, name: str) -> None:
    """Fail unless the value is a list of the names of all branches of a file's tree."""
    found = strings(value, name)
    that(not isinstance(value, Mapping), f"{name} should be a list of names, not a dictionary")
    with datasets.open_root(file) as root_file:
        expected = root_file[TREE].keys()
    that(bool({*found} & {*expected}), f"{name} holds no branch of the tree {TREE}: list the keys of the tree")
    names(found, expected, name)


def branch(value: Any, file: str, branch: str, name: str) -> None:
    """Fail unless the value is the array of a branch, in the order of the file. An awkward array gets a remark."""
    found = numbers(value, name)
    with datasets.open_root(file) as root_file:
        stored = root_file[TREE].arrays(library="np")
    expected = stored.pop(branch)
    shape(found, expected.shape, name, hint="one number for every event of the tree")
    if not agrees(found, expected, rtol=1e-6):
        others = {f"{name} holds the branch {other!r}, not {branch!r}": array for other, array in stored.items()}
        units = {f"{name} is in {unit}: leave it in GeV": factor * expected for unit, factor in _UNITS.items()}
        explained(found, {**others, **units, f"{name} is rounded: keep the values of the file": np.trunc(expected)})
        explained(
            np.sort(found), {f"{name} holds the right values, but not in the order of the file": np.sort(expected)}
        )
    close(found, expected, f"{name} does not hold the values of the branch {branch!r}", rtol=1e-6)
    if type(value).__module__.startswith("awkward"):
        print(
            f"{name} is an awkward array, which has no .mean() and no .std(): use np.mean, or read with library='np'."
        )


_UNITS = {"TeV": 1e-3, "MeV": 1e3}


def moments(mean: Any, std: Any, file: str, branch: str) -> None:
    """Fail unless these are the mean and the standard deviation (n or n - 1 below the root) of a branch."""
    with datasets.open_root(file) as root_file:
        values = root_file[TREE][branch].array(library="np").astype(float)
    mean, std = number(mean, f"{branch}_mean"), number(std, f"{branch}_std")
    that(std > 0, f"{branch}_std is {std:.4g}, but a standard deviation is positive")
    true_mean, true_std = values.mean(), values.std()
    that(
        not agrees(np.array([mean, std]), [true_std, true_mean]),
        f"{branch}_mean and {branch}_std are exchanged",
    )
    # 1e-4 covers sums in float32.
    if not agrees(np.array(mean), true_mean, rtol=1e-4):
        median = {f"{branch}_mean is the median, not the mean": np.median(values)}
        explained(np.array(mean), median, rtol=1e-4)
        explained(np.array(mean), {f"{branch}_mean is near the mean: do not round it": true_mean}, rtol=0, atol=0.51)
        that(False, f"{branch}_mean is {mean:.4g}: that is not the mean of the branch {branch} in GeV")
    if not agrees(np.array(std), true_std, rtol=1e-4 + 1 / len(values)):
        mistakes = {
            f"{branch}_std is the variance: the standard deviation is its root": true_std**2,
            f"{branch}_std is the error of the mean: do not divide by the root of n": true_std / np.sqrt(len(values)),
            f"{branch}_std is the root mean square: subtract the mean before you square": np.sqrt(np.mean(values**2)),
        }
        explained(np.array(std), mistakes)
        explained(np.array(std), {f"{branch}_std is near: do not round it": true_std}, rtol=0, atol=0.51)
        that(False, f"{branch}_std is {std:.4g}: that is not the standard deviation of the branch {branch} in GeV")


def normalised(value: Any, original: Any, file: str, branch: str, name: str) -> None:
    """Fail unless the value is a branch, shifted to mean 0 and scaled to variance 1, event by event.

    original: what it was made of, under the branch's name, which must still hold the branch.
    """
    with datasets.open_root(file) as root_file:
        values = root_file[TREE][branch].array(library="np").astype(float)
    mean, std = values.mean(), values.std()
    expected = (values - mean) / std
    shape(value, expected.shape, name, hint="every event keeps its place")
    found = numbers(value, name).astype(float)
    if agrees(found, expected, atol=1e-3):
        that(
            agrees(numbers(original, branch), values, rtol=1e-6),
            f"{branch} was changed: run the cell that reads it once more, and make a new array, with `-` and `/` and "
            "without `-=` and `/=`, which write into the old one",
        )
        return
    brackets = f"only the mean was divided: write brackets around the difference, ({branch} - mean) / deviation"
    mistakes = {
        brackets: values - mean / std,
        f"{name} is centred, but not scaled: divide by the standard deviation": values - mean,
        f"{name} is scaled, but not centred: subtract the mean first": values / std,
        f"{name} was divided by the variance, not by the standard deviation": (values - mean) / std**2,
        f"{name} lies between 0 and 1: subtract the mean, divide by the standard deviation": (values - values.min())
        / np.ptp(values),
        f"{name} is upside down: subtract the mean from {branch}, not {branch} from the mean": -expected,
    }
    explained(found, mistakes, atol=1e-3)
    explained(
        np.sort(found), {f"{name} is sorted or shuffled: every event keeps its place": np.sort(expected)}, atol=1e-3
    )
    that(abs(found.mean()) < 1e-3, f"the mean of {name} is {found.mean():.4g}, but it should be 0: subtract the mean")
    that(
        abs(found.std() - 1) < 1e-3,
        f"the standard deviation of {name} is {found.std():.4g}, but it should be 1: divide by the standard deviation",
    )
    says = f"{name} is not {branch}, shifted and scaled: the shape of the distribution must stay as it is"
    close(found, expected, says, rtol=1e-3, atol=1e-3)


def sample(value: Any, file: str, variables: Sequence[str], name: str) -> None:
    """Fail unless the value is a dictionary from the names of these branches to their arrays."""
    dictionary(value, variables, name)
    with datasets.open_root(file) as root_file:
        stored = root_file[TREE].arrays(list(variables), library="np")
    for variable, expected in stored.items():
        where = f'{name}["{variable}"]'
        shape(value[variable], expected.shape, where, hint=f"one number for every event of {file}")
        found = numbers(value[variable], where)
        if not agrees(found, expected, rtol=1e-6):
            explained(
                found, {f"{where} holds the branch {other!r}": array for other, array in stored.items()}, rtol=1e-6
            )
            explained(found, {f"{where} has lost its signs": np.abs(expected)}, rtol=1e-6)
        close(found, expected, f"{where} does not hold that branch of {file}", rtol=1e-6)


def samples(value: Any, files: Sequence[str], variables: Sequence[str], name: str) -> None:
    """Fail unless the value is a list of such dictionaries, one for each file, in the order of the files."""
    count = len(files)
    that(isinstance(value, list | tuple), f"{name} should be a list of {count} dictionaries, one for each file")
    that(len(value) == count, f"{name} should hold one dictionary for each of the {count} files, not {len(value)}")
    lengths = []
    for file in files:
        with datasets.open_root(file) as root_file:
            lengths.append(root_file[TREE].num_entries)
    for place, arrays in enumerate(value):
        dictionary(arrays, variables, f"{name}[{place}]")
    found = [len(numbers(arrays[variables[0]], f"{name}[{place}]")) for place, arrays in enumerate(value)]
    that(
        found != lengths[::-1] or found == lengths,
        f"{name} holds the files in another order: {', then '.join(files)}",
    )
    for place, (arrays, file) in enumerate(zip(value, files, strict=True)):
        sample(arrays, file, variables, f"{name}[{place}]")


def columns(value: Any, files: Sequence[str], variables: Sequence[str], name: str) -> None:
    """Fail unless the value holds a row for each event of the files, one after the other, and a column for each branch.

    Shape (n_events, n_variables), values as in the files.
    """
    joined(value, files, name)
    stored = []
    for file in files:
        with datasets.open_root(file) as root_file:
            arrays = root_file[TREE].arrays(list(variables), library="np")
        stored.append(np.stack([arrays[variable] for variable in variables], axis=1).astype(float))
    expected = np.concatenate(stored)
    found = numbers(value, name).astype(float)
    hint = "one row for each event and one column for each variable"
    if found.shape == expected.shape[::-1]:
        hint = "events come first here: transpose"
    elif len(files) > 1 and len(found) in map(len, stored):
        hint = "the events of both files belong to it"
    shape(found, expected.shape, name, hint=hint)
    if agrees(found, expected, rtol=1e-5):
        return
    by_name = sorted(range(len(variables)), key=lambda column: variables[column])
    mistakes = {
        f"the columns of {name} are sorted by name: keep the order {', '.join(variables)}": expected[:, by_name],
        f"{name} joins the files in another order than {', then '.join(files)}": np.concatenate(stored[::-1]),
    }
    explained(found, mistakes)
    same_numbers = agrees(np.sort(found, axis=None), np.sort(expected, axis=None), rtol=1e-5)
    that(
        not same_numbers or agrees(np.sort(found.mean(axis=0)), np.sort(expected.mean(axis=0)), rtol=1e-3),
        f"the rows of {name} mix events: reshape cuts one sequence of numbers into new rows; transpose instead",
    )
    that(
        not np.allclose([found.mean(axis=0), found.std(axis=0)], [[0], [1]], atol=1e-3),
        f"{name} is normalised with its own mean and deviation: leave it in GeV as in the file, the reason comes below",
    )
    that(
        not np.allclose([found.mean(axis=1), found.std(axis=1)], [[0], [1]], atol=1e-3),
        f"{name} is normalised with a mean for each event: leave it in GeV as in the file, the reason comes below",
    )
    for column, variable in enumerate(variables):
        says = f"column {column} of {name} should be {variable}, event by event"
        close(found[:, column], expected[:, column], says)
