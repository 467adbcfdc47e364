"""The checks of a function that trains by settings, on a network of one layer that needs no library."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from settings_of_experiments import Experiment, finished, folder_name
from sklearn.metrics import roc_auc_score

from helpers import checks
from helpers.checks import CheckFailed

COLUMNS = {0: slice(None), 1: slice(21, None), 2: slice(21)}
SMALL = {"epochs": 3, "n_events": 300, "batch_size": 50, "learning_rate": 0.02}


class Network:
    """A softmax of one layer; each step moves every parameter by the learning rate, as Adam's first ones do."""

    def __init__(self, n_inputs, rng):
        self.weights, self.bias = rng.normal(0, 0.1, (n_inputs, 4)), np.zeros(4)

    def get_weights(self):
        return [self.weights.copy(), self.bias.copy()]

    def predict(self, inputs, verbose=0):
        powers = np.exp(inputs @ self.weights + self.bias)
        return powers / powers.sum(axis=1, keepdims=True)

    def loss(self, inputs, targets):
        return float(-np.mean(np.log((self.predict(inputs) * targets).sum(axis=1))))

    def step(self, inputs, targets, rate):
        slope = self.predict(inputs) - targets
        self.weights -= rate * np.sign(inputs.T @ slope)
        self.bias -= rate * np.sign(slope.sum(axis=0))


class Runs:
    """run and stored_network; each keyword is a mistake."""

    def __init__(self, **mistakes):
        self.mistakes, self.networks = mistakes, {}

    def has(self, mistake):
        return self.mistakes.get(mistake, False)

    def run(self, settings, data, folder):
        if not self.has("repeats") and (result := finished(settings, folder)):
            return result
        place = Path(folder) / ("run" if self.has("one folder") else folder_name(settings))
        if self.has("counts halves") and place.exists():
            return {"settings": {}, "versions": {}, "metrics": {"loss": 1.25, "area": 0.125}, "history": {}}
        inputs, targets = data["training"]
        n_events = len(inputs) if self.has("all events") else settings.n_events
        if len(inputs) < n_events and not self.has("few events"):
            raise ValueError("too few events")
        columns = COLUMNS[0 if self.has("all fields") else settings.varset]
        inputs, targets = inputs[:n_events, columns], targets[:n_events]
        if self.has("changes data"):
            data["training"][0][:] = 0
        seed = {"no seed": None, "one seed": 1}.get(next(iter(self.mistakes), ""), settings.seed)
        rng = np.random.default_rng(seed)
        network, history = Network(inputs.shape[1], rng), {"loss": [], "val_loss": []}
        x, y = data["validation"][0][:, columns], data["validation"][1]
        best = network.get_weights()
        rate = 0.001 if self.has("default rate") else settings.learning_rate
        for _ in range(settings.epochs - self.has("an epoch less")):
            order = rng.permutation(len(inputs))
            size = {"batches of 32": 32, "one batch": len(order)}.get(
                next(iter(self.mistakes), ""), settings.batch_size
            )
            for start in range(0, len(order), size):
                rows = order[start : start + size]
                network.step(inputs[rows], targets[rows], rate)
            history["loss"].append(network.loss(inputs, targets))
            history["val_loss"].append(network.loss(x, y))
            if history["val_loss"][-1] == min(history["val_loss"]):
                best = network.get_weights()
        if not self.has("last epoch"):
            network.weights, network.bias = best
        outputs = network.predict(x)
        metrics = {
            "loss": min(history["val_loss"]),
            "area": np.mean([roc_auc_score(y[:, n], outputs[:, n]) for n in range(4)]),
        }
        metrics |= self.mistakes.get("metrics", {})
        result = {"settings": asdict(settings), "versions": {"keras": "3"}, "metrics": metrics, "history": history}
        result |= self.mistakes.get("result", {})
        self.networks[place.name] = network
        place.mkdir(parents=True, exist_ok=True)
        if self.has("result first"):
            (place / "result.json").write_text(json.dumps(result))
        if not self.has("no network"):
            (place / "network.keras").write_text("a network")
        (place / "result.json").write_text("{}" if self.has("another file") else json.dumps(result))
        return result

    def stored_network(self, settings, folder):
        return self.networks[folder_name(settings)]


def stores(runs, **settings):
    checks.stores_run(runs.run, runs.stored_network, Experiment, folder_name, **SMALL | settings)


def follows(runs):
    checks.follows_settings(runs.run, runs.stored_network, Experiment, 0.004, 50)


def repeats(runs):
    checks.repeats_experiments(runs.run, Experiment, folder_name, epochs=2, n_events=250)


def resumes(runs):
    checks.resumes(runs.run, Experiment, folder_name, epochs=1, n_events=200)


def test_all_accept_a_right_answer():
    for varset in (0, 1, 2):
        stores(Runs(), varset=varset)
    stores(Runs(result={"note": "more"}))
    for check in (follows, repeats, resumes):
        check(Runs())


def history_of(value, epochs=3):
    return {"history": {"loss": [value] * epochs, "val_loss": [1.0] * epochs}}


@pytest.mark.parametrize(
    ("check", "mistakes", "says"),
    [
        (stores, {"all events": True}, "alone: other inputs are not numbers here"),
        (lambda runs: stores(runs, varset=1), {"all fields": True}, "alone: other inputs are not numbers here"),
        (stores, {"changes data": True}, "run changed the data"),
        (stores, {"last epoch": True}, "is that of the last epoch: keep that of epoch 1"),
        (stores, {"an epoch less": True}, "the history has 2 epochs, but the settings say 3"),
        (stores, {"no network": True}, "network.keras is missing: there is result.json"),
        (stores, {"another file": True}, "result.json should hold what run returns"),
        (stores, {"one folder": True}, "run should make the folder varset0"),
        (stores, {"metrics": {"loss": 9.0}}, "the loss in metrics is 9.0000"),
        (stores, {"metrics": {"area": 0.99}}, "the area in metrics is 0.9900"),
        (stores, {"result": {"metrics": {"loss": 1}}}, "metrics should hold loss and area"),
        (stores, {"result": {"versions": {}}}, "the version of Keras"),
        (stores, {"result": {"settings": asdict(Experiment())}}, "result.json says epochs 10, not 3"),
        (stores, {"result": {"history": {"loss": [1]}}}, "history should hold loss and val_loss"),
        (stores, {"result": history_of(1.0)}, "the least validation loss of the history is 1.0000"),
        (follows, {"default rate": True}, "Keras's default: take that of the settings"),
        (follows, {"batches of 32": True}, "the batches have 32 events"),
        (follows, {"one batch": True}, "all events are one batch"),
        (follows, {"few events": True}, "run should raise ValueError if there are 400 training events"),
        (repeats, {"no seed": True}, "the same settings gave other numbers"),
        (repeats, {"one seed": True}, "two seeds gave the same losses"),
        (resumes, {"repeats": True}, "run trains again what has been run"),
        (repeats, {"counts halves": True}, "counts a result.json that was cut short"),
        (resumes, {"result first": True}, "write it last"),
    ],
)
def test_says(check, mistakes, says):
    with pytest.raises(CheckFailed) as failed:
        check(Runs(**mistakes))
    assert says in str(failed.value)
