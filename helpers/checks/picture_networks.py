"""Checks of a network that tags pictures of jets."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from helpers.checks.areas import roc_area
from helpers.checks.failure import that
from helpers.checks.network_outputs import outputs_of
from helpers.checks.taggers import tags
from helpers.checks.values import close, numbers

# Axes of the kernels of convolutions over rows or columns, and over both.
CONVOLUTIONS = (3, 4)
# What a student may have done to all pictures, (n_jets, 40, 40, 1), instead of in the network.
BRIGHTENINGS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "a root": np.sqrt,
    "ten times the root": lambda pictures: 10 * np.sqrt(pictures),
    "a factor of 10": lambda pictures: 10 * pictures,
    "a factor of 100": lambda pictures: 100 * pictures,
    "a factor of 1000": lambda pictures: 1000 * pictures,
    "a logarithm": lambda pictures: np.log1p(1000 * pictures),
    "the brightest pixel": lambda pictures: pictures / pictures.max(axis=(1, 2, 3), keepdims=True),
}


def tags_pictures(network: Any, samples: Mapping[str, tuple[np.ndarray, np.ndarray]], bar: float) -> float:
    """The area under the ROC curve of a CNN on the validation pictures; fail unless it exceeds the bar.

    network: ends in one sigmoid unit, the probability of label 1, top. samples: pictures (n_jets, 40, 40, 1), as
    ``jets.images`` gives them, and labels by "training", "validation" and "test"; see ``tags``.
    """
    import keras  # here, because notebooks without networks need not wait for it

    pictures, labels = samples["validation"]
    that(isinstance(network, keras.Model), f"network should be a keras model, but its type is {type(network).__name__}")
    _outputs(network, pictures[:100])
    that(
        any(len(weights.shape) in CONVOLUTIONS for weights in network.trainable_weights),
        "network has no convolution in it that was trained: this notebook asks for a CNN",
    )
    scores = _outputs(network, pictures)
    that(
        scores.shape in ((len(pictures),), (len(pictures), 1)),
        f"network should end in one unit, but its output has the shape {scores.shape}",
    )
    area = roc_area(labels, scores.ravel())
    if area <= bar:
        _scaled_outside(network, pictures, labels, area)
    that(
        scores.std() > 1e-3,
        "network gives every picture the same score: are the pixels too faint for it, and did it train?",
    )
    area = tags(lambda images: images, network, samples, bar=0.0)
    that(
        area > bar,
        f"the AUC on the validation pictures is {area:.4f}; it should exceed {bar}: brighten the pixels inside the "
        "network, give it more kernels or another convolution, train while the validation loss falls",
    )
    some = np.random.default_rng(18).permutation(len(pictures))[:300]
    says = "a picture's score changes with the pictures that are scored with it"
    close(_outputs(network, pictures[some]).ravel(), scores.ravel()[some], says, rtol=0, atol=2e-3)
    return area


def _scaled_outside(network: Any, pictures: np.ndarray, labels: np.ndarray, area: float) -> None:
    areas = {
        name: roc_area(labels, _outputs(network, change(pictures)).ravel()) for name, change in BRIGHTENINGS.items()
    }
    best = max(areas, key=lambda name: areas[name])
    that(
        areas[best] < max(area + 0.05, 0.93),
        f"network tags the pictures only after they were changed (AUC {area:.3f} as `jets.images` gives them, "
        f"{areas[best]:.3f} after {best}): what brightens them belongs into the network, as its first step",
    )


def _outputs(network: Any, pictures: np.ndarray) -> np.ndarray:
    says = "network could not handle pictures of the shape (n_jets, 40, 40, 1)"
    return numbers(outputs_of(network, pictures, says), "the output of network")
