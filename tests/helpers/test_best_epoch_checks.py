"""The check of a training that went back to its best epoch, on few events and a stand-in for a network."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed, best_epochs, stop_search_events

RNG = np.random.default_rng(3)
LABELS = np.repeat([1, 0], [200, 600])
INPUTS = RNG.normal(LABELS[:, None] * 1.5, 1, (800, 12))
WEIGHTS = np.where(LABELS == 1, 1e-6, RNG.exponential(1e-3, 800) * (1 + (INPUTS[:, 0] < 0)))
BALANCED = WEIGHTS * 600 / np.where(LABELS == 1, WEIGHTS[LABELS == 1].sum(), WEIGHTS[LABELS == 0].sum())


@pytest.fixture(autouse=True)
def _few_events(monkeypatch):
    for module in (best_epochs, stop_search_events):
        monkeypatch.setattr(module, "events", lambda part: (INPUTS, LABELS, WEIGHTS))


class Network:
    def __init__(self, slope=8.0, sign=1):
        self.slope, self.sign = slope, sign

    def predict(self, inputs, batch_size=None, verbose=0):
        middle = best_epochs.in_range_of_training(INPUTS)[:, 0].mean() + 0.1
        return 1 / (1 + np.exp(-self.sign * self.slope * (inputs[:, :1] - middle)))


def losses(network):
    outputs = network.predict(best_epochs.in_range_of_training(INPUTS))[:, 0]
    return outputs, -np.log(np.where(LABELS == 1, outputs, 1 - outputs))


def history_of(network, validation=None, training=None, accuracy=None):
    """Three epochs, of which the second is the best and has the numbers of the network."""
    outputs, loss = losses(network)
    right = (outputs > 0.5) == (LABELS == 1)
    best = np.mean(BALANCED * loss) if validation is None else validation
    trained = np.mean(BALANCED * loss) if training is None else training
    accuracy = np.average(right, weights=BALANCED) if accuracy is None else accuracy
    return {
        "val_loss": [1.5 * best, best, 1.2 * best],
        "loss": [1.5 * trained, trained, 0.9 * trained],
        "accuracy": [0.6, 0.7, 0.8],
        "val_accuracy": [0.6, accuracy, 0.99],
    }


def check(network=None, best_epoch=2, bar=0.6, **choices):
    """Words among the choices stand for numbers that follow from the network."""
    network = network or Network()
    choices = {key: of_the_network(value) if isinstance(value, str) else value for key, value in choices.items()}
    return checks.restores_best(network, history_of(network, **choices), best_epoch, bar)


def test_restores_best():
    assert 0.7 < check() < 1


def of_the_network(what):
    outputs, loss = losses(Network())
    return {
        "alone": np.mean(loss),
        "squares": np.mean(BALANCED * (outputs - LABELS) ** 2),
        "one": np.mean(BALANCED * loss) / 600,
        "unweighted": np.mean((outputs > 0.5) == (LABELS == 1)),
        "last": np.mean(BALANCED * loss) / 1.2,
    }[what]


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"best_epoch": 1}, "count the epochs from 1|greatest validation loss"),
        ({"best_epoch": 3}, "this is the epoch of the best accuracy"),
        ({"best_epoch": 17}, "the validation loss is least in epoch 2"),
        ({"validation": 1e-7}, "are not balanced"),
        ({"validation": "alone"}, "the validation loss ignores the weights"),
        ({"validation": "squares"}, "the loss is the squared error"),
        ({"validation": "last"}, "has the parameters of the last epoch"),
        ({"validation": 0.2345}, "give it the parameters of epoch 2"),
        ({"accuracy": "unweighted"}, "weighted_metrics=\\['accuracy'\\], not with metrics"),
        ({"training": 1e-7}, "the weights in sample_weight are not balanced"),
        ({"training": "alone"}, "ignores the event weights: give fit"),
        ({"network": Network(sign=-1)}, "network calls signal background"),
        ({"bar": 0.99}, "it should exceed 0.99"),
    ],
)
def test_restores_best_says_what_is_wrong(choices, says):
    with pytest.raises(CheckFailed, match=says):
        check(**choices)


def test_a_history_of_one_epoch_has_no_best():
    short = {name: values[:1] for name, values in history_of(Network()).items()}
    with pytest.raises(CheckFailed, match="one epoch alone"):
        checks.restores_best(Network(), short, 1, 0.6)


def test_a_training_loss_that_falls_past_the_unweighted_one_is_no_mistake():
    history = history_of(Network(), training=of_the_network("alone"))
    history["loss"][2] = np.mean(BALANCED * losses(Network())[1])
    checks.restores_best(Network(), history, 2, 0.6)
