"""Checks of the steps that train a network: each mistake gets its own sentence."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

STEPS = (0, 1, 2, 3, 10, 1000)


def test_decays():
    for initial, decay in ((0.1, 0.5), (1e-3, 1e-3), (0.3, 0)):
        checks.decays(lambda t, r, d: r / (1 + d * t), initial, decay, STEPS)
        checks.decays(lambda t, r, d: np.array([r / (1 + d * t)]), initial, decay, STEPS)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda t, r, d: r, "does not fall"),
        (lambda t, r, d: r * np.exp(-d * t), "falls exponentially"),
        (lambda t, r, d: r * d**t, "falls by a power of the decay"),
        (lambda t, r, d: r * (1 - d) ** t, "falls by a power of 1 - decay"),
        (lambda t, r, d: r / (1 + d) ** t, r"falls by a power of 1 \+ decay"),
        (lambda t, r, d: r * (1 - d * t), "falls along a straight line, below zero"),
        (lambda t, r, d: max(r * (1 - d * t), 0), "falls along a straight line to zero"),
        (lambda t, r, d: r / (1 + d * (t + 1)), "counts the steps from 1"),
        (lambda t, r, d: r * (1 + d * t), "learning_rate rises"),
        (lambda t, r, d: 1 / (1 + d * t), "lacks the initial rate"),
        (lambda t, r, d: r / (1 + d * t) ** 0.5, "has a root in it"),
        (lambda t, r, d: r / (1 + d * t**2), "falls with the square of the step"),
        (lambda t, r, d: r / (1 + t / d), "divides the step by the decay"),
        (lambda t, r, d: r / np.prod(1 + d * np.arange(t + 1)), "divides anew at each step"),
        (lambda t, r, d: r / (2 + d * t), "is not right for the steps"),
        (lambda t, r, d: [r, t], "should be one number"),
        (lambda t, r, d: r / t, "learning_rate could not handle step 0"),
    ],
)
def test_decays_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.decays(function, 0.1, 0.3, STEPS)


def test_decays_says_that_the_one_is_lacking():
    with pytest.raises(CheckFailed, match="lacks the 1 below the line"):
        checks.decays(lambda t, r, d: r / (d * t), 0.1, 0.3, STEPS[1:])


PARAMETERS, GRADIENTS = (
    [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([4.0])],
    [np.array([[0.5, 2], [0, -1]]), -np.ones(1)],
)


def pairs(function):
    return lambda p, g, r: [function(a, b, r) for a, b in zip(p, g, strict=True)]


def in_place(p, g, r):
    for a, b in zip(p, g, strict=True):
        a -= r * b
    return p


def in_the_list(p, g, r):
    p[0] = p[0] - r * g[0]
    p.append(0)
    return p


def test_descends():
    for rate in (0.1, 3.0, 1e-6, 0.0):
        checks.descends(pairs(lambda a, b, r: a - r * b), PARAMETERS, GRADIENTS, rate)
        checks.descends(pairs(lambda a, b, r: (a - r * b).tolist()), PARAMETERS[:1], GRADIENTS[:1], rate)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (pairs(lambda a, b, r: a + r * b), "goes uphill"),
        (pairs(lambda a, b, r: a - b), "lacks the rate"),
        (pairs(lambda a, b, r: a - b / r), "divides by the rate"),
        (pairs(lambda a, b, r: a), "leaves the parameters as they are"),
        (pairs(lambda a, b, r: a - r * np.sign(b)), "takes the sign of the gradient only"),
        (lambda p, g, r: [a - r * b / 2.5 for a, b in zip(p, g, strict=True)], "takes the direction of the gradient"),
        (pairs(lambda a, b, r: -r * b), "returns the step alone: subtract it"),
        (pairs(lambda a, b, r: r * b), "returns the step alone, uphill"),
        (pairs(lambda a, b, r: a * (1 - r * b)), "multiplies the parameters with the step"),
        (lambda p, g, r: [p[0] - r * g[0], p[1]], "moves the first array only"),
        (lambda p, g, r: [p[0], p[1] - r * g[1]], "moves the last array only"),
        (pairs(lambda a, b, r: a - 3 * r * b), "is not the parameters minus rate times gradient"),
        (lambda p, g, r: p[0] - r * g[0], "should be a list of as many arrays"),
        (lambda p, g, r: [p[0] - r * g[0]], "should be a list of as many arrays"),
        (pairs(lambda a, b, r: (a - r * b).ravel()), "the shape of array 0 of what"),
        (lambda p, g, r: p - r * g, "could not handle lists of 2 arrays"),
        (in_place, "changed what it was given"),
        (in_the_list, "changed what it was given"),
    ],
)
def test_descends_says_what_is_wrong(function, says):
    gradients = [array * 2.5 / np.sqrt(6.25) for array in GRADIENTS]  # of length 2.5
    with pytest.raises(CheckFailed, match=says):
        checks.descends(function, PARAMETERS, gradients, 0.1)


def adam(move, betas=(0.9, 0.999), kept=lambda mean, square, old, step: (mean, square)):
    """A step of Adam with another last line or other averages. move: of mean, square, gradient and step."""

    def one(parameter, gradient, mean, square, step, rate):
        old = mean, square
        mean, square = betas[0] * mean + (1 - betas[0]) * gradient, betas[1] * square + (1 - betas[1]) * gradient**2
        with np.errstate(all="ignore"):
            return parameter - rate * move(mean, square, gradient, step, rate), *kept(mean, square, old, step)

    def step_function(parameters, gradients, means, squares, step, rate):
        new = [one(*arrays, step, rate) for arrays in zip(parameters, gradients, means, squares, strict=True)]
        return tuple(map(list, zip(*new, strict=True)))

    return step_function


def corrected(m, v, g, t, r, betas=(0.9, 0.999), epsilon=1e-7):
    return m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + epsilon)


def of_keras(m, v, g, t, r):
    return np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)


RIGHT = adam(corrected)
BEGIN = [np.array([[1.0, -2.0, 0.3], [0.0, 4.0, 1.0]]), np.array([0.5])]


def test_adapts():
    for rate in (0.1, 1e-3, 3.0):
        for begin in (BEGIN, BEGIN[:1], [array.astype("float32") for array in BEGIN]):
            checks.adapts(RIGHT, begin, rate)
            checks.adapts(adam(of_keras), begin, rate)
    for scale in (1e-9, 1e-7, 1e-5):
        checks.adapts(RIGHT, BEGIN, 0.1, scale=scale)
        checks.adapts(adam(of_keras), BEGIN, 0.1, scale=scale)
    checks.adapts(lambda *given: [[a.tolist() for a in arrays] for arrays in RIGHT(*map(arrayed, given))], BEGIN, 0.1)


def arrayed(given):
    return [np.asarray(array) for array in given] if isinstance(given, list) else given


def changes_the_means(parameters, gradients, means, squares, step, rate):
    found = RIGHT(parameters, gradients, means, squares, step, rate)
    means[0] += 1
    return found


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (adam(lambda m, v, g, t, r: m / (np.sqrt(v) + 1e-7)), "lacks the corrections of the two averages"),
        (adam(lambda m, v, g, t, r: m / (1 - 0.9**t) / (np.sqrt(v) + 1e-7)), "lacks the correction of the squares"),
        (adam(lambda m, v, g, t, r: m / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)), "lacks the correction of the means"),
        (adam(lambda m, v, g, t, r: corrected(m, v, g, t + 1, r)), "as if one more step had been made"),
        (adam(lambda m, v, g, t, r: corrected(m, v, g, t - 1, r)), "step 1 of adam_step is not finite"),
        (adam(lambda m, v, g, t, r: corrected(m, v, g, 1, r)), "step 2 of adam_step corrects with 1 - beta"),
        (adam(lambda m, v, g, t, r: -corrected(m, v, g, t, r)), "goes uphill"),
        (adam(lambda m, v, g, t, r: (t > 1) * corrected(m, v, g, t, r)), "step 1 of adam_step does not move"),
        (adam(lambda m, v, g, t, r: m / (1 - 0.9**t) / (v / (1 - 0.999**t) + 1e-7)), "divides by the mean square"),
        (adam(lambda m, v, g, t, r: m / (1 - 0.9**t)), "is that of plain descent: divide by the root"),
        (adam(lambda m, v, g, t, r: g), "is that of plain descent"),
        (adam(lambda m, v, g, t, r: corrected(m, v, g, t, r) / r), "lacks the rate"),
        (
            adam(lambda m, v, g, t, r: g / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)),
            "step 2 of adam_step divides the gradient itself",
        ),
        (adam(lambda m, v, g, t, r: corrected(m, v, g, t, r, epsilon=0)), "epsilon keeps from dividing 0 by 0"),
        (adam(lambda m, v, g, t, r: 2 * corrected(m, v, g, t, r)), "step 1 is not that of Adam"),
        (
            adam(lambda m, v, g, t, r: corrected(m, v, g, t, r, betas=(0.999, 0.9)), betas=(0.999, 0.9)),
            "the new means are averaged with the other beta",
        ),
        (
            adam(corrected, kept=lambda m, v, old, t: (m / (1 - 0.9**t), v / (1 - 0.999**t))),
            "the new means are the corrected ones",
        ),
        (adam(corrected, kept=lambda m, v, old, t: (m, v / (1 - 0.999**t))), "the new squares are the corrected ones"),
        (adam(corrected, kept=lambda m, v, old, t: old), "the new means are those from before the step"),
        (
            adam(corrected, kept=lambda m, v, old, t: (10 * m, v)),
            "the new means are the corrected ones, or lack the factor 1 - beta",
        ),
        (adam(corrected, kept=lambda m, v, old, t: (m, 2 * v)), "the new squares are not beta times the old"),
        (lambda *given: RIGHT(*given)[0], "should return three lists"),
        (lambda *given: [RIGHT(*given)[0][0]] * 3, "the new parameters should be a list of as many arrays"),
        (lambda p, g, m, v, t, r: p @ g, "adam_step could not handle step 1"),
        (changes_the_means, "adam_step changed what it was given"),
    ],
)
def test_adapts_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.adapts(function, BEGIN, 0.1)


@pytest.mark.parametrize(
    ("move", "says"),
    [
        (lambda m, v, g, t, r: m / (1 - 0.9**t) / np.sqrt(v / (1 - 0.999**t) + 1e-7), "adds epsilon below the root"),
        (
            lambda m, v, g, t, r: np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / np.sqrt(v + 1e-7),
            "adds epsilon to the squares before their correction",
        ),
        (lambda *given: corrected(*given, epsilon=1e-4), "is not that of Adam"),
    ],
)
def test_adapts_sees_where_epsilon_stands_if_gradients_are_small(move, says):
    with pytest.raises(CheckFailed, match=says):
        checks.adapts(adam(move), BEGIN, 0.1, scale=1e-7)


@pytest.mark.parametrize("power", [lambda g: g, np.abs])
def test_adapts_says_that_gradients_are_not_squared(power):
    def step_function(parameters, gradients, means, squares, step, rate):
        new, means, _ = RIGHT(parameters, gradients, means, squares, step, rate)
        return new, means, [0.999 * v + 0.001 * power(g) for v, g in zip(squares, gradients, strict=True)]

    with pytest.raises(CheckFailed, match="square each gradient"):
        checks.adapts(step_function, BEGIN, 0.1)


def test_adapts_says_that_averages_are_old():
    """They show in the second step: in the first there are none yet."""

    def late(parameters, gradients, means, squares, step, rate):
        _, new_means, new_squares = RIGHT(parameters, gradients, means, squares, step, rate)
        if step == 1:
            return RIGHT(parameters, gradients, means, squares, step, rate)
        moves = [corrected(m, v, None, step - 1, rate) for m, v in zip(means, squares, strict=True)]
        return [p - rate * move for p, move in zip(parameters, moves, strict=True)], new_means, new_squares

    with pytest.raises(CheckFailed, match="step 2 of adam_step takes the averages from before the step"):
        checks.adapts(late, BEGIN, 0.1)


CASES = ((10, 4), (8, 4), (3, 10), (1, 1), (7, 1))


def test_counts_updates():
    for case in CASES:
        checks.counts_updates(lambda n, b: -(-n // b), *case)
        checks.counts_updates(lambda n, b: np.ceil(n / b), *case)


@pytest.mark.parametrize(
    ("function", "case", "says"),
    [
        (lambda n, b: n / b, (10, 4), "a number of updates is whole"),
        (lambda n, b: n // b, (10, 4), "leaves out the last, smaller batch: 3 updates for 10 events in batches of 4"),
        (lambda n, b: n // b, (3, 10), "leaves out the last, smaller batch"),
        (lambda n, b: n // b + 1, (8, 4), "counts a batch too many for 8 events"),
        (lambda n, b: n // b + n % b, (11, 4), "adds the events that are left over"),
        (lambda n, b: 1, (8, 4), "is 1 for 8 events in batches of 4"),
        (lambda n, b: n, (8, 4), "is the number of events"),
        (lambda n, b: 17, (8, 4), "is 17 for 8 events in batches of 4, but 2 is right"),
        (lambda n, b: n[0], (8, 4), "could not handle 8 events in batches of 4"),
    ],
)
def test_counts_updates_says_what_is_wrong(function, case, says):
    with pytest.raises(CheckFailed, match=says):
        checks.counts_updates(function, *case)
