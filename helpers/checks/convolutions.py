"""Checks of what a convolutional network does with a picture: convolve, pool, and count the numbers on the way."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import agrees, explained
from helpers.checks.values import close, equal, number, numbers, shape


def convolves(function: Callable[..., Any], image: np.ndarray, kernel: np.ndarray) -> None:
    """Fail unless ``function(image, kernel)`` slides the kernel (h, w) over the image (H, W), not turned over.

    The result has the shape (H - h + 1, W - w + 1). Forgives what sums in float32 lose.
    """
    from scipy.signal import correlate2d  # here, because its import takes as long as all checks together

    (height, width), (h, w) = image.shape, kernel.shape
    what = f"an image of {height} x {width} and a kernel of {h} x {w}"
    given = image.copy(), kernel.copy()
    found = call(function, *given, says=f"convolve2d could not handle {what}")
    equal(given[0], image, "convolve2d changed the image it was given: work on a new array")
    equal(given[1], kernel, "convolve2d changed the kernel it was given: work on a new array")

    def slid(kernel: np.ndarray, image: np.ndarray = image) -> np.ndarray:
        return np.asarray(correlate2d(image.astype(float), kernel, mode="valid"))

    expected = slid(kernel)
    hint = f"{height} - {h} + 1 by {width} - {w} + 1: the kernel must not stick out"
    shape(found, expected.shape, f"the result of convolve2d for {what}", hint=hint)
    found = numbers(found, "the result of convolve2d").astype(float)
    if agrees(found, expected, rtol=1e-5, atol=1e-5):
        return
    mistakes = {
        "your kernel is turned by 180 degrees: in the formula kernel[0, 0] meets the pixel of the smallest indices": (
            slid(kernel[::-1, ::-1])
        ),
        "the kernel is mirrored left to right: kernel[a, b] meets image[i + a, j + b]": slid(kernel[:, ::-1]),
        "the kernel's rows are in reverse order: kernel[a, b] meets image[i + a, j + b]": slid(kernel[::-1]),
        "you took the mean of the products: the formula adds them up": expected / kernel.size,
        "each output pixel uses one pixel of the image only: it should add up as many as the kernel has": kernel.sum()
        * image[: height - h + 1, : width - w + 1],
        "what comes out below zero was cut: a convolution adds up, positive or negative": np.maximum(expected, 0),
        "pixels below zero count as zero: they may be negative, too": slid(kernel, np.maximum(image, 0)),
        "the result has lost its fractions: make an array of floating-point numbers for it": np.trunc(expected),
    }
    if h == w:
        mistakes |= {
            "the kernel is transposed: kernel[a, b] meets image[i + a, j + b]": slid(kernel.T),
            "`@` multiplies matrices: here patch and kernel are multiplied entry by entry, with `*`": slid(
                np.ones((h, 1)) * kernel.sum(axis=1)
            ),
        }
    explained(found, mistakes)
    close(
        found[:1, :1],
        expected[:1, :1],
        "the first output pixel is not what the formula gives: multiply the kernel with the patch image[:h, :w], "
        "entry by entry, and add up",
        rtol=1e-5,
        atol=1e-5,
    )
    close(found, expected, f"some output pixels are not what the formula gives, for {what}", rtol=1e-5, atol=1e-5)


def pools(function: Callable[..., Any], image: np.ndarray, size: int) -> None:
    """Fail unless ``function(image, size)`` is the largest value of each whole block of size x size pixels."""
    height, width = image.shape
    what = f"an image of {height} x {width} in blocks of {size}"
    given = image.copy()
    found = call(function, given, size, says=f"max_pool could not handle {what}")
    equal(given, image, "max_pool changed the image it was given: work on a new array")
    expected = _pooled(np.max, image, size)
    hint = f"{height} // {size} by {width} // {size}: blocks do not overlap, and what does not fill a block is left out"
    shape(found, expected.shape, f"the result of max_pool for {what}", hint=hint)
    that(
        not np.shares_memory(np.asarray(found), given),
        "max_pool returns the image itself, or a view of it, which changes when the image does: return a new array",
    )
    found = numbers(found, "the result of max_pool").astype(float)
    if agrees(found, expected, rtol=1e-5, atol=1e-6):
        return
    mistakes = {
        "you took the mean of each block: max pooling keeps the largest value": _pooled(np.mean, image, size),
        "you added up each block: max pooling keeps the largest value": _pooled(np.sum, image, size),
        "you took the smallest value of each block: max pooling keeps the largest": _pooled(np.min, image, size),
        "you took the largest size of each block: its sign counts, -3 is smaller than 1": _pooled(
            np.max, np.abs(image), size
        ),
        "no block comes out below zero, although some hold negative values only": np.maximum(expected, 0),
        "what does not fill a block is left out at the end: the last rows and columns, not the first": (
            _pooled(np.max, image[height % size :, width % size :], size)
        ),
        "the result has lost its fractions: make an array of floating-point numbers for it": np.trunc(expected),
        "the result is transposed": expected.T,
    }
    explained(found, mistakes)
    close(found, expected, f"each output pixel should be the largest value of its block, for {what}", atol=1e-6)


def _pooled(reduce: Callable[..., Any], image: np.ndarray, size: int) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return np.asarray(reduce(windows[::size, ::size], axis=(2, 3)))


def counts(flat_length: Any, n_parameters: Any, side: int, convolutions: Sequence[tuple[int, int]], pool: int) -> None:
    """Fail unless the two numbers are those of a network on pictures of side x side pixels in one channel.

    convolutions: number and side of the kernels of each; a max pooling of pool x pool follows on each. Then the network
    is made flat, to flat_length numbers, and ends in a dense layer of one unit. n_parameters: all weights and biases.
    """
    flat_length, n_parameters = number(flat_length, "flat_length"), number(n_parameters, "n_parameters")
    channels, kernels = zip(*convolutions, strict=True)
    steps = len(convolutions)
    pixels = _last_side(side, kernels, [pool] * steps) ** 2
    right = pixels * channels[-1]
    borders = {
        _last_side(side, [1 if i in forgotten else k for i, k in enumerate(kernels)], [pool] * steps) ** 2
        for forgotten in ({0}, set(range(1, steps)), set(range(steps)))
    }
    unpooled = {_last_side(side, kernels, [pool] * n + [1] * (steps - n)) ** 2 for n in range(steps)}
    for says, lengths in (
        (f"knows nothing of the border: a kernel of {kernels[0]} x {kernels[0]} makes "
         f"{side - kernels[0] + 1} x {side - kernels[0] + 1} pixels of {side} x {side}",
         {n * k for n in borders for k in channels}),
        ("lacks the channels: flatten takes the pixels of all of them", {pixels}),
        ("has the channels of another convolution than the last", {pixels * k for k in channels[:-1]}),
        ("multiplies the channels of the convolutions: each kernel of the last sees all channels before it and makes "
         "one", {pixels * np.prod(channels)}),
        ("is too long: each pooling divides both sides of the picture", {n * k for n in unpooled for k in channels}),
        ("counts the bias of the dense layer: it is the length of the row that comes in", {right + 1}),
    ):  # fmt: skip
        that(flat_length == right or flat_length not in lengths, f"flat_length {says}")
    layers = _layers(right, channels, kernels)
    that(
        flat_length != _parameters(layers) or n_parameters != right,
        "flat_length and n_parameters have changed places",
    )
    that(
        flat_length == right,
        "flat_length is not right: follow the side of the picture through convolution (the kernel's side minus one is "
        "lost) and pooling (divided), and count the channels",
    )
    _counted(n_parameters, right, layers)


def _last_side(side: int, kernels: Sequence[int], pools: Sequence[int]) -> int:
    for kernel, pool in zip(kernels, pools, strict=True):
        side = (side - kernel + 1) // pool
    return side


def _layers(flat_length: int, channels: Sequence[int], kernels: Sequence[int]) -> list[tuple[int, int, int]]:
    """Units, weights of each unit in one channel that it sees, and number of these channels, layer by layer."""
    seen = (1, *channels[:-1])
    return [(k, size**2, c) for k, size, c in zip(channels, kernels, seen, strict=True)] + [(1, flat_length, 1)]


def _parameters(layers: list[tuple[int, int, int]]) -> int:
    return sum(units * (weights * seen + 1) for units, weights, seen in layers)


def _counted(n_parameters: float, flat_length: int, layers: list[tuple[int, int, int]]) -> None:
    right = _parameters(layers)
    for says, count in (
        ("lacks the biases: one for each kernel, and one for the dense unit",
         right - sum(units for units, _, _ in layers)),
        ("lacks one bias: the dense unit has one, too", right - 1),
        ("lacks the dense layer: a weight for each entry of the row, and a bias", right - flat_length - 1),
        ("holds one bias too many for each channel that comes in: a kernel has one bias, whatever it sees",
         right + sum(units * (seen - 1) for units, _, seen in layers)),
        ("takes the kernels of the second convolution for flat: each sees all channels of the first",
         _parameters([(units, weights, 1) for units, weights, _ in layers])),
    ):  # fmt: skip
        that(n_parameters != count, f"n_parameters {says}")
    that(
        n_parameters > flat_length,
        "n_parameters is too small: the dense layer alone has a weight for each entry of the row",
    )
    that(
        n_parameters == right,
        "n_parameters is not right: a kernel has its side squared times the channels it sees weights and one bias, the "
        "dense unit a weight for each entry of the row and a bias, pooling and flatten have nothing to learn",
    )
