import pytest

from helpers import checks
from helpers.checks import CheckFailed

LOSSES = {"loss": [0.5, 0.4], "val_loss": [0.5, 0.4]}
HISTORY = LOSSES | {"accuracy": [0.7, 0.8], "val_accuracy": [0.7, 0.8]}


class History:
    history = HISTORY


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (History(), "the object that `fit` returns: keep the dictionary in it, `.history`"),
        ([0.5], "but its type is list"),
        ({}, "history holds no epoch"),
        (dict.fromkeys(HISTORY, ()), "history holds no epoch"),
        (LOSSES, r"compile with weighted_metrics=\['accuracy'\]"),
        ({"loss": [0.5], "accuracy": [0.5]}, "give `fit` the validation part as validation_data"),
        (HISTORY | {"loss": ["low"]}, r'history\["loss"\]'),
    ],
)
def test_history_says_what_is_wrong(value, says):
    with pytest.raises(CheckFailed, match=says):
        checks.history(value, accuracies_from="weighted_metrics")


def test_history():
    checks.history(HISTORY)
    checks.history(LOSSES, accuracies_from=None)
