"""The check of a network for the heavy pairs, on a network of one layer that needs no library."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from helpers import checks
from helpers.checks import CheckFailed
from helpers.heavy_pairs import load_pairs

BAR = 0.6


class Network:
    def __init__(self, columns, shuffled=False, n_outputs=4):
        inputs, targets = (array[:2000] for array in load_pairs()["training"])
        labels = targets.argmax(axis=1)
        labels = np.random.default_rng(1).permutation(labels) if shuffled else labels
        self.model, self.n_outputs = LogisticRegression(max_iter=50).fit(inputs[:, columns], labels), n_outputs

    def get_weights(self):
        return [self.model.coef_.T, self.model.intercept_]

    def predict(self, inputs, batch_size, verbose):
        return self.model.predict_proba(inputs)[:, : self.n_outputs]


@pytest.mark.parametrize("columns", [slice(None), slice(21, None)])
def test_separates_pairs(columns):
    assert BAR < checks.separates_pairs(Network(columns), "best_network", BAR) < 0.9


@pytest.mark.parametrize(
    ("network", "says"),
    [
        (lambda: Network(slice(None), shuffled=True), "it should exceed 0.6"),
        (lambda: Network(slice(None), n_outputs=2), "the shape of the output of best_network"),
        (lambda: Network(slice(5)), "best_network takes 5 inputs"),
        (lambda: "settings", "should be a Keras network, as stored_network returns it, but its type is str"),
    ],
)
def test_separates_pairs_says(network, says):
    with pytest.raises(CheckFailed) as failed:
        checks.separates_pairs(network(), "best_network", BAR)
    assert says in str(failed.value)
