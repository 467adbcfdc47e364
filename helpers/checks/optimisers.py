"""Checks of the steps that train a network: plain descent, a falling learning rate, Adam, and their number."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, equal, number, numbers, plain, shape

BETAS = np.array([0.9, 0.999])
EPSILON = 1e-7


def decays(function: Callable[..., Any], initial: float, decay: float, steps: Sequence[int]) -> None:
    """Fail unless ``function(step, initial, decay)`` is initial / (1 + decay step), for each step by itself."""
    found = np.array(
        [
            number(
                call(function, step, initial, decay, says=f"learning_rate could not handle step {step}"),
                "what learning_rate returns",
            )
            for step in steps
        ]
    )
    times = np.array(steps, dtype=float)
    expected = initial / (1 + decay * times)
    if agrees(found, expected, rtol=1e-6):
        return
    with np.errstate(all="ignore"):
        mistakes = {
            "learning_rate does not fall: divide the initial rate by 1 + decay step": np.full(len(steps), initial),
            "learning_rate falls exponentially: here it is the initial rate over 1 + decay step": (
                initial * np.exp(-decay * times)
            ),
            "learning_rate falls by a power of the decay: here it is the initial rate over 1 + decay step": (
                initial * decay**times
            ),
            "learning_rate falls by a power of 1 - decay: here it is the initial rate over 1 + decay step": (
                initial * (1 - decay) ** times
            ),
            "learning_rate falls by a power of 1 + decay: the step multiplies the decay": initial
            / (1 + decay) ** times,
            "learning_rate falls along a straight line, below zero in the end: divide by 1 + decay step": (
                initial * (1 - decay * times)
            ),
            "learning_rate falls along a straight line to zero: divide by 1 + decay step": np.maximum(
                initial * (1 - decay * times), 0
            ),
            "learning_rate counts the steps from 1: at step 0 it is the initial rate": initial
            / (1 + decay * (times + 1)),
            "learning_rate rises: divide by 1 + decay step": initial * (1 + decay * times),
            "learning_rate lacks the initial rate": 1 / (1 + decay * times),
            "learning_rate lacks the 1 below the line": initial / (decay * times),
            "learning_rate has a root in it, which is another schedule": initial / np.sqrt(1 + decay * times),
            "learning_rate falls with the square of the step": initial / (1 + decay * times**2),
            "learning_rate divides the step by the decay": initial / (1 + times / decay),
            "learning_rate divides anew at each step what it had before: the initial rate is divided once": np.array(
                [initial / np.prod(1 + decay * np.arange(step + 1)) for step in steps]
            ),
        }
    explained(found, mistakes, rtol=1e-6)
    close(found, expected, f"learning_rate is not right for the steps {list(steps)}", rtol=1e-6)


def descends(
    function: Callable[..., Any], parameters: Sequence[np.ndarray], gradients: Sequence[np.ndarray], rate: float
) -> None:
    """Fail unless ``function(parameters, gradients, rate)`` is a list of the parameters after a step downhill."""
    name = "gradient_descent_step"
    given = [[array.copy() for array in arrays] for arrays in (parameters, gradients)]
    found = call(function, *given, rate, says=f"{name} could not handle lists of {len(parameters)} arrays")
    for arrays, before in zip(given, (parameters, gradients), strict=True):
        _same_list(arrays, before, name)
    found = _like(found, parameters, f"what {name} returns")
    old = [array.astype(float) for array in parameters]
    slopes = [array.astype(float) for array in gradients]

    def moved(*shifts: Any) -> np.ndarray:
        return _flat([array + shift for array, shift in zip(old, shifts, strict=True)])

    joined, expected = _flat(found), moved(*(-rate * slope for slope in slopes))
    atol = 1e-5 * rate * max((float(np.abs(slope).max()) for slope in slopes), default=0.0)
    if agrees(joined, expected, rtol=1e-6, atol=atol):
        return
    norm = np.linalg.norm(_flat(slopes)) or 1.0
    mistakes = {
        f"{name} goes uphill: the gradient points to where the loss rises, so subtract it": moved(
            *(rate * slope for slope in slopes)
        ),
        f"{name} lacks the rate": moved(*(-slope for slope in slopes)),
        f"{name} divides by the rate: multiply with it": moved(*(-slope / rate if rate else slope for slope in slopes)),
        f"{name} leaves the parameters as they are": moved(*(0 * slope for slope in slopes)),
        f"{name} takes the sign of the gradient only: its size counts, too": moved(
            *(-rate * np.sign(slope) for slope in slopes)
        ),
        f"{name} takes the direction of the gradient only: its size counts, too": moved(
            *(-rate * slope / norm for slope in slopes)
        ),
        f"{name} returns the step alone: subtract it from the parameters": _flat([-rate * slope for slope in slopes]),
        f"{name} returns the step alone, uphill: subtract it from the parameters": _flat(
            [rate * slope for slope in slopes]
        ),
        f"{name} multiplies the parameters with the step: subtract it": _flat(
            [array * (1 - rate * slope) for array, slope in zip(old, slopes, strict=True)]
        ),
        f"{name} moves the first array only": moved(-rate * slopes[0], *(0 * slope for slope in slopes[1:])),
        f"{name} moves the last array only": moved(*(0 * slope for slope in slopes[:-1]), -rate * slopes[-1]),
    }
    explained(joined, mistakes, rtol=1e-6, atol=atol)
    close(joined, expected, f"{name} is not the parameters minus rate times gradient", rtol=1e-6, atol=atol)


def adapts(
    function: Callable[..., Any],
    parameters: Sequence[np.ndarray],
    rate: float,
    n_steps: int = 10,
    seed: int = 3,
    scale: float = 1.0,
) -> None:
    """Fail unless steps with ``function(parameters, gradients, means, squares, step, rate)`` are those of Adam.

    parameters: where they begin. Gradients are random, of size 0.1 to 10 times the scale, and 0 for the last entry of
    the last array. The function returns three lists, of new parameters, means and squares; steps count from 1. Epsilon
    may be added to the root of the squares after their correction, as in the paper, or before it, as in Keras.
    """
    rng = np.random.default_rng(seed)
    history: list[np.ndarray] = []
    start = _flat(parameters)
    current: list[Any] = [list(parameters), *([np.zeros_like(array) for array in parameters] for _ in range(2))]
    for step in range(1, n_steps + 1):
        gradient = scale * np.where(rng.random(start.size) < 0.7, 1, -1) * 10 ** rng.uniform(-1, 1, start.size)
        gradient[-1] = 0
        history.append(gradient)
        gradients = _split(gradient, parameters)
        given = [[array.copy() for array in arrays] for arrays in (current[0], gradients, *current[1:])]
        before = [[array.copy() for array in arrays] for arrays in given]
        found = call(function, *given, step, rate, says=f"adam_step could not handle step {step}")
        for arrays, original in zip(given, before, strict=True):
            _same_list(arrays, original, "adam_step")
        that(
            isinstance(found, tuple | list) and len(found) == 3,
            "adam_step should return three lists: the new parameters, means and squares",
        )
        kinds = ("parameters", "means", "squares")
        found = [_like(arrays, parameters, f"the new {kind}") for arrays, kind in zip(found, kinds, strict=True)]
        moved = _flat(found[0])
        that(
            bool(np.isfinite(moved[-1]) or not np.isfinite(moved[:-1]).any()),
            "a parameter whose gradient was always 0 has become NaN: epsilon keeps from dividing 0 by 0",
        )
        _squared(np.array(history), _flat(found[2]))
        _one_step(np.array(history), _flat(current[0]), _flat(found[0]), rate)
        _moments(np.array(history), _flat(found[1]), _flat(found[2]))
        current = found


def _one_step(history: np.ndarray, before: np.ndarray, after: np.ndarray, rate: float) -> None:
    """Compare the last step with what the history of gradients (n_steps, n_parameters) asks for."""
    step = len(history)
    mean, square = _averages(history)
    corrections = 1 - BETAS**step
    plain_mean, plain_square = corrections[0] * mean, corrections[1] * square
    found = (after - before) / rate
    expected = -mean / (np.sqrt(square) + EPSILON)
    tolerance = {"rtol": 2e-4, "atol": max(2e-4, 2e-6 * float(np.abs(before).max()) / rate)}
    of_keras = -mean / (np.sqrt(square) + EPSILON / np.sqrt(corrections[1]))
    without = np.divide(-mean, np.sqrt(square), out=np.zeros_like(mean), where=square > 0)
    if agrees(found, np.clip(found, np.minimum(of_keras, without), np.maximum(of_keras, without)), **tolerance):
        return
    that(
        bool(np.isfinite(found).all()),
        f"step {step} of adam_step is not finite: steps count from 1, and the corrections are 1 - beta to the power "
        "of the step",
    )
    with np.errstate(all="ignore"):
        swapped, other = _averages(history, BETAS[::-1])
        mistakes = {
            f"step {step} of adam_step lacks the corrections of the two averages for their start at 0": (
                -plain_mean / (np.sqrt(plain_square) + EPSILON)
            ),
            f"step {step} of adam_step lacks the correction of the squares for their start at 0": (
                -mean / (np.sqrt(plain_square) + EPSILON)
            ),
            f"step {step} of adam_step lacks the correction of the means for their start at 0": (
                -plain_mean / (np.sqrt(square) + EPSILON)
            ),
            f"step {step} of adam_step corrects as if one more step had been made: steps count from 1": (
                -plain_mean
                / (1 - BETAS[0] ** (step + 1))
                / (np.sqrt(plain_square / (1 - BETAS[1] ** (step + 1))) + EPSILON)
            ),
            f"step {step} of adam_step corrects with 1 - beta, whatever the step: beta to the power of the step "
            "belongs there": -plain_mean / (1 - BETAS[0]) / (np.sqrt(plain_square / (1 - BETAS[1])) + EPSILON),
            f"step {step} of adam_step adds epsilon below the root, where it outweighs small gradients: it is added to "
            "the root, sqrt(v) + epsilon": -mean / np.sqrt(square + EPSILON),
            f"step {step} of adam_step adds epsilon to the squares before their correction: it is added to the root, "
            "sqrt(v) + epsilon": -mean / np.sqrt(square + EPSILON / corrections[1]),
            f"step {step} of adam_step goes uphill: subtract": -expected,
            f"step {step} of adam_step does not move: the first step, too, goes against the gradient": 0 * expected,
            f"step {step} of adam_step divides by the mean square: its square root belongs there": (
                -mean / (square + EPSILON)
            ),
            f"step {step} of adam_step is that of plain descent: divide by the root of the mean square": -mean,
            f"step {step} of adam_step is that of plain descent, without any average": -history[-1],
            f"step {step} of adam_step lacks the rate": expected / rate,
            f"step {step} of adam_step divides the gradient itself: its mean belongs there": (
                -history[-1] / (np.sqrt(square) + EPSILON)
            ),
            f"in step {step} of adam_step the two betas have changed places": -swapped / (np.sqrt(other) + EPSILON),
            f"step {step} of adam_step takes the averages from before the step: bring them up to date first": (
                0 * expected
                if step == 1
                else -_averages(history[:-1])[0] / (np.sqrt(_averages(history[:-1])[1]) + EPSILON)
            ),
        }
    explained(found, mistakes, **tolerance)
    close(after, before + rate * expected, f"step {step} is not that of Adam", rtol=1e-6, atol=2e-4 * rate)


def _squared(history: np.ndarray, squares: np.ndarray) -> None:
    """Fail if the squares are averages of the gradients themselves, or of their sizes."""
    weights = (1 - BETAS[1]) * BETAS[1] ** np.arange(len(history))[::-1]
    for gradients in (history, np.abs(history)):
        says = "the new squares are averages of the gradients: square each gradient, g**2"
        explained(squares, {says: weights @ gradients}, rtol=1e-4, atol=1e-9 * float(np.abs(history).max()))


def _averages(history: np.ndarray, betas: np.ndarray = BETAS) -> tuple[np.ndarray, np.ndarray]:
    """Mean and mean square of the gradients, corrected: weighted means with weights that fall into the past."""
    ages = np.arange(len(history))[::-1]
    first, second = (np.average(history**power, axis=0, weights=betas[power - 1] ** ages) for power in (1, 2))
    return first, second


def _moments(history: np.ndarray, means: np.ndarray, squares: np.ndarray) -> None:
    step = len(history)
    swapped = [
        average * (1 - beta**step) for average, beta in zip(_averages(history, BETAS[::-1]), BETAS[::-1], strict=True)
    ]
    for position, (found, corrected, beta) in enumerate(zip((means, squares), _averages(history), BETAS, strict=True)):
        name = ("means", "squares")[position]
        correction = 1 - beta**step
        atol = 1e-6 * float(np.abs(corrected).max())
        explained(
            found,
            {
                f"the new {name} are the corrected ones, or lack the factor 1 - beta of the newest gradient: return "
                "beta times the old plus (1 - beta) times the newest, for the next step corrects anew": corrected,
                f"the new {name} are those from before the step": (
                    0 * corrected if step == 1 else _averages(history[:-1])[position] * (1 - beta ** (step - 1))
                ),
                f"the new {name} are averaged with the other beta: the two betas have changed places": swapped[
                    position
                ],
            },
            rtol=1e-4,
            atol=atol,
        )
        says = f"after step {step}, the new {name} are not beta times the old plus (1 - beta) times the newest"
        close(found, corrected * correction, says, rtol=1e-4, atol=atol)


def _same_list(arrays: Sequence[np.ndarray], before: Sequence[np.ndarray], name: str) -> None:
    changed = f"{name} changed what it was given: make new arrays in a new list (a -= b works in place, a - b does not)"
    that(len(arrays) == len(before), changed)
    for array, original in zip(arrays, before, strict=True):
        equal(array, original, changed)


def _like(found: Any, arrays: Sequence[np.ndarray], name: str) -> list[np.ndarray]:
    that(
        isinstance(found, list | tuple) and len(found) == len(arrays),
        f"{name} should be a list of as many arrays as there are parameters ({len(arrays)})",
    )
    for position, (item, array) in enumerate(zip(found, arrays, strict=True)):
        shape(item, array.shape, f"array {position} of {name}")
    return [plain(item, f"{name} at {position}") for position, item in enumerate(found)]


def _flat(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(array).astype(float) for array in arrays])


def _split(values: np.ndarray, like: Sequence[np.ndarray]) -> list[np.ndarray]:
    ends = np.cumsum([array.size for array in like])[:-1]
    return [
        part.reshape(array.shape).astype(array.dtype) for part, array in zip(np.split(values, ends), like, strict=True)
    ]


def counts_updates(function: Callable[..., Any], n_events: int, batch_size: int) -> None:
    """Fail unless ``function(n_events, batch_size)`` is the number of batches, with the last, smaller one."""
    case = f"for {n_events} events in batches of {batch_size}"
    says = f"updates_per_epoch could not handle {n_events} events in batches of {batch_size}"
    found = number(call(function, n_events, batch_size, says=says), "what updates_per_epoch returns")
    whole, rest = divmod(n_events, batch_size)
    right = whole + (rest > 0)
    that(found == int(found), f"updates_per_epoch is {found:g} {case}: a number of updates is whole")
    if found != right:
        explained(
            numbers(found, "the number"),
            {
                f"updates_per_epoch leaves out the last, smaller batch: {right} updates {case}": whole,
                f"updates_per_epoch adds the events that are left over, not one batch of them, {case}": whole + rest,
                f"updates_per_epoch counts a batch too many {case}": right + 1,
                f"updates_per_epoch is 1 {case}: an epoch has an update for each batch": 1,
                f"updates_per_epoch is the number of events {case}: an epoch has an update for each batch": n_events,
            },
            rtol=0,
        )
    that(found == right, f"updates_per_epoch is {found:g} {case}, but {right} is right")
