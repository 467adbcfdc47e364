"""Checks of the classes of events: names from processes, one-hot targets, weights by class and the confusion matrix.

Five classes, in the order of CLASSES. An array of classes holds their names, one for each event.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call, call_unchanged
from helpers.checks.mistakes import explained
from helpers.checks.simulation_weights import new_weights
from helpers.checks.values import close, equal, numbers, shape

CLASSES = ("Signal", "Wjets", "TTbar", "Z2nu", "Other")


def names_classes(function: Callable[..., Any], expected: Mapping[str, str]) -> None:
    """Fail unless ``function(process)`` is the class of each process, a key of ``expected``."""
    for process, name in expected.items():
        found = call(function, process, says=f"class_of should take the name of a process, {process!r}")
        that(found is not None, f"class_of({process!r}) is None: return the name of the class")
        that(
            isinstance(found, str) and str(found) in CLASSES,
            f"class_of({process!r}) is {found!r}: it should be one of the names in CLASSES",
        )
        that(str(found) == name, f"class_of({process!r}) should be {name!r}, not {found!r}: the first two letters tell")


def encodes(
    function: Callable[..., Any],
    classes: np.ndarray,
    name: str = "one_hot",
    among: tuple[str, ...] = CLASSES,
    order: str = "CLASSES",
) -> None:
    """Fail unless ``function(classes)`` has a row for each event, with a 1 in the column of its class, else 0.

    name: of the function. among: the classes in the order of the columns; order: what the notebook calls them.
    """
    given = classes.copy()
    found = call(function, given, says=f"{name} should take {len(classes)} classes, an array")
    equal(given, classes, f"{name} changed the classes that it was given")
    expected = (classes[:, None] == np.array(among)).astype(float)
    there = [known for known in among if known in classes]
    shape(
        found,
        expected.shape,
        f"the result of {name}",
        hint=f"a row for each event, a column for each of {order}, also without events (here {len(there)} have some)",
    )
    found = numbers(found, f"the result of {name}").astype(float)
    by_alphabet = np.argsort(np.argsort(among))
    if not np.array_equal(found, expected):
        explained(
            found,
            {
                f"the columns of {name} stand in the order of the alphabet: take that of {order}": (
                    by_alphabet[np.argmax(expected, axis=1)][:, None] == np.arange(len(among))
                ),
                f"{name} has 0 where 1 is expected, and 1 where 0 is": 1 - expected,
                f"{name} has 1 and -1: a target is 1 or 0": 2 * expected - 1,
            },
        )
    close(found, expected, f"a row of {name} should have a 1 in the column of its class, and 0 in all others")


def balances_by_root(function: Callable[..., Any], weights: np.ndarray, classes: np.ndarray) -> None:
    """Fail unless ``function(weights, classes)`` makes class c sum to N_signal times sqrt(W_c / W_signal).

    weights: (n_events,), in pb. classes: (n_events,). Each class that occurs, signal among them, has a positive sum.
    """
    found = new_weights(function, "sqrt_balance", weights, classes, of="classes")
    there = [name for name in CLASSES if name in classes]
    sums = {name: weights[classes == name].sum() for name in there}
    n_signal, signal = np.sum(classes == "Signal"), sums["Signal"]

    def with_sums(wanted: Callable[[str], float]) -> np.ndarray:
        factors = {name: wanted(name) / sums[name] for name in there}
        scaled: np.ndarray = weights * np.array([factors[name] for name in classes])
        return scaled

    expected = with_sums(lambda name: n_signal * np.sqrt(sums[name] / signal))
    if not np.allclose(found, expected, rtol=1e-5, atol=0):
        explained(
            found,
            {
                "all classes sum to the number of signal events: multiply by the root of W_c / W_signal": with_sums(
                    lambda name: n_signal
                ),
                "the ratio is without its square root": with_sums(lambda name: n_signal * sums[name] / signal),
                "the ratio is upside down: W_c / W_signal is under the root": with_sums(
                    lambda name: n_signal * np.sqrt(signal / sums[name])
                ),
                "the root is that of numbers of events: W_c and W_signal are sums of weights": with_sums(
                    lambda name: n_signal * np.sqrt(np.sum(classes == name) / n_signal)
                ),
                "each class takes its own number of events: N_signal is the same for all": with_sums(
                    lambda name: np.sum(classes == name) * np.sqrt(sums[name] / signal)
                ),
                "N is the number of all events: take the number of signal events": with_sums(
                    lambda name: len(weights) * np.sqrt(sums[name] / signal)
                ),
                "the sums lack N_signal, the number of signal events": with_sums(
                    lambda name: np.sqrt(sums[name] / signal)
                ),
                "the weights got the factor of the root alone: divide by W_c first": weights
                * n_signal
                * np.array([np.sqrt(sums[name] / signal) for name in classes]),
                "the weights are not balanced at all": weights,
                "all events of a class weigh the same: scale the weights, and keep their ratios": np.array(
                    [n_signal * np.sqrt(sums[name] / signal) / np.sum(classes == name) for name in classes]
                ),
            },
            rtol=1e-4,
        )
    for name in there:
        total, right = found[classes == name].sum(), n_signal * np.sqrt(sums[name] / signal)
        that(np.isclose(total, right, rtol=1e-4), f"the class {name} sums to {total:.6g}, but should to {right:.6g}")
    close(found, expected, "the ratios of weights within a class have changed", rtol=1e-4)


def fills_class_matrix(
    function: Callable[..., Any], classes: np.ndarray, predicted: np.ndarray, weights: np.ndarray
) -> None:
    """Fail unless ``function(classes, predicted, weights)`` is the 5 x 5 confusion matrix, in fractions of a row.

    classes, predicted: (n_events,), names. weights: (n_events,). Each class has a sum of weights other than 0.
    """
    says = f"confusion should take {len(classes)} true and predicted classes and weights"
    found = call_unchanged(function, "confusion", classes, predicted, weights, says=says)
    shape(found, (5, 5), "the result of confusion", hint="a row and a column for each of CLASSES")
    found = numbers(found, "the result of confusion").astype(float)
    names = np.array(CLASSES)

    def matrix(order: np.ndarray, some_weights: np.ndarray) -> np.ndarray:
        return np.array([[some_weights[(classes == t) & (predicted == p)].sum() for p in order] for t in order])

    sums, counted = matrix(names, weights), matrix(names, np.ones(len(classes)))
    expected = sums / sums.sum(axis=1, keepdims=True)
    if np.allclose(found, expected, rtol=0, atol=1e-6):
        return
    alphabet = matrix(np.sort(names), weights)
    with np.errstate(all="ignore"):
        explained(
            found,
            {
                "the confusion matrix ignores the weights: add up weights, do not count events": counted
                / counted.sum(axis=1, keepdims=True),
                "the confusion matrix holds numbers of events: fractions of sums of weights are asked for": counted,
                "the confusion matrix holds sums of weights: divide each row by its sum": sums,
                "rows and columns have changed places: rows are what the events truly are": expected.T,
                "the columns sum to 1: divide each row, a true class, by its own sum": sums
                / sums.sum(axis=0, keepdims=True),
                "rows and columns have changed places, and the columns are true classes": (
                    sums.T / sums.T.sum(axis=1, keepdims=True)
                ),
                "rows were divided by the sums of other rows: keepdims=True keeps them apart": sums / sums.sum(axis=1),
                "all entries add up to 1: divide each row by its own sum": sums / sums.sum(),
                "rows and columns stand in the order of the alphabet: take that of CLASSES": alphabet
                / alphabet.sum(axis=1, keepdims=True),
            },
            atol=1e-6,
        )
    close(found, expected, "the confusion matrix is wrong: rows true, columns predicted, as fractions of a row")
