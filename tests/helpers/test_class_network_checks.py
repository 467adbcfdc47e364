"""The checks of networks for five classes and of trainings from a seed, on a training in NumPy."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed

SIZES = ((17, 100), (100, 100), (100, 5))


class Dense:
    def __init__(self, matrix, bias):
        self.units, self.parameters = matrix.shape[1], [matrix, bias]

    def get_weights(self):
        return self.parameters


class Network:
    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.layers = [Dense(_cut_normal(rng, size) * np.sqrt(2 / size[0]), np.zeros(size[1])) for size in SIZES]

    def get_weights(self):
        return [array for layer in self.layers for array in layer.parameters]

    def forward(self, values):
        seen = [values]
        for layer in self.layers:
            matrix, bias = layer.parameters
            seen.append(seen[-1] @ matrix + bias)
            if layer is not self.layers[-1]:
                seen[-1] = np.tanh(seen[-1])
        powers = np.exp(seen[-1] - seen[-1].max(axis=1, keepdims=True))
        return [*seen[:-1], powers / powers.sum(axis=1, keepdims=True)]

    def predict(self, values, batch_size=None, verbose=0):
        return self.forward(values)[-1]

    def gradients(self, inputs, targets, weights):
        *seen, outputs = self.forward(inputs)
        slope, found = (outputs - targets) * weights[:, None] / len(inputs), []
        for layer, values in zip(reversed(self.layers), reversed(seen), strict=True):
            found = [values.T @ slope, slope.sum(axis=0), *found]
            slope = slope @ layer.parameters[0].T * (1 - values**2)
        return found


def _cut_normal(rng, shape):
    values = rng.normal(size=(10, *shape))
    first = np.argmax(np.abs(values) < 2, axis=0)
    return np.take_along_axis(values, first[None], axis=0)[0] / 0.8796


def history_of(network, sample, weighted=True):
    inputs, targets, weights = sample
    outputs = network.predict(inputs)
    correct = outputs.argmax(axis=1) == targets.argmax(axis=1)
    loss = float(np.mean(-np.log((outputs * targets).sum(axis=1)) * weights))
    return {"loss": loss, "accuracy": float(np.average(correct, weights=weights if weighted else None))}


def training(
    rate=lambda step, epoch, decay: 0.005 / (1 + decay * step),
    seed_of=lambda seed: seed,
    order_seed=lambda seed: seed,
    sample=lambda training: training,
    validated=lambda validation: validation,
    epochs_of=lambda epochs: epochs,
    batch=1000,
    weighted=True,
    result=lambda network, history: (network, history),
):
    """A run with one thing done otherwise."""

    def run(seed, decay_rate, epochs, training, validation):
        network, rng, step = Network(seed_of(seed)), np.random.default_rng(order_seed(seed)), 0
        first, second = ([np.zeros_like(array) for array in network.get_weights()] for _ in range(2))
        history = {name: [] for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
        arrays = sample(training)
        for epoch in range(epochs_of(epochs)):
            order = rng.permutation(len(arrays[0]))
            for start in range(0, len(order), batch):
                slopes = network.gradients(*(array[order[start : start + batch]] for array in arrays))
                for parameter, m, v, slope in zip(network.get_weights(), first, second, slopes, strict=True):
                    m[...] = 0.9 * m + 0.1 * slope
                    v[...] = 0.999 * v + 0.001 * slope**2
                    sizes = m / (1 - 0.9 ** (step + 1)), np.sqrt(v / (1 - 0.999 ** (step + 1)))
                    parameter -= rate(step, epoch, decay_rate) * sizes[0] / (sizes[1] + 1e-7)
                step += 1
            for prefix, events in (("", arrays), ("val_", validated(validation))):
                for name, value in history_of(network, events, weighted).items():
                    history[prefix + name].append(value)
        return result(network, history)

    return run


def test_builds_from_seed():
    checks.builds_from_seed(Network, seeds=(1, 2))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda seed: Network(None), "the same seed gave two different"),
        (lambda seed: Network(1), "networks of two seeds"),
        (lambda seed: 3, "should return a Keras network"),
        (lambda: 3, "should take a seed"),
    ],
)
def test_builds_from_seed_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.builds_from_seed(wrong, seeds=(1, 2))


def test_repeats_runs():
    checks.repeats_runs(training(), (1, 10), 3.0)
    checks.repeats_runs(training(), (2,), 2.0)


def without_weights(sample):
    return (*sample[:2], np.ones(len(sample[0])))


def falling(*rates):
    return lambda step, epoch, decay: rates[min(step, len(rates) - 1)]


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"rate": falling(0.005)}, "does not fall from step to step"),
        ({"rate": lambda step, epoch, decay: 0.005 / (1 + decay * epoch)}, "does not fall from step to step"),
        ({"rate": lambda step, epoch, decay: 0.001 / (1 + decay * step)}, "default: it should begin"),
        ({"rate": falling(0.001)}, "default, and does not fall"),
        ({"rate": lambda step, epoch, decay: 0.005 * np.exp(-decay * step)}, "falls exponentially"),
        ({"batch": 5000}, "a batch has all events"),
        ({"rate": falling(0.02)}, "gives about"),
        ({"sample": without_weights}, "the training ignores the weights"),
        ({"validated": without_weights}, "ignores the weights: validation_data"),
        ({"validated": lambda sample: [array[:100] for array in sample]}, "the last validation loss is"),
        ({"weighted": False}, "weighted_metrics"),
        ({"seed_of": lambda seed: 1}, "runs of two seeds"),
        ({"order_seed": lambda seed: None}, "the same seed gave another result"),
        ({"epochs_of": lambda epochs: 2}, "history has 2 epochs"),
        ({"result": lambda network, history: history}, "should return two things"),
        ({"result": lambda network, history: (network, type("Callback", (), {"history": history})())}, "its .history"),
    ],
)
def test_repeats_runs_says_what_is_wrong(choices, says):
    with pytest.raises(CheckFailed, match=says):
        checks.repeats_runs(training(**choices), (1, 2), 3.0)


def test_repeats_runs_says_what_no_run_does():
    with pytest.raises(CheckFailed, match="should take seed, decay_rate"):
        checks.repeats_runs(lambda seed: None, (1, 2), 3.0)

    def scales_weights(seed, decay_rate, epochs, training, validation):
        training[2][:] *= 2

    with pytest.raises(CheckFailed, match="changed a sample"):
        checks.repeats_runs(scales_weights, (1, 2), 3.0)

    other = Network(1)
    other.layers = other.layers[1:]
    with pytest.raises(CheckFailed, match="17 inputs and layers of 100"):
        checks.repeats_runs(lambda *given: (other, training()(*given)[1]), (1, 2), 3.0)
