"""Checks of the event weights of the H→WW ntuples, of what they sum up to, and of labels.

A file is named as for ``datasets.path``; its weights are the products of the WEIGHT_BRANCHES of its tree.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers import datasets
from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained, joined
from helpers.checks.ntuples import TREE
from helpers.checks.values import close, equal, number, numbers, shape

FACTORS = ("XSWeight", "SFweight2l", "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW")
CUTS = ("LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW", "GenLepMatch2l", "METFilter_MC")
WEIGHT_BRANCHES = (*FACTORS, *CUTS)


def weighs(function: Callable[..., Any], n_events: int, cuts: type = float) -> None:
    """Fail unless ``function(tree_arrays)`` returns the product of the six weight branches for a made-up file.

    n_events: of the file, which may be empty. cuts: the type in which the file stores its cuts, which are 0 or 1.
    """
    rng = np.random.default_rng(n_events)
    six = {branch: rng.uniform(1.5, 2.5, n_events).round(2).astype("float32") for branch in FACTORS}
    six |= {branch: (np.arange(n_events) != 3 + place).astype(cuts) for place, branch in enumerate(CUTS)}
    others = {name: rng.uniform(20, 90, n_events) for name in ("XSWeight_up", "LepSF3l", "event")}
    expected = np.prod([array.astype(float) for array in six.values()], axis=0)
    case = f"in a file of {n_events} events whose cuts are stored as {cuts.__name__}"
    more = {"mll": rng.uniform(20, 90, n_events), **six, **others}
    with_others = _weights(function, more, says=f"event_weights should work {case}")
    alone = _weights(function, six, says=f"event_weights should need no other branches than the six, {case}")
    for branch in WEIGHT_BRANCHES if n_events else ():
        ones = {name: np.ones(n_events, dtype=array.dtype) for name, array in six.items()}
        found = _weights(function, {**ones, branch: six[branch]}, says=f"event_weights should work {case}")
        close(found, six[branch], f"the weight does not change with {branch} as a product should, {case}", rtol=1e-4)
    close(alone, expected, f"the weight should be the product of the six weight branches, {case}", rtol=1e-4)
    says = "the weight should be the product of the six weight branches and of nothing else"
    close(with_others, expected, says, rtol=1e-4)
    if isinstance(alone, list) and cuts is float and n_events:
        print("event_weights returns a list, which has no .sum() and no .mean(): make an array of it with np.array.")


def _weights(function: Callable[..., Any], arrays: dict[str, np.ndarray], says: str) -> Any:
    """What the function returns for a dictionary of arrays, which must come out of it unchanged."""
    given = {name: array.copy() for name, array in arrays.items()}
    result = call(function, given, says=says)
    for name, array in arrays.items():
        says = f"event_weights changed the array {name} that it was given: multiply into a new array"
        that(name in given, says)
        equal(given[name], array, says)
    n_events = len(arrays["XSWeight"])
    hint = "one weight for every event of the dictionary, zeros included"
    shape(result, (n_events,), "the result of event_weights", hint=hint)
    return result


def yields(value: Any, files: Sequence[str], name: str) -> None:
    """Fail unless the value is the sum of weights of each file, in their order: one number if there is one file."""
    if len(files) > 1:
        shape(value, (len(files),), name, hint="one yield for each file")
    found = numbers(value, name).astype(float) if len(files) > 1 else np.array([number(value, name)])
    weights, samples = [], []
    for file in files:
        with datasets.open_root(file) as root_file:
            samples.append(root_file[TREE].arrays(list(WEIGHT_BRANCHES), library="np"))
        weights.append(np.prod([array.astype(float) for array in samples[-1].values()], axis=0))
    expected = np.array([np.sum(w) for w in weights])
    # 1e-3 covers sums in float32.
    if agrees(found, expected, rtol=1e-3):
        return
    mistakes = {
        f"{name} is the number of simulated events: sum what event_weights returns, before any division by the mean": [
            *map(len, weights)
        ],
        f"{name} is a mean weight: the yield is the sum of the weights": [*map(np.mean, weights)],
        f"{name} is in another order than {', then '.join(files)}": expected[::-1],
        f"{name} counts events whose weight is not 0: sum the weights": [*map(np.count_nonzero, weights)],
    }
    sums = {
        f"{name} is the sum of the branch {branch} alone: the weight is the product of all six": [
            sample[branch].sum(dtype=float) for sample in samples
        ]
        for branch in WEIGHT_BRANCHES
    }
    explained(found, mistakes | sums)
    that(
        False,
        f"{name} is {_listed(found)}: that is not the sum of the weights of {', then '.join(files)}, for 1 fb⁻¹",
    )


def mean_one(value: Any, files: Sequence[str], name: str) -> None:
    """Fail unless the value holds the weights of the files, one after the other, divided by their common mean."""
    joined(value, files, name)
    weights, cross_sections = [], []
    for file in files:
        with datasets.open_root(file) as root_file:
            branches = root_file[TREE].arrays(list(WEIGHT_BRANCHES), library="np")
        weights.append(np.prod([array.astype(float) for array in branches.values()], axis=0))
        cross_sections.append(branches["XSWeight"].astype(float))
    merged = np.concatenate(weights)
    hint = "one weight for every event, zeros included" + (", the files joined" if len(files) > 1 else "")
    shape(value, merged.shape, name, hint=hint)
    found = numbers(value, name).astype(float)
    expected = merged / merged.mean()
    # 1e-3 covers means of float32 arrays.
    if agrees(found, expected, rtol=1e-3):
        return
    that(np.std(found) > 0, f"{name} are all equal, but the weights of the events differ")
    own_means = np.concatenate([part / part.mean() for part in weights])
    others = np.concatenate(weights[::-1])
    cross_section = np.concatenate(cross_sections)
    mistakes = {
        f"the mean of {name} is {found.mean():.4g}, but it should be 1: divide by the mean over all events": merged,
        f"{name} are divided by their sum: divide by the mean over all events": merged / merged.sum(),
        f"{name} are divided by the mean of the weights above 0: divide by the mean over all events": (
            merged / merged[merged > 0].mean()
        ),
        f"{name} join the files in another order than {', then '.join(files)}": others / others.mean(),
        f"{name} hold the cross-section alone: the weight is the product of all six branches": (
            cross_section / cross_section.mean()
        ),
    }
    if len(files) > 1:
        says = "each background was divided by its own mean: merge first, then divide by the common mean, or the ratio "
        mistakes[says + "of the two processes is lost"] = own_means
    explained(found, mistakes)
    that(
        abs(found.mean() - 1) < 1e-3,
        f"the mean of {name} is {found.mean():.4g}, but it should be 1: divide by the mean over all events",
    )
    explained(np.sort(found), {f"{name} are in another order than the events of the file": np.sort(expected)})
    says = f"{name} are not the event weights divided by their mean (does event_weights change the arrays it is given?)"
    close(found, expected, says, rtol=1e-3)


def labels(value: Any, files: Sequence[str], label: int, name: str) -> None:
    """Fail unless the value holds this label once for each event of the files."""
    n_events = 0
    for file in files:
        with datasets.open_root(file) as root_file:
            n_events += root_file[TREE].num_entries
    shape(value, (n_events,), name, hint="one label for every event" + (" of both files" if len(files) > 1 else ""))
    others = np.unique(numbers(value, name)[numbers(value, name) != label])
    that(
        len(others) == 0,
        f"{name} should all be {label} in this exercise (0 = signal, 1 = background), but some are {_listed(others)}",
    )


def _listed(values: np.ndarray) -> str:
    shown = ", ".join(f"{value:.4g}" for value in values[:3])
    return shown if len(values) <= 3 else f"{shown} …"
