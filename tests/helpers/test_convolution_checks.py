"""Checks of a convolution, a pooling and the numbers of a small network: each mistake gets its own sentence."""

import re

import numpy as np
import pytest
from scipy.signal import correlate2d

from helpers import checks
from helpers.checks import CheckFailed

RNG = np.random.default_rng(1)
IMAGE = RNG.normal(size=(9, 6))
KERNEL = RNG.normal(size=(2, 4))
SQUARE = RNG.normal(size=(3, 3))


def slid(image, kernel):
    return correlate2d(image.astype(float), kernel, mode="valid")


def in_place(image, kernel):
    result = slid(image, kernel)
    image[0] = 0
    return result


def turns_the_kernel(image, kernel):
    result = slid(image, kernel)
    kernel[:] = kernel[::-1]
    return result


def last_column_left_out(image, kernel):
    result = slid(image, kernel)
    result[:, -1] = 0
    return result


def test_convolves():
    for image, kernel in ((IMAGE, KERNEL), (IMAGE, SQUARE), (np.eye(4, dtype=int), np.full((2, 2), 0.5))):
        checks.convolves(slid, image, kernel)
        checks.convolves(lambda *given: slid(*given).astype("float32").tolist(), image, kernel)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda i, k: slid(i, k[::-1, ::-1]), "your kernel is turned by 180 degrees"),
        (lambda i, k: slid(i, k[:, ::-1]), "mirrored left to right"),
        (lambda i, k: slid(i, k[::-1]), "rows are in reverse order"),
        (lambda i, k: slid(i, k.T), "the kernel is transposed"),
        (lambda i, k: slid(i, k) / k.size, "you took the mean"),
        (lambda i, k: i[:-2, :-2] * k.sum(), "uses one pixel of the image only"),
        (lambda i, k: np.maximum(slid(i, k), 0), "what comes out below zero was cut"),
        (lambda i, k: slid(np.maximum(i, 0), k), "pixels below zero count as zero"),
        (lambda i, k: slid(i, k).astype(int), "has lost its fractions"),
        (
            lambda i, k: [[(i[a : a + 3, b : b + 3] @ k).sum() for b in range(4)] for a in range(7)],
            "`@` multiplies matrices",
        ),
        (lambda i, k: slid(i, k) + 1, "the first output pixel is not what the formula gives"),
        (last_column_left_out, "some output pixels are not what the formula gives, for an image of 9 x 6"),
        (lambda i, k: np.zeros(i.shape), r"\(7, 4\) is expected: 9 - 3 \+ 1 by 6 - 3 \+ 1"),
        (in_place, "changed the image it was given"),
        (turns_the_kernel, "changed the kernel it was given"),
        (lambda i: i, "could not handle an image of 9 x 6 and a kernel of 3 x 3 .it raised TypeError"),
    ],
)
def test_convolves_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.convolves(function, IMAGE, SQUARE)


def blocks(image, size):
    height, width = image.shape[0] // size, image.shape[1] // size
    return image[: height * size, : width * size].reshape(height, size, width, size)


def largest(image, size):
    return blocks(image, size).max(axis=(1, 3))


def clears(image, size):
    result = largest(image, size)
    image[:] = 0
    return result


@pytest.mark.parametrize(("shape", "size"), [((6, 6), 3), ((7, 5), 2), ((5, 5), 1), ((38, 38), 2)])
def test_pools(shape, size):
    image = RNG.normal(size=shape)
    checks.pools(largest, image, size)
    checks.pools(lambda *given: largest(*given).tolist(), image, size)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda i, s: blocks(i, s).mean(axis=(1, 3)), "you took the mean"),
        (lambda i, s: blocks(i, s).sum(axis=(1, 3)), "you added up"),
        (lambda i, s: blocks(i, s).min(axis=(1, 3)), "the smallest value"),
        (lambda i, s: np.abs(blocks(i, s)).max(axis=(1, 3)), "its sign counts"),
        (lambda i, s: np.maximum(largest(i, s), 0), "no block comes out below zero"),
        (lambda i, s: largest(i[1:, 1:], s), "the last rows and columns, not the first"),
        (lambda i, s: largest(i, s).astype(int), "lost its fractions"),
        (lambda i, s: largest(i, s).T, "transposed"),
        (lambda i, s: largest(i, s) + 1, "the largest value of its block, for an image of 7 x 7"),
        (lambda i, s: i[:-1, :-1], "blocks do not overlap, and what does not fill a block is left out"),
        (clears, "changed the image it was given"),
        (lambda i, s: i.reshape(3, s, 3, s), "could not handle an image of 7 x 7 in blocks of 2 .it raised ValueError"),
    ],
)
def test_pools_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.pools(function, np.random.default_rng(2).normal(size=(7, 7)) * 3 - 1, 2)


@pytest.mark.parametrize("function", [lambda i, s: i, lambda i, s: i[:, :]])
def test_pools_wants_a_new_array(function):
    with pytest.raises(CheckFailed, match="returns the image itself, or a view of it"):
        checks.pools(function, IMAGE, 1)


def counted(flat_length, n_parameters):
    checks.counts(flat_length, n_parameters, side=40, convolutions=((8, 5), (16, 3)), pool=2)


def test_counts():
    counted(1024, 2401)
    counted(np.array([1024.0]), np.float32(2401))


@pytest.mark.parametrize(
    ("flat_length", "n_parameters", "says"),
    [
        (10 * 10 * 16, 2401, "a kernel of 5 x 5 makes 36 x 36 pixels of 40 x 40"),
        (10 * 10 * 8, 2401, "knows nothing of the border"),
        (9 * 9 * 16, 2401, "knows nothing of the border"),
        (8 * 8, 2401, "lacks the channels"),
        (8 * 8 * 8, 2401, "the channels of another convolution"),
        (8 * 8 * 16 * 8, 2401, "multiplies the channels"),
        (34 * 34 * 16, 2401, "is too long: each pooling divides"),
        (16 * 16 * 16, 2401, "is too long: each pooling divides"),
        (1025, 2401, "counts the bias of the dense layer"),
        (2401, 1024, "flat_length and n_parameters have changed places"),
        (999, 2401, "flat_length is not right"),
        (1024, 8 * 25 + 16 * 72 + 1024, "lacks the biases"),
        (1024, 2400, "lacks one bias"),
        (1024, 8 * 26 + 16 * 73, "lacks the dense layer"),
        (1024, 8 * 26 + 16 * 8 * 10 + 1025, "one bias too many for each channel"),
        (1024, 8 * 26 + 16 * 10 + 1025, "each sees all channels of the first"),
        (1024, 8 * 26, "n_parameters is too small"),
        (1024, 2409, "n_parameters is not right"),
        ("1024", 2401, "flat_length should hold numbers"),
        (1024, None, "n_parameters is None"),
    ],
)
def test_counts_says_what_is_wrong(flat_length, n_parameters, says):
    with pytest.raises(CheckFailed, match=re.escape(says)):
        counted(flat_length, n_parameters)
