"""Checks of a function that hands scores in: each mistake gets its own sentence."""

import numpy as np
import pytest

from helpers import challenge, checks, datasets
from helpers.checks import CheckFailed

N_JETS = 60
SECRET = np.random.default_rng(1).normal(size=(N_JETS, 200, 4)).astype("float32")
WEIGHTS = [1.0, -0.5, 0.25]


@pytest.fixture(autouse=True)
def few_jets(monkeypatch):
    monkeypatch.setattr(datasets, "count_jets", lambda name: N_JETS)


def energies(constituents):
    return constituents[:, :3, 0]


def scored(model, features):
    return model.predict(features(SECRET), verbose=0)


def predict(model, features, group, network):
    return challenge.submit(scored(model, features), group, network)


def test_a_function_that_hands_in():
    checks.hands_in(predict, energies(SECRET), WEIGHTS, "quarks", "small", [energies])
    checks.lets_submit_refuse(predict, WEIGHTS, [energies])
    checks.allows_five(predict, WEIGHTS, [energies])


def hands_in_another(change):
    return lambda model, features, group, network: challenge.submit(change(scored(model, features)), group, network)


def beside(model, features, group, network):
    np.savetxt("scores.txt", np.zeros(3))
    return predict(model, features, group, network)


def in_double(model, features, group, network):
    path = predict(model, features, group, network)
    np.save(path, np.load(path).astype(float))
    return path


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (hands_in_another(lambda scores: -scores), "upside down"),
        (hands_in_another(lambda scores: scores > 0.5), "are decisions, 0 or 1"),
        (hands_in_another(lambda scores: np.sort(scores, axis=0)), "in another order than the secret jets"),
        (hands_in_another(lambda scores: scores**3), "writes other scores than those of the network"),
        (hands_in_another(lambda scores: scores[1:]), "failed with a small network: there are 59 scores for 60"),
        (lambda m, f, g, n: predict(m, f, n, g), "expected the file .*quarks_small.npy, found .*small_quarks.npy"),
        (lambda m, f, g, n: scored(m, f), "found none"),
        (lambda m, f, g, n: [predict(m, f, g, n)], "should return the path of the file"),
        (beside, "leaves a file behind beside submission_predictions/quarks_small.npy"),
        (in_double, "should be float32, but they are float64"),
        (
            lambda m, f, g, n: challenge.submit(m.predict(SECRET, verbose=0), g, n),
            r"gives the network the constituents as they are: give it features\(constituents\)",
        ),
        (
            lambda m, f, g, n: challenge.submit(m.predict(SECRET[:, :7, 0], verbose=0), g, n),
            "failed with a small network: .*to have value 3, but received input with shape .32, 7.$",
        ),
    ],
)
def test_hands_in_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.hands_in(function, energies(SECRET), WEIGHTS, "quarks", "small", [energies])


def test_hands_in_knows_a_network_on_pictures_that_was_given_constituents():
    def given_constituents(model, group, network):
        return challenge.submit(model.predict(SECRET, verbose=0), group, network)

    with pytest.raises(CheckFailed, match=r"as they are: give it jets.images\(constituents\)"):
        checks.hands_in(given_constituents, np.zeros((N_JETS, 40, 40, 1)), np.ones((40, 40, 1)), "quarks", "pixels")


def pictures_of():
    pictures = np.random.default_rng(2).random((N_JETS, 40, 40, 1)).astype("float32")
    return pictures / pictures.sum(axis=(1, 2, 3), keepdims=True)


PICTURES = pictures_of()
TOTALS = np.linspace(400, 600, N_JETS)[:, None, None, None]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (np.sqrt, "gets the pictures after a root: give it jets.images"),
        (lambda pictures: 10 * np.sqrt(pictures), "gets the pictures after ten times the root"),
        (lambda pictures: pictures.swapaxes(1, 2), "gets the pictures with rows and columns exchanged"),
        (lambda pictures: TOTALS * pictures, "add up to the jet's pT in GeV and not to 1"),
        (lambda pictures: pictures[:, ::-1], "writes other scores than those of the network"),
    ],
)
@pytest.mark.parametrize("bright", [False, True])
def test_hands_in_knows_what_was_done_to_pictures(change, says, bright):
    def changed(model, group, network):
        return challenge.submit(model.predict(change(PICTURES), verbose=0), group, network)

    weights = np.random.default_rng(3).normal(size=(40, 40, 1))
    with pytest.raises(CheckFailed, match=says):
        checks.hands_in(changed, PICTURES, weights > 1 if bright else weights, "quarks", "pixels")


def with_noise(model, features, group, network):
    scores = scored(model, features)
    return challenge.submit(scores + np.random.default_rng(1).normal(size=scores.shape), group, network)


def without_nan(model, features, group, network):
    scores = scored(model, features)
    return challenge.submit(np.where(np.isnan(scores), np.arange(len(scores))[:, None], scores), group, network)


def leaves_something(model, features, group, network):
    np.save("scores.npy", scored(model, features))
    return predict(model, features, group, network)


def goes_on(model, features, group, network):
    try:
        return predict(model, features, group, network)
    except challenge.ChallengeError as error:
        print(error)


def writes_itself(model, features, group, network):
    np.save(f"{group}_{network}.npy", scored(model, features).ravel())


def fills_up(model, features, group, network):
    scores = scored(model, features)
    return challenge.submit(scores if scores.shape[1] > 1 else np.resize(scores, N_JETS), group, network)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda m, f, g, n: challenge.submit(scored(m, f)[:, 0], g, n), "accepts a network with two outputs"),
        (with_noise, "accepts a network that gives the same score to every jet"),
        (without_nan, "accepts scores that are not a number"),
        (lambda m, f, g, n: predict(m, f, g.strip("./"), n), "accepts a group that is a path"),
        (lambda m, f, g, n: predict(m, f, g, n or "none"), "accepts an empty name of the network"),
        (fills_up, "accepts a jet that is left out"),
        (leaves_something, "refuses scores that are not a number, but leaves a file behind"),
        (goes_on, "raises no error and writes no file: submit refused, and your function went on"),
        (writes_itself, "writes scores that are not a number into a file, which submit refuses to do: write the file"),
    ],
)
def test_lets_submit_refuse_says_what_is_wrong(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.lets_submit_refuse(function, WEIGHTS, [energies])


def test_allows_five_says_that_a_sixth_is_too_many():
    with pytest.raises(CheckFailed, match="the sixth should be refused"):
        checks.allows_five(lambda m, f, g, n: np.save(f"{n}.npy", np.zeros(3)), WEIGHTS, [energies])
    with pytest.raises(CheckFailed, match="the sixth should be refused"):
        checks.allows_five(lambda m, f, g, n: predict(m, f, g, "one"), WEIGHTS, [energies])
