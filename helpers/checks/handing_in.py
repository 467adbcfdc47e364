"""Checks of a function that scores the secret jets of the challenge and hands the scores in."""

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from helpers.checks.failure import that
from helpers.checks.functions import call
from helpers.checks.mistakes import explained
from helpers.checks.picture_networks import BRIGHTENINGS
from helpers.checks.values import close, shape

CONSTITUENTS = (200, 4)  # of each secret jet: how many, and how many numbers of each
FOLDER = "submission_predictions"
# What Keras's words hold beside the reason: colours, line breaks, the arguments of its own calls.
KERAS_ONLY = re.compile(r"\x1b\[\d*m|\s*\n\s*|Arguments received by.*", re.DOTALL)
MOST_NETWORKS = 5
SCORE_TOLERANCE = 1e-4


@dataclass(frozen=True)
class _Outcome:
    """What a call left in an empty folder: the array of each .npy file by name, and what it returned or raised."""

    arrays: dict[str, np.ndarray]
    n_files: int
    returned: Any
    error: Exception | None


def hands_in(
    predict: Callable[..., Any],
    inputs: np.ndarray,
    weights: np.ndarray,
    group: str,
    network: str,
    features: Sequence[Callable[..., Any]] = (),
) -> None:
    """Fail unless ``predict(model, *features, group, network)`` writes the model's scores and returns their path.

    inputs: of the secret jets, (n_jets, ...), as the model should get them. weights: what a linear model multiplies
    them with, of the shape of one jet's inputs. The file is ``submission_predictions/<group>_<network>.npy``.
    """
    name = _name(predict)
    weights = np.asarray(weights, dtype=float)
    found = _called(predict, _linear(weights[..., np.newaxis]), *features, group, network)
    if found.error is not None:
        _explain_error(found.error, predict, features, group, network)
    wanted = f"{FOLDER}/{group}_{network}.npy"
    that(
        list(found.arrays) == [wanted],
        f"group {group}, network {network}: expected the file {wanted}, found {sorted(found.arrays) or 'none'}",
    )
    that(found.n_files == 1, f"{name} leaves a file behind beside {wanted}")
    scores = found.arrays[wanted]
    shape(scores, (len(inputs),), "the array in the file", hint="one score per secret jet")
    that(scores.dtype == np.float32, f"the scores should be float32, but they are {scores.dtype}")
    expected = np.tensordot(inputs.astype(float), weights, axes=weights.ndim)
    if not features:
        _explain_pictures(scores.astype(float), expected, inputs, weights, predict)
    _compare(scores.astype(float), expected, name)
    that(
        isinstance(found.returned, str | os.PathLike) and Path(found.returned).name == Path(wanted).name,
        f"{name} should return the path of the file that it wrote",
    )


def _explain_error(
    error: Exception,
    predict: Callable[..., Any],
    features: Sequence[Callable[..., Any]],
    group: str,
    network: str,
) -> None:
    """Fail with what made the function fail: with a network on the constituents themselves it may work."""
    name = _name(predict)
    on_constituents = np.random.default_rng(8).normal(size=(*CONSTITUENTS, 1))
    needed = "features(constituents)" if features else "jets.images(constituents)"
    that(
        _called(predict, _linear(on_constituents), *features, group, network).error is not None,
        f"{name} gives the network the constituents as they are: give it {needed}, which has the shape it was made for",
    )
    words = KERAS_ONLY.sub(" ", str(error)).strip()
    that(False, f"{name} failed with a small network: {words}")


def _explain_pictures(
    scores: np.ndarray, expected: np.ndarray, pictures: np.ndarray, weights: np.ndarray, predict: Callable[..., Any]
) -> None:
    """Fail with what was done to the pictures, (n_jets, 40, 40, 1), before the network got them."""
    if np.allclose(scores, expected, rtol=SCORE_TOLERANCE, atol=SCORE_TOLERANCE):
        return
    as_they_are = "give it jets.images(...) as they are"
    for change, brighten in BRIGHTENINGS.items():
        product = np.tensordot(brighten(pictures.astype(float)), weights, axes=weights.ndim)
        sentence = f"the network gets the pictures after {change}: {as_they_are}, the network brightens them itself"
        explained(scores, {sentence: product}, rtol=SCORE_TOLERANCE, atol=SCORE_TOLERANCE)
    transposed = np.tensordot(pictures.swapaxes(1, 2).astype(float), weights, axes=weights.ndim)
    explained(
        scores,
        {f"the network gets the pictures with rows and columns exchanged: {as_they_are}": transposed},
        rtol=SCORE_TOLERANCE,
        atol=SCORE_TOLERANCE,
    )
    sums = list(_called(predict, _linear(np.ones((*weights.shape, 1))), "quarks", "sums").arrays.values())
    if sums and sums[0].shape == expected.shape and sums[0].min() > 10:
        sentence = f"the pixels of a picture add up to the jet's pT in GeV and not to 1: {as_they_are}, normalised"
        explained(scores / sums[0], {sentence: expected}, rtol=SCORE_TOLERANCE, atol=SCORE_TOLERANCE)


def _compare(scores: np.ndarray, expected: np.ndarray, name: str) -> None:
    if np.allclose(scores, expected, rtol=SCORE_TOLERANCE, atol=SCORE_TOLERANCE):
        return
    mistakes = {
        "the scores are upside down: hand in what the network gives": (-expected, 1 - expected),
        "the scores are decisions, 0 or 1: hand in what the network gives, so that a cut can be put anywhere": (
            expected > 0.5,
            expected > np.median(expected),
        ),
    }
    for sentence, values in mistakes.items():
        for wrong in values:
            explained(scores, {sentence: wrong}, rtol=SCORE_TOLERANCE, atol=SCORE_TOLERANCE)
    in_order = np.allclose(np.sort(scores), np.sort(expected), rtol=SCORE_TOLERANCE, atol=SCORE_TOLERANCE)
    that(
        not in_order,
        "the scores are in another order than the secret jets: score the jets as they stand",
    )
    close(
        scores,
        expected,
        f"{name} writes other scores than those of the network for the secret jets: the inputs of all secret jets, "
        "with all their constituents, into model.predict, nothing else",
        rtol=SCORE_TOLERANCE,
        atol=SCORE_TOLERANCE,
    )


def lets_submit_refuse(
    predict: Callable[..., Any], weights: np.ndarray, features: Sequence[Callable[..., Any]] = ()
) -> None:
    """Fail unless ``predict(model, *features, group, network)`` refuses bad networks and names and writes nothing.

    weights: those of a good linear model, of the shape of one jet's inputs.
    """
    good = np.asarray(weights, dtype=float)[..., np.newaxis]
    networks = {
        "scores that are not a number": np.nan * good,
        "a network with two outputs": np.repeat(good, 2, axis=-1),
        "a network that gives the same score to every jet": 0 * good,
    }
    for what, kernel in networks.items():
        _refuses(predict, what, _linear(kernel), *features, "quarks", "bad")
    small = _linear(good)
    for what, names in {
        "a group that is a path": ("../quarks", "small"),
        "an empty name of the network": ("quarks", ""),
    }.items():
        _refuses(predict, what, small, *features, *names)
    for function in features:
        _refuses(predict, "a jet that is left out", small, lambda jets, f=function: f(jets)[1:], "quarks", "short")


def allows_five(predict: Callable[..., Any], weights: np.ndarray, features: Sequence[Callable[..., Any]] = ()) -> None:
    """Fail unless a group may hand in five networks with ``predict(model, *features, group, network)``, and not six."""
    small = _linear(np.asarray(weights, dtype=float)[..., np.newaxis])

    def hand_in() -> None:
        for number in range(MOST_NETWORKS + 1):
            predict(small, *features, "quarks", f"net{number}")

    found = _called(hand_in)
    that(
        found.error is not None and len(found.arrays) == MOST_NETWORKS,
        f"a group may hand in {MOST_NETWORKS} networks and keeps their files; the sixth should be refused",
    )


def _refuses(predict: Callable[..., Any], what: str, *arguments: Any) -> None:
    name, found = _name(predict), _called(predict, *arguments)
    that(
        found.error is not None or all(np.isfinite(array).all() for array in found.arrays.values()),
        f"{name} writes {what} into a file, which submit refuses to do: write the file with submit",
    )
    that(
        found.error is not None or found.n_files > 0,
        f"with {what} {name} raises no error and writes no file: submit refused, and your function went on. Let its "
        "error through (no try)",
    )
    that(
        found.error is not None,
        f"{name} accepts {what}: hand the scores to submit as they are, and let it refuse them",
    )
    that(found.n_files == 0, f"{name} refuses {what}, but leaves a file behind")


def _called(function: Callable[..., Any], *arguments: Any) -> _Outcome:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        returned, error = None, None
        try:
            returned = function(*arguments)
        except NotImplementedError:
            raise
        except Exception as raised:
            error = raised
        files = {path.relative_to(folder).as_posix(): path for path in Path(folder).rglob("*") if path.is_file()}
        arrays = {
            name: call(np.load, path, says=f"{name} is not a file that np.load can read")
            for name, path in files.items()
            if name.endswith(".npy")
        }
        return _Outcome(arrays, len(files), returned, error)


def _linear(kernel: np.ndarray) -> Any:
    """A Keras network from inputs of the shape kernel.shape[:-1] to their products with the kernel, (n, n_units)."""
    import keras  # here, because notebooks without networks need not wait for it

    *inputs, units = kernel.shape
    layers = [keras.layers.Flatten(name="row"), keras.layers.Dense(units, name="output")]
    model = keras.Sequential([keras.Input(tuple(inputs), name="inputs"), *layers], name="small_network")
    model.layers[-1].set_weights([kernel.reshape(-1, units).astype("float32"), np.zeros(units, dtype="float32")])
    return model


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "your function"))
