"""The check of a network that tells the four di-Higgs processes apart, on networks that know the answers."""

import numpy as np
import pytest

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.dihiggs_events import PROCESSES, balanced, events
from helpers.checks.process_classifiers import worth

RAW, NAMES, WEIGHTS = events("validation")
TRUTH = NAMES[:, None] == np.array(PROCESSES)
BALANCED = balanced(NAMES, WEIGHTS)


def outputs(seed=1, knows=0.3):
    """Outputs of a network that knows more or less of the truth."""
    return (1 - knows) * np.random.default_rng(seed).dirichlet(np.ones(4), len(NAMES)) + knows * TRUTH


_TRAINING = events("training")[1][:, None] == np.array(PROCESSES)
FAIR = 0.5 * np.random.default_rng(5).dirichlet(np.ones(4), len(_TRAINING)) + 0.5 * _TRAINING


class Network:
    """Gives ready outputs for the scaled validation events, or for raw ones; fair ones for training events."""

    def __init__(self, ready, raw=False):
        self.ready, self.raw = ready, raw

    def predict(self, inputs, batch_size, verbose):
        if len(inputs) != len(NAMES):
            return FAIR
        is_raw = np.abs(inputs).max() > 50
        return self.ready if is_raw == self.raw else outputs(seed=9, knows=0)[: len(inputs)]


def history(made, weights=BALANCED):
    loss = float(np.average(-np.log(made[TRUTH]), weights=weights))
    accuracy = float(np.average(made.argmax(axis=1) == TRUTH.argmax(axis=1), weights=weights))
    losses = {"loss": [1.3, 1.2], "val_loss": [loss, 1.1 * loss]}
    return {**losses, "accuracy": [0.4, 0.5], "val_accuracy": [accuracy, accuracy - 0.1]}


def test_parts_are_a_half_and_two_quarters():
    everything = [events(part)[0] for part in ("training", "validation", "test")]
    n_events = [len(part) for part in everything]
    assert sum(n_events) // 2 == n_events[0]
    assert abs(n_events[1] - n_events[2]) <= 1
    assert len({row.tobytes() for part in everything for row in part}) > 0.999 * sum(n_events)


def test_balanced_processes_weigh_the_same():
    sums = [BALANCED[name == NAMES].sum() for name in PROCESSES]
    assert sums == pytest.approx([len(NAMES) / 4] * 4)


def test_tells_processes():
    made = outputs()
    accuracy, area = checks.tells_processes(Network(made), history(made), accuracy=0.6, area=0.7)
    assert (accuracy, area) == worth(made, NAMES, WEIGHTS)


@pytest.mark.parametrize(
    ("ready", "says"),
    [
        (outputs(knows=0.1), "the mean of the four efficiencies on validation events is .* it should exceed 0.6"),
        (np.full(TRUTH.shape, 0.25), "nearly the same outputs"),
        (1.1 * outputs(), "sum to 1"),
        (outputs()[:, [0, 2, 1, 3]], "in another order than PROCESSES"),
        (outputs()[:, :3], "one output for each of PROCESSES"),
        (np.full(TRUTH.shape, np.nan), "its training ran away"),
    ],
)
def test_tells_processes_says_what_is_wrong(ready, says):
    with pytest.raises(CheckFailed, match=says):
        checks.tells_processes(Network(ready), history(outputs()), accuracy=0.6, area=0.7)


def test_one_process_for_all_raw_inputs_and_the_area_are_told():
    one = 0.2 * outputs(knows=0) + 0.8 * (np.arange(4) == 2)
    with pytest.raises(CheckFailed, match="calls nearly every event SingleTop"):
        checks.tells_processes(Network(one), history(outputs()), accuracy=0.6, area=0.7)
    with pytest.raises(CheckFailed, match="on inputs in GeV, but not on scaled ones"):
        checks.tells_processes(Network(outputs(), raw=True), history(outputs()), accuracy=0.6, area=0.7)
    with pytest.raises(CheckFailed, match="the area of HH on validation events is"):
        checks.tells_processes(Network(outputs()), history(outputs()), accuracy=0.6, area=0.9999)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (history(outputs(knows=0.5)), "but that of network on validation events"),
        ({"loss": [1.0]}, "holds no accuracy"),
        (None, "should be the dictionary"),
    ],
)
def test_tells_processes_reads_the_history(value, says):
    with pytest.raises(CheckFailed, match=says):
        checks.tells_processes(Network(outputs()), value, accuracy=0.6, area=0.7)


def test_a_validation_loss_without_weights_is_told():
    made = np.where(BALANCED[:, None] > 1, outputs(knows=0.5), outputs(knows=0.3))
    checks.tells_processes(Network(made), history(made), accuracy=0.6, area=0.7)
    with pytest.raises(CheckFailed, match="ignores the weights"):
        checks.tells_processes(Network(made), history(made, weights=None), accuracy=0.6, area=0.7)
    mixed = {**history(made), "val_accuracy": history(made, weights=None)["val_accuracy"]}
    with pytest.raises(CheckFailed, match=r"the accuracy in validation, .*, ignores the weights"):
        checks.tells_processes(Network(made), mixed, accuracy=0.6, area=0.7)


def test_a_network_that_learned_from_validation_events_is_refused():
    made = outputs(knows=0.9)
    with pytest.raises(CheckFailed, match="network was trained on validation events"):
        checks.tells_processes(Network(made), history(made), accuracy=0.6, area=0.7)


def test_no_network():
    with pytest.raises(CheckFailed, match="should be a Keras network"):
        checks.tells_processes(outputs, history(outputs()), accuracy=0.6, area=0.7)
